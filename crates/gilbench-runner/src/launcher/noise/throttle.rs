//! How a CPU quota holds processes up.

use std::fs::File;
use std::os::unix::fs::FileExt;

use gilbench_model::Nanoseconds;
use gilbench_model::noise::Throttled;

use crate::cgroup;
use crate::kernel_files::KernelFiles;
use crate::machine::quota_of;

/// The counts of the control groups that have a quota, kept open.
#[derive(Debug)]
pub(super) struct ThrottleCounts(Vec<File>);

impl ThrottleCounts {
    /// `None` where no group that can be seen has a quota: then nothing is held up.
    pub(super) fn open(files: &KernelFiles) -> Option<Self> {
        let limited = cgroup::groups_of(files, "cpu").into_iter();
        let limited = limited.filter(|(version, folder)| quota_of(files, *version, folder).is_some());
        let counts: Vec<File> =
            limited.filter_map(|(_, folder)| File::open(files.path(folder.join("cpu.stat"))).ok()).collect();
        (!counts.is_empty()).then_some(Self(counts))
    }

    /// The sum over the groups: a period in which two of them hold the process up counts twice.
    pub(super) fn read(&self) -> Option<Throttled> {
        let mut sum = Throttled::default();
        for file in &self.0 {
            let mut text = [0; 512];
            let length = file.read_at(&mut text, 0).ok()?;
            let one = parse(str::from_utf8(&text[..length]).ok()?)?;
            sum.periods += one.periods;
            sum.time_ns.0 += one.time_ns.0;
        }
        Some(sum)
    }

    /// How much has come since.
    pub(super) fn since(&self, before: Option<Throttled>) -> Option<Throttled> {
        let (before, now) = (before?, self.read()?);
        Some(Throttled {
            periods: now.periods.saturating_sub(before.periods),
            time_ns: Nanoseconds(now.time_ns.0.saturating_sub(before.time_ns.0)),
        })
    }
}

/// Version 1 counts nanoseconds, version 2 microseconds.
fn parse(text: &str) -> Option<Throttled> {
    let number = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        line.trim().parse::<u64>().ok()
    };
    let time = number("throttled_time").or_else(|| Some(number("throttled_usec")? * 1_000))?;
    Some(Throttled { periods: number("nr_throttled")?, time_ns: Nanoseconds(time) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine with these files.
    fn machine(contents: &[(&str, &str)]) -> (tempfile::TempDir, KernelFiles) {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in contents {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let files = KernelFiles::below(root.path());
        (root, files)
    }

    #[test]
    fn of_version_two_every_group_with_a_quota_counts() {
        let (root, files) = machine(&[
            ("proc/self/cgroup", "0::/pod/box\n"),
            ("sys/fs/cgroup/pod/box/cpu.max", "50000 100000\n"),
            ("sys/fs/cgroup/pod/box/cpu.stat", "usage_usec 9\nnr_throttled 3\nthrottled_usec 40\n"),
            ("sys/fs/cgroup/pod/cpu.max", "max 100000\n"),
            ("sys/fs/cgroup/pod/cpu.stat", "nr_throttled 1000\nthrottled_usec 1000\n"),
        ]);
        let counts = ThrottleCounts::open(&files).unwrap();
        let before = counts.read();
        assert_eq!(before, Some(Throttled { periods: 3, time_ns: Nanoseconds(40_000) }));
        let stat = root.path().join("sys/fs/cgroup/pod/box/cpu.stat");
        std::fs::write(stat, "usage_usec 9\nnr_throttled 5\nthrottled_usec 100\n").unwrap();
        assert_eq!(counts.since(before), Some(Throttled { periods: 2, time_ns: Nanoseconds(60_000) }));
    }

    #[test]
    fn of_version_one_a_container_sees_its_own_group_at_the_top() {
        let (_root, files) = machine(&[
            ("proc/self/cgroup", "2:cpu,cpuacct:/docker/1234\n0::/\n"),
            ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "150000\n"),
            ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/cpu/cpu.stat", "nr_periods 8\nnr_throttled 7\nthrottled_time 123456789\n"),
        ]);
        let throttled = ThrottleCounts::open(&files).unwrap().read();
        assert_eq!(throttled, Some(Throttled { periods: 7, time_ns: Nanoseconds(123_456_789) }));
    }

    #[test]
    fn without_a_quota_there_is_nothing_to_read() {
        let (_root, files) = machine(&[
            ("proc/self/cgroup", "1:cpu:/\n"),
            ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"),
            ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/cpu/cpu.stat", "nr_throttled 0\nthrottled_time 0\n"),
        ]);
        assert!(ThrottleCounts::open(&files).is_none());
    }
}
