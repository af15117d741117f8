//! Which threads take turns by the GIL.
//!
//! A thread that waits for the GIL wakes up every switch interval, and when it is handed on. On a busy machine it then
//! stands in the queue for a CPU like one that computes, though all that it wants is the GIL. So where several threads of
//! a process are ready at once, those that were often seen to wait for the GIL at about that time compute in turns; if
//! their process got more than one CPU's time all the same, they do not.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_model::watched::{Doing, Run};

use super::join::Join;

/// So many looks before and after count.
const REACH: usize = 12;

/// A thread that waits for the GIL in this share of the looks in which it is ready or waits for it takes turns. Threads
/// that compute without it, and take it now and then, were seen to wait in a twentieth of them at the most.
const OFTEN: f64 = 0.07;

/// Threads that take turns use one CPU together, and a little more while they hand on.
const ONE_CPU: f64 = 1.2;

/// Threads by looks.
pub(super) struct Rivals<'a> {
    run: &'a Run,
    /// Threads whose interpreter has a GIL.
    with_gil: Vec<bool>,
}

/// What a thread was seen to do in some looks.
#[derive(Clone, Copy, Default)]
struct Seen {
    ready: u32,
    gil: u32,
}

impl<'a> Rivals<'a> {
    pub(super) fn new(run: &'a Run, join: &Join<'_>) -> Self {
        let with_gil = run.watched.threads.iter().map(|thread| join.has_gil(thread) && !join.is_own(thread));
        Self { run, with_gil: with_gil.collect() }
    }

    /// The threads that take turns at about the time of a look.
    pub(super) fn at(&self, look: usize) -> BTreeSet<u32> {
        let looks = &self.run.watched.looks;
        let ready = looks[look].threads.iter().filter(|glance| glance.doing == Doing::Ready);
        if ready.count() < 2 {
            return BTreeSet::new();
        }
        let window = &looks[look.saturating_sub(REACH)..(look + REACH + 1).min(looks.len())];
        let length: f64 = window.iter().map(|look| look.for_ns.seconds()).sum();
        let mut seen: BTreeMap<u32, Seen> = BTreeMap::new();
        let mut by_process: BTreeMap<u32, f64> = BTreeMap::new();
        for glance in window.iter().flat_map(|look| &look.threads) {
            let seen = seen.entry(glance.thread).or_default();
            seen.ready += u32::from(glance.doing == Doing::Ready);
            seen.gil += u32::from(glance.doing == Doing::Gil);
            if let Some(process) = self.process(glance.thread) {
                *by_process.entry(process).or_default() += glance.ran_ns.seconds();
            }
        }
        let in_turns = |thread: u32, seen: &Seen| {
            let used = self.process(thread).and_then(|process| by_process.get(&process));
            let often = seen.gil > 0 && f64::from(seen.gil) >= OFTEN * f64::from(seen.gil + seen.ready);
            let able = self.with_gil.get(thread as usize).copied().unwrap_or(false);
            able && often && used.is_some_and(|used| *used <= ONE_CPU * length)
        };
        seen.iter().filter(|(thread, seen)| in_turns(**thread, seen)).map(|(thread, _)| *thread).collect()
    }

    fn process(&self, thread: u32) -> Option<u32> {
        Some(self.run.watched.threads.get(thread as usize)?.process)
    }
}
