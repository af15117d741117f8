//! `gilbench compare`: cases of a run beside each other, or the same cases in several runs.

use std::process::ExitCode;

use gilbench_analysis::compare::{
    Choice, Compared, LARGEST_SHIFT, Pattern, Quantity, Row, Shift, across, within,
};
use gilbench_analysis::statistics::{Answer, Estimate};
use gilbench_model::run_directory::Run;
use gilbench_model::units::significant;
use gilbench_report::numbers::{ratio, seconds};

use crate::cli::{Common, Compare};
use crate::exit::UsageError;
use crate::tabular::{self, TabularFormat};
use crate::{data, output};

/// Compares.
pub(super) fn run(common: &Common, arguments: &Compare) -> anyhow::Result<ExitCode> {
    let choice = Choice {
        case: arguments.case.as_deref().map(Pattern::new),
        against: arguments.against.as_deref().map(Pattern::new),
    };
    let band = arguments.band.get();
    let compared = match arguments.runs.as_slice() {
        [] | [_] => {
            let run = data::run_or_latest(arguments.runs.first().map(std::path::PathBuf::as_path), common)?;
            within(&Run::load(&run)?, &choice, band)?
        }
        [_, ..] if choice.against.is_some() => {
            let hint = "each case is compared with the same one of the first run; for cases of one run, name one run";
            return Err(UsageError::new("`--against` is about the cases of one run", hint).into());
        }
        directories => {
            let runs = directories.iter().map(|run| Run::load(run)).collect::<Result<Vec<_>, _>>()?;
            let [first, others @ ..] = runs.as_slice() else { return Ok(ExitCode::SUCCESS) };
            let others: Vec<&Run> = others.iter().collect();
            let compared = across(first, &others, choice.case.as_ref(), band);
            if let Some(pattern) = choice.case.filter(|_| compared.rows.is_empty()) {
                return Err(UsageError::no_case(&pattern).into());
            }
            compared
        }
    };
    match arguments.format {
        TabularFormat::Json => output::json(&compared)?,
        TabularFormat::Csv => csv(&compared)?,
        TabularFormat::Text => {
            before(&compared, "")?;
            output::table(HEAD, compared.rows.iter().map(|row| cells(&compared, row)))?;
            output::line("")?;
            output::line(&counted(&compared))?;
        }
        TabularFormat::Markdown => {
            before(&compared, "- ")?;
            output::line("")?;
            let rows: Vec<_> = compared.rows.iter().map(|row| cells(&compared, row)).collect();
            tabular::markdown(HEAD, &rows)?;
            output::line("")?;
            output::line(&counted(&compared))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

const HEAD: [&str; 6] = ["case", "against", "a", "b", "b / a", "verdict"];

/// What is to be known before the rows are read: the runs, their noise floors, and how far the machine moved.
fn before(compared: &Compared, item: &str) -> output::Result {
    for (index, run) in compared.runs.iter().enumerate() {
        let floor = run.noise_floor.as_ref().and_then(|floor| floor.ratio);
        let floor = floor.map_or_else(
            || "noise floor not known".to_owned(),
            |floor| format!("noise floor {}", ratio(&floor).text()),
        );
        output::line(&format!(
            "{item}{}: {} (suite {}), {floor}",
            letter(compared, index),
            run.run,
            run.suite
        ))?;
        if let Some(unfinished) = &run.unfinished {
            output::line(&format!("{item}{}: not complete: {unfinished}", letter(compared, index)))?;
        }
        if let Some(reason) = &run.reason {
            output::line(&format!(
                "{item}{}: {reason}; ratios formed inside each run are",
                letter(compared, index)
            ))?;
        }
    }
    for shift in &compared.calibration {
        output::line(&format!("{item}{}: {}", letter(compared, shift.run), moved(shift)))?;
    }
    for (index, run) in compared.runs.iter().enumerate() {
        if let Some(shift) = run.shift {
            let (percent, largest) = (significant(shift * 100.0), significant(LARGEST_SHIFT * 100.0));
            let follows = if shift > LARGEST_SHIFT {
                format!(", more than {largest} %: no verdict is given")
            } else {
                ": each ratio of times is widened by that".to_owned()
            };
            let letter = letter(compared, index);
            output::line(&format!("{item}{letter}: the machine moved by up to {percent} %{follows}"))?;
        }
    }
    if item.is_empty() { output::line("") } else { Ok(()) }
}

/// How a calibration workload moved.
fn moved(shift: &Shift) -> String {
    match (&shift.ratio, &shift.reason) {
        (Some(found), _) => format!("calibration {}: {}", shift.workload, ratio(found).text()),
        (None, reason) => {
            format!("calibration {}: not known: {}", shift.workload, reason.as_deref().unwrap_or_default())
        }
    }
}

/// What a run is called in the rows: `a` is the first; within one run, there is nothing to tell apart.
fn letter(compared: &Compared, index: usize) -> String {
    match (compared.runs.len(), index) {
        (1, _) => "run".to_owned(),
        (_, 0) => "a".to_owned(),
        (2, _) => "b".to_owned(),
        (_, index) => format!("b{index}"),
    }
}

fn cells(compared: &Compared, row: &Row) -> [String; 6] {
    let write = |estimate: &Estimate| match row.quantity {
        Quantity::TimeRatio => ratio(estimate).text(),
        Quantity::Steady | Quantity::Whole => seconds(estimate).text(),
    };
    let time = |estimate: &Option<Estimate>| estimate.as_ref().map_or_else(|| "—".to_owned(), write);
    let several = compared.runs.len() > 2;
    let against = match &row.against {
        Some(id) if *id == row.case => "the same in a".to_owned(),
        Some(id) => id.clone(),
        None => "—".to_owned(),
    };
    let case =
        if several { format!("{} in {}", row.case, letter(compared, row.run)) } else { row.case.clone() };
    let figure = row.deciding().map_or_else(|| "—".to_owned(), |found| ratio(found).text());
    [case, against, time(&row.a), time(&row.b), figure, verdict(row)]
}

/// The verdict, whether the difference matters, and why there is none.
fn verdict(row: &Row) -> String {
    let decided = matches!(row.verdict, Answer::Faster | Answer::Slower);
    let relevance = match row.relevant {
        Some(false) if decided => Some("too little to matter".to_owned()),
        None if decided => Some("perhaps too little to matter".to_owned()),
        _ => None,
    };
    let drifting = row.drifting.then(|| "drifting machine".to_owned());
    let remarks: Vec<String> = [row.reason.clone(), relevance, drifting].into_iter().flatten().collect();
    if remarks.is_empty() {
        row.verdict.as_str().to_owned()
    } else {
        format!("{}: {}", row.verdict.as_str(), remarks.join("; "))
    }
}

fn counted(compared: &Compared) -> String {
    let counts = compared.counts;
    format!(
        "{} compared: {} faster, {} slower, {} equivalent within {} %, {} undecided",
        compared.rows.len(),
        counts.faster,
        counts.slower,
        counts.equivalent,
        significant(compared.band * 100.0),
        counts.undecided
    )
}

/// Every number with both ends of its interval, in seconds or as a ratio.
fn csv(compared: &Compared) -> output::Result {
    let head = [
        "run",
        "case",
        "against",
        "quantity",
        "a",
        "a_low",
        "a_high",
        "b",
        "b_low",
        "b_high",
        "ratio",
        "ratio_low",
        "ratio_high",
        "widened_low",
        "widened_high",
        "drifting",
        "verdict",
        "significant",
        "relevant",
        "reason",
    ];
    let text = |value: Option<bool>| value.map(|value| value.to_string()).unwrap_or_default();
    let rows: Vec<_> = compared
        .rows
        .iter()
        .map(|row| {
            let three = |estimate: &Option<Estimate>| {
                estimate.map_or_else(Default::default, |found| {
                    [found.point, found.low, found.high].map(|number| number.to_string())
                })
            };
            let [a, a_low, a_high] = three(&row.a);
            let [b, b_low, b_high] = three(&row.b);
            let [ratio, ratio_low, ratio_high] = three(&row.ratio);
            let [_, widened_low, widened_high] = three(&row.widened);
            [
                compared.runs[row.run].run.clone(),
                row.case.clone(),
                row.against.clone().unwrap_or_default(),
                row.quantity.as_str().to_owned(),
                a,
                a_low,
                a_high,
                b,
                b_low,
                b_high,
                ratio,
                ratio_low,
                ratio_high,
                widened_low,
                widened_high,
                row.drifting.to_string(),
                row.verdict.as_str().to_owned(),
                text(row.significant),
                text(row.relevant),
                row.reason.clone().unwrap_or_default(),
            ]
        })
        .collect();
    tabular::csv(head, &rows)
}
