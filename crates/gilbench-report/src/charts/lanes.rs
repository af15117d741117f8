//! What the threads of watched processes did: one lane a thread, all cases of a figure on one time scale.
//!
//! In a lane the height tells the state, so that colour need not: full for running, half and hatched for waiting for a
//! CPU, a thin bar for waiting for a lock, the bare line for other waiting. A column in which a thread was in several
//! states has each with its share of its height, one upon the other.

use std::ops::Range;

use gilbench_analysis::timelines::{Activity, ThreadActivity, cells};
use gilbench_model::Nanoseconds;
use gilbench_model::timeline::{Lane, Parts, Recording, State};
use gilbench_model::units::format_seconds;

use super::axis::{Axis, seconds_label};
use super::element::Element;
use super::frame::Frame;
use super::steps::Steps;
use super::{Figure, Key, Panel, Table, rows};
use crate::error::ReportErrorKind;
use crate::text::visible;

/// Lanes of a drawing at the most. More are in the numbers.
const MOST_LANES: usize = 12;

/// Columns of a drawing over its whole time scale: as many as it has pixels.
const COLUMNS: f64 = 296.0;

/// The height of a full lane, and the foot of every lane, in rows.
const FULL: f64 = 0.42;
const FOOT: f64 = 0.92;

/// The height of each state, in full lanes. Sleeping has none.
const HEIGHTS: [f64; 5] = [1.0, 0.55, 0.25, 0.0, 0.4];

/// Shares are drawn in so many steps: finer ones nobody sees.
const STEPS: f64 = 8.0;

/// One case.
pub(crate) struct Watched<'a> {
    /// Strategy, interpreter and conditions.
    pub(crate) heading: String,
    pub(crate) recording: &'a Recording,
    /// What is drawn, and told in numbers.
    pub(crate) activity: Activity,
    /// The finding, in words.
    pub(crate) words: String,
}

