//! The worker protocol: one request on stdin, JSON Lines on stdout. `docs/protocol.md` is its description.
//!
//! Parsing is strict: an unknown field, an unknown message, half a line or a message out of order is an
//! error that names the line. A worker that is slightly wrong would otherwise be slightly wrong for years.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::condition::{Conditions, Omp};
use crate::facts::Facts;
use crate::sample::Iteration;
use crate::workload::{Digest, Parameter};
use crate::{Name, Nanoseconds, StartMethod};

/// The protocol's version, in every message.
pub const PROTOCOL: u32 = 1;

/// What a worker is asked to do: the whole of its stdin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// The workload.
    pub workload: Name,
    /// The strategy.
    pub strategy: Name,
    /// The name of the size.
    pub size: Name,
    /// The size's parameters.
    pub parameters: BTreeMap<Name, Parameter>,
    /// Threads, processes or tasks that work at once.
    pub workers: u32,
    /// How to start processes; `null` leaves the interpreter's default.
    pub start_method: Option<StartMethod>,
    /// Library threads, already set in the environment; `null` leaves each library's default.
    pub omp: Option<u32>,
    /// Address of the workload's server, `http://127.0.0.1:PORT`.
    pub server: Option<String>,
    /// Iterations to run, warm-up included.
    pub iterations: u32,
    /// The first so many iterations are warm-up.
    pub warmup: u32,
    /// When this much time has passed since the first iteration began, no further iteration begins; `null` for no limit.
    pub time_limit_ns: Option<Nanoseconds>,
    /// The time limit holds only once this many iterations are done.
    pub least_iterations: u32,
    /// Packages whose versions the facts should tell.
    pub packages: Vec<String>,
}

impl Request {
    /// A request for one case; the caller sets the number of iterations.
    pub fn new(
        workload: Name,
        strategy: Name,
        conditions: &Conditions,
        parameters: BTreeMap<Name, Parameter>,
    ) -> Self {
        Self {
            protocol: PROTOCOL,
            workload,
            strategy,
            size: conditions.size.clone(),
            parameters,
            workers: conditions.workers,
            start_method: conditions.start_method,
            omp: match conditions.omp {
                Omp::Default => None,
                Omp::Threads(threads) => Some(threads.get()),
            },
            server: None,
            iterations: 1,
            warmup: 0,
            time_limit_ns: None,
            least_iterations: 1,
            packages: Vec::new(),
        }
    }
}

/// A line of a worker's answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The worker is ready; always first.
    Hello {
        /// The workload that it answers for.
        workload: Name,
        /// The strategy that it answers for, whether it knows it or not.
        strategy: Name,
        /// What it says of itself.
        facts: Box<Facts>,
    },
    /// One iteration is done.
    Iteration {
        /// Its number, from 0.
        index: u32,
        /// SHA-256 of its answer.
        digest: Digest,
        /// What was measured.
        iteration: Iteration,
    },
    /// The worker cannot run this case; ends the answer.
    Unsupported {
        /// Why.
        reason: String,
    },
    /// Something went wrong; ends the answer.
    Failed {
        /// The error's type.
        error: String,
        /// Its text.
        message: String,
        /// Where it happened.
        traceback: Option<String>,
    },
    /// All is done; ends the answer.
    Done,
}

