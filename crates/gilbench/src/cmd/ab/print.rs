//! The answer for people, pages and spreadsheets.

use gilbench_analysis::statistics::{Answer, Estimate};
use gilbench_report::numbers::{memory, ratio, seconds};

use super::answer::{Answered, Interval, Peak, SideAnswer};
use crate::{output, tabular};

/// A pair at a time: the answer first, then what is known of the two, then how it was found.
pub(super) fn text(answers: &[Answered]) -> output::Result {
    for (index, answer) in answers.iter().enumerate() {
        if index > 0 {
            output::line("")?;
        }
        one(answer)?;
    }
    Ok(())
}

fn one(answer: &Answered) -> output::Result {
    if !answer.parameters.is_empty() {
        output::line(&parameters(answer, ", "))?;
    }
    output::line(&headline(answer))?;
    if answer.rounds == 0 {
        return output::line(&how(answer));
    }
    let row = |letter: &str, side: &SideAnswer| {
        let time = side.wall_seconds.map(|interval| written(interval, answer.rounds));
        let cpu = side.cpu_seconds.map(|interval| written(interval, answer.rounds));
        let unknown = || "not known".to_owned();
        let some = |count: u64, what: &str| match count {
            0 => String::new(),
            _ => format!(" ({count} {what})"),
        };
        let failures = some(side.failures as u64, "failed")
            + &some(side.orphans.into(), "processes outlived it and were ended");
        [
            letter.to_owned(),
            time.unwrap_or_else(|| "–".to_owned()),
            cpu.unwrap_or_else(unknown),
            side.memory.map_or_else(unknown, peak),
            format!("{}{failures}", side.name),
        ]
    };
    output::table(["", "time", "CPU time", "memory", "command"], [row("A", &answer.a), row("B", &answer.b)])?;
    output::line(&how(answer))
}

fn parameters(answer: &Answered, between: &str) -> String {
    let values = answer.parameters.iter().map(|(name, value)| format!("{name}={value}"));
    values.collect::<Vec<_>>().join(between)
}

/// What is answered, in words.
fn headline(answer: &Answered) -> String {
    let measure = if answer.measure == "cpu-time" { "CPU time" } else { "time" };
    let Some(estimate) = answer.estimate() else {
        let reason = answer.reason.as_deref().unwrap_or("no interval");
        let needed = answer.to_decide.as_ref().filter(|needed| !needed.arguments.is_empty());
        let needed = needed.map(|needed| format!("; `{}` would give one", needed.arguments));
        return format!("undecided: {reason}{}", needed.unwrap_or_default());
    };
    let figure = format!("{} the {measure} of A", ratio(&estimate).text());
    let band = percent(answer.band);
    let matters = match answer.relevant {
        Some(true) => format!("more than {band}"),
        Some(false) => format!("less than {band}: it hardly matters"),
        None => format!("whether that is more than {band} is open"),
    };
    match answer.verdict {
        Answer::Faster | Answer::Slower => {
            format!("B is {}: {figure}; {matters}", answer.verdict.as_str())
        }
        Answer::Equivalent => {
            let least = answer.minimum_detectable_effect.map_or(String::new(), |least| {
                format!("; a difference of {} would most likely have been found", percent(least))
            });
            format!("equivalent: B takes {figure}, within ±{band}{least}")
        }
        Answer::Undecided => {
            let needed = answer.to_decide.as_ref().map_or_else(
                || "no number of rounds would be likely to decide it on this machine now".to_owned(),
                |needed| {
                    let with = if needed.arguments.is_empty() {
                        String::new()
                    } else {
                        format!(": `{}`", needed.arguments)
                    };
                    format!("about {} rounds would decide it{with}", needed.rounds)
                },
            );
            format!("undecided: B takes {figure}; {needed}")
        }
    }
}

/// How it was found, and why no further round was made.
fn how(answer: &Answered) -> String {
    let method = if answer.method == "side-by-side" {
        "CPU time, side by side on one CPU: each is one thread that computes"
    } else if answer.measure == "cpu-time" {
        "CPU time of the whole tree, one after the other"
    } else {
        "time from start to end, one after the other"
    };
    let reached = answer.half_width.map_or(String::new(), |width| format!("±{}, ", percent(width)));
    let stopped = match answer.stopped_by {
        "precise" => format!("{reached}as precise as asked for"),
        "max-time" => format!("{reached}time is up (target ±{})", percent(answer.target)),
        "max-rounds" => format!("{reached}most rounds made (target ±{})", percent(answer.target)),
        other => format!("{reached}{other}"),
    };
    format!(
        "{method}\n{} rounds, {} processes, {:.1} s: {stopped}",
        answer.rounds, answer.processes, answer.seconds
    )
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 10.0 { format!("{percent:.0} %") } else { format!("{percent:.2} %").replace(".00 ", " ") }
}

