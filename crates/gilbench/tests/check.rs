//! Bad data files: errors that name file, line, field, found, expected, and a hint.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::Test;

/// Runs `check` on edited data and gives its complaint, without the folder's name.
fn complaint(test: &Test) -> String {
    let result = test.run(&["check"]);
    assert_eq!(result.code, Some(3), "{}{}", result.stdout, result.stderr);
    assert_eq!(result.stdout, "");
    result.stderr.replace(&*test.data().to_string_lossy(), "DATA")
}

#[test]
fn an_unknown_field_is_named_with_its_place() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "target: 3%", "tarket: 3%");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/suites/plain.yaml`
      profile: unknown field `tarket`, expected one of `rounds`, `target`, `case_time`, `timeout`, `iterations` at line 6 column 3
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn a_duplicate_key_is_refused() {
    let test = Test::new();
    test.edit("workloads/faulty/workload.yaml", "  hang: {}", "  hang: {}\n  hang: {}");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/faulty/workload.yaml`
      strategies: duplicate key `hang` at line 13 column 3
    hint: `hang:` stands on lines 24 and 25
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_data_file() {
    let test = Test::new();
    for file in ["workloads/suites/plain.yaml", "workloads/faulty/workload.yaml"] {
        test.edit(file, "name:", "\u{feff}name:");
    }
    let result = test.run(&["check"]);
    assert_eq!(result.code, Some(0), "{}", result.stderr);
}

