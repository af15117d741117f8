//! How a program's time was spent: each look at its threads counts for one cause, or for several in parts.
//!
//! A CPU that is free while a thread wants to compute is lost to whatever keeps that thread from it. So the first question
//! of each look is how many threads could run; then, if CPUs were left over, who was kept waiting by the GIL or by a lock;
//! and only if nobody was, what the one was at that ran, or what all waited for.
//!
//! Threads that are ready count, whether or not they had a CPU at that moment. So other programs on the machine make a
//! program slower, and its shares stay what they are.

use std::collections::BTreeMap;

use gilbench_model::watched::Doing;

use super::Case;
use super::group::Group;
use super::join::Join;
use super::place::{Kind, Place};
use super::rivals::Rivals;
use super::verdict::is_crowded;

/// What a program's time goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// Several threads could run, on CPUs that they may use.
    Parallel,
    /// Several could, and were not allowed to use as many CPUs.
    Throttled,
    /// A thread waited for the GIL while a CPU was free.
    Gil,
    /// A thread waited for a lock of the program's while a CPU was free.
    Lock,
    /// A thread waited for a lock of a library's while a CPU was free.
    Library,
    /// One thread computed, and nobody else wanted to.
    Serial,
    /// A callback held up an event loop while other tasks were there.
    Looping,
    /// Data moved between processes.
    Transfer,
    /// Work was handed out or collected.
    Dispatch,
    /// An interpreter started or ended, or modules were imported.
    StartUp,
    /// Nobody could run, and something from outside was waited for, or time.
    Io,
    /// Nobody could run, and it is not known what for.
    Waiting,
}

/// Seconds for each time that a thread gives way to hand a task over: tasks of nothing take 25 to 50 µs.
const HANDING_OVER: f64 = 100e-6;

/// Threads give way so often a second, where they mostly do so before the GIL is taken from them. Those that wait for it
/// ask 200 times a second each.
const GIVEN_AWAY: f64 = 1500.0;

/// A library's threads are this part of those that are ready, where they may be too many.
const LIBRARIES_RUN: f64 = 0.05;

/// Locks are waited for in this share of the time, where a library's threads may be what they wait for.
const LIBRARIES_WAIT: f64 = 0.1;

/// Times of causes, and what else was counted on the way. Weights are seconds.
#[derive(Clone, Debug, Default)]
pub struct Shares {
    seconds: BTreeMap<Cause, f64>,
    /// All looks together.
    pub total: f64,
    /// How many looks.
    pub looks: usize,
    /// Threads that were ready, summed over time.
    pub ready: f64,
    /// Those of them that are where others were seen to wait for a lock.
    pub fighting: f64,
    /// Threads that no Python code is known of, in processes that tell: whatever they did, summed over time.
    pub native: f64,
    /// Those of them that were ready.
    pub native_ready: f64,
    /// Threads that waited for a lock of a library's, whether or not a CPU was free, summed over time.
    pub library_waiters: f64,
    /// The time in which threads waited for a GIL that handing out tasks seemed to have.
    pub(super) gil_dispatch: f64,
    /// The part of it that may have been the GIL's.
    pub(super) doubtful: f64,
    /// Threads that waited for the GIL in looks that count for it, and the time of these.
    pub gil_waiters: Weighted,
    /// The same of locks; and how many of those that had the lock computed.
    pub lock_waiters: Weighted,
    /// The time of lock looks in which a thread computed.
    pub lock_computing: f64,
    /// Threads that waited for I/O, in looks that count for it.
    pub io_waiters: Weighted,
    /// Threads that could run, in looks that count as parallel or throttled.
    pub wanting: Weighted,
    /// The part of the looping time in which the callback computed.
    pub looping_computing: f64,
    /// What was waited for, in looks that count for I/O.
    pub io_kinds: BTreeMap<Doing, f64>,
    /// CPUs that the program may use: the least that was seen.
    pub cpus: usize,
}

/// A mean over time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weighted {
    sum: f64,
    weight: f64,
}

impl Weighted {
    pub(super) fn add(&mut self, value: usize, weight: f64) {
        self.sum += value as f64 * weight;
        self.weight += weight;
    }

    /// The time that it is of.
    pub(super) fn weight(self) -> f64 {
        self.weight
    }

    /// The mean; `None` of no time.
    pub fn mean(self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.sum / self.weight)
    }
}

impl Shares {
    /// The share of all time.
    pub fn of(&self, cause: Cause) -> f64 {
        if self.total > 0.0 { self.seconds.get(&cause).copied().unwrap_or(0.0) / self.total } else { 0.0 }
    }

