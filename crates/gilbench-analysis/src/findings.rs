//! Findings: everything that a run shows, ready to be printed or drawn.
//!
//! Values only, no computation. The report and the command line read these and nothing else of a run's
//! samples, so that two tables cannot disagree.

mod scaling;

use std::fmt;

use gilbench_model::claim::{Measure, Range};
use gilbench_model::event::{Reached, StopReason};
use gilbench_model::{Name, Nanoseconds};
use serde::{Deserialize, Serialize};

pub use self::scaling::{CrossoverFinding, CrossoverSize, FitFinding, LeftOut, ScalingFinding, ScalingPoint};
use crate::statistics::{Estimate, FALSE_DISCOVERY_RATE};

/// All findings of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// One for each case of the plan, in its order.
    pub cases: Vec<CaseFinding>,
    /// One for each claim, in the order of the article.
    pub claims: Vec<ClaimFinding>,
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
    /// Cases that could not be measured: failed, timed out, unsupported.
    pub failed: u32,
    /// Cases that were not tried.
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

/// How many comparisons there are, and how many of them find something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparisonCounts {
    /// Comparisons, with or without a number.
    pub made: u32,
    /// Those of them with a p-value: they can decide something, and are no counts.
    pub tested: u32,
    /// Those of them that would be significant if each were the only one.
    pub significant_alone: u32,
    /// Those that are significant among all of the run.
    pub significant: u32,
}

impl ComparisonCounts {
    /// Counts comparisons.
    pub fn of<'a>(comparisons: impl IntoIterator<Item = &'a Comparison>) -> Self {
        let mut counts = Self::default();
        for comparison in comparisons {
            counts.made += 1;
            counts.tested += u32::from(comparison.p_value.is_some());
            counts.significant_alone +=
                u32::from(comparison.p_value.is_some_and(|p_value| p_value <= FALSE_DISCOVERY_RATE));
            counts.significant += u32::from(comparison.significant == Some(true));
        }
        counts
    }
}

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
    /// Speed-up over the number of workers or effective CPUs, whichever is smaller.
    pub efficiency: Option<Estimate>,
    /// Successive rounds resemble each other more than chance allows: the machine drifted.
    pub drifting: bool,
    /// How many of its processes were disturbed; `None` where nobody looked.
    pub disturbed: Option<Disturbed>,
    /// Seconds of a steady iteration without the rounds that were disturbed; `None` where none was, or too few are left.
    pub steady_undisturbed: Option<Estimate>,
    /// How its processes warmed up; `null` where too few of them made ten iterations.
    pub warm_up: Option<WarmUpFinding>,
    /// The value of every completed round, in order of time: `(round, seconds)`.
    pub values: Vec<(u32, f64)>,
    /// Seconds of each part that the workload timed apart.
    pub phases: Vec<(Name, Estimate)>,
}

/// How the processes of a case warmed up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WarmUpFinding {
    /// What they have in common.
    pub class: WarmUpClass,
    /// How many of them are of each class.
    pub counts: WarmUpCounts,
    /// Iterations before the first steady one, of the processes that became steady.
    pub iterations: Option<Estimate>,
    /// Seconds that those iterations took.
    pub seconds: Option<Estimate>,
}

impl WarmUpFinding {
    /// Why its times are not those of a steady state, if they are not or not in all processes.
    pub fn unsteady(&self) -> Option<String> {
        let counts = &self.counts;
        match self.class {
            WarmUpClass::NoSteadyState => Some(format!(
                "no steady state: {} of {} processes were still changing in the end",
                counts.no_steady_state,
                counts.all()
            )),
            WarmUpClass::Inconsistent => Some(format!("inconsistent: its processes are {}", counts.text())),
            WarmUpClass::Flat | WarmUpClass::WarmUp | WarmUpClass::SlowDown => None,
        }
    }
}

/// How the iterations of most processes of a case went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WarmUpClass {
    /// Steady from the first iteration on.
    Flat,
    /// Steady in the end, and never faster.
    WarmUp,
    /// Steady in the end, and faster before.
    SlowDown,
    /// Still changing in the end.
    NoSteadyState,
    /// The processes differ.
    Inconsistent,
}

impl WarmUpClass {
    /// The word in every table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::WarmUp => "warm-up",
            Self::SlowDown => "slow-down",
            Self::NoSteadyState => "no steady state",
            Self::Inconsistent => "inconsistent",
        }
    }
}

/// Processes of each class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarmUpCounts {
    /// Steady from the first iteration on.
    pub flat: u32,
    /// Steady in the end, and never faster.
    pub warm_up: u32,
    /// Steady in the end, and faster before.
    pub slow_down: u32,
    /// Still changing in the end.
    pub no_steady_state: u32,
}

impl WarmUpCounts {
    /// All processes that were classified.
    pub fn all(&self) -> u32 {
        self.flat + self.warm_up + self.slow_down + self.no_steady_state
    }

    /// `6 flat, 2 slow-down`.
    pub fn text(&self) -> String {
        let counts = [
            (self.flat, WarmUpClass::Flat),
            (self.warm_up, WarmUpClass::WarmUp),
            (self.slow_down, WarmUpClass::SlowDown),
            (self.no_steady_state, WarmUpClass::NoSteadyState),
        ];
        let some = counts.into_iter().filter(|(count, _)| *count > 0);
        some.map(|(count, class)| format!("{count} {}", class.as_str())).collect::<Vec<_>>().join(", ")
    }
}

/// How many processes were disturbed, of those that completed a round and of which it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disturbed {
    /// Processes of which it is known.
    pub known: u32,
    /// Of these, disturbed in one way or more.
    pub disturbed: u32,
    /// By what, most frequent first. A process may have several labels.
    pub labels: Vec<DisturbanceCount>,
}

