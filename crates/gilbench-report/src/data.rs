//! The data behind the pages, as files: nothing rounded, units in the names of columns.
//!
//! Large files are compressed, since nobody reads them but programs, and those read gzip as it is.
//!
//! Not responsible for describing them to people: see `pages/data.rs`.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use gilbench_analysis::findings::MemoryFinding;
use gilbench_analysis::statistics::Estimate;
use gilbench_model::Nanoseconds;
use gilbench_model::plan::Role;
use gilbench_model::sample::{MemorySource, Outcome, Process};
use rayon::prelude::*;

use crate::csv::{Csv, csv_cell};
use crate::error::ReportErrorKind;
use crate::joined::{Entry, Report};

/// A file in the folder `data`.
pub(crate) struct DataFile {
    pub(crate) name: &'static str,
    pub(crate) content: Vec<u8>,
}

type Maker = fn(&Report<'_>) -> Result<Vec<u8>, ReportErrorKind>;

/// In the order of the page. A file without content is left out.
const FILES: [(&str, Maker); 8] = [
    ("cases.csv", |report| Ok(cases(report).into_bytes())),
    ("processes.csv.gz", |report| compressed(processes(report).as_bytes())),
    ("findings.json.gz", |report| compressed(&serde_json::to_vec(report.findings)?)),
    ("plan.json.gz", |report| compressed(&serde_json::to_vec(&report.run.plan)?)),
    ("environment.json", |report| Ok(serde_json::to_vec(&report.run.environment)?)),
    ("facts.json.gz", |report| compressed(&serde_json::to_vec(&report.run.facts)?)),
    ("events.jsonl", events),
    ("second-opinion.json", |report| {
        let opinions = &report.run.second_opinions;
        Ok(if opinions.is_empty() { Vec::new() } else { serde_json::to_vec(opinions)? })
    }),
];

/// All files.
pub(crate) fn files(report: &Report<'_>) -> Result<Vec<DataFile>, ReportErrorKind> {
    let made = FILES.par_iter().map(|(name, make)| Ok(DataFile { name, content: make(report)? }));
    let files = made.collect::<Result<Vec<_>, ReportErrorKind>>()?;
    Ok(files.into_iter().filter(|file| !file.content.is_empty()).collect())
}

/// The same bytes for the same content: no time and no name is part of them.
fn compressed(content: &[u8]) -> Result<Vec<u8>, ReportErrorKind> {
    // The level that is quickest is a tenth larger than the default one here.
    let level = if content.len() > LARGE { Compression::fast() } else { Compression::default() };
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

/// Above that, in bytes, time to compress would be felt.
const LARGE: usize = 8 << 20;

fn events(report: &Report<'_>) -> Result<Vec<u8>, ReportErrorKind> {
    let mut lines = Vec::new();
    for event in &report.run.events {
        serde_json::to_writer(&mut lines, event)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

const CASE_COLUMNS: [&str; 53] = [
    "case",
    "workload",
    "strategy",
    "interpreter",
    "size",
    "workers",
    "omp",
    "affinity",
    "gil",
    "start_method",
    "quota_cpus",
    "cold",
    "role",
    "effective_cpus",
    "state",
    "reason",
    "rounds",
    "lost_processes",
    "oversubscribed",
    "crowded",
    "drifting",
    "warm_up",
    "disturbed_processes",
    "stopped",
    "steady_s",
    "steady_s_low",
    "steady_s_high",
    "first_s",
    "first_s_low",
    "first_s_high",
    "whole_s",
    "whole_s_low",
    "whole_s_high",
    "hyperfine_whole_s",
    "hyperfine_whole_s_low",
    "hyperfine_whole_s_high",
    "speed_up",
    "speed_up_low",
    "speed_up_high",
    "efficiency",
    "efficiency_low",
    "efficiency_high",
    "over_native",
    "over_native_low",
    "over_native_high",
    "cpus_busy",
    "cpus_busy_low",
    "cpus_busy_high",
    "memory_bytes",
    "memory_bytes_low",
    "memory_bytes_high",
    "memory_source",
    "cpus_left",
];

/// A line for each case of the plan, controls included.
fn cases(report: &Report<'_>) -> String {
    let mut csv = Csv::new(&CASE_COLUMNS);
    for entry in report.entries.iter().chain(&report.controls) {
        case(&mut csv, *entry);
    }
    csv.into_text()
}

fn case(csv: &mut Csv, entry: Entry<'_>) {
    let Entry { case, finding } = entry;
    let conditions = &case.conditions;
    csv.text(&case.id).text(case.workload.as_str()).text(case.strategy.as_str());
    csv.text(case.interpreter.as_str()).text(conditions.size.as_str());
    csv.value(Some(conditions.workers)).text(&conditions.omp.to_string());
    csv.text(&conditions.affinity.to_string()).text(&conditions.gil.to_string());
    csv.value(conditions.start_method).value(conditions.quota).value(Some(conditions.cold));
    csv.text(match case.role {
        Role::Measured => "measured",
        Role::Calibration => "calibration",
        Role::Repeat => "repeat",
    });
    csv.value(Some(case.effective_cpus));
    let (state, reason) = entry.state();
    csv.text(state).text(reason.as_deref().unwrap_or_default());
    let lost: u32 = finding.failures.iter().map(|failure| failure.count).sum();
    csv.value(Some(finding.rounds)).value(case.skip.is_none().then_some(lost));
    csv.value(Some(case.oversubscribed)).value(Some(finding.crowded)).value(Some(finding.drifting));
    csv.value(finding.warm_up.map(|found| found.class.as_str()));
    csv.value(finding.disturbed.as_ref().map(|found| found.disturbed));
    csv.value(finding.stopped);
    let ceiling = finding.ceiling.map(|found| found.ratio);
    for estimate in [
        &finding.steady,
        &finding.first,
        &finding.whole,
        &finding.second_opinion,
        &finding.speed_up,
        &finding.efficiency,
        &ceiling,
        &finding.cpu_per_wall,
    ] {
        interval(csv, estimate.as_ref());
    }
    match &finding.memory {
        Some(MemoryFinding::Cgroup { bytes }) => {
            interval(csv, Some(bytes));
            csv.text("cgroup");
        }
        Some(MemoryFinding::SampledPss { bytes }) => {
            csv.value(Some(bytes)).value(None::<u64>).value(None::<u64>).text("sampled-pss");
        }
        None => {
            interval(csv, None);
            csv.text("");
        }
    }
    csv.value(finding.cpus_left).end_line();
}

fn interval(csv: &mut Csv, estimate: Option<&Estimate>) {
    csv.value(estimate.map(|estimate| estimate.point));
    csv.value(estimate.map(|estimate| estimate.low)).value(estimate.map(|estimate| estimate.high));
}

const PROCESS_COLUMNS: [&str; 21] = [
    "case",
    "round",
    "began_unix_ms",
    "outcome",
    "message",
    "facts",
    "iterations",
    "warm_up_tags",
    "iterations_wall_ns",
    "tree_wall_ns",
    "tree_user_ns",
    "tree_system_ns",
    "cpus_idle_ns",
    "voluntary_switches",
    "involuntary_switches",
    "memory_peak_bytes",
    "memory_source",
    "exit_code",
    "signal",
    "orphans",
    "steal_ns",
];

/// A line for each process, pilots and failed ones included, in the order in which they were recorded.
fn processes(report: &Report<'_>) -> String {
    let ids: Vec<_> = report.run.plan.cases.iter().map(|case| csv_cell(&case.id)).collect();
    let parts = report.run.processes.par_chunks(4096).map(|part| {
        let mut csv = Csv::new(&[]);
        for process in part {
            line(&mut csv, ids.get(process.case as usize).map_or("", |id| id), process);
        }
        // The empty head of a part is a line break.
        csv.into_text().split_off(1)
    });
    let parts: Vec<String> = parts.collect();
    Csv::new(&PROCESS_COLUMNS).into_text() + &parts.concat()
}

fn line(csv: &mut Csv, id: &str, process: &Process) {
    csv.plain(id).value(process.round).value(Some(process.began_ms));
    let (outcome, message) = match &process.outcome {
        Outcome::Completed => ("completed", String::new()),
        failed @ Outcome::Failed { .. } => ("failed", failed.to_string()),
        late @ Outcome::TimedOut { .. } => ("timed-out", late.to_string()),
        Outcome::Unsupported { reason } => ("unsupported", reason.clone()),
    };
    csv.text(outcome).text(&message).value(process.facts).value(Some(process.iterations.len()));
    // Letters, so that no spreadsheet makes a number of them.
    let tags: String = process.iterations.iter().map(|one| if one.warmup { 'w' } else { 's' }).collect();
    csv.plain(&tags).numbers(process.iterations.iter().map(|iteration| iteration.wall_ns.0));
    let tree = process.tree.as_ref();
    let time = |time: Option<Nanoseconds>| time.map(|time| time.0);
    csv.value(time(tree.map(|tree| tree.wall_ns))).value(time(tree.map(|tree| tree.user_ns)));
    csv.value(time(tree.map(|tree| tree.system_ns))).value(time(tree.and_then(|tree| tree.idle_ns)));
    csv.value(tree.map(|tree| tree.voluntary_switches)).value(tree.map(|tree| tree.involuntary_switches));
    let memory = tree.and_then(|tree| tree.memory);
    csv.value(memory.map(|memory| memory.peak_bytes));
    csv.value(memory.map(|memory| match memory.source {
        MemorySource::Cgroup => "cgroup",
        MemorySource::SampledPss => "sampled-pss",
    }));
    csv.value(tree.and_then(|tree| tree.exit_code)).value(tree.and_then(|tree| tree.signal));
    csv.value(tree.map(|tree| tree.orphans));
    let noise = tree.and_then(|tree| tree.noise.as_ref());
    csv.value(time(noise.and_then(|noise| noise.steal_ns))).end_line();
}
