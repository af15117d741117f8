//! The command line as a user meets it: data on stdout, errors that name file, field, found, expected, hint.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::BufRead;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use support::Test;

#[test]
fn an_unknown_suite_is_a_usage_error() {
    let result = Test::new().run(&["run", "--suite", "slow"]);
    assert_eq!(result.code, Some(2));
    insta::assert_snapshot!(result.stderr, @r"
    error: no suite `slow`
    hint: `gilbench list suites` shows all
    ");
}

#[test]
fn an_unknown_interpreter_is_a_usage_error_that_names_the_known_ones() {
    let test = Test::new();
    let run = ["run", "--suite", "plain", "--interpreter", "fakes"];
    let list = ["list", "cases", "--suite=plain", "--interpreter", "fakes"];
    for arguments in [&run[..], &list, &["interpreters", "probe", "fakes"]] {
        let result = test.run(arguments);
        assert_eq!(result.code, Some(2), "{arguments:?}");
        assert!(result.stderr.contains("error: no interpreter `fakes`"), "{}", result.stderr);
        assert!(result.stderr.contains("did you mean `fake`? known are absent, fake"), "{}", result.stderr);
    }
    let result = test.run(&["run", "--suite", "plain", "--interpreter", "absent"]);
    assert_eq!(result.code, Some(2));
    assert!(result.stderr.contains("error: suite `plain` has no interpreter `absent`"), "{}", result.stderr);
    assert!(result.stderr.contains("hint: known are fake"), "{}", result.stderr);
}

#[test]
fn a_python_that_is_none_is_a_usage_error() {
    let test = Test::new();
    let result = test.run(&["--python", "/bin/false", "interpreters", "list"]);
    assert_eq!(result.code, Some(2));
    insta::assert_snapshot!(result.stderr, @r"
    error: `/bin/false`: exit status: 1
    hint: run `/bin/false --version`: `--python` takes a Python interpreter or a folder with one
    ");
}

#[test]
fn an_executable_that_hangs_is_named_while_we_wait() {
    let test = Test::new();
    let hang = script(&test, "hang", "exec sleep 600");
    let hang = hang.to_str().unwrap();
    for arguments in [&["--python", hang, "interpreters", "list"][..], &["interpreters", "probe", hang]] {
        let mut command = test.command();
        command.args(arguments).process_group(0).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = std::io::BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let told = lines.take_while(|line| line.starts_with("still asking")).find(|line| line.contains(hang));
        kill_process_group(Pid::from_child(&child), Signal::KILL).unwrap();
        child.wait().unwrap();
        assert_eq!(told.unwrap(), format!("still asking `{hang}` what it is, for at most 90 s"));
    }
}

#[test]
fn what_an_interpreter_leaves_behind_is_not_waited_for_and_ended() {
    let test = Test::new();
    let number = test.path("number");
    let python = support::python();
    let command = format!(
        "setsid /bin/sh -c 'echo $$ > {}; exec sleep 600' &\nwhile ! [ -s {0} ]; do :; done\nexec {} \"$@\"",
        number.display(),
        python.display()
    );
    let wrapper = script(&test, "wrapper", &command);
    let wrapper = wrapper.to_str().unwrap();
    for arguments in [&["--python", wrapper, "interpreters", "list"][..], &["interpreters", "probe", wrapper]]
    {
        let _ = std::fs::remove_file(&number);
        let result = test.run(arguments);
        assert_eq!(result.code, Some(0), "{}", result.stderr);
        let process = std::fs::read_to_string(&number).unwrap();
        assert!(!std::path::Path::new("/proc").join(process.trim()).exists(), "{process} is left behind");
    }
}

#[test]
fn a_probe_that_fails_names_its_executable() {
    let result = Test::new().run(&["interpreters", "probe", "/bin/false"]);
    assert_eq!(result.code, Some(1));
    insta::assert_snapshot!(result.stderr, @r"
    error: no Python interpreter, or a broken one: `/bin/false`
      exit status: 1
    ");
}

#[test]
fn nothing_to_measure_is_said() {
    let test = Test::new();
    let result = test.run(&["run", "--suite", "faults", "--interpreter", "absent"]);
    assert_eq!(result.code, Some(4));
    // On a busy machine, Python may take long enough to be named.
    let lines: Vec<&str> = result.stderr.lines().filter(|line| !line.starts_with("still asking")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    error: suite `faults` has no case that can be measured here; faulty/another-case/absent/workers=1, for example: absent: not found on this machine
    hint: `make absent`
    ");
}

#[test]
fn a_folder_that_is_no_run_is_said() {
    let test = Test::new();
    let result = test.run(&["claims", test.data().to_str().unwrap()]);
    assert_eq!(result.code, Some(5));
    insta::assert_snapshot!(result.stderr.replace(&*test.data().to_string_lossy(), "DATA"), @r"
    error: failed to read run `DATA`: plan.json
      cannot be read
      No such file or directory (os error 2)
    hint: a run directory holds `plan.json`, `environment.json` and `samples.jsonl`
    ");
}

#[test]
fn help_goes_to_stdout_and_is_no_error() {
    let result = Test::new().run(&["--help"]);
    assert_eq!((result.code, result.stderr.as_str()), (Some(0), ""));
    for verb in
        ["bench-all", "run", "list", "check", "interpreters", "claims", "report", "compare", "protocol"]
    {
        assert!(result.stdout.contains(verb), "{verb}");
    }
}

#[test]
fn every_list_prints_json() {
    let test = Test::new();
    for what in ["workloads", "suites", "interpreters", "cases", "claims"] {
        let result = test.run(&["list", what, "--suite", "faults", "--format", "json"]);
        assert_eq!(result.code, Some(0), "{what}: {}", result.stderr);
        let list: serde_json::Value = serde_json::from_str(&result.stdout).unwrap();
        assert!(!list.as_array().unwrap().is_empty(), "{what}");
        let text = test.run(&["list", what, "--suite", "faults"]);
        assert_eq!(text.code, Some(0), "{what}: {}", text.stderr);
    }
}

#[test]
fn controls_are_listed_with_what_they_are_for() {
    let test = Test::new();
    let result = test.run(&["list", "cases", "--suite", "plain"]);
    let last = result.stdout.lines().last().unwrap();
    let id = "faulty/sequential/fake/workers=1,size=slow,again";
    assert_eq!(
        last.split_once("  ").map(|(id, remark)| (id.trim(), remark.trim())),
        Some((id, "measured again: how the two differ is noise"))
    );
}

#[test]
fn a_run_says_what_its_noise_floor_is() {
    let test = Test::new();
    let run = one_round(&test);
    let result = test.run(&["report", run.to_str().unwrap(), "--markdown"]);
    let floor =
        "No noise floor: faulty/sequential/fake/workers=1,size=slow was measured twice, in too few rounds";
    assert!(result.stdout.contains(floor), "{}", result.stdout);
    assert!(result.stdout.contains("3 cases, 1 of them again and 0 to calibrate: "), "{}", result.stdout);
}

#[test]
fn what_reorders_hides_or_recolours_text_is_written_out() {
    let test = Test::new();
    test.edit("workloads/faulty/workload.yaml", "title: Faulty", r#"title: "F\u202Eau\u200Blty\e[31m""#);
    let result = test.run(&["list", "workloads"]);
    assert!(result.stdout.contains(r" F\u{202e}au\u{200b}lty\u{1b}[31m "), "{}", result.stdout);
    let result = test.run(&["list", "workloads", "--format", "json"]);
    assert!(result.stdout.contains("F\u{202e}au\u{200b}lty"), "programs get the text as it is");
    // What was typed comes back in errors.
    let result = test.run(&["claims", "no\u{202e}where"]);
    assert!(result.stderr.contains(r"no\u{202e}where"), "{}", result.stderr);
}

#[test]
fn a_full_stdout_is_named_and_a_closed_one_is_no_error() {
    let test = Test::new();
    for arguments in [&["list", "claims"][..], &["list", "claims", "--format", "json"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let result = support::ran(&test.command().args(arguments).stdout(full).output().unwrap());
        assert_eq!(result.code, Some(1), "{}", result.stderr);
        insta::allow_duplicates! {
            insta::assert_snapshot!(result.stderr, @r"
            error: cannot write to stdout
              No space left on device (os error 28)
            ");
        }
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let result = support::ran(&test.command().args(arguments).stdout(writer).output().unwrap());
        assert_eq!((result.code, result.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

fn keys(value: &serde_json::Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn two_interpreters_differ_in_facts() {
    let test = Test::new();
    let diff = |a: &str, b: &str| {
        let result = test.run(&["interpreters", "diff", a, b, "--format", "json"]);
        assert_eq!(result.code, Some(0), "{}", result.stderr);
        serde_json::from_str::<Vec<serde_json::Value>>(&result.stdout).unwrap()
    };
    assert_eq!(diff("fake", "fake"), Vec::<serde_json::Value>::new());
    let result = test.run(&["interpreters", "diff", "fake", "fake"]);
    assert_eq!((result.code, result.stdout.as_str()), (Some(0), "no fact differs\n"));
    let other = test.path("python");
    std::os::unix::fs::symlink(support::python(), &other).unwrap();
    let differences = diff("fake", other.to_str().unwrap());
    let facts: Vec<&str> = differences.iter().map(|one| one["fact"].as_str().unwrap()).collect();
    assert_eq!(facts, ["executable"]);
    assert_eq!(differences[0]["b"], other.to_str().unwrap());
    let result = test.run(&["interpreters", "diff", "fake", "fakes"]);
    assert_eq!(result.code, Some(2));
}

#[test]
fn the_interpreters_contract_holds() {
    let result = Test::new().run(&["interpreters", "list", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&result.stdout).unwrap();
    let states: Vec<(&str, &str)> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|state| (state["id"].as_str().unwrap(), state["status"].as_str().unwrap()))
        .collect();
    assert_eq!(states, [("absent", "missing"), ("fake", "ready")]);
    let expected =
        ["executable", "gil", "hint", "id", "image", "label", "provider", "reason", "status", "version"];
    assert_eq!(keys(&list[0]), expected);
    assert_eq!(list[0]["hint"], "make absent");
    assert_eq!(list[0]["version"], serde_json::Value::Null);
    assert_eq!(list[1]["gil"], serde_json::json!({"built": true, "enabled": true}));
}

#[test]
fn the_claims_contract_holds() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "size: [slow]", "size: [slow, default]");
    // It sleeps; bound by CPU, it would be crowded on a busy machine and decide nothing.
    test.edit("workloads/faulty/workload.yaml", "bound: cpu", "bound: waiting");
    let run = test.path("run");
    let out = run.to_str().unwrap();
    let result = test.run(&["run", "--suite", "plain", "--out", out]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert_eq!(result.stdout.trim(), out);
    let result = test.run(&["claims", out, "--format", "json"]);
    let claims: serde_json::Value = serde_json::from_str(&result.stdout).unwrap();
    let claim = &claims[0];
    for key in ["id", "statement", "verdict", "reason", "correction", "interpreters"] {
        assert!(keys(claim).contains(&key), "{key}");
    }
    // Two sleeps of equal length: whatever the machine does, the ratio is near 1.
    assert_eq!(claim["verdict"], "confirmed", "{claim:#}");
    let finding = &claim["interpreters"][0];
    for key in ["interpreter", "verdict", "reason", "estimate", "cases"] {
        assert!(keys(finding).contains(&key), "{key}");
    }
    assert_eq!(keys(&finding["estimate"]), ["high", "low", "ratio"]);
    assert_eq!(finding["cases"].as_array().unwrap().len(), 2);
    let comparison = &finding["comparisons"][0];
    for key in ["p_value", "adjusted_p_value", "minimum_detectable_effect"] {
        assert!(comparison[key].is_f64(), "{key}: {comparison:#}");
    }
    assert_eq!(comparison["significant"], true);
    assert!(keys(comparison).contains(&"relevant"));
    let counts = serde_json::json!({"made": 1, "tested": 1, "significant_alone": 1, "significant": 1});
    assert_eq!(claim["counts"], counts);
    let result = test.run(&["claims", out]);
    let told =
        "comparisons: 1 made, 1 tested against thresholds; 1 significant each alone, 1 after the adjustment";
    assert!(result.stdout.contains(told), "{}", result.stdout);
    // The run has no case for the second claim.
    assert_eq!(claims[1]["verdict"], "untestable");
    assert_eq!(claims[1]["reason"], "the run has no case faulty/garbage");
}

#[test]
fn the_compare_contract_holds() {
    let test = Test::new();
    let run = one_round(&test);
    let run = run.to_str().unwrap();
    let compare = |arguments: &[&str]| test.run(&[&["compare"], arguments].concat());
    let result = compare(&[run, run, "--format", "json"]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    let compared: serde_json::Value = serde_json::from_str(&result.stdout).unwrap();
    assert_eq!(keys(&compared), ["band", "calibration", "counts", "rows", "runs"]);
    let row = &compared["rows"][0];
    let expected = [
        "a",
        "against",
        "b",
        "case",
        "drifting",
        "quantity",
        "ratio",
        "reason",
        "relevant",
        "run",
        "significant",
        "verdict",
        "widened",
    ];
    assert_eq!(keys(row), expected);
    assert_eq!((&row["verdict"], &row["significant"]), (&"undecided".into(), &serde_json::Value::Null));
    assert_eq!(row["reason"], "in the first run: too few rounds: 1 of 6 for an interval");
    assert_eq!(compared["counts"]["undecided"], 2, "controls have no row");
    assert_eq!(
        keys(&compared["runs"][1]),
        ["gilbench", "noise_floor", "planned_ms", "reason", "run", "shift", "suite", "unfinished"]
    );

    let text = compare(&[run]);
    assert!(
        text.stdout.contains("faulty/threads/fake/workers=1,size=slow  faulty/sequential/fake"),
        "{}",
        text.stdout
    );
    let last = "1 compared: 0 faster, 0 slower, 0 equivalent within 3.00 %, 1 undecided";
    assert_eq!(text.stdout.lines().last(), Some(last));
    let csv = compare(&[run, run, "--format", "csv"]).stdout;
    assert_eq!((csv.lines().count(), csv.starts_with("run,case,against,quantity,a,")), (3, true), "{csv}");
    assert!(csv.contains(",\"faulty/threads/fake/workers=1,size=slow\","), "{csv}");
    let page = compare(&[run, "--format", "markdown"]).stdout;
    assert!(page.contains("| case | against | a | b | b / a | verdict |\n|---|"), "{page}");
}

#[test]
fn cases_that_cannot_be_chosen_for_comparison_are_usage_errors_with_a_way_out() {
    let test = Test::new();
    let run = one_round(&test);
    let run = run.to_str().unwrap();
    let refused = |arguments: &[&str]| {
        let result = test.run(&[&["compare"], arguments].concat());
        assert_eq!((result.code, result.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        result.stderr
    };
    insta::assert_snapshot!(refused(&[run, "--case", "*/treads/*"]), @r"
    error: no case of the run fits `*/treads/*`
    hint: `gilbench compare RUN` shows the ids; in quotes, `'*/threads/*'` stands for many
    ");
    insta::assert_snapshot!(refused(&[run, "--against", "faulty/*"]), @r"
    error: `faulty/*` fits 2 cases, and it is not said which of them to compare with which case
    hint: give `--case` as many `*` as `--against`: they stand for the same text
    ");
    insta::assert_snapshot!(refused(&[run, run, "--against", "*"]), @r"
    error: `--against` is about the cases of one run
    hint: each case is compared with the same one of the first run; for cases of one run, name one run
    ");
    assert!(refused(&[run, "--band", "3"]).contains("`3` is not a share of one"), "a share has a unit");
}

#[test]
fn the_protocol_check_finds_what_is_wrong() {
    let test = Test::new();
    let worker = test.data().join("workloads/faulty/worker.py");
    let python = support::python();
    let check = |strategy: &str| {
        let arguments =
            ["protocol", "check", "--workload", "faulty", "--size", "default", "--strategy", strategy];
        let mut command = test.command();
        support::ran(&command.args(arguments).arg("--").arg(&python).arg(&worker).output().unwrap())
    };
    let wrong = check("wrong-answer");
    assert_eq!(wrong.code, Some(1), "{}", wrong.stderr);
    assert!(wrong.stdout.contains("FAIL  answers right: digest"), "{}", wrong.stdout);
    let garbage = check("garbage");
    assert!(garbage.stdout.contains("FAIL  answers with messages only: line 2"), "{}", garbage.stdout);
    let another = check("another-case");
    assert_eq!(another.code, Some(1), "{}", another.stderr);
    let case = "answers for the case that was asked for";
    let failed = format!("FAIL  {case}: answers for `faulty/sequential`, asked for `faulty/another-case`");
    assert!(another.stdout.contains(&failed), "{}", another.stdout);
    // Nothing else is wrong with it.
    assert!(another.stdout.contains("ok    answers with messages only"), "{}", another.stdout);
    assert!(another.stdout.contains("ok    answers right"), "{}", another.stdout);
    assert!(wrong.stdout.contains(&format!("ok    {case}")), "{}", wrong.stdout);
    // The fake worker knows no unknown strategy and reads half a request badly.
    assert!(garbage.stdout.contains("FAIL  says `failed` to half a request"), "{}", garbage.stdout);
}

#[test]
fn a_check_that_could_not_be_made_is_not_passed() {
    let test = Test::new();
    let result = test.run(&["protocol", "check", "--workload=faulty", "--size=default", "--", "/bin/true"]);
    assert_eq!(result.code, Some(1), "{}", result.stderr);
    insta::assert_snapshot!(result.stdout, @r"
    FAIL  answers with messages only: no message
    FAIL  says hello with facts: no `hello`
    —     answers for the case that was asked for: not reached
    FAIL  runs as many iterations as asked: 0, expected 3
    —     marks the first iterations as warm-up: not reached
    —     measures a time: not reached
    —     answers right: not reached
    FAIL  ends with `done`: no such message, exit code 0
    ok    exits with 0
    —     stops at the time limit, after the least iterations: not reached
    FAIL  says `unsupported` to an unknown strategy: no such message, exit code 0
    —     answers for the unknown strategy then: not reached
    —     exits with 0 then: not reached
    FAIL  says `failed` to half a request: no such message, exit code 0
    —     exits with another code than 0 then: not reached
    1 passed, 6 failed, 8 not reached
    ");
}

#[test]
fn a_worker_that_does_not_answer_is_waited_for_aloud() {
    let test = Test::new();
    let mut command = test.command();
    command.args(["protocol", "check", "--workload=faulty", "--size=default", "--", "/bin/sleep", "600"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufReader::new(child.stderr.take().unwrap()).lines();
    let told = lines.next().unwrap().unwrap();
    // The launcher kills the worker.
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(told, "still waiting for the answer to an ordinary request, for at most 60 s");
}

/// An executable of one shell command.
fn script(test: &Test, name: &str, command: &str) -> PathBuf {
    let path = test.path(name);
    std::fs::write(&path, format!("#!/bin/sh\n{command}\n")).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    path
}

#[test]
fn a_program_that_never_stops_talking_is_cut_short() {
    let test = Test::new();
    let yes = script(&test, "yes", "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done");
    let arguments = ["protocol", "check", "--workload", "faulty", "--size", "default", "--"];
    let result = support::ran(&test.command().args(arguments).arg(&yes).output().unwrap());
    assert_eq!(result.code, Some(1), "{}", result.stderr);
    assert!(result.stdout.contains("more than 1 MiB of answer"), "{}", result.stdout);
    let result = test.run(&["--python", yes.to_str().unwrap(), "interpreters", "list"]);
    assert_eq!(result.code, Some(2), "{}", result.stderr);
    assert!(result.stderr.contains("says more than"), "{}", result.stderr);
}

#[test]
fn a_file_in_the_place_of_the_run_directory_is_said() {
    let test = Test::new();
    let file = test.path("file");
    std::fs::write(&file, "x").unwrap();
    for out in [file.clone(), file.join("run")] {
        let result = test.run(&["run", "--suite", "plain", "--out", out.to_str().unwrap()]);
        assert_eq!(result.code, Some(6), "{}", result.stderr);
        assert!(
            result.stderr.contains("is a file\nhint: choose an empty or a new folder"),
            "{}",
            result.stderr
        );
    }
}

/// A run of the plain suite in one round, and where it is.
fn one_round(test: &Test) -> PathBuf {
    let run = test.path("run");
    test.edit("workloads/suites/plain.yaml", "{least: 8, most: 8}", "{least: 1, most: 1}");
    let result = test.run(&["run", "--suite", "plain", "--out", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    run
}

#[test]
fn a_summary_in_markdown_writes_a_site_only_where_it_is_told() {
    let test = Test::new();
    let run = one_round(&test);
    let result = test.run(&["report", run.to_str().unwrap(), "--markdown"]);
    assert_eq!((result.code, result.stderr.as_str()), (Some(0), ""));
    assert!(result.stdout.starts_with("## gilbench: plain"), "{}", result.stdout);
    assert!(!test.data().join("target").exists());
    let site = test.path("site");
    let arguments = ["report", run.to_str().unwrap(), "--markdown", "--out", site.to_str().unwrap()];
    let result = test.run(&arguments);
    assert!(result.stdout.starts_with("## gilbench: plain"), "{}", result.stdout);
    assert!(site.join("index.html").is_file(), "{}", result.stderr);
}

#[test]
fn a_case_that_ended_with_too_few_rounds_is_not_pending() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "{least: 8, most: 8}", "{least: 1, most: 1}");
    let (run, site) = (test.path("run"), test.path("site"));
    let (out, folder) = (run.to_str().unwrap(), site.to_str().unwrap());
    let result = test.run(&["bench-all", "--suite", "plain", "--out", out, "--site", folder]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert!(result.stdout.contains("ended, too few rounds: 1 of 6 for an interval"), "{}", result.stdout);
    let report = || {
        assert_eq!(test.run(&["report", out, "--out", folder]).code, Some(0));
        let packed = std::fs::File::open(site.join("data/findings.json.gz")).unwrap();
        let findings: serde_json::Value =
            serde_json::from_reader(flate2::read::GzDecoder::new(packed)).unwrap();
        let state = findings["cases"][0]["state"]["state"].as_str().unwrap().to_owned();
        (state, std::fs::read_to_string(site.join("cases.html")).unwrap())
    };
    let (state, page) = report();
    assert_eq!(state, "too-few");
    assert!(page.contains("too few rounds: 1 of 6 for an interval"), "{page}");
    // Had it been stopped before the cases ended, they would be.
    let events = std::fs::read_to_string(run.join("events.jsonl")).unwrap();
    let began: Vec<&str> = events.lines().take(1).collect();
    std::fs::write(run.join("events.jsonl"), began.join("\n") + "\n").unwrap();
    let (state, page) = report();
    assert_eq!(state, "pending");
    assert!(page.contains("1 of 6 rounds recorded"), "{page}");
}

#[test]
fn a_compressed_run_is_read_as_it_was_and_does_not_go_on() {
    let test = Test::new();
    let run = one_round(&test);
    let claims = |run: &std::path::Path| test.run(&["claims", run.to_str().unwrap(), "--format", "json"]);
    let before = claims(&run);
    let gzip = |file: &str| {
        let packed = std::process::Command::new("gzip").arg("-k").arg(run.join(file)).status().unwrap();
        assert!(packed.success());
    };
    gzip("samples.jsonl");
    let both = claims(&run);
    assert!(
        both.code != Some(0) && both.stderr.contains("found both the file and the same compressed"),
        "{both:?}"
    );
    std::fs::remove_file(run.join("samples.jsonl")).unwrap();

    let after = claims(&run);
    assert_eq!((after.code, &after.stdout), (Some(0), &before.stdout));
    let resumed = test.run(&["run", "--resume", run.to_str().unwrap()]);
    assert!(resumed.code != Some(0) && resumed.stderr.contains("found `samples.jsonl.gz`"), "{resumed:?}");
    assert!(resumed.stderr.contains("hint: `gunzip ") && !run.join("samples.jsonl").exists(), "{resumed:?}");
}

#[test]
fn a_finished_run_has_nothing_left_to_do() {
    let test = Test::new();
    let run = one_round(&test);
    let files = ["samples.jsonl", "events.jsonl"].map(|file| run.join(file));
    let before = files.clone().map(|file| std::fs::read(file).unwrap());
    // Nothing is measured, so it does not matter that the definitions are others now.
    test.edit("workloads/faulty/workload.yaml", "title: Faulty", "title: Faultier");
    let result = test.run(&["run", "--resume", run.to_str().unwrap()]);
    assert_eq!((result.code, result.stdout.trim()), (Some(0), run.to_str().unwrap()));
    // Then it says what the controls cost and, where some were, how many processes were disturbed.
    let lines: Vec<&str> = result.stderr.lines().collect();
    let (said, cost) = (lines[..2].join("\n"), lines[2]);
    insta::assert_snapshot!(said, @r"
    nothing left to do: every case has ended
    3 cases: 0 measured, 0 failed, 0 skipped, 3 with too few rounds, 0 pending
    ");
    assert!(cost.starts_with("the case that was measured again and calibration took "), "{cost}");
    assert_eq!(files.map(|file| std::fs::read(file).unwrap()), before);
}

#[test]
fn what_spoils_a_measurement_is_listed_for_people_and_programs() {
    let test = Test::new();
    let result = test.run(&["system", "--format", "json"]);
    assert_eq!((result.code, result.stderr.as_str()), (Some(0), ""));
    let checks: Vec<serde_json::Value> = serde_json::from_str(&result.stdout).unwrap();
    let fields = ["id", "about", "status", "found", "reason", "effect", "command"];
    for check in &checks {
        let known = fields.iter().filter(|field| check.get(field).is_some()).count();
        assert_eq!((known, check.as_object().unwrap().len()), (fields.len(), fields.len()), "{check}");
        assert_eq!(check["status"] == "unknown", check["found"].is_null(), "{check}");
        let answered = !check["command"].is_null() || !check["reason"].is_null();
        assert_eq!(check["status"] != "good", answered, "{check}");
    }
    let result = test.run(&["system"]);
    assert_eq!((result.code, result.stderr.as_str()), (Some(0), ""));
    for check in &checks {
        let about = check["about"].as_str().unwrap();
        assert!(result.stdout.lines().any(|line| line.trim_start().starts_with(about)), "{about}");
    }
}

#[test]
fn a_command_in_a_hint_can_be_pasted() {
    let test = Test::new();
    let (run, moved) = (one_round(&test), test.path("a b"));
    std::fs::rename(run, &moved).unwrap();
    let result = test.run(&["run", "--suite", "plain", "--out", moved.to_str().unwrap()]);
    assert_eq!(result.code, Some(6), "{}", result.stderr);
    let command = format!("`gilbench run --resume '{}'` goes on with it", moved.display());
    assert!(result.stderr.contains(&command), "{}", result.stderr);
}

#[test]
fn a_place_for_scratch_that_is_none_is_named_and_no_interpreter_blamed() {
    let test = Test::new();
    let (run, python) = (test.path("run"), support::python());
    let measure = ["run", "--suite", "plain", "--out", run.to_str().unwrap()];
    let probe = ["interpreters", "probe", python.to_str().unwrap()];
    for arguments in [&measure[..], &["interpreters", "list"], &probe] {
        let mut command = test.command();
        let result = support::ran(&command.args(arguments).env("TMPDIR", "/no/where").output().unwrap());
        assert_eq!(result.code, Some(1), "{}", result.stderr);
        insta::allow_duplicates! {
            insta::assert_snapshot!(result.stderr, @r"
            error: cannot make a scratch folder in `/no/where` (TMPDIR)
              No such file or directory (os error 2)
            hint: set `TMPDIR` to a folder that exists and can be written to
            ");
        }
    }
    assert!(!run.exists(), "there is nothing to go on with");
}

#[test]
fn a_run_that_begins_in_the_same_second_as_another_gets_a_name_of_its_own() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "{least: 8, most: 8}", "{least: 1, most: 1}");
    let runs = test.data().join("target/gilbench/runs");
    // Another run for every second in which this one may begin.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for second in now..now + 60 {
        let time = gilbench_model::units::format_utc(second * 1000).replace(':', "-");
        let folder = runs.join(format!("{time}-plain"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("plan.json"), "{}").unwrap();
    }
    let result = test.run(&["run", "--suite", "plain"]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert!(result.stdout.trim_end().ends_with("-plain-2"), "{}", result.stdout);
}

#[test]
fn a_damaged_run_is_refused_and_lost_samples_can_be_measured_again() {
    let test = Test::new();
    let run = one_round(&test);
    let samples = std::fs::read_to_string(run.join("samples.jsonl")).unwrap();
    let refused = |file: &str, text: &str| {
        let path = run.join(file);
        let before = std::fs::read_to_string(&path);
        std::fs::write(&path, text).unwrap();
        let result = test.run(&["claims", run.to_str().unwrap()]);
        match before {
            Ok(before) => std::fs::write(&path, before).unwrap(),
            Err(_) => std::fs::remove_file(&path).unwrap(),
        }
        assert_eq!(result.code, Some(5), "{}", result.stderr);
        result.stderr.replace(run.to_str().unwrap(), "RUN")
    };

    // The facts and three pilots, without any round.
    let cut: String = samples.split_inclusive('\n').take(4).collect();
    let told = refused("samples.jsonl", &cut);
    assert!(told.contains(": samples.jsonl\n  processes of case "), "{told}");
    assert!(told.contains(": found 1, expected 2, with which it ended (`events.jsonl`, line "), "{told}");
    assert!(told.contains("hint: `rm RUN/events.jsonl`, and `gilbench run --resume RUN` measures"), "{told}");

    let last = samples.lines().next_back().unwrap();
    let told = refused("samples.jsonl", &format!("{samples}{last}\n"));
    assert!(told.contains("  line 8: found round 0 of case "), "{told}");
    assert!(told.contains(" for the second time, after line 7, expected it once\n"), "{told}");

    let told = refused("samples.jsonl", &samples.replace("\"round\":0,", "\"round\":7,"));
    assert!(told.contains(": round 7 does not exist, expected one from 0 to 0\n"), "{told}");

    let opinion = r#"[{"case": 0, "tool": "x", "wall_ns": []},
        {"case": 9, "tool": "x", "wall_ns": []}]"#;
    let told = refused("second-opinion.json", opinion);
    assert!(
        told.contains(": second-opinion.json\n  line 2: case 9 does not exist, expected one from 0 to 2\n"),
        "{told}"
    );

    // As the hint says.
    std::fs::write(run.join("samples.jsonl"), cut).unwrap();
    std::fs::remove_file(run.join("events.jsonl")).unwrap();
    let result = test.run(&["run", "--resume", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
    assert_eq!(support::processes(&run).len(), 6);
}

#[test]
fn a_data_folder_without_the_probe_script_is_refused() {
    let test = Test::new();
    std::fs::remove_file(test.data().join("interpreters/probe.py")).unwrap();
    for arguments in [&["check"][..], &["interpreters", "list"]] {
        let result = test.run(arguments);
        assert_eq!(result.code, Some(3), "{}", result.stderr);
        let told = "probe.py`\n  found no such file, expected the one that asks an executable what it is\n";
        assert!(result.stderr.contains(told), "{}", result.stderr);
    }
}

#[test]
fn a_run_that_cannot_begin_is_not_gone_on_with() {
    let result = Test::new().run(&["run", "--suite", "plain", "--out", "/proc/run"]);
    assert_eq!(result.code, Some(6), "{}", result.stderr);
    assert!(result.stderr.contains("error: cannot begin a run in `/proc/run`: "), "{}", result.stderr);
    assert!(!result.stderr.contains("--resume"), "{}", result.stderr);
}

#[test]
fn lost_samples_and_foreign_folders_are_noticed() {
    let test = Test::new();
    let run = one_round(&test);
    std::fs::remove_file(run.join("samples.jsonl")).unwrap();
    let result = test.run(&["claims", run.to_str().unwrap()]);
    assert_eq!(result.code, Some(5), "{}", result.stderr);
    assert!(result.stderr.contains("the file was lost or emptied"), "{}", result.stderr);

    let foreign = test.path("foreign");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::write(foreign.join("mine.txt"), "x").unwrap();
    let result = test.run(&["run", "--suite", "plain", "--out", foreign.to_str().unwrap()]);
    assert_eq!(result.code, Some(6), "{}", result.stderr);
    assert!(result.stderr.contains("is not empty and holds no run"), "{}", result.stderr);
}
