//! Why a statistic could not be computed.
//!
//! Every refusal is typed: a missing interval must reach the report as a reason, not as a NaN.

use thiserror::Error;

/// Why a statistic could not be computed.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum StatisticsError {
    /// The sample is too small for the answer asked of it.
    #[error("found {count} values, need at least {needed}")]
    TooFew {
        /// How many values there are.
        count: usize,
        /// How many there must be.
        needed: usize,
    },
    /// Two samples that pair by round differ in length.
    #[error("found {numerators} numerators and {denominators} denominators, need one of each per round")]
    UnequalLengths {
        /// Values of the case above the fraction bar.
        numerators: usize,
        /// Values of the case below it.
        denominators: usize,
    },
    /// A value is NaN or infinite.
    #[error("value {index} is `{value}`, expected a finite number")]
    NotFinite {
        /// Its position in the slice it came in, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A value whose logarithm is needed is zero or negative.
    #[error("value {index} is `{value}`, expected a positive number")]
    NotPositive {
        /// Its position in the slice it came in, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A p-value that is none.
    #[error("value {index} is `{value}`, expected a chance from 0 to 1")]
    NotAChance {
        /// Its position in the slice it came in, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// The values are sound, but the estimate made of them leaves the range of `f64`, or a resampled statistic
    /// has no value.
    #[error("the statistic is `{value}`, which no estimate can hold")]
    NotRepresentable {
        /// What was computed.
        value: f64,
    },
    /// A point outside its interval.
    #[error("the point `{point}` lies outside its interval `{low}` to `{high}`")]
    PointOutside {
        /// The point.
        point: f64,
        /// The interval's lower bound.
        low: f64,
        /// The interval's upper bound.
        high: f64,
    },
    /// The bootstrap was asked for so few resamples that its bounds would be noise.
    #[error("asked for {count} resamples, need at least {needed}")]
    TooFewResamples {
        /// How many were asked for.
        count: usize,
        /// How many there must be.
        needed: usize,
    },
    /// A curve has as many parameters as there are worker counts, or more.
    #[error(
        "found {count} worker counts, need at least {needed}: a curve through fewer meets every point, and how well it \
         fits cannot be told"
    )]
    TooFewWorkerCounts {
        /// How many there are.
        count: usize,
        /// How many there must be.
        needed: usize,
    },
    /// A number of workers is 0 or occurs twice.
    #[error("the worker count {workers} is 0 or occurs twice")]
    UnusableWorkers {
        /// The number.
        workers: u32,
    },
    /// The times of one worker count are not of as many rounds as those of the fewest workers.
    #[error("found {count} rounds with {workers} workers, need {expected} as with the fewest")]
    UnequalRounds {
        /// The worker count.
        workers: u32,
        /// Its rounds.
        count: usize,
        /// Those of the first.
        expected: usize,
    },
    /// A fitted curve is zero or negative where a time was measured: the times are nothing like it.
    #[error("the curve gives no positive time for {workers} workers")]
    FitNotPositive {
        /// The worker count.
        workers: u32,
    },
    /// There is nothing between which a task size could lie.
    #[error("found {count} task sizes, need at least {needed}")]
    TooFewSizes {
        /// How many there are.
        count: usize,
        /// How many there must be.
        needed: usize,
    },
}
