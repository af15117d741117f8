//! `gilbench protocol check`: tests anybody's worker against the protocol.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use gilbench_model::catalog::Catalog;
use gilbench_model::condition::DEFAULT_SIZE;
use gilbench_model::data_file::known_words;
use gilbench_model::protocol::{End, Request, Transcript, TranscriptErrorKind};
use gilbench_model::workload::Digest;
use gilbench_model::{Conditions, Name, Nanoseconds};
use gilbench_runner::launcher::{Ended, Input, Launch, Launcher, Output, Stream};
use gilbench_runner::probe::PATIENCE;
use gilbench_runner::worker::base_environment;

use crate::cli::{Common, ProtocolCheck};
use crate::exit::{FAILURE, UsageError};
use crate::{data, output};

/// A worker that takes longer for a small request is not usable.
const LIMIT: Duration = Duration::from_mins(1);

/// No worker needs to answer more to a small request.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// What came of one request.
struct Answer {
    transcript: Transcript,
    error: Option<String>,
    /// What it wrote to stderr.
    errors: Vec<u8>,
    /// What is wrong with the case that it answers for. Kept apart, for it says nothing of the other checks.
    another_case: Option<String>,
    exit_code: Option<i32>,
    timed_out: bool,
}

struct Checker<'a> {
    launcher: Launcher,
    command: Vec<String>,
    environment: Vec<(String, String)>,
    request: &'a Request,
    digest: &'a Digest,
    failed: u32,
    passed: u32,
    not_reached: u32,
}

/// What came of one check.
enum Verdict {
    Passed,
    Failed(String),
    /// What it is about did not come, so nothing can be said.
    NotReached,
}

/// Sends a few requests and judges the answers.
pub(super) fn check(common: &Common, arguments: &ProtocolCheck) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    let (request, digest) = request(&catalog, arguments)?;
    let gilbench = std::env::current_exe()?.to_string_lossy().into_owned();
    let mut command = arguments.command.clone();
    if let Some(program) = command.first_mut() {
        *program = resolve(program)?;
    }
    let mut checker = Checker {
        launcher: Launcher::start(&[gilbench, "launcher".to_owned()])?,
        command,
        environment: base_environment(&catalog.root),
        request: &request,
        digest: &digest,
        failed: 0,
        passed: 0,
        not_reached: 0,
    };
    checker.ordinary()?;
    checker.time_limit()?;
    checker.unknown_strategy()?;
    checker.broken_request()?;
    let not_reached = match checker.not_reached {
        0 => String::new(),
        number => format!(", {number} not reached"),
    };
    output::line(&format!("{} passed, {} failed{not_reached}", checker.passed, checker.failed))?;
    Ok(ExitCode::from(if checker.failed == 0 { 0 } else { FAILURE }))
}

fn request(catalog: &Catalog, arguments: &ProtocolCheck) -> anyhow::Result<(Request, Digest)> {
    let workload = among("workload", &catalog.workloads, &arguments.workload)?;
    among("strategy", &workload.strategies, &arguments.strategy)?;
    let sizes = &workload.sizes;
    let small = ["small", DEFAULT_SIZE].into_iter().find_map(|name| sizes.get_key_value(name));
    let size_name = arguments.size.as_ref().or(small.map(|(name, _)| name));
    let size_name = size_name.expect("every workload has the default size");
    let size = among("size", sizes, size_name)?;
    if workload.server.is_some() {
        return Err(UsageError::new(
            format!("`{}` needs a server", workload.name),
            "choose another workload",
        )
        .into());
    }
    let mut conditions = Conditions::neutral(size_name.clone());
    conditions.workers = 2;
    let parameters = size.parameters.clone();
    let request = Request::new(workload.name.clone(), arguments.strategy.clone(), &conditions, parameters);
    Ok((request, size.digest.clone()))
}

/// The one of this name, or an error that names those that there are.
fn among<'a, T>(what: &str, known: &'a BTreeMap<Name, T>, name: &Name) -> Result<&'a T, UsageError> {
    known.get(name).ok_or_else(|| {
        let hint = known_words(name.as_str(), known.keys().map(Name::as_str));
        UsageError::new(format!("no {what} `{name}`"), hint)
    })
}

