//! The start page's answer as a picture: what threads gain on each interpreter, and what the fastest way gains.

use gilbench_analysis::statistics::Estimate;

use super::axis::{Axis, ratio_label};
use super::element::{Element, Shape};
use super::frame::Frame;
use super::{Figure, Panel, Table, rows};
use crate::error::ReportErrorKind;
use crate::headline::{Answer, Headline, gain};
use crate::numbers::ratio;

/// The figure, a panel for each question; `None` if there is no answer. Its numbers stand in the table beside it.
pub(crate) fn figure(headline: &Headline) -> Result<Option<Figure>, ReportErrorKind> {
    let answers = &headline.answers;
    let (Some(work), false) = (&headline.workload, answers.is_empty()) else {
        return Ok(None);
    };
    let fastest = |answer: &Answer| answer.fastest.as_ref().and_then(|fastest| fastest.estimate);
    let estimates = answers
        .iter()
        .flat_map(|answer| [Some(answer.speed_up), fastest(answer)])
        .flatten()
        .collect::<Vec<_>>();
    let (low, high) =
        estimates.iter().fold((1.0_f64, 1.0_f64), |(low, high), one| (low.min(one.low), high.max(one.high)));
    let x = Axis::linear(if low > 0.5 { 0.0 } else { low }, high, ratio_label);
    let panel = |index: usize, heading: &str, of: &dyn Fn(&Answer) -> Option<(Estimate, String)>| {
        let own: Vec<(&Answer, Estimate, String)> =
            answers.iter().filter_map(|answer| of(answer).map(|(one, label)| (answer, one, label))).collect();
        let mut elements = vec![Element::line(
            vec![(x.at(1.0), 0.0), (x.at(1.0), -(own.len().max(1) as f64))],
            "threshold",
            "1×: as fast as one after another",
        )];
        for (row, (answer, one, label)) in own.iter().enumerate() {
            elements.push(rows::label(row, &format!("{} {label}", answer.interpreter), &x));
            let y = rows::middle(row);
            let gain = gain(one);
            let shape = if gain == "faster" { Shape::Circle } else { Shape::Diamond };
            let hollow = if gain == "undecided" { " hollow" } else { "" };
            elements.push(Element::interval(
                [one.low, one.point, one.high].map(|value| (x.at(value), y)),
                shape,
                format!("{}{hollow}", answer.colour),
                format!("{} {label}: {}", answer.interpreter, ratio(one).text()),
            ));
        }
        let words: Vec<String> = own
            .iter()
            .map(|(answer, one, _)| format!("{} {}", answer.interpreter, ratio(one).text()))
            .collect();
        let frame = Frame {
            id: format!("answer-{index}"),
            title: format!("{heading}: speed-up of {work} on each interpreter"),
            description: format!("{}.", words.join("; ")),
            height: rows::height(own.len()),
            x: x.clone(),
            y: rows::axis(own.len()),
            x_title: "",
        };
        Ok::<_, ReportErrorKind>(Panel { heading: heading.to_owned(), svg: frame.draw(&elements)? })
    };
    let threads = panel(0, "Threads", &|answer| Some((answer.speed_up, answer.threads_label.clone())))?;
    let best = panel(1, "The fastest way that was measured", &|answer| {
        let fastest = answer.fastest.as_ref()?;
        Some((fastest.estimate?, fastest.label.clone()))
    })?;
    Ok(Some(Figure {
        id: "answer".to_owned(),
        title: format!("{work}: how many times faster than one after another"),
        note: "Speed-up on the same interpreter with its 95 % interval. The dashed line is 1×: no gain. A circle is \
               faster, a diamond is not, a hollow one is undecided. Of ways that are not told apart from the fastest, the first one that its \
               workload lists."
            .to_owned(),
        legend: Vec::new(),
        panels: vec![threads, best],
        table: Table::default(),
    }))
}
