//! Amdahl's law: a part of the work that workers do not share.
//!
//! T(n) = a + b/n (Amdahl, "Validity of the Single Processor Approach to Achieving Large Scale Computing
//! Capabilities", AFIPS 1967). The serial fraction is a/(a + b); no number of workers is faster than one by more than
//! its inverse.

use serde::{Deserialize, Serialize};

use super::goodness::Goodness;
use super::least_squares::relative_least_squares;
use super::points::Points;
use crate::statistics::{Estimate, StatisticsError, location, log_location};

/// The fewest worker counts that the fit needs: one more than it has parameters. With as many, every curve goes
/// through every point, and how well it fits cannot be told.
pub const AMDAHL_COUNTS: usize = 3;

/// Amdahl's law as fitted to the times of several worker counts.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AmdahlFit {
    /// The share of one worker's time that more workers do not shorten. Not cut off at 0 or 1: below 0 more workers
    /// gain more than their number, above 1 they cost time.
    pub serial_fraction: Estimate,
    /// The fitted time of one worker, in the unit of the times.
    pub one_worker: Estimate,
    /// How well the curve fits. Where it is bad, the numbers above mean nothing.
    pub goodness: Goodness,
}

impl AmdahlFit {
    /// The curve: the time of so many workers, in the unit of the times.
    pub fn time(&self, workers: f64) -> f64 {
        let serial = self.serial_fraction.point;
        self.one_worker.point * (serial + (1.0 - serial) / workers)
    }
}

/// Fits Amdahl's law, round by round.
///
/// Each point is a worker count and one positive time per round, all of the same rounds and in one unit. Needs
/// [`AMDAHL_COUNTS`] different worker counts and [`MINIMUM_COUNT`](crate::statistics::MINIMUM_COUNT) rounds.
///
/// ```
/// use gilbench_analysis::statistics::amdahl;
///
/// // A fifth of the work is serial.
/// let times = |n: f64| (0..8).map(|round| (0.2 + 0.8 / n) * (1.0 + 0.01 * f64::from(round))).collect();
/// let fit = amdahl(&[(1, times(1.0)), (2, times(2.0)), (4, times(4.0))])?;
/// assert!((fit.serial_fraction.point - 0.2).abs() < 1e-12);
/// # Ok::<(), gilbench_analysis::statistics::StatisticsError>(())
/// ```
pub fn amdahl(points: &[(u32, Vec<f64>)]) -> Result<AmdahlFit, StatisticsError> {
    let points = Points::new(points, AMDAHL_COUNTS)?;
    let basis: Vec<[f64; 2]> = points.workers().map(|workers| [1.0, workers.recip()]).collect();
    let fits: Vec<[f64; 2]> = (0..points.rounds())
        .map(|round| relative_least_squares(&basis, &points.round(round).collect::<Vec<_>>()))
        .collect();
    // First, because it refuses curves that are not positive.
    let goodness = Goodness::of(&points, |round, workers| fits[round][0] + fits[round][1] / workers)?;
    let one_worker: Vec<f64> = fits.iter().map(|[serial, shared]| serial + shared).collect();
    let serial: Vec<f64> = fits.iter().zip(&one_worker).map(|([serial, _], one)| serial / one).collect();
    Ok(AmdahlFit { serial_fraction: location(&serial)?, one_worker: log_location(&one_worker)?, goodness })
}
