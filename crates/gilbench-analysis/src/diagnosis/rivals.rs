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
/// that compute without it, and take it now and then, were seen to wait in less than a twentieth of them.
const OFTEN: f64 = 0.12;

/// A process whose threads take turns uses one CPU, and a little more while they hand the GIL on.
const ONE_CPU: f64 = 1.2;

/// Threads by looks.
pub(super) struct Rivals<'a> {
    run: &'a Run,
    /// Threads that can take turns at all.
    able: Vec<bool>,
}

impl<'a> Rivals<'a> {
    pub(super) fn new(run: &'a Run, join: &Join<'_>) -> Self {
        let able = run.watched.threads.iter().map(|thread| join.has_gil(thread) && !join.is_own(thread));
        Self { run, able: able.collect() }
    }

    /// The threads that take turns at about the time of a look.
    pub(super) fn at(&self, look: usize) -> BTreeSet<u32> {
        let looks = &self.run.watched.looks;
        let ready = |look: usize| looks[look].threads.iter().filter(|glance| glance.doing == Doing::Ready).count();
        if ready(look) < 2 {
            return BTreeSet::new();
        }
        let window = &looks[look.saturating_sub(REACH)..(look + REACH + 1).min(looks.len())];
        let mut counts: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        let mut ran: BTreeMap<u32, f64> = BTreeMap::new();
        for glance in window.iter().flat_map(|look| &look.threads) {
            let (wants, waits) = counts.entry(glance.thread).or_default();
            *wants += u32::from(matches!(glance.doing, Doing::Ready | Doing::Gil));
            *waits += u32::from(glance.doing == Doing::Gil);
            if let Some(thread) = self.run.watched.threads.get(glance.thread as usize) {
                *ran.entry(thread.process).or_default() += glance.ran_ns.seconds();
            }
        }
        let length: f64 = window.iter().map(|look| look.for_ns.seconds()).sum();
        let in_turns = |thread: u32, wants: u32, waits: u32| {
            let Some(seen) = self.run.watched.threads.get(thread as usize) else { return false };
            let able = self.able.get(thread as usize).copied().unwrap_or(false);
            let used = ran.get(&seen.process).copied().unwrap_or(0.0) / length.max(f64::EPSILON);
            able && wants > 0 && f64::from(waits) >= OFTEN * f64::from(wants) && used <= ONE_CPU
        };
        let found = counts.into_iter().filter(|(thread, (wants, waits))| in_turns(*thread, *wants, *waits));
        found.map(|(thread, _)| thread).collect()
    }
}
