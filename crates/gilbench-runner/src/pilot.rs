//! What the pilot of a case tells of its rounds: how often a process repeats, and how much of that is warm-up.

use gilbench_model::sample::Process;
use gilbench_model::suite::Iterations;

/// Finds the steady state of a process.
pub trait SteadyState {
    /// How many iterations came before it; `None` where they are too few to tell, or where there is none.
    fn warm_up(&self, process: &Process) -> Option<u32>;
}

/// What the pilot told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pilot {
    pub(crate) iterations: u32,
    /// Code is compiled while it runs.
    pub(crate) jit: bool,
    /// Its iterations before the steady ones, where a steady state was found.
    pub(crate) warm_up: Option<u32>,
    /// Of a steady iteration.
    pub(crate) seconds: Option<f64>,
}

/// A process that warms up runs at least so many iterations, where the pilot did: fewer would not show whether it
/// has become steady.
const SHOWS_WARM_UP: u32 = 10;

impl Pilot {
    /// How often a process of a round repeats: as the pilot did. Where that was to see a compiler at work and the end
    /// of it was seen, no more than needed: twice the warm-up, since another process may take longer, and as many
    /// steady ones as fit into the time of an interpreter that does not compile; only those where the pilot was too
    /// short to show anything.
    pub(crate) fn iterations_of_a_round(self, limits: Iterations) -> u32 {
        let Self { iterations, jit: true, warm_up, seconds: Some(seconds) } = self else {
            return self.iterations;
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, saturating")]
        let fit = ((limits.time.as_secs_f64() / seconds).ceil() as u32).min(limits.most);
        let count = match warm_up {
            Some(0) => fit.max(limits.least_with_jit),
            Some(warm_up) => warm_up.saturating_add(warm_up.max(fit)).max(SHOWS_WARM_UP),
            None if iterations < SHOWS_WARM_UP => fit.max(limits.least_with_jit),
            None => iterations,
        };
        count.clamp(1, iterations.max(1))
    }

    /// Iterations that a process of a round tags as warm-up, of so many: those that the pilot showed, where a compiler
    /// is at work. Else the first half there, and the first of several elsewhere, which pays for caches and lazy
    /// imports.
    pub(crate) fn warmup(self, iterations: u32) -> u32 {
        match self {
            Self { jit: true, warm_up: Some(warm_up), .. } => warm_up,
            Self { jit: true, .. } => iterations / 2,
            Self { jit: false, .. } => u32::from(iterations > 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Iterations of a round, and how many of them are tagged, after a pilot of so many at .05 s each.
    fn round_after(iterations: u32, jit: bool, warm_up: Option<u32>) -> (u32, u32) {
        let limits =
            Iterations { most: 10, time: Duration::from_millis(200), least_with_jit: 2, with_jit: None };
        let pilot = Pilot { iterations, jit, warm_up, seconds: Some(0.05) };
        let count = pilot.iterations_of_a_round(limits);
        (count, pilot.warmup(count))
    }

    #[test]
    fn rounds_repeat_no_more_than_shows_the_warm_up_of_the_pilot() {
        assert_eq!(round_after(40, true, Some(0)), (4, 0), "as many as fit");
        assert_eq!(round_after(40, true, Some(2)), (10, 2), "as many as show it");
        assert_eq!(round_after(40, true, Some(9)), (18, 9), "twice as many");
        assert_eq!(round_after(40, true, Some(30)), (40, 30), "no more than the pilot");
        assert_eq!(round_after(40, true, None), (40, 20), "it was still changing");
        assert_eq!(round_after(9, true, None), (4, 2), "it was too short to show anything");
        assert_eq!(round_after(1, true, None), (1, 0));
        assert_eq!(round_after(10, false, Some(9)), (10, 1), "there is no compiler to wait for");
    }
}
