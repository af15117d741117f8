//! The number of workers beyond which more were not seen to help.

use serde::{Deserialize, Serialize};

use super::points::Points;
use crate::statistics::{Estimate, StatisticsError, paired_ratio};

/// Where more workers stop being told to be faster.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Knee {
    /// No greater number that was measured is told to be faster than this one; every smaller one is slower than some
    /// greater one.
    At {
        /// The number of workers.
        workers: u32,
        /// How many times faster a greater number could still be: the highest upper bound of their ratios. Near 1 the
        /// knee is sure, far from it the rounds could not tell.
        room: f64,
    },
    /// Every smaller number is told to be slower than some greater one: none was reached.
    Beyond {
        /// The greatest number of workers.
        workers: u32,
    },
}

/// The fewest workers such that no greater number is told to be faster: the whole interval of the paired ratio of
/// their times would have to lie beyond 1. The comparisons are not corrected for their number.
///
/// Points as for [`amdahl`](super::amdahl), of two different worker counts at least.
pub fn knee(points: &[(u32, Vec<f64>)]) -> Result<Knee, StatisticsError> {
    let points = Points::new(points, 2)?;
    let counts = points.counts();
    for (index, (workers, times)) in counts.iter().enumerate() {
        let more = &counts[index + 1..];
        if more.is_empty() {
            break;
        }
        let gains = more.iter().map(|(_, more)| paired_ratio(times, more));
        let gains = gains.collect::<Result<Vec<Estimate>, _>>()?;
        if gains.iter().all(|gain| gain.low <= 1.0) {
            let room = gains.iter().map(|gain| gain.high).fold(1.0, f64::max);
            return Ok(Knee::At { workers: *workers, room });
        }
    }
    let workers = counts.last().map_or(0, |(workers, _)| *workers);
    Ok(Knee::Beyond { workers })
}
