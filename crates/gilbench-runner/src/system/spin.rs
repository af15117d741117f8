//! Work of a fixed length, over and over: what it takes longer than its fastest turn is lost time.
//!
//! The "fixed work quantum" of M. Sottile and R. Minnich (Analysis of Microbenchmarks for Performance Tuning of Clusters,
//! 2004). It needs no threshold for what counts as an interruption.

use std::hint::black_box;
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_setaffinity};

/// A quantum is about so long: many in a second, and far more than the clock's own error.
const QUANTUM: Duration = Duration::from_micros(100);

/// Keeps each of these CPUs busy for so long, at the same time, and gives the share of the time that each lost. CPUs that
/// cannot be used are left out.
pub(super) fn lost(cpus: &[u32], time: Duration) -> Vec<(u32, f64)> {
    let steps = calibrate();
    std::thread::scope(|scope| {
        let start = |&cpu: &u32| {
            std::thread::Builder::new().spawn_scoped(scope, move || {
                let mut set = CpuSet::new();
                set.set(cpu as usize);
                sched_setaffinity(None, &set).ok().map(|()| (cpu, lost_here(steps, time)))
            })
        };
        // All are started before the first is waited for.
        let threads: Vec<_> = cpus.iter().map(start).collect();
        threads.into_iter().filter_map(|thread| thread.ok()?.join().ok()?).collect()
    })
}

/// Steps of a quantum.
fn calibrate() -> u64 {
    let mut steps = 1_000;
    loop {
        let fastest = (0..3).map(|_| timed(steps)).min().unwrap_or_default();
        if fastest >= QUANTUM / 2 {
            return steps;
        }
        steps *= 2;
    }
}

fn lost_here(steps: u64, time: Duration) -> f64 {
    let begun = Instant::now();
    let (mut quanta, mut fastest) = (0_u32, Duration::MAX);
    while begun.elapsed() < time {
        fastest = fastest.min(timed(steps));
        quanta += 1;
    }
    share_lost(begun.elapsed(), quanta, fastest)
}

/// What so many quanta took longer than if each had been the fastest.
fn share_lost(took: Duration, quanta: u32, fastest: Duration) -> f64 {
    (1.0 - f64::from(quanta) * fastest.as_secs_f64() / took.as_secs_f64()).max(0.0)
}

fn timed(steps: u64) -> Duration {
    let begun = Instant::now();
    black_box(work(black_box(steps)));
    begun.elapsed()
}

/// Marsaglia's xorshift: each step needs the one before, so nothing can be left out or done at once.
fn work(steps: u64) -> u64 {
    (0..steps).fold(0x9e37_79b9_7f4a_7c15, |mut state, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^ (state << 17)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_the_fastest_is_lost() {
        let (second, millisecond) = (Duration::from_secs(1), Duration::from_millis(1));
        assert!((share_lost(second, 900, millisecond) - 0.1).abs() < 1e-12);
        assert!(share_lost(second, 1_000, millisecond).abs() < 1e-12);
        assert!(share_lost(second, 1_001, millisecond).abs() < 1e-12, "the clock's own error");
    }

    #[test]
    fn a_cpu_that_is_not_there_is_left_out() {
        assert_eq!(lost(&[8_000], Duration::from_millis(1)), []);
    }
}
