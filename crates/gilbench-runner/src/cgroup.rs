//! A control group for the workers, where the system lets us make one: the kernel then keeps the peak of the
//! whole tree's memory at no cost to the measurement.
//!
//! The launcher joins the group once and workers inherit it. The peak is reset before each worker, and what
//! the group held before is taken off: pages of files that an earlier worker read stay charged to it.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// A memory control group of our own, left and removed when dropped.
#[derive(Debug)]
pub struct MemoryGroup {
    folder: PathBuf,
    parent: PathBuf,
    /// Kept open: version 2 resets the peak only for the descriptor through which it is reset.
    peak: Option<File>,
    usage: Option<File>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl Version {
    fn peak_file(self) -> &'static str {
        match self {
            Self::One => "memory.max_usage_in_bytes",
            Self::Two => "memory.peak",
        }
    }

    fn usage_file(self) -> &'static str {
        match self {
            Self::One => "memory.usage_in_bytes",
            Self::Two => "memory.current",
        }
    }
}

impl MemoryGroup {
    /// Makes a group below the current one and moves this process into it; `None` where that is not possible.
    pub fn join() -> Option<Self> {
        let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
        let (version, parent) = parent_group(&groups)?;
        remove_abandoned(&parent);
        let folder = parent.join(format!("gilbench-{}", std::process::id()));
        fs::create_dir(&folder).ok()?;
        let mut group = Self { folder, parent, peak: None, usage: None };
        // From here on, dropping the group removes the folder.
        fs::write(group.folder.join("cgroup.procs"), std::process::id().to_string()).ok()?;
        let file = group.folder.join(version.peak_file());
        group.peak = Some(File::options().read(true).write(true).open(file).ok()?);
        group.usage = File::open(group.folder.join(version.usage_file())).ok();
        group.reset()?;
        Some(group)
    }

    /// Begins a new peak and says what is in use now, in bytes.
    pub fn reset(&self) -> Option<u64> {
        self.peak.as_ref()?.write_at(b"0", 0).ok()?;
        read_number(self.usage.as_ref()?)
    }

    /// The peak since the last reset, in bytes.
    pub fn peak(&self) -> Option<u64> {
        read_number(self.peak.as_ref()?)
    }
}

/// Reads a file of one number anew.
fn read_number(file: &File) -> Option<u64> {
    let mut text = [0; 32];
    let length = file.read_at(&mut text, 0).ok()?;
    std::str::from_utf8(&text[..length]).ok()?.trim().parse().ok()
}

impl Drop for MemoryGroup {
    fn drop(&mut self) {
        // Nothing to be done about a failure; the next run removes the empty group.
        let _ = fs::write(self.parent.join("cgroup.procs"), std::process::id().to_string());
        let _ = fs::remove_dir(&self.folder);
    }
}

/// The memory group that this process is in, from `/proc/self/cgroup`.
fn parent_group(groups: &str) -> Option<(Version, PathBuf)> {
    let lines = || {
        groups.lines().filter_map(|line| {
            let mut parts = line.splitn(3, ':');
            Some((parts.next()?, parts.next()?, parts.next()?.trim_start_matches('/')))
        })
    };
    let one = lines().find(|(_, controllers, _)| controllers.split(',').any(|name| name == "memory"));
    if let Some((_, _, path)) = one {
        return Some((Version::One, Path::new("/sys/fs/cgroup/memory").join(path)));
    }
    let (_, _, path) = lines().find(|(number, _, _)| *number == "0")?;
    let folder = Path::new("/sys/fs/cgroup").join(path);
    folder.join("cgroup.procs").exists().then_some((Version::Two, folder))
}

/// Removes groups that a killed harness left behind. The kernel refuses to remove one that is in use.
fn remove_abandoned(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        // One whose launcher lives may be empty too: it is about to join it.
        let launcher = name.to_str().and_then(|name| name.strip_prefix("gilbench-"));
        if launcher.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_controller_of_version_one_wins_where_both_are_mounted() {
        let (version, folder) = parent_group("4:memory:/a/b\n1:cpu:/\n0::/\n").unwrap();
        assert_eq!(version, Version::One);
        assert_eq!(folder, Path::new("/sys/fs/cgroup/memory/a/b"));
    }
}
