//! A claim's comparisons as a forest plot: each number with its interval, over the ranges that confirm and
//! refute the claim.
//!
//! Its numbers are in the table of the claim's card, which the chart does not repeat. Exact counts have no interval
//! and are not drawn.

use gilbench_analysis::figure::unit;
use gilbench_analysis::findings::{ClaimFinding, Comparison, Verdict};
use gilbench_model::claim::{Measure, Range};

use super::axis::{Axis, plain_label, ratio_label};
use super::element::{Anchor, Element, Shape};
use super::frame::{Frame, WIDTH};
use super::{Figure, Panel, Table, rows};
use crate::error::ReportErrorKind;
use crate::joined::Report;
use crate::numbers::above_one;
use crate::questions::{Question, Row, one_scale, tally};

/// Below the rows, for the words that name the areas, in rows.
const WORDS: f64 = 0.45;

/// The figure of a claim, a panel for all tests with the same measure and thresholds; `None` if no comparison has a
/// number with an interval.
pub(crate) fn figure(report: &Report<'_>, claim: &ClaimFinding) -> Result<Option<Figure>, ReportErrorKind> {
    let questions = Question::of(report, claim);
    let mut groups: Vec<Vec<&Question<'_>>> = Vec::new();
    for question in questions.iter().filter(|question| question.drawn().next().is_some()) {
        match groups.iter_mut().find(|group| one_scale(group[0].first(), question.first())) {
            Some(group) => group.push(question),
            None => groups.push(vec![question]),
        }
    }
    if groups.is_empty() {
        return Ok(None);
    }
    let several = questions.len() > 1;
    let panels = groups.iter().map(|group| panel(report, claim, group, several)).collect::<Result<_, _>>()?;
    let of_efficiency = questions.iter().filter(|question| question.first().measure == Measure::Efficiency);
    let efficiencies = of_efficiency.flat_map(|question| &question.rows);
    let note = above_one(efficiencies.filter_map(|row| row.comparison.estimate.as_ref())).unwrap_or_default();
    Ok(Some(Figure {
        id: format!("{}-forest", claim.id),
        title: "Measured against the claim's thresholds".to_owned(),
        note: note.to_owned(),
        legend: Vec::new(),
        panels,
        table: Table::default(),
    }))
}

/// A panel of some tests; `numbered` where the claim has others too.
fn panel(
    report: &Report<'_>,
    claim: &ClaimFinding,
    group: &[&Question<'_>],
    numbered: bool,
) -> Result<Panel, ReportErrorKind> {
    let asked = group[0].first();
    let rows: Vec<(usize, &Row<'_>)> =
        group.iter().flat_map(|question| question.drawn().map(|row| (question.number, row))).collect();
    let estimates = rows.iter().filter_map(|(_, row)| row.comparison.estimate);
    let label: fn(f64) -> String = if unit(asked.measure) == "×" { ratio_label } else { plain_label };
    let x = Axis::over(estimates.flat_map(|e| [e.low, e.high]).chain(thresholds(asked)), label);
    let bottom = -(rows.len() as f64) - WORDS;
    let mut elements = areas(asked, &x, bottom);
    for (index, (number, row)) in rows.iter().enumerate() {
        let Some((estimate, figure)) = row.comparison.estimate.zip(row.comparison.figure()) else {
            continue;
        };
        let label = if group.len() > 1 { format!("{number}: {}", row.label) } else { row.label.clone() };
        elements.push(rows::label_beside(index, &label, &figure.text(), &x));
        let end = (x.range.end, -(index as f64));
        elements.push(Element::text(figure.text(), end, Anchor::End, (-2, 14), "row-label"));
        let undecided = !matches!(row.comparison.verdict, Verdict::Confirmed | Verdict::Refuted);
        let colour = report.colour(&row.found.interpreter);
        let y = rows::middle(index);
        elements.push(Element::interval(
            [estimate.low, estimate.point, estimate.high].map(|value| (x.at(value), y)),
            report
                .entry(&row.comparison.case)
                .map_or(Shape::Circle, |case| report.shape(&case.case.strategy)),
            if undecided { format!("{colour} hollow") } else { colour },
            "",
        ));
    }
    let number = group[0].number;
    let frame = Frame {
        id: format!("{}-{number}", claim.id),
        title: match group {
            [_] if !numbered => format!("Claim {}", claim.id),
            [only] => format!("Claim {}, test {}", claim.id, only.number),
            all => {
                let numbers: Vec<String> = all.iter().map(|one| one.number.to_string()).collect();
                format!("Claim {}, tests {}", claim.id, numbers.join(", "))
            }
        },
        // The words above the drawing say what was measured.
        description: format!("{}.", capital(&tally(rows.iter().map(|(_, row)| row.comparison)))),
        height: rows::height_with(rows.len() as f64 + WORDS),
        x,
        y: Axis::with_ticks(bottom..0.0, Vec::new()),
        x_title: "",
    };
    let measure = capital(&asked.measure.to_string());
    let heading = match group {
        [only] if !numbered => format!("{measure} of {}", only.subject),
        all => {
            let subjects = all.iter().map(|one| format!("test {}, {}", one.number, one.subject));
            format!("{measure}: {}", subjects.collect::<Vec<_>>().join("; "))
        }
    };
    let heading = format!("{heading}. {}.", capital(&group[0].thresholds()));
    Ok(Panel { heading, svg: frame.draw(&elements)? })
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn thresholds(asked: &Comparison) -> impl Iterator<Item = f64> {
    let ends = |range: Range| [range.at_least, range.at_most].into_iter().flatten();
    [Some(asked.confirmed), asked.refuted].into_iter().flatten().flat_map(ends)
}

/// The ranges as areas behind the marks, named at their foot, with a line at each threshold.
fn areas(asked: &Comparison, x: &Axis, bottom: f64) -> Vec<Element> {
    let (start, end) = (x.range.start, x.range.end);
    let mut elements = Vec::new();
    let mut area = |low: f64, high: f64, class: &str, word: &str| {
        let (low, high) = (low.clamp(start, end), high.clamp(start, end));
        if low >= high {
            return;
        }
        let shape = Element::area([(low, 0.0), (high, bottom)], class, "");
        elements.push(if class == "refuted" { shape.hatched() } else { shape });
        // A word that is wider than its area would name the one beside it too.
        let wide = (high - low) / (end - start) * f64::from(WIDTH) > 60.0;
        let middle = (f64::midpoint(low, high), bottom);
        elements.extend(wide.then(|| Element::text(word, middle, Anchor::Middle, (0, -4), "note")));
    };
    let bounds =
        |range: Range| (range.at_least.map_or(start, |v| x.at(v)), range.at_most.map_or(end, |v| x.at(v)));
    let (low, high) = bounds(asked.confirmed);
    area(low, high, "confirmed", "confirms");
    if let Some(range) = asked.refuted {
        let (low, high) = bounds(range);
        area(low, high, "refuted", "refutes");
    } else {
        area(start, low, "refuted", "refutes");
        area(high, end, "refuted", "refutes");
    }
    elements.extend(thresholds(asked).map(|threshold| {
        let at = x.at(threshold);
        Element::line(vec![(at, 0.0), (at, bottom)], "threshold", "")
    }));
    elements
}
