//! Findings: everything that a run shows, ready to be printed or drawn.
//!
//! Values only, no computation. The report and the command line read these and nothing else of a run's
//! samples, so that two tables cannot disagree.

mod claim;
mod disturbance;
mod observed;
mod scaling;
mod states;
mod warm_up;

use gilbench_model::claim::Fix;
use gilbench_model::event::{Reached, StopReason};
use gilbench_model::{Name, Nanoseconds};
use serde::{Deserialize, Serialize};

pub use self::claim::{
    ClaimFinding, Comparison, ComparisonCounts, InterpreterFinding, RatioFinding, Verdict,
};
pub use self::disturbance::{Disturbance, DisturbanceCount, Disturbed, DisturbedRound};
pub use self::observed::Observed;
pub use self::scaling::{CrossoverFinding, CrossoverSize, FitFinding, LeftOut, ScalingFinding, ScalingPoint};
pub use self::states::StateCounts;
pub use self::warm_up::{ProcessWarmUp, WarmUpClass, WarmUpCounts, WarmUpFinding};
use crate::statistics::Estimate;

/// All findings of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// One for each case of the plan, in its order.
    pub cases: Vec<CaseFinding>,
    /// One for each claim, in the order of the article.
    pub claims: Vec<ClaimFinding>,
    /// What the article proposes, in its order, for who shows claims by it: the data folder's, not found in a run.
    #[serde(default)]
    pub fixes: Vec<Fix>,
    /// One for each strategy that the plan has with several numbers of workers, under otherwise equal conditions.
    pub scaling: Vec<ScalingFinding>,
    /// One for each strategy that the plan has with several sizes, under otherwise equal conditions.
    pub crossovers: Vec<CrossoverFinding>,
    /// How far two measurements of one case lie apart in this run; `None` for a run without a repeat.
    pub noise_floor: Option<NoiseFloor>,
    /// How much there was, and how it ended.
    pub totals: Totals,
    /// How many of the measured processes were disturbed; `None` where nobody looked.
    pub disturbed: Option<Disturbed>,
}

/// One case and the same case again: nothing differs between them but noise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoiseFloor {
    /// Index in the plan of the case that is there twice.
    pub case: u32,
    /// Index in the plan of the same case again.
    pub again: u32,
    /// Time of the second over that of the first, paired by round, of whole processes where it is cold; `None` if the
    /// rounds of both are too few.
    pub ratio: Option<Estimate>,
}

impl NoiseFloor {
    /// Whether the interval excludes 1, though nothing differs. By chance alone, that happens in one run of twenty.
    pub fn is_exceeded(&self) -> bool {
        self.ratio.is_some_and(|ratio| !ratio.contains(1.0))
    }

    /// The largest difference that the interval holds, either way, as a share of 1: the `0.012` of "up to 1.2 %".
    pub fn share(&self) -> Option<f64> {
        let ratio = self.ratio?;
        Some(ratio.high.max(ratio.low.recip()) - 1.0)
    }
}

/// Counts over a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Cases in the plan, controls included.
    pub cases: u32,
    /// Of them, cases that are there for the second time.
    pub repeats: u32,
    /// Of them, cases that calibrate.
    pub calibration: u32,
    /// Cases with a time.
    pub measured: u32,
    /// Cases that could not be measured: failed, timed out.
    pub failed: u32,
    /// Cases that were not tried, or that their worker says cannot run here.
    pub skipped: u32,
    /// Cases that ended with too few rounds for an interval.
    pub too_few: u32,
    /// Cases that have not ended, with too few rounds so far: the run is not finished.
    pub pending: u32,
    /// Processes, pilots included.
    pub processes: u32,
    /// Wall time of all of them.
    pub process_time: Nanoseconds,
    /// Comparisons made to decide the claims.
    pub comparisons: ComparisonCounts,
    /// The difference that half of them would have found, as a share: the median of theirs.
    pub minimum_detectable_effect: Option<f64>,
}

/// What is said of a crowded case.
pub const CROWDED: &str = "crowded: other programs or machines left it too few CPUs";