impl Disturbed {
    /// By what, in words: `steal 20, others 11`.
    pub fn reasons(&self) -> String {
        self.labels.iter().map(|one| format!("{} {}", one.label, one.count)).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Disturbed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.disturbed {
            0 => write!(f, "none of {}", self.known),
            disturbed => write!(f, "{disturbed} of {}: {}", self.known, self.reasons()),
        }
    }
}

/// How often something disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisturbanceCount {
    /// What.
    pub label: Disturbance,
    /// Processes.
    pub count: u32,
}

/// What can disturb a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disturbance {
    /// The hypervisor let other machines run.
    Steal,
    /// Others used its CPUs.
    Others,
    /// It waited for a CPU while others ran.
    Queued,
    /// A CPU quota around it was used up.
    Throttled,
    /// Tasks waited for memory.
    Memory,
    /// All tasks waited for a disk.
    Disk,
    /// The clock frequency was not that of the case's other processes.
    Frequency,
}

impl Disturbance {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Steal, Self::Others, Self::Queued, Self::Throttled, Self::Memory, Self::Disk, Self::Frequency];

    /// What the label means, in words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Steal => {
                "the hypervisor let other machines run for more than 2 % of the time in which its CPUs had work"
            }
            Self::Others => "other programs used more than 5 % of its CPUs' time",
            Self::Queued => "it waited for a CPU for more than 2 % of its time, while others ran",
            Self::Throttled => "a CPU quota around gilbench was used up",
            Self::Memory => "tasks waited for memory for more than 2 % of its time",
            Self::Disk => "all tasks that were not asleep waited for a disk for more than 2 % of its time",
            Self::Frequency => {
                "at its end the clock frequency differed by more than 5 % from the case's median"
            }
        }
    }
}

impl fmt::Display for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Steal => "steal",
            Self::Others => "others",
            Self::Queued => "queued",
            Self::Throttled => "throttled",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::Frequency => "frequency",
        })
    }
}

/// Whether a case was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum CaseState {
    /// It has a time.
    Measured,
    /// It was not tried.
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

/// A verdict on a claim, for one interpreter or as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It holds.
    Confirmed,
    /// It does not hold.
    Refuted,
    /// It holds for some interpreters or conditions, not for others.
    Partly,
    /// The measurement does not decide it.
    Inconclusive,
    /// It was not measured.
    Untestable,
    /// It is not a matter of measurement.
    Opinion,
}

impl Verdict {
    /// The word in every file, table and page.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Refuted => "refuted",
            Self::Partly => "partly",
            Self::Inconclusive => "inconclusive",
            Self::Untestable => "untestable",
            Self::Opinion => "opinion",
        }
    }
}

/// What a run says about a claim. The shape of `gilbench claims --format json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClaimFinding {
    /// `c01` … `c90`.
    pub id: Name,
    /// The statement, in our words.
    pub statement: String,
    /// Where it stands in the article.
    pub place: String,
    /// What would have to be seen to call it refuted.
    pub refuted_if_seen: String,
    /// Over all interpreters.
    pub verdict: Verdict,
    /// Why it is not decided.
    pub reason: Option<String>,
    /// The statement put right, with figures of the run.
    pub correction: Option<String>,
    /// Interpreter by interpreter.
    pub interpreters: Vec<InterpreterFinding>,
    /// How many comparisons it rests on.
    pub counts: ComparisonCounts,
}

impl ClaimFinding {
    /// The reason, unless an interpreter gives the same one: for who shows both.
    pub fn overall_reason(&self) -> Option<&str> {
        let said = self.interpreters.iter().any(|finding| finding.reason == self.reason);
        self.reason.as_deref().filter(|_| !said)
    }
}

/// What a run says about a claim on one interpreter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InterpreterFinding {
    /// The interpreter.
    pub interpreter: Name,
    /// Over its comparisons.
    pub verdict: Verdict,
    /// Why it is not decided.
    pub reason: Option<String>,
    /// The first number of a comparison.
    pub estimate: Option<RatioFinding>,
    /// Ids of all cases that were used.
    pub cases: Vec<String>,
    /// Each comparison.
    pub comparisons: Vec<Comparison>,
}

/// A ratio and its interval, in the names of the JSON contract.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatioFinding {
    /// The ratio.
    pub ratio: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl From<Estimate> for RatioFinding {
    fn from(estimate: Estimate) -> Self {
        Self { ratio: estimate.point, low: estimate.low, high: estimate.high }
    }
}

/// One comparison and what it decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What was measured.
    pub measure: Measure,
    /// Id of the case.
    pub case: String,
    /// Id of the case that it is compared with.
    pub against: Option<String>,
    /// The number, with its interval.
    pub estimate: Option<Estimate>,
    /// The range that confirms the claim.
    pub confirmed: Range,
    /// The range that refutes it; `null` for everything else.
    pub refuted: Option<Range>,
    /// The chance of rounds that decide as clearly by noise alone; `null` for an exact count, and where nothing can be
    /// decided whatever the number is.
    pub p_value: Option<f64>,
    /// The same, adjusted for the number of comparisons of the run.
    pub adjusted_p_value: Option<f64>,
    /// Whether the number is told from its thresholds at 5 %, with the adjusted p-value; `null` without one.
    pub significant: Option<bool>,
    /// Whether the difference of two cases matters: true if the whole interval lies outside the band of ±3 % around
    /// 1, false if wholly within it, `null` if it reaches across an edge or is of no two times.
    pub relevant: Option<bool>,
    /// The least difference, as a share, that rounds like these would find four times in five.
    pub minimum_detectable_effect: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
    /// Why it is not decided.
    pub reason: Option<String>,
    /// What to know of a number that decides all the same.
    #[serde(default)]
    pub caveat: Option<String>,
}