#[derive(Deserialize)]
struct Head {
    protocol: u32,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireHello {
    protocol: u32,
    #[serde(rename = "type")]
    kind: String,
    workload: Name,
    strategy: Name,
    facts: Facts,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireIteration {
    protocol: u32,
    #[serde(rename = "type")]
    kind: String,
    index: u32,
    warmup: bool,
    wall_ns: Nanoseconds,
    user_ns: Option<Nanoseconds>,
    system_ns: Option<Nanoseconds>,
    voluntary_switches: Option<u64>,
    involuntary_switches: Option<u64>,
    digest: Digest,
    phases: BTreeMap<Name, Nanoseconds>,
    observations: BTreeMap<Name, i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireUnsupported {
    protocol: u32,
    #[serde(rename = "type")]
    kind: String,
    reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireFailed {
    protocol: u32,
    #[serde(rename = "type")]
    kind: String,
    error: String,
    message: String,
    traceback: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireDone {
    protocol: u32,
    #[serde(rename = "type")]
    kind: String,
}

/// What is wrong with one line.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// Not JSON, or not of the message's shape.
    #[error("{0}")]
    Shape(#[from] serde_json::Error),
    /// Another version of the protocol.
    #[error("`protocol` is {0}, expected {PROTOCOL}")]
    Version(u32),
    /// An unknown type of message.
    #[error("unknown message type `{0}`, expected `hello`, `iteration`, `unsupported`, `failed` or `done`")]
    Type(String),
}

impl Message {
    /// Reads one line.
    pub fn parse(line: &str) -> Result<Self, MessageError> {
        let head: Head = serde_json::from_str(line)?;
        if head.protocol != PROTOCOL {
            return Err(MessageError::Version(head.protocol));
        }
        Ok(match head.kind.as_str() {
            "hello" => {
                let wire: WireHello = serde_json::from_str(line)?;
                Self::Hello { workload: wire.workload, strategy: wire.strategy, facts: Box::new(wire.facts) }
            }
            "iteration" => {
                let wire: WireIteration = serde_json::from_str(line)?;
                Self::Iteration {
                    index: wire.index,
                    digest: wire.digest,
                    iteration: Iteration {
                        warmup: wire.warmup,
                        wall_ns: wire.wall_ns,
                        user_ns: wire.user_ns,
                        system_ns: wire.system_ns,
                        voluntary_switches: wire.voluntary_switches,
                        involuntary_switches: wire.involuntary_switches,
                        phases: wire.phases,
                        observations: wire.observations,
                    },
                }
            }
            "unsupported" => {
                Self::Unsupported { reason: serde_json::from_str::<WireUnsupported>(line)?.reason }
            }
            "failed" => {
                let wire: WireFailed = serde_json::from_str(line)?;
                Self::Failed { error: wire.error, message: wire.message, traceback: wire.traceback }
            }
            "done" => {
                serde_json::from_str::<WireDone>(line)?;
                Self::Done
            }
            _ => return Err(MessageError::Type(head.kind)),
        })
    }

    /// Writes one line, without its end.
    pub fn to_line(&self) -> String {
        let (protocol, kind) = (PROTOCOL, |kind: &str| kind.to_owned());
        let line = match self.clone() {
            Self::Hello { workload, strategy, facts } => serde_json::to_string(&WireHello {
                protocol,
                kind: kind("hello"),
                workload,
                strategy,
                facts: *facts,
            }),
            Self::Iteration { index, digest, iteration } => serde_json::to_string(&WireIteration {
                protocol,
                kind: kind("iteration"),
                index,
                warmup: iteration.warmup,
                wall_ns: iteration.wall_ns,
                user_ns: iteration.user_ns,
                system_ns: iteration.system_ns,
                voluntary_switches: iteration.voluntary_switches,
                involuntary_switches: iteration.involuntary_switches,
                digest,
                phases: iteration.phases,
                observations: iteration.observations,
            }),
            Self::Unsupported { reason } => {
                serde_json::to_string(&WireUnsupported { protocol, kind: kind("unsupported"), reason })
            }
            Self::Failed { error, message, traceback } => serde_json::to_string(&WireFailed {
                protocol,
                kind: kind("failed"),
                error,
                message,
                traceback,
            }),
            Self::Done => serde_json::to_string(&WireDone { protocol, kind: kind("done") }),
        };
        line.expect("messages hold only strings, numbers and maps with text keys")
    }
}

/// A worker's whole answer to one request, read line by line.
#[derive(Debug)]
pub struct Transcript {
    /// From `hello`.
    pub facts: Option<Facts>,
    /// In order.
    pub iterations: Vec<Iteration>,
    /// In the same order.
    pub digests: Vec<Digest>,
    /// The last message.
    pub end: Option<End>,
    workload: Name,
    strategy: Name,
    lines: usize,
}

/// How a worker ended its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With `done`.
    Done,
    /// With `unsupported`.
    Unsupported {
        /// Why.
        reason: String,
    },
    /// With `failed`.
    Failed {
        /// The error's type.
        error: String,
        /// Its text.
        message: String,
        /// Where it happened.
        traceback: Option<String>,
    },
}

/// What is wrong with an answer, and on which line.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the answer: {kind}{}", shown(.text))]
pub struct TranscriptError {
    /// The line, from 1.
    pub line: usize,
    /// Its beginning.
    pub text: String,
    /// What is wrong.
    pub kind: TranscriptErrorKind,
}

fn shown(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": `{text}`") }
}

/// What is wrong with a line of an answer.
#[derive(Debug, thiserror::Error)]
pub enum TranscriptErrorKind {
    /// The line itself.
    #[error("{0}")]
    Message(#[from] MessageError),
    /// A line that does not end.
    #[error("half a line: it does not end in a newline")]
    HalfLine,
    /// Not UTF-8.
    #[error("not UTF-8")]
    Encoding,
    /// The first message is something else.
    #[error("expected `hello` first")]
    NoHello,
    /// A second `hello`.
    #[error("a second `hello`")]
    SecondHello,
    /// A `hello` for another case than the request's. The digest would not tell: many workloads share one.
    #[error("answers for `{found}`, asked for `{asked}`")]
    AnotherCase {
        /// Workload and strategy of the request.
        asked: String,
        /// Those of the worker.
        found: String,
    },
    /// An iteration out of order.
    #[error("iteration {found}, expected iteration {expected}")]
    Order {
        /// The index that was expected.
        expected: u32,
        /// The index that came.
        found: u32,
    },
    /// More text after the end.
    #[error("a message after the end of the answer")]
    AfterEnd,
    /// `done` without any iteration.
    #[error("`done` without an iteration")]
    NoIteration,
}

impl Transcript {
    /// The transcript of the answer to a request, before its first line.
    pub fn new(request: &Request) -> Self {
        Self {
            facts: None,
            iterations: Vec::new(),
            digests: Vec::new(),
            end: None,
            workload: request.workload.clone(),
            strategy: request.strategy.clone(),
            lines: 0,
        }
    }

