//! One thing that is checked, and what came of it.

use serde::Serialize;

use super::System;

/// A row of the answer. The shape of `gilbench system --format json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// A short name.
    pub id: &'static str,
    /// What is checked.
    pub about: &'static str,
    /// What came of it.
    pub status: Status,
    /// What was found.
    pub found: Option<String>,
    /// Why it is not known, or why no command mends it.
    pub reason: Option<String>,
    /// What it does to a measurement where it is not as it should be.
    pub effect: &'static str,
    /// The command that mends it.
    pub command: Option<String>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It does no harm.
    Good,
    /// It would spoil a measurement.
    Spoils,
    /// It cannot be known from here.
    Unknown,
}

impl Status {
    /// The word in every answer.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Spoils => "spoils",
            Self::Unknown => "unknown",
        }
    }
}

/// What is checked, and why.
pub(super) struct Topic {
    pub(super) id: &'static str,
    pub(super) about: &'static str,
    pub(super) effect: &'static str,
}

/// What mends something.
pub(super) enum Mend {
    /// A command.
    Command(String),
    /// None does, and why.
    Nothing(String),
}

impl Topic {
    pub(super) fn good(&self, found: impl Into<String>) -> Check {
        self.check(Status::Good, Some(found.into()), None, None)
    }

    pub(super) fn spoils(&self, found: impl Into<String>, mend: Mend) -> Check {
        let (command, reason) = match mend {
            Mend::Command(command) => (Some(command), None),
            Mend::Nothing(reason) => (None, Some(reason)),
        };
        self.check(Status::Spoils, Some(found.into()), reason, command)
    }

    pub(super) fn unknown(&self, reason: impl Into<String>) -> Check {
        self.check(Status::Unknown, None, Some(reason.into()), None)
    }

    fn check(
        &self,
        status: Status,
        found: Option<String>,
        reason: Option<String>,
        command: Option<String>,
    ) -> Check {
        Check { id: self.id, about: self.about, status, found, reason, effect: self.effect, command }
    }
}

impl System<'_> {
    /// What only the administrator of the machine may do.
    pub(super) fn as_root(&self, command: &str) -> Mend {
        if self.in_container {
            return Mend::Nothing("can only be changed outside of the container".to_owned());
        }
        Mend::Command(if self.live.is_root { command.to_owned() } else { format!("sudo {command}") })
    }

    /// A value that only the administrator may write into a file, or into several.
    pub(super) fn write(&self, value: &str, path: &str) -> Mend {
        match self.as_root(&format!("tee {path}")) {
            Mend::Command(tee) => Mend::Command(format!("echo {value} | {tee}")),
            nothing @ Mend::Nothing(_) => nothing,
        }
    }
}
