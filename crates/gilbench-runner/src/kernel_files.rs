//! The files in which the kernel tells what it knows, below `/proc` and `/sys`.
//!
//! Tests have a folder of their own in place of `/`: a laptop, a virtual machine and a container are then all the same
//! code on different files.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use gilbench_model::condition::parse_cpu_list;

/// The kernel's files.
#[derive(Clone, Debug)]
pub struct KernelFiles {
    root: PathBuf,
}

impl KernelFiles {
    /// Those of this machine.
    pub fn of_this_machine() -> Self {
        Self::below("/")
    }

    /// Those of the machine that a folder holds.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where a file is that people know by this path.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// The text of a file, trimmed; `None` where there is none, or nothing in it.
    pub(crate) fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        let text = fs::read_to_string(self.path(path)).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The number that a file holds.
    pub(crate) fn number<T: FromStr>(&self, path: impl AsRef<Path>) -> Option<T> {
        self.text(path)?.parse().ok()
    }

    /// The CPUs that a file lists.
    pub(crate) fn cpus(&self, path: impl AsRef<Path>) -> Option<Vec<u32>> {
        parse_cpu_list(&self.text(path)?)
    }

    /// Whether there is a file or a folder.
    pub(crate) fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.path(path).exists()
    }

    /// What a folder holds, by name, in order; nothing where it cannot be read.
    pub(crate) fn names(&self, folder: impl AsRef<Path>) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}
