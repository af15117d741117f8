//! What one thread did between its samples.
//!
//! The kernel books a thread's times late: the time on a CPU at the next tick of its clock (4 ms, mostly) or when it
//! leaves the CPU, the wait for a CPU when it gets one. So a thread that can run has times that are not booked yet, and
//! what is left of an interval says nothing until they are. Once the thread waits for something else, all is booked. So
//! an interval stays open as long as the thread can run; what is booked beyond the length of a later interval belongs
//! to the open ones before it, the latest first; what is left in the end was spent waiting.

use gilbench_model::timeline::{Parts, Span, Spans, State};

use super::parse::Cause;

/// What a thread was seen to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// It runs, or waits for a CPU.
    Ready,
    /// It waits, if that is known, for this.
    Waits(Option<Cause>),
}

/// One look at a thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Nanoseconds since the recording began.
    pub(super) at: u64,
    /// Nanoseconds on a CPU and in wait for one, as booked; `None` where they are not told.
    pub(super) booked: Option<(u64, u64)>,
    pub(super) seen: Seen,
}

/// The time between two looks.
#[derive(Clone, Copy, Debug)]
struct Interval {
    /// Nanoseconds.
    parts: Parts,
    /// What is in none of them yet.
    rest: u64,
    /// What the thread did meanwhile if it waited.
    waited: State,
}

impl Interval {
    /// Puts of the time in a state as much into the interval as fits.
    fn fill(&mut self, state: State, time: &mut u64) {
        let part = self.rest.min(*time);
        self.parts.add(state, part);
        self.rest -= part;
        *time -= part;
    }

    fn close(mut self, rest: State) -> Parts {
        self.parts.add(rest, self.rest);
        self.parts
    }
}

/// Intervals in which a thread spent at least so much of the time in the same state become one.
const ALIKE: f64 = 0.95;

/// The account of one thread.
#[derive(Debug, Default)]
pub(super) struct Account {
    last: Option<Look>,
    open: Vec<Interval>,
    /// Nanoseconds.
    closed: Vec<Parts>,
}

impl Account {
    /// Takes the next look.
    pub(super) fn take(&mut self, look: Look) {
        let Some(last) = self.last.replace(look) else { return };
        let mut interval = Interval {
            parts: Parts::default(),
            rest: look.at.saturating_sub(last.at),
            waited: State::Unknown,
        };
        let (Some(before), Some(now)) = (last.booked, look.booked) else {
            self.close_all();
            self.close(interval.close(State::Unknown));
            return;
        };
        interval.waited = waited(last.seen, look.seen);
        self.open.push(interval);
        let (mut ran, mut queued) = (now.0.saturating_sub(before.0), now.1.saturating_sub(before.1));
        for interval in self.open.iter_mut().rev() {
            // A thread waits for a CPU before it runs.
            interval.fill(State::Running, &mut ran);
            interval.fill(State::Queued, &mut queued);
            if ran == 0 && queued == 0 {
                break;
            }
        }
        if look.seen == Seen::Ready {
            let full = self.open.iter().take_while(|interval| interval.rest == 0).count();
            let full: Vec<Interval> = self.open.drain(..full).collect();
            for interval in full {
                self.close(interval.parts);
            }
        } else {
            self.close_all();
        }
    }

    /// All is booked.
    fn close_all(&mut self) {
        for interval in std::mem::take(&mut self.open) {
            self.close(interval.close(interval.waited));
        }
    }

    fn close(&mut self, parts: Parts) {
        match self.closed.last_mut() {
            Some(last) if chief(last).is_some() && chief(last) == chief(&parts) => {
                for (sum, part) in last.0.iter_mut().zip(parts.0) {
                    *sum += part;
                }
            }
            _ => self.closed.push(parts),
        }
    }

    /// How many spans there are so far.
    pub(super) fn spans(&self) -> usize {
        self.closed.len() + self.open.len()
    }

    /// Nothing more comes. Of a thread that could run to the last, what is not booked stays unknown.
    pub(super) fn finish(mut self) -> Spans {
        for interval in std::mem::take(&mut self.open) {
            self.close(interval.close(State::Unknown));
        }
        in_micros(&self.closed)
    }
}

/// What a thread did in the part of an interval in which it waited, seen at both ends. Where it waited for one thing at
/// first and for another in the end, nobody knows when it changed.
fn waited(from: Seen, to: Seen) -> State {
    let state = |cause| match cause {
        Some(Cause::Lock) => State::Lock,
        Some(Cause::Other) => State::Sleeping,
        None => State::Unknown,
    };
    match (from, to) {
        (Seen::Waits(from), Seen::Waits(to)) if from == to => state(from),
        (Seen::Waits(cause), Seen::Ready) | (Seen::Ready, Seen::Waits(cause)) => state(cause),
        (Seen::Waits(_), Seen::Waits(_)) | (Seen::Ready, Seen::Ready) => State::Unknown,
    }
}

