//! Whether a curve describes the times that it was fitted to.

use serde::{Deserialize, Serialize};

use super::points::Points;
use crate::statistics::{Estimate, StatisticsError, location, log_location};

/// How far a curve may miss a time, as a ratio.
///
/// To ask for less would be too much of two or three numbers that stand for a whole machine; and no choice between
/// worker counts, which often halve a time, turns on as much.
pub const MISFIT: f64 = 1.05;

/// How well a curve fits.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Goodness {
    /// One for each worker count, fewest workers first.
    pub residuals: Vec<Residual>,
    /// The share of the variation of the logarithms of the times that the curve explains, over rounds; `None` where
    /// the times of a round are all equal. It decides nothing: of times that hardly vary even the right curve
    /// explains little, and of times that vary much a wrong one explains a lot.
    pub r_squared: Option<Estimate>,
}

/// What a curve leaves over at one worker count.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Residual {
    /// The worker count.
    pub workers: u32,
    /// The measured time over the fitted one, over rounds. Above 1: it took longer than the curve says.
    pub ratio: Estimate,
}

/// What the residuals say of a curve.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fitness {
    /// At every worker count the whole interval of the residual lies within [`MISFIT`].
    Fits,
    /// At some worker count the interval reaches over [`MISFIT`].
    Undecided,
    /// At some worker count the whole interval lies beyond [`MISFIT`]: the curve does not describe the times, and its
    /// parameters mean nothing.
    Bad,
}

impl Residual {
    fn fitness(&self) -> Fitness {
        let (low, high) = (MISFIT.recip(), MISFIT);
        if self.ratio.low > high || self.ratio.high < low {
            Fitness::Bad
        } else if self.ratio.low >= low && self.ratio.high <= high {
            Fitness::Fits
        } else {
            Fitness::Undecided
        }
    }
}

impl Goodness {
    /// Compares measured times with `fitted`, which gives the curve of a round at a number of workers.
    pub(super) fn of(
        points: &Points<'_>,
        fitted: impl Fn(usize, f64) -> f64,
    ) -> Result<Self, StatisticsError> {
        let residual = |(workers, times): &(u32, &[f64])| {
            let ratios = times.iter().enumerate().map(|(round, time)| {
                let curve = fitted(round, f64::from(*workers));
                if curve > 0.0 {
                    Ok(time / curve)
                } else {
                    Err(StatisticsError::FitNotPositive { workers: *workers })
                }
            });
            let ratio = log_location(&ratios.collect::<Result<Vec<f64>, _>>()?)?;
            Ok(Residual { workers: *workers, ratio })
        };
        let residuals = points.counts().iter().map(residual).collect::<Result<_, StatisticsError>>()?;
        let explained: Option<Vec<f64>> =
            (0..points.rounds()).map(|round| r_squared(points, round, &fitted)).collect();
        let r_squared = explained.map(|shares| location(&shares)).transpose()?;
        Ok(Self { residuals, r_squared })
    }

    /// The worst that any residual says.
    pub fn fitness(&self) -> Fitness {
        let says = |fitness: Fitness| self.residuals.iter().any(|residual| residual.fitness() == fitness);
        [Fitness::Bad, Fitness::Undecided].into_iter().find(|fitness| says(*fitness)).unwrap_or(Fitness::Fits)
    }

    /// The residual that says the worst; of those that say the same, the one that is furthest from 1.
    pub fn worst(&self) -> Option<Residual> {
        let fitness = self.fitness();
        let distance = |residual: &Residual| residual.ratio.point.ln().abs();
        let candidates = self.residuals.iter().filter(|residual| residual.fitness() == fitness);
        candidates.max_by(|a, b| distance(a).total_cmp(&distance(b))).copied()
    }
}

/// Of one round; `None` where its times are all equal.
fn r_squared(points: &Points<'_>, round: usize, fitted: impl Fn(usize, f64) -> f64) -> Option<f64> {
    let logarithms: Vec<f64> = points.round(round).map(f64::ln).collect();
    let mean = logarithms.iter().sum::<f64>() / logarithms.len() as f64;
    let varies = logarithms.iter().any(|value| value.to_bits() != logarithms[0].to_bits());
    let total: f64 = logarithms.iter().map(|value| (value - mean).powi(2)).sum();
    let left = logarithms.iter().zip(points.workers());
    let left: f64 = left.map(|(value, workers)| (value - fitted(round, workers).ln()).powi(2)).sum();
    (varies && total > 0.0).then(|| 1.0 - left / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn residual(workers: u32, low: f64, point: f64, high: f64) -> Residual {
        Residual { workers, ratio: Estimate::new(point, low, high, 8).unwrap() }
    }

    #[test]
    fn one_residual_beyond_the_limit_makes_a_fit_bad() {
        let [near, across, above, below] = [
            residual(1, 0.98, 1.0, 1.02),
            residual(2, 0.9, 1.01, 1.2),
            residual(4, 1.051, 1.06, 1.07),
            residual(8, 0.85, 0.9, 0.95),
        ];
        let fitness =
            |residuals: &[Residual]| Goodness { residuals: residuals.to_vec(), r_squared: None }.fitness();
        assert_eq!(fitness(&[near]), Fitness::Fits);
        assert_eq!(fitness(&[near, across]), Fitness::Undecided);
        assert_eq!(fitness(&[near, across, above]), Fitness::Bad);
        assert_eq!(fitness(&[below]), Fitness::Bad);
    }

    #[test]
    fn the_worst_residual_is_the_one_that_decided() {
        // Further from 1, but so uncertain that it decides nothing.
        let (vague, decisive) = (residual(2, 0.7, 1.2, 1.9), residual(4, 1.06, 1.08, 1.1));
        let goodness = Goodness { residuals: vec![vague, decisive], r_squared: None };
        assert_eq!(goodness.worst(), Some(decisive));
    }
}
