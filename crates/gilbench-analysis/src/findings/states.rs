//! How many cases are in each state, and how that is said: in the same words wherever it stands.

use std::fmt;

use super::{CaseState, Totals};

/// How many cases are in each state. Written as `38 measured, 1 failed, 2 skipped, 0 with too few rounds, 1 pending`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateCounts {
    /// Cases with a time.
    pub measured: u32,
    /// Cases that could not be measured: failed, timed out.
    pub failed: u32,
    /// Cases that were not tried, that cannot run here, or that were given up as too slow after the pilot.
    pub skipped: u32,
    /// Cases that ended with too few rounds for an interval.
    pub too_few: u32,
    /// Cases that have not ended, with too few rounds so far.
    pub pending: u32,
}

impl StateCounts {
    /// Counts.
    pub fn of<'a>(states: impl IntoIterator<Item = &'a CaseState>) -> Self {
        let mut counts = Self::default();
        for state in states {
            *match state {
                CaseState::Measured => &mut counts.measured,
                CaseState::Failed { .. } => &mut counts.failed,
                CaseState::Skipped { .. } => &mut counts.skipped,
                CaseState::TooFew { .. } => &mut counts.too_few,
                CaseState::Pending { .. } => &mut counts.pending,
            } += 1;
        }
        counts
    }
}

impl Totals {
    /// How many cases are in each state.
    pub fn states(&self) -> StateCounts {
        let Self { measured, failed, skipped, too_few, pending, .. } = *self;
        StateCounts { measured, failed, skipped, too_few, pending }
    }
}

impl fmt::Display for StateCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { measured, failed, skipped, too_few, pending } = self;
        write!(
            f,
            "{measured} measured, {failed} failed, {skipped} skipped, {too_few} with too few rounds, {pending} pending"
        )
    }
}
