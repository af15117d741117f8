//! How long CPUs were idle, by the kernel's own count: what they did else than idle, and a worker did not do, others
//! did.

use std::fs::File;
use std::os::unix::fs::FileExt;

use gilbench_model::Nanoseconds;

/// The kernel's count, kept open.
#[derive(Debug)]
pub(super) struct IdleCount {
    file: File,
    tick_ns: u64,
}

/// Holds the lines of more than two hundred CPUs.
const LONGEST: usize = 16 * 1024;

impl IdleCount {
    /// `None` where the kernel does not tell.
    pub(super) fn open() -> Option<Self> {
        let ticks = rustix::param::clock_ticks_per_second();
        Some(Self { file: File::open("/proc/stat").ok()?, tick_ns: 1_000_000_000 / ticks })
    }

    /// How long `cpus`, or all where none are named, have been idle since the machine started, together.
    pub(super) fn read(&self, cpus: &[u32]) -> Option<Nanoseconds> {
        let mut text = [0; LONGEST];
        let length = self.file.read_at(&mut text, 0).ok()?;
        let ticks = idle_ticks(str::from_utf8(&text[..length]).ok()?, cpus)?;
        Some(Nanoseconds(ticks * self.tick_ns))
    }
}

/// The sum of the idle ticks in a text as of `/proc/stat`; `None` if it ends within the CPUs' lines. A CPU that waits
/// for a disk could work as well.
fn idle_ticks(stat: &str, cpus: &[u32]) -> Option<u64> {
    let (lines, _) = stat.split_once("\nintr")?;
    let mut sum = 0;
    for line in lines.lines() {
        let (name, numbers) = line.strip_prefix("cpu")?.split_once(' ')?;
        // The first line has no number: it is the sum of all.
        let Ok(cpu) = name.parse::<u32>() else { continue };
        if cpus.is_empty() || cpus.contains(&cpu) {
            let mut ticks = numbers.split_whitespace().map(str::parse::<u64>).skip(3);
            let (idle, waiting) = (ticks.next()?.ok()?, ticks.next()?.ok()?);
            sum += idle + waiting;
        }
    }
    // A kernel that does not count says zero.
    (sum > 0).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "cpu  100 0 20 900 30 0 5 7 0 0\ncpu0 60 0 10 400 20 0 5 7 0 0\ncpu1 40 0 10 500 10 0 0 0 0 0\nintr 1 2 3\n";

    #[test]
    fn idle_and_waiting_time_of_the_chosen_cpus_is_summed() {
        assert_eq!(idle_ticks(STAT, &[]), Some(930));
        assert_eq!(idle_ticks(STAT, &[1]), Some(510));
        assert_eq!(idle_ticks(STAT, &[0, 1]), Some(930));
    }

    #[test]
    fn what_is_not_told_is_none() {
        assert_eq!(idle_ticks(STAT, &[7]), None);
        assert_eq!(idle_ticks("cpu  0 0 0 0 0\ncpu0 0 0 0 0 0\nintr 1\n", &[]), None);
        assert_eq!(idle_ticks(&STAT[..80], &[]), None, "cut off");
        assert_eq!(idle_ticks("", &[]), None);
    }
}