    /// Takes the next line, with its newline. What follows a line with an error can be taken too.
    pub fn push(&mut self, line: &[u8]) -> Result<(), TranscriptError> {
        self.lines += 1;
        self.take(line).map_err(|kind| {
            /// Enough to recognise the line, little enough for a table.
            const SHOWN: usize = 120;
            let text = String::from_utf8_lossy(line);
            TranscriptError { line: self.lines, text: text.trim_end().chars().take(SHOWN).collect(), kind }
        })
    }

    fn take(&mut self, line: &[u8]) -> Result<(), TranscriptErrorKind> {
        let line = line.strip_suffix(b"\n").ok_or(TranscriptErrorKind::HalfLine)?;
        let line = std::str::from_utf8(line).map_err(|_| TranscriptErrorKind::Encoding)?;
        if self.end.is_some() {
            return Err(TranscriptErrorKind::AfterEnd);
        }
        let message = Message::parse(line)?;
        // A worker that cannot even read its request may fail before it says hello.
        if self.facts.is_none() && !matches!(message, Message::Hello { .. } | Message::Failed { .. }) {
            return Err(TranscriptErrorKind::NoHello);
        }
        match message {
            Message::Hello { .. } if self.facts.is_some() => {
                return Err(TranscriptErrorKind::SecondHello);
            }
            Message::Hello { workload, strategy, facts } => {
                self.facts = Some(*facts);
                if (&workload, &strategy) != (&self.workload, &self.strategy) {
                    return Err(TranscriptErrorKind::AnotherCase {
                        asked: format!("{}/{}", self.workload, self.strategy),
                        found: format!("{workload}/{strategy}"),
                    });
                }
            }
            Message::Iteration { index, digest, iteration } => {
                let expected = u32::try_from(self.iterations.len()).unwrap_or(u32::MAX);
                if index != expected {
                    return Err(TranscriptErrorKind::Order { expected, found: index });
                }
                self.iterations.push(iteration);
                self.digests.push(digest);
            }
            Message::Unsupported { reason } => self.end = Some(End::Unsupported { reason }),
            Message::Failed { error, message, traceback } => {
                self.end = Some(End::Failed { error, message, traceback });
            }
            Message::Done if self.iterations.is_empty() => {
                return Err(TranscriptErrorKind::NoIteration);
            }
            Message::Done => self.end = Some(End::Done),
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::facts::{Allocator, Build, ClockFacts, CpuFacts, GilFacts};

    pub(crate) fn facts() -> Facts {
        Facts {
            implementation: "cpython".into(),
            version: "3.12.1".into(),
            version_text: "3.12.1 (main)".into(),
            executable: None,
            platform: None,
            build: Build::default(),
            gil: GilFacts { built: Some(true), ..GilFacts::default() },
            jit: None,
            jit_available: None,
            allocator: Allocator::default(),
            start_method: None,
            start_methods: None,
            cpus: CpuFacts::default(),
            clock: ClockFacts::default(),
            packages: vec![],
            imports: None,
            blas: None,
        }
    }

    fn request() -> Request {
        let name = |text: &str| text.parse::<Name>().unwrap();
        let conditions = Conditions::neutral(name("default"));
        Request::new(name("sum-squares"), name("sequential"), &conditions, BTreeMap::new())
    }

    fn hello_for(workload: &str, strategy: &str) -> Message {
        Message::Hello {
            workload: workload.parse().unwrap(),
            strategy: strategy.parse().unwrap(),
            facts: Box::new(facts()),
        }
    }

    fn hello() -> Message {
        hello_for("sum-squares", "sequential")
    }

    fn iteration(index: u32) -> Message {
        let iteration = Iteration {
            warmup: false,
            wall_ns: Nanoseconds(5),
            user_ns: None,
            system_ns: None,
            voluntary_switches: None,
            involuntary_switches: None,
            phases: BTreeMap::new(),
            observations: BTreeMap::new(),
        };
        Message::Iteration { index, digest: "0".repeat(64).try_into().unwrap(), iteration }
    }

    fn read(messages: &[Message]) -> Result<Transcript, TranscriptError> {
        let mut transcript = Transcript::new(&request());
        for message in messages {
            transcript.push(format!("{}\n", message.to_line()).as_bytes())?;
        }
        Ok(transcript)
    }

    #[test]
    fn messages_survive_a_round_trip() {
        for message in [
            hello(),
            iteration(3),
            Message::Unsupported { reason: "no `fork`".into() },
            Message::Failed { error: "ValueError".into(), message: "é \"".into(), traceback: None },
            Message::Done,
        ] {
            assert_eq!(Message::parse(&message.to_line()).unwrap(), message);
        }
    }

    #[test]
    fn an_answer_is_hello_iterations_end() {
        let transcript = read(&[hello(), iteration(0), iteration(1), Message::Done]).unwrap();
        assert_eq!(transcript.iterations.len(), 2);
        assert_eq!(transcript.end, Some(End::Done));

        let error = |messages: &[Message]| read(messages).unwrap_err().to_string();
        assert!(error(&[iteration(0)]).contains("expected `hello` first"));
        assert!(error(&[hello(), hello()]).contains("second `hello`"));
        assert!(error(&[hello(), iteration(1)]).contains("expected iteration 0"));
        assert!(error(&[hello(), Message::Done]).contains("without an iteration"));
        assert!(error(&[hello(), iteration(0), Message::Done, Message::Done]).contains("after the end"));
    }

    #[test]
    fn an_answer_for_another_case_is_an_error_that_names_both() {
        let error = |workload, strategy| read(&[hello_for(workload, strategy)]).unwrap_err().to_string();
        let strategy = error("sum-squares", "threads");
        let expected = "answers for `sum-squares/threads`, asked for `sum-squares/sequential`";
        assert!(strategy.starts_with(&format!("line 1 of the answer: {expected}")), "{strategy}");
        let workload = error("matmul", "sequential");
        assert!(workload.contains("answers for `matmul/sequential`"), "{workload}");
    }

    #[test]
    fn hello_says_which_case_it_is_for() {
        let facts = serde_json::to_string(&facts()).unwrap();
        let error = |case: &str| {
            let line = format!("{{\"protocol\":1,\"type\":\"hello\",{case}\"facts\":{facts}}}");
            Message::parse(&line).unwrap_err().to_string()
        };
        let (workload, strategy) = ("\"workload\":\"sleepers\",", "\"strategy\":\"threads\",");
        assert!(error(strategy).contains("missing field `workload`"));
        assert!(error(workload).contains("missing field `strategy`"));
        let more = error(&format!("{workload}{strategy}\"size\":\"default\","));
        assert!(more.contains("unknown field `size`"), "{more}");
    }

    #[test]
    fn errors_name_the_line_and_what_stands_there() {
        let mut transcript = Transcript::new(&request());
        transcript.push(format!("{}\n", hello().to_line()).as_bytes()).unwrap();
        let error = transcript.push(b"Segmentation fault\n").unwrap_err().to_string();
        assert!(
            error.starts_with("line 2 of the answer") && error.ends_with("`Segmentation fault`"),
            "{error}"
        );
        assert!(transcript.push(b"{\"protocol\":1").unwrap_err().to_string().contains("half a line"));
        assert!(transcript.push(b"\xff\n").unwrap_err().to_string().contains("not UTF-8"));
        let unknown =
            transcript.push(b"{\"protocol\":1,\"type\":\"done\",\"extra\":1}\n").unwrap_err().to_string();
        assert!(unknown.contains("unknown field `extra`"), "{unknown}");
        let version = transcript.push(b"{\"protocol\":2,\"type\":\"done\"}\n").unwrap_err().to_string();
        assert!(version.contains("`protocol` is 2, expected 1"), "{version}");
    }
}
