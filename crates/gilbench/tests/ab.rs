//! `gilbench ab` as a user meets it: what it answers, what it does with commands that cannot be compared.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::time::Duration;

use serde_json::Value;
use support::{Ran, Test, ran};

/// Enough for an interval, and no more.
const SHORT: [&str; 4] = ["--min-rounds=6", "--max-rounds=6", "--max-time=1h", "--seed=1"];

fn ab(test: &Test, arguments: &[&str]) -> Ran {
    let mut command = test.command();
    // The system's tools, and no data folder: commands are compared anywhere.
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin").arg("ab").args(arguments);
    ran(&command.output().unwrap())
}

fn json(test: &Test, arguments: &[&str]) -> Value {
    answer(test, &[arguments, &SHORT].concat())
}

fn answer(test: &Test, arguments: &[&str]) -> Value {
    let result = ab(test, &[arguments, &["--format=json"]].concat());
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    serde_json::from_str(&result.stdout).unwrap()
}

#[test]
fn a_command_that_waits_longer_is_slower_and_all_that_was_promised_is_said() {
    // So many that it does not matter if the machine stands still for some of them, and a target that none reaches.
    let rounds = ["--min-rounds=20", "--max-rounds=20", "--max-time=1h", "--seed=1", "--target=0.001%"];
    let compared = |a, b| answer(&Test::new(), &[&[a, b][..], &rounds].concat());
    let answer = compared("sleep 0.01", "sleep 0.3");
    assert_eq!((&answer["verdict"], &answer["measure"]), (&"slower".into(), &"wall-time".into()));
    assert!(answer["low"].as_f64().unwrap() > 1.0 && answer["high"].as_f64() > answer["ratio"].as_f64());
    assert_eq!((&answer["rounds"], &answer["processes"]), (&20.into(), &44.into()));
    assert_eq!(answer["stopped_by"], "max-rounds");
    assert_eq!(answer["a"]["values"].as_array().unwrap().len(), 20);
    assert!(answer["b"]["wall_seconds"]["median"].as_f64().unwrap() >= 0.3);
    assert!(answer["seconds"].as_f64().unwrap() > 6.0);
    let swapped = compared("sleep 0.3", "sleep 0.01");
    assert_eq!(swapped["verdict"], "faster");
}

#[test]
fn commands_of_one_thread_that_compute_are_compared_side_by_side_by_their_cpu_time() {
    let test = Test::new();
    let spin = "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'";
    // One undisturbed pilot of each is enough.
    let answer = json(&test, &[spin, spin, "--warmup=6"]);
    assert_eq!((&answer["measure"], &answer["method"]), (&"cpu-time".into(), &"side-by-side".into()));
    assert_eq!(answer["a"]["wall_seconds"], Value::Null, "a time beside another process is not its own");
    let wall = json(&test, &[spin, spin, "--measure=wall"]);
    assert_eq!((&wall["measure"], &wall["method"]), (&"wall-time".into(), &"in-turn".into()));
}

#[test]
fn what_is_done_around_the_processes_is_done_as_often_as_said() {
    let test = Test::new();
    let log = test.path("log");
    let note = |word: &str| format!("echo {word} >> {}", log.display());
    let (setup, prepare, conclude, cleanup) = (note("s"), note("p"), note("c"), note("e"));
    let around = ["--setup", &setup, "--prepare", &prepare, "--conclude", &conclude, "--cleanup", &cleanup];
    json(&test, &[&["true", "true"][..], &around].concat());
    let log = std::fs::read_to_string(log).unwrap();
    let count = |word: &str| log.lines().filter(|line| *line == word).count();
    assert_eq!([count("s"), count("p"), count("c"), count("e")], [2, 16, 16, 2]);
    assert!(log.starts_with("s\ns\np\nc\n") && log.ends_with("c\ne\ne\n"), "{log}");
}

