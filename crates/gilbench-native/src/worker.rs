//! The native side of the worker protocol.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use gilbench_model::Nanoseconds;
use gilbench_model::plan::sha256;
use gilbench_model::protocol::{Message, PROTOCOL, Request};
use gilbench_model::sample::Iteration;

use crate::baseline::{Answer, PrepareError};
use crate::{baselines, usage};

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
    channel.say(&Message::Hello {
        workload: request.workload.clone(),
        strategy: request.strategy.clone(),
        facts: Box::new(crate::facts()),
    })?;
    let mut baseline = match baselines::prepare(&request) {
        Ok(baseline) => baseline,
        Err(error @ PrepareError::Unsupported(_)) => {
            channel.say(&Message::Unsupported { reason: error.to_string() })?;
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

#[cfg(test)]
mod tests {
    use gilbench_model::Conditions;
    use gilbench_model::protocol::{End, Transcript};

    use super::*;

    fn answer(request: &Request) -> Transcript {
        answer_to_text(request, &serde_json::to_string(request).unwrap())
    }

    fn answer_to_text(request: &Request, text: &str) -> Transcript {
        let mut output = Vec::new();
        run(text.as_bytes(), &mut output).unwrap();
        let mut transcript = Transcript::new(request);
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
        let digest = |strategy| answer(&request("sum-squares", strategy, &parameters)).digests;
        assert_eq!(digest("sequential"), digest("rayon"));
        assert_eq!(digest("rayon"), [sha256(b"[332833500,332833500,332833500]")]);
    }

    #[test]
    fn warmup_and_time_limit_are_kept() {
        let mut request = request("sleepers", "tokio", &[("waiters", 2), ("delay-ms", 1)]);
        (request.iterations, request.warmup) = (4, 1);
        let transcript = answer(&request);
        let warmup: Vec<bool> = transcript.iterations.iter().map(|iteration| iteration.warmup).collect();
        assert_eq!(warmup, [true, false, false, false]);
        (request.time_limit_ns, request.least_iterations) = (Some(Nanoseconds(0)), 2);
        assert_eq!(answer(&request).iterations.len(), 2);
    }

    #[test]
    fn what_it_cannot_do_it_says() {
        let unknown = request("matmul", "threads", &[]);
        let end = answer(&unknown).end;
        assert_eq!(end, Some(End::Unsupported { reason: "no native baseline for matmul/threads".into() }));
        assert!(matches!(answer_to_text(&unknown, "{\"protocol\":1").end, Some(End::Failed { .. })));
        let missing = request("sum-squares", "rayon", &[]);
        assert!(matches!(answer(&missing).end, Some(End::Failed { .. })));
    }
}
