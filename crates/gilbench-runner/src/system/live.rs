//! What has to be measured: who uses the CPUs now, and how steadily they work.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use super::{power, spin};
use crate::cgroup::MemoryGroup;
use crate::kernel_files::KernelFiles;
use crate::launcher::noise::CpuCount;

/// All CPUs are kept busy for so long.
const TIME: Duration = Duration::from_secs(1);

/// Programs that are named, at most.
const MOST_NAMED: usize = 3;

/// Less of a CPU is not worth a name.
const LEAST_NAMED: f64 = 0.02;

/// What was measured on a machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// The share of its time that each CPU lost, against its own fastest work.
    pub lost: Vec<(u32, f64)>,
    /// The share that a hypervisor took, of the time in which the CPUs had work.
    pub steal: Option<f64>,
    /// CPUs that other programs kept busy.
    pub others: Option<f64>,
    /// The busiest of them, as far as they can be seen.
    pub busiest: Vec<Busy>,
    /// How often CPUs were slowed down for their heat meanwhile.
    pub throttlings: Option<u64>,
    /// How long a reading of the clock takes, in nanoseconds.
    pub clock_reading_ns: Option<f64>,
    /// Whether a control group for memory can be made.
    pub memory_group: bool,
    /// Free bytes where runs are recorded.
    pub free_disk: Option<u64>,
    /// Whether gilbench runs as the administrator, who needs no `sudo`.
    pub is_root: bool,
}

/// A program that keeps CPUs busy.
#[derive(Clone, Debug, PartialEq)]
pub struct Busy {
    /// Its process.
    pub process: u32,
    /// Its name, as far as the kernel keeps it.
    pub name: String,
    /// CPUs that it kept busy.
    pub cpus: f64,
}

impl Live {
    /// Keeps these CPUs busy for a second and looks what comes of it. Runs are recorded below `folder`.
    pub fn measure(cpus: &[u32], folder: &Path) -> Self {
        let files = KernelFiles::of_this_machine();
        let throttlings = || power::throttlings_of(&files);
        let count = CpuCount::open();
        let read = || count.as_ref().and_then(|count| count.read(cpus));
        let (throttlings_before, programs_before) = (throttlings(), programs());
        let (begun, own, before) = (Instant::now(), own_seconds(), read());
        let lost = spin::lost(cpus, TIME);
        let (after, own, took) = (read(), own_seconds() - own, begun.elapsed().as_secs_f64());
        let times = before.zip(after).map(|(before, after)| {
            let more = |before: u64, after: u64| after.saturating_sub(before) as f64 / 1e9;
            (more(before.idle.0, after.idle.0), more(before.steal.0, after.steal.0))
        });
        let all = cpus.len() as f64 * took;
        Self {
            lost,
            steal: times.map(|(idle, steal)| if all > idle { steal / (all - idle) } else { 0.0 }),
            others: times.map(|(idle, steal)| ((all - idle - steal - own) / took).max(0.0)),
            busiest: busiest(&programs_before, &programs(), cpus, took),
            throttlings: throttlings_before
                .zip(throttlings())
                .map(|(before, after)| after.saturating_sub(before)),
            clock_reading_ns: Some(clock_reading_ns()),
            memory_group: MemoryGroup::join().is_some(),
            free_disk: rustix::fs::statvfs(folder).ok().map(|disk| disk.f_bavail * disk.f_frsize),
            is_root: rustix::process::geteuid().is_root(),
        }
    }
}

/// CPU seconds of this process.
fn own_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn clock_reading_ns() -> f64 {
    const READINGS: u32 = 1_000;
    let turn = || {
        let begun = Instant::now();
        for _ in 0..READINGS {
            std::hint::black_box(Instant::now());
        }
        begun.elapsed()
    };
    // What interrupts a turn is not the clock's.
    let fastest = (0..10).map(|_| turn()).min().unwrap_or_default();
    fastest.as_secs_f64() * 1e9 / f64::from(READINGS)
}

/// Another process at one moment.
#[derive(Clone, Debug, PartialEq)]
struct Program {
    name: String,
    /// CPU seconds so far.
    seconds: f64,
    /// The CPU on which it ran last.
    cpu: u32,
}

