//! What disturbed processes.

use std::fmt;

use serde::{Deserialize, Serialize};

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
            disturbed => {
                let several = if self.labels.iter().map(|one| one.count).sum::<u32>() > disturbed {
                    ", some of them in several ways"
                } else {
                    ""
                };
                write!(f, "{disturbed} of {}{several}: {}", self.known, self.reasons())
            }
        }
    }
}

/// What disturbed one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisturbedRound {
    /// The process, by its round.
    pub round: u32,
    /// In which ways; at least one.
    pub labels: Vec<Disturbance>,
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