#[test]
fn parameters_are_put_in_and_every_combination_is_compared() {
    let test = Test::new();
    let answers = json(&test, &["sleep {n}", "--parameter-list", "n", "0.001,0.05,0.1"]);
    let names: Vec<&str> =
        answers.as_array().unwrap().iter().map(|answer| answer["b"]["command"].as_str().unwrap()).collect();
    assert_eq!(names, ["sleep 0.05", "sleep 0.1"]);
    let answers = json(&test, &["sleep {n}", "true", "--parameter-list", "n", "0.001,0.002"]);
    assert_eq!(answers[1]["parameters"]["n"], "0.002");
    let result = ab(
        &test,
        &[&["sleep {n}", "--parameter-list", "n", "0.001,0.05"][..], &SHORT, &["--format=csv"]].concat(),
    );
    let lines: Vec<&str> = result.stdout.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("a,b,parameters,verdict,ratio,"), "{}", lines[0]);
    assert!(lines[1].starts_with("sleep 0.001 (n=0.001),sleep 0.05 (n=0.05),,"), "{}", lines[1]);
}

#[test]
fn a_command_that_fails_ends_the_comparison_with_its_own_words() {
    let test = Test::new();
    let fails = "sh -c 'echo no such luck >&2; exit 3'";
    let result = ab(&test, &[&["true", fails][..], &SHORT].concat());
    assert_eq!(result.code, Some(1));
    assert!(result.stderr.contains("exit code 3: no such luck"), "{}", result.stderr);
    assert!(result.stderr.contains("--ignore-failure"));
    let answer = json(&test, &["true", fails, "--ignore-failure"]);
    assert_eq!((&answer["a"]["failures"], &answer["b"]["failures"]), (&0.into(), &6.into()));
}

#[test]
fn a_failure_in_the_middle_loses_nothing() {
    let test = Test::new();
    let count = test.path("count");
    let fails_later = format!("sh -c 'echo x >> {0}; test $(wc -l < {0}) -lt 6'", count.display());
    let result =
        ab(&test, &[&["true", &fails_later][..], &SHORT, &["--format=json", "--measure=wall"]].concat());
    assert_eq!(result.code, Some(1));
    let answer: Value = serde_json::from_str(&result.stdout).unwrap();
    assert_eq!((&answer["stopped_by"], &answer["rounds"]), (&"failed".into(), &3.into()));
    assert_eq!((&answer["verdict"], &answer["ratio"]), (&"undecided".into(), &Value::Null));
    assert!(answer["reason"].as_str().unwrap().contains("3 of 6"));
}

#[test]
fn a_cleanup_that_fails_loses_nothing_and_keeps_no_other_from_being_done() {
    let test = Test::new();
    let log = test.path("log");
    let note = format!("echo done >> {}", log.display());
    let around = ["--cleanup", "echo no >&2; exit 4", "--cleanup", &note];
    let result = ab(&test, &[&["true", "true"][..], &around, &SHORT, &["--format=json"]].concat());
    assert_eq!(result.code, Some(1));
    assert!(result.stderr.contains("(cleanup) failed") && result.stderr.contains("no"), "{}", result.stderr);
    let answer: Value = serde_json::from_str(&result.stdout).unwrap();
    assert_eq!(answer["rounds"], 6);
    assert_eq!(std::fs::read_to_string(log).unwrap(), "done\n");
}

#[test]
fn what_may_have_been_set_up_is_cleaned_up() {
    let test = Test::new();
    let log = test.path("log");
    let note = format!("echo done >> {}", log.display());
    let around = ["--setup", "true", "--setup", "exit 4", "--cleanup", &note];
    let result = ab(&test, &[&["true", "true"][..], &around, &SHORT].concat());
    assert_eq!(result.code, Some(1));
    assert!(result.stderr.contains("(setup) failed"), "{}", result.stderr);
    assert_eq!(std::fs::read_to_string(log).unwrap(), "done\ndone\n");
}

#[test]
fn an_interrupt_ends_a_setup_and_cleans_up_after_it() {
    let test = Test::new();
    let log = test.path("log");
    let note = format!("sleep 1; echo done >> {}", log.display());
    let mut command = test.command();
    command.env("PATH", "/usr/bin:/bin").args([
        "ab",
        "true",
        "true",
        "--setup",
        "sleep 60",
        "--cleanup",
        &note,
    ]);
    // As a terminal does it: the signal goes to the whole group.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child =
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(4));
    let group = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process_group(group, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(std::fs::read_to_string(log).unwrap(), "done\n");
}

