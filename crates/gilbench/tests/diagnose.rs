//! `gilbench diagnose` as a user meets it: with scripts that wait, read, print, fail, need a terminal, leave processes
//! behind or never end. What a script is found to be is asked only where no load of the machine can change it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Ran, Test, ran};

/// The system's Python: its tools are found, and scripts start where the test is.
fn command(test: &Test, arguments: &[&str]) -> Command {
    let mut command = test.command();
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin").arg("diagnose").args(arguments).stdin(Stdio::null());
    command
}

fn diagnose(test: &Test, script: &str, arguments: &[&str]) -> Ran {
    std::fs::write(test.path("app.py"), script).unwrap();
    let program = ["--", "python3", "app.py"];
    ran(&command(test, &[arguments, &program].concat()).output().unwrap())
}

fn json(test: &Test, script: &str, arguments: &[&str]) -> Value {
    let result = diagnose(test, script, &[arguments, &["--format=json"]].concat());
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    serde_json::from_str(&result.stdout).unwrap()
}

/// Waits one after the other, for long enough to be looked at often.
const SLEEPS: &str = "import time\nfor _ in range(4): time.sleep(0.2)\nprint('done')\n";

#[test]
fn a_script_that_sleeps_is_io_bound_and_threads_would_help() {
    let test = Test::new();
    let answer = json(&test, SLEEPS, &["--once"]);
    assert_eq!(answer["verdict"], "io-bound", "{answer:#}");
    assert_eq!(answer["remedies"][0]["remedy"], "threads");
    assert_eq!(answer["remedies"][0]["gain"]["kind"], "bounded");
    assert!(answer["remedies"][0]["gain"]["high"].as_f64().unwrap() > 1.0);
    assert_eq!(answer["facts"]["implementation"], "cpython");
    assert_eq!(answer["runs"].as_array().unwrap().len(), 1);
    for name in ["confidence", "secondary", "evidence", "missing", "tried", "lines"] {
        assert!(!answer[name].is_null(), "{name}");
    }
    let fact = &answer["evidence"][0];
    assert!(fact["fact"].is_string() && fact["value"].is_number() && fact["unit"].is_string());
    let line = answer["lines"].as_array().unwrap().iter().find(|line| line["activity"] == "waits").unwrap();
    assert!(line["file"].as_str().unwrap().ends_with("app.py") && line["line"] == 2, "{line}");
}

#[test]
fn a_screen_says_what_it_is_on_what_grounds_and_what_would_help() {
    let result = diagnose(&Test::new(), SLEEPS, &["--once"]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert!(result.stdout.starts_with("io-bound ("), "{}", result.stdout);
    assert!(result.stdout.contains("\nWhat would help:\n  1. threads: at most "), "{}", result.stdout);
    assert!(result.stdout.lines().count() <= 24, "one screen: {}", result.stdout);
    assert!(result.stderr.contains("running it once"), "{}", result.stderr);
}

#[test]
fn a_page_needs_no_other_file() {
    let result = diagnose(&Test::new(), SLEEPS, &["--once", "--format=html"]);
    assert!(result.stdout.starts_with("<!doctype html>"), "{}", result.stdout);
    assert!(result.stdout.contains("<svg") && result.stdout.contains("<h1>io-bound</h1>"));
    for link in ["src=\"", "href=\"assets", "http://", "https://"] {
        let without_names = result.stdout.replace("http://www.w3.org", "");
        assert!(!without_names.contains(link), "{link}");
    }
}

#[test]
fn a_verdict_can_fail_a_build_and_no_other_does() {
    let test = Test::new();
    assert_eq!(diagnose(&test, SLEEPS, &["--once", "--fail-on=io-bound,serial"]).code, Some(1));
    assert_eq!(diagnose(&test, SLEEPS, &["--once", "--fail-on=gil-bound"]).code, Some(0));
    let unknown = diagnose(&test, SLEEPS, &["--once", "--fail-on=gil-bond"]);
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("gil-bound"), "{}", unknown.stderr);
}

