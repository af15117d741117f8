//! The scratch folder: below the system's place for such things, or the one that `TMPDIR` names.

use std::io;
use std::path::{Path, PathBuf};

/// Nothing can be put into the place for scratch folders.
#[derive(Debug, thiserror::Error)]
#[error("cannot make a scratch folder in `{}`{}", .place.display(), if *.named { " (TMPDIR)" } else { "" })]
pub(crate) struct ScratchError {
    place: PathBuf,
    /// Whether `TMPDIR` names the place.
    named: bool,
    #[source]
    error: io::Error,
}

impl ScratchError {
    fn new(error: io::Error) -> Self {
        Self { place: std::env::temp_dir(), named: std::env::var_os("TMPDIR").is_some(), error }
    }
}

/// Whether there is such a place at all. Interpreters are asked in it, and must not be blamed for it.
pub(crate) fn check_place() -> Result<(), ScratchError> {
    // With the dot, a file is an error too.
    std::env::temp_dir().join(".").metadata().map(drop).map_err(ScratchError::new)
}

/// A folder for what lasts as long as the run: where workers start, bytecode, libraries. Removed at the end.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Result<Self, ScratchError> {
        let folder = std::env::temp_dir().join(format!("gilbench-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("start")).map_err(ScratchError::new)?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Where workers start.
    pub(crate) fn start(&self) -> PathBuf {
        self.0.join("start")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left behind lies in the system's place for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
