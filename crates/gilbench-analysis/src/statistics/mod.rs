//! Numbers with their intervals.

mod error;
mod estimate;

pub use error::StatisticsError;
pub use estimate::{CONFIDENCE, Estimate, MINIMUM_COUNT};
