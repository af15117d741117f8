//! What a process's time looks like: noise of five shapes, and a drift that all cases of a round share.
//!
//! Both are on the log scale, in units of one percent of the time; the core of every shape has a deviation of 1.

#[path = "../../tests/draws/mod.rs"]
mod draws;

use std::fmt;

use draws::{normal, student};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// The noise of one process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    Normal,
    /// The logarithm of the excess is normal.
    LogNormal,
    /// Three of ten rounds are ten deviations slower.
    Bimodal,
    /// Student's t with 1.5 degrees of freedom: it has no variance.
    HeavyTailed,
    /// Fifteen of a hundred rounds are slower by five deviations and an exponential of ten.
    Spiky,
}

impl Shape {
    pub(crate) const ALL: [Self; 5] =
        [Self::Normal, Self::LogNormal, Self::Bimodal, Self::HeavyTailed, Self::Spiky];

    pub(crate) fn draw(self, generator: &mut Pcg64) -> f64 {
        match self {
            Self::LogNormal => normal(generator).exp(),
            Self::Bimodal if generator.random::<f64>() < 0.3 => 10.0 + normal(generator),
            Self::HeavyTailed => student(generator, 1.5),
            Self::Spiky if generator.random::<f64>() < 0.15 => {
                5.0 - 10.0 * (1.0 - generator.random::<f64>()).ln() + normal(generator)
            }
            Self::Normal | Self::Bimodal | Self::Spiky => normal(generator),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Normal => "normal",
            Self::LogNormal => "log-normal",
            Self::Bimodal => "bimodal",
            Self::HeavyTailed => "heavy-tailed",
            Self::Spiky => "spiky",
        })
    }
}

/// A first-order autoregression that all cases of a round share, as large as the noise: its deviation is 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Drift {
    None,
    /// Half of it is left a round later.
    Mild,
    /// Nine tenths of it are left a round later.
    Strong,
}

impl Drift {
    pub(crate) const ALL: [Self; 3] = [Self::None, Self::Mild, Self::Strong];

    /// The share that is left a round later; none where there is no drift.
    fn memory(self) -> Option<f64> {
        match self {
            Self::None => None,
            Self::Mild => Some(0.5),
            Self::Strong => Some(0.9),
        }
    }

    /// The drift of each round, stationary from the first one.
    pub(crate) fn draw(self, rounds: usize, generator: &mut Pcg64) -> Vec<f64> {
        let Some(memory) = self.memory() else { return vec![0.0; rounds] };
        let mut now = normal(generator);
        (0..rounds)
            .map(|_| {
                let drift = now;
                now = memory * now + (1.0 - memory * memory).sqrt() * normal(generator);
                drift
            })
            .collect()
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "none",
            Self::Mild => "mild",
            Self::Strong => "strong",
        })
    }
}

/// A generator of its own for each trial, so that no number depends on how trials spread over CPUs.
pub(crate) fn generator(seed: u64, cell: u64, trial: u64) -> Pcg64 {
    // Odd constants of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014) keep neighbouring trials far apart.
    let mixed = seed
        .wrapping_add(cell.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(trial.wrapping_mul(0xbf58_476d_1ce4_e5b9));
    Pcg64::seed_from_u64(mixed)
}