fn written(interval: Interval, count: usize) -> String {
    interval.estimate(count).map_or_else(|| "not known".to_owned(), |estimate| seconds(&estimate).text())
}

fn peak(peak: Peak) -> String {
    let interval = peak.low.zip(peak.high);
    let (low, high) = interval.unwrap_or((peak.bytes, peak.bytes));
    let figure = Estimate::new(peak.bytes, low, high, 0).map(|estimate| memory(&estimate));
    match figure {
        Ok(figure) if interval.is_some() => figure.text(),
        Ok(figure) => format!("{} (pilot)", figure.point),
        Err(_) => "not known".to_owned(),
    }
}

/// A pair to a row, for a spreadsheet.
pub(super) fn csv(answers: &[Answered]) -> output::Result {
    let rows: Vec<_> = answers.iter().map(|answer| COLUMNS.map(|(_, cell)| cell(answer))).collect();
    tabular::csv(COLUMNS.map(|(name, _)| name), &rows)
}

/// A pair to a row, for a page.
pub(super) fn markdown(answers: &[Answered]) -> output::Result {
    let rows = answers.iter().map(|answer| {
        [
            answer.a.name.clone(),
            answer.b.name.clone(),
            parameters(answer, ", "),
            answer.verdict.as_str().to_owned(),
            answer.estimate().map_or_else(
                || answer.reason.clone().unwrap_or_default(),
                |estimate| ratio(&estimate).text(),
            ),
            answer.measure.to_owned(),
            compared(answer, &answer.a),
            compared(answer, &answer.b),
            answer.a.memory.map_or_else(String::new, peak),
            answer.b.memory.map_or_else(String::new, peak),
            answer.rounds.to_string(),
            answer.stopped_by.to_owned(),
        ]
    });
    tabular::markdown(
        [
            "A",
            "B",
            "parameters",
            "verdict",
            "B / A",
            "measure",
            "time of A",
            "time of B",
            "memory of A",
            "memory of B",
            "rounds",
            "stopped by",
        ],
        &rows.collect::<Vec<_>>(),
    )
}

/// The time of a side that is compared.
fn compared(answer: &Answered, side: &SideAnswer) -> String {
    let interval = if answer.measure == "cpu-time" { side.cpu_seconds } else { side.wall_seconds };
    interval.map_or_else(String::new, |interval| written(interval, answer.rounds))
}

/// A column of the table for a spreadsheet: its name, and its cell.
type Column = (&'static str, fn(&Answered) -> String);

const COLUMNS: [Column; 22] = [
    ("a", |answer| answer.a.name.clone()),
    ("b", |answer| answer.b.name.clone()),
    ("parameters", |answer| parameters(answer, " ")),
    ("verdict", |answer| answer.verdict.as_str().to_owned()),
    ("ratio", |answer| known(answer.ratio)),
    ("low", |answer| known(answer.low)),
    ("high", |answer| known(answer.high)),
    ("significant", |answer| known(answer.significant)),
    ("relevant", |answer| known(answer.relevant)),
    ("band", |answer| answer.band.to_string()),
    ("half_width", |answer| known(answer.half_width)),
    ("measure", |answer| answer.measure.to_owned()),
    ("method", |answer| answer.method.to_owned()),
    ("a_wall_seconds", |answer| median(answer.a.wall_seconds)),
    ("b_wall_seconds", |answer| median(answer.b.wall_seconds)),
    ("a_cpu_seconds", |answer| median(answer.a.cpu_seconds)),
    ("b_cpu_seconds", |answer| median(answer.b.cpu_seconds)),
    ("a_memory_bytes", |answer| known(answer.a.memory.map(|peak| peak.bytes))),
    ("b_memory_bytes", |answer| known(answer.b.memory.map(|peak| peak.bytes))),
    ("rounds", |answer| answer.rounds.to_string()),
    ("seconds", |answer| answer.seconds.to_string()),
    ("stopped_by", |answer| answer.stopped_by.to_owned()),
];

/// What is not known is empty.
fn known(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn median(interval: Option<Interval>) -> String {
    known(interval.map(|interval| interval.median))
}
