//! What disturbs workers: read right before a worker begins and right after it has ended, at no time between.
//!
//! Everything is kept open, so that a moment costs a few system calls: some twenty microseconds, while no worker runs.

mod cpu_count;
mod frequency;
mod pressure;
mod throttle;

use std::path::Path;

use gilbench_model::Nanoseconds;
use gilbench_model::noise::{Frequency, Noise, Throttled};

pub(crate) use self::cpu_count::{CpuCount, CpuTimes};
use self::frequency::FrequencyMeter;
use self::pressure::{PressureCounts, Pressures};
use self::throttle::ThrottleCounts;
use crate::kernel_files::KernelFiles;

/// Where the kernel tells of it.
#[derive(Debug)]
pub(super) struct NoiseMeter {
    cpus: Option<CpuCount>,
    pressure: Option<PressureCounts>,
    throttle: Option<ThrottleCounts>,
    frequency: FrequencyMeter,
}

/// What it told before a worker began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    cpus: Option<CpuTimes>,
    pressure: Option<Pressures>,
    throttled: Option<Throttled>,
    khz: Option<u32>,
}

impl NoiseMeter {
    /// `group` holds nothing but the launcher and its workers.
    pub(super) fn open(group: Option<&Path>) -> Self {
        let files = KernelFiles::of_this_machine();
        Self {
            cpus: CpuCount::open(),
            pressure: PressureCounts::open(group),
            throttle: ThrottleCounts::open(&files),
            frequency: FrequencyMeter::open(&files),
        }
    }

    /// Before a worker begins on these CPUs.
    pub(super) fn begin(&mut self, cpus: &[u32]) -> Before {
        Before {
            khz: self.frequency.read(cpus),
            throttled: self.throttle.as_ref().and_then(ThrottleCounts::read),
            pressure: self.pressure.as_ref().and_then(PressureCounts::read),
            // Last, and first after it: idle time goes on while we read.
            cpus: self.cpus.as_ref().and_then(|count| count.read(cpus)),
        }
    }

    /// After it has ended and before it is collected: how long the CPUs were idle, and what disturbed it.
    pub(super) fn end(&mut self, cpus: &[u32], before: Before, process: i32) -> (Option<Nanoseconds>, Noise) {
        let now = self.cpus.as_ref().and_then(|count| count.read(cpus));
        let times = before.cpus.zip(now);
        let more = |before: Nanoseconds, now: Nanoseconds| Nanoseconds(now.0.saturating_sub(before.0));
        let noise = Noise {
            steal_ns: times.map(|(before, now)| more(before.steal, now.steal)),
            queued_ns: queued(process),
            pressure: self.pressure.as_ref().and_then(|counts| counts.since(before.pressure)),
            throttled: self.throttle.as_ref().and_then(|counts| counts.since(before.throttled)),
            frequency: before
                .khz
                .zip(self.frequency.read(cpus))
                .map(|(begin_khz, end_khz)| Frequency { begin_khz, end_khz }),
        };
        (times.map(|(before, now)| more(before.idle, now.idle)), noise)
    }
}

/// How long the first thread of a process that has ended, and was not collected yet, waited for a CPU.
fn queued(process: i32) -> Option<Nanoseconds> {
    queued_in(&std::fs::read_to_string(format!("/proc/{process}/schedstat")).ok()?)
}

/// The kernel says how long it ran, how long it waited, both in nanoseconds, and how often it was put on a CPU.
fn queued_in(schedstat: &str) -> Option<Nanoseconds> {
    let numbers: Vec<u64> = schedstat.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    let [_, waited, times] = numbers[..] else { return None };
    // One that ended was on a CPU. A kernel that does not count says zero. Microseconds are exact enough, and short.
    (times > 0).then_some(Nanoseconds(waited / 1_000 * 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_for_a_cpu_is_the_second_number() {
        assert_eq!(queued_in("301189035 586175 18\n"), Some(Nanoseconds(586_000)));
        assert_eq!(queued_in("301189035 0 18\n"), Some(Nanoseconds(0)));
        assert_eq!(queued_in("0 0 0\n"), None, "the kernel does not count");
        assert_eq!(queued_in("1 2\n"), None);
    }
}
