//! The run directory: its files, and reading them back. `docs/run-directory.md` is its description.
//!
//! Writing while a run goes on is the runner's task; here is only what both sides must agree on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::environment::Environment;
use crate::event::{Event, StopReason, TimedEvent};
use crate::facts::Facts;
use crate::plan::Plan;
use crate::sample::{Line, Process};
use crate::timeline::Timeline;
use crate::{Nanoseconds, SCHEMA};

/// The plan.
pub const PLAN: &str = "plan.json";
/// The environment.
pub const ENVIRONMENT: &str = "environment.json";
/// One line per process.
pub const SAMPLES: &str = "samples.jsonl";
/// One line per event.
pub const EVENTS: &str = "events.jsonl";
/// What threads did in watched processes, one line each, if the plan asks for any.
pub const TIMELINES: &str = "timelines.jsonl";
/// Whole-process times by another tool, if it was installed.
pub const SECOND_OPINION: &str = "second-opinion.json";

/// Behind a file's name where it is compressed by gzip. Only runs that are over are.
pub const COMPRESSED: &str = ".gz";

/// A recorded run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its directory.
    pub directory: PathBuf,
    /// What was to be measured.
    pub plan: Plan,
    /// Where and with what.
    pub environment: Environment,
    /// Facts by number.
    pub facts: Vec<Facts>,
    /// Every recorded process, in order.
    pub processes: Vec<Process>,
    /// Every event, in order.
    pub events: Vec<TimedEvent>,
    /// Whole-process times by another tool.
    pub second_opinions: Vec<SecondOpinion>,
    /// Every watched process, in order: at most one of each case.
    pub timelines: Vec<Timeline>,
}

/// Whole-process times of a case, measured by another tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondOpinion {
    /// Index of the case in the plan.
    pub case: u32,
    /// Name and version of the tool.
    pub tool: String,
    /// One time per process, in order.
    pub wall_ns: Vec<Nanoseconds>,
}

/// Why a run directory cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("failed to read run `{}`: {}", .directory.display(), as_it_is_there(.directory, .file))]
pub struct RunError {
    /// The directory.
    pub directory: PathBuf,
    /// The file inside.
    pub file: &'static str,
    /// What is wrong with it.
    #[source]
    pub kind: RunErrorKind,
}

/// What is wrong with a file of a run directory.
#[derive(Debug, thiserror::Error)]
pub enum RunErrorKind {
    /// It cannot be read.
    #[error("cannot be read")]
    Read(#[from] std::io::Error),
    /// There as it is and compressed too, so that nobody knows which is the newer.
    #[error("found both the file and the same compressed (`{COMPRESSED}`), expected one of them")]
    Both,
    /// Not the JSON that it should be.
    #[error(transparent)]
    Shape(#[from] serde_json::Error),
    /// A line is not what it should be.
    #[error("line {line}: {error}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong.
        error: serde_json::Error,
    },
    /// Written by another version.
    #[error("schema {found}, this version reads {SCHEMA}")]
    Schema {
        /// The version found.
        found: u64,
    },
    /// The events tell of processes, and the samples hold none.
    #[error("holds no process, but `{EVENTS}` tells of a case that ended: the file was lost or emptied")]
    Lost,
    /// The events tell of more processes of a case than the samples hold.
    #[error(
        "processes of case {case}: found {found}, expected {expected}, with which it ended (`{EVENTS}`, line {line})"
    )]
    Incomplete {
        /// Line of the events, from 1.
        line: usize,
        /// The case.
        case: u32,
        /// Processes in the samples.
        found: usize,
        /// Processes when the case ended, the pilot included.
        expected: usize,
    },
    /// Two cases of the plan are called the same.
    #[error("`cases`: found `{id}` for the second time, expected each id once")]
    SameId {
        /// The id.
        id: String,
    },
    /// A process is there twice.
    #[error("line {line}: found {process} for the second time, after line {first}, expected it once")]
    Twice {
        /// From 1.
        line: usize,
        /// Where it stands first.
        first: usize,
        /// Which case and round.
        process: String,
    },
    /// The plan wants to watch a case that it has not.
    #[error("`timelines`: case {number} does not exist, expected {expected}")]
    Watched {
        /// The number.
        number: u32,
        /// What could stand there.
        expected: String,
    },
    /// It refers to something that is not there.
    #[error("line {line}: {what} {number} does not exist, expected {expected}")]
    Dangling {
        /// From 1.
        line: usize,
        /// `case`, `round` or `facts`.
        what: &'static str,
        /// The number.
        number: u32,
        /// What could stand there.
        expected: String,
    },
}