#[test]
fn what_outlives_a_command_is_counted() {
    let answer = json(&Test::new(), &["sh -c 'sleep 60 & exec true'", "true"]);
    assert_eq!((&answer["a"]["orphans"], &answer["b"]["orphans"]), (&6.into(), &0.into()));
    assert_eq!(answer["method"], "in-turn");
}

#[test]
fn an_open_question_says_what_would_answer_it() {
    let test = Test::new();
    let open = ["sleep 0.01", "sleep 0.01", "--band=0.01%", "--min-rounds=6", "--seed=1"];
    let arguments = |more: &[&str]| {
        let result = ab(&test, &[&open, more, &["--format=json"]].concat());
        let answer: Value = serde_json::from_str(&result.stdout).unwrap();
        // By chance it may be decided; then there is nothing to say.
        answer["to_decide"]["arguments"].as_str().map(str::to_owned)
    };
    if let Some(said) = arguments(&["--max-rounds=6", "--target=0.0001%"]) {
        assert!(said.starts_with("--max-rounds "), "{said}");
    }
    if let Some(said) = arguments(&["--target=90%"]) {
        assert!(said.starts_with("--target "), "{said}");
    }
    let late = ab(&test, &["sleep 1", "true", "--max-time=1s"]);
    assert_eq!(late.code, Some(0), "{}", late.stderr);
    assert!(
        late.stdout.contains("too few rounds: 0 of 6") && late.stdout.contains("`--max-time"),
        "{}",
        late.stdout
    );
}

#[test]
fn what_cannot_be_compared_is_refused_with_a_hint() {
    let test = Test::new();
    for (arguments, found) in [
        (&["no-such-program", "true"][..], "there is no program `no-such-program`"),
        (&["true"], "one command has nothing to be compared with"),
        (&["true | cat", "true"], "`--shell` runs the commands"),
        (&["true", "true", "--affinity", "4000"], "expected CPUs out of"),
        (&["true", "true", "--name", "a", "--name", "b", "--name", "c"], "found 3, expected 1 or 2"),
        (&["true", "true", "--input", "/no/such"], "cannot read `/no/such`"),
        (&["sh $HOME/a.sh", "true"], "`$HOME/a.sh` in `sh $HOME/a.sh` means something only to a shell"),
        (&["true", "sleep 1", "--parameter-list", "n", "1,2"], "no command has `{n}`"),
        (&["sleep {n}", "--parameter-list", "n", "1,,2"], "a parameter needs a name and values"),
        (&["sleep {n}", "--parameter-list", "n", "1,1"], "has the value `1` twice"),
        (
            &["sleep {n}", "--parameter-list", "n", "1,2", "--parameter-list", "n", "3,4"],
            "the parameter `n` has two lists",
        ),
        (&["true", "true", "--target", "300%"], "`300%` is not a share of one"),
        (&["true", "true", "--min-rounds", "5"], "6.."),
    ] {
        let result = ab(&test, arguments);
        assert_eq!((result.code, result.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(result.stderr.contains(found), "{arguments:?}: {}", result.stderr);
    }
}

#[test]
fn a_command_that_writes_without_end_is_not_listened_to() {
    let result = ab(&Test::new(), &[&["sh -c 'yes | head -c 1000000000'", "true"][..], &SHORT].concat());
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert!(result.stdout.contains("\n6 rounds, 16 processes"), "{}", result.stdout);
}

#[test]
fn an_interrupt_says_what_is_known_so_far() {
    let test = Test::new();
    let mut command = test.command();
    command.env("PATH", "/usr/bin:/bin").args([
        "ab",
        "sleep 0.01",
        "sleep 0.1",
        "--target=0.01%",
        "--format=json",
    ]);
    let child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(4));
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["stopped_by"], "interrupted");
    assert!(answer["rounds"].as_u64().unwrap() > 0, "{answer}");
}
