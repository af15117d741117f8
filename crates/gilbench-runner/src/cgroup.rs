//! A control group for the workers, where the system lets us make one: the kernel then keeps the peak of the
//! whole tree's memory at no cost to the measurement.
//!
//! The launcher joins the group once and workers inherit it. The peak is reset before each worker, and what
//! the group held before is taken off: pages of files that an earlier worker read stay charged to it.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::kernel_files::KernelFiles;

/// A memory control group of our own, left and removed when dropped.
#[derive(Debug)]
pub struct MemoryGroup {
    folder: PathBuf,
    parent: PathBuf,
    /// Kept open: version 2 resets the peak only for the descriptor through which it is reset.
    peak: Option<File>,
    usage: Option<File>,
}

/// Version of the interface to a control group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// A hierarchy for each controller.
    One,
    /// One hierarchy.
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
        let (version, parent) = parent_group(&KernelFiles::of_this_machine())?;
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

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
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

/// The memory group that this process is in.
pub(crate) fn parent_group(files: &KernelFiles) -> Option<(Version, PathBuf)> {
    let (version, folder) = groups_of(files, "memory").into_iter().next()?;
    // Below version 1's own mount there may be nothing by this name, in a container; that shows when a group is made.
    let there = version == Version::One || files.exists(folder.join("cgroup.procs"));
    there.then_some((version, folder))
}

/// The control group that this process is in for a controller, and those above it as far as they can be seen,
/// innermost first. Where both versions are mounted, the controller is where version 1 has it.
pub(crate) fn groups_of(files: &KernelFiles, controller: &str) -> Vec<(Version, PathBuf)> {
    let text = files.text("/proc/self/cgroup").unwrap_or_default();
    let mut lines = text.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':');
        Some((parts.next()?, parts.next()?, parts.next()?.trim_start_matches('/')))
    });
    let one = lines.clone().find(|(_, controllers, _)| controllers.split(',').any(|name| name == controller));
    let found = match one {
        Some((_, _, path)) => Some((Version::One, Path::new("/sys/fs/cgroup").join(controller), path)),
        None => lines
            .find(|(number, _, _)| *number == "0")
            .map(|(_, _, path)| (Version::Two, Path::new("/sys/fs/cgroup").to_owned(), path)),
    };
    let Some((version, root, path)) = found else { return Vec::new() };
    let own = if path.is_empty() { root.clone() } else { root.join(path) };
    own.ancestors()
        .take_while(|folder| folder.starts_with(&root))
        .map(|group| (version, group.into()))
        .collect()
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

    /// The groups of a process that says this of itself.
    fn groups(text: &str, controller: &str) -> Vec<(Version, String)> {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("proc/self")).unwrap();
        fs::write(root.path().join("proc/self/cgroup"), text).unwrap();
        let found = groups_of(&KernelFiles::below(root.path()), controller);
        found.into_iter().map(|(version, path)| (version, path.to_string_lossy().into_owned())).collect()
    }

    #[test]
    fn the_memory_controller_of_version_one_wins_where_both_are_mounted() {
        let found = groups("4:memory:/a/b\n1:cpu,cpuacct:/\n0::/\n", "memory");
        let folders = ["/a/b", "/a", ""].map(|end| (Version::One, format!("/sys/fs/cgroup/memory{end}")));
        assert_eq!(found, folders);
    }

    #[test]
    fn groups_above_are_there_too_and_none_is_where_nothing_is_told() {
        let found = groups("0::/user.slice/run.scope\n", "cpu");
        let folders = ["/user.slice/run.scope", "/user.slice", ""];
        assert_eq!(found, folders.map(|end| (Version::Two, format!("/sys/fs/cgroup{end}"))));
        assert_eq!(
            groups("1:cpu,cpuacct:/\n0::/x\n", "cpu"),
            [(Version::One, "/sys/fs/cgroup/cpu".to_owned())]
        );
        assert_eq!(groups("", "cpu"), []);
    }
}
