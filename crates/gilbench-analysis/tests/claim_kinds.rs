//! What a claim may ask for besides times, and what is said of those that no run decides.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bare;

use gilbench_analysis::analyse;
use gilbench_analysis::findings::{ClaimFinding, InterpreterFinding, Verdict};
use gilbench_model::claim::Kind;
use gilbench_model::run_directory::Run;
use gilbench_model::sample::Process;
use serde_json::{Value, from_value, json};

/// Eight rounds of `work/sequential` on the interpreters `one` and `two`; `iteration` tells what each observes and times.
fn run(iteration: impl Fn(&str, u32) -> Value) -> Run {
    let interpreters = ["one", "two"];
    let case = |interpreter: &&str| {
        bare::case(
            &json!({"id": format!("work/sequential/{interpreter}/workers=1"), "interpreter": interpreter}),
        )
    };
    let process = |case: usize, round: u32| {
        let mut found = iteration(interpreters[case], round);
        for (field, value) in [("wall_ns", json!(1_000_000 + round)), ("user_ns", Value::Null)] {
            found[field] = value;
        }
        Process { iterations: vec![from_value(found).unwrap()], ..bare::process(case, round, 0) }
    };
    let rounds = (0..8).flat_map(|round| [(0, round), (1, round)]);
    Run {
        processes: rounds.map(|(case, round)| process(case, round)).collect(),
        ..bare::run(&interpreters.iter().map(case).collect::<Vec<_>>())
    }
}

fn decided(run: &Run, mut claim: Value) -> ClaimFinding {
    claim["id"] = json!("c01");
    claim["place"] = json!("");
    claim["statement"] = json!("");
    analyse(run, &[from_value(claim).unwrap()]).claims.remove(0)
}

/// What an iteration observed, and how long its phase took.
fn seen(threads: u32, phase_ns: u32) -> Value {
    json!({
        "system_ns": null, "voluntary_switches": null, "involuntary_switches": null,
        "observations": {"threads": threads}, "phases": {"start": phase_ns}
    })
}

fn observation(confirmed: &Value) -> Value {
    json!({
        "kind": "behaviour",
        "tests": [{
            "measure": "observation", "observation": "threads",
            "case": {"workload": "work", "strategy": "sequential", "interpreter": "one"}, "confirmed": confirmed
        }],
        "correction": "It is {value}."
    })
}

#[test]
fn an_observation_decides_only_if_every_iteration_says_so() {
    let varied = run(|_, round| seen(3 + round % 3, 1));
    let finding = decided(&varied, observation(&json!({"at_least": 3})));
    let estimate = finding.interpreters[0].comparisons[0].estimate.unwrap();
    assert_eq!((estimate.point, estimate.low, estimate.high), (4.0, 3.0, 5.0));
    assert_eq!((finding.verdict, finding.correction), (Verdict::Confirmed, None));
    assert_eq!(decided(&varied, observation(&json!({"at_least": 4}))).verdict, Verdict::Inconclusive);
    let refuted = decided(&varied, observation(&json!({"at_least": 6})));
    assert_eq!(refuted.verdict, Verdict::Refuted);
    assert_eq!(refuted.correction.as_deref(), Some("It is 4 (seen from 3 to 5)."));
}

#[test]
fn a_comparison_that_comes_out_the_other_way_makes_a_claim_partly_and_its_row_shows_what_decided() {
    let run = run(|interpreter, round| match interpreter {
        "one" => seen(8, 1),
        // One test is refuted, and that the other is not decided does not save the whole.
        _ => json!({
            "system_ns": null, "voluntary_switches": null, "involuntary_switches": null, "phases": {},
            "observations": {"threads": 1, "tasks": 3 + round % 3}
        }),
    });
    let mut claim = observation(&json!({"at_least": 4}));
    let case = json!({"workload": "work", "strategy": "sequential"});
    let test = |name: &str| {
        let confirmed = json!({"at_least": 4});
        json!({"name": name, "measure": "observation", "observation": name, "case": case, "confirmed": confirmed})
    };
    claim["tests"] = json!([test("threads"), test("tasks")]);
    let finding = decided(&run, claim);
    assert_eq!(finding.verdict, Verdict::Partly);
    assert!(finding.correction.is_some());
    let [one, two] = &finding.interpreters[..] else { panic!("{finding:?}") };
    assert_eq!((one.verdict, two.verdict), (Verdict::Confirmed, Verdict::Refuted));
    let shown = two.shown().unwrap();
    assert_eq!((shown.test, shown.verdict), (0, Verdict::Refuted));
}

#[test]
fn a_test_that_decides_nothing_anywhere_leaves_a_claim_undecided() {
    // What decides nothing on `one` was not made on `two`, which confirms the rest.
    let run = run(|interpreter, round| match interpreter {
        "one" => seen(3 + round % 3, 1),
        _ => seen(4, 1),
    });
    let test = |interpreter: &str| {
        let case = json!({"workload": "work", "strategy": "sequential", "interpreter": interpreter});
        json!({
            "measure": "observation", "observation": "threads", "case": case,
            "confirmed": {"at_least": 4}, "refuted": {"at_most": 1}
        })
    };
    let mut claim = observation(&json!({"at_least": 4}));
    claim["tests"] = json!([test("two"), test("one")]);
    let finding = decided(&run, claim);
    assert_eq!(finding.verdict, Verdict::Inconclusive);
    assert_eq!(finding.reason.as_deref(), Some("test 2 decides nothing on any interpreter"));
}

