//! What disturbed a process, as far as the kernel tells.
//!
//! Read when the process is about to begin and when it has ended, and at no time between.

use serde::{Deserialize, Serialize};

use crate::Nanoseconds;

/// More than this share of the time, lost to a hypervisor, in the run queue, or for want of memory or a disk, disturbs.
/// Two times count as equal within ±3 %: what may have moved one by most of that must not go unsaid.
pub const MOST_LOST: f64 = 0.02;

/// More than this share of its CPUs' time, used by others, disturbs a process. What they use on a CPU that it leaves idle
/// costs it less than one for one: shared caches, memory and clock, and moves from one CPU to another.
pub const MOST_USED_BY_OTHERS: f64 = 0.05;

/// What disturbed a process. What the kernel does not tell is `None`, and left out of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// How long the hypervisor let others run while the process's CPUs had work, together: their steal time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steal_ns: Option<Nanoseconds>,
    /// How long the first thread of the first process was ready to run and waited for a CPU. Of the rest of the tree
    /// nothing is left to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_ns: Option<Nanoseconds>,
    /// How long there was not enough of something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressure: Option<Pressure>,
    /// How the CPU quota held it up; `None` where none is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttled: Option<Throttled>,
    /// The clock frequency of its CPUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<Frequency>,
}

/// Pressure stall information: how long tasks waited for something. What is 0 is left out of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pressure {
    /// Whose tasks.
    pub of: PressureScope,
    /// At least one waited for a CPU.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cpu_ns: Nanoseconds,
    /// At least one waited for memory.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub memory_ns: Nanoseconds,
    /// None could run, because all that were not asleep waited for a disk.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub io_ns: Nanoseconds,
}

/// Whose tasks a pressure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PressureScope {
    /// Those of the process tree, in a control group of their own.
    Tree,
    /// Those of the whole machine.
    Machine,
}

/// How a CPU quota held a process up: its control group and those above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttled {
    /// Periods in which the quota was used up.
    pub periods: u64,
    /// How long CPUs were held back by it, together.
    pub time_ns: Nanoseconds,
}

/// The highest clock frequency of a process's CPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frequency {
    /// When it was about to begin. A CPU that rests may be slow.
    pub begin_khz: u32,
    /// When it had ended.
    pub end_khz: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(time: &Nanoseconds) -> bool {
    time.0 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_and_what_did_not_happen_are_told_apart() {
        let unknown = Noise::default();
        assert_eq!(serde_json::to_string(&unknown).unwrap(), "{}");
        let quiet = Noise {
            steal_ns: Some(Nanoseconds(0)),
            pressure: Some(Pressure {
                of: PressureScope::Machine,
                cpu_ns: Nanoseconds(7),
                memory_ns: Nanoseconds(0),
                io_ns: Nanoseconds(0),
            }),
            ..unknown
        };
        let text = serde_json::to_string(&quiet).unwrap();
        assert_eq!(text, r#"{"steal_ns":0,"pressure":{"of":"machine","cpu_ns":7}}"#);
        assert_eq!(serde_json::from_str::<Noise>(&text).unwrap(), quiet);
        assert!(serde_json::from_str::<Noise>(r#"{"stolen_ns":0}"#).is_err());
    }
}
