//! Does a statement release the GIL? Decided from how much more several threads do than one, beside native code.
//!
//! A statement that keeps the GIL for a share `h` of its time gains no more than `1 / h` from any number of threads,
//! since that part runs in one thread at a time (Amdahl's law, with the lock as the serial part). What it gains at best
//! is what native code gains on the same machine with as many threads: the ceiling.
//!
//! Not responsible for running anything, nor for which rounds pair.

use serde::Serialize;

use crate::statistics::{Estimate, StatisticsError, median, paired_ratio};

/// A speed-up up to this counts as none. By the law above, the statement keeps the GIL for 87 % of its time or more.
/// It is not nearer to 1, since a statement that returns the GIL between its steps lets others in for moments, and since
/// two threads get more of a busy machine than one.
pub const HOLDS: f64 = 1.15;

/// This share of the ceiling counts as all of it. The rest is for what code shares that has no lock in common: caches,
/// memory bandwidth, the allocator, and the moments with the GIL between two calls.
pub const RELEASES: f64 = 0.8;

/// One thread that has no CPU for a greater share of its time shares all CPUs with other programs: what several threads
/// gain depends on those then.
pub const CROWDED: f64 = 0.1;

/// What a block of so many turns came to in one process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// Turns per second, of all threads together.
    pub rate: f64,
    /// CPU seconds per second; `None` where the interpreter does not tell them.
    pub cpus: Option<f64>,
    /// The share of the time in which a thread was ready to run and had no CPU; `None` where the kernel does not tell.
    /// Several threads that wait for a lock by looking at it again and again are queued often: only that of one thread
    /// tells of others.
    pub queued: Option<f64>,
}

/// One round: a statement, and native code, each in one thread and in several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    /// The statement in one thread.
    pub one: Block,
    /// The statement in several.
    pub several: Block,
    /// Native code in one thread.
    pub native_one: Block,
    /// Native code in several.
    pub native_several: Block,
}

/// What is said of a statement on an interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Threads run it at the same time although there is a GIL.
    Releases,
    /// They take turns.
    Holds,
    /// They gain something, and clearly less than native code.
    Partly,
    /// No GIL is in force, and they gain what native code gains.
    ScalesAnyway,
    /// No GIL is in force, and they gain nothing all the same.
    NoGain,
    /// The rounds do not tell.
    Undecided,
}

impl Verdict {
    /// As it is said to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Releases => "releases it",
            Self::Holds => "holds it",
            Self::Partly => "partly",
            Self::ScalesAnyway => "scales anyway",
            Self::NoGain => "no gain",
            Self::Undecided => "undecided",
        }
    }
}

/// What rounds tell about one number of threads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// What several threads do over what one does.
    pub speed_up: Estimate,
    /// The speed-up over that of native code, paired by round.
    pub of_ceiling: Estimate,
    /// What that says.
    pub verdict: Verdict,
    /// It releases the GIL, since all CPUs are busy, but gains less than that: the threads are in each other's way at
    /// something else, such as the memory.
    pub hindered: bool,
    /// Other programs leave too few CPUs to say that it gains little.
    pub crowded: bool,
    /// The share of the time in which one thread alone had no CPU: the median, where it is known.
    pub queued: Option<f64>,
}

/// Judges rounds. `gil` says whether a GIL was in force.
pub fn judge(rounds: &[Round], gil: bool) -> Result<Finding, StatisticsError> {
    let speed_up = ratio(rounds, |round| (round.several.rate, round.one.rate))?;
    let ceiling = ratio(rounds, |round| (round.native_several.rate, round.native_one.rate))?;
    // One ratio of ratios, not the ratio of two estimates: what disturbs a round disturbs all that is in it.
    let of_ceiling = ratio(rounds, |round| {
        (round.several.rate * round.native_one.rate, round.one.rate * round.native_several.rate)
    })?;
    // Below this ceiling the same speed-up would be little and nearly all of it.
    let queued = queued(rounds);
    let crowded = ceiling.low <= HOLDS / RELEASES || queued.is_some_and(|share| share > CROWDED);
    let gains = speed_up.low > HOLDS;
    let gains_nothing = speed_up.high <= HOLDS;
    let as_native = of_ceiling.low >= RELEASES;
    let below_native = of_ceiling.high < RELEASES && !crowded;
    // Threads that keep more CPUs busy do not wait for one lock, whatever becomes of their work.
    let busy = gil && !crowded && (gains || below_native) && busy_as_native(rounds);
    let hindered = busy && below_native;
    let verdict = match (gains, gains_nothing) {
        _ if busy => Verdict::Releases,
        (true, _) if as_native && gil => Verdict::Releases,
        (true, _) if as_native => Verdict::ScalesAnyway,
        (true, _) if below_native => Verdict::Partly,
        (_, true) if below_native && gil => Verdict::Holds,
        (_, true) if below_native => Verdict::NoGain,
        _ => Verdict::Undecided,
    };
    Ok(Finding { speed_up, of_ceiling, verdict, hindered, crowded, queued })
}

