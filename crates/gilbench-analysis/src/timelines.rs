//! What the threads of a watched process did together: times in each state, within its last iteration.
//!
//! The last, because the ones before it pay for caches and imports, and because what happens before and after has
//! nothing to do with the workload. These are times of one process that was watched: no estimates, and not for any
//! comparison.

use std::ops::Range;

use gilbench_model::Nanoseconds;
use gilbench_model::timeline::{Lane, Parts, Recording, State, Timeline};

/// A thread counts as one that works if it runs for at least this share of the time for which the one does that runs
/// most: the one that only starts and awaits the others does not.
const WORKS: f64 = 0.1;

/// What was seen of a process within some time.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// The time, since the recording began. Ends where the recording does.
    pub window: Range<Nanoseconds>,
    /// The window is that of the last iteration; else it is the whole recording, since no iteration is known.
    pub of_iteration: bool,
    /// The window goes on after the recording was ended.
    pub cut: bool,
    /// Threads that lived in it, in the order of the recording.
    pub threads: Vec<ThreadActivity>,
}

/// What a thread did in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThreadActivity {
    /// Index of its lane.
    pub lane: usize,
    /// Nanoseconds in each state.
    pub parts: Parts,
    /// It works, measured by the one that runs most.
    pub works: bool,
}

impl ThreadActivity {
    /// The share of its life that it was in a state, within the window; `None` if it was not seen for any time.
    pub fn share(&self, state: State) -> Option<f64> {
        share(self.parts.of(state), self.parts.total())
    }
}

impl Activity {
    /// What a timeline shows; `None` where nothing was recorded.
    pub fn of(timeline: &Timeline) -> Option<Self> {
        let recording = timeline.recording.as_ref()?;
        let end = recorded_until(recording);
        let iteration = timeline.iterations.last();
        let (window, cut) = match iteration {
            Some(iteration) => {
                let clipped = iteration.start_ns.min(end)..iteration.end_ns.min(end);
                (clipped, recording.cut_ns.is_some_and(|cut| cut < iteration.end_ns))
            }
            None => (Nanoseconds(0)..end, recording.cut_ns.is_some()),
        };
        Some(Self { of_iteration: iteration.is_some(), cut, ..Self::during(recording, window) })
    }

    /// What a recording shows between two moments.
    pub fn during(recording: &Recording, window: Range<Nanoseconds>) -> Self {
        let lived = recording.lanes.iter().enumerate().map(|(lane, found)| (lane, within(found, &window)));
        let lived: Vec<(usize, Parts)> = lived.filter(|(_, parts)| parts.total() > 0).collect();
        let most = lived.iter().map(|(_, parts)| parts.of(State::Running)).max().unwrap_or(0);
        let threads = lived.into_iter().map(|(lane, parts)| {
            let ran = parts.of(State::Running);
            ThreadActivity { lane, parts, works: ran > 0 && ran as f64 >= WORKS * most as f64 }
        });
        Self { threads: threads.collect(), of_iteration: false, window, cut: false }
    }

    /// How many CPUs all threads kept busy, on average; `None` of no time, or where run times are not told.
    pub fn cpus_busy(&self) -> Option<f64> {
        let told = self.threads.iter().any(|thread| thread.parts.of(State::Running) > 0);
        let ran = self.threads.iter().map(|thread| thread.parts.of(State::Running)).sum();
        share(ran, self.window.end.0 - self.window.start.0).filter(|_| told)
    }

    /// The threads that work.
    pub fn working(&self) -> impl Iterator<Item = &ThreadActivity> + Clone {
        self.threads.iter().filter(|thread| thread.works)
    }

