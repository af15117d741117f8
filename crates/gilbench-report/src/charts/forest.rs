//! A claim's comparisons as a forest plot: each number with its interval, over the ranges that confirm and
//! refute the claim.

use gilbench_analysis::findings::{ClaimFinding, Comparison, InterpreterFinding};
use gilbench_model::claim::{Measure, Range};
use gilbench_model::units::format_chance;

use super::axis::{Axis, plain_label, ratio_label};
use super::element::{Element, Shape};
use super::frame::Frame;
use super::{Figure, Panel, Table, rows};
use crate::error::ReportErrorKind;
use crate::joined::Report;
use crate::numbers::{above_one, count, measured, percent};
use gilbench_analysis::figure::unit;

type Row<'a> = (&'a InterpreterFinding, &'a Comparison);

/// The figure of a claim, a panel per measure and range; `None` if no comparison has a number.
pub(crate) fn figure(report: &Report<'_>, claim: &ClaimFinding) -> Result<Option<Figure>, ReportErrorKind> {
    let mut groups: Vec<Vec<Row<'_>>> = Vec::new();
    for interpreter in &claim.interpreters {
        for comparison in interpreter.comparisons.iter().filter(|comparison| comparison.estimate.is_some()) {
            let row = (interpreter, comparison);
            match groups
                .iter_mut()
                .find(|group| group.iter().all(|(_, other)| same_question(other, comparison)))
            {
                Some(group) => group.push(row),
                None => groups.push(vec![row]),
            }
        }
    }
    if groups.is_empty() {
        return Ok(None);
    }
    let id = format!("{}-forest", claim.id);
    let mut panels = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        panels.push(panel(report, claim, format!("{id}-{index}"), group)?);
    }
    let of = |measure| {
        let rows = groups.iter().flatten().filter(move |(_, comparison)| comparison.measure == measure);
        rows.filter_map(|(_, comparison)| comparison.estimate.as_ref())
    };
    let exact = of(Measure::Observation).next().map_or("", |_| "; a count is exact and has none");
    let mut note = format!(
        "Points with 95 % intervals{exact}, each taken alone. The plain area confirms the claim, the hatched one refutes \
         it; an interval that lies wholly in neither decides nothing. One that lies wholly in either decides if its \
         p-value, adjusted for the number of comparisons of the run, is at most .05 too."
    );
    if let Some(words) = above_one(of(Measure::Efficiency)) {
        note = format!("{note} {words}");
    }
    Ok(Some(Figure {
        id,
        title: "Measured against the claim's thresholds".to_owned(),
        note,
        legend: Vec::new(),
        panels,
        table: Table {
            columns: vec![
                "Interpreter",
                "Measure",
                "Case",
                "Against",
                "Value",
                "Interval",
                "Confirmed by",
                "p",
                "Adjusted p",
                "Would have found",
                "Verdict",
            ],
            rows: groups.iter().flatten().map(row_of_table).collect(),
        },
    }))
}

fn same_question(a: &Comparison, b: &Comparison) -> bool {
    a.measure == b.measure && a.confirmed == b.confirmed && a.refuted == b.refuted
}

fn row_of_table((interpreter, comparison): &Row<'_>) -> Vec<String> {
    let figure = comparison.estimate.as_ref().map(|estimate| measured(estimate, comparison.measure));
    let (point, interval) = figure.map(|figure| (figure.point, figure.interval)).unwrap_or_default();
    vec![
        interpreter.interpreter.to_string(),
        comparison.measure.to_string(),
        comparison.case.clone(),
        comparison.against.clone().unwrap_or_else(|| "nothing".to_owned()),
        point,
        interval,
        comparison.confirmed.to_string(),
        chance(comparison.p_value),
        chance(comparison.adjusted_p_value),
        comparison.minimum_detectable_effect.map_or_else(|| "—".to_owned(), percent),
        comparison.verdict.as_str().to_owned(),
    ]
}

fn chance(chance: Option<f64>) -> String {
    chance.map_or_else(|| "—".to_owned(), format_chance)
}