fn queued(rounds: &[Round]) -> Option<f64> {
    let shares: Option<Vec<f64>> = rounds.iter().map(|round| round.one.queued).collect();
    median(&shares?).ok()
}

/// The speed-up alone, of native code for example.
pub fn speed_up(pairs: &[[Block; 2]]) -> Result<Estimate, StatisticsError> {
    let (one, several): (Vec<f64>, Vec<f64>) =
        pairs.iter().map(|[one, several]| (one.rate, several.rate)).unzip();
    paired_ratio(&several, &one)
}

/// Whether more threads kept as many more CPUs busy as with native code. Over one thread: a statement that has threads
/// of its own keeps several CPUs busy without giving anything free.
fn busy_as_native(rounds: &[Round]) -> bool {
    let over_native = |round: &Round| {
        let (one, several) = (round.one.cpus?, round.several.cpus?);
        Some((several * round.native_one.cpus?, one * round.native_several.cpus?))
    };
    let both: Option<Vec<(f64, f64)>> = rounds.iter().map(over_native).collect();
    let estimate = both
        .map(|both| both.into_iter().unzip())
        .and_then(|(several, one): (Vec<_>, Vec<_>)| paired_ratio(&several, &one).ok());
    estimate.is_some_and(|estimate| estimate.low >= RELEASES)
}

