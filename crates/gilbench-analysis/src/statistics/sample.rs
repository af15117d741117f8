//! What every method demands of its values before it computes anything.

use super::error::StatisticsError;
use super::estimate::MINIMUM_COUNT;

/// Refuses samples too small for a 95 % interval.
pub(super) fn require_count(count: usize) -> Result<(), StatisticsError> {
    if count < MINIMUM_COUNT {
        return Err(StatisticsError::TooFew { count, needed: MINIMUM_COUNT });
    }
    Ok(())
}

/// Refuses NaN and infinities.
pub(super) fn require_finite(values: &[f64]) -> Result<(), StatisticsError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(StatisticsError::NotFinite { index, value: values[index] }),
        None => Ok(()),
    }
}

/// The natural logarithms of positive values; refuses every other kind.
pub(super) fn logarithms(values: &[f64]) -> Result<Vec<f64>, StatisticsError> {
    require_finite(values)?;
    match values.iter().position(|&value| value <= 0.0) {
        Some(index) => Err(StatisticsError::NotPositive { index, value: values[index] }),
        None => Ok(values.iter().map(|value| value.ln()).collect()),
    }
}
