//! What would help, and by how much: measured where it was run, and else bounded by what can be gained at the most.
//!
//! Bounds are Amdahl's (Amdahl, "Validity of the single processor approach to achieving large scale computing
//! capabilities", AFIPS 1967): of the time, the share p that the cause takes is divided by n at the best, and the rest
//! stays: 1 / ((1 − p) + p / n). Where the cause can go away altogether, n is infinite. A bound says what is possible, and
//! not that it comes true; so its lower end is 1.

use super::effect::{Change, Measured};
use super::shares::{Cause, Shares};
use super::verdict::Verdict;
use super::{Case, Effect};

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Processes in place of threads.
    Processes,
    /// An interpreter without GIL.
    FreeThreading,
    /// An event loop.
    Asyncio,
    /// Threads.
    Threads,
    /// One thread for BLAS and OpenMP.
    OneBlasThread,
    /// Fewer tasks that each do more.
    LargerTasks,
    /// Pass paths or names of shared memory instead of data.
    PassPaths,
    /// Blocking calls in threads beside the event loop.
    ToThread,
    /// No lock, or one that is held for less.
    NarrowLock,
    /// Spread the part that one thread does.
    ParalleliseSerialPart,
    /// More CPUs.
    RaiseLimit,
    /// Processes that are started by fork.
    Fork,
    /// Nothing.
    None,
}

impl Remedy {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Processes => "processes",
            Self::FreeThreading => "free threading",
            Self::Asyncio => "asyncio",
            Self::Threads => "threads",
            Self::OneBlasThread => "OMP_NUM_THREADS=1",
            Self::LargerTasks => "larger tasks",
            Self::PassPaths => "pass paths not data",
            Self::ToThread => "to_thread",
            Self::NarrowLock => "remove or narrow the lock",
            Self::ParalleliseSerialPart => "parallelise the serial part",
            Self::RaiseLimit => "raise the limit",
            Self::Fork => "start processes by fork",
            Self::None => "none",
        }
    }
}

/// How a gain is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GainKind {
    /// It was run.
    Measured,
    /// It cannot be more.
    Bounded,
}

impl GainKind {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Bounded => "bounded",
        }
    }
}

/// Times as fast.
#[derive(Clone, Debug, PartialEq)]
pub struct Gain {
    /// At least.
    pub low: f64,
    /// At the most.
    pub high: f64,
    /// How that is known.
    pub kind: GainKind,
    /// The bound's formula with its figures.
    pub formula: Option<String>,
}

/// A remedy, and what it would bring.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// What to do.
    pub remedy: Remedy,
    /// What it would bring; `None` where there is nothing to do.
    pub gain: Option<Gain>,
    /// More about it, in words.
    pub note: Option<String>,
    /// The change that was run, if it was.
    pub change: Option<Change>,
}

impl Proposal {
    fn noted(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }
}

/// A gain below this is none.
const WORTH: f64 = 1.05;

/// A bound below this promises nothing.
const LEAST_BOUND: f64 = 1.1;

/// Where a lock is waited for in less of the time, and is what a program is bound by all the same, it is fought for.
const FOUGHT_AWAKE: f64 = 0.3;

/// Several threads wait at once, on average, where waiting is already overlapped.
const OVERLAPPED: f64 = 1.5;

/// Remedies for a verdict, the best first; never empty.
pub(super) fn remedies(case: &Case<'_>, shares: &Shares, verdict: Verdict) -> Vec<Proposal> {
    let maker = Maker { case, shares };
    let mut all = match verdict {
        Verdict::GilBound => maker.gil(),
        Verdict::IoBound => maker.io(),
        Verdict::LockBound => maker.lock(),
        Verdict::Serial => maker.serial(),
        Verdict::PicklingBound => {
            let share = maker.share(&[Cause::Transfer, Cause::Dispatch]);
            vec![vanishes(Remedy::PassPaths, share)]
        }
        Verdict::OverheadBound => maker.overhead(),
        Verdict::Oversubscribed => {
            maker.measured(Remedy::OneBlasThread, &Change::OneBlasThread).into_iter().collect()
        }
        Verdict::LoopBlocked => maker.looping(),
        Verdict::Throttled => maker.throttled(),
        Verdict::Parallel | Verdict::MemoryBound | Verdict::Undecided => Vec::new(),
    };
    all.retain(|proposal| proposal.gain.as_ref().is_none_or(is_worth));
    if all.is_empty() {
        all.push(Proposal { remedy: Remedy::None, gain: None, note: None, change: None });
    }
    all
}

