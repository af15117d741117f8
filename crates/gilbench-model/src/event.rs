//! Events: what happened during a run, for progress and for the record. One line each in `events.jsonl`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Nanoseconds;
use crate::sample::Outcome;

/// An event and when it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimedEvent {
    /// Milliseconds of Unix time.
    pub at_ms: u64,
    /// What happened.
    pub event: Event,
}

/// Something that happened during a run. The contract between the runner and whoever reports progress.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Event {
    /// The run began, or went on.
    Began {
        /// Cases that will be measured.
        cases: u32,
        /// Processes already recorded by an earlier part of this run.
        recorded: u32,
    },
    /// A server was started and asked a few times.
    ServerMeasured {
        /// Index of the case in the plan.
        case: u32,
        /// The delay that it was told to have.
        asked: Nanoseconds,
        /// The time that an answer took.
        measured: Nanoseconds,
    },
    /// A process ended and is recorded. Told, but not written: the samples hold it already.
    Recorded {
        /// Index of the case in the plan.
        case: u32,
        /// The round; `null` for the pilot.
        round: Option<u32>,
        /// How it ended.
        outcome: Outcome,
        /// How long it took, with everything around it.
        took: Nanoseconds,
    },
    /// A watched process ended and is recorded. Told, but not written: the timelines hold it already.
    Watched {
        /// Index of the case in the plan.
        case: u32,
        /// How it ended.
        outcome: Outcome,
    },
    /// A case needs no more rounds for its own sake. It may get more for the sake of those that are compared with it.
    Ended {
        /// Index of the case in the plan.
        case: u32,
        /// Why.
        reason: StopReason,
        /// Rounds recorded until then.
        rounds: u32,
        /// How narrow the widest interval was that had to be narrow; `null` where there was none, or an older gilbench
        /// did not say.
        #[serde(default)]
        reached: Option<Reached>,
    },
    /// The run was stopped from outside.
    Interrupted,
    /// Every case ended.
    Finished,
}

/// How narrow the widest interval was that a case had to make narrow.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reached {
    /// What the interval is of.
    pub of: Yardstick,
    /// Half its width: as a share of the time, or of a ratio on the log scale.
    pub half_width: f64,
}

/// What a case is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Yardstick {
    /// Its own time.
    Time,
    /// The ratios of its time to those of its partners.
    Ratio,
}

/// Why a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// Its intervals are as narrow as the profile asks.
    Precise,
    /// It observes a behaviour, and was asked often enough.
    Observed,
    /// The profile's most rounds.
    MostRounds,
    /// The profile's time for a case.
    CaseTime,
    /// Its fewest rounds would take more than twice the profile's time for a case, as its pilot or the start-up of its
    /// interpreter showed.
    TooSlow,
    /// It cannot be measured: its pilot failed, or it failed in several rounds running.
    Failed,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Precise => "precise enough",
            Self::Observed => "observed",
            Self::MostRounds => "most rounds",
            Self::CaseTime => "time limit",
            Self::TooSlow => "too slow",
            Self::Failed => "failed",
        })
    }
}