/// What is known of one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseFinding {
    /// Index in the plan.
    pub case: u32,
    /// Whether it was measured.
    pub state: CaseState,
    /// Completed rounds.
    pub rounds: u32,
    /// Rounds that did not complete, and why, most frequent first.
    pub failures: Vec<FailureCount>,
    /// Why it needs no further round for its own sake.
    pub stopped: Option<StopReason>,
    /// How narrow the widest interval was then that had to be narrow; `null` where there was none, or an older
    /// gilbench did not say.
    pub reached: Option<Reached>,
    /// Rounds that it made after that, for the cases that are compared with it.
    pub later_rounds: u32,
    /// Seconds of a steady iteration.
    pub steady: Option<Estimate>,
    /// Seconds of a process's first iteration.
    pub first: Option<Estimate>,
    /// Seconds of a whole process, from before its start to its end.
    pub whole: Option<Estimate>,
    /// Seconds of a whole process by another tool.
    pub second_opinion: Option<Estimate>,
    /// CPUs kept busy: CPU seconds over wall seconds of a steady iteration.
    pub cpu_per_wall: Option<Estimate>,
    /// CPU seconds of a whole process tree.
    pub tree_cpu: Option<Estimate>,
    /// CPUs that others left to it, on average: those that were idle, and those that it used.
    pub cpus_left: Option<f64>,
    /// Others left it too few of the CPUs that it could use: its times say more about them than about it.
    pub crowded: bool,
    /// Peak memory of the process tree.
    pub memory: Option<MemoryFinding>,
    /// How many times faster than the same workload, size and interpreter one after another.
    pub speed_up: Option<Estimate>,
    /// In a container: its time over that of the same case on the machine itself, of whole processes where it is cold.
    pub container_ratio: Option<Estimate>,
    /// How far it is from native code; `None` for native code itself, and where none does the same.
    pub ceiling: Option<CeilingFinding>,
    /// What a native case says of the machine, as its workload's roofline reads it: units per second, or seconds per
    /// unit.
    pub limit: Option<Estimate>,
    /// Speed-up over the number of workers or effective CPUs, whichever is smaller.
    pub efficiency: Option<Estimate>,
    /// Successive rounds resemble each other more than chance allows: the machine drifted.
    pub drifting: bool,
    /// How many of its processes were disturbed; `None` where nobody looked.
    pub disturbed: Option<Disturbed>,
    /// Those that were, in order of their rounds.
    pub disturbed_rounds: Vec<DisturbedRound>,
    /// Seconds of a steady iteration without the rounds that were disturbed; `None` where none was, or too few are left.
    pub steady_undisturbed: Option<Estimate>,
    /// How its processes warmed up; `null` where too few of them made ten iterations.
    pub warm_up: Option<WarmUpFinding>,
    /// How each process did that made ten iterations, in order of their rounds.
    pub warm_ups: Vec<ProcessWarmUp>,
    /// The value of every completed round, in order of time: `(round, seconds)`.
    pub values: Vec<(u32, f64)>,
    /// Seconds of each part that the workload timed apart.
    pub phases: Vec<(Name, Estimate)>,
    /// What the workload counted, by name.
    pub observed: Vec<Observed>,
}

/// How far a case is from native code that does the same on the same CPUs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CeilingFinding {
    /// Index in the plan of the fastest native case.
    pub case: u32,
    /// Time of the case over that of the native one, paired by round.
    pub ratio: Estimate,
}

/// Whether a case was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum CaseState {
    /// It has a time.
    Measured,
    /// It was not tried, was given up as too slow after the pilot, or cannot run here, as its worker says.
    Skipped {
        /// Why.
        reason: String,
        /// A command that would change that.
        hint: Option<String>,
    },
    /// It was tried and cannot be measured.
    Failed {
        /// What happened, most frequent first.
        reason: String,
    },
    /// It ended, and its completed rounds are too few for an interval: the suite asks for no more, or some failed.
    TooFew {
        /// Completed rounds needed for an interval.
        needed: u32,
    },
    /// It has not ended, and its completed rounds are too few so far.
    Pending {
        /// Completed rounds needed for an interval.
        needed: u32,
    },
}

/// A way to end without a result, and how often it happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureCount {
    /// The outcome, in words.
    pub outcome: String,
    /// Processes, the pilot included.
    pub count: u32,
}

/// Peak memory, and how it is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "source")]
pub enum MemoryFinding {
    /// The kernel kept the peak of every round.
    Cgroup {
        /// Bytes: the median of the rounds.
        bytes: Estimate,
    },
    /// Only the pilot was watched: one number, and so no interval.
    SampledPss {
        /// Its peak.
        bytes: u64,
    },
}