fn ratio(rounds: &[Round], of: impl Fn(&Round) -> (f64, f64)) -> Result<Estimate, StatisticsError> {
    let (above, below): (Vec<f64>, Vec<f64>) = rounds.iter().map(of).unzip();
    paired_ratio(&above, &below)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six rounds or more of a statement with these speed-ups and CPUs, where native code gains so much.
    fn rounds(speed_ups: &[f64], cpus: [f64; 2], ceiling: f64) -> Vec<Round> {
        let block = |rate, cpus| Block { rate, cpus: Some(cpus), queued: Some(0.01) };
        let round = |(drift, speed_up): (usize, &f64)| {
            // The machine is slower in every second round, for all alike.
            let pace = if drift % 2 == 0 { 1.0 } else { 0.7 };
            Round {
                one: block(1e6 * pace, cpus[0]),
                several: block(1e6 * pace * speed_up, cpus[1]),
                native_one: block(5e8 * pace, 1.0),
                native_several: block(5e8 * pace * ceiling, ceiling),
            }
        };
        speed_ups.iter().enumerate().map(round).collect()
    }

    fn verdict(speed_ups: &[f64], cpus: [f64; 2], ceiling: f64, gil: bool) -> Verdict {
        judge(&rounds(speed_ups, cpus, ceiling), gil).unwrap().verdict
    }

    const AS_ONE: [f64; 6] = [1.0, 0.98, 1.03, 0.95, 1.01, 0.99];
    const AS_TWO: [f64; 6] = [1.9, 1.95, 1.88, 1.97, 1.92, 1.91];
    const BETWEEN: [f64; 6] = [1.3, 1.35, 1.33, 1.31, 1.36, 1.29];

    #[test]
    fn turns_and_work_at_once_are_told_apart() {
        assert_eq!(verdict(&AS_ONE, [1.0, 1.0], 1.95, true), Verdict::Holds);
        assert_eq!(verdict(&AS_TWO, [1.0, 1.95], 1.95, true), Verdict::Releases);
        assert_eq!(verdict(&BETWEEN, [1.0, 1.3], 1.95, true), Verdict::Partly);
    }

    #[test]
    fn without_a_gil_nothing_is_released_or_held() {
        assert_eq!(verdict(&AS_TWO, [1.0, 1.95], 1.95, false), Verdict::ScalesAnyway);
        assert_eq!(verdict(&AS_ONE, [1.0, 1.0], 1.95, false), Verdict::NoGain);
        assert_eq!(verdict(&AS_ONE, [1.0, 1.95], 1.95, false), Verdict::NoGain, "it contends");
        assert_eq!(verdict(&BETWEEN, [1.0, 1.3], 1.95, false), Verdict::Partly);
    }

    #[test]
    fn the_ceiling_of_the_machine_is_what_can_be_reached() {
        // Four threads on two CPUs.
        assert_eq!(verdict(&AS_TWO, [1.0, 1.95], 1.98, true), Verdict::Releases);
        // The same on four CPUs.
        assert_eq!(verdict(&AS_TWO, [1.0, 1.95], 3.9, true), Verdict::Partly);
        // Waiting needs no CPU, and exceeds it.
        assert_eq!(verdict(&[3.9; 6], [1e-3, 4e-3], 1.98, true), Verdict::Releases);
    }

    #[test]
    fn where_native_code_gains_nothing_nothing_is_told() {
        assert_eq!(verdict(&AS_ONE, [1.0, 1.0], 1.05, true), Verdict::Undecided);
        assert_eq!(verdict(&AS_ONE, [1.0, 1.0], 1.05, false), Verdict::Undecided);
    }

    #[test]
    fn busy_cpus_tell_a_shared_memory_from_a_held_lock() {
        let finding = judge(&rounds(&AS_ONE, [1.0, 1.95], 1.95), true).unwrap();
        assert_eq!((finding.verdict, finding.hindered), (Verdict::Releases, true));
        // Whether it gains as much as native code is open, not whether threads run at once.
        let around = [1.5, 1.65, 1.55, 1.7, 1.45, 1.6];
        let finding = judge(&rounds(&around, [1.0, 1.95], 1.95), true).unwrap();
        assert_eq!((finding.verdict, finding.hindered), (Verdict::Releases, false));
        // It had two threads of its own all along.
        let finding = judge(&rounds(&AS_ONE, [1.9, 1.95], 1.95), true).unwrap();
        assert_eq!((finding.verdict, finding.hindered), (Verdict::Holds, false));
    }

    #[test]
    fn what_is_not_told_of_cpus_is_no_evidence() {
        let mut rounds = rounds(&AS_ONE, [1.0, 1.95], 1.95);
        rounds[3].several.cpus = None;
        let finding = judge(&rounds, true).unwrap();
        assert_eq!((finding.verdict, finding.hindered), (Verdict::Holds, false));
    }

    #[test]
    fn on_crowded_cpus_nothing_is_said_to_gain_little() {
        for (speed_ups, crowded) in
            [(AS_ONE, Verdict::Undecided), (BETWEEN, Verdict::Undecided), (AS_TWO, Verdict::Releases)]
        {
            let mut rounds = rounds(&speed_ups, [1.0, 1.0], 1.95);
            for round in &mut rounds {
                round.one.queued = Some(0.5);
            }
            let finding = judge(&rounds, true).unwrap();
            assert_eq!((finding.verdict, finding.crowded), (crowded, true));
        }
        // Native code gained less in one round.
        let mut rounds = rounds(&AS_ONE, [1.0, 1.0], 1.95);
        rounds[2].native_several.rate /= 1.6;
        assert_eq!(judge(&rounds, true).unwrap().verdict, Verdict::Undecided);
    }

    #[test]
    fn the_whole_interval_has_to_lie_on_one_side() {
        assert_eq!(verdict(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.4], [1.0, 1.1], 1.95, true), Verdict::Undecided);
        assert_eq!(verdict(&[1.9, 1.9, 1.9, 1.9, 1.9, 1.2], [1.0, 1.4], 1.95, true), Verdict::Undecided);
        // On either side of the thresholds themselves.
        assert_eq!(verdict(&[HOLDS - 1e-9; 6], [1.0, 1.1], 2.0, true), Verdict::Holds);
        assert_eq!(verdict(&[HOLDS + 0.01; 6], [1.0, 1.1], 2.0, true), Verdict::Partly);
        assert_eq!(verdict(&[RELEASES * 2.0 + 1e-9; 6], [1.0, 1.6], 2.0, true), Verdict::Releases);
        assert_eq!(verdict(&[RELEASES * 2.0 - 1e-9; 6], [1.0, 1.5], 2.0, true), Verdict::Partly);
    }

    #[test]
    fn few_rounds_are_refused() {
        let error = judge(&rounds(&AS_ONE[..5], [1.0, 1.0], 1.95), true).unwrap_err();
        assert!(matches!(error, StatisticsError::TooFew { count: 5, needed: 6 }));
        let pair =
            [Block { rate: 1.0, cpus: None, queued: None }, Block { rate: 2.0, cpus: None, queued: None }];
        assert!((speed_up(&[pair; 6]).unwrap().point - 2.0).abs() < 1e-12);
    }
}