/// The absolute path of a program.
fn resolve(program: &str) -> anyhow::Result<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = if program.contains('/') {
        Some(std::path::absolute(program)?)
    } else {
        std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
    };
    let found = found.filter(|path| path.is_file()).ok_or_else(|| {
        UsageError::new(format!("no program `{program}`"), "name the worker's command after `--`")
    })?;
    Ok(found.to_string_lossy().into_owned())
}

impl Checker<'_> {
    fn judge(&mut self, what: &str, verdict: Verdict) -> output::Result {
        match verdict {
            Verdict::Passed => {
                self.passed += 1;
                output::line(&format!("ok    {what}"))
            }
            Verdict::Failed(why) => {
                self.failed += 1;
                output::line(&format!("FAIL  {what}: {why}"))
            }
            Verdict::NotReached => {
                self.not_reached += 1;
                output::line(&format!("—     {what}: not reached"))
            }
        }
    }

    /// Sends a request, and says what we wait for when the answer takes long.
    fn send(&mut self, asked: &str, request: &Request, input: Vec<u8>) -> anyhow::Result<Answer> {
        let launch = Launch {
            command: self.command.clone(),
            environment: self.environment.clone(),
            folder: crate::here::folder()?.to_string_lossy().into_owned(),
            cpus: Vec::new(),
            limit: LIMIT,
            sample_memory: false,
            count_threads: false,
            input: Input::Bytes(input),
            output: Output::Collected,
        };
        let (mut transcript, mut rest, mut errors) = (Transcript::new(request), Vec::new(), Vec::new());
        let (mut error, mut another_case) = (None, None);
        let take = |line: &[u8]| {
            let Err(problem) = transcript.push(line) else { return };
            if matches!(problem.kind, TranscriptErrorKind::AnotherCase { .. }) {
                another_case = Some(problem.kind.to_string());
            } else if error.is_none() {
                error = Some(problem.to_string());
            }
        };
        let (begun, mut told) = (Instant::now(), false);
        let ended = self.launcher.launch(launch)?.wait(
            |stream, bytes| {
                let said = if stream == Stream::Output { &mut rest } else { &mut errors };
                said.extend_from_slice(bytes);
                rest.len().max(errors.len()) <= LONGEST_ANSWER
            },
            || {
                if !told && begun.elapsed() >= PATIENCE {
                    told = true;
                    let limit = LIMIT.as_secs();
                    output::note(&format!("still waiting for the answer to {asked}, for at most {limit} s"));
                }
                true
            },
        )?;
        if rest.len() > LONGEST_ANSWER {
            error = Some("more than 1 MiB of answer".to_owned());
        } else {
            rest.split_inclusive(|&byte| byte == b'\n').for_each(take);
        }
        match ended {
            Ended::NotStarted { reason } => {
                Err(UsageError::new(reason, "name the worker's command after `--`").into())
            }
            Ended::Tree { tree, timed_out, .. } => {
                Ok(Answer { transcript, error, errors, another_case, exit_code: tree.exit_code, timed_out })
            }
        }
    }

    fn ask(&mut self, asked: &str, change: impl FnOnce(&mut Request)) -> anyhow::Result<Answer> {
        let mut request = self.request.clone();
        change(&mut request);
        self.send(asked, &request, serde_json::to_vec(&request)?)
    }

    fn ordinary(&mut self) -> anyhow::Result<()> {
        let answer =
            self.ask("an ordinary request", |request| (request.iterations, request.warmup) = (3, 1))?;
        let transcript = &answer.transcript;
        let hello = transcript.facts.is_some();
        let count = transcript.iterations.len();
        let warmup: Vec<bool> = transcript.iterations.iter().map(|iteration| iteration.warmup).collect();
        let zero = transcript.iterations.iter().any(|iteration| iteration.wall_ns == Nanoseconds(0));
        let wrong = transcript.digests.iter().find(|digest| *digest != self.digest);
        let expected = self.digest.as_str();
        let right = match wrong {
            Some(found) => Verdict::Failed(format!("digest {}, expected {expected}", found.as_str())),
            None => Verdict::Passed,
        };
        let messages = match &answer.error {
            Some(error) => Verdict::Failed(error.clone()),
            None => require(answer.said_something(), || match answer.last_words() {
                Some(words) => format!("no message, and on stderr: {words}"),
                None => "no message".to_owned(),
            }),
        };
        self.judge("answers with messages only", messages)?;
        self.judge("says hello with facts", require(hello, || "no `hello`".to_owned()))?;
        self.judge("answers for the case that was asked for", answer.case().after(hello))?;
        self.judge(
            "runs as many iterations as asked",
            require(count == 3, || format!("{count}, expected 3")),
        )?;
        let marked =
            require(warmup == [true, false, false], || format!("{warmup:?}, expected the first of three"));
        self.judge("marks the first iterations as warm-up", marked.after(count > 0))?;
        let timed = require(!zero, || "a wall time of 0 ns".to_owned());
        self.judge("measures a time", timed.after(count > 0))?;
        self.judge("answers right", right.after(count > 0))?;
        let done = transcript.end == Some(End::Done);
        self.judge("ends with `done`", require(done, || answer.how_it_ended()))?;
        self.judge("exits with 0", require(answer.exit_code == Some(0), || answer.exit()))?;
        Ok(())
    }

    fn time_limit(&mut self) -> anyhow::Result<()> {
        let answer = self.ask("a request with a time limit", |request| {
            (request.iterations, request.least_iterations) = (50, 2);
            request.time_limit_ns = Some(Nanoseconds(1));
        })?;
        let count = answer.transcript.iterations.len();
        let verdict = require(count == 2, || format!("{count} iterations, expected 2"));
        self.judge("stops at the time limit, after the least iterations", verdict.after(count > 0))?;
        Ok(())
    }

    fn unknown_strategy(&mut self) -> anyhow::Result<()> {
        let unknown = "no-such-strategy".parse().map_err(anyhow::Error::new)?;
        let answer = self.ask("an unknown strategy", |request| request.strategy = unknown)?;
        let unsupported = matches!(answer.transcript.end, Some(End::Unsupported { .. }));
        let says = require(unsupported, || answer.how_it_ended());
        self.judge("says `unsupported` to an unknown strategy", says)?;
        let hello = answer.transcript.facts.is_some();
        self.judge("answers for the unknown strategy then", answer.case().after(hello))?;
        let exits = require(answer.exit_code == Some(0), || answer.exit());
        self.judge("exits with 0 then", exits.after(unsupported))?;
        Ok(())
    }

    fn broken_request(&mut self) -> anyhow::Result<()> {
        let mut half = serde_json::to_vec(self.request)?;
        half.truncate(half.len() / 2);
        let answer = self.send("half a request", self.request, half)?;
        let failed = matches!(answer.transcript.end, Some(End::Failed { .. }));
        let says = require(failed, || answer.how_it_ended());
        self.judge("says `failed` to half a request", says)?;
        let not_zero = !answer.timed_out && answer.exit_code != Some(0);
        let exits = require(not_zero, || answer.exit());
        self.judge("exits with another code than 0 then", exits.after(failed))?;
        Ok(())
    }
}