fn is_worth(gain: &Gain) -> bool {
    match gain.kind {
        GainKind::Measured => gain.low > 1.0 && gain.low.midpoint(gain.high) >= WORTH,
        GainKind::Bounded => gain.high >= LEAST_BOUND,
    }
}

struct Maker<'a> {
    case: &'a Case<'a>,
    shares: &'a Shares,
}

impl Maker<'_> {
    fn share(&self, causes: &[Cause]) -> f64 {
        causes.iter().map(|cause| self.shares.of(*cause)).sum()
    }

    /// CPUs that could compute.
    fn cpus(&self) -> f64 {
        self.shares.cpus as f64
    }

    fn measured(&self, remedy: Remedy, change: &Change) -> Option<Proposal> {
        let effect = self.case.effect(change).filter(|effect| effect.did_the_same())?;
        Some(measured(remedy, effect, effect.gain()?))
    }

    /// What was measured without a GIL, the best first; or else the bound, where nothing was run.
    fn free_threading(&self, share: f64, by: f64) -> Vec<Proposal> {
        let without_gil = |change: &Change| matches!(change, Change::GilOff | Change::FreeThreading(_));
        let tried = self.case.effects.iter().filter(|effect| without_gil(&effect.change));
        let mut found: Vec<Proposal> = tried
            .clone()
            .filter(|effect| effect.did_the_same())
            .filter_map(|effect| Some(measured(Remedy::FreeThreading, effect, effect.gain()?)))
            .collect();
        found.sort_by(|a, b| middle(b).total_cmp(&middle(a)));
        found.truncate(1);
        if found.is_empty() && tried.count() == 0 {
            found.push(spread(Remedy::FreeThreading, share, by));
        }
        found
    }

    fn gil(&self) -> Vec<Proposal> {
        let share = self.share(&[Cause::Gil]);
        // One has it, and these want it.
        let threads = self.shares.gil_waiters.mean().unwrap_or(1.0) + 1.0;
        // What may use one CPU only needs both.
        let limited = self.cpus() < 2.0 && self.case.machine_cpus > 1;
        let cpus = if limited { self.case.machine_cpus as f64 } else { self.cpus() };
        let by = threads.min(cpus);
        let mut processes = spread(Remedy::Processes, share, by);
        if limited {
            processes = processes.noted("together with more CPUs: it may use one");
        }
        let mut all = self.free_threading(share, by);
        // What was run, and brings most of what is possible, is better than what is possible.
        let most = processes.gain.as_ref().map_or(1.0, |gain| gain.high);
        let good = |proposal: &Proposal| {
            proposal.gain.as_ref().is_some_and(|gain| gain.kind == GainKind::Measured && is_worth(gain))
                && middle(proposal) - 1.0 >= (most - 1.0) / 2.0
        };
        let place = usize::from(all.first().is_some_and(good));
        all.insert(place, processes);
        all
    }

    fn io(&self) -> Vec<Proposal> {
        let share = self.share(&[Cause::Io, Cause::Waiting]);
        let at_once = self.shares.io_waiters.mean().unwrap_or(0.0);
        let queued =
            self.case.telling.tellers().map(|teller| teller.knowledge.tasks_waiting).max().unwrap_or(0);
        if self.in_loop() || (at_once >= OVERLAPPED && queued == 0) {
            return Vec::new();
        }
        let (threads, asyncio) = (vanishes(Remedy::Threads, share), vanishes(Remedy::Asyncio, share));
        if at_once >= OVERLAPPED {
            let note = format!("up to {queued} tasks wait for one of its threads: more threads than now");
            return vec![threads.noted(note), asyncio];
        }
        let note = "where there are several things to wait for, and none needs the answer of another";
        vec![threads.noted(note), asyncio.noted(note)]
    }

    /// Whether an event loop does the waiting.
    fn in_loop(&self) -> bool {
        self.case.telling.tellers().any(|teller| {
            teller.knowledge.event_loop.is_some_and(|event_loop| event_loop.callbacks > 4)
                && teller
                    .frames
                    .iter()
                    .any(|frame| frame.module == "asyncio.base_events" && frame.function == "_run_once")
        })
    }

    fn has_gil(&self) -> bool {
        self.case.telling.tellers().next().is_none_or(|teller| teller.knowledge.may_have_gil())
    }

    fn lock(&self) -> Vec<Proposal> {
        let library = self.share(&[Cause::Library]);
        if library > self.share(&[Cause::Lock]) {
            let note = "it is a lock of a library's, and each process has its own";
            return vec![spread(Remedy::Processes, library, self.cpus()).noted(note)];
        }
        // What is fought for by threads that are awake looks like threads that compute at once.
        let waits = self.share(&[Cause::Lock]);
        let share = if waits < FOUGHT_AWAKE { waits + self.share(&[Cause::Parallel]) } else { waits };
        let threads = self.shares.lock_waiters.mean().unwrap_or(1.0) + 1.0;
        let computing = self.shares.lock_computing / (waits * self.shares.total).max(f64::EPSILON);
        let by = if computing > 0.5 { threads.min(self.cpus()) } else { threads };
        let narrow = spread(Remedy::NarrowLock, share, by);
        if computing > 0.5 && self.has_gil() {
            let note = "who has the lock computes: without it the GIL is next, and only processes or free threading gain";
            return vec![narrow.noted(note)];
        }
        vec![narrow]
    }

    fn serial(&self) -> Vec<Proposal> {
        let share = self.share(&[Cause::Serial, Cause::Gil]);
        vec![spread(Remedy::ParalleliseSerialPart, share, self.cpus())]
    }

    fn overhead(&self) -> Vec<Proposal> {
        let share = self.share(&[Cause::Dispatch, Cause::Transfer, Cause::StartUp]);
        let mut all: Vec<Proposal> = self.measured(Remedy::Fork, &Change::Fork).into_iter().collect();
        let processes = self.case.telling.watched.processes.len();
        let starts = self.share(&[Cause::StartUp]) >= share * 0.6;
        // One interpreter has to start.
        if !starts || processes > 1 {
            let mut larger = vanishes(Remedy::LargerTasks, share);
            if starts {
                larger = larger.noted(format!("{processes} processes were started: fewer, that live longer"));
            }
            all.insert(0, larger);
        }
        all
    }

    fn looping(&self) -> Vec<Proposal> {
        let share = self.share(&[Cause::Looping]);
        let computing = self.shares.looping_computing / (share * self.shares.total).max(f64::EPSILON);
        if computing <= 0.5 {
            return vec![vanishes(Remedy::ToThread, share)];
        }
        if self.has_gil() {
            let note = "the callbacks compute: a process pool, by `loop.run_in_executor`";
            return vec![spread(Remedy::Processes, share, self.cpus()).noted(note)];
        }
        let note = "there is no GIL: threads compute at once";
        vec![spread(Remedy::ToThread, share, self.cpus()).noted(note)]
    }

    fn throttled(&self) -> Vec<Proposal> {
        if let Some(proposal) = self.measured(Remedy::RaiseLimit, &Change::AllCpus) {
            return vec![proposal];
        }
        let share = self.share(&[Cause::Throttled]).max(f64::EPSILON);
        let wanting = self.shares.wanting.mean().unwrap_or(1.0);
        let by = wanting.min(self.case.machine_cpus as f64)
            / self.cpus().min(self.case.quota.unwrap_or(f64::INFINITY));
        vec![spread(Remedy::RaiseLimit, share, by)]
    }
}

