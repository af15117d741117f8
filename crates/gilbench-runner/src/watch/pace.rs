//! How often to look, so that looking costs next to nothing.

use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// No more often than this, however little a look costs: enough of a script that lasts a tenth of a second.
const SHORTEST: Duration = Duration::from_millis(4);

/// Nor more seldom, so that something is seen of every phase of a script with a thousand threads.
const LONGEST: Duration = Duration::from_millis(500);

/// How much looking may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// The program is timed meanwhile: 0.7 % of one CPU, of which the program notices a part.
    Timed,
    /// It is not: 4 %.
    Untimed,
}

impl Care {
    /// The share of one CPU that looking may take, once it is known what it costs.
    fn share(self) -> f64 {
        match self {
            Self::Timed => 0.007,
            Self::Untimed => 0.04,
        }
    }
}

/// The weight of the latest look in what is known of the cost.
const LATEST: f64 = 0.2;

/// The time between looks.
///
/// It is drawn anew each time, from half to one and a half of what it should be: a program that does something every
/// 5 ms, such as to hand the GIL on, would otherwise be seen in the same moment of it again and again.
#[derive(Debug)]
pub(super) struct Pace {
    care: Care,
    /// Nanoseconds of a look.
    cost: f64,
    generator: Pcg64,
}

impl Pace {
    pub(super) fn new(care: Care) -> Self {
        Self { care, cost: 0.0, generator: Pcg64::seed_from_u64(0) }
    }

    /// Takes the cost of a look, and gives the time to the next.
    pub(super) fn after(&mut self, cost: Duration) -> Duration {
        let latest = cost.as_nanos() as f64;
        self.cost = if self.cost == 0.0 { latest } else { self.cost + LATEST * (latest - self.cost) };
        let mean = Duration::from_secs_f64(self.cost / 1e9 / self.care.share()).clamp(SHORTEST, LONGEST);
        mean.mul_f64(0.5 + self.generator.random::<f64>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_that_cost_more_are_taken_more_seldom() {
        let mean = |cost: Duration| {
            let mut pace = Pace::new(Care::Timed);
            (0..1000).map(|_| pace.after(cost).as_secs_f64()).sum::<f64>() / 1000.0
        };
        assert!((mean(Duration::ZERO) - 0.004).abs() < 0.0002);
        assert!((mean(Duration::from_micros(140)) - 0.02).abs() < 0.001);
        assert!((mean(Duration::from_secs(1)) - 0.5).abs() < 0.02);
    }
}
