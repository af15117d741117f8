//! How long CPUs were idle and how long they were stolen, by the kernel's own count: what they did else, and a worker
//! did not do, others did.

use std::fs::File;
use std::os::unix::fs::FileExt;

use gilbench_model::Nanoseconds;

/// The kernel's count, kept open.
#[derive(Debug)]
pub(crate) struct CpuCount {
    file: File,
    tick_ns: u64,
}

/// What CPUs have done since the machine started, together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CpuTimes {
    /// Nothing, or waited for a disk: then they could have worked as well.
    pub(crate) idle: Nanoseconds,
    /// The hypervisor let others run on them while they had work.
    pub(crate) steal: Nanoseconds,
}

/// Holds the lines of more than two hundred CPUs.
const LONGEST: usize = 16 * 1024;

/// Where they stand in a CPU's line, after its name.
const IDLE: usize = 3;
const WAITING: usize = 4;
const STEAL: usize = 7;

impl CpuCount {
    /// `None` where the kernel does not tell.
    pub(crate) fn open() -> Option<Self> {
        let ticks = rustix::param::clock_ticks_per_second();
        Some(Self { file: File::open("/proc/stat").ok()?, tick_ns: 1_000_000_000 / ticks })
    }

    /// What `cpus`, or all where none are named, have done.
    pub(crate) fn read(&self, cpus: &[u32]) -> Option<CpuTimes> {
        let mut text = [0; LONGEST];
        let length = self.file.read_at(&mut text, 0).ok()?;
        let (idle, steal) = ticks(str::from_utf8(&text[..length]).ok()?, cpus)?;
        Some(CpuTimes { idle: Nanoseconds(idle * self.tick_ns), steal: Nanoseconds(steal * self.tick_ns) })
    }
}

/// The sums of the idle and of the stolen ticks in a text as of `/proc/stat`; `None` if it ends within the CPUs' lines.
fn ticks(stat: &str, cpus: &[u32]) -> Option<(u64, u64)> {
    let (lines, _) = stat.split_once("\nintr")?;
    let (mut idle, mut steal) = (0, 0);
    for line in lines.lines() {
        let (name, numbers) = line.strip_prefix("cpu")?.split_once(' ')?;
        // The first line has no number: it is the sum of all.
        let Ok(cpu) = name.parse::<u32>() else { continue };
        if cpus.is_empty() || cpus.contains(&cpu) {
            let numbers: Vec<u64> =
                numbers.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
            idle += numbers.get(IDLE)? + numbers.get(WAITING)?;
            steal += numbers.get(STEAL)?;
        }
    }
    // A kernel that does not count says zero.
    (idle > 0).then_some((idle, steal))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "cpu  100 0 20 900 30 0 5 7 0 0\ncpu0 60 0 10 400 20 0 5 6 0 0\ncpu1 40 0 10 500 10 0 0 1 0 0\nintr 1 2 3\n";

    #[test]
    fn idle_waiting_and_stolen_time_of_the_chosen_cpus_is_summed() {
        assert_eq!(ticks(STAT, &[]), Some((930, 7)));
        assert_eq!(ticks(STAT, &[1]), Some((510, 1)));
        assert_eq!(ticks(STAT, &[0, 1]), Some((930, 7)));
    }

    #[test]
    fn what_is_not_told_is_none() {
        assert_eq!(ticks(STAT, &[7]), None);
        assert_eq!(ticks("cpu  0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0\nintr 1\n", &[]), None);
        assert_eq!(ticks(&STAT[..80], &[]), None, "cut off");
        assert_eq!(ticks("", &[]), None);
    }
}
