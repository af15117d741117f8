//! The largest changes between two runs: each ratio with the interval that decides, around the band in which
//! differences do not matter.

use gilbench_analysis::compare::Row;
use gilbench_analysis::statistics::{Answer, Estimate};

use super::axis::{Axis, ratio_label};
use super::element::Element;
use super::frame::Frame;
use super::{Figure, Panel, Table, rows};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::{count, percent, ratio};

/// Rows of a panel; there are two.
const ROWS: usize = 20;

type Changed<'a> = (&'a Row, Estimate, Entry<'a>);

/// The figure of some rows; `None` if none has a ratio.
pub(crate) fn figure(report: &Report<'_>, all: &[Row], band: f64) -> Result<Option<Figure>, ReportErrorKind> {
    let (observing, mut changed): (Vec<Changed<'_>>, Vec<Changed<'_>>) = all
        .iter()
        .filter_map(|row| Some((row, *row.deciding()?, report.entry(&row.case)?)))
        .partition(|(_, _, entry)| report.run.plan.is_behaviour(entry.case));
    let behaviour = match observing.len() {
        0 => "",
        _ => " Cases that observe a behaviour are not among them, for their times say nothing.",
    };
    let number = changed.len();
    changed.sort_by(|a, b| b.1.point.ln().abs().total_cmp(&a.1.point.ln().abs()));
    let [start, end] = ends(band);
    let large = |found: &Estimate| found.point < start || found.point > end;
    let (less, more): (Vec<_>, Vec<_>) = changed
        .into_iter()
        .filter(|(row, found, _)| is_told(row) || large(found))
        .partition(|(_, found, _)| found.point < 1.0);
    let (less, more) = (&less[..less.len().min(ROWS)], &more[..more.len().min(ROWS)]);
    let shown = || less.iter().chain(more);
    if shown().next().is_none() {
        return Ok(None);
    }
    let values = shown().flat_map(|(_, found, _)| [found.low, found.high]);
    let x = Axis::over(values.chain([start, end]), ratio_label);
    let sides = [("less", "Takes less time now", less), ("more", "Takes more time now", more)];
    let panels = sides
        .into_iter()
        .filter(|(_, _, rows)| !rows.is_empty())
        .map(|(word, heading, rows)| panel(report, word, heading, rows, band, &x))
        .collect::<Result<_, _>>()?;
    let left_out = match number - shown().count() {
        0 => String::new(),
        others => format!(" {} moved less: the table of all cases has them.", count(others as u64, "case")),
    };
    Ok(Some(Figure {
        id: "changes".to_owned(),
        title: "The largest changes".to_owned(),
        note: format!(
            "Time in this run over that in the earlier one, with the 95 % interval that decides; the most moved are on \
             top, at most {ROWS} either way.{left_out}{behaviour} The band is where differences do not matter: up to {}. A hollow \
             mark is of a case that is not told to have changed.",
            percent(band)
        ),
        legend: Vec::new(),
        panels,
        table: Table {
            columns: vec!["Case", "Ratio", "Interval", "Verdict"],
            rows: shown()
                .map(|(row, found, _)| {
                    let figure = ratio(found);
                    vec![row.case.clone(), figure.point, figure.interval, row.verdict.as_str().to_owned()]
                })
                .collect(),
        },
    }))
}

fn panel(
    report: &Report<'_>,
    word: &str,
    heading: &str,
    changed: &[Changed<'_>],
    band: f64,
    x: &Axis,
) -> Result<Panel, ReportErrorKind> {
    let foot = -(changed.len() as f64);
    let [start, end] = ends(band);
    let mut elements = vec![
        Element::area(
            [(x.at(start), 0.0), (x.at(end), foot)],
            "band",
            format!("differences of up to {} do not matter", percent(band)),
        ),
        Element::line(vec![(x.at(1.0), 0.0), (x.at(1.0), foot)], "unity", "no change"),
    ];
    for (row, (compared, found, entry)) in changed.iter().enumerate() {
        let case = entry.case;
        let label = format!("{} {} {}", case.workload, case.interpreter, entry.label());
        elements.push(rows::label(row, &label, x));
        let y = rows::middle(row);
        let colour = report.colour(&case.interpreter);
        elements.push(Element::interval(
            [found.low, found.point, found.high].map(|value| (x.at(value), y)),
            report.shape(&case.strategy),
            if is_told(compared) { colour } else { format!("{colour} hollow") },
            format!("{}: {}, {}", compared.case, ratio(found).text(), compared.verdict.as_str()),
        ));
    }
    let told = changed.iter().filter(|(row, ..)| is_told(row)).count();
    let most = &changed[0];
    let frame = Frame {
        id: format!("changes-{word}"),
        title: heading.to_owned(),
        description: format!(
            "{}, {told} of them told to have changed. Furthest: {} with {}.",
            count(changed.len() as u64, "case"),
            most.0.case,
            ratio(&most.1).text()
        ),
        height: rows::height(changed.len()),
        x: x.clone(),
        y: rows::axis(changed.len()),
        x_title: "",
    };
    Ok(Panel { heading: heading.to_owned(), svg: frame.draw(&elements)? })
}

/// Where the band begins and ends.
fn ends(band: f64) -> [f64; 2] {
    [(1.0 + band).recip(), 1.0 + band]
}

fn is_told(row: &Row) -> bool {
    matches!(row.verdict, Answer::Faster | Answer::Slower)
}
