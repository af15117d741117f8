//! Claims of the article and the predicates that decide them: `workloads/claims.yaml`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Name;
use crate::condition::{Affinity, Gil, Omp, Quota, StartMethod, Workers};

/// The whole file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// In the order of the article.
    pub claims: Vec<Claim>,
}

/// A statement of the article, and what decides it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// `c01` … `c90`.
    pub id: Name,
    /// Where it stands in the article.
    pub place: String,
    /// The statement, in our words.
    pub statement: String,
    /// What would have to be seen to call it refuted, in words.
    pub refuted_if_seen: String,
    /// The comparisons that decide it, on each interpreter.
    pub tests: Vec<Test>,
}

/// One comparison and the thresholds on it.
///
/// Confirmed when the whole interval satisfies `confirmed`, refuted when the whole interval satisfies
/// `refuted`, inconclusive otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What is measured.
    pub measure: Measure,
    /// The name of the observation, for [`Measure::Observation`].
    #[serde(default)]
    pub observation: Option<Name>,
    /// The cases that the statement is about.
    pub case: Selector,
    /// What they are compared with; what is left out is as in the case.
    #[serde(default)]
    pub against: Option<Selector>,
    /// Whether both interpreters must be built alike (same version, compiler, optimisation) but for the GIL.
    #[serde(default)]
    pub built_alike: bool,
    /// The range that confirms the statement.
    pub confirmed: Range,
    /// The range that refutes it. Left out: everything outside `confirmed`.
    #[serde(default)]
    pub refuted: Option<Range>,
}

/// A number formed from one or two cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Time of the case over time of what it is compared with.
    TimeRatio,
    /// The inverse: how many times faster the case is.
    SpeedUp,
    /// Speed-up over the number of workers or effective CPUs, whichever is smaller.
    Efficiency,
    /// CPU seconds over wall seconds of the case alone: the number of CPUs kept busy.
    CpuPerWall,
    /// A number that the worker observed, exact.
    Observation,
}

impl Measure {
    /// Whether it compares times of steady iterations.
    pub fn is_of_times(self) -> bool {
        matches!(self, Self::TimeRatio | Self::SpeedUp | Self::Efficiency)
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimeRatio => "time ratio",
            Self::SpeedUp => "speed-up",
            Self::Efficiency => "efficiency",
            Self::CpuPerWall => "CPU seconds per second",
            Self::Observation => "observation",
        })
    }
}

/// Picks cases of a run. What is left out matches every value, but for the size, which is `default`, and
/// for omp, affinity, GIL and quota, which are neutral.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// The workload.
    #[serde(default)]
    pub workload: Option<Name>,
    /// The strategy.
    #[serde(default)]
    pub strategy: Option<Name>,
    /// The interpreter; left out: each one but the native baseline.
    #[serde(default)]
    pub interpreter: Option<Name>,
    /// Sizes in order of preference: the first that the run has is used.
    #[serde(default)]
    pub size: Option<Vec<Name>>,
    /// The number of workers.
    #[serde(default)]
    pub workers: Option<Workers>,
    /// Library threads.
    #[serde(default)]
    pub omp: Option<Omp>,
    /// The CPU set.
    #[serde(default)]
    pub affinity: Option<Affinity>,
    /// The GIL state.
    #[serde(default)]
    pub gil: Option<Gil>,
    /// The start method.
    #[serde(default)]
    pub start_method: Option<StartMethod>,
    /// The CFS quota.
    #[serde(default)]
    pub quota: Option<Quota>,
}

/// A closed range, open on the side that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Smallest value inside.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// Largest value inside.
    #[serde(default)]
    pub at_most: Option<f64>,
}

impl Range {
    /// Whether all of `low..=high` lies inside.
    pub fn contains_all(&self, low: f64, high: f64) -> bool {
        self.at_least.is_none_or(|least| low >= least) && self.at_most.is_none_or(|most| high <= most)
    }

    /// Whether some number lies in both.
    pub fn meets(&self, other: &Self) -> bool {
        let least = self.at_least.into_iter().chain(other.at_least).fold(f64::NEG_INFINITY, f64::max);
        let most = self.at_most.into_iter().chain(other.at_most).fold(f64::INFINITY, f64::min);
        least <= most
    }

    /// Whether all of `low..=high` lies outside.
    pub fn contains_none(&self, low: f64, high: f64) -> bool {
        self.at_least.is_some_and(|least| high < least) || self.at_most.is_some_and(|most| low > most)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.at_least, self.at_most) {
            (Some(least), Some(most)) => write!(f, "from {least} to {most}"),
            (Some(least), None) => write!(f, "at least {least}"),
            (None, Some(most)) => write!(f, "at most {most}"),
            (None, None) => f.write_str("anything"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_on_the_edge_is_neither_inside_nor_outside() {
        let range = Range { at_least: None, at_most: Some(1.1) };
        assert!(range.contains_all(1.0, 1.1));
        assert!(range.contains_none(1.2, 1.3));
        assert!(!range.contains_all(1.0, 1.2) && !range.contains_none(1.0, 1.2));
    }
}
