//! Reads what the machine is and what it allows, from `/proc` and `/sys`. What cannot be read is `null`.

use std::fs;
use std::path::{Path, PathBuf};

use gilbench_model::condition::parse_cpu_list;
use gilbench_model::machine::{Allowance, Machine};

/// Reads the machine.
pub fn read() -> Machine {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line =
            processor.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    Machine {
        os: std::env::consts::OS.to_owned(),
        architecture: std::env::consts::ARCH.to_owned(),
        kernel: text("/proc/sys/kernel/osrelease"),
        cpu_model: field("model name").or_else(|| field("Model")),
        logical_cpus: list("/sys/devices/system/cpu/online")
            .map(|cpus| u32::try_from(cpus.len()).unwrap_or(u32::MAX)),
        memory_bytes: memory_bytes(),
        governor: text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        virtual_machine: field("flags").map(|flags| flags.split(' ').any(|flag| flag == "hypervisor")),
        load: text("/proc/loadavg").and_then(|load| load.split(' ').next()?.parse().ok()),
        allowance: allowance(),
    }
}

fn text(path: impl AsRef<Path>) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn list(path: impl AsRef<Path>) -> Option<Vec<u32>> {
    parse_cpu_list(&text(path)?)
}

/// Physical memory.
pub(crate) fn memory_bytes() -> Option<u64> {
    let information = fs::read_to_string("/proc/meminfo").ok()?;
    let line = information.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

fn allowance() -> Allowance {
    let cpus = allowed_cpus();
    let siblings = cpus
        .iter()
        .filter_map(|cpu| list(format!("/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")));
    let mut siblings: Vec<Vec<u32>> = siblings.collect();
    siblings.sort();
    siblings.dedup();
    Allowance {
        siblings,
        isolated: list("/sys/devices/system/cpu/isolated").unwrap_or_default(),
        quota: quota(),
        cpus,
    }
}

/// The affinity mask of this process. The kernel keeps it inside the cgroup's cpuset.
fn allowed_cpus() -> Vec<u32> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    line.and_then(parse_cpu_list).unwrap_or_else(|| {
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        (0..u32::try_from(cpus).unwrap_or(1)).collect()
    })
}

/// The tightest CFS quota of this process's control group and its ancestors, in CPUs.
fn quota() -> Option<f64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let quotas = groups.lines().flat_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (_, controllers, path) = (parts.next(), parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let path = path.trim_start_matches('/');
        if controllers.is_empty() {
            ancestors("/sys/fs/cgroup", path)
                .into_iter()
                .filter_map(|folder| quota_two(&folder))
                .collect::<Vec<_>>()
        } else if controllers.split(',').any(|name| name == "cpu") {
            ancestors("/sys/fs/cgroup/cpu", path)
                .into_iter()
                .filter_map(|folder| quota_one(&folder))
                .collect()
        } else {
            Vec::new()
        }
    });
    quotas.min_by(f64::total_cmp)
}

fn ancestors(root: &str, path: &str) -> Vec<PathBuf> {
    let root = Path::new(root);
    root.join(path).ancestors().take_while(|folder| folder.starts_with(root)).map(Path::to_owned).collect()
}

fn quota_two(folder: &Path) -> Option<f64> {
    let line = text(folder.join("cpu.max"))?;
    let (quota, period) = line.split_once(' ')?;
    Some(quota.parse::<f64>().ok()? / period.parse::<f64>().ok()?)
}

fn quota_one(folder: &Path) -> Option<f64> {
    let quota: f64 = text(folder.join("cpu.cfs_quota_us"))?.parse().ok()?;
    let period: f64 = text(folder.join("cpu.cfs_period_us"))?.parse().ok()?;
    (quota > 0.0).then_some(quota / period)
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