fn panel(
    report: &Report<'_>,
    claim: &ClaimFinding,
    id: String,
    group: &[Row<'_>],
) -> Result<Panel, ReportErrorKind> {
    let question = group[0].1;
    let estimates = group.iter().filter_map(|(_, comparison)| comparison.estimate);
    let thresholds = [Some(question.confirmed), question.refuted].into_iter().flatten().flat_map(ends);
    let label: fn(f64) -> String = if unit(question.measure) == "×" { ratio_label } else { plain_label };
    let x = Axis::over(estimates.flat_map(|e| [e.low, e.high]).chain(thresholds), label);
    let mut elements = areas(question, &x, group.len());
    for (row, (interpreter, comparison)) in group.iter().enumerate() {
        let Some(estimate) = comparison.estimate else {
            continue;
        };
        let case = report.entry(&comparison.case);
        let strategy = case.map(|entry| entry.label()).unwrap_or_default();
        let figure = measured(&estimate, comparison.measure).text();
        elements.push(rows::label(row, &format!("{} {strategy}", interpreter.interpreter), &x));
        let y = rows::middle(row);
        elements.push(Element::interval(
            [estimate.low, estimate.point, estimate.high].map(|value| (x.at(value), y)),
            case.map_or(Shape::Circle, |entry| report.shape(&entry.case.strategy)),
            report.colour(&interpreter.interpreter),
            format!("{}: {figure}, {}", comparison.case, comparison.verdict.as_str()),
        ));
    }
    let words: Vec<String> = group
        .iter()
        .filter_map(|(interpreter, comparison)| {
            let figure = measured(&comparison.estimate?, comparison.measure).text();
            Some(format!("{} {figure}, {}", interpreter.interpreter, comparison.verdict.as_str()))
        })
        .collect();
    let frame = Frame {
        id,
        title: format!("{} of claim {}", capital(question.measure), claim.id),
        description: format!(
            "{}: {}. Confirmed by {}.",
            count(group.len() as u64, "comparison"),
            words.join("; "),
            question.confirmed
        ),
        height: rows::height(group.len()),
        x,
        y: rows::axis(group.len()),
        x_title: "",
    };
    let refuted = question.refuted.map_or_else(|| "anything else".to_owned(), |range| range.to_string());
    let heading =
        format!("{}: confirmed by {}, refuted by {refuted}", capital(question.measure), question.confirmed);
    Ok(Panel { heading, svg: frame.draw(&elements)? })
}

fn capital(measure: Measure) -> String {
    let text = measure.to_string();
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn ends(range: Range) -> impl Iterator<Item = f64> {
    [range.at_least, range.at_most].into_iter().flatten()
}

/// The ranges as areas behind the marks, with a line at each threshold.
fn areas(question: &Comparison, x: &Axis, rows: usize) -> Vec<Element> {
    let bottom = -(rows as f64);
    let (start, end) = (x.range.start, x.range.end);
    let area = |low: f64, high: f64, class: &str, title: String| {
        let (low, high) = (low.clamp(start, end), high.clamp(start, end));
        (low < high).then(|| Element::area([(low, 0.0), (high, bottom)], class, title))
    };
    let bounds =
        |range: Range| (range.at_least.map_or(start, |v| x.at(v)), range.at_most.map_or(end, |v| x.at(v)));
    let (low, high) = bounds(question.confirmed);
    let mut elements = Vec::new();
    elements.extend(area(low, high, "confirmed", format!("confirmed: {}", question.confirmed)));
    if let Some(range) = question.refuted {
        let (low, high) = bounds(range);
        elements.extend(area(low, high, "refuted", format!("refuted: {range}")).map(Element::hatched));
    } else {
        let title = format!("refuted: not {}", question.confirmed);
        elements.extend(area(start, low, "refuted", title.clone()).map(Element::hatched));
        elements.extend(area(high, end, "refuted", title).map(Element::hatched));
    }
    let thresholds = [Some(question.confirmed), question.refuted].into_iter().flatten().flat_map(ends);
    for threshold in thresholds {
        let at = x.at(threshold);
        elements.push(Element::line(
            vec![(at, 0.0), (at, bottom)],
            "threshold",
            format!("threshold {threshold}"),
        ));
    }
    elements
}
