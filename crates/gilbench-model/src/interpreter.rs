//! Interpreter definitions: `interpreters/<id>.yaml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Name;
use crate::condition::StartMethod;
use crate::data_file::unique_map;
pub use crate::identity::{Identity, Mismatch};
use crate::provider::Providers;

/// How to recognise an interpreter and how to start a worker with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interpreter {
    /// Its name; the file's stem.
    pub id: Name,
    /// What people call it.
    pub label: String,
    /// Which side of the worker protocol it runs.
    pub worker: WorkerKind,
    /// What it must say of itself. Absent for one that is part of gilbench.
    #[serde(default)]
    pub identity: Option<Identity>,
    /// Command that starts the interpreter, where it is not found by probing. `{gilbench}` stands for this program.
    #[serde(default)]
    pub command: Vec<String>,
    /// Arguments between the executable and the script.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Added to the worker's environment.
    #[serde(default, deserialize_with = "unique_map")]
    pub environment: BTreeMap<String, String>,
    /// Whether CPU time as the interpreter reports it is right.
    #[serde(default = "yes")]
    pub cpu_time_trusted: bool,
    /// How `multiprocessing` can start processes with it; empty where it has none.
    #[serde(default)]
    pub start_methods: Vec<StartMethod>,
    /// Whether it is measured, and labelled so, where it runs without the compiler that its identity asks for.
    #[serde(default)]
    pub interpreter_only: bool,
    /// Whether packages can be installed for it.
    #[serde(default)]
    pub packages: PackageKind,
    /// Whether `PYTHON_GIL` switches the GIL.
    #[serde(default)]
    pub gil_switch: bool,
    /// Where it comes from, in the order in which that is tried.
    #[serde(default)]
    pub providers: Providers,
    /// Its licence, as an SPDX expression where there is one.
    #[serde(default)]
    pub licence: Option<String>,
    /// The command that gets it where no provider can, shown where it is missing.
    #[serde(default)]
    pub install_hint: Option<String>,
}

/// Ending of the id of an interpreter that is measured in a container beside the same one on the machine itself.
const IN_CONTAINER: &str = "-container";

impl Interpreter {
    /// The same interpreter in a container, where it has rows of its own.
    #[must_use]
    pub fn in_container(&self) -> Self {
        let id = format!("{}{IN_CONTAINER}", self.id).parse().unwrap_or_else(|_| self.id.clone());
        // What gets the interpreter does not get it into a container.
        Self { id, label: format!("{}, container", self.label), install_hint: None, ..self.clone() }
    }

    /// The id of the definition behind an id, and whether the same interpreter in a container is meant.
    pub fn definition_id(id: &Name) -> (Name, bool) {
        match id.as_str().strip_suffix(IN_CONTAINER).and_then(|id| id.parse().ok()) {
            Some(id) => (id, true),
            None => (id.clone(), false),
        }
    }
}

/// How packages are installed for an interpreter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackageKind {
    /// Not at all.
    #[default]
    None,
    /// As wheels from the index.
    Wheels,
    /// By its own pip, which patches them.
    OwnPip,
}

fn yes() -> bool {
    true
}

/// Which worker runtime an interpreter can execute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkerKind {
    /// A workload's `worker.py`: Python 3.8 and up.
    #[default]
    Python,
    /// A workload's `worker_minimal.py`: the common subset of Python 2.7, Jython and MicroPython.
    Minimal,
    /// Compiled into gilbench.
    Native,
}

impl WorkerKind {
    /// The file in a workload's folder that implements it.
    pub fn file(self) -> Option<&'static str> {
        match self {
            Self::Python => Some("worker.py"),
            Self::Minimal => Some("worker_minimal.py"),
            Self::Native => None,
        }
    }
}
