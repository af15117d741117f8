//! The environment of a run: `environment.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Name;
use crate::facts::Facts;
use crate::machine::Machine;

/// Where and with what a run was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// [`crate::SCHEMA`].
    pub schema: u32,
    /// Version of gilbench.
    pub gilbench: String,
    /// Milliseconds of Unix time when the run was planned.
    pub planned_ms: u64,
    /// The machine.
    pub machine: Machine,
    /// Every defined interpreter, with what probing found.
    pub interpreters: Vec<InterpreterState>,
    /// What every worker's environment holds, less what depends on the user.
    pub variables: BTreeMap<String, String>,
    /// The second opinion's version, where it is installed.
    pub hyperfine: Option<String>,
}

/// An interpreter on this machine. The shape of `gilbench interpreters list --format json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterpreterState {
    /// Its definition's id.
    pub id: Name,
    /// What people call it.
    pub label: String,
    /// Whether it can be used.
    pub status: Status,
    /// Where it comes from: `explicit`, `uv`, `pyenv`, `path`, `built-in`, …
    pub provider: Option<String>,
    /// The executable.
    pub executable: Option<String>,
    /// The container image; the executable is inside it then.
    pub image: Option<String>,
    /// Folders of this machine that the container sees because the interpreter is in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its GIL.
    pub gil: GilState,
    /// Why it is not ready.
    pub reason: Option<String>,
    /// The command that would get it.
    pub hint: Option<String>,
    /// Everything that it said of itself.
    pub facts: Option<Facts>,
}

/// The state of an interpreter's GIL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GilState {
    /// The build always has one.
    pub built: Option<bool>,
    /// It is in force by default.
    pub enabled: Option<bool>,
}

/// Whether an interpreter can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Found, and what its definition requires.
    Ready,
    /// Not found.
    Missing,
    /// Not tried, for a reason.
    Skipped,
    /// Found, but it does not work or is not what it should be.
    Broken,
}
