//! The value of every completed round of every case: none is hidden behind a summary.
//!
//! Within a row, earlier rounds stand higher: a machine that drifts makes a slope.

use gilbench_model::units::format_seconds;

use super::element::Element;
use super::frame::Frame;
use super::rows::Scales;
use super::{Figure, Panel, Table, rows};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::count;

/// The figure for some cases of one workload, a panel per interpreter; `None` if no round completed.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    subject: &str,
    entries: &[Entry<'_>],
) -> Result<Option<Figure>, ReportErrorKind> {
    let entries: Vec<_> = entries.iter().filter(|entry| !entry.finding.values.is_empty()).collect();
    if entries.is_empty() {
        return Ok(None);
    }
    let all = entries.iter().flat_map(|entry| {
        let native = report.is_native(&entry.case.interpreter);
        entry.finding.values.iter().map(move |(_, value)| (native, *value))
    });
    let scales = Scales::of_seconds(&all.collect::<Vec<_>>());
    let mut panels = Vec::new();
    for interpreter in report.interpreters() {
        let mut own: Vec<_> =
            entries.iter().filter(|entry| entry.case.interpreter == **interpreter).collect();
        if own.is_empty() {
            continue;
        }
        own.sort_by(|a, b| median(a).total_cmp(&median(b)));
        let x = scales.axis(report.is_native(interpreter));
        let mut elements = Vec::new();
        let mut number = 0;
        for (row, entry) in own.iter().enumerate() {
            elements.push(rows::label(row, &entry.label(), x));
            let values = &entry.finding.values;
            number += values.len();
            let colour = report.colour(interpreter);
            for (order, (round, value)) in values.iter().enumerate() {
                // From the top of the row's band to its foot.
                let share = (order as f64 + 0.5) / values.len() as f64 - 0.5;
                let y = rows::middle(row) - share * rows::BAND;
                let title = format!("round {round}: {}", format_seconds(*value));
                elements.push(Element::dot((x.at(*value), y), colour.as_str(), title));
            }
        }
        let frame = Frame {
            id: format!("{id}-{}", panels.len()),
            title: format!("Every round of {subject} on {interpreter}"),
            description: format!(
                "{} of {}, one dot each, from {} to {}.",
                count(number as u64, "round"),
                count(own.len() as u64, "case"),
                format_seconds(extreme(&own, f64::min)),
                format_seconds(extreme(&own, f64::max)),
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
        title: "Every round".to_owned(),
        note: format!(
            "One dot per completed round, none left out; earlier rounds stand higher, so a slope is a machine that \
             drifts. {}",
            scales.note()
        ),
        legend: Vec::new(),
        panels,
        table: Table {
            columns: vec!["Case", "Rounds", "Value of each round, in order of time"],
            rows: entries
                .iter()
                .map(|entry| {
                    let values = &entry.finding.values;
                    let texts: Vec<_> = values.iter().map(|(_, value)| format_seconds(*value)).collect();
                    vec![entry.case.id.clone(), values.len().to_string(), texts.join(", ")]
                })
                .collect(),
        },
    }))
}

/// For the order of rows: the estimate's, so that rows stand as in the chart of times; the middle value of the
/// rounds where there are too few for an estimate.
fn median(entry: &Entry<'_>) -> f64 {
    if let Some(steady) = entry.finding.steady {
        return steady.point;
    }
    let mut values: Vec<f64> = entry.finding.values.iter().map(|(_, value)| *value).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::INFINITY)
}

fn extreme(entries: &[&&Entry<'_>], choose: fn(f64, f64) -> f64) -> f64 {
    let values = entries.iter().flat_map(|entry| entry.finding.values.iter().map(|(_, value)| *value));
    values.reduce(choose).unwrap_or(f64::NAN)
}