#[test]
fn a_script_does_not_notice_that_it_tells() {
    let script = "
import os, sys, threading, time
time.sleep(0.1)
assert 'PYTHONPATH' not in os.environ, os.environ['PYTHONPATH']
assert not any('gilbench' in path for path in sys.path), sys.path
assert threading.active_count() == 1 and len(threading.enumerate()) == 1
assert 'sitecustomize' not in sys.modules or 'gilbench' not in sys.modules['sitecustomize'].__file__
pid = os.fork()
if pid == 0:
    time.sleep(0.05)
    os._exit(3)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
";
    let answer = json(&Test::new(), script, &["--once"]);
    assert_eq!(answer["runs"][0]["exit_code"], 0, "{answer:#}");
    assert_eq!(answer["facts"]["processes"], 2);
}

#[test]
fn sizes_of_executors_are_among_the_facts() {
    let script = "
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
if __name__ == '__main__':
    with ThreadPoolExecutor(3) as threads, ProcessPoolExecutor(2) as processes:
        waits = [pool.submit(time.sleep, 0.1) for pool in (threads, processes) for _ in range(8)]
        for wait in waits:
            wait.result()
";
    let answer = json(&Test::new(), script, &["--once"]);
    assert_eq!(answer["facts"]["executor_workers"], serde_json::json!([3, 2]), "{answer:#}");
}

#[test]
fn a_script_that_fails_is_diagnosed_all_the_same() {
    let test = Test::new();
    let script = "import sys, time\ntime.sleep(0.5)\nsys.exit('no such thing')\n";
    let result = diagnose(&test, script, &["--once"]);
    assert_eq!(result.code, Some(0));
    assert!(result.stdout.starts_with("io-bound"), "{}", result.stdout);
    assert!(result.stderr.contains("exit code 1: no such thing"), "{}", result.stderr);
    assert_eq!(json(&test, script, &["--once"])["runs"][0]["exit_code"], 1);
}

