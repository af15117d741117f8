//! Reads what the machine is and what it allows, from `/proc` and `/sys`. What cannot be read is `null`.

use std::path::Path;

use gilbench_model::condition::parse_cpu_list;
use gilbench_model::machine::{Allowance, Machine};

use crate::cgroup::{self, Version};
use crate::kernel_files::KernelFiles;

/// Reads the machine.
pub fn read() -> Machine {
    read_from(&KernelFiles::of_this_machine())
}

/// Reads the machine that these files are of.
pub(crate) fn read_from(files: &KernelFiles) -> Machine {
    let processor = files.text("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line =
            processor.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    Machine {
        os: std::env::consts::OS.to_owned(),
        architecture: std::env::consts::ARCH.to_owned(),
        kernel: files.text("/proc/sys/kernel/osrelease"),
        cpu_model: field("model name").or_else(|| field("Model")),
        logical_cpus: files
            .cpus("/sys/devices/system/cpu/online")
            .map(|cpus| u32::try_from(cpus.len()).unwrap_or(u32::MAX)),
        memory_bytes: memory_line(files, "MemTotal"),
        governor: files.text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        virtual_machine: field("flags").map(|flags| flags.split(' ').any(|flag| flag == "hypervisor")),
        load: files.text("/proc/loadavg").and_then(|load| load.split(' ').next()?.parse().ok()),
        allowance: allowance(files),
    }
}

/// Physical memory.
pub(crate) fn memory_bytes() -> Option<u64> {
    memory_line(&KernelFiles::of_this_machine(), "MemTotal")
}

/// A line of `/proc/meminfo`, in bytes.
pub(crate) fn memory_line(files: &KernelFiles, name: &str) -> Option<u64> {
    let information = files.text("/proc/meminfo")?;
    let line = information.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

fn allowance(files: &KernelFiles) -> Allowance {
    let cpus = allowed_cpus(files);
    let siblings = cpus.iter().filter_map(|cpu| {
        files.cpus(format!("/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"))
    });
    let mut siblings: Vec<Vec<u32>> = siblings.collect();
    siblings.sort();
    siblings.dedup();
    Allowance {
        siblings,
        isolated: files.cpus("/sys/devices/system/cpu/isolated").unwrap_or_default(),
        quota: quota(files),
        cpus,
    }
}

/// The affinity mask of this process. The kernel keeps it inside the cgroup's cpuset.
fn allowed_cpus(files: &KernelFiles) -> Vec<u32> {
    let status = files.text("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    line.and_then(parse_cpu_list).unwrap_or_else(|| {
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        (0..u32::try_from(cpus).unwrap_or(1)).collect()
    })
}

/// The tightest CFS quota of this process's control group and its ancestors, in CPUs.
fn quota(files: &KernelFiles) -> Option<f64> {
    let groups = cgroup::groups_of(files, "cpu");
    let quotas = groups.iter().filter_map(|(version, folder)| quota_of(files, *version, folder));
    quotas.min_by(f64::total_cmp)
}

/// The CFS quota of one control group, in CPUs.
pub(crate) fn quota_of(files: &KernelFiles, version: Version, folder: &Path) -> Option<f64> {
    match version {
        Version::One => {
            let quota: f64 = files.number(folder.join("cpu.cfs_quota_us"))?;
            let period: f64 = files.number(folder.join("cpu.cfs_period_us"))?;
            (quota > 0.0).then_some(quota / period)
        }
        Version::Two => {
            let line = files.text(folder.join("cpu.max"))?;
            let (quota, period) = line.split_once(' ')?;
            Some(quota.parse::<f64>().ok()? / period.parse::<f64>().ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_allows_at_least_one_cpu() {
        let machine = read();
        let effective = machine.allowance.effective(&machine.allowance.cpus).unwrap();
        assert!(effective.count >= 1 && effective.logical >= effective.count);
    }
}
