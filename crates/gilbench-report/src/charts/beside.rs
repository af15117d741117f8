//! Interpreters beside each other: a panel per work, a row per interpreter, its time over that of the reference with the
//! same code and with the best strategy of each.

use gilbench_analysis::switching::{Held, Work, WorkRow};
use gilbench_model::Name;

use super::axis::{Axis, ratio_label};
use super::element::{Element, Shape};
use super::frame::Frame;
use super::shape::key;
use super::{Figure, Key, Panel, Table, rows};
use crate::error::ReportErrorKind;
use crate::joined::Report;
use crate::numbers::ratio;
use crate::pages::work_name;

/// What a mark stands for.
const SAME_CODE: Shape = Shape::Circle;
const BEST: Shape = Shape::Diamond;

/// How far the two marks of a row lie above and below its middle, in rows.
const APART: f64 = 0.14;

/// The figure of some works, most of them over the usual reference; `None` where nothing is held against anything.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    about: &str,
    (usual, works): (Option<&Name>, &[&Work]),
) -> Result<Option<Figure>, ReportErrorKind> {
    let mut panels = Vec::new();
    let mut table = Vec::new();
    for work in works {
        let held: Vec<&WorkRow> =
            work.rows.iter().filter(|row| row.same_code.is_some() || row.best_ratio.is_some()).collect();
        let Some(reference) = work.reference.as_ref().filter(|_| !held.is_empty()) else { continue };
        let name = work_name(report, work);
        table.extend(held.iter().map(|row| {
            let mut cells = vec![name.clone(), row.interpreter.to_string(), reference.to_string()];
            cells.extend([&row.same_code, &row.best_ratio].into_iter().flat_map(|held| {
                let figure = held.as_ref().map(|held| ratio(&held.ratio));
                let (point, interval) = figure.map(|figure| (figure.point, figure.interval)).unzip();
                [point, interval].map(|text| text.unwrap_or_else(|| "—".to_owned()))
            }));
            cells
        }));
        let heading =
            if Some(reference) == usual { name.clone() } else { format!("{name}, over {reference}") };
        let svg = panel(report, format!("{id}-{}", panels.len()), (&name, reference.as_str()), &held)?;
        panels.push(Panel { heading, svg });
    }
    let usual = usual.map(|name| format!(", {name} where a panel names no other")).unwrap_or_default();
    let legend = [("the same code", SAME_CODE), ("the best strategy of each", BEST)];
    Ok((!panels.is_empty()).then(|| Figure {
        id: id.to_owned(),
        title: format!("Time over that of the reference: {}", about.to_lowercase()),
        note: format!(
            "Further left takes less time; the line at 1× is the reference{usual}. 95 % intervals, paired by round. Each \
             panel has a scale of its own, logarithmic where it spans a decade."
        ),
        legend: legend
            .into_iter()
            .map(|(label, shape)| Key { svg: key(shape, "colour-native"), label: label.to_owned() })
            .collect(),
        panels,
        table: Table {
            columns: vec![
                "Work",
                "Interpreter",
                "Over",
                "Same code",
                "Interval",
                "Best strategy",
                "Interval of the best",
            ],
            rows: table,
        },
    }))
}

fn panel(
    report: &Report<'_>,
    id: String,
    (name, reference): (&str, &str),
    held: &[&WorkRow],
) -> Result<String, ReportErrorKind> {
    fn both(row: &WorkRow) -> [(&Option<Held>, &'static str); 2] {
        [(&row.same_code, "same code"), (&row.best_ratio, "best")]
    }
    let ratios = held.iter().flat_map(|row| [&row.same_code, &row.best_ratio]).flatten();
    let ends = ratios.flat_map(|held| [held.ratio.low, held.ratio.high]);
    let x = Axis::over(ends.chain([1.0]), ratio_label);
    let one = x.at(1.0);
    let foot = -(held.len() as f64);
    let mut elements = vec![Element::line(
        vec![(one, 0.0), (one, foot)],
        "threshold",
        format!("1×: as long as {reference}"),
    )];
    let mut words = Vec::new();
    for (place, row) in held.iter().enumerate() {
        elements.push(rows::label(place, row.interpreter.as_str(), &x));
        let said = |(held, what): (&Option<Held>, &str)| {
            let held = held.as_ref()?;
            Some(format!("{what} {}, {}", ratio(&held.ratio).text(), held.answer.as_str()))
        };
        for ((held, what), (shape, shift)) in both(row).into_iter().zip([(SAME_CODE, APART), (BEST, -APART)])
        {
            let (Some(found), Some(title)) = (held.as_ref(), said((held, what))) else { continue };
            let y = rows::middle(place) + shift;
            elements.push(Element::interval(
                [found.ratio.low, found.ratio.point, found.ratio.high].map(|value| (x.at(value), y)),
                shape,
                report.colour(&row.interpreter),
                format!("{}: {title}", row.interpreter),
            ));
        }
        let both: Vec<String> = both(row).into_iter().filter_map(said).collect();
        words.push(format!("{}: {}", row.interpreter, both.join(", ")));
    }
    let frame = Frame {
        id,
        title: format!("{name}: time over that of {reference}"),
        description: format!("{}.", words.join("; ")),
        height: rows::height(held.len()),
        x,
        y: rows::axis(held.len()),
        x_title: "",
    };
    frame.draw(&elements)
}
