//! The time of every measured case: a point with its interval.

use super::element::Element;
use super::frame::Frame;
use super::rows::Scales;
use super::{Figure, Panel, Table, rows};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::{count, seconds};

/// The figure for some cases of one workload, a panel per interpreter; `None` if none has a time.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    subject: &str,
    entries: &[Entry<'_>],
) -> Result<Option<Figure>, ReportErrorKind> {
    let times: Vec<_> = entries.iter().filter_map(|entry| Some((*entry, entry.finding.steady?))).collect();
    if times.is_empty() {
        return Ok(None);
    }
    let ends = times.iter().flat_map(|(entry, time)| {
        let native = report.is_native(&entry.case.interpreter);
        [(native, time.low), (native, time.high)]
    });
    let scales = Scales::of_seconds(&ends.collect::<Vec<_>>());
    let mut panels = Vec::new();
    for interpreter in report.interpreters() {
        let mut own: Vec<_> =
            times.iter().filter(|(entry, _)| entry.case.interpreter == **interpreter).collect();
        own.sort_by(|a, b| a.1.point.total_cmp(&b.1.point));
        let (Some(first), Some(last)) = (own.first(), own.last()) else {
            continue;
        };
        let x = scales.axis(report.is_native(interpreter));
        let mut elements = Vec::new();
        for (row, (entry, time)) in own.iter().enumerate() {
            let figure = seconds(time).text();
            let label = match entry.unsteady() {
                Some(class) => format!("{}, {class}", entry.label()),
                None => entry.label(),
            };
            elements.push(rows::label(row, &label, x));
            let y = rows::middle(row);
            elements.push(Element::interval(
                [time.low, time.point, time.high].map(|value| (x.at(value), y)),
                report.shape(&entry.case.strategy),
                report.colour(interpreter),
                format!("{}: {figure}, {}", entry.case.id, count(time.count as u64, "round")),
            ));
        }
        let frame = Frame {
            id: format!("{id}-{}", panels.len()),
            title: format!("Time of {subject} on {interpreter}"),
            description: format!(
                "{} measured. Fastest: {} with {}. Slowest: {} with {}.",
                count(own.len() as u64, "case"),
                first.0.label(),
                seconds(&first.1).text(),
                last.0.label(),
                seconds(&last.1).text(),
            ),
            height: rows::height(own.len()),
            x: x.clone(),
            y: rows::axis(own.len()),
            x_title: "",
        };
        panels.push(Panel { heading: interpreter.to_string(), svg: frame.draw(&elements)? });
    }
    Ok(Some(Figure {
        id: id.to_owned(),
        title: "Time of a steady iteration".to_owned(),
        note: format!(
            "Median of the rounds with its 95 % interval, fastest first; further left is faster. {}",
            scales.note()
        ),
        legend: Vec::new(),
        panels,
        table: Table {
            columns: vec!["Case", "Time", "Interval", "Rounds"],
            rows: times
                .iter()
                .map(|(entry, time)| {
                    let figure = seconds(time);
                    vec![entry.case.id.clone(), figure.point, figure.interval, time.count.to_string()]
                })
                .collect(),
        },
    }))
}