    /// The least and the largest share of their lives that threads that work were in a state.
    pub fn range(&self, state: State) -> Option<(f64, f64)> {
        let shares = || self.working().filter_map(|thread| thread.share(state));
        Some((shares().reduce(f64::min)?, shares().reduce(f64::max)?))
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// When anything was last seen.
fn recorded_until(recording: &Recording) -> Nanoseconds {
    recording.lanes.iter().map(Lane::end_ns).max().unwrap_or_default()
}

/// What a thread did between two moments, in nanoseconds.
pub fn within(lane: &Lane, window: &Range<Nanoseconds>) -> Parts {
    cells(lane, window, 1).pop().unwrap_or_default()
}

/// The same for so many parts of equal length between two moments. Of a span that is only partly in one of them, the
/// part counts that is: its states are taken to be spread evenly over it.
pub fn cells(lane: &Lane, window: &Range<Nanoseconds>, count: usize) -> Vec<Parts> {
    let mut found = vec![Parts::default(); count];
    let (from, length) = (window.start.0, window.end.0.saturating_sub(window.start.0));
    let edge = |index: usize| from + scaled(length, index as u64, count as u64);
    let (mut start, mut first) = (lane.start_ns.0, 0);
    for span in &lane.spans.0 {
        let end = start + span.micros() * 1000;
        while first < count && edge(first + 1) <= start {
            first += 1;
        }
        for (index, cell) in found.iter_mut().enumerate().skip(first) {
            if edge(index) >= end {
                break;
            }
            let overlap = end.min(edge(index + 1)).saturating_sub(start.max(edge(index)));
            for state in State::ALL {
                cell.add(state, scaled(span.0.of(state) * 1000, overlap, end - start));
            }
        }
        start = end;
    }
    found
}

/// `value` × `part` / `whole`, rounded down.
fn scaled(value: u64, part: u64, whole: u64) -> u64 {
    let product = u128::from(value) * u128::from(part);
    u64::try_from(product.checked_div(u128::from(whole)).unwrap_or(0)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use gilbench_model::sample::Outcome;
    use gilbench_model::timeline::{IterationSpan, Spans};

    use super::*;

    /// A recording of lanes, each with its start in milliseconds and its spans, and an iteration in milliseconds.
    fn timeline(lanes: &[(u64, &str)], iteration: Option<(u64, u64)>, cut: Option<u64>) -> Timeline {
        let millis = |millis: u64| Nanoseconds(millis * 1_000_000);
        let lane = |(start, spans): &(u64, &str)| Lane {
            process: 0,
            main: false,
            name: String::new(),
            start_ns: millis(*start),
            spans: Spans::try_from((*spans).to_owned()).unwrap(),
        };
        let iterations = iteration.into_iter();
        Timeline {
            case: 0,
            began_ms: 0,
            outcome: Outcome::Completed,
            iterations: iterations
                .map(|(start, end)| IterationSpan { start_ns: millis(start), end_ns: millis(end) })
                .collect(),
            recording: Some(Recording {
                period_ns: millis(2),
                samples: 10,
                missed: 0,
                longest_gap_ns: millis(2),
                lacks: Vec::new(),
                cut_ns: cut.map(millis),
                threads_left_out: 0,
                lanes: lanes.iter().map(lane).collect(),
            }),
        }
    }

    fn assert_close(found: Option<f64>, expected: f64) {
        assert!(found.is_some_and(|found| (found - expected).abs() < 1e-9), "{found:?}, not {expected}");
    }

    #[test]
    fn two_threads_that_take_turns_keep_one_cpu_busy() {
        let lanes = [
            (0, "r100000 l100000 s50000"),
            (100, "r5000 l5000 r5000 l5000 r30000l50000"),
            (100, "l5000 r5000 l5000 r5000 r50000l30000"),
        ];
        let found = Activity::of(&timeline(&lanes, Some((100, 200)), None)).unwrap();
        assert_close(found.cpus_busy(), 1.0);
        let working: Vec<usize> = found.working().map(|thread| thread.lane).collect();
        assert_eq!(working, [1, 2], "the first only waits for them");
        let (least, most) = found.range(State::Lock).unwrap();
        assert_close(Some(least), 0.4);
        assert_close(Some(most), 0.6);
        assert_close(found.threads[0].share(State::Lock), 1.0);
        assert!(found.of_iteration && !found.cut);
    }

    #[test]
    fn threads_that_run_at_once_keep_as_many_cpus_busy() {
        let lanes = [(0, "r80000q20000"), (0, "r100000")];
        assert_close(Activity::of(&timeline(&lanes, Some((0, 100)), None)).unwrap().cpus_busy(), 1.8);
    }

    #[test]
    fn a_span_counts_by_the_part_that_is_in_the_window() {
        let lanes = [(10, "r10000l30000")];
        let found = Activity::of(&timeline(&lanes, Some((0, 20)), None)).unwrap();
        assert_eq!(found.threads[0].parts, Parts([2_500_000, 0, 7_500_000, 0, 0]));
    }

    #[test]
    fn cells_hold_together_what_the_window_holds() {
        let timeline = timeline(&[(3, "r7000 q2000l5000 s1000 r3000u3000")], None, None);
        let lane = &timeline.recording.unwrap().lanes[0];
        let window = Nanoseconds(0)..Nanoseconds(30_000_000);
        let found = cells(lane, &window, 10);
        let ran: Vec<u64> = found.iter().map(|parts| parts.of(State::Running) / 1_000_000).collect();
        assert_eq!(ran, [0, 3, 3, 1, 0, 0, 1, 1, 0, 0]);
        let total: u64 = found.iter().map(Parts::total).sum();
        assert!((20_999_980..=21_000_000).contains(&total), "but for rounding: {total}");
        assert_eq!(within(lane, &window).total(), 21_000_000);
        assert_eq!(cells(lane, &(Nanoseconds(9)..Nanoseconds(9)), 3), [Parts::default(); 3], "no time");
    }

    #[test]
    fn a_thread_that_lived_elsewhere_is_not_there_and_without_an_iteration_all_is_looked_at() {
        let lanes = [(0, "r10000"), (50, "r10000")];
        let found = Activity::of(&timeline(&lanes, Some((45, 60)), None)).unwrap();
        assert_eq!(found.threads.iter().map(|thread| thread.lane).collect::<Vec<_>>(), [1]);
        let whole = Activity::of(&timeline(&lanes, None, None)).unwrap();
        assert_eq!((whole.threads.len(), whole.of_iteration, whole.window.end.0), (2, false, 60_000_000));
    }

    #[test]
    fn what_was_not_recorded_has_no_numbers() {
        let nothing = Timeline { recording: None, ..timeline(&[], None, None) };
        assert_eq!(Activity::of(&nothing), None);
        let blind = Activity::of(&timeline(&[(0, "u10000")], Some((0, 10)), None)).unwrap();
        assert_eq!(blind.cpus_busy(), None, "not 0");
        assert_eq!(blind.range(State::Lock), None);
        let empty = Activity::of(&timeline(&[], Some((0, 10)), None)).unwrap();
        assert_eq!((empty.cpus_busy(), empty.threads.len()), (None, 0));
        let cut = Activity::of(&timeline(&[(0, "r5000")], Some((0, 10)), Some(5))).unwrap();
        assert!(cut.cut);
        assert_close(cut.cpus_busy(), 1.0);
    }
}
