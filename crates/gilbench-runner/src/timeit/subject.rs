//! What is timed: a statement on an interpreter, or native code.

use std::path::{Path, PathBuf};

use gilbench_model::Name;
use gilbench_model::environment::InterpreterState;
use gilbench_model::facts::Facts;
use gilbench_model::interpreter::Interpreter;

use crate::container::SCRATCH;
use crate::worker::{LIBRARY_THREADS, base_environment, container_environment};

/// Runs the statement. It is given as an argument, so that a container needs no file.
const SCRIPT: &str = include_str!("statement.py");

/// One thing to time.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The interpreter's id.
    pub interpreter: Name,
    /// Once in each thread.
    pub setup: String,
    /// What is timed.
    pub statement: String,
    /// Absolute path and arguments.
    pub(super) command: Vec<String>,
    /// The whole environment, but for padding.
    pub(super) environment: Vec<(String, String)>,
    /// Where it starts.
    pub(super) folder: PathBuf,
    /// The container image, and the folders that it needs of this machine.
    pub(super) container: Option<(String, Vec<PathBuf>)>,
    /// It compiles while it runs.
    pub(super) jit: bool,
    /// What it says of CPU time counts.
    pub(super) cpu_time_trusted: bool,
}

impl Subject {
    /// A statement on an interpreter; `None` where that has no executable. `root` is the data folder, `folder` the one in
    /// which the statement finds the user's modules, unless it runs in a container.
    pub fn python(
        definition: &Interpreter,
        state: &InterpreterState,
        root: &Path,
        folder: &Path,
        (setup, statement): (&str, &str),
    ) -> Option<Self> {
        let mut command = vec![state.executable.clone()?];
        command.extend(definition.arguments.iter().cloned());
        command.extend(["-c".to_owned(), SCRIPT.to_owned()]);
        let in_container = state.image.is_some();
        let mut environment = if in_container { container_environment(root) } else { base_environment(root) };
        // The workers' modules are none of the user's business.
        environment.retain(|(name, _)| name != "PYTHONPATH");
        let mut set = |name: &str, value: String| environment.push((name.to_owned(), value));
        // Bytecode is read where it is, and none is left behind.
        set("PYTHONDONTWRITEBYTECODE", "1".to_owned());
        // A library with threads of its own would hide what the statement's threads gain.
        for name in LIBRARY_THREADS {
            set(name, "1".to_owned());
        }
        let workers = root.join("workloads/_worker");
        for (name, value) in &definition.environment {
            set(name, value.replace("{worker_folder}", &workers.to_string_lossy()));
        }
        let mounts = state.mounts.iter().map(PathBuf::from).collect();
        Some(Self {
            interpreter: state.id.clone(),
            setup: setup.to_owned(),
            statement: statement.to_owned(),
            command,
            environment,
            folder: if in_container { SCRATCH.into() } else { folder.to_owned() },
            container: state.image.clone().map(|image| (image, mounts)),
            jit: state.facts.as_ref().is_some_and(Facts::has_jit),
            cpu_time_trusted: definition.cpu_time_trusted,
        })
    }

    /// Native code that shares nothing between its threads. `command` answers a request as the script does.
    pub fn native(interpreter: Name, command: Vec<String>, root: &Path, folder: &Path) -> Self {
        Self {
            interpreter,
            setup: String::new(),
            statement: String::new(),
            command,
            environment: base_environment(root),
            folder: folder.to_owned(),
            container: None,
            jit: false,
            cpu_time_trusted: true,
        }
    }

    /// Whether it runs in a container.
    pub fn needs_container(&self) -> bool {
        self.container.is_some()
    }
}
