//! What a run shows over several cases that differ in the number of workers, or in the size, alone.
//!
//! Time, speed-up and efficiency of each case stand with the case; here they are only pointed at.

use std::fmt;

use gilbench_model::Name;
use serde::{Deserialize, Serialize};

use crate::statistics::{AmdahlFit, Crossover, Fitness, Knee, Residual, UslFit};

/// How one strategy on one interpreter depends on the number of workers, under conditions that are alike otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScalingFinding {
    /// The workload.
    pub workload: Name,
    /// The strategy.
    pub strategy: Name,
    /// The interpreter.
    pub interpreter: Name,
    /// Index in the plan of the sequential case that their speed-ups are over.
    pub sequential: Option<u32>,
    /// One for each worker count, fewest workers first.
    pub points: Vec<ScalingPoint>,
    /// Rounds that all points have which are not left out; what follows rests on these.
    pub rounds: u32,
    /// A part of the work that workers do not share.
    pub amdahl: FitFinding<AmdahlFit>,
    /// The universal scalability law.
    pub usl: FitFinding<UslFit>,
    /// The number of workers beyond which more are not told to be faster; `null` with a reason.
    pub knee: Option<Knee>,
    /// Why there is no knee.
    pub knee_reason: Option<String>,
}

/// A case of some number of workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalingPoint {
    /// The number of workers.
    pub workers: u32,
    /// Index of the case in the plan.
    pub case: u32,
    /// It is the sequential case, which stands for one worker where the strategy was not measured with one.
    pub stands_in: bool,
    /// Why it is part of no fit and no knee.
    pub left_out: Option<LeftOut>,
}

/// A fitted curve, or what stands in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum FitFinding<F> {
    /// The curve describes the times, as far as the rounds tell.
    Shown {
        /// Whether the rounds are enough to say that it does.
        fitness: Fitness,
        /// Its parameters.
        fit: F,
    },
    /// The curve does not describe the times: its parameters would mean nothing and are not given.
    Bad {
        /// Where it is furthest off.
        worst: Residual,
    },
    /// There is no curve.
    Unfitted {
        /// Why.
        reason: String,
    },
}

/// From which task size on one strategy on one interpreter pays, under conditions that are alike otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrossoverFinding {
    /// The workload.
    pub workload: Name,
    /// The strategy.
    pub strategy: Name,
    /// The interpreter.
    pub interpreter: Name,
    /// One for each size, in the plan's order.
    pub sizes: Vec<CrossoverSize>,
    /// As seconds of the sequential case; `null` with a reason.
    pub crossover: Option<Crossover>,
    /// Why there is none.
    pub reason: Option<String>,
}

/// A case of some size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrossoverSize {
    /// The size.
    pub size: Name,
    /// Index of the case in the plan.
    pub case: u32,
    /// Index of the sequential case of the same size.
    pub sequential: Option<u32>,
    /// Why it takes no part.
    pub left_out: Option<LeftOut>,
}

/// Why a case takes no part in what is formed over several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// It was not tried.
    Skipped,
    /// It could not be measured.
    Failed,
    /// It has too few rounds for an interval.
    TooFewRounds,
    /// It wants more workers than there are CPUs: what more of them do is then another matter.
    Oversubscribed,
    /// It has more workers than pieces of work.
    BeyondUnits,
    /// Others left it too few CPUs.
    Crowded,
    /// There is no sequential case of its size.
    NoSequential,
    /// Beside the other sizes it is not more or less of the same work, but other work, or as much in another way.
    OtherWork,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::TooFewRounds => "too few rounds",
            Self::Oversubscribed => "oversubscribed",
            Self::BeyondUnits => "more workers than pieces of work",
            Self::Crowded => "crowded",
            Self::NoSequential => "no sequential case",
            Self::OtherWork => "not more or less of the same work as the other sizes",
        })
    }
}
