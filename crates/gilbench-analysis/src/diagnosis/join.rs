//! What was seen from outside, and what was told from inside at about the same time.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_model::Nanoseconds;
use gilbench_model::watched::{Doing, Frame, Run, SeenThread, StackSample, Teller};

use super::place::{Place, own_line};

/// A sample this near to a look is taken for what the thread was at then, if it ran in both or waited in both: some times
/// the time between samples.
const NEAR: u64 = 40_000_000;

/// The two sides of a run.
pub(super) struct Join<'a> {
    /// By the kernel's number of the process.
    tellers: BTreeMap<u32, Side<'a>>,
    /// The kernel's numbers of the processes.
    processes: Vec<u32>,
    /// Stacks, by process, in which threads wait for a futex, with the share of the looks in which they do.
    waits: BTreeMap<(u32, u32), f64>,
    /// When each thread was first and last seen.
    lives: BTreeMap<u32, (Nanoseconds, Nanoseconds)>,
}

/// So long after the last sample the interpreter ends. Who tells nothing for longer computes, and keeps the GIL.
const ENDING: u64 = 300_000_000;

/// A thread that is there for so many samples and has no Python code in any is a library's.
const TELLING: usize = 3;

/// Threads that stood still are awake again after so long.
const AWAKENING: u64 = 300_000;

/// A stack is one that waits for a lock if threads that have it do so in this share of the looks.
const WAITS_FOR_LOCK: f64 = 0.05;

/// A stack is one that waits for others if threads that have it do so in this share of the looks.
const WAITS_MOSTLY: f64 = 0.5;

/// Where a lock is held for a moment only, threads that want it try for a while before they sleep.
const FIGHTS_FOR_LOCK: f64 = 0.01;

struct Side<'a> {
    teller: &'a Teller,
    places: Vec<Place>,
    /// Samples of each thread, in order: those in which it waited, and those in which it was active.
    samples: BTreeMap<u32, [Vec<StackSample>; 2]>,
    last: Nanoseconds,
    /// The time between samples, mostly.
    period: u64,
    own: BTreeSet<u32>,
}

impl<'a> Join<'a> {
    pub(super) fn new(run: &'a Run) -> Self {
        // A process that becomes another program tells anew, in place of what it told before.
        let tellers = run.tellers().map(|teller| (teller.process, Side::new(teller))).collect();
        let processes = run.watched.processes.iter().map(|process| process.id).collect();
        let mut lives: BTreeMap<u32, (Nanoseconds, Nanoseconds)> = BTreeMap::new();
        for look in &run.watched.looks {
            for glance in &look.threads {
                let Some(thread) = run.watched.threads.get(glance.thread as usize) else { continue };
                lives.entry(thread.id).or_insert((look.at_ns, look.at_ns)).1 = look.at_ns;
            }
        }
        let mut join = Self { tellers, processes, waits: BTreeMap::new(), lives };
        join.waits = join.waiting_stacks(run);
        join
    }

    fn waiting_stacks(&self, run: &Run) -> BTreeMap<(u32, u32), f64> {
        let mut counts: BTreeMap<(u32, u32), (u32, u32)> = BTreeMap::new();
        for look in &run.watched.looks {
            for glance in &look.threads {
                let Some(thread) = run.watched.threads.get(glance.thread as usize) else { continue };
                let doing = self.doing(thread, look.at_ns, glance.doing);
                let Some((side, stack)) = self.stack(thread, look.at_ns, doing) else { continue };
                let (waits, ready) = counts.entry((side.teller.process, stack)).or_default();
                *waits += u32::from(matches!(doing, Doing::Lock | Doing::TimedLock));
                *ready += u32::from(doing == Doing::Ready);
            }
        }
        let seen = counts.into_iter().filter(|(_, (waits, _))| *waits > 1);
        seen.map(|(stack, (waits, ready))| (stack, f64::from(waits) / f64::from(waits + ready))).collect()
    }

    /// Whether a thread that is ready is where threads wait for a lock: it has just been woken up, or is about to wait, or
    /// has the lock.
    pub(super) fn is_at_lock(&self, thread: &SeenThread, at: Nanoseconds) -> bool {
        self.waits_there(thread, at)
            .is_some_and(|(place, share)| place.may_take_lock && share >= WAITS_FOR_LOCK)
    }