/// A share of the time that is divided by n.
fn spread(remedy: Remedy, share: f64, by: f64) -> Proposal {
    let by = by.max(1.0);
    let bound = 1.0 / ((1.0 - share) + share / by);
    bounded(remedy, bound, format!("1 / ({:.2} + {share:.2} / {by:.1})", 1.0 - share))
}

/// A share of the time that goes away.
fn vanishes(remedy: Remedy, share: f64) -> Proposal {
    // What nearly all of the time is spent on cannot be known so well.
    let rest = (1.0 - share).max(0.01);
    bounded(remedy, 1.0 / rest, format!("1 / {rest:.2}"))
}

fn middle(proposal: &Proposal) -> f64 {
    proposal.gain.as_ref().map_or(1.0, |gain| gain.low.midpoint(gain.high))
}

fn bounded(remedy: Remedy, high: f64, formula: String) -> Proposal {
    let gain = Gain { low: 1.0, high, kind: GainKind::Bounded, formula: Some(formula) };
    Proposal { remedy, gain: Some(gain), note: None, change: None }
}

fn measured(remedy: Remedy, effect: &Effect, gain: Measured) -> Proposal {
    let gain = Gain { low: gain.low, high: gain.high, kind: GainKind::Measured, formula: None };
    Proposal { remedy, gain: Some(gain), note: None, change: Some(effect.change.clone()) }
}