/// The state in which nearly all of the time was spent.
fn chief(parts: &Parts) -> Option<State> {
    let total = parts.total() as f64;
    State::ALL.into_iter().find(|state| parts.of(*state) as f64 >= ALIKE * total)
}

/// Whole microseconds. Ends are rounded, not lengths, so that a lane of many spans ends where it ended.
fn in_micros(spans: &[Parts]) -> Spans {
    let (mut end, mut told) = (0, 0);
    let round = |nanos: u64| (nanos + 500) / 1000;
    let mut found = Vec::with_capacity(spans.len());
    for parts in spans {
        end += parts.total();
        let length = round(end) - told;
        told += length;
        let mut micros = Parts(parts.0.map(round));
        // The largest takes what rounding has left.
        let largest = State::ALL.into_iter().max_by_key(|state| parts.of(*state)).unwrap_or(State::Unknown);
        let others = micros.total() - micros.of(largest);
        micros.0[largest as usize] = length.saturating_sub(others);
        found.push(Span(micros));
    }
    found.retain(|span| span.micros() > 0);
    Spans(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: Seen = Seen::Waits(Some(Cause::Lock));
    const SLEEP: Seen = Seen::Waits(Some(Cause::Other));

    /// The spans after looks of this many milliseconds: when, on a CPU, in wait for one.
    fn spans(looks: &[(u64, u64, u64, Seen)]) -> String {
        let mut account = Account::default();
        for &(at, ran, queued, seen) in looks {
            let booked = Some((ran * 1_000_000, queued * 1_000_000));
            account.take(Look { at: at * 1_000_000, booked, seen });
        }
        account.finish().into()
    }

    #[test]
    fn what_is_not_booked_was_spent_waiting_for_what_was_seen() {
        assert_eq!(spans(&[(0, 0, 0, LOCK), (2, 0, 0, LOCK), (4, 0, 0, LOCK)]), "l4000");
        assert_eq!(spans(&[(0, 0, 0, SLEEP), (2, 1, 0, SLEEP)]), "r1000s1000");
        assert_eq!(spans(&[(0, 0, 0, Seen::Ready), (10, 3, 1, LOCK)]), "r3000q1000l6000");
        assert_eq!(spans(&[(0, 0, 0, LOCK), (10, 4, 0, SLEEP)]), "r4000u6000", "nobody saw when it changed");
        assert_eq!(spans(&[(0, 0, 0, Seen::Waits(None)), (3, 0, 0, Seen::Waits(None))]), "u3000");
    }

    #[test]
    fn times_that_are_booked_late_belong_to_the_time_before() {
        // The tick comes every 4 ms, the looks every 2.
        let run =
            [(0, 0, 0, Seen::Ready), (2, 0, 0, Seen::Ready), (4, 4, 0, Seen::Ready), (6, 4, 0, Seen::Ready)];
        assert_eq!(spans(&[run.as_slice(), &[(8, 8, 0, Seen::Ready)]].concat()), "r8000");
        // The wait for a CPU is told when it ends.
        let queue =
            [(0, 0, 0, SLEEP), (2, 0, 0, Seen::Ready), (4, 0, 0, Seen::Ready), (6, 1, 5, Seen::Ready)];
        assert_eq!(spans(&queue), "q4000 r1000q1000");
        // It woke up in the middle of an interval.
        let woken = [(0, 0, 0, LOCK), (4, 0, 0, Seen::Ready), (6, 3, 0, LOCK)];
        assert_eq!(spans(&woken), "r1000l3000 r2000");
    }

    #[test]
    fn what_a_thread_that_could_run_to_the_last_did_at_the_end_is_unknown() {
        assert_eq!(spans(&[(0, 0, 0, LOCK), (2, 0, 0, Seen::Ready)]), "u2000");
        assert_eq!(spans(&[(0, 0, 0, Seen::Ready)]), "", "seen once");
    }

    #[test]
    fn without_run_times_all_is_unknown() {
        let mut account = Account::default();
        for at in 0..3 {
            account.take(Look { at: at * 1_000_000, booked: None, seen: LOCK });
        }
        assert_eq!(String::from(account.finish()), "u2000");
    }

    #[test]
    fn rounding_does_not_add_up() {
        let spans: Vec<Parts> =
            (0..1000).map(|index| Parts([100_400, 0, 700_400 * (index % 2), 0, 0])).collect();
        let total: u64 = spans.iter().map(Parts::total).sum();
        let micros: u64 = in_micros(&spans).0.iter().map(Span::micros).sum();
        assert_eq!(micros, (total + 500) / 1000);
    }
}