impl Answer {
    fn said_something(&self) -> bool {
        let transcript = &self.transcript;
        transcript.facts.is_some() || !transcript.iterations.is_empty() || transcript.end.is_some()
    }

    /// Whether it is for the case that was asked for.
    fn case(&self) -> Verdict {
        self.another_case.clone().map_or(Verdict::Passed, Verdict::Failed)
    }

    /// The last message, where there is one.
    fn how_it_ended(&self) -> String {
        match &self.transcript.end {
            Some(End::Failed { error, message, .. }) => format!("failed: {error}: {message}"),
            Some(End::Unsupported { reason }) => format!("unsupported: {reason}"),
            Some(End::Done) => "done".to_owned(),
            None => format!("no such message, {}", self.exit()),
        }
    }

    /// The last line that the worker wrote to stderr.
    fn last_words(&self) -> Option<String> {
        let errors = String::from_utf8_lossy(&self.errors);
        errors.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
    }

    fn exit(&self) -> String {
        match self.exit_code {
            _ if self.timed_out => format!("killed after {} s", LIMIT.as_secs()),
            Some(code) => format!("exit code {code}"),
            None => "ended by a signal".to_owned(),
        }
    }
}

impl Verdict {
    /// The same, if what it is about was reached.
    fn after(self, reached: bool) -> Self {
        if reached { self } else { Self::NotReached }
    }
}

fn require(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Verdict::Passed } else { Verdict::Failed(otherwise()) }
}
