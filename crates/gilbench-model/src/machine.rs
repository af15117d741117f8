//! The machine, and how much parallelism it allows.
//!
//! Values only: they are read from the system by the runner.

use serde::{Deserialize, Serialize};

/// What is known about the machine of a run. No name of host or user: runs are published.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// `linux`, `macos`, …
    pub os: String,
    /// `x86_64`, `aarch64`, …
    pub architecture: String,
    /// Kernel release.
    pub kernel: Option<String>,
    /// CPU model.
    pub cpu_model: Option<String>,
    /// Logical CPUs that are online.
    pub logical_cpus: Option<u32>,
    /// Physical memory.
    pub memory_bytes: Option<u64>,
    /// Scaling governor of the first CPU.
    pub governor: Option<String>,
    /// Whether the CPU says that it is virtual.
    pub virtual_machine: Option<bool>,
    /// Load average over one minute, when the run began.
    pub load: Option<f64>,
    /// What the harness may use.
    pub allowance: Allowance,
}

/// What limits parallelism: affinity, cgroup cpuset, cgroup quota, siblings, isolation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// CPUs that the process may use, ascending: the affinity mask, which the kernel keeps inside the cpuset.
    pub cpus: Vec<u32>,
    /// Groups of logical CPUs that share a physical core.
    pub siblings: Vec<Vec<u32>>,
    /// CPUs taken from the scheduler at boot (`isolcpus`): threads on them are not balanced.
    pub isolated: Vec<u32>,
    /// CFS quota in CPUs; `null` if there is none.
    pub quota: Option<f64>,
}

impl Machine {
    /// What makes another machine of the other: the name of a part, what it is there, and what it is here.
    pub fn differences(&self, other: &Self) -> Vec<(&'static str, String, String)> {
        let different = |((part, there), (_, here)): ((&'static str, String), (_, String))| {
            (there != here).then_some((part, there, here))
        };
        other.parts().into_iter().zip(self.parts()).filter_map(different).collect()
    }

    fn parts(&self) -> [(&'static str, String); 5] {
        let allowance = &self.allowance;
        [
            ("CPU model", serde_json::json!(self.cpu_model)),
            ("CPUs allowed", serde_json::json!(allowance.cpus)),
            ("CPUs of each core", serde_json::json!(allowance.siblings)),
            ("isolated CPUs", serde_json::json!(allowance.isolated)),
            ("quota in CPUs", serde_json::json!(allowance.quota)),
        ]
        .map(|(part, value)| (part, value.to_string()))
    }
}

/// CPUs that can really work at once for a process.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EffectiveCpus {
    /// Physical cores within the affinity, and no more than the quota rounded down, but at least one.
    pub count: u32,
    /// Logical CPUs within the affinity.
    pub logical: u32,
}

/// Why a set of CPUs cannot be measured on.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AllowanceError {
    /// None is left.
    #[error("no CPU is left to run on")]
    NoCpu,
    /// The kernel piles all threads of a process on one isolated CPU.
    #[error("CPUs {0:?} are isolated (`isolcpus`): the kernel does not spread threads over them")]
    Isolated(Vec<u32>),
}

impl Allowance {
    /// Effective CPUs of a process that is bound to `cpus`.
    pub fn effective(&self, cpus: &[u32]) -> Result<EffectiveCpus, AllowanceError> {
        let usable: Vec<u32> = cpus.iter().copied().filter(|cpu| self.cpus.contains(cpu)).collect();
        if usable.is_empty() {
            return Err(AllowanceError::NoCpu);
        }
        let isolated: Vec<u32> = usable.iter().copied().filter(|cpu| self.isolated.contains(cpu)).collect();
        if usable.len() > 1 && !isolated.is_empty() {
            return Err(AllowanceError::Isolated(isolated));
        }
        // A core is named by its first sibling; a CPU without a known group is a core of its own.
        let core = |cpu: u32| {
            self.siblings
                .iter()
                .find(|group| group.contains(&cpu))
                .and_then(|group| group.first().copied())
                .unwrap_or(cpu)
        };
        let cores: std::collections::BTreeSet<u32> = usable.iter().map(|&cpu| core(cpu)).collect();
        let cores = u32::try_from(cores.len()).unwrap_or(u32::MAX);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1..=cores")]
        let count = match self.quota {
            Some(quota) => quota.floor().clamp(1.0, f64::from(cores)) as u32,
            None => cores,
        };
        Ok(EffectiveCpus { count, logical: u32::try_from(usable.len()).unwrap_or(u32::MAX) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowance() -> Allowance {
        Allowance {
            cpus: vec![0, 1, 2, 3],
            siblings: vec![vec![0, 2], vec![1, 3]],
            isolated: vec![],
            quota: None,
        }
    }

    #[test]
    fn siblings_count_as_one_core() {
        let effective = allowance().effective(&[0, 1, 2, 3]).unwrap();
        assert_eq!((effective.count, effective.logical), (2, 4));
        assert_eq!(allowance().effective(&[0, 2]).unwrap().count, 1);
    }

    #[test]
    fn a_quota_limits_even_where_the_mask_does_not() {
        let quota =
            |quota| Allowance { quota: Some(quota), ..allowance() }.effective(&[0, 1, 2, 3]).unwrap().count;
        assert_eq!(quota(1.5), 1);
        assert_eq!(quota(0.5), 1);
        assert_eq!(quota(16.0), 2);
    }

    #[test]
    fn isolated_and_absent_cpus_are_refused() {
        let isolated = Allowance { isolated: vec![1], ..allowance() };
        assert_eq!(isolated.effective(&[0, 1]), Err(AllowanceError::Isolated(vec![1])));
        assert!(isolated.effective(&[1]).is_ok(), "one CPU alone needs no balancing");
        assert_eq!(allowance().effective(&[9]), Err(AllowanceError::NoCpu));
    }
}
