//! The native side of the worker protocol.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use gilbench_model::Nanoseconds;
use gilbench_model::plan::sha256;
use gilbench_model::protocol::{Message, PROTOCOL, Request};
use gilbench_model::sample::Iteration;

use crate::{fetch, integer_chain, memory_copy, process_starts, sleepers, sum_squares, syscalls, usage};

/// What a baseline answers: a list of whole numbers, digested as compact JSON.
pub type Answer = Vec<u128>;

/// A baseline that is ready to be timed.
type Baseline = Box<dyn FnMut() -> Result<Answer, Box<dyn std::error::Error>>>;

/// Why there is no baseline for a request.
#[derive(Debug, thiserror::Error)]
enum PrepareError {
    #[error("no native baseline for {0}")]
    Unsupported(String),
    #[error("missing parameter `{0}`")]
    Parameter(&'static str),
    #[error("missing server")]
    Server,
    #[error(transparent)]
    Other(#[from] Box<dyn std::error::Error>),
}

/// Reads a request from `input`, runs it, and writes the answer to `output`. Says whether it went well.
pub fn run(mut input: impl Read, output: impl Write) -> io::Result<bool> {
    let mut channel = Channel(output);
    let mut text = String::new();
    let request: Request = match input
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())
        .and_then(|_| serde_json::from_str(&text).map_err(|error| error.to_string()))
    {
        Ok(request) => request,
        Err(message) => return channel.fail("BadRequest", message),
    };
    if request.protocol != PROTOCOL {
        return channel
            .fail("BadRequest", format!("`protocol` is {}, expected {PROTOCOL}", request.protocol));
    }
    channel.say(&Message::Hello(Box::new(crate::facts())))?;
    let mut baseline = match prepare(&request) {
        Ok(baseline) => baseline,
        Err(PrepareError::Unsupported(what)) => {
            channel.say(&Message::Unsupported { reason: format!("no native baseline for {what}") })?;
            return Ok(true);
        }
        Err(error) => return channel.fail("BadRequest", error.to_string()),
    };
    let begun = Instant::now();
    let limit = request.time_limit_ns.map(Duration::from);
    for index in 0..request.iterations.max(1) {
        let enough = index >= request.least_iterations.max(1);
        if enough && limit.is_some_and(|limit| begun.elapsed() >= limit) {
            break;
        }
        let before = usage::now();
        let clock = Instant::now();
        let answer = baseline();
        let wall = clock.elapsed();
        let used = usage::since(before);
        match answer {
            Err(error) => return channel.fail("Error", error.to_string()),
            Ok(answer) => channel.say(&Message::Iteration {
                index,
                digest: sha256(json(&answer).as_bytes()),
                iteration: Iteration {
                    // At least one iteration counts.
                    warmup: index < request.warmup.min(request.iterations.saturating_sub(1)),
                    wall_ns: Nanoseconds::from(wall),
                    user_ns: used.user_ns,
                    system_ns: used.system_ns,
                    voluntary_switches: used.voluntary_switches,
                    involuntary_switches: used.involuntary_switches,
                    phases: BTreeMap::new(),
                    observations: BTreeMap::new(),
                },
            })?,
        }
    }
    channel.say(&Message::Done)?;
    Ok(true)
}

struct Channel<W>(W);

impl<W: Write> Channel<W> {
    fn say(&mut self, message: &Message) -> io::Result<()> {
        writeln!(self.0, "{}", message.to_line())?;
        self.0.flush()
    }

    fn fail(&mut self, error: &str, message: String) -> io::Result<bool> {
        self.say(&Message::Failed { error: error.to_owned(), message, traceback: None })?;
        Ok(false)
    }
}

/// Compact JSON of a list of whole numbers, of any size.
fn json(answer: &Answer) -> String {
    let mut text = "[".to_owned();
    for (index, number) in answer.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{comma}{number}");
    }
    text.push(']');
    text
}

fn widen(numbers: Vec<u64>) -> Answer {
    numbers.into_iter().map(u128::from).collect()
}

