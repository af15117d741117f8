//! How a program's time was spent: each look at its threads counts for one cause, or for several in parts.
//!
//! A CPU that is free while a thread wants to compute is lost to whatever keeps that thread from it. So the first question
//! of each look is how many threads could run; then, if CPUs were left over, who was kept waiting by the GIL or by a lock;
//! and only if nobody was, what the one was at that ran, or what all waited for.
//!
//! Threads that are ready count, whether or not they had a CPU at that moment. So other programs on the machine make a
//! program slower, and its shares stay what they are.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_model::watched::{Doing, Glance, Look, Run};

use super::Case;
use super::join::Join;
use super::place::{Kind, Place};
use super::rivals::Rivals;

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
    /// Those of them that no Python code is known of, in processes that tell.
    pub native: f64,
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
    /// The part of the dispatch and start-up time in which several threads could run.
    pub overhead_parallel: f64,
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
    fn add(&mut self, value: usize, weight: f64) {
        self.sum += value as f64 * weight;
        self.weight += weight;
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

    fn add(&mut self, cause: Cause, seconds: f64) {
        if seconds > 0.0 {
            *self.seconds.entry(cause).or_default() += seconds;
        }
    }
}

/// The time of the run that tells most, by causes.
pub(super) fn of_case(case: &Case<'_>) -> Shares {
    let mut found = shares(case.telling, case.machine_cpus, case.quota);
    // Short callbacks of a loop that has much to do hold nobody up.
    let facts = case.telling.inside.iter().flat_map(|inside| &inside.tellers);
    let slow: f64 = facts
        .filter_map(|teller| teller.knowledge.event_loop)
        .map(|event_loop| event_loop.slow_seconds_with_others)
        .sum();
    if found.total > 0.0 {
        found.cap(Cause::Looping, slow / found.total, Cause::Serial);
    }
    found
}

/// The time of a run by causes. `machine_cpus` there are on the machine, and `quota` of them may be used at once.
pub fn shares(run: &Run, machine_cpus: usize, quota: Option<f64>) -> Shares {
    let join = Join::new(run);
    let mut shares = Shares::default();
    shares.cpus = machine_cpus;
    let rivals = Rivals::new(run, &join);
    for (index, look) in run.watched.looks.iter().enumerate() {
        let group = Group::of(look, run, &join, &rivals.at(index), machine_cpus, quota);
        if group.is_empty {
            continue;
        }
        let weight = look.for_ns.seconds();
        shares.looks += 1;
        shares.total += weight;
        shares.cpus = shares.cpus.min(group.cpus);
        shares.ready += group.ready.len() as f64 * weight;
        let native = group.ready.iter().filter(|place| place.kind == Kind::Native).count();
        shares.native += native as f64 * weight;
        group.count(&mut shares, weight, machine_cpus);
    }
    shares
}

/// The threads of one look, by what they do.
#[derive(Debug, Default)]
struct Group {
    ready: Vec<Place>,
    gil: Vec<Place>,
    lock: usize,
    io: usize,
    io_kinds: Vec<Doing>,
    /// A callback of an event loop waits.
    callback_waits: bool,
    /// A callback of an event loop is there at all.
    callback: bool,
    cpus: usize,
    is_empty: bool,
}

impl Group {
    fn of(
        look: &Look,
        run: &Run,
        join: &Join<'_>,
        rivals: &BTreeSet<u32>,
        machine_cpus: usize,
        quota: Option<f64>,
    ) -> Self {
        let mut group = Self { is_empty: true, ..Self::default() };
        let mut cpus = BTreeSet::new();
        // Of the threads of a process that take turns, one has the GIL, and the others want it.
        let mut holders = BTreeSet::new();
        for &Glance { thread: index, doing, .. } in &look.threads {
            let Some(thread) = run.watched.threads.get(index as usize) else { continue };
            if join.is_own(thread) {
                continue;
            }
            group.is_empty = false;
            let known = join.place(thread, look.at_ns);
            let place = known.unwrap_or_default();
            let in_callback = place.in_callback && join.loop_suffers(thread);
            match doing {
                Doing::Ready if rivals.contains(&index) && !holders.insert(thread.process) => group.gil.push(place),
                Doing::Ready => {
                    cpus.extend(thread.cpus.iter().copied());
                    group.callback |= in_callback;
                    group.ready.push(place);
                }
                Doing::Gil if join.has_gil(thread) && place.kind != Kind::Native => group.gil.push(place),
                _ if in_callback => group.callback_waits = true,
                Doing::Gil | Doing::Lock | Doing::TimedLock => {
                    group.lock += usize::from(known.is_some_and(|place| place.may_take_lock));
                }
                Doing::Poll if place.kind != Kind::Native => {
                    group.io += 1;
                    group.io_kinds.push(doing);
                }
                doing if doing.is_io() && place.kind != Kind::Native => {
                    group.io += 1;
                    group.io_kinds.push(doing);
                }
                _ => {}
            }
        }
        let allowed = if cpus.is_empty() { machine_cpus } else { cpus.len() };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a quota is positive")]
        let by_quota = quota.map_or(usize::MAX, |quota| (quota.round() as usize).max(1));
        group.cpus = allowed.min(by_quota);
        group
    }

