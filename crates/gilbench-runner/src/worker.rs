//! One worker process: its command and environment, its answer, and what it amounts to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gilbench_model::condition::Omp;
use gilbench_model::environment::InterpreterState;
use gilbench_model::facts::Facts;
use gilbench_model::interpreter::Interpreter;
use gilbench_model::plan::Case;
use gilbench_model::protocol::{End, Request, Transcript};
use gilbench_model::sample::{Failure, Outcome, Process, Tree};
use gilbench_model::timeline::{IterationSpan, Recording};
use gilbench_model::{Conditions, Gil, Name, Nanoseconds};

use crate::container::SCRATCH;
use crate::launcher::{Ended, Input, Launch, Launcher, LauncherError, Output, Stream};
use crate::recorder::now_ms;
use crate::watch::Watcher;

/// Longest answer. Ten thousand iterations with observations stay below it.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// How much of what a worker says beside the protocol is kept for an error message: its end.
const KEPT_ERRORS: usize = 4 * 1024;

/// Longest message of an outcome.
const LONGEST_MESSAGE: usize = 4 * 1024;

/// What is the same for every process of a run.
#[derive(Clone, Debug)]
pub struct WorkerContext {
    /// The data folder.
    pub root: PathBuf,
    /// The program that stands for `{gilbench}`.
    pub gilbench: PathBuf,
    /// Where workers start.
    pub folder: PathBuf,
    /// Where bytecode is cached, away from the sources.
    pub bytecode: PathBuf,
    /// The shared libraries that workloads load into interpreters.
    pub libraries: PathBuf,
    /// Killed after this time.
    pub timeout: Duration,
    /// Definitions by id.
    pub definitions: BTreeMap<Name, Interpreter>,
    /// Interpreters that were found, by id.
    pub interpreters: BTreeMap<Name, InterpreterState>,
}

/// How often a process iterates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repetition {
    /// Iterations, warm-up included.
    pub iterations: u32,
    /// The first so many are warm-up.
    pub warmup: u32,
    /// No further iteration begins after this time …
    pub time_limit: Option<Duration>,
    /// … but for so many.
    pub least: u32,
}

/// What is seen of a process besides its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// What costs it nothing.
    Least,
    /// Its memory, sampled where the kernel does not keep the peak.
    Memory,
    /// What its threads do, sampled, and when its iterations end. Its times are not to be used.
    Threads,
}

/// What a process left: to be recorded, and the facts to be interned.
#[derive(Debug)]
pub struct Finished {
    /// Without facts.
    pub process: Process,
    /// What it said of itself.
    pub facts: Option<Facts>,
    /// What its threads did, and when its iterations ran, where that was asked for.
    pub watched: Option<(Recording, Vec<IterationSpan>)>,
}

/// The environment of every Python, native or probing process: little, known, and the same every time.
pub fn base_environment(root: &Path) -> Vec<(String, String)> {
    let mut environment = known_environment(root);
    // What an interpreter may need to start at all.
    for name in ["HOME", "TMPDIR", "JAVA_HOME", "LD_LIBRARY_PATH", "SYSTEMROOT"] {
        if let Ok(value) = std::env::var(name) {
            environment.push((name.to_owned(), value));
        }
    }
    environment
}

/// The same in a container, which has nothing of this machine's.
pub(crate) fn container_environment(root: &Path) -> Vec<(String, String)> {
    let mut environment = known_environment(root);
    environment.push(("HOME".to_owned(), SCRATCH.to_owned()));
    environment
}