#[test]
fn timelines_are_of_cases_that_the_suite_has() {
    let test = Test::new();
    let timelines = "timelines:
  - {workload: falty}
  - {workload: faulty, strategies: [thread], interpreters: [fakes], axes: {size: [slower]}}
  - {workload: faulty, strategies: [sequential], axes: {workers: [2], gil: []}}
  - {workload: faulty, strategies: [crash]}
groups:";
    test.edit("workloads/suites/plain.yaml", "groups:", timelines);
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 11, field `timelines[0].workload`: found `falty`, expected a known workload
    hint: did you mean `faulty`? `gilbench list workloads` shows all
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 12, field `timelines[1].interpreters`: found `fakes`, expected a known interpreter
    hint: did you mean `fake`? `gilbench list interpreters` shows all
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 12, field `timelines[1].strategies`: found `thread`, expected a known strategy of the suite's groups of this workload
    hint: did you mean `threads`? timelines are of cases that the suite measures
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 12, field `timelines[1].axes.size`: found `slower`, expected a known size of the workload
    hint: did you mean `slow`? `gilbench list workloads` shows the sizes
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 13, field `timelines[2].axes.gil`: found an empty list, expected at least one value, or no such field: what is left out matches anything
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 13, field `timelines[2].axes.workers`: found an axis that none of the strategies uses, expected an axis that a strategy lists under `uses`
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 14, field `timelines[3].strategies`: found `crash`, expected a known strategy of the suite's groups of this workload
    hint: known are sequential, threads
    error: 7 errors in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn timelines_of_a_workload_that_is_not_measured_are_refused() {
    let test = Test::new();
    support::copy(&test.data().join("workloads/faulty"), &test.data().join("workloads/other"));
    test.edit("workloads/other/workload.yaml", "name: faulty", "name: other");
    test.edit("workloads/suites/plain.yaml", "groups:", "timelines: [{workload: other}]\ngroups:");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 10, field `timelines[0].workload`: found `other`, of which the suite has no case, expected a workload of its `groups`
    hint: timelines are of cases that the suite measures: add a group first
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn a_suite_extends_one_that_is_there_and_extends_none() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "interpreters:", "extends: fault\ninterpreters:");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 3, field `extends`: found `fault`, expected a known suite
    hint: did you mean `faults`? `gilbench list suites` shows all
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
    test.edit("workloads/suites/plain.yaml", "extends: fault", "extends: faults");
    assert_eq!(test.run(&["check"]).code, Some(0));
    test.edit("workloads/suites/faults.yaml", "interpreters:", "extends: plain\ninterpreters:");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/suites/faults.yaml`
      line 3, field `extends`: found `plain`, expected a suite that extends no other one
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 3, field `extends`: found `faults`, expected a suite that extends no other one
    error: 2 errors in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn an_unknown_interpreter_is_named_with_a_near_one() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "[fake]", "[fakes]");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 3, field `interpreters`: found `fakes`, expected a known interpreter
    hint: did you mean `fake`? `gilbench list interpreters` shows all
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn a_name_that_is_not_the_files_is_refused_by_its_field() {
    let test = Test::new();
    test.edit("interpreters/absent.yaml", "id: absent", "id: present");
    test.edit("workloads/suites/plain.yaml", "name: plain", "name: plane");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/interpreters/absent.yaml`
      line 1, field `id`: found `present`, expected `absent`, as the file is named
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 1, field `name`: found `plane`, expected `plain`, as the file is named
    error: 2 errors in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn an_unknown_strategy_is_named() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "[sequential, threads]", "[sequential, treads]");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 12, field `groups[0].strategies`: found `treads`, expected a known strategy of the workload
    hint: did you mean `threads`? `gilbench list workloads` shows the strategies and sizes of `faulty`
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn an_empty_axis_is_refused() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "workers: [1]", "workers: []");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 13, field `groups[0].axes.workers`: found an empty list, expected at least one value, or no such axis
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn absurd_numbers_are_refused() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "workers: [1]", "workers: [1000000]");
    test.edit("workloads/suites/faults.yaml", "{least: 1, most: 1}", "{least: 3, most: 2}");
    test.edit("workloads/faulty/workload.yaml", "milliseconds: 1}", "milliseconds: 18446744073709551615}");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/suites/plain.yaml`
      groups[0].axes.workers: found 1000000, expected a number from 1 to 10000 at line 13 column 21
    error: failed to load `DATA/workloads/faulty/workload.yaml`
      line 7, field `sizes.default.parameters.milliseconds`: found 18446744073709551615, expected at most 9007199254740992 (2^53)
    error: failed to load `DATA/workloads/suites/faults.yaml`
      line 5, field `profile.rounds.least`: found 3, expected at least 6, the fewest that give a 95 % interval, or 1 for a smoke run
    error: failed to load `DATA/workloads/suites/faults.yaml`
      line 5, field `profile.rounds.most`: found 2, expected from 3 (`least`) to 1000
    error: 4 errors in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn room_for_a_compiler_that_is_none_is_refused() {
    let test = Test::new();
    test.edit(
        "workloads/suites/plain.yaml",
        "least_with_jit: 1}",
        "least_with_jit: 2, with_jit: {most: 1, time: 1s}}",
    );
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 9, field `profile.iterations.with_jit`: found most 1, time 1s, expected `most` of at least 1 and at least `least_with_jit`, and a `time` of at least `1ms`
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn limits_of_no_time_are_refused() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "case_time: 60s", "case_time: 0s");
    test.edit("workloads/suites/plain.yaml", "timeout: 10s", "timeout: 0.4ms");
    test.edit("workloads/suites/plain.yaml", "time: 1s", "time: 0m");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 7, field `profile.case_time`: found `0ns`, expected at least `1ms`
    hint: `rounds.most` ends a case too: `case_time: 1h` leaves it to that
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 8, field `profile.timeout`: found `400µs`, expected at least `1ms`
    hint: a process would be killed before it begins
    error: failed to load `DATA/workloads/suites/plain.yaml`
      line 9, field `profile.iterations.time`: found `0ns`, expected at least `1ms`
    hint: for a single iteration write `most: 1`
    error: 3 errors in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn a_placeholder_for_a_digest_is_refused_with_the_way_to_the_right_one() {
    let test = Test::new();
    let digest = "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945";
    test.edit("workloads/faulty/workload.yaml", digest, &"0".repeat(64));
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/faulty/workload.yaml`
      line 8, field `sizes.default.digest`: found zeros only, a placeholder, expected the SHA-256 of the right answer
    hint: run the worker by hand and take the digest of its `iteration` message, as in `docs/adding-a-workload.md`: `PYTHONPATH=workloads/_worker python3 workloads/faulty/worker.py < request.json`
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn a_claim_about_an_unknown_case_is_refused() {
    let test = Test::new();
    test.edit("workloads/claims.yaml", "strategy: garbage", "strategy: garbege");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/claims.yaml`
      line 18, field `c02.tests`: found `garbege`, expected a known strategy of the workload
    hint: did you mean `garbage`? `gilbench list workloads` shows the strategies and sizes of `faulty`
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn a_claim_that_speaks_of_an_unknown_fix_is_refused() {
    let test = Test::new();
    test.edit("workloads/claims.yaml", "    place: The Error", "    place: The Error\n    fixes: [fix-9]");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/claims.yaml`
      line 4, field `c01.fixes`: found `fix-9`, expected the `id` of one of the `fixes` at the top of the file
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn a_fix_that_is_there_twice_is_refused() {
    let test = Test::new();
    let twice = "fixes:\n  - {id: fix-1, title: One}\n  - {id: fix-1, title: Two}\nclaims:";
    test.edit("workloads/claims.yaml", "claims:", twice);
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/claims.yaml`
      line 3, field `id`: found `fix-1` twice, expected each fix once
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn a_claim_about_a_condition_that_its_strategy_does_not_use_is_refused() {
    let test = Test::new();
    test.edit("workloads/claims.yaml", "strategy: garbage", "strategy: garbage, omp: 2");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/claims.yaml`
      line 12, field `c02.tests`: found `omp` of faulty/garbage/* omp=2, expected what the strategy lists under `uses`
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

/// What `check` says of the fixture's first claim with other lines in the place of some.
fn complaint_of_claim(old: &str, new: &str) -> String {
    let test = Test::new();
    test.edit("workloads/claims.yaml", old, new);
    complaint(&test)
}

#[test]
fn a_claim_that_is_tested_says_how_it_is_put_right() {
    insta::assert_snapshot!(complaint_of_claim("    correction: The one takes {value} times as long as the other.\n", ""), @r"
    error: failed to load `DATA/workloads/claims.yaml`
      line 2, field `c01.correction`: found nothing with kind `measured`, expected `correction`
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn a_figure_that_no_test_gives_is_refused() {
    let old = "takes {value} times";
    insta::assert_snapshot!(complaint_of_claim(old, "takes {threads} times"), @r"
    error: failed to load `DATA/workloads/claims.yaml`
      line 11, field `c01.correction`: found `{threads}`, expected `{value}`, or the name of one of its tests
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
    insta::assert_snapshot!(complaint_of_claim(old, "takes {value:fakes} times"), @r"
    error: failed to load `DATA/workloads/claims.yaml`
      line 11, field `c01.correction`: found `fakes`, expected a known interpreter
    hint: did you mean `fake`? `gilbench list interpreters` shows all
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
    insta::assert_snapshot!(complaint_of_claim(old, "takes {value:a b} times"), @r"
    error: failed to load `DATA/workloads/claims.yaml`
      line 11, field `c01.correction`: found `{value:a b}`, expected the id of an interpreter behind the colon
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn a_claim_that_nothing_here_decides_has_no_tests_and_says_why() {
    insta::assert_snapshot!(complaint_of_claim("    place: Nowhere", "    place: Nowhere\n    kind: opinion"), @r"
    error: failed to load `DATA/workloads/claims.yaml`
      line 12, field `c02.tests`: found `tests` with kind `opinion`, expected no `tests`
    error: failed to load `DATA/workloads/claims.yaml`
      line 12, field `c02.correction`: found `correction` with kind `opinion`, expected no `correction`
    error: failed to load `DATA/workloads/claims.yaml`
      line 12, field `c02.because`: found nothing with kind `opinion`, expected `because`
    error: failed to load `DATA/workloads/claims.yaml`
      line 12, field `c02.refuted_if_seen`: found `refuted_if_seen` with kind `opinion`, expected no `refuted_if_seen`
    error: failed to load `DATA/workloads/claims.yaml`
      line 12, field `c02.bears_on`: found nothing with kind `opinion`, expected `bears_on`
    error: 5 errors in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn observations_are_named_and_have_no_phase() {
    insta::assert_snapshot!(complaint_of_claim("measure: speed-up", "measure: observation"), @r"
    error: failed to load `DATA/workloads/claims.yaml`
      line 12, field `c02.tests`: found measure `observation`, expected no `against`: the measure is of one case
    error: failed to load `DATA/workloads/claims.yaml`
      line 12, field `c02.tests`: found `observation` and `measure` that disagree, expected `observation: NAME` with `measure: observation` or `observation-ratio`, and only there
    error: 2 errors in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
    insta::assert_snapshot!(complaint_of_claim(
        "measure: speed-up\n        case: {",
        "measure: observation-ratio\n        observation: bytes\n        case: {phase: work, ",
    ), @r"
    error: failed to load `DATA/workloads/claims.yaml`
      line 12, field `c02.tests`: found `phase` with an observation, expected a phase only where times are compared
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn words_stand_for_numbers_of_observations_each_for_one() {
    let old = "measure: speed-up\n        case: {workload: faulty, strategy: garbage}\n        against: {strategy: sequential}\n";
    let new =
        |measure: &str, words: &str| format!("measure: {measure}\n        words: {words}\n{}", &old[18..]);
    let told = complaint_of_claim(old, &new("speed-up", "{0: slow, 1: fast}"));
    let expected = "field `c02.tests.words`: found them with measure `speed-up`, expected them with \
                    `measure: observation` only";
    assert!(told.contains(expected), "{told}");
    let observed = "measure: observation\n        observation: threads\n        words: {0: \"\", 1: one, 2: one}\n        \
                    case: {workload: faulty, strategy: garbage}\n";
    let told = complaint_of_claim(old, observed);
    for found in ["found \"\" for 0, expected", "found \"one\" for 2, expected"] {
        assert!(told.contains(found), "{told}");
    }
    assert_eq!(told.matches("field `c02.tests.words`").count(), 2, "{told}");
}

#[test]
fn only_what_is_native_calibrates() {
    let test = Test::new();
    test.edit("workloads/faulty/workload.yaml", "bound: cpu", "bound: cpu\ncalibration: true");
    insta::assert_snapshot!(complaint(&test), @r"
    error: failed to load `DATA/workloads/faulty/workload.yaml`
      line 5, field `calibration`: found `true`, expected a strategy `sequential` for `native` beside it, and no server
    error: 1 error in the data files of `DATA`
    hint: `gilbench check` checks the data files again, without measuring
    ");
}

#[test]
fn a_data_file_is_a_regular_file_of_a_sensible_length() {
    let test = Test::new();
    let suites = test.data().join("workloads/suites");
    std::os::unix::fs::symlink("/dev/zero", suites.join("zero.yaml")).unwrap();
    std::fs::write(suites.join("long.yaml"), "#".repeat(1024 * 1024 + 1)).unwrap();
    let told = complaint(&test);
    assert!(told.contains("long.yaml`\n  cannot be read: it is longer than 1 MiB\n"), "{told}");
    assert!(told.contains("zero.yaml`\n  cannot be read: it is no regular file\n"), "{told}");
}

#[test]
fn a_mistake_at_the_top_of_a_file_has_its_line() {
    let test = Test::new();
    test.edit("workloads/suites/plain.yaml", "interpreters: [fake]", "");
    test.edit("workloads/suites/faults.yaml", "summary: Every fault once.\n", "summary: x\n");
    test.edit("workloads/suites/faults.yaml", "name: faults", "# A name.\nname: FAULTS");
    let told = complaint(&test);
    assert!(told.contains("missing field `interpreters` at line 1 column 1\n"), "{told}");
    assert!(told.contains("beginning with a letter or digit at line 2\n"), "{told}");
}

/// What `check` says of a file of kinds of work.
fn complaint_of_kinds(text: &str) -> String {
    let test = Test::new();
    std::fs::write(test.data().join("workloads/kinds.yaml"), text).unwrap();
    complaint(&test)
}

#[test]
fn a_kind_of_work_names_workloads_sizes_and_claims_that_there_are() {
    let kind = |rest: &str| {
        complaint_of_kinds(&format!(
            "kinds:\n  - name: some\n    title: Some\n    summary: Some work.\n    when_not: Never.\n{rest}"
        ))
    };
    for (rest, words) in [
        (
            "    shown_by:\n      - {workload: faulti, size: default}\n",
            "line 7, field `some.shown_by`: found `faulti`, expected a known workload\nhint: did you mean `faulty`?",
        ),
        (
            "    shown_by:\n      - {workload: faulty, size: defualt}\n",
            "line 7, field `some.shown_by`: found `defualt`, expected a known size",
        ),
        (
            "    shown_by:\n      - {workload: faulty, size: default}\n    claims: [c01, c01]\n",
            "line 8, field `some.claims`: found `c01` twice, expected each claim once",
        ),
        (
            "    shown_by: []\n",
            "field `some.shown_by`: found nothing, expected at least one workload and size",
        ),
        (
            "    shown_by:\n      - {workload: faulty, size: default}\n    claims: [c77]\n",
            "field `some.claims`: found `c77`, expected a known claim",
        ),
    ] {
        let complaint = kind(rest);
        assert!(complaint.contains(words), "{complaint}");
    }
}
