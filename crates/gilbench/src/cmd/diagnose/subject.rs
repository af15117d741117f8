//! The program as the user names it, made ready to be run several times.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use gilbench_model::shell::quoted;
use gilbench_runner::commands::Command;
use gilbench_runner::trial::{Stdin, Subject};

use crate::cli::Diagnose;
use crate::exit::UsageError;
use crate::here;
use crate::scratch::Scratch;

/// A program with what is known of its words.
pub(super) struct Named {
    pub(super) subject: Subject,
    /// The word that is its interpreter.
    pub(super) interpreter: Option<usize>,
    /// As the user would write it.
    pub(super) text: String,
}

/// So much of stdin is kept for all runs.
const LONGEST_INPUT: u64 = 256 * 1024 * 1024;

/// Words before the interpreter that are looked through: `taskset -c 0`, `nice -n 5`, `env NAME=VALUE`.
const LOOKED_THROUGH: usize = 8;

impl Named {
    pub(super) fn of(arguments: &Diagnose, scratch: &Scratch) -> anyhow::Result<Self> {
        let folder = here::folder()?.to_string_lossy().into_owned();
        let mut written = arguments.command.clone();
        // A script alone: its first line says what runs it, or else Python does.
        let is_script = |path: &Path| path.extension().is_some_and(|extension| extension == "py");
        if let Some(first) = written.first().map(PathBuf::from)
            && is_script(&first)
            && first.is_file()
            && Command::find(&first.to_string_lossy()).is_err()
        {
            written.insert(0, "python3".to_owned());
        }
        let text = written.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        let (program, rest) = written
            .split_first()
            .ok_or_else(|| UsageError::new("no program is named", "`gilbench diagnose -- python app.py`"))?;
        let program = Command::find(program).map_err(|error| {
            UsageError::new(error.to_string(), "name it as in a shell: `gilbench diagnose -- python app.py`")
        })?;
        let mut words = vec![program];
        words.extend_from_slice(rest);
        let interpreter = words.iter().take(LOOKED_THROUGH).position(|word| is_interpreter(word));
        let input = input(arguments, scratch)?;
        Ok(Self { subject: Subject::new(words, folder, input), interpreter, text })
    }

    /// The program as it is, but for its interpreter, to be pasted.
    pub(super) fn with_interpreter(&self, executable: &str) -> String {
        let words = self.subject.words.iter().enumerate().map(|(place, word)| {
            let word = if Some(place) == self.interpreter { executable } else { word };
            quoted(word).into_owned()
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

/// Whether a word names a Python: only which word to put another one in the place of depends on it.
fn is_interpreter(word: &str) -> bool {
    let name = Path::new(word).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let version = ["python", "pypy", "graalpy"].into_iter().find_map(|name_of| name.strip_prefix(name_of));
    version.is_some_and(|version| {
        version.chars().all(|letter| letter.is_ascii_digit() || letter == '.' || letter == 't')
    })
}

/// What each run reads on stdin: what we are given, as a file. A terminal of ours is nobody's stdin, since nobody types
/// the same several times.
fn input(arguments: &Diagnose, scratch: &Scratch) -> anyhow::Result<Stdin> {
    let file = match &arguments.input {
        Some(path) => {
            std::fs::File::open(path).map_err(|error| {
                UsageError::new(
                    format!("cannot read `{}`: {error}", path.display()),
                    "`--input` takes a file",
                )
            })?;
            Some(std::path::absolute(path)?)
        }
        None => spooled(scratch)?,
    };
    let wants_terminal = arguments.tty || (file.is_none() && std::io::stdin().is_terminal());
    Ok(match file {
        file if wants_terminal => Stdin::Terminal(file),
        Some(file) => Stdin::File(file),
        None => Stdin::Nothing,
    })
}

/// Our stdin as a file; `None` where it is a terminal or empty.
fn spooled(scratch: &Scratch) -> anyhow::Result<Option<PathBuf>> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() || !has_something(&stdin) {
        return Ok(None);
    }
    let path = scratch.path().join("stdin");
    let mut file = std::fs::File::create(&path)?;
    let copied = std::io::copy(&mut stdin.lock().take(LONGEST_INPUT + 1), &mut file)?;
    file.flush()?;
    if copied > LONGEST_INPUT {
        let message = format!("more than {} MiB come on stdin", LONGEST_INPUT >> 20);
        return Err(UsageError::new(message, "name a file instead: `--input FILE`").into());
    }
    Ok((copied > 0).then_some(path))
}

/// Whether anything can come on stdin. A pipe that nobody closes, as some CI systems leave it open, must not hold us up:
/// what is to come comes soon.
fn has_something(stdin: &std::io::Stdin) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    const SOON: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };
    // Whatever fails here fails when it is read.
    poll(&mut [PollFd::new(stdin, PollFlags::IN)], Some(&SOON)).is_ok_and(|ready| ready > 0)
}