    /// Whether threads were seen to wait for a lock there at all, however seldom: they may fight for it awake.
    pub(super) fn may_fight(&self, thread: &SeenThread, at: Nanoseconds) -> bool {
        self.waits_there(thread, at)
            .is_some_and(|(place, share)| place.may_take_lock && share >= FIGHTS_FOR_LOCK)
    }

    /// Whether a thread that is ready is where threads mostly wait for others: it has just been woken up, or is about to
    /// wait.
    pub(super) fn is_waking(&self, thread: &SeenThread, at: Nanoseconds) -> bool {
        self.waits_there(thread, at)
            .is_some_and(|(place, share)| !place.may_take_lock && share >= WAITS_MOSTLY)
    }

    fn waits_there(&self, thread: &SeenThread, at: Nanoseconds) -> Option<(Place, f64)> {
        let (side, stack) = self.stack(thread, at, Doing::Ready)?;
        let share = self.waits.get(&(side.teller.process, stack))?;
        Some((*side.places.get(stack as usize)?, *share))
    }

    /// What a thread does of its own. While frames are taken, all threads of a process stand still that have no GIL to
    /// wait for, as if they waited for a lock; they do what they did just before.
    pub(super) fn doing(&self, thread: &SeenThread, at: Nanoseconds, seen: Doing) -> Doing {
        if self.has_gil(thread) {
            return seen;
        }
        let seen = if seen == Doing::Gil { Doing::Lock } else { seen };
        let Some(side) = self.side(thread).filter(|_| seen == Doing::Lock) else { return seen };
        match side.of_halt(thread.id, at) {
            Some(sample) if sample.active => Doing::Ready,
            _ => seen,
        }
    }

    fn stack(&self, thread: &SeenThread, at: Nanoseconds, doing: Doing) -> Option<(&Side<'a>, u32)> {
        let side = self.side(thread)?;
        let Found::At(sample) = side.at(thread.id, at, doing) else { return None };
        Some((side, sample.stack))
    }

    fn side(&self, thread: &SeenThread) -> Option<&Side<'a>> {
        self.tellers.get(self.processes.get(thread.process as usize)?)
    }

    /// Whether it is there only to tell.
    pub(super) fn is_own(&self, thread: &SeenThread) -> bool {
        self.side(thread).is_some_and(|side| side.own.contains(&thread.id))
    }

    /// Whether its interpreter has a GIL that is in force; where nobody tells, that is possible.
    pub(super) fn has_gil(&self, thread: &SeenThread) -> bool {
        self.side(thread).is_none_or(|side| side.teller.knowledge.may_have_gil())
    }

    /// Whether callbacks of its event loop mostly held up other tasks.
    pub(super) fn loop_suffers(&self, thread: &SeenThread) -> bool {
        let facts = self.side(thread).and_then(|side| side.teller.knowledge.event_loop);
        facts
            .is_some_and(|facts| facts.slow > 0 && facts.slow_seconds_with_others >= facts.slow_seconds / 2.0)
    }

    /// What a thread was at; `None` where that is not known.
    pub(super) fn place(&self, thread: &SeenThread, at: Nanoseconds, doing: Doing) -> Option<Place> {
        let side = self.side(thread)?;
        if at < side.teller.hello.at_ns {
            return Some(Place::START_UP);
        }
        if at > Nanoseconds(side.last.0 + NEAR) {
            return (at <= Nanoseconds(side.last.0 + ENDING)).then_some(Place::START_UP);
        }
        match side.at(thread.id, at, doing) {
            Found::At(sample) => side.places.get(sample.stack as usize).copied(),
            Found::Nowhere => None,
            Found::Never => self.is_native(side, thread).then_some(Place::NATIVE),
        }
    }

    /// Whether a thread of which nothing is told is a library's, and not one that ended before it could be told of.
    fn is_native(&self, side: &Side<'_>, thread: &SeenThread) -> bool {
        let Some((first, last)) = self.lives.get(&thread.id).filter(|_| !thread.main) else { return false };
        let halts = &side.teller.halts;
        let until = |at: Nanoseconds| halts.partition_point(|(_, until)| *until <= at);
        until(*last).saturating_sub(until(*first)) >= TELLING
    }

    /// The line of the program's own that a thread was at.
    pub(super) fn line(&self, thread: &SeenThread, at: Nanoseconds, doing: Doing) -> Option<&'a Frame> {
        let (side, stack) = self.stack(thread, at, doing)?;
        own_line(side.teller, side.teller.stacks.get(stack as usize)?)
    }
}

