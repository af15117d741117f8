//! The answer for people: a table, what to know of its rows, and how it was found.

use gilbench_report::{visible, wrapped};

use super::answer::{Answered, SpeedUp};
use super::row::Row;
use crate::output;

/// Notes are no wider than this, whatever the terminal.
const WIDEST: usize = 100;

pub(super) fn text(answered: &Answered) -> output::Result {
    if !answered.setup.is_empty() {
        quote("setup: ", &answered.setup)?;
        output::line("")?;
    }
    table(answered)?;
    notes(&answered.rows)?;
    output::line("")?;
    paragraph(&how(answered))
}

/// All rows below one head, each statement above its own.
fn table(answered: &Answered) -> output::Result {
    let several = || answered.threads.iter().skip(1);
    let counts: Vec<String> = several().map(|threads| format!("{threads} threads")).collect();
    let head = ["interpreter", "GIL"].into_iter().chain(counts.iter().map(String::as_str)).chain(["CPUs"]);
    let cells = |name: &str, verdict: &str, speed_ups: &[SpeedUp]| {
        let of = |threads: u32| speed_ups.iter().find(|speed_up| speed_up.threads == threads);
        let busy = of(answered.decided_by).and_then(|speed_up| speed_up.cpus[1]);
        let figures = several().map(|&threads| of(threads).map_or_else(|| "–".to_owned(), figure));
        let busy = busy.map_or_else(|| "–".to_owned(), |cpus| format!("{cpus:.1}"));
        [name.to_owned(), verdict.to_owned()].into_iter().chain(figures).chain([busy]).collect::<Vec<_>>()
    };
    let rows = answered.rows.iter().map(|row| cells(row.interpreter.as_str(), verdict(row), &row.speed_ups));
    let native = cells(answered.ceiling.interpreter.as_str(), "ceiling", &answered.ceiling.speed_ups);
    let lines = output::table_lines(head, rows.chain([native]));
    let mut lines = lines.iter();
    let mut next = || lines.next().map_or(Ok(()), |line| output::verbatim(line));
    next()?;
    let mut above: Option<&str> = None;
    for row in &answered.rows {
        if above != Some(&row.statement) {
            quote("", &row.statement)?;
            above = Some(&row.statement);
        }
        next()?;
    }
    output::line("native code")?;
    next()
}

fn verdict(row: &Row) -> &'static str {
    row.verdict.map_or_else(|| row.outcome.as_str(), gilbench_analysis::timeit::Verdict::as_str)
}

/// Two decimals of everything: what is between them is noise.
fn figure(speed_up: &SpeedUp) -> String {
    format!("{:.2}× [{:.2}, {:.2}]", speed_up.ratio, speed_up.low, speed_up.high)
}

/// What is to be said of rows, once for all of which it is to be said.
fn notes(rows: &[Row]) -> output::Result {
    let mut notes: Vec<Vec<&Row>> = Vec::new();
    for row in rows.iter().filter(|row| row.reason.is_some()) {
        let same = |other: &Row| (verdict(other), &other.reason) == (verdict(row), &row.reason);
        match notes.iter_mut().find(|note| same(note[0])) {
            Some(note) => note.push(row),
            None => notes.push(vec![row]),
        }
    }
    for note in notes {
        output::line("")?;
        let reason = note[0].reason.as_deref().unwrap_or_default();
        paragraph(&format!("{}: {}: {reason}", whose(&note, rows), verdict(note[0])))?;
        if let Some(hint) = &note[0].hint {
            let alike = note.iter().all(|row| row.hint.as_ref() == Some(hint));
            paragraph(&format!("hint: {hint}{}", if alike { "" } else { ", and so for the others" }))?;
        }
    }
    Ok(())
}

/// The interpreters of a note, with the statements where it is not about all.
fn whose(note: &[&Row], rows: &[Row]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for row in note {
        if !names.contains(&row.interpreter.as_str()) {
            names.push(row.interpreter.as_str());
        }
    }
    // Interpreters with few rows in a note may have no more at all.
    let all = rows.iter().filter(|row| names.contains(&row.interpreter.as_str())).count();
    if all == note.len() {
        return names.join(", ");
    }
    let mut parts: Vec<(&str, Vec<&str>)> = Vec::new();
    for row in note {
        match parts.last_mut() {
            Some((statement, names)) if *statement == row.statement => names.push(row.interpreter.as_str()),
            _ => parts.push((&row.statement, vec![row.interpreter.as_str()])),
        }
    }
    let part = |(statement, names): &(&str, Vec<&str>)| {
        format!("`{}` on {}", statement.lines().next().unwrap_or_default(), names.join(", "))
    };
    parts.iter().map(part).collect::<Vec<_>>().join("; ")
}

/// How to read it, and how it was found.
fn how(answered: &Answered) -> String {
    let stopped = match answered.stopped_by {
        "precise" => "precise enough",
        "budget" => "the budget is used up",
        "max-rounds" => "as many as were asked for",
        "interrupted" => "interrupted",
        "nothing-left" => "nothing is left to time",
        other => other,
    };
    let counted =
        |count: u32, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
    format!(
        "Speed-ups over one thread, with 95 % intervals. {} threads decide; CPUs are those that they keep busy. \
         {}, {}, {:.1} s: {stopped}. {} CPUs are there; BLAS and OpenMP libraries have one thread.",
        answered.decided_by,
        counted(answered.rounds, "round", "rounds"),
        counted(answered.processes, "process", "processes"),
        answered.seconds,
        answered.cpus
    )
}

/// Text of the user's, line for line.
fn quote(label: &str, text: &str) -> output::Result {
    let mut lines = text.lines();
    output::line(&format!("{label}{}", lines.next().unwrap_or_default()))?;
    lines.try_for_each(|line| output::line(&format!("{}{line}", " ".repeat(label.len()))))
}

fn paragraph(text: &str) -> output::Result {
    wrapped(&visible(text), output::width().min(WIDEST)).iter().try_for_each(|line| output::verbatim(line))
}
