//! The times of every measured case, cold and steady: of a steady iteration, of a process's first one and of the whole
//! process, in one row.

use gilbench_analysis::statistics::Estimate;

use super::element::{Element, Mark, Shape};
use super::frame::Frame;
use super::rows::Scales;
use super::stack::{Group, Stack, groups, names, panels};
use super::{Figure, Panel, Table};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};
use crate::numbers::{count, seconds};

/// Between two marks of a row, one above the other, so that none hides another.
const LANE: u32 = 7;

/// A kind of time: its word, its mark and how to get it.
struct Kind {
    word: &'static str,
    /// What looks like the mark, in text.
    glyph: char,
    /// In a mark's title.
    short: &'static str,
    shape: Shape,
    of: fn(&Entry<'_>) -> Option<Estimate>,
}

/// From the top lane of a row down.
const KINDS: [Kind; 3] = [
    Kind {
        word: "steady iteration",
        short: "steady",
        glyph: '●',
        shape: Shape::Circle,
        of: |entry| entry.finding.steady,
    },
    Kind { word: "first iteration (cold)", short: "first", glyph: '◆', shape: Shape::Diamond, of: first },
    Kind {
        word: "whole process",
        short: "whole",
        glyph: '■',
        shape: Shape::Square,
        of: |entry| entry.finding.whole,
    },
];

/// The first iteration, where it is not the only one and so the steady one too.
fn first(entry: &Entry<'_>) -> Option<Estimate> {
    entry.finding.first.filter(|first| entry.finding.steady.as_ref() != Some(first))
}

/// The figure for some cases of one workload; `None` if none has a time.
pub(crate) fn figure(
    report: &Report<'_>,
    id: &str,
    subject: &str,
    entries: &[Entry<'_>],
) -> Result<Option<Figure>, ReportErrorKind> {
    let timed = |entry: &&Entry<'_>| KINDS.iter().any(|kind| (kind.of)(entry).is_some());
    let entries: Vec<Entry<'_>> = entries.iter().filter(timed).copied().collect();
    if entries.is_empty() {
        return Ok(None);
    }
    let ends = entries.iter().flat_map(|entry| {
        let native = report.is_native(&entry.case.interpreter);
        let times = KINDS.iter().filter_map(|kind| (kind.of)(entry));
        times.flat_map(move |time| [(native, time.low), (native, time.high)])
    });
    let scales = Scales::of_seconds(&ends.collect::<Vec<_>>());
    let own_scale = |group: &Group<'_>| scales.is_apart(report.is_native(group.interpreter));
    let panels = panels(id, groups(report, &entries), own_scale, |frame, panel| {
        draw(report, frame, subject, panel, &scales)
    })?;
    let present = KINDS.iter().filter(|kind| entries.iter().any(|entry| (kind.of)(entry).is_some()));
    let words: Vec<String> = present.map(|kind| format!("{} {}", kind.glyph, kind.word)).collect();
    let only_one = entries.iter().any(|entry| entry.finding.first.is_some() && first(entry).is_none());
    Ok(Some(Figure {
        id: id.to_owned(),
        title: "Times, cold and steady".to_owned(),
        note: format!(
            "{}: medians with 95 % intervals; further left is faster.{} {}",
            words.join(", "),
            if only_one { " Without a first: one iteration a process." } else { "" },
            scales.note()
        ),
        legend: Vec::new(),
        panels,
        table: Table::in_cases(),
    }))
}

fn draw(
    report: &Report<'_>,
    id: String,
    subject: &str,
    panel: &[Group<'_>],
    scales: &Scales,
) -> Result<Panel, ReportErrorKind> {
    let x = scales.axis(panel.iter().all(|group| report.is_native(group.interpreter)));
    let mut stack = Stack::below(0);
    let mut elements = Vec::new();
    let mut steady = Vec::new();
    for group in panel {
        elements.extend(stack.open(report, group.interpreter, x));
        for entry in &group.entries {
            let label = match entry.unsteady() {
                Some(class) => format!("{}, {class}", entry.way()),
                None => entry.way(),
            };
            let (label, top) = stack.row(&label, x, 2 * LANE + 6);
            elements.push(label);
            let (mut marks, mut words) = (Vec::new(), Vec::new());
            for (lane, kind) in KINDS.iter().enumerate() {
                let Some(time) = (kind.of)(entry) else { continue };
                let y = top - lane as f64 * f64::from(LANE);
                let at = [time.low, time.point, time.high].map(|value| (x.at(value), y));
                marks.push(Mark { at, shape: kind.shape, hollow: false });
                words.push(format!("{} {}", kind.short, seconds(&time).text()));
            }
            elements.push(Element::row(marks, words.join("; ")));
            steady.extend(entry.finding.steady.map(|time| (time, entry, group.interpreter)));
        }
        elements.push(Element::close());
    }
    let end = |of: Option<&(Estimate, &Entry<'_>, _)>, word| {
        of.map(|(time, entry, interpreter)| {
            format!(" {word}: {interpreter} {}, {}.", entry.way(), seconds(time).text())
        })
    };
    let by_time = |a: &&(Estimate, _, _), b: &&(Estimate, _, _)| a.0.point.total_cmp(&b.0.point);
    let (height, y) = stack.end();
    let rows: usize = panel.iter().map(|group| group.entries.len()).sum();
    let frame = Frame {
        id,
        title: format!("Times of {subject}: {}", names(panel)),
        description: format!(
            "{}.{}{}",
            count(rows as u64, "case"),
            end(steady.iter().min_by(by_time), "Fastest steady iteration").unwrap_or_default(),
            end(steady.iter().max_by(by_time).filter(|_| steady.len() > 1), "Slowest").unwrap_or_default(),
        ),
        height,
        x: x.clone(),
        y,
        x_title: "",
    };
    Ok(Panel { heading: String::new(), svg: frame.draw(&elements)? })
}