enum Found {
    At(StackSample),
    /// There is none at this time.
    Nowhere,
    /// The thread has none at all.
    Never,
}

impl<'a> Side<'a> {
    fn new(teller: &'a Teller) -> Self {
        let mut samples: BTreeMap<u32, [Vec<StackSample>; 2]> = BTreeMap::new();
        for sample in &teller.samples {
            samples.entry(sample.thread).or_default()[usize::from(sample.active)].push(*sample);
        }
        let mut gaps: Vec<u64> = teller.halts.windows(2).map(|pair| pair[1].0.0 - pair[0].0.0).collect();
        gaps.sort_unstable();
        let last = teller.samples.iter().map(|sample| sample.at_ns).max().unwrap_or(teller.hello.at_ns);
        Self {
            places: teller.stacks.iter().map(|stack| Place::of(teller, stack)).collect(),
            period: gaps.get(gaps.len() / 2).copied().unwrap_or(NEAR),
            own: teller.own_threads.iter().copied().collect(),
            teller,
            samples,
            last,
        }
    }

    /// The sample that was being taken at a moment: it shows where the thread came to stand still.
    fn of_halt(&self, thread: u32, at: Nanoseconds) -> Option<StackSample> {
        let next = self.teller.halts.partition_point(|(_, until)| until.0 + AWAKENING < at.0);
        let (_, until) = self.teller.halts.get(next).filter(|(from, _)| *from <= at)?;
        let find = |samples: &Vec<StackSample>| {
            samples.binary_search_by_key(until, |sample| sample.at_ns).ok().map(|found| samples[found])
        };
        self.samples.get(&thread)?.iter().find_map(find)
    }

    /// What a thread was at when it did something: the nearest sample, where one in which it did something else counts as
    /// further away by the time between samples. Looks and samples are milliseconds apart, and a thread that mostly waits
    /// may have run in between.
    fn at(&self, thread: u32, at: Nanoseconds, doing: Doing) -> Found {
        let Some(samples) = self.samples.get(&thread) else { return Found::Never };
        if let Some(sample) = self.of_halt(thread, at) {
            return Found::At(sample);
        }
        let active = usize::from(matches!(doing, Doing::Ready | Doing::Gil));
        let away = |sample: &StackSample| sample.at_ns.0.abs_diff(at.0);
        let alike = nearest(&samples[active], at).map(|sample| (away(&sample), sample));
        let other = nearest(&samples[1 - active], at).map(|sample| (away(&sample) + self.period, sample));
        let near =
            alike.into_iter().chain(other).min_by_key(|(away, _)| *away).filter(|(away, _)| *away <= NEAR);
        // One that comes late is late because something held the GIL meanwhile, in compiled code, and shows where.
        let late = || {
            let next = samples.iter().filter_map(|samples| after(samples, at));
            next.min_by_key(|sample| sample.at_ns).filter(|_| self.teller.knowledge.may_have_gil())
        };
        near.map(|(_, sample)| sample).or_else(late).map_or(Found::Nowhere, Found::At)
    }
}

/// The sample nearest to a moment.
fn nearest(samples: &[StackSample], at: Nanoseconds) -> Option<StackSample> {
    let next = samples.partition_point(|sample| sample.at_ns < at);
    let before = next.checked_sub(1).and_then(|before| samples.get(before).copied());
    before.into_iter().chain(after(samples, at)).min_by_key(|sample| sample.at_ns.0.abs_diff(at.0))
}

/// The next sample.
fn after(samples: &[StackSample], at: Nanoseconds) -> Option<StackSample> {
    samples.get(samples.partition_point(|sample| sample.at_ns < at)).copied()
}