impl Run {
    /// Reads a run directory. A last line that was torn by a crash is passed over.
    pub fn load(directory: &Path) -> Result<Self, RunError> {
        let at = |file: &'static str| {
            move |kind: RunErrorKind| RunError { directory: directory.to_owned(), file, kind }
        };
        // By it a run is known, so it is never compressed.
        std::fs::metadata(directory.join(PLAN)).map_err(|error| at(PLAN)(error.into()))?;
        let plan: Plan = read_document(&directory.join(PLAN)).map_err(at(PLAN))?;
        check_ids(&plan).map_err(at(PLAN))?;
        check_watched(&plan).map_err(at(PLAN))?;
        let environment: Environment =
            read_document(&directory.join(ENVIRONMENT)).map_err(at(ENVIRONMENT))?;
        let (lines, _) = read_lines::<Line>(&directory.join(SAMPLES)).map_err(at(SAMPLES))?;
        let (facts, processes) = sort_lines(lines, &plan).map_err(at(SAMPLES))?;
        let (events, _) = read_lines::<TimedEvent>(&directory.join(EVENTS)).map_err(at(EVENTS))?;
        check_events(&events, plan.cases.len()).map_err(at(EVENTS))?;
        check_complete(&processes, &events).map_err(at(SAMPLES))?;
        let second_opinions =
            read_opinions(&directory.join(SECOND_OPINION), plan.cases.len()).map_err(at(SECOND_OPINION))?;
        let (timelines, _) = read_lines::<Timeline>(&directory.join(TIMELINES)).map_err(at(TIMELINES))?;
        check_timelines(&timelines, plan.cases.len()).map_err(at(TIMELINES))?;
        Ok(Self {
            directory: directory.to_owned(),
            plan,
            environment,
            facts,
            processes,
            events,
            second_opinions,
            timelines,
        })
    }

    /// Why it is not complete, where it was not brought to its end: `it was interrupted`.
    pub fn unfinished(&self) -> Option<&'static str> {
        let turn = |timed: &&TimedEvent| {
            matches!(timed.event, Event::Began { .. } | Event::Interrupted | Event::Finished)
        };
        match self.events.iter().rev().find(turn).map(|timed| &timed.event) {
            Some(Event::Finished) => None,
            Some(Event::Interrupted) => Some("it was interrupted"),
            _ => Some("it has not finished"),
        }
    }

    /// The facts that a process reported.
    pub fn facts_of(&self, process: &Process) -> Option<&Facts> {
        self.facts.get(process.facts? as usize)
    }
}

/// Where a file of a run is when it is compressed.
pub fn compressed(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(COMPRESSED);
    name.into()
}

/// The name of a file of a run as it is in the directory.
fn as_it_is_there(directory: &Path, file: &str) -> String {
    let packed = compressed(&directory.join(file)).exists() && !directory.join(file).exists();
    format!("{file}{}", if packed { COMPRESSED } else { "" })
}

/// Reads a file as it is, or else compressed.
fn read(path: &Path) -> Result<Vec<u8>, RunErrorKind> {
    let packed = compressed(path);
    for file in [path, &packed] {
        // A pipe would never end, nor would some devices.
        if file.metadata().is_ok_and(|file| !file.is_file()) {
            return Err(std::io::Error::other("it is no regular file").into());
        }
    }
    match (path.exists(), packed.exists()) {
        (true, true) => Err(RunErrorKind::Both),
        (false, true) => {
            let mut bytes = Vec::new();
            // A file may have been compressed in several parts.
            MultiGzDecoder::new(File::open(&packed)?).read_to_end(&mut bytes).map_err(|error| {
                std::io::Error::new(error.kind(), format!("not what gzip wrote, or a part of it: {error}"))
            })?;
            Ok(bytes)
        }
        (_, false) => Ok(std::fs::read(path)?),
    }
}

#[derive(Deserialize)]
struct Versioned {
    schema: u64,
}

/// Reads `plan.json` or `environment.json`, version first, so that an old file is refused by its version.
pub fn read_document<T: DeserializeOwned>(path: &Path) -> Result<T, RunErrorKind> {
    let text = read(path)?;
    let Versioned { schema } = serde_json::from_slice(&text)?;
    if schema != u64::from(SCHEMA) {
        return Err(RunErrorKind::Schema { found: schema });
    }
    Ok(serde_json::from_slice(&text)?)
}

/// Reads JSON Lines; also says how many bytes are whole lines. Only the last line may be torn.
pub fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<(Vec<T>, u64), RunErrorKind> {
    let bytes = match read(path) {
        // A run that was killed before its first process has not made the file yet.
        Err(RunErrorKind::Read(error)) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        read => read?,
    };
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
    let lines = bytes[..whole].split_inclusive(|&byte| byte == b'\n').enumerate();
    let parse = |(index, line)| {
        serde_json::from_slice(line).map_err(|error| RunErrorKind::Line { line: index + 1, error })
    };
    Ok((lines.map(parse).collect::<Result<_, _>>()?, whole as u64))
}

/// The numbers of so many things.
fn below(count: usize) -> String {
    match count.checked_sub(1) {
        Some(last) => format!("one from 0 to {last}"),
        None => "none".to_owned(),
    }
}

