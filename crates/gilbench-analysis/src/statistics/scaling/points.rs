//! Times by worker count, checked once for all that is computed from them.

use crate::statistics::StatisticsError;
use crate::statistics::sample::{logarithms, require_count};

/// Positive times of at least two worker counts in the same rounds, fewest workers first.
pub(super) struct Points<'a> {
    counts: Vec<(u32, &'a [f64])>,
    rounds: usize,
}

impl<'a> Points<'a> {
    /// `needed` is how many different worker counts there must be.
    pub(super) fn new(points: &'a [(u32, Vec<f64>)], needed: usize) -> Result<Self, StatisticsError> {
        let mut counts: Vec<(u32, &[f64])> =
            points.iter().map(|(workers, times)| (*workers, times.as_slice())).collect();
        counts.sort_by_key(|(workers, _)| *workers);
        if let Some((workers, _)) = counts.first().filter(|(workers, _)| *workers == 0) {
            return Err(StatisticsError::UnusableWorkers { workers: *workers });
        }
        if let Some(twice) = counts.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(StatisticsError::UnusableWorkers { workers: twice[0].0 });
        }
        if counts.len() < needed {
            return Err(StatisticsError::TooFewWorkerCounts { count: counts.len(), needed });
        }
        let rounds = counts.first().map_or(0, |(_, times)| times.len());
        for (workers, times) in &counts {
            if times.len() != rounds {
                return Err(StatisticsError::UnequalRounds {
                    workers: *workers,
                    count: times.len(),
                    expected: rounds,
                });
            }
            logarithms(times)?;
        }
        require_count(rounds)?;
        Ok(Self { counts, rounds })
    }

    /// Worker counts with their times, fewest workers first.
    pub(super) fn counts(&self) -> &[(u32, &'a [f64])] {
        &self.counts
    }

    /// The worker counts, ascending.
    pub(super) fn workers(&self) -> impl Iterator<Item = f64> {
        self.counts.iter().map(|(workers, _)| f64::from(*workers))
    }

    /// How many rounds there are.
    pub(super) fn rounds(&self) -> usize {
        self.rounds
    }

    /// The times of one round, in the order of the counts.
    pub(super) fn round(&self, round: usize) -> impl Iterator<Item = f64> {
        self.counts.iter().map(move |(_, times)| times[round])
    }
}
