//! What was seen from outside, and what was told from inside at about the same time.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_model::Nanoseconds;
use gilbench_model::watched::{Frame, Run, SeenThread, StackSample, Teller};

use super::place::{Place, own_line};

/// A sample this near to a look is taken for what the thread was at then: twice the time between samples at first.
const NEAR: u64 = 25_000_000;

/// The two sides of a run.
pub(super) struct Join<'a> {
    /// By the kernel's number of the process.
    tellers: BTreeMap<u32, Side<'a>>,
    /// The kernel's numbers of the processes.
    processes: Vec<u32>,
}

struct Side<'a> {
    teller: &'a Teller,
    places: Vec<Place>,
    /// Samples of each thread, in order.
    samples: BTreeMap<u32, Vec<StackSample>>,
    last: Nanoseconds,
    own: BTreeSet<u32>,
}

impl<'a> Join<'a> {
    pub(super) fn new(run: &'a Run) -> Self {
        let tellers = run.inside.iter().flat_map(|inside| &inside.tellers);
        // A process that becomes another program tells anew, in place of what it told before.
        let tellers = tellers.map(|teller| (teller.process, Side::new(teller))).collect();
        Self { tellers, processes: run.watched.processes.iter().map(|process| process.id).collect() }
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
        self.side(thread).is_none_or(|side| side.teller.knowledge.gil_enabled != Some(false))
    }

    /// Whether callbacks of its event loop mostly held up other tasks.
    pub(super) fn loop_suffers(&self, thread: &SeenThread) -> bool {
        let facts = self.side(thread).and_then(|side| side.teller.knowledge.event_loop);
        facts.is_some_and(|facts| facts.slow > 0 && facts.slow_seconds_with_others >= facts.slow_seconds / 2.0)
    }

    /// What a thread was at; `None` where that is not known.
    pub(super) fn place(&self, thread: &SeenThread, at: Nanoseconds) -> Option<Place> {
        let side = self.side(thread)?;
        if at < side.teller.hello.at_ns || at > Nanoseconds(side.last.0 + NEAR) {
            return Some(Place::START_UP);
        }
        match side.nearest(thread.id, at) {
            Found::At(sample) => side.places.get(sample.stack as usize).copied(),
            Found::Nowhere => None,
            Found::Never if thread.main => None,
            Found::Never => Some(Place::NATIVE),
        }
    }

    /// The line of the program's own that a thread was at.
    pub(super) fn line(&self, thread: &SeenThread, at: Nanoseconds) -> Option<&'a Frame> {
        let side = self.side(thread)?;
        let Found::At(sample) = side.nearest(thread.id, at) else { return None };
        own_line(side.teller, side.teller.stacks.get(sample.stack as usize)?)
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
        let mut samples: BTreeMap<u32, Vec<StackSample>> = BTreeMap::new();
        for sample in &teller.samples {
            samples.entry(sample.thread).or_default().push(*sample);
        }
        let last = teller.samples.iter().map(|sample| sample.at_ns).max().unwrap_or(teller.hello.at_ns);
        Self {
            places: teller.stacks.iter().map(|stack| Place::of(teller, stack)).collect(),
            own: teller.own_threads.iter().copied().collect(),
            teller,
            samples,
            last,
        }
    }

    /// The sample nearest to a moment. One that comes late is late because something held the GIL meanwhile, in compiled
    /// code, and shows where.
    fn nearest(&self, thread: u32, at: Nanoseconds) -> Found {
        let Some(samples) = self.samples.get(&thread) else { return Found::Never };
        let next = samples.partition_point(|sample| sample.at_ns < at);
        let before = next.checked_sub(1).and_then(|before| samples.get(before));
        match (before, samples.get(next)) {
            (Some(before), Some(after)) => {
                let nearer = at.0 - before.at_ns.0 < after.at_ns.0 - at.0 && at.0 - before.at_ns.0 <= NEAR;
                Found::At(if nearer { *before } else { *after })
            }
            (Some(only), None) | (None, Some(only)) if only.at_ns.0.abs_diff(at.0) <= NEAR => Found::At(*only),
            _ => Found::Nowhere,
        }
    }
}
