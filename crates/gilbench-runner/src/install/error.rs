//! Why an interpreter could not be installed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A provider could not do it: what kind of failure, in one line, and what would help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InstallError {
    /// The kind, for programs.
    pub failure: InstallFailure,
    /// One line for people.
    pub message: String,
    /// A command that would help, where there is one.
    pub hint: Option<String>,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstallFailure {
    /// Not found on this machine.
    NotFound,
    /// A program that the provider needs is missing: uv, a compiler, a JDK, debootstrap.
    NoTool,
    /// Fetching was not allowed (`--offline`) and nothing fetched before can be used.
    Offline,
    /// The source cannot be reached, or does not have it.
    Unreachable,
    /// A download ended early.
    Truncated,
    /// A download is not what its digest says.
    Checksum,
    /// Configuring, compiling or unpacking failed.
    Build,
    /// The disk is full.
    DiskFull,
    /// No container engine answers.
    NoEngine,
    /// The engine does not have the image and cannot get it.
    NoImage,
    /// What was installed is not what its definition says, or does not answer.
    WrongInterpreter,
    /// The interpreter takes no packages.
    NoPackages,
    /// Its packages are not locked.
    NoLock,
    /// A package has no wheel for this interpreter.
    NoWheel,
    /// Another gilbench is installing the same.
    Locked,
    /// The user stopped it.
    Interrupted,
    /// Anything else of the file system or the operating system.
    Failed,
}

impl InstallError {
    /// Without a hint. Only the message's first line is kept.
    pub fn new(failure: InstallFailure, message: impl fmt::Display) -> Self {
        let message = message.to_string();
        let message = message.lines().next().unwrap_or_default().to_owned();
        Self { failure, message, hint: None }
    }

    /// Of a path, with the kind that the operating system's error has.
    pub(crate) fn of_path(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(failure_of(error), format_args!("{what} `{}`: {error}", path.display()))
    }

    /// The user asked to stop.
    pub(crate) fn interrupted() -> Self {
        Self::new(InstallFailure::Interrupted, "interrupted")
    }

    /// The same error with a command that would help.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl From<std::io::Error> for InstallError {
    fn from(error: std::io::Error) -> Self {
        Self::new(failure_of(&error), error)
    }
}

/// A limit on the size of a file stops us as a full disk does.
fn failure_of(error: &std::io::Error) -> InstallFailure {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            InstallFailure::DiskFull
        }
        _ => InstallFailure::Failed,
    }
}
