//! One simulated run of a few cases.

use std::fmt;

use rand::RngExt;
use rand_pcg::Pcg64;

use crate::shapes::{Drift, Shape};

/// The unit of noise and drift: one percent of the time.
pub(crate) const PERCENT: f64 = 0.01;

/// Which rounds have values of which cases.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Variant {
    /// Every round has all.
    Complete,
    /// The last case ended after three quarters of the rounds.
    Unequal,
    /// In a tenth of the rounds one of the cases failed.
    Missing,
}

impl fmt::Display for Variant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Complete => "complete",
            Self::Unequal => "unequal counts",
            Self::Missing => "pairs missing",
        })
    }
}

/// The times of several cases over all rounds of a run, in seconds.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    variant: Variant,
    /// By case, then by round; none where the process failed.
    times: Vec<Vec<Option<f64>>>,
}

impl Trial {
    /// Draws the times of cases whose typical times are `typical`, over `rounds`.
    pub(crate) fn draw(
        (shape, drift, variant): (Shape, Drift, Variant),
        typical: &[f64],
        rounds: usize,
        generator: &mut Pcg64,
    ) -> Self {
        let weather = drift.draw(rounds, generator);
        let mut times: Vec<Vec<Option<f64>>> = typical
            .iter()
            .map(|typical| {
                let time = |weather: &f64| typical * (PERCENT * (weather + shape.draw(generator))).exp();
                weather.iter().map(time).map(Some).collect()
            })
            .collect();
        if variant == Variant::Missing {
            for round in 0..rounds {
                if generator.random::<f64>() < 0.1 {
                    let case = &mut times[generator.random_range(0..typical.len())];
                    case[round] = None;
                }
            }
        }
        Self { variant, times }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.variant == Variant::Complete
    }

    /// What each case has after so many rounds, those of failed processes left out.
    pub(crate) fn alone(&self, rounds: usize) -> Vec<Vec<f64>> {
        (0..self.times.len())
            .map(|case| self.times[case][..self.ended(case, rounds)].iter().flatten().copied().collect())
            .collect()
    }

    /// The values of the rounds that all cases share.
    pub(crate) fn shared(&self, rounds: usize) -> Vec<Vec<f64>> {
        let rounds = (0..self.times.len()).map(|case| self.ended(case, rounds)).min().unwrap_or(0);
        let whole: Vec<usize> =
            (0..rounds).filter(|&round| self.times.iter().all(|times| times[round].is_some())).collect();
        self.times.iter().map(|times| whole.iter().filter_map(|&round| times[round]).collect()).collect()
    }

    /// How many of the rounds a case took part in.
    fn ended(&self, case: usize, rounds: usize) -> usize {
        let last = case + 1 == self.times.len();
        if last && self.variant == Variant::Unequal { (3 * rounds).div_ceil(4) } else { rounds }
    }
}
