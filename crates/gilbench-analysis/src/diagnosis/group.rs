//! One look at the threads of a program: what each does, and what the look's time counts for.

use std::collections::BTreeSet;

use gilbench_model::watched::{Doing, Glance, Look, Run};

use super::join::Join;
use super::place::{Kind, Place};
use super::shares::{Cause, Shares};

/// The threads of one look, by what they do.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) ready: Vec<Place>,
    pub(super) gil: Vec<Place>,
    pub(super) lock: usize,
    /// Threads of Python's that wait for a lock of a library's.
    pub(super) library: usize,
    /// Threads of libraries, and those of them that are ready.
    pub(super) native: usize,
    pub(super) native_ready: usize,
    /// Threads that are ready where others were seen to wait for a lock.
    pub(super) fighting: usize,
    pub(super) io: usize,
    /// Threads that wait for something outside, each for its own: not for a process that is looked at too.
    pub(super) at_once: usize,
    pub(super) io_kinds: Vec<Doing>,
    /// A callback of an event loop waits.
    pub(super) callback_waits: bool,
    /// A callback of an event loop is there at all.
    pub(super) callback: bool,
    pub(super) cpus: usize,
    pub(super) is_empty: bool,
}

impl Group {
    pub(super) fn of(
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
        let (mut at_lock, mut waking) = (Vec::new(), Vec::new());
        for &Glance { thread: index, doing, .. } in &look.threads {
            let Some(thread) = run.watched.threads.get(index as usize) else { continue };
            if join.is_own(thread) {
                continue;
            }
            group.is_empty = false;
            let doing = join.doing(thread, look.at_ns, doing);
            let known = join.place(thread, look.at_ns, doing);
            let place = known.unwrap_or_default();
            group.native += usize::from(place.kind == Kind::Native);
            group.native_ready += usize::from(place.kind == Kind::Native && doing == Doing::Ready);
            group.fighting += usize::from(doing == Doing::Ready && join.may_fight(thread, look.at_ns));
            let in_callback = place.in_callback && join.loop_suffers(thread);
            match doing {
                Doing::Ready if rivals.contains(&index) && !holders.insert(thread.process) => {
                    group.gil.push(place);
                }
                Doing::Ready if join.is_at_lock(thread, look.at_ns) => {
                    cpus.extend(thread.cpus.iter().copied());
                    at_lock.push(place);
                }
                Doing::Ready if join.is_waking(thread, look.at_ns) => waking.push(place),
                Doing::Ready => {
                    cpus.extend(thread.cpus.iter().copied());
                    group.callback |= in_callback;
                    group.ready.push(place);
                }
                Doing::Gil if join.has_gil(thread) && place.kind != Kind::Native => group.gil.push(place),
                _ if in_callback => group.callback_waits = true,
                // Threads of the library's own wait for work like this.
                Doing::LibraryLock => {
                    group.library += usize::from(known.is_some_and(|place| place.kind != Kind::Native));
                }
                Doing::Gil | Doing::Lock | Doing::TimedLock => {
                    group.lock += usize::from(known.is_some_and(|place| place.may_take_lock));
                }
                _ => {
                    if (doing == Doing::Poll || doing.is_io()) && place.kind != Kind::Native {
                        group.io += 1;
                        group.io_kinds.push(doing);
                    }
                    let outside = known.map_or(thread.process == 0, |place| place.awaits_outside);
                    group.at_once += usize::from(outside && doing != Doing::Stopped);
                }
            }
        }
        // One of them has it, if nobody else can.
        if group.ready.is_empty() {
            group.ready.extend(at_lock.pop().or_else(|| waking.pop()));
        }
        group.lock += at_lock.len();
        let allowed = if cpus.is_empty() { machine_cpus } else { cpus.len() };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a quota is positive")]
        let by_quota = quota.map_or(usize::MAX, |quota| (quota.round() as usize).max(1));
        group.cpus = allowed.min(by_quota);
        group
    }

    /// Adds the look's time to the causes.
    pub(super) fn count(&self, shares: &mut Shares, weight: f64, machine_cpus: usize) {
        let (ready, cpus) = (self.ready.len(), self.cpus);
        if ready > cpus && cpus < machine_cpus {
            shares.wanting.add(ready, weight);
            shares.split(&self.ready, weight, Cause::Throttled);
            return;
        }
        if ready >= cpus && ready >= 2 {
            shares.wanting.add(ready, weight);
            shares.split(&self.ready, weight, Cause::Parallel);
            return;
        }
        // A CPU is free.
        let kept = (self.gil.len() + self.lock + self.library) as f64;
        let others = ready.saturating_sub(1) as f64;
        let lost = if kept > 0.0 { weight * kept / (kept + others) } else { 0.0 };
        let part = |kept_by: usize| if kept > 0.0 { lost * kept_by as f64 / kept } else { 0.0 };
        let (to_gil, to_lock) = (part(self.gil.len()), part(self.lock));
        shares.add(Cause::Library, part(self.library));
        if to_gil > 0.0 {
            shares.gil_waiters.add(self.gil.len(), to_gil);
            // What others wait for is what the one that has it is at, if that was seen.
            let holders = if self.ready.is_empty() { &self.gil } else { &self.ready };
            shares.gil_dispatch += shares.split(holders, to_gil, Cause::Gil);
        }
        if to_lock > 0.0 {
            // Who waits for something else than the lock makes use of the time, but for the one that has it.
            let useful = if ready == 0 { self.io.saturating_sub(1) } else { 0 } as f64;
            let part = self.lock as f64 / (self.lock as f64 + useful);
            let (lock, rest) = (to_lock * part, to_lock * (1.0 - part));
            shares.lock_waiters.add(self.lock, lock);
            shares.lock_computing += if ready > 0 { lock } else { 0.0 };
            shares.add(Cause::Lock, lock);
            shares.add(Cause::Io, rest);
        }
        let weight = weight - lost;
        match ready {
            0 => self.nobody(shares, weight),
            1 if self.callback => {
                shares.looping_computing += weight;
                shares.add(Cause::Looping, weight);
            }
            1 => {
                shares.split(&self.ready, weight, Cause::Serial);
            }
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
            shares.io_waiters.add(self.at_once, weight);
            for doing in &self.io_kinds {
                *shares.io_kinds.entry(*doing).or_default() += weight / self.io_kinds.len() as f64;
            }
            shares.add(Cause::Io, weight);
        } else {
            shares.add(Cause::Waiting, weight);
        }
    }
}