/// Every other process that can be seen.
fn programs() -> BTreeMap<u32, Program> {
    let ticks = rustix::param::clock_ticks_per_second() as f64;
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let others = processes.filter(|process| *process != std::process::id());
    let program = |process: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        Some((process, Program::read(&stat, ticks)?))
    };
    others.filter_map(program).collect()
}

impl Program {
    /// Of a text as of `/proc/PID/stat`. The name stands in brackets and may itself hold brackets and spaces.
    fn read(stat: &str, ticks: f64) -> Option<Self> {
        let (before, after) = stat.rsplit_once(')')?;
        let name = before.split_once('(')?.1.to_owned();
        let fields: Vec<&str> = after.split_whitespace().collect();
        // The third field, as proc(5) counts them, is the first after the name.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        let used = field(14)? + field(15)?;
        Some(Self { name, seconds: used as f64 / ticks, cpu: u32::try_from(field(39)?).ok()? })
    }
}

/// Those that used the CPUs in question most. The kernel does not tell on which CPUs a program used its time, only
/// where it ran last: one that was elsewhere at either look most likely used others, and does not explain the figure.
fn busiest(
    before: &BTreeMap<u32, Program>,
    after: &BTreeMap<u32, Program>,
    cpus: &[u32],
    took: f64,
) -> Vec<Busy> {
    let used = after.iter().filter_map(|(process, program)| {
        let before = before.get(process);
        let is_here = |program: &Program| cpus.contains(&program.cpu);
        let seconds = program.seconds - before.map_or(0.0, |before| before.seconds);
        let here = is_here(program) && before.is_none_or(is_here);
        here.then(|| Busy { process: *process, name: program.name.clone(), cpus: seconds / took })
    });
    let mut busy: Vec<Busy> = used.filter(|busy| busy.cpus > LEAST_NAMED).collect();
    busy.sort_by(|a, b| b.cpus.total_cmp(&a.cpus));
    busy.truncate(MOST_NAMED);
    busy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 1 0 0 0 120 30 0 0 20 0 1 0 5 0 0 \
                    18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 3 0 0 0 0 0";
        let program = Program { name: "a) b (c".to_owned(), seconds: 1.5, cpu: 3 };
        assert_eq!(Program::read(stat, 100.0), Some(program));
        assert_eq!(Program::read("7 (x) S 1", 100.0), None);
    }

    /// Processes with their seconds and CPUs.
    fn of(entries: &[(u32, f64, u32)]) -> BTreeMap<u32, Program> {
        let program = |process, seconds, cpu| Program { name: format!("p{process}"), seconds, cpu };
        entries.iter().map(|&(process, seconds, cpu)| (process, program(process, seconds, cpu))).collect()
    }

    fn names(before: &BTreeMap<u32, Program>, after: &BTreeMap<u32, Program>, cpus: &[u32]) -> Vec<String> {
        let busy = busiest(before, after, cpus, 1.0);
        busy.into_iter().map(|busy| format!("{} {}", busy.name, busy.cpus)).collect()
    }

    #[test]
    fn programs_are_named_by_what_they_used_meanwhile() {
        let before = of(&[(1, 100.0, 0), (2, 5.0, 0), (3, 1.0, 0)]);
        let after = of(&[(1, 100.0, 0), (2, 5.5, 0), (3, 2.0, 0), (4, 0.25, 0), (5, 0.01, 0)]);
        assert_eq!(names(&before, &after, &[0]), ["p3 1", "p2 0.5", "p4 0.25"]);
    }

    #[test]
    fn programs_on_other_cpus_are_not_named() {
        let before = of(&[(1, 0.0, 0), (2, 0.0, 1), (3, 0.0, 0)]);
        let after = of(&[(1, 0.5, 0), (2, 1.0, 1), (3, 0.75, 1), (4, 0.25, 1)]);
        assert_eq!(names(&before, &after, &[0]), ["p1 0.5"]);
        assert_eq!(names(&before, &after, &[0, 1]), ["p2 1", "p3 0.75", "p1 0.5"]);
    }
}
