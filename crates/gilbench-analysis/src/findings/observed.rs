//! What workloads observed: counted, not timed.

use gilbench_model::Name;
use serde::{Deserialize, Serialize};

/// One observation over the completed processes of a case. An exact number has no interval: it is the same in all of
/// them, or lies somewhere between the least and the most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// What was counted.
    pub name: Name,
    /// The least in any iteration.
    pub least: i64,
    /// The most in any iteration.
    pub most: i64,
    /// Processes that observed it.
    pub processes: u32,
}
