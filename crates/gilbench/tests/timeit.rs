//! `gilbench timeit` as a user meets it: what a row says of a statement, and what becomes of those that do not work.
//!
//! Whether a statement gains anything depends on who else uses the CPUs, so no verdict is asked for here.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use serde_json::Value;
use support::{Ran, Test, ran};

/// Enough for an interval, and no more.
const SHORT: [&str; 5] = ["--max-rounds=6", "--budget=1h", "--timeout=1m", "--threads=2", "--seed=1"];

fn timeit(test: &Test, arguments: &[&str]) -> Ran {
    test.run(&[&["timeit"][..], arguments, &SHORT].concat())
}

fn rows(test: &Test, arguments: &[&str]) -> Vec<Value> {
    let result = timeit(test, &[arguments, &["--format=json"]].concat());
    let answer: Value = serde_json::from_str(&result.stdout).unwrap_or_else(|_| panic!("{}", result.stderr));
    answer["rows"].as_array().unwrap().clone()
}

/// The table without what differs from one time to another, and without its widths.
fn redacted(table: &str) -> String {
    let number =
        |word: &str| word.contains('.') && !word.contains(|letter: char| letter.is_ascii_alphabetic());
    let verdicts = ["releases it", "holds it", "partly", "scales anyway", "no gain", "undecided"];
    let line = |line: &str| {
        let line = verdicts.iter().fold(line.to_owned(), |line, verdict| line.replace(verdict, "VERDICT"));
        let words = line.split_whitespace().map(|word| if number(word) { "N" } else { word });
        words.collect::<Vec<_>>().join(" ")
    };
    table.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_statement_has_a_row_on_each_interpreter_beside_native_code() {
    let result = timeit(&Test::new(), &["-s", "import json", "-s", "text = '[1]'", "json.loads(text)"]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let table: Vec<&str> = result.stdout.lines().take(8).collect();
    insta::assert_snapshot!(redacted(&table.join("\n")), @r"
    setup: import json
    text = '[1]'

    interpreter GIL 2 threads CPUs
    json.loads(text)
    fake VERDICT N N N N
    native code
    native ceiling N N N N
    ");
    let last = result.stdout.rsplit("\n\n").next().unwrap().replace('\n', " ");
    assert!(last.contains("2 threads decide") && last.contains("6 rounds, 26 processes, "), "{last}");
}

#[test]
fn what_is_known_is_in_the_json() {
    let test = Test::new();
    let result = timeit(&test, &["-s", "n = 1000", "sum(range(n))", "--threads=4,2", "--format=json"]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let answer: Value = serde_json::from_str(&result.stdout).unwrap();
    assert_eq!((&answer["setup"], &answer["threads"]), (&"n = 1000".into(), &serde_json::json!([1, 2, 4])));
    assert_eq!((&answer["rounds"], &answer["stopped_by"]), (&6.into(), &"max-rounds".into()));
    assert_eq!(answer["ceiling"]["speed_ups"].as_array().unwrap().len(), 2);
    let row = &answer["rows"][0];
    assert_eq!(
        (&row["interpreter"], &row["outcome"], &row["rounds"]),
        (&"fake".into(), &"completed".into(), &6.into())
    );
    assert!(row["verdict"].is_string() && row["turns"].as_u64().unwrap() >= 1, "{row}");
    assert!(row["turn_seconds"]["low"].as_f64().unwrap() > 0.0, "{row}");
    for (speed_up, threads) in row["speed_ups"].as_array().unwrap().iter().zip([2, 4]) {
        assert_eq!(speed_up["threads"], threads);
        assert!(speed_up["low"].as_f64() <= speed_up["ratio"].as_f64(), "{speed_up}");
        assert!(speed_up["of_ceiling"]["high"].is_number() && speed_up["cpus"][1].is_number(), "{speed_up}");
    }
}

#[test]
fn a_statement_may_print_and_change_what_it_was_given() {
    let rows =
        rows(&Test::new(), &["-s", "count = 0; import os", "count += 1; os.write(1, b'{}'); print('{}')"]);
    assert_eq!(rows[0]["outcome"], "completed", "{rows:?}");
}

#[test]
fn several_arguments_are_the_lines_of_one_statement_or_statements_to_compare() {
    let test = Test::new();
    let lines = ["-s", "import math", "-s", "x = 2", "for n in range(9):", "    math.sqrt(x)"];
    let one = rows(&test, &lines);
    assert_eq!(one.len(), 1);
    assert_eq!(
        (&one[0]["statement"], &one[0]["outcome"]),
        (&"for n in range(9):\n    math.sqrt(x)".into(), &"completed".into())
    );
    let several = rows(&test, &["--compare", "-s", "x = 2", "x + 1", "y + 1"]);
    let found: Vec<_> = several.iter().map(|row| [&row["statement"], &row["outcome"]]).collect();
    assert_eq!(found, [["x + 1", "completed"], ["y + 1", "failed"]]);
}

#[test]
fn a_statement_with_a_mistake_fails_with_pythons_words() {
    let result = timeit(&Test::new(), &["1 +* 1"]);
    assert_eq!(result.code, Some(1));
    insta::assert_snapshot!(without_end(&result.stdout), @r"
     interpreter  GIL      2 threads  CPUs
    1 +* 1
     fake         failed   –          –
    native code
     native       ceiling  –          –

    fake: failed: in the statement: SyntaxError: invalid syntax
    ");
    assert_eq!(result.stderr, "error: nothing could be timed: the rows say why\n");
}

#[test]
fn a_setup_that_fails_is_told_from_a_statement_that_does() {
    let test = Test::new();
    let reason = |arguments: &[&str]| rows(&test, arguments)[0]["reason"].as_str().unwrap().to_owned();
    assert_eq!(
        reason(&["-s", "x = 1", "-s", "1 / 0", "x"]),
        "in the setup: ZeroDivisionError: division by zero"
    );
    assert_eq!(
        reason(&["-s", "x = 0", "-s", "y = 1", "y / x"]),
        "in the statement: ZeroDivisionError: division by zero"
    );
    assert!(reason(&["-s", "def", "1"]).starts_with("in the setup: SyntaxError: "));
    assert!(reason(&["break"]).starts_with("in the statement: SyntaxError: "));
    assert_eq!(reason(&["raise SystemExit(3)"]), "in the statement: SystemExit: 3");
    assert_eq!(reason(&["-s", "import os", "os._exit(3)"]), "ended with exit code 3 without an answer");
}

#[test]
fn a_package_that_is_missing_is_named_with_what_gets_it() {
    let result = timeit(&Test::new(), &["-s", "import no_such_package", "no_such_package.f()"]);
    assert_eq!(result.code, Some(1));
    insta::assert_snapshot!(without_end(&result.stdout), @r"
    setup: import no_such_package

     interpreter  GIL      2 threads  CPUs
    no_such_package.f()
     fake         failed   –          –
    native code
     native       ceiling  –          –

    fake: failed: in the setup: ModuleNotFoundError: No module named
    'no_such_package'
    hint: `--python` takes an interpreter that has it, such as that of a virtual
    environment
    ");
}

/// What stands above the last paragraph, which has times.
fn without_end(text: &str) -> &str {
    text.rsplit_once("\n\n").unwrap().0
}

#[test]
fn modules_of_the_current_folder_are_found_and_not_taken_for_others() {
    let test = Test::new();
    std::fs::write(test.path("mine.py"), "value = 1\n").unwrap();
    std::fs::write(test.path("itertools.py"), "raise SystemExit('not the real one')\n").unwrap();
    let rows = rows(&test, &["-s", "import mine", "mine.value"]);
    assert_eq!(rows[0]["outcome"], "completed", "{rows:?}");
    assert!(!test.path("__pycache__").exists());
}

#[test]
fn a_statement_without_end_is_a_row_and_leaves_no_process() {
    let test = Test::new();
    let result =
        test.run(&["timeit", "-s", "import time", "time.sleep(600)", "--timeout=1s", "--format=json"]);
    assert_eq!(result.code, Some(1));
    let answer: Value = serde_json::from_str(&result.stdout).unwrap();
    let row = &answer["rows"][0];
    assert_eq!((&row["outcome"], &row["verdict"]), (&"timed-out".into(), &Value::Null));
    assert_eq!(row["reason"], "a process was still running after 1 s");
    assert_eq!(answer["stopped_by"], "nothing-left");
    test.assert_no_process_left();
}

#[test]
fn a_budget_that_is_too_short_says_which_would_do() {
    let test = Test::new();
    let arguments = [
        "timeit",
        "pass",
        "-s",
        "import time; time.sleep(1)",
        "--budget=2s",
        "--timeout=1m",
        "--format=json",
    ];
    let result = test.run(&arguments);
    let answer: Value = serde_json::from_str(&result.stdout).unwrap();
    assert_eq!(answer["stopped_by"], "budget");
    let row = &answer["rows"][0];
    assert!(row["reason"].as_str().unwrap().ends_with("of the 6 rounds that an interval needs"), "{row}");
    assert!(row["hint"].as_str().unwrap().starts_with("`--budget "), "{row}");
    assert_eq!((&row["verdict"], result.code), (&"undecided".into(), Some(0)));
}

#[test]
fn interpreters_that_are_named_have_a_row_even_where_they_are_missing() {
    let rows = rows(&Test::new(), &["pass", "--interpreter=absent,fake"]);
    let found: Vec<_> = rows.iter().map(|row| [&row["interpreter"], &row["outcome"]]).collect();
    assert_eq!(found, [["absent", "missing"], ["fake", "completed"]]);
    assert_eq!(rows[0]["hint"], "make absent");
}

#[test]
fn what_cannot_be_timed_is_refused_with_a_hint() {
    let test = Test::new();
    for (arguments, code, found) in [
        (&["pass", "--interpreter=fakes"][..], 2, "did you mean `fake`?"),
        (&["pass", "--threads=1"], 2, "one thread has nothing to be compared with"),
        (&["pass", "--threads=0"], 2, "1.."),
        (&["pass", "--max-rounds=5"], 2, "6.."),
        (&["pass", "--budget=soon"], 2, "`soon` is not a length of time"),
        (&[], 2, "<STMT>"),
    ] {
        let result = test.run(&[&["timeit"][..], arguments].concat());
        assert_eq!(
            (result.code, result.stdout.as_str()),
            (Some(code), ""),
            "{arguments:?}: {}",
            result.stderr
        );
        assert!(result.stderr.contains(found), "{arguments:?}: {}", result.stderr);
    }
}

#[test]
fn on_one_cpu_nothing_is_said() {
    let test = Test::new();
    let mut command = std::process::Command::new("/usr/bin/taskset");
    test.isolate(&mut command);
    let first = rustix::thread::sched_getaffinity(None).unwrap();
    let first = (0..1024).find(|&cpu| first.is_set(cpu)).unwrap().to_string();
    command.args(["--cpu-list", &first, env!("CARGO_BIN_EXE_gilbench"), "timeit", "pass"]);
    let result = ran(&command.output().unwrap());
    assert_eq!((result.code, result.stdout.as_str()), (Some(4), ""));
    insta::assert_snapshot!(result.stderr, @r"
    error: with one CPU nothing can be said: threads take turns on it anyway
    hint: the affinity (`taskset --cpu-list CPUS gilbench …`) and the quota of a container decide
    ");
}

#[test]
fn an_interrupt_says_what_is_known_so_far() {
    let test = Test::new();
    let mut command = test.command();
    command.args(["timeit", "pass", "--budget=10m", "--format=json"]);
    let child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_secs(4));
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["stopped_by"], "interrupted");
    test.assert_no_process_left();
}
