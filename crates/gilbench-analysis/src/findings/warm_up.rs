//! How cases warmed up.

use serde::{Deserialize, Serialize};

use crate::statistics::Estimate;

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

/// How the iterations of one process went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessWarmUp {
    /// The process, by its round.
    pub round: u32,
    /// How it went; never inconsistent.
    pub class: WarmUpClass,
    /// Index of the first steady iteration; `None` without a steady state.
    pub steady_from: Option<u32>,
    /// Indices of the iterations with which a new level begins.
    pub changes: Vec<u32>,
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
