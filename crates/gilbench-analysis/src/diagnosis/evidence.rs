//! The figures that a verdict stands on.

use gilbench_model::watched::Run;

use super::Case;
use super::effect::Change;
use super::shares::{Cause, Shares};
use super::verdict::{Verdict, others};

/// How a figure is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The program was watched from outside.
    Watching,
    /// It told from inside.
    Facts,
    /// It was run differently.
    Intervening,
    /// The machine.
    Machine,
}

impl Source {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Watching => "watching",
            Self::Facts => "facts",
            Self::Intervening => "intervening",
            Self::Machine => "machine",
        }
    }
}

/// A figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What it is of.
    pub fact: String,
    /// The figure.
    pub value: f64,
    /// Its unit: `share`, `CPUs`, `threads`, `×`, `s`, `B`.
    pub unit: &'static str,
    /// How it is known.
    pub source: Source,
}

/// The share of a cause, in words of what was seen.
const CAUSES: [(Cause, &str); 12] = [
    (Cause::Gil, "of the time a thread waits for the GIL while a CPU is free"),
    (Cause::Parallel, "of the time several threads compute at once"),
    (Cause::Throttled, "of the time more threads could run than it may use CPUs"),
    (Cause::Lock, "of the time a thread waits for a lock of the program's while a CPU is free"),
    (Cause::Library, "of the time a thread waits for a lock of a library's while a CPU is free"),
    (Cause::Serial, "of the time one thread computes and no other wants to"),
    (Cause::Looping, "of the time a long callback holds up the event loop"),
    (Cause::Transfer, "of the time goes into moving data between processes"),
    (Cause::Dispatch, "of the time goes into handing out and collecting tasks"),
    (Cause::StartUp, "of the time interpreters start or end, or modules are imported"),
    (Cause::Io, "of the time all threads wait for something outside"),
    (Cause::Waiting, "of the time all threads wait for each other, or nobody knows what for"),
];

/// A share below this is no evidence.
const TOLD: f64 = 0.02;

/// The verdict's own figure first.
pub(super) fn evidence(case: &Case<'_>, shares: &Shares, verdict: Verdict) -> Vec<Evidence> {
    let mut all = Vec::new();
    let mut add = |fact: String, value: f64, unit, source| all.push(Evidence { fact, value, unit, source });
    let seen = if case.telling.tellers().next().is_some() { Source::Facts } else { Source::Watching };
    let mut ranked = shares.ranked();
    ranked.retain(|(_, share)| *share >= TOLD);
    let words =
        |cause: Cause| CAUSES.iter().find(|(known, _)| *known == cause).map_or("", |(_, words)| words);
    if let Some((cause, share)) = ranked.first() {
        add(words(*cause).to_owned(), *share, "share", seen);
    }
    if let Some(used) = cpus_used(case) {
        add("CPUs used, on average".to_owned(), used, "CPUs", Source::Watching);
    }
    let (threads, fact) = match verdict {
        Verdict::GilBound => (shares.gil_waiters, "threads that wait for the GIL meanwhile, on average"),
        Verdict::LockBound => (shares.lock_waiters, "threads that wait for the lock meanwhile, on average"),
        Verdict::IoBound => (shares.io_waiters, "threads that wait at once, on average"),
        _ => (shares.wanting, "threads that could run at once, where several could"),
    };
    if let Some(mean) = threads.mean().filter(|mean| *mean > 0.0 && threads.weight() >= TOLD * shares.total) {
        add(fact.to_owned(), mean, "threads", seen);
    }
    for effect in case.effects {
        let Some(gain) = effect.gain() else { continue };
        let fact = match &effect.change {
            Change::OneCpu => "as fast with one CPU instead of all".to_owned(),
            Change::AllCpus => "as fast with all CPUs of the machine".to_owned(),
            Change::OneBlasThread => "as fast with one thread for BLAS".to_owned(),
            Change::GilOff => "as fast with the GIL switched off".to_owned(),
            Change::Fork => "as fast with processes started by fork".to_owned(),
            Change::OtherInterpreter(id) | Change::FreeThreading(id) => format!("as fast on {id}"),
        };
        add(fact, gain.point, "×", Source::Intervening);
        if effect.change == Change::OneCpu
            && let Some(cpu) = effect.cpu_ratio()
        {
            add("CPU time on all CPUs over that on one".to_owned(), cpu.point, "×", Source::Intervening);
        }
    }
    for (cause, share) in ranked.iter().skip(1) {
        add(words(*cause).to_owned(), *share, "share", seen);
    }
    for (doing, seconds) in &shares.io_kinds {
        let share = seconds / shares.total;
        if share >= TOLD && verdict == Verdict::IoBound {
            add(format!("of the time it waits for {}", doing.as_str()), share, "share", Source::Watching);
        }
    }
    loops(case.telling, &mut add);
    let crowd = others(case);
    if crowd >= 0.1 {
        add("CPUs that other programs used meanwhile".to_owned(), crowd, "CPUs", Source::Machine);
    }
    add("CPUs that the program may use".to_owned(), shares.cpus as f64, "CPUs", Source::Machine);
    all
}

fn loops(run: &Run, add: &mut impl FnMut(String, f64, &'static str, Source)) {
    let loops = run.tellers().filter_map(|teller| teller.knowledge.event_loop);
    for facts in loops.filter(|facts| facts.slow > 0) {
        add(
            "callbacks of an event loop that took longer than 5 ms".to_owned(),
            facts.slow as f64,
            "callbacks",
            Source::Facts,
        );
        add("the longest of them".to_owned(), facts.longest_seconds, "s", Source::Facts);
    }
}

/// CPU time over wall time of the program as it is.
pub(super) fn cpus_used(case: &Case<'_>) -> Option<f64> {
    let runs = if case.plain.is_empty() { std::slice::from_ref(case.telling) } else { case.plain };
    let used = runs.iter().map(|run| {
        let seen = run.watched.total_ns().seconds();
        if let Some(tree) = &run.tree {
            // What it leaves behind runs on.
            return Some(tree.cpu_seconds() / tree.wall_ns.seconds().max(seen));
        }
        let glances = run.watched.looks.iter().flat_map(|look| &look.threads);
        let ran: f64 = glances.map(|glance| glance.ran_ns.seconds()).sum();
        (seen > 0.0).then(|| ran / seen)
    });
    let used: Vec<f64> = used.flatten().collect();
    (!used.is_empty()).then(|| used.iter().sum::<f64>() / used.len() as f64)
}
