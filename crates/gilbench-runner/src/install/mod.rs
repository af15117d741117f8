//! Gets interpreters: tries the providers of a definition in order until one leaves an interpreter that answers as
//! its definition says.
//!
//! A provider fetches or builds into a folder of its own and never looks at what is installed already; the store
//! decides where that folder ends up, and that it appears there whole or not at all.

pub(crate) mod command;
mod download;
mod error;
mod installer;
mod maven;
mod source;
mod uv;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use self::command::{Command, CommandError, is_executable};
pub use self::error::{InstallError, InstallFailure};
pub use self::installer::{Attempt, Installer, Options, Outcome, Progress, base_definition};
use crate::container::{Engine, EngineError};

/// What a provider has to work with.
pub struct Job<'a> {
    /// The data folder.
    pub root: &'a Path,
    /// What is being installed: an interpreter's id, or `base`.
    pub id: &'a str,
    /// An empty folder: what is put below it is installed when the provider has ended well.
    pub staging: &'a Path,
    /// Where that folder will be then. A build compiles it in.
    pub destination: &'a Path,
    /// An empty folder for what is not kept.
    pub scratch: &'a Path,
    /// Where downloads are kept, by their digest.
    pub downloads: &'a Path,
    /// Where what a failed build said is kept.
    pub log: &'a Path,
    /// Nothing may be fetched.
    pub offline: bool,
    /// Gives the container engine to use, which is asked when it is first wanted.
    pub engine: &'a dyn Fn() -> Result<Arc<dyn Engine>, EngineError>,
    /// Build for speed: by profile and at link time.
    pub optimised: bool,
    /// Told what is being done.
    pub progress: &'a dyn Fn(Step<'_>),
    /// Asked now and then; when it answers true, the provider stops with [`InstallFailure::Interrupted`].
    pub interrupted: &'a dyn Fn() -> bool,
}

/// What a provider is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// It fetches: so many bytes of so many, where the length is known.
    Fetch {
        /// From where.
        what: &'a str,
        /// Bytes that have come.
        done: u64,
        /// Bytes to come in all.
        total: Option<u64>,
    },
    /// It does something of which nobody knows how far it is.
    Work {
        /// What, such as `compiling`.
        what: &'a str,
    },
}

/// What a provider has made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// The executable: below the staging folder, relative to it; in an image, absolute. None where the provider does
    /// not know: whatever lies in a folder `bin` there is asked.
    pub executable: Option<PathBuf>,
    /// The image that it is in, by a name that the engine knows.
    pub image: Option<String>,
    /// Folders elsewhere on this machine that it needs: a JDK.
    pub needs: Vec<PathBuf>,
    /// What it was made from: addresses with digests, or a signed index.
    pub sources: Vec<String>,
}