/// Everything that is not to be timed: pools, runtimes, clients.
fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let parameter =
        |name: &'static str| request.parameters.get(name).copied().ok_or(PrepareError::Parameter(name));
    let other = |error: Box<dyn std::error::Error>| PrepareError::Other(error);
    Ok(match (request.workload.as_str(), request.strategy.as_str()) {
        ("sum-squares", "sequential") => {
            let (n, tasks) = (parameter("n")?, parameter("tasks")?);
            Box::new(move || Ok(sum_squares::sequential(n, tasks)))
        }
        ("sum-squares", "rayon") => {
            let (n, tasks) = (parameter("n")?, parameter("tasks")?);
            let threads = usize::try_from(request.workers).unwrap_or(1);
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .map_err(|error| other(error.into()))?;
            Box::new(move || Ok(pool.install(|| sum_squares::rayon(n, tasks))))
        }
        ("sleepers", strategy @ ("sequential" | "tokio")) => {
            let (waiters, delay) = (parameter("waiters")?, Duration::from_millis(parameter("delay-ms")?));
            if strategy == "sequential" {
                Box::new(move || Ok(widen(sleepers::sequential(waiters, delay))))
            } else {
                let runtime = runtime()?;
                Box::new(move || Ok(widen(runtime.block_on(sleepers::tokio(waiters, delay)))))
            }
        }
        ("fetch", strategy @ ("sequential" | "tokio")) => {
            let requests = parameter("requests")?;
            let server = request.server.clone().ok_or(PrepareError::Server)?;
            let client = fetch::client().map_err(|error| other(error.into()))?;
            let runtime = runtime()?;
            if strategy == "sequential" {
                Box::new(move || Ok(widen(runtime.block_on(fetch::sequential(&client, &server, requests))?)))
            } else {
                Box::new(move || Ok(widen(runtime.block_on(fetch::tokio(&client, &server, requests))?)))
            }
        }
        ("integer-chain", "sequential") => {
            let steps = parameter("steps")?;
            Box::new(move || Ok(widen(vec![integer_chain::xorshift(black_box(1), steps)])))
        }
        ("memory-copy", "sequential") => {
            let mebibytes = usize::try_from(parameter("mebibytes")?).unwrap_or(usize::MAX);
            let passes = parameter("passes")?;
            let mut blocks = memory_copy::Blocks::new(mebibytes);
            Box::new(move || Ok(widen(blocks.copy(passes))))
        }
        ("syscalls", "sequential") => {
            let calls = parameter("calls")?;
            Box::new(move || Ok(widen(vec![syscalls::sequential(calls)?])))
        }
        ("process-starts", "sequential") => {
            let processes = parameter("processes")?;
            Box::new(move || Ok(widen(process_starts::sequential(processes)?)))
        }
        (workload, strategy) => return Err(PrepareError::Unsupported(format!("{workload}/{strategy}"))),
    })
}

/// One thread, as asyncio has.
fn runtime() -> Result<tokio::runtime::Runtime, PrepareError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| PrepareError::Other(error.into()))
}

#[cfg(test)]
mod tests {
    use gilbench_model::Conditions;
    use gilbench_model::protocol::{End, Transcript};

    use super::*;

    fn answer(request: &str) -> Transcript {
        let mut output = Vec::new();
        run(request.as_bytes(), &mut output).unwrap();
        let mut transcript = Transcript::default();
        for line in output.split_inclusive(|&byte| byte == b'\n') {
            transcript.push(line).unwrap();
        }
        transcript
    }

    fn request(workload: &str, strategy: &str, parameters: &[(&str, u64)]) -> Request {
        let conditions = Conditions::neutral("default".parse().unwrap());
        let parameters = parameters.iter().map(|(name, value)| (name.parse().unwrap(), *value)).collect();
        Request::new(workload.parse().unwrap(), strategy.parse().unwrap(), &conditions, parameters)
    }

    #[test]
    fn strategies_of_one_workload_agree() {
        let parameters = [("n", 1000), ("tasks", 3)];
        let digest = |strategy| {
            let request = request("sum-squares", strategy, &parameters);
            answer(&serde_json::to_string(&request).unwrap()).digests
        };
        assert_eq!(digest("sequential"), digest("rayon"));
        assert_eq!(digest("rayon"), [sha256(b"[332833500,332833500,332833500]")]);
    }

    #[test]
    fn warmup_and_time_limit_are_kept() {
        let mut request = request("sleepers", "tokio", &[("waiters", 2), ("delay-ms", 1)]);
        (request.iterations, request.warmup) = (4, 1);
        let transcript = answer(&serde_json::to_string(&request).unwrap());
        let warmup: Vec<bool> = transcript.iterations.iter().map(|iteration| iteration.warmup).collect();
        assert_eq!(warmup, [true, false, false, false]);
        (request.time_limit_ns, request.least_iterations) = (Some(Nanoseconds(0)), 2);
        assert_eq!(answer(&serde_json::to_string(&request).unwrap()).iterations.len(), 2);
    }

    #[test]
    fn what_it_cannot_do_it_says() {
        let unknown = request("matmul", "threads", &[]);
        let end = answer(&serde_json::to_string(&unknown).unwrap()).end;
        assert_eq!(end, Some(End::Unsupported { reason: "no native baseline for matmul/threads".into() }));
        assert!(matches!(answer("{\"protocol\":1").end, Some(End::Failed { .. })));
        let missing = request("sum-squares", "rayon", &[]);
        assert!(matches!(answer(&serde_json::to_string(&missing).unwrap()).end, Some(End::Failed { .. })));
    }
}
