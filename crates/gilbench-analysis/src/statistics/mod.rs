//! Numbers with their intervals, from one value per round.
//!
//! The independent unit is the process: a round gives one value per case, and everything here works on such
//! values. Iterations of one process are not independent (Kalibera & Jones, "Rigorous Benchmarking in Reasonable
//! Time", ISMM 2013), so reducing them to one value is the caller's first step. This module knows neither cases
//! nor units, and no claim.
//!
//! | question | answer |
//! |---|---|
//! | how do two cases compare? | [`paired_ratio`] |
//! | how do they compare where rounds do not pair? | [`unpaired_ratio`] |
//! | where does one case's positive value lie, when its logarithms are symmetric? | [`log_location`] |
//! | how long does one case take? | [`median_interval`], of values in the order the rounds ran |
//! | are the paired differences centred on zero? | [`signed_rank_p_value`] |
//! | which of many tests still find something? | [`adjusted_p_values`] |
//! | and on which side of it do they lie? | [`signed_rank_one_sided`] |
//! | how small a difference would have been found? | [`minimum_detectable_effect`] |
//! | did the machine drift while one case was measured? | [`detect_drift`] |
//! | is one of two faster, and does it matter? | [`decide`] |
//! | how does the time depend on the workers and on the size of the task? | [`amdahl`], [`usl`], [`knee`], [`crossover`] |
//! | where does a series change? | [`Partition`] |
//! | anything else | [`Bootstrap`] |

mod bootstrap;
mod change_points;
mod decision;
mod drift;
mod error;
mod estimate;
mod false_discovery;
mod median;
mod normal;
mod null_distribution;
mod order_statistic;
mod power;
mod ranks;
mod sample;
mod scaling;
mod signed_rank;
mod signed_rank_test;
mod unpaired;
mod widening;

pub use bootstrap::{Bootstrap, MINIMUM_RESAMPLES, Method};
pub use change_points::Partition;
pub use decision::{Answer, Decision, EQUIVALENCE_BAND, decide};
pub use drift::{DRIFT_LEVEL, Drift, detect_drift};
pub use error::StatisticsError;
pub use estimate::{CONFIDENCE, Estimate, MINIMUM_COUNT, RESERVE};
pub use false_discovery::{FALSE_DISCOVERY_RATE, adjusted_p_values};
pub use median::median;
pub use order_statistic::median_interval;
pub use power::{POWER, minimum_detectable_effect};
pub use scaling::{
    AMDAHL_COUNTS, AmdahlFit, Crossover, Fitness, Goodness, Knee, MISFIT, Residual, Threshold, USL_COUNTS,
    UslFit, amdahl, crossover, knee, usl,
};
pub use signed_rank::{location, log_location, paired_ratio};
pub use signed_rank_test::{OneSided, signed_rank_one_sided, signed_rank_p_value};
pub use unpaired::unpaired_ratio;