/// Every case that an event names is in the plan.
fn check_events(events: &[TimedEvent], cases: usize) -> Result<(), RunErrorKind> {
    for (event, line) in events.iter().zip(1..) {
        let (Event::ServerMeasured { case, .. } | Event::Ended { case, .. }) = event.event else { continue };
        if case as usize >= cases {
            return Err(RunErrorKind::Dangling { line, what: "case", number: case, expected: below(cases) });
        }
    }
    Ok(())
}

/// A case is known by its id.
fn check_ids(plan: &Plan) -> Result<(), RunErrorKind> {
    let mut seen = BTreeSet::new();
    let again = plan.cases.iter().find(|case| !seen.insert(&case.id));
    again.map_or(Ok(()), |case| Err(RunErrorKind::SameId { id: case.id.clone() }))
}

/// Every case that is to be watched is in the plan.
fn check_watched(plan: &Plan) -> Result<(), RunErrorKind> {
    let cases = plan.cases.len();
    let missing = plan.timelines.iter().find(|number| **number as usize >= cases);
    missing.map_or(Ok(()), |&number| Err(RunErrorKind::Watched { number, expected: below(cases) }))
}

/// Every case that was watched is in the plan, and was watched once.
fn check_timelines(timelines: &[Timeline], cases: usize) -> Result<(), RunErrorKind> {
    let mut seen = BTreeMap::new();
    for (timeline, line) in timelines.iter().zip(1..) {
        let number = timeline.case;
        if number as usize >= cases {
            return Err(RunErrorKind::Dangling { line, what: "case", number, expected: below(cases) });
        }
        if let Some(first) = seen.insert(number, line) {
            return Err(RunErrorKind::Twice { line, first, process: format!("case {number}") });
        }
    }
    Ok(())
}

/// Every process of a case that ended is there: the pilot if it had one, and as many rounds as the event says.
fn check_complete(processes: &[Process], events: &[TimedEvent]) -> Result<(), RunErrorKind> {
    let mut recorded: BTreeMap<u32, usize> = BTreeMap::new();
    for process in processes {
        *recorded.entry(process.case).or_default() += 1;
    }
    for (event, line) in events.iter().zip(1..) {
        let Event::Ended { case, rounds, reason, .. } = event.event else { continue };
        if processes.is_empty() {
            return Err(RunErrorKind::Lost);
        }
        let found = recorded.get(&case).copied().unwrap_or(0);
        // What its interpreter's start-up alone made too slow had no pilot.
        let expected = rounds as usize + usize::from(reason != StopReason::TooSlow);
        if found < expected {
            return Err(RunErrorKind::Incomplete { line, case, found, expected });
        }
    }
    Ok(())
}

/// Reads the second opinions, where there are any.
fn read_opinions(path: &Path, cases: usize) -> Result<Vec<SecondOpinion>, RunErrorKind> {
    let text = match read(path) {
        Err(RunErrorKind::Read(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Vec::new());
        }
        read => read?,
    };
    let text = String::from_utf8_lossy(&text);
    let opinions: Vec<SecondOpinion> = serde_json::from_str(&text)?;
    // Each object has the key once, on a line of its own as we write it.
    let lines = (1..).zip(text.lines()).filter(|(_, line)| line.contains("\"case\":")).map(|(line, _)| line);
    for (opinion, line) in opinions.iter().zip(lines.chain(std::iter::repeat(1))) {
        if opinion.case as usize >= cases {
            return Err(RunErrorKind::Dangling {
                line,
                what: "case",
                number: opinion.case,
                expected: below(cases),
            });
        }
    }
    Ok(opinions)
}

fn sort_lines(lines: Vec<Line>, plan: &Plan) -> Result<(Vec<Facts>, Vec<Process>), RunErrorKind> {
    let cases = plan.cases.len();
    let rounds = plan.profile.rounds.most;
    let (mut facts, mut processes) = (Vec::new(), Vec::new());
    let mut seen = BTreeMap::new();
    for (index, line) in lines.into_iter().enumerate() {
        let line_number = index + 1;
        let dangling =
            |what, number, expected| RunErrorKind::Dangling { line: line_number, what, number, expected };
        match line {
            Line::Facts(line) if line.id as usize == facts.len() => facts.push(line.facts),
            Line::Facts(line) => {
                return Err(dangling("facts", line.id, format!("{}, the next", facts.len())));
            }
            Line::Process(process) => {
                if process.case as usize >= cases {
                    return Err(dangling("case", process.case, below(cases)));
                }
                if let Some(round) = process.round.filter(|round| *round >= rounds) {
                    return Err(dangling("round", round, below(rounds as usize)));
                }
                if let Some(number) = process.facts.filter(|number| *number as usize >= facts.len()) {
                    return Err(dangling("facts", number, below(facts.len())));
                }
                if let Some(first) = seen.insert((process.case, process.round), line_number) {
                    let round =
                        process.round.map_or("the pilot".to_owned(), |round| format!("round {round}"));
                    let process = format!("{round} of case {}", process.case);
                    return Err(RunErrorKind::Twice { line: line_number, first, process });
                }
                processes.push(process);
            }
        }
    }
    Ok((facts, processes))
}