#[test]
fn each_run_reads_the_same_and_may_print_much() {
    let test = Test::new();
    let script = "
import sys, time
assert sys.stdin.read() == 'some\\nlines\\n'
for _ in range(200): print('x' * 10_000)
print('y' * 100_000, file=sys.stderr)
time.sleep(0.3)
";
    std::fs::write(test.path("app.py"), script).unwrap();
    let arguments = ["--format=json", "--budget=6s", "--", "python3", "app.py"];
    let mut process = command(&test, &arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(b"some\nlines\n").unwrap();
    let result = ran(&process.wait_with_output().unwrap());
    let answer: Value = serde_json::from_str(&result.stdout).unwrap();
    let runs = answer["runs"].as_array().unwrap();
    assert!(runs.len() >= 2 && runs.iter().all(|run| run["exit_code"] == 0), "{answer:#}");
    std::fs::write(test.path("input"), "some\nlines\n").unwrap();
    let from_file = json(&test, script, &["--once", "--input=input"]);
    assert_eq!(from_file["runs"][0]["exit_code"], 0);
}

#[test]
fn a_script_that_needs_a_terminal_gets_one() {
    let script = "
import os, sys, time
assert all(os.isatty(descriptor) for descriptor in range(3))
open('/dev/tty').close()
assert sys.stdin.read() == ''
print('on a terminal')
time.sleep(0.2)
";
    let test = Test::new();
    assert_eq!(json(&test, script, &["--once", "--tty"])["runs"][0]["exit_code"], 0);
    let without = diagnose(&test, script, &["--once"]);
    assert!(without.stderr.contains("exit code 1: AssertionError"), "{}", without.stderr);
    assert!(without.stderr.contains("--tty"), "{}", without.stderr);
}

#[test]
fn a_script_that_never_ends_is_ended_and_nothing_is_left_of_it() {
    let test = Test::new();
    let script = "
import os, signal, time
if os.fork() == 0:
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
time.sleep(1000)
";
    let begun = Instant::now();
    let answer = json(&test, script, &["--budget=1s"]);
    assert!(begun.elapsed() < Duration::from_mins(1));
    assert_eq!((&answer["runs"][0]["cut"], &answer["verdict"]), (&true.into(), &"io-bound".into()));
    assert!(answer["missing"].to_string().contains("longer than 1 s"), "{answer:#}");
    test.assert_no_process_left();
}

#[test]
fn what_is_no_python_is_watched_too() {
    let test = Test::new();
    let result = command(&test, &["--once", "--format=json", "--", "sleep", "0.5"]).output().unwrap();
    let answer: Value = serde_json::from_slice(&result.stdout).unwrap();
    assert_eq!((&answer["verdict"], &answer["facts"]["implementation"]), (&"io-bound".into(), &Value::Null));
}

#[test]
fn a_process_that_runs_can_be_watched() {
    let test = Test::new();
    let mut sleeper = Command::new("sleep").arg("30").spawn().unwrap();
    let id = sleeper.id().to_string();
    let result = ran(&command(&test, &["--attach", &id, "--for=500ms", "--format=json"]).output().unwrap());
    // It goes on as before.
    assert!(sleeper.try_wait().unwrap().is_none());
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    let answer: Value = serde_json::from_str(&result.stdout).unwrap();
    assert_eq!(answer["verdict"], "io-bound", "{answer:#}");
    assert!(answer["missing"].to_string().contains("from outside alone"));
    assert_eq!(answer["runs"], Value::Array(Vec::new()));
    let gone = ran(&command(&test, &["--attach", &id]).output().unwrap());
    assert_eq!(gone.code, Some(2));
    assert!(gone.stderr.contains("there is no process"), "{}", gone.stderr);
}

#[test]
fn what_cannot_be_diagnosed_says_why() {
    let test = Test::new();
    let error = |arguments: &[&str]| {
        let result = ran(&command(&test, arguments).output().unwrap());
        assert_eq!(result.code, Some(2), "{}", result.stderr);
        result.stderr
    };
    assert!(error(&["--", "no-such-program"]).contains("there is no program `no-such-program`"));
    assert!(error(&[]).contains("<COMMAND>"));
    assert!(error(&["--attach=1", "--", "sleep", "1"]).contains("cannot be used with"));
    assert!(
        error(&["--interpreter=cpython-9.9", "--", "python3", "x"]).contains("no interpreter `cpython-9.9`")
    );
    assert!(error(&["--input=none", "--", "sleep", "1"]).contains("cannot read `none`"));
    assert!(Path::new("/bin/sh").exists());
}

#[test]
fn options_that_mean_nothing_together_are_refused() {
    let test = Test::new();
    for (arguments, says) in [
        (["--for=3s", "--", "python3", "app.py"].as_slice(), "--for"),
        (&["--attach=1", "--budget=5s"], "--budget"),
        (&["--attach=0"], "0 is not in"),
        (&["--budget=0s", "--", "python3", "app.py"], "no program runs within 0 s"),
        (&["--budget", "-5s", "--", "python3", "app.py"], "-5s"),
    ] {
        let result = ran(&command(&test, arguments).output().unwrap());
        assert_eq!(result.code, Some(2), "{arguments:?}: {}", result.stderr);
        assert!(result.stderr.contains(says), "{arguments:?}: {}", result.stderr);
    }
}

#[test]
fn what_could_not_be_told_from_inside_is_said() {
    let test = Test::new();
    std::fs::write(test.path("app.py"), SLEEPS).unwrap();
    let arguments = ["--once", "--format=json", "--", "python3", "-I", "app.py"];
    let answer: Value =
        serde_json::from_str(&ran(&command(&test, &arguments).output().unwrap()).stdout).unwrap();
    assert!(answer["missing"].to_string().contains("`-I`"), "{answer:#}");
    let sources = answer["evidence"].as_array().unwrap().iter().map(|fact| fact["source"].as_str().unwrap());
    assert!(sources.into_iter().all(|source| source != "facts"), "{answer:#}");
}