#[test]
fn where_there_is_one_cpu_nothing_is_decided_about_workers_that_work_at_once() {
    let run = run(|_, _| seen(4, 1));
    let mut claim = observation(&json!({"at_least": 4}));
    assert_eq!(decided(&run, claim.clone()).verdict, Verdict::Confirmed);
    claim["tests"][0]["case"]["workers"] = json!("cpus");
    let finding = decided(&run, claim);
    assert_eq!(finding.verdict, Verdict::Untestable);
    let reason = "needs two CPUs or more for workers that work at once, and has 1";
    assert_eq!(finding.reason.as_deref(), Some(reason));
}

#[test]
fn each_interpreter_is_judged_by_the_first_size_that_the_run_has_of_it() {
    let mut run = run(|interpreter, _| seen(if interpreter == "one" { 4 } else { 5 }, 1));
    run.plan.cases[1].conditions.size = "brief".parse().unwrap();
    let mut claim = observation(&json!({"at_least": 4}));
    claim["tests"][0]["case"] =
        json!({"workload": "work", "strategy": "sequential", "size": ["default", "brief"]});
    let points = |claim: &Value| {
        let finding = decided(&run, claim.clone());
        let estimate = |found: &InterpreterFinding| found.comparisons[0].estimate.unwrap().point;
        finding.interpreters.iter().map(estimate).collect::<Vec<_>>()
    };
    assert_eq!(points(&claim), [4.0, 5.0]);
    claim["tests"][0]["case"]["size"] = json!(["brief"]);
    assert_eq!(points(&claim), [5.0]);
}

/// A claim about the ratio of two over one, in which each of `sides` may name a phase.
fn ratio(measure: &str, sides: [Value; 2], confirmed: &Value) -> Value {
    let mut case = json!({"workload": "work", "strategy": "sequential", "interpreter": "two"});
    let mut against = json!({"interpreter": "one"});
    for (side, phase) in [&mut case, &mut against].into_iter().zip(sides) {
        side["phase"] = phase;
    }
    let mut test = json!({"name": "dearer", "measure": measure, "case": case, "against": against, "confirmed": confirmed});
    if measure == "observation-ratio" {
        test["observation"] = json!("threads");
    }
    json!({"tests": [test], "correction": "{dearer:two}, {dearer:one}"})
}

#[test]
fn numbers_that_were_observed_are_compared_by_round() {
    // Rounds differ by far more than the interpreters do, and pair.
    let run = run(|interpreter, round| seen(100 * (round + 1) * if interpreter == "two" { 3 } else { 2 }, 1));
    let finding =
        decided(&run, ratio("observation-ratio", [Value::Null, Value::Null], &json!({"at_least": 2})));
    let estimate = finding.interpreters[0].estimate.unwrap();
    assert!((estimate.ratio - 1.5).abs() < 1e-9 && estimate.high < 1.6, "{estimate:?}");
    assert_eq!(finding.verdict, Verdict::Refuted);
    assert_eq!(finding.correction.as_deref(), Some("1.50× [1.50×, 1.50×], (not measured in this run)"));
}

#[test]
fn a_phase_is_compared_where_one_is_named_and_the_iteration_elsewhere() {
    let run = run(|interpreter, round| seen(1, 500_000 * (1 + u32::from(interpreter == "two")) + round));
    let of = |sides| decided(&run, ratio("time-ratio", sides, &json!({"at_least": 0.5})));
    let is = |sides, expected: f64| {
        let found = of(sides).interpreters[0].estimate.unwrap().ratio;
        assert!((found - expected).abs() < 0.01, "{found}, expected {expected}");
    };
    is([json!("start"), json!("start")], 2.0);
    is([json!("start"), Value::Null], 1.0);
    let missing = of([json!("stop"), Value::Null]);
    assert_eq!(missing.verdict, Verdict::Untestable);
    let reason = missing.reason.unwrap();
    assert!(reason.ends_with("workers=1 does not time a phase `stop` here"), "{reason}");
}

#[test]
fn what_no_run_decides_says_why_and_what_bears_on_it() {
    let run = run(|_, _| seen(1, 1));
    let bearing = json!([{"workload": "work", "strategy": "sequential"}]);
    let opinion =
        decided(&run, json!({"kind": "opinion", "because": "a matter of taste", "bears_on": bearing}));
    assert_eq!((opinion.verdict, opinion.kind), (Verdict::Opinion, Kind::Opinion));
    assert_eq!(opinion.reason.as_deref(), Some("a matter of taste"));
    assert_eq!(opinion.bears_on, ["work/sequential/one/workers=1", "work/sequential/two/workers=1"]);
    let elsewhere =
        json!({"kind": "other-hardware", "because": "one processor here", "decided_by": "measure there"});
    let elsewhere = decided(&run, elsewhere);
    assert_eq!(elsewhere.verdict, Verdict::Untestable);
    assert_eq!(elsewhere.decided_by.as_deref(), Some("measure there"));
}