/// The figure of some cases.
pub(crate) fn figure(
    id: &str,
    title: &str,
    note: &str,
    subject: &str,
    watched: &[Watched<'_>],
) -> Result<Figure, ReportErrorKind> {
    let longest = watched.iter().map(|case| length(&case.activity.window)).max().unwrap_or(0);
    let x = Axis::linear(0.0, Nanoseconds(longest).seconds(), seconds_label);
    let hatch = format!("{id}-hatch");
    let panel = |(index, case): (usize, &Watched<'_>)| {
        let svg = drawing(&format!("{id}-{index}"), title, subject, case, &x, &hatch)?;
        Ok(Panel { heading: case.heading.clone(), svg })
    };
    Ok(Figure {
        id: id.to_owned(),
        title: title.to_owned(),
        note: note.to_owned(),
        legend: legend(&hatch),
        panels: watched.iter().enumerate().map(panel).collect::<Result<_, ReportErrorKind>>()?,
        table: numbers(watched),
    })
}

/// What every thread of every case did.
fn numbers(watched: &[Watched<'_>]) -> Table {
    let row = |case: &Watched<'_>, thread: &ThreadActivity| {
        let share =
            |state| thread.share(state).map_or("—".to_owned(), |share| format!("{:.1} %", share * 100.0));
        let lived = Nanoseconds(thread.parts.total()).seconds();
        let mut cells = vec![case.heading.clone(), label(case.recording, thread.lane), format_seconds(lived)];
        cells.extend(State::ALL.map(share));
        cells
    };
    let rows =
        watched.iter().flat_map(|case| case.activity.threads.iter().map(move |thread| row(case, thread)));
    Table {
        columns: vec![
            "Case",
            "Thread",
            "Seen for",
            "Running",
            "Waiting to run",
            "Waiting on a lock",
            "Sleeping or other waiting",
            "Not known",
        ],
        rows: rows.collect(),
    }
}

fn length(window: &Range<Nanoseconds>) -> u64 {
    window.end.0.saturating_sub(window.start.0)
}

fn drawing(
    id: &str,
    title: &str,
    subject: &str,
    case: &Watched<'_>,
    x: &Axis,
    hatch: &str,
) -> Result<String, ReportErrorKind> {
    let mut elements = Vec::new();
    let drawn = &case.activity.window;
    let lanes = shown(&case.activity);
    let per_column = (x.range.end - x.range.start) / COLUMNS;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most `COLUMNS`")]
    let columns = (Nanoseconds(length(drawn)).seconds() / per_column).ceil().max(1.0) as usize;
    let step = Nanoseconds(length(drawn)).seconds() / columns as f64;
    for (row, &index) in lanes.iter().enumerate() {
        let lane = &case.recording.lanes[index];
        elements.push(rows::label(row, &label(case.recording, index), x));
        let cells = cells(lane, drawn, columns);
        let foot = -(row as f64) - FOOT;
        for (layer, (class, top)) in LAYERS.into_iter().enumerate() {
            let heights: Vec<f64> = cells.iter().map(|cell| height(cell, top, step)).collect();
            let below: Vec<f64> = match LAYERS.get(layer + 1) {
                Some((_, top)) => cells.iter().map(|cell| height(cell, top, step)).collect(),
                None => vec![0.0; cells.len()],
            };
            // Nothing of it would be seen.
            if heights == below {
                continue;
            }
            let fill = if class == "queued" {
                Steps::Pattern { pattern: hatch.to_owned(), id: format!("{id}-{row}") }
            } else {
                Steps::Plain
            };
            elements.push(Element::steps(outline(&heights, foot, step), format!("state {class}"), fill));
        }
        elements.push(life(lane, drawn, foot));
    }
    let frame = Frame {
        id: id.to_owned(),
        title: format!("{title}: {subject}, {}", case.heading),
        description: case.words.clone(),
        height: rows::height(lanes.len()),
        x: x.clone(),
        y: rows::axis(lanes.len()),
        x_title: "",
    };
    frame.draw(&elements)
}

/// What is drawn upon what: each with the states up to whose height it reaches, the highest first.
const LAYERS: [(&str, &[State]); 4] = [
    ("unknown", &[State::Running, State::Queued, State::Lock, State::Unknown]),
    ("lock", &[State::Running, State::Queued, State::Lock]),
    ("queued", &[State::Running, State::Queued]),
    ("running", &[State::Running]),
];

/// The height of some states of a column, in rows. A column in which a thread lived only for a part is as high as it
/// would be otherwise, since it has no place to be narrower.
fn height(cell: &Parts, states: &[State], step: f64) -> f64 {
    let total = cell.total();
    // Some nanoseconds are left over where a column and a span share an edge.
    if Nanoseconds(total).seconds() < step / 100.0 {
        return 0.0;
    }
    let share = |state: &State| (cell.of(*state) as f64 / total as f64 * STEPS).round() / STEPS;
    let height: f64 = states.iter().map(|state| share(state) * HEIGHTS[*state as usize]).sum();
    height * FULL
}

/// The corners of columns that stand on a foot.
fn outline(heights: &[f64], foot: f64, step: f64) -> Vec<(f64, f64)> {
    let mut corners = vec![(0.0, foot)];
    let mut last = 0.0;
    for (index, &height) in heights.iter().enumerate() {
        if (height - last).abs() > f64::EPSILON {
            let at = index as f64 * step;
            corners.extend([(at, foot + last), (at, foot + height)]);
            last = height;
        }
    }
    let end = heights.len() as f64 * step;
    corners.extend([(end, foot + last), (end, foot)]);
    corners
}

/// The line on which a lane stands, for as long as the thread lived.
fn life(lane: &Lane, drawn: &Range<Nanoseconds>, foot: f64) -> Element {
    let at =
        |time: Nanoseconds| Nanoseconds(time.0.clamp(drawn.start.0, drawn.end.0) - drawn.start.0).seconds();
    Element::line(vec![(at(lane.start_ns), foot), (at(lane.end_ns()), foot)], "life", "")
}

/// The lanes that are drawn: those of threads that work, and then others, in their order.
fn shown(activity: &Activity) -> Vec<usize> {
    let others = activity.threads.iter().filter(|thread| !thread.works);
    let mut lanes: Vec<usize> =
        activity.working().chain(others).take(MOST_LANES).map(|thread| thread.lane).collect();
    lanes.sort_unstable();
    lanes
}

/// How many threads have no lane in the drawing.
pub(crate) fn not_shown(activity: &Activity) -> usize {
    activity.threads.len().saturating_sub(MOST_LANES)
}

/// A thread's name, with its process where there are several.
fn label(recording: &Recording, index: usize) -> String {
    let lane = &recording.lanes[index];
    let processes = recording.lanes.iter().map(|lane| lane.process).max().unwrap_or(0);
    let name = if lane.name.is_empty() { "no name" } else { lane.name.as_str() };
    let first = if lane.main { ", first thread" } else { "" };
    let process = if processes > 0 { format!(", process {}", lane.process + 1) } else { String::new() };
    format!("{}: {}{process}{first}", index + 1, visible(name))
}

/// Each state as it looks in a lane. The first also holds the pattern of the drawings.
fn legend(hatch: &str) -> Vec<Key> {
    const PLAIN: [(&str, &str, u32); 2] = [("running", "running", 14), ("lock", "waiting on a lock", 4)];
    let key = |inside: String| {
        format!(
            "<svg class=\"key lane\" width=\"22\" height=\"16\" viewBox=\"0 0 22 16\" aria-hidden=\"true\" \
             focusable=\"false\">{inside}<path class=\"line life\" d=\"M0 15h22\"/></svg>"
        )
    };
    let plain = |class: &str, height: u32| {
        key(format!("<path class=\"state {class}\" d=\"M0 15v-{height}h22v{height}Z\"/>"))
    };
    let queued = key(format!(
        "<pattern id=\"{hatch}\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\"><rect class=\"ground\" \
         width=\"4\" height=\"4\"/><path class=\"stripe\" d=\"M-1 1L1 -1M-1 5L5 -1M3 5L5 3\"/></pattern><rect \
         class=\"state queued\" y=\"7\" width=\"22\" height=\"8\" fill=\"url(#{hatch})\"/>"
    ));
    let entry = |svg: String, label: &str| Key { svg, label: label.to_owned() };
    let [running, lock] = PLAIN.map(|(class, label, height)| entry(plain(class, height), label));
    vec![
        running,
        entry(queued, "waiting to run"),
        lock,
        entry(key(String::new()), "sleeping or other waiting"),
        entry(plain("unknown", 6), "not known"),
    ]
}