    /// Adds the look's time to the causes.
    fn count(&self, shares: &mut Shares, weight: f64, machine_cpus: usize) {
        let (ready, cpus) = (self.ready.len(), self.cpus);
        if ready > cpus && cpus < machine_cpus {
            shares.wanting.add(ready, weight);
            return shares.split(&self.ready, weight, Cause::Throttled);
        }
        if ready >= cpus && ready >= 2 {
            shares.wanting.add(ready, weight);
            return shares.split(&self.ready, weight, Cause::Parallel);
        }
        // A CPU is free.
        let kept = (self.gil.len() + self.lock) as f64;
        let others = ready.saturating_sub(1) as f64;
        let lost = if kept > 0.0 { weight * kept / (kept + others) } else { 0.0 };
        let to_gil = if kept > 0.0 { lost * self.gil.len() as f64 / kept } else { 0.0 };
        if to_gil > 0.0 {
            shares.gil_waiters.add(self.gil.len(), to_gil);
            let all: Vec<Place> = self.gil.iter().chain(&self.ready).copied().collect();
            shares.split(&all, to_gil, Cause::Gil);
        }
        let mut to_lock = lost - to_gil;
        if to_lock > 0.0 {
            // Who waits for something else than the lock makes use of the time, but for the one that has it.
            let useful = if ready == 0 { self.io.saturating_sub(1) } else { 0 } as f64;
            let part = self.lock as f64 / (self.lock as f64 + useful);
            let (lock, rest) = (to_lock * part, to_lock * (1.0 - part));
            shares.lock_waiters.add(self.lock, lock);
            shares.lock_computing += if ready > 0 { lock } else { 0.0 };
            shares.add(Cause::Lock, lock);
            shares.add(Cause::Io, rest);
            to_lock = 0.0;
        }
        let weight = weight - lost + to_lock;
        match ready {
            0 => self.nobody(shares, weight),
            1 if self.callback => {
                shares.looping_computing += weight;
                shares.add(Cause::Looping, weight);
            }
            1 => shares.split(&self.ready, weight, Cause::Serial),
            _ => {
                shares.wanting.add(ready, weight);
                shares.split(&self.ready, weight, Cause::Parallel);
            }
        }
    }

    /// Nobody could run, and nobody waited for a lock.
    fn nobody(&self, shares: &mut Shares, weight: f64) {
        if self.callback_waits {
            shares.add(Cause::Looping, weight);
        } else if self.io > 0 {
            shares.io_waiters.add(self.io, weight);
            for doing in &self.io_kinds {
                *shares.io_kinds.entry(*doing).or_default() += weight / self.io_kinds.len() as f64;
            }
            shares.add(Cause::Io, weight);
        } else {
            shares.add(Cause::Waiting, weight);
        }
    }
}

impl Shares {
    /// Divides a time among threads, each of which spends its part on its work, which counts for a cause, or on something
    /// beside it.
    fn split(&mut self, places: &[Place], weight: f64, cause: Cause) {
        let part = weight / places.len().max(1) as f64;
        for place in places {
            let cause = match place.kind {
                Kind::Work | Kind::Native => cause,
                Kind::Transfer => Cause::Transfer,
                Kind::Dispatch => Cause::Dispatch,
                Kind::StartUp => Cause::StartUp,
            };
            self.add(cause, part);
        }
    }
}