fn known_environment(root: &Path) -> Vec<(String, String)> {
    vec![
        ("LANG".to_owned(), "C.UTF-8".to_owned()),
        ("LC_ALL".to_owned(), "C.UTF-8".to_owned()),
        ("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ("PYTHONHASHSEED".to_owned(), "0".to_owned()),
        ("PYTHONPATH".to_owned(), root.join("workloads/_worker").to_string_lossy().into_owned()),
        // Loopback servers are not behind a proxy.
        ("NO_PROXY".to_owned(), "*".to_owned()),
        ("no_proxy".to_owned(), "*".to_owned()),
    ]
}

/// The part of it that is the same for every user: no path of theirs.
pub fn public_environment(root: &Path) -> BTreeMap<String, String> {
    let public = ["LANG", "LC_ALL", "PATH", "PYTHONHASHSEED", "NO_PROXY", "no_proxy"];
    base_environment(root).into_iter().filter(|(name, _)| public.contains(&name.as_str())).collect()
}

/// Puts the program in the place of `{gilbench}`.
pub fn fill_placeholders(command: &[String], gilbench: &Path) -> Vec<String> {
    command.iter().map(|part| part.replace("{gilbench}", &gilbench.to_string_lossy())).collect()
}

impl WorkerContext {
    /// Whether a case's interpreter compiles while it runs.
    pub fn has_jit(&self, case: &Case) -> bool {
        let state = self.interpreters.get(&case.interpreter);
        state.and_then(|state| state.facts.as_ref()).is_some_and(Facts::has_jit)
    }

    /// Where a case's worker runs, if that is a container: the image, and the folders that it needs of this machine.
    pub fn container(&self, case: &Case) -> Option<(&str, Vec<PathBuf>)> {
        let state = self.interpreters.get(&case.interpreter)?;
        let folders = state.mounts.iter().map(PathBuf::from).chain([self.libraries.clone()]);
        Some((state.image.as_deref()?, folders.collect()))
    }

    /// Where a case's worker starts, and where it keeps bytecode.
    fn places(&self, case: &Case) -> (PathBuf, PathBuf) {
        if self.container(case).is_some() {
            (SCRATCH.into(), Path::new(SCRATCH).join("bytecode"))
        } else {
            (self.folder.clone(), self.bytecode.clone())
        }
    }

    /// Absolute path and arguments of a case's worker.
    pub fn command(&self, case: &Case) -> Option<Vec<String>> {
        let definition = self.definitions.get(&case.interpreter)?;
        if !definition.command.is_empty() {
            return Some(fill_placeholders(&definition.command, &self.gilbench));
        }
        let state = self.interpreters.get(&case.interpreter)?;
        let script = self.root.join("workloads").join(case.workload.as_str()).join(definition.worker.file()?);
        let mut command = vec![state.executable.clone()?];
        command.extend(definition.arguments.iter().cloned());
        command.push(script.to_string_lossy().into_owned());
        Some(command)
    }

    /// The whole environment of a case's worker. The padding moves the stack by a random amount, so that no
    /// case is always measured with a lucky or unlucky layout (Mytkowicz et al., ASPLOS 2009).
    pub fn environment(&self, case: &Case, padding: usize) -> Vec<(String, String)> {
        let mut environment = match self.container(case) {
            Some(_) => container_environment(&self.root),
            None => base_environment(&self.root),
        };
        let mut set = |name: &str, value: String| environment.push((name.to_owned(), value));
        set("PYTHONPYCACHEPREFIX", self.places(case).1.to_string_lossy().into_owned());
        set("GILBENCH_LIBRARIES", self.libraries.to_string_lossy().into_owned());
        set_conditions(&case.conditions, &mut set);
        let folder = self.root.join("workloads/_worker");
        for (name, value) in
            self.definitions.get(&case.interpreter).into_iter().flat_map(|definition| &definition.environment)
        {
            set(name, value.replace("{worker_folder}", &folder.to_string_lossy()));
        }
        set("GILBENCH_PADDING", "x".repeat(padding));
        environment
    }

    /// The request that a case's worker gets.
    pub fn request(&self, case: &Case, repetition: Repetition, server: Option<String>) -> Request {
        let mut request = Request::new(
            case.workload.clone(),
            case.strategy.clone(),
            &case.conditions,
            case.parameters.clone(),
        );
        request.iterations = repetition.iterations;
        request.warmup = repetition.warmup;
        request.time_limit_ns = repetition.time_limit.map(Nanoseconds::from);
        request.least_iterations = repetition.least;
        request.server = server;
        let facts = self.interpreters.get(&case.interpreter).and_then(|state| state.facts.as_ref());
        request.packages = facts
            .map(|facts| facts.packages.iter().map(|package| package.name.clone()).collect())
            .unwrap_or_default();
        request
    }

    /// Runs one worker to its end. `go_on` is asked now and then; when it answers false, the tree is killed.
    pub fn run(
        &self,
        launcher: &mut Launcher,
        case: &Case,
        request: &Request,
        padding: usize,
        attention: Attention,
        go_on: impl FnMut() -> bool,
    ) -> Result<Finished, LauncherError> {
        let began_ms = now_ms();
        let Some(command) = self.command(case) else {
            let message = format!("`{}` has no executable", case.interpreter);
            return Ok(Finished::failed(began_ms, Failure::NotStarted, message));
        };
        let launch = Launch {
            command,
            environment: self.environment(case, padding),
            folder: self.places(case).0.to_string_lossy().into_owned(),
            cpus: case.cpus.clone(),
            limit: self.timeout,
            sample_memory: attention == Attention::Memory,
            count_threads: false,
            input: Input::Bytes(serde_json::to_vec(request).map_err(std::io::Error::from)?),
            output: if attention == Attention::Threads { Output::Prompt } else { Output::Collected },
        };
        tracing::debug!(case = case.id, request = %serde_json::to_string(request).unwrap_or_default(), command = launch.command.join(" "), "worker");
        let mut listener = Listener::new(request);
        let ancestor = launcher.process().filter(|_| attention == Attention::Threads);
        let watcher = ancestor.map(Watcher::start).transpose()?;
        let mut iterations = Vec::new();
        let listen = |stream, bytes: &[u8]| {
            let go_on = listener.hear(stream, bytes);
            if let Some(watcher) = &watcher {
                listener.place_iterations(&mut iterations, watcher.elapsed());
            }
            go_on
        };
        let ended = launcher.launch(launch)?.wait(listen, go_on)?;
        let watched = watcher.and_then(Watcher::stop).map(|recording| (recording, iterations));
        listener.end();
        let (outcome, tree) = match ended {
            Ended::NotStarted { reason } => {
                (Outcome::Failed { failure: Failure::NotStarted, message: reason }, None)
            }
            Ended::Tree { tree, timed_out, out_of_memory } => {
                let outcome = if timed_out {
                    Outcome::TimedOut { limit: Nanoseconds::from(self.timeout) }
                } else {
                    self.judge(case, &listener, &tree, out_of_memory)
                };
                (outcome, Some(tree))
            }
        };
        let transcript = listener.transcript;
        Ok(Finished {
            process: Process {
                case: 0,
                round: None,
                began_ms,
                outcome,
                facts: None,
                iterations: transcript.iterations,
                tree,
            },
            facts: transcript.facts,
            watched,
        })
    }

    /// What an answer and an end amount to.
    fn judge(&self, case: &Case, listener: &Listener, tree: &Tree, out_of_memory: bool) -> Outcome {
        let failed = |failure, message: String| Outcome::Failed { failure, message: shorten(&message) };
        if listener.overflow {
            return failed(
                Failure::TooMuchOutput,
                format!("more than {} MiB on the channel", LONGEST_ANSWER >> 20),
            );
        }
        if let Some(error) = &listener.error {
            return failed(Failure::Protocol, error.clone());
        }
        let transcript = &listener.transcript;
        match &transcript.end {
            Some(End::Unsupported { reason }) => return Outcome::Unsupported { reason: shorten(reason) },
            Some(End::Failed { error, message, traceback }) => {
                let failure = if error == "MemoryError" { Failure::OutOfMemory } else { Failure::Exception };
                let traceback =
                    traceback.as_ref().map(|traceback| format!("\n{traceback}")).unwrap_or_default();
                return failed(failure, format!("{error}: {message}{traceback}"));
            }
            Some(End::Done) | None => {}
        }
        if let Some(signal) = tree.signal {
            let failure = if signal == libc::SIGKILL && out_of_memory {
                Failure::OutOfMemory
            } else {
                Failure::Crashed
            };
            return failed(failure, listener.with_errors(&format!("signal {signal}")));
        }
        if let Some(code) = tree.exit_code.filter(|code| *code != 0) {
            return failed(Failure::Crashed, listener.with_errors(&format!("exit code {code}")));
        }
        if transcript.end.is_none() {
            return failed(Failure::Incomplete, listener.with_errors("exit code 0"));
        }
        let definition = self.definitions.get(&case.interpreter);
        let mismatch = definition.zip(transcript.facts.as_ref());
        let mismatch =
            mismatch.and_then(|(definition, facts)| definition.mismatch(facts, case.conditions.gil));
        if let Some(mismatch) = mismatch {
            return failed(Failure::Misidentified, mismatch.to_string());
        }
        match transcript.digests.iter().position(|digest| *digest != case.digest) {
            Some(index) => {
                let found = transcript.digests[index].as_str();
                failed(
                    Failure::WrongAnswer,
                    format!("iteration {index}: digest {found}, expected {}", case.digest.as_str()),
                )
            }
            None => Outcome::Completed,
        }
    }
}

impl Finished {
    /// A process that never ran.
    pub fn failed(began_ms: u64, failure: Failure, message: String) -> Self {
        let outcome = Outcome::Failed { failure, message };
        let process = Process {
            case: 0,
            round: None,
            began_ms,
            outcome,
            facts: None,
            iterations: Vec::new(),
            tree: None,
        };
        Self { process, facts: None, watched: None }
    }
}

/// How many threads BLAS and OpenMP libraries use.
pub(crate) const LIBRARY_THREADS: [&str; 3] = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"];

fn set_conditions(conditions: &Conditions, set: &mut impl FnMut(&str, String)) {
    if let Omp::Threads(threads) = conditions.omp {
        for name in LIBRARY_THREADS {
            set(name, threads.to_string());
        }
    }
    match conditions.gil {
        Gil::Default => {}
        Gil::On => set("PYTHON_GIL", "1".to_owned()),
        Gil::Off => set("PYTHON_GIL", "0".to_owned()),
    }
}

fn shorten(message: &str) -> String {
    if message.len() <= LONGEST_MESSAGE {
        return message.to_owned();
    }
    let end = message.floor_char_boundary(LONGEST_MESSAGE);
    format!("{} …", &message[..end])
}

/// Listens to a worker: reads its answer line by line and keeps the end of what else it says.
#[derive(Debug)]
struct Listener {
    transcript: Transcript,
    line: Vec<u8>,
    heard: usize,
    errors: Vec<u8>,
    error: Option<String>,
    overflow: bool,
}

impl Listener {
    fn new(request: &Request) -> Self {
        Self {
            transcript: Transcript::new(request),
            line: Vec::new(),
            heard: 0,
            errors: Vec::new(),
            error: None,
            overflow: false,
        }
    }

    /// Takes some bytes; false when there is no point in going on.
    fn hear(&mut self, stream: Stream, bytes: &[u8]) -> bool {
        match stream {
            Stream::Errors => {
                self.errors.extend_from_slice(bytes);
                let surplus = self.errors.len().saturating_sub(KEPT_ERRORS);
                self.errors.drain(..surplus);
                true
            }
            Stream::Output => {
                self.heard += bytes.len();
                if self.heard > LONGEST_ANSWER {
                    self.overflow = true;
                    return false;
                }
                for part in bytes.split_inclusive(|&byte| byte == b'\n') {
                    self.line.extend_from_slice(part);
                    if part.ends_with(b"\n") {
                        self.take_line();
                    }
                }
                self.error.is_none()
            }
        }
    }

    /// Places the iterations that were heard of since the last time: each ended just now.
    fn place_iterations(&self, placed: &mut Vec<IterationSpan>, now: Nanoseconds) {
        for iteration in self.transcript.iterations.iter().skip(placed.len()) {
            let start_ns = Nanoseconds(now.0.saturating_sub(iteration.wall_ns.0));
            placed.push(IterationSpan { start_ns, end_ns: now });
        }
    }

    /// Nothing more comes.
    fn end(&mut self) {
        if !self.line.is_empty() && !self.overflow {
            self.take_line();
        }
    }

    fn take_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if self.error.is_none()
            && let Err(error) = self.transcript.push(&line)
        {
            self.error = Some(error.to_string());
        }
    }

    /// A message with what the worker said last.
    fn with_errors(&self, message: &str) -> String {
        let errors = String::from_utf8_lossy(&self.errors);
        let errors = errors.trim();
        if errors.is_empty() { message.to_owned() } else { format!("{message}: {errors}") }
    }
}