    /// Whether a library's threads may be in the way: they want to run, or are there while a lock is waited for, which may
    /// be the library's.
    pub fn libraries_may_be_in_the_way(&self) -> bool {
        let waits = self.of(Cause::Lock) + self.of(Cause::Library);
        self.native_ready > LIBRARIES_RUN * self.ready
            || (self.native > 0.0 && waits >= LIBRARIES_WAIT)
            || self.waits_for_libraries()
    }

    /// Whether a thread or more waits for a lock of a library's, on average.
    pub(super) fn waits_for_libraries(&self) -> bool {
        self.library_waiters > self.total
    }

    /// All causes with a share, the largest first.
    pub fn ranked(&self) -> Vec<(Cause, f64)> {
        let mut all: Vec<_> = self.seconds.keys().map(|cause| (*cause, self.of(*cause))).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all
    }

    /// Moves what is beyond a share from one cause to another.
    pub(super) fn cap(&mut self, cause: Cause, share: f64, rest: Cause) {
        let most = share * self.total;
        let seconds = self.seconds.get(&cause).copied().unwrap_or(0.0);
        if seconds > most {
            self.seconds.insert(cause, most);
            self.add(rest, seconds - most);
        }
    }

    pub(super) fn add(&mut self, cause: Cause, seconds: f64) {
        // Less is what is left of a difference.
        if seconds > 1e-9 {
            *self.seconds.entry(cause).or_default() += seconds;
        }
    }

    /// Divides a time among threads, each of which spends its part on its work, which counts for a cause, or on something
    /// beside it. Gives the part that is spent on dispatch.
    pub(super) fn split(&mut self, places: &[Place], weight: f64, cause: Cause) -> f64 {
        let mut dispatch = 0.0;
        let part = weight / places.len().max(1) as f64;
        for place in places {
            let cause = match place.kind {
                Kind::Work | Kind::Native => cause,
                // It has just got the lock, or is about to.
                Kind::Dispatch if place.may_take_lock => cause,
                Kind::Transfer => Cause::Transfer,
                Kind::Dispatch => {
                    dispatch += part;
                    Cause::Dispatch
                }
                Kind::StartUp => Cause::StartUp,
            };
            self.add(cause, part);
        }
        dispatch
    }
}

/// The time of the run that tells most, by causes.
pub(super) fn shares(case: &Case<'_>, join: &Join<'_>) -> Shares {
    let Case { telling: run, machine_cpus, quota, .. } = *case;
    let mut shares = Shares { cpus: machine_cpus, ..Shares::default() };
    let rivals = Rivals::new(run, join);
    for (index, look) in run.watched.looks.iter().enumerate() {
        let group = Group::of(look, run, join, &rivals.at(index), machine_cpus, quota);
        if group.is_empty {
            continue;
        }
        let weight = look.for_ns.seconds();
        shares.looks += 1;
        shares.total += weight;
        shares.cpus = shares.cpus.min(group.cpus);
        shares.ready += group.ready.len() as f64 * weight;
        shares.native += group.native as f64 * weight;
        shares.native_ready += group.native_ready as f64 * weight;
        shares.library_waiters += group.library as f64 * weight;
        shares.fighting += group.fighting as f64 * weight;
        group.count(&mut shares, weight, machine_cpus);
    }
    // Where threads mostly give the GIL away before it is taken from them, the sampler gets it there too, and that is where
    // they hand out or wait for tasks, whatever they were at just before. But then nobody hands out tasks without giving way.
    if let Some(tree) = &run.tree {
        let switches = tree.voluntary_switches as f64;
        let excess = (shares.gil_dispatch - switches * HANDING_OVER).max(0.0);
        if is_crowded(case) {
            // While others use the CPUs, tasks pile up, and are handed over in bulk.
            shares.doubtful = excess;
        } else if switches > GIVEN_AWAY * shares.total {
            *shares.seconds.entry(Cause::Dispatch).or_default() -= excess;
            shares.add(Cause::Gil, excess);
        }
    }
    // Short callbacks of a loop that has much to do hold nobody up.
    let loops = run.tellers().filter_map(|teller| teller.knowledge.event_loop);
    let slow: f64 = loops.map(|event_loop| event_loop.slow_seconds_with_others).sum();
    if shares.total > 0.0 {
        shares.cap(Cause::Looping, slow / shares.total, Cause::Serial);
    }
    shares
}
