//! Writes the run directory: append-only, one line at a time, so that a kill loses at most the process in flight.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use gilbench_model::environment::Environment;
use gilbench_model::event::{Event, TimedEvent};
use gilbench_model::facts::Facts;
use gilbench_model::plan::Plan;
use gilbench_model::run_directory::{
    COMPRESSED, ENVIRONMENT, EVENTS, PLAN, Run, RunError, SAMPLES, TIMELINES, compressed, read_lines,
};
use gilbench_model::sample::{FactsLine, Line, Process};
use gilbench_model::timeline::Timeline;
use serde::Serialize;

use crate::home::Home;

/// Records one run.
#[derive(Debug)]
pub struct Recorder {
    directory: PathBuf,
    samples: Journal,
    events: Journal,
    /// Only where the plan asks for any.
    timelines: Option<Journal>,
    facts: Vec<Facts>,
    home: Home,
    /// Held for as long as we write.
    _lock: File,
}

/// Why a run cannot be recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A file cannot be written.
    #[error("cannot write `{}`: {error}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A run cannot even begin.
    #[error("cannot begin a run in `{}`: {error}", .path.display())]
    NotBegun {
        /// The folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Another harness writes to it.
    #[error("run `{}` is being written by another gilbench", .0.display())]
    Locked(PathBuf),
    /// There is a run already.
    #[error("`{}` holds a run already", .0.display())]
    Exists(PathBuf),
    /// The folder holds something else.
    #[error("`{}` is not empty and holds no run", .0.display())]
    Foreign(PathBuf),
    /// There is a file where the folder should be.
    #[error("`{}` cannot be made: it, or a folder above it, is a file", .0.display())]
    NotAFolder(PathBuf),
    /// Lines cannot be appended to what is compressed.
    #[error("cannot go on with run `{}`: found `{file}{COMPRESSED}`, expected `{file}`", .directory.display())]
    Compressed {
        /// The run.
        directory: PathBuf,
        /// The file.
        file: &'static str,
    },
    /// The run that should go on cannot be read.
    #[error(transparent)]
    Read(#[from] RunError),
}

/// A file of JSON Lines that holds whole lines only.
#[derive(Debug)]
struct Journal {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Journal {
    /// Opens a journal and cuts off what is behind its last whole line.
    fn open(path: PathBuf, whole: u64) -> Result<Self, RecordError> {
        let open = || {
            let file = OpenOptions::new().create(true).append(true).open(&path)?;
            file.set_len(whole)?;
            Ok(file)
        };
        match open() {
            Ok(file) => Ok(Self { path, file, length: whole }),
            Err(error) => Err(RecordError::Write { path, error }),
        }
    }

    /// Appends a line by one system call. If that fails half-way (a full disk), the half is taken back.
    fn append(&mut self, line: &impl Serialize) -> Result<(), RecordError> {
        let write = |journal: &mut Self| {
            let mut text = serde_json::to_vec(line)?;
            text.push(b'\n');
            journal.file.write_all(&text)?;
            journal.length += text.len() as u64;
            Ok(())
        };
        write(self).map_err(|error: io::Error| {
            // Nothing better can be done if this fails too: the reader passes over a torn last line.
            let _ = self.file.set_len(self.length);
            RecordError::Write { path: self.path.clone(), error }
        })
    }
}

/// Milliseconds of Unix time.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Recorder {
    /// Begins a run in a directory that holds none yet.
    pub fn begin(directory: &Path, plan: &Plan, environment: &Environment) -> Result<Self, RecordError> {
        Self::try_begin(directory, plan, environment).map_err(|error| match error {
            RecordError::Write { error, .. } => RecordError::NotBegun { path: directory.to_owned(), error },
            other => other,
        })
    }

    fn try_begin(directory: &Path, plan: &Plan, environment: &Environment) -> Result<Self, RecordError> {
        fs::create_dir_all(directory).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                RecordError::NotAFolder(directory.to_owned())
            }
            _ => RecordError::Write { path: directory.to_owned(), error },
        })?;
        // A begin that failed half-way may have left the lock and the environment.
        let ours = |name: &std::ffi::OsStr| name == "lock" || name == ENVIRONMENT || name == PLAN;
        let mut entries = fs::read_dir(directory).into_iter().flatten().flatten();
        if !directory.join(PLAN).exists() && entries.any(|entry| !ours(&entry.file_name())) {
            return Err(RecordError::Foreign(directory.to_owned()));
        }
        let lock = lock(directory)?;
        if directory.join(PLAN).exists() {
            return Err(RecordError::Exists(directory.to_owned()));
        }
        write_whole(&directory.join(ENVIRONMENT), environment)?;
        // The plan comes last: a directory with a plan is a run.
        write_whole(&directory.join(PLAN), plan)?;
        Ok(Self {
            samples: Journal::open(directory.join(SAMPLES), 0)?,
            events: Journal::open(directory.join(EVENTS), 0)?,
            timelines: timelines(directory, plan, 0)?,
            directory: directory.to_owned(),
            facts: Vec::new(),
            home: Home::of_user(),
            _lock: lock,
        })
    }

    /// Begins a run in a new directory below `folder`, called `name`, or `name-2`, `name-3`, … where there is such a
    /// run already: names are made of the time, and two runs may begin in the same second.
    pub fn begin_new(
        folder: &Path,
        name: &str,
        plan: &Plan,
        environment: &Environment,
    ) -> Result<Self, RecordError> {
        let mut number = 1;
        loop {
            let name = if number == 1 { name.to_owned() } else { format!("{name}-{number}") };
            match Self::begin(&folder.join(name), plan, environment) {
                Err(RecordError::Exists(_) | RecordError::Locked(_)) => number += 1,
                result => return result,
            }
        }
    }

    /// Goes on with a run. A line that was torn by a crash is cut off.
    pub fn resume(directory: &Path) -> Result<(Self, Run), RecordError> {
        // Before anything is written: this may be no run at all.
        Run::load(directory)?;
        if let Some(file) =
            [SAMPLES, EVENTS, TIMELINES].into_iter().find(|file| compressed(&directory.join(file)).exists())
        {
            return Err(RecordError::Compressed { directory: directory.to_owned(), file });
        }
        let lock = lock(directory)?;
        let run = Run::load(directory)?;
        let whole = |file: &'static str| {
            let read = read_lines::<serde_json::Value>(&directory.join(file));
            let error = |kind| RunError { directory: directory.to_owned(), file, kind };
            read.map(|(_, whole)| whole).map_err(error)
        };
        let recorder = Self {
            samples: Journal::open(directory.join(SAMPLES), whole(SAMPLES)?)?,
            events: Journal::open(directory.join(EVENTS), whole(EVENTS)?)?,
            timelines: timelines(directory, &run.plan, whole(TIMELINES)?)?,
            directory: directory.to_owned(),
            facts: run.facts.clone(),
            home: Home::of_user(),
            _lock: lock,
        };
        Ok((recorder, run))
    }

    /// The run directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Records a process. Facts are written once and referred to by number.
    pub fn process(&mut self, mut process: Process, facts: Option<Facts>) -> Result<Process, RecordError> {
        if let Some(facts) = facts {
            process.facts = Some(self.intern(self.home.hide_in_facts(facts))?);
        }
        process.outcome = self.home.hide_in_outcome(process.outcome);
        let line = Line::Process(process);
        self.samples.append(&line)?;
        match line {
            Line::Process(process) => Ok(process),
            Line::Facts(_) => unreachable!("it was made a line of a process above"),
        }
    }

    fn intern(&mut self, facts: Facts) -> Result<u32, RecordError> {
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        if let Some(known) = self.facts.iter().position(|known| *known == facts) {
            return Ok(number(known));
        }
        let id = number(self.facts.len());
        self.samples.append(&Line::Facts(Box::new(FactsLine { id, facts: facts.clone() })))?;
        self.facts.push(facts);
        Ok(id)
    }

    /// Records a watched process.
    pub fn timeline(&mut self, mut timeline: Timeline) -> Result<(), RecordError> {
        timeline.outcome = self.home.hide_in_outcome(timeline.outcome);
        self.timelines.as_mut().map_or(Ok(()), |journal| journal.append(&timeline))
    }

    /// Records an event.
    pub fn event(&mut self, event: &Event) -> Result<(), RecordError> {
        self.events.append(&TimedEvent { at_ms: now_ms(), event: event.clone() })
    }
}

/// The journal of watched processes, where the plan asks for any.
fn timelines(directory: &Path, plan: &Plan, whole: u64) -> Result<Option<Journal>, RecordError> {
    let wanted = !plan.timelines.is_empty();
    wanted.then(|| Journal::open(directory.join(TIMELINES), whole)).transpose()
}

/// Only one harness writes to a run. The lock goes with the process, however it ends.
fn lock(directory: &Path) -> Result<File, RecordError> {
    let path = directory.join("lock");
    let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = open.map_err(|error| RecordError::Write { path, error })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(RecordError::Locked(directory.to_owned())),
    }
}

/// Writes a file beside its place and renames it, so that it is there whole or not at all.
pub fn write_whole(path: &Path, document: &impl Serialize) -> Result<(), RecordError> {
    let temporary = path.with_extension("partial");
    let write = || {
        let mut file = File::create(&temporary)?;
        serde_json::to_writer_pretty(&mut file, document)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&temporary);
        RecordError::Write { path: path.to_owned(), error }
    })
}
