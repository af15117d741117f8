//! A program of the user's, run once and looked at meanwhile.
//!
//! [`Subject`] is the program as it is to be run, a [`Change`] what is done to it in one run, and a [`Trial`] what came
//! of that. What it prints is not shown: of several runs nobody wants to read it; but it is compared, so that a run that
//! is faster because it does something else is not taken for a remedy.
//!
//! Not responsible for which runs are made, or for what they mean.

mod said;

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use gilbench_model::sample::Tree;
use gilbench_model::watched::{Inside, Watched};
use rustix::process::{Pid, Signal, kill_process};

pub use self::said::Said;
use crate::inside::{Hook, Purpose};
use crate::launcher::{Ended, Input, Launch, Launcher, LauncherError, Output, Stream, carried};
use crate::watch::{Care, Census, Whose};

/// A program that is told to end by Ctrl-C may take so long for it.
const FAREWELL: Duration = Duration::from_secs(2);

/// A program as it is to be run.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The absolute path of the program, and its arguments.
    pub words: Vec<String>,
    /// Its environment.
    pub environment: Vec<(String, String)>,
    /// Where it starts.
    pub folder: String,
    /// Its stdin.
    pub input: Stdin,
}

/// What a program reads on stdin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stdin {
    /// Nothing.
    Nothing,
    /// A file, from its beginning.
    File(PathBuf),
    /// A terminal of its own, on which nobody types more than what is in the file. Its stdout and stderr are the same
    /// terminal.
    Terminal(Option<PathBuf>),
}

impl Subject {
    /// A program in our environment. What is not UTF-8 there is carried along.
    pub fn new(words: Vec<String>, folder: String, input: Stdin) -> Self {
        let environment = std::env::vars_os().map(|(name, value)| (carried(name), carried(value))).collect();
        Self { words, environment, folder, input }
    }
}

/// What is done to a program in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// It may use only these CPUs.
    Cpus(Vec<u32>),
    /// Variables of its environment.
    Variables(Vec<(&'static str, String)>),
    /// Another interpreter runs it, which stands at this place of its words.
    Interpreter {
        /// The place.
        word: usize,
        /// Absolute path.
        executable: String,
    },
}

/// What came of one run.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its times and its end.
    pub tree: Tree,
    /// What was seen from outside.
    pub watched: Watched,
    /// What it told from inside, if it was made to.
    pub inside: Option<Inside>,
    /// What it printed on stdout, or on its terminal.
    pub output: Said,
    /// What it printed on stderr.
    pub errors: Said,
    /// It took longer than it may, and was told to end.
    pub cut: bool,
}

/// Why a run came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The program could not be started.
    #[error("{reason}")]
    NotStarted {
        /// Why.
        reason: String,
    },
    /// The launcher failed.
    #[error(transparent)]
    Launcher(#[from] LauncherError),
    /// Files of ours cannot be read or written.
    #[error("what the program tells cannot be read")]
    Files(#[from] io::Error),
    /// The caller asked for it.
    #[error("interrupted")]
    Interrupted,
}

/// Runs a program once, no longer than a limit, and looks at it meanwhile. With a hook it is also made to tell, or
/// changed by what the hook is for.
pub fn run(
    launcher: &mut Launcher,
    subject: &Subject,
    change: &Change,
    hook: Option<&Hook>,
    limit: Duration,
    interrupted: &dyn Fn() -> bool,
) -> Result<Trial, TrialError> {
    let mut words = subject.words.clone();
    let mut environment = subject.environment.clone();
    let mut set = |name: &str, value: String| {
        environment.retain(|(known, _)| known != name);
        environment.push((name.to_owned(), value));
    };
    if let Some(hook) = hook {
        let now = std::env::var_os("PYTHONPATH");
        set("PYTHONPATH", carried(hook.python_path(now)));
    }
    let mut cpus = Vec::new();
    match change {
        Change::None => {}
        Change::Cpus(these) => cpus.clone_from(these),
        Change::Variables(variables) => {
            for (name, value) in variables {
                set(name, value.clone());
            }
        }
        Change::Interpreter { word, executable } => {
            if let Some(place) = words.get_mut(*word) {
                place.clone_from(executable);
            }
        }
    }
    let (input, is_terminal) = match &subject.input {
        Stdin::Nothing => (Input::Bytes(Vec::new()), false),
        Stdin::File(path) => (Input::File(path.clone()), false),
        Stdin::Terminal(typed) => {
            let typed = typed.as_ref().map(std::fs::read).transpose()?.unwrap_or_default();
            (Input::Terminal(typed), true)
        }
    };
    let launch = Launch {
        command: words,
        environment,
        folder: subject.folder.clone(),
        cpus,
        // It is ended in order before.
        limit: limit + 2 * FAREWELL,
        sample_memory: false,
        count_threads: false,
        input,
        output: Output::Collected,
    };
    let ancestor = launcher.process().ok_or(LauncherError::Gone)?;
    // What is put into a program costs more than looking at it.
    let care =
        if hook.is_some_and(|hook| hook.purpose() == Purpose::Tell) { Care::Untimed } else { Care::Timed };
    let census = Census::start(Whose::Below(ancestor), care)?;
    let (mut output, mut errors) = (Said::default(), Said::default());
    let mut ending = Ending { begun: Instant::now(), limit, ancestor, asked: None };
    let ended = launcher.launch(launch)?.wait(
        |stream, bytes| {
            if stream == Stream::Output || is_terminal {
                output.take(bytes);
            } else {
                errors.take(bytes);
            }
            true
        },
        || !interrupted() && ending.goes_on(),
    );
    let watched = census.stop().unwrap_or_default();
    if interrupted() {
        return Err(TrialError::Interrupted);
    }
    match ended? {
        Ended::NotStarted { reason } => Err(TrialError::NotStarted { reason }),
        Ended::Tree { tree, timed_out, .. } => Ok(Trial {
            tree,
            watched,
            inside: hook.filter(|hook| hook.purpose() == Purpose::Tell).map(Hook::collect).transpose()?,
            output,
            errors,
            cut: timed_out || ending.asked.is_some(),
        }),
    }
}

/// Ends a program that takes too long: by Ctrl-C first, and then by force.
struct Ending {
    begun: Instant,
    limit: Duration,
    ancestor: u32,
    asked: Option<Instant>,
}

impl Ending {
    fn goes_on(&mut self) -> bool {
        match self.asked {
            None if self.begun.elapsed() >= self.limit => {
                self.asked = Some(Instant::now());
                let all = crate::launcher::descendants_of(self.ancestor.cast_signed());
                for process in all.into_iter().filter_map(Pid::from_raw) {
                    // One that has ended by itself is what we wanted.
                    let _ = kill_process(process, Signal::INT);
                }
                true
            }
            None => true,
            Some(asked) => asked.elapsed() < FAREWELL,
        }
    }
}
