//! What `analyse` says of runs that are made up.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bare;

use gilbench_analysis::costs::{Costs, costs};
use gilbench_analysis::findings::{
    CaseState, ClaimFinding, Disturbance, DisturbedRound, Findings, MemoryFinding, ProcessWarmUp, Verdict,
    WarmUpClass, WarmUpCounts, WarmUpFinding,
};
use gilbench_analysis::{analyse, partners};
use gilbench_model::claim::Claim;
use gilbench_model::interpreter::WorkerKind;
use gilbench_model::plan::{Role, Skip, SteadyRule};
use gilbench_model::run_directory::Run;
use gilbench_model::sample::{Iteration, Outcome, Process};
use serde_json::{Value, from_value, json};

/// A run of `work/sequential` on these interpreters, whose processes were not recorded yet.
fn run(interpreters: &[&str], known: &Value) -> Run {
    let case = |interpreter: &&str| {
        bare::case(
            &json!({"id": format!("work/sequential/{interpreter}/workers=1"), "interpreter": interpreter}),
        )
    };
    let mut run = bare::run(&interpreters.iter().map(case).collect::<Vec<_>>());
    run.environment.interpreters = from_value(known.clone()).unwrap();
    run
}

/// A process of the first case: a round, or the pilot, with the peak of its memory.
fn process(round: Option<u32>, peak_bytes: u64, source: &str) -> Process {
    from_value(json!({
        "case": 0, "round": round, "began_ms": 0, "outcome": {"kind": "completed"}, "facts": null,
        "iterations": [{
            "wall_ns": 1_000_000 + peak_bytes, "user_ns": null, "system_ns": null,
            "voluntary_switches": null, "involuntary_switches": null
        }],
        "tree": {
            "wall_ns": 2_000_000, "user_ns": 0, "system_ns": 0, "voluntary_switches": 0, "involuntary_switches": 0,
            "memory": {"peak_bytes": peak_bytes, "source": source}, "exit_code": 0, "signal": null, "orphans": 0
        },
    }))
    .unwrap()
}

#[test]
fn costs_are_ratios_of_the_rounds_that_both_completed() {
    // The baseline starts in 40 and works 50 in each iteration; the other starts in as much, and a pool of its own in 80.
    let costly = |case: u32, round: u32, iterations: usize, cpu_ns: u64, peak_bytes: u64, source: &str| {
        let mut process = process(Some(round), peak_bytes, source);
        process.case = case;
        let nanoseconds = gilbench_model::Nanoseconds;
        let iteration = Iteration {
            user_ns: Some(nanoseconds(50)),
            system_ns: Some(nanoseconds(0)),
            ..process.iterations[0].clone()
        };
        process.iterations = vec![iteration; iterations];
        process.tree.as_mut().unwrap().user_ns = nanoseconds(cpu_ns);
        process
    };
    let rounds = |source: &'static str| {
        let both = |round| {
            [
                costly(0, round, 4, 40 + 80 + 4 * 80, 300, "cgroup"),
                costly(1, round, 8, 40 + 8 * 50, 100, source),
            ]
        };
        (0..8).flat_map(both).collect::<Vec<_>>()
    };
    let run = run(&["one", "two"], &json!([]));
    let mut processes = rounds("cgroup");
    // Only one of them has this round.
    processes.push(costly(0, 9, 4, 40_000, 30_000, "cgroup"));
    let found = costs(&Run { processes, ..run.clone() }, 0, 1);
    let (cpu, memory) = (found.cpu.unwrap(), found.memory.unwrap());
    assert!((cpu.point - 2.0).abs() < 1e-9 && cpu.count == 8, "{cpu:?}");
    assert!((memory.point - 3.0).abs() < 1e-9 && memory.count == 8, "{memory:?}");

    let sampled = costs(&Run { processes: rounds("sampled-pss"), ..run.clone() }, 0, 1);
    assert!(sampled.cpu.is_some() && sampled.memory.is_none());
    let mut distrusted = Run { processes: rounds("cgroup"), ..run.clone() };
    distrusted.plan.cases[1].cpu_time_trusted = false;
    assert!(costs(&distrusted, 0, 1).cpu.is_none());
    assert_eq!(costs(&run, 0, 1), Costs::default());
}

#[test]
fn what_its_worker_says_cannot_run_here_was_skipped() {
    let outcome = Outcome::Unsupported { reason: "not today".to_owned() };
    let pilot = Process { round: None, outcome, iterations: Vec::new(), ..bare::process(0, 0, 0) };
    let found = analyse(&Run { processes: vec![pilot], ..run(&["one"], &json!([])) }, &[]);
    let skipped = CaseState::Skipped { reason: "unsupported: not today".to_owned(), hint: None };
    assert_eq!(found.cases[0].state, skipped);
    assert_eq!((found.totals.failed, found.totals.skipped), (0, 1));
}

fn memory_of(processes: Vec<Process>) -> Option<MemoryFinding> {
    let Findings { cases, .. } = analyse(&Run { processes, ..run(&["one"], &json!([])) }, &[]);

    cases[0].memory
}

#[test]
fn memory_of_rounds_has_an_interval_and_leaves_the_pilot_out() {
    let pilot = process(None, 900, "cgroup");
    // No resemblance of neighbours, which would widen the interval beyond the data.
    let peaks = [100, 130, 110, 150, 120, 140];
    let rounds = (0..).zip(peaks).map(|(round, peak)| process(Some(round), peak, "cgroup"));
    let Some(MemoryFinding::Cgroup { bytes }) = memory_of([pilot].into_iter().chain(rounds).collect()) else {
        panic!("no estimate");
    };
    assert_eq!(bytes.count, 6);
    assert!((bytes.point - 125.0).abs() < 1e-9, "{bytes:?}");
    assert!(bytes.low >= 100.0 && bytes.high <= 150.0 && bytes.low < bytes.high, "{bytes:?}");
}

#[test]
fn memory_of_too_few_rounds_is_not_known() {
    let rounds = (0..5).map(|round| process(Some(round), 100, "cgroup"));
    assert_eq!(memory_of(rounds.collect()), None);
}

#[test]
fn memory_that_only_the_pilot_knows_is_one_number() {
    let pilot = process(None, 900, "sampled-pss");
    assert_eq!(memory_of(vec![pilot]), Some(MemoryFinding::SampledPss { bytes: 900 }));
}

/// A claim that the one case uses at most 1.1 CPUs.
fn at_most_one_cpu() -> Claim {
    from_value(json!({
        "id": "c04", "place": "", "statement": "", "refuted_if_seen": "",
        "tests": [{
            "measure": "cpu-per-wall", "case": {"workload": "work", "strategy": "sequential"},
            "confirmed": {"at_most": 1.1}
        }]
    }))
    .unwrap()
}

/// Eight rounds of the one case, of which every process used 0.7 CPU seconds and a few nanoseconds in a second, in
/// which its CPU was idle for so long.
fn run_with_idle(idle_ns: Option<u64>) -> Run {
    let process = |round: u32| -> Process {
        from_value(json!({
            "case": 0, "round": round, "began_ms": 0, "outcome": {"kind": "completed"}, "facts": null,
            "iterations": [{
                "wall_ns": 1_000_000_000, "user_ns": 700_000_000 + round, "system_ns": 0,
                "voluntary_switches": null, "involuntary_switches": null
            }],
            "tree": {
                "wall_ns": 1_000_000_000, "idle_ns": idle_ns, "user_ns": 700_000_000, "system_ns": 0,
                "voluntary_switches": 0, "involuntary_switches": 0, "memory": null, "exit_code": 0,
                "signal": null, "orphans": 0
            },
        }))
        .unwrap()
    };
    Run { processes: (0..8).map(process).collect(), ..run(&["one"], &json!([])) }
}

/// The verdict on "uses at most 1.1 CPUs".
fn verdict_with_idle(idle_ns: Option<u64>) -> (Verdict, Option<String>) {
    let claim = analyse(&run_with_idle(idle_ns), &[at_most_one_cpu()]).claims.remove(0);
    (claim.verdict, claim.reason)
}

/// Findings of a claim that eight rounds decide, and of so many others about the same that they do not: their
/// threshold lies in the middle of the rounds.
fn among(undecided: usize) -> Findings {
    let mut other = at_most_one_cpu();
    other.tests[0].confirmed.at_most = Some(0.700_000_003_5);
    let claims: Vec<Claim> =
        std::iter::once(at_most_one_cpu()).chain(std::iter::repeat_n(other, undecided)).collect();
    analyse(&run_with_idle(None), &claims)
}

#[test]
fn a_lone_finding_among_many_comparisons_does_not_survive() {
    let few = among(5);
    assert_eq!(few.claims[0].verdict, Verdict::Confirmed);
    let counts = few.totals.comparisons;
    assert_eq!((counts.made, counts.tested, counts.significant_alone, counts.significant), (6, 6, 1, 1));
    let many = among(6);
    assert_eq!(many.claims[0].verdict, Verdict::Inconclusive);
    assert_eq!(
        many.claims[0].reason.as_deref(),
        Some(
            "would be confirmed alone (p = 0.00781), but not among the 7 comparisons of the run (adjusted p = 0.0547)"
        )
    );
    let counts = many.totals.comparisons;
    assert_eq!((counts.made, counts.tested, counts.significant_alone, counts.significant), (7, 7, 1, 0));
    // Nothing that the rounds themselves leave open is put down to the number of comparisons.
    assert_eq!(many.claims[1].reason.as_deref(), Some("the interval reaches across a threshold"));
}

#[test]
fn a_comparison_that_can_decide_nothing_is_not_tested() {
    let claim = analyse(&run_with_idle(Some(0)), &[at_most_one_cpu()]).claims.remove(0);
    let comparison = &claim.interpreters[0].comparisons[0];
    assert!(comparison.estimate.is_some(), "{comparison:?}");
    let tested = (comparison.p_value, comparison.adjusted_p_value, comparison.significant);
    assert_eq!(tested, (None, None, None));
    assert_eq!((claim.counts.made, claim.counts.tested), (1, 0));
}

#[test]
fn whether_a_difference_matters_is_said_of_two_times_only() {
    let relevant = |slower_by: u64, measure: &str| {
        let claim = json!({
            "id": "c01", "place": "", "statement": "", "refuted_if_seen": "",
            "tests": [{
                "measure": measure, "case": {"workload": "work", "strategy": "sequential", "interpreter": "one"},
                "against": {"interpreter": "two"}, "confirmed": {"at_most": 3}
            }]
        });
        let processes = (0..2).flat_map(|case| {
            (0..8).map(move |round| {
                let mut process = process(Some(round), 0, "cgroup");
                process.case = case;
                let wall = 1_000_000 + u64::from(round) * 100 + if case == 0 { slower_by } else { 0 };
                process.iterations[0].wall_ns = gilbench_model::Nanoseconds(wall);
                process
            })
        });
        let run = Run { processes: processes.collect(), ..run(&["one", "two"], &json!([])) };
        let claim = analyse(&run, &[from_value::<Claim>(claim).unwrap()]).claims.remove(0);
        claim.interpreters[0].comparisons[0].relevant
    };
    assert_eq!(relevant(100_000, "time-ratio"), Some(true));
    assert_eq!(relevant(10_000, "time-ratio"), Some(false));
    assert_eq!(relevant(100_000, "efficiency"), None, "no ratio of two times");
}

#[test]
fn a_case_is_measured_with_its_baseline_and_its_twin_outside_the_container() {
    let mut run = run(&["one", "one", "one-container", "two"], &json!([]));
    run.plan.cases[1].strategy = "threads".parse().unwrap();
    let expected: [&[u32]; 4] = [&[], &[0], &[0], &[]];
    assert_eq!(partners(&run.plan), expected);
    run.plan.cases[2].strategy = "threads".parse().unwrap();
    let expected: [&[u32]; 4] = [&[], &[0], &[1], &[]];
    assert_eq!(partners(&run.plan), expected, "it has no baseline of its own");
    run.plan.cases[0].skip = Some(Skip { reason: "absent".into(), hint: None });
    let expected: [&[u32]; 4] = [&[], &[], &[1], &[]];
    assert_eq!(partners(&run.plan), expected, "what is not measured is nobody's partner");
}

#[test]
fn a_case_that_others_crowded_decides_nothing() {
    let crowded = "crowded: other programs or machines left it 0.70 CPUs, and it could use 1".to_owned();
    assert_eq!(verdict_with_idle(Some(0)), (Verdict::Inconclusive, Some(crowded)));
    assert_eq!(verdict_with_idle(Some(250_000_000)), (Verdict::Confirmed, None), "it did not want the CPU");
    assert_eq!(verdict_with_idle(None), (Verdict::Confirmed, None), "the kernel does not tell");
}

#[test]
fn what_the_hypervisor_took_was_not_left() {
    let left = |tree: Value| {
        let mut run = run_with_idle(Some(250_000_000));
        for process in &mut run.processes {
            let mut changed = serde_json::to_value(&process.tree).unwrap();
            changed.as_object_mut().unwrap().extend(tree.as_object().unwrap().clone());
            process.tree = from_value(changed).unwrap();
        }
        analyse(&run, &[]).cases[0].cpus_left
    };
    let close = |left: Option<f64>, expected: f64| (left.unwrap() - expected).abs() < 1e-9;
    assert!(close(left(json!({})), 0.95), "idle and its own");
    assert!(close(left(json!({"noise": {"steal_ns": 20_000_000}})), 0.95), "no more than was not stolen");
    assert!(close(left(json!({"noise": {"steal_ns": 300_000_000}})), 0.7), "part of it counted as its own");
    let short = json!({"wall_ns": 10_000_000, "idle_ns": 0, "user_ns": 5_000_000});
    assert_eq!(left(short), None, "ticks tell nothing of a hundredth of a second");
}

/// A process of a second and `extra` nanoseconds on one CPU, of which so much was stolen.
fn stolen_from(round: Option<u32>, extra: u64, steal_ns: u64) -> Process {
    from_value(json!({
        "case": 0, "round": round, "began_ms": 0, "outcome": {"kind": "completed"}, "facts": null,
        "iterations": [{
            "wall_ns": 900_000_000 + extra, "user_ns": null, "system_ns": null,
            "voluntary_switches": null, "involuntary_switches": null
        }],
        "tree": {
            "wall_ns": 1_000_000_000 + extra, "idle_ns": 0, "user_ns": 1_000_000_000 - steal_ns, "system_ns": 0,
            "voluntary_switches": 0, "involuntary_switches": 0, "memory": null, "exit_code": 0,
            "signal": null, "orphans": 0, "noise": {"steal_ns": steal_ns}
        },
    }))
    .unwrap()
}

#[test]
fn disturbed_rounds_are_counted_and_stay_part_of_every_number() {
    let pilot = stolen_from(None, 0, 500_000_000);
    let quiet = (0..6).map(|round| stolen_from(Some(round), u64::from(round), 0));
    let disturbed = [6, 7].map(|round| stolen_from(Some(round), 100 + u64::from(round), 100_000_000));
    let processes: Vec<Process> = [pilot].into_iter().chain(quiet).chain(disturbed).collect();
    let findings = analyse(&Run { processes, ..run(&["one"], &json!([])) }, &[]);
    let case = &findings.cases[0];
    let counted = case.disturbed.as_ref().unwrap();
    assert_eq!(counted.to_string(), "2 of 8: steal 2", "the pilot is no round");
    let by_round = |disturbed: &DisturbedRound| (disturbed.round, disturbed.labels.clone());
    let named: Vec<_> = case.disturbed_rounds.iter().map(by_round).collect();
    assert_eq!(named, [6, 7].map(|round| (round, vec![Disturbance::Steal])));
    assert_eq!(findings.disturbed.as_ref(), Some(counted));
    assert_eq!(case.rounds, 8);
    assert_eq!(case.steady.unwrap().count, 8);
    let without = case.steady_undisturbed.unwrap();
    assert_eq!(without.count, 6);
    assert!(without.high < 0.900_000_1 && case.steady.unwrap().high > without.high, "{without:?}");
}

#[test]
fn of_a_run_in_which_nobody_looked_no_disturbance_is_known() {
    let processes = (0..8).map(|round| process(Some(round), 1, "cgroup")).collect();
    let findings = analyse(&Run { processes, ..run(&["one"], &json!([])) }, &[]);
    assert_eq!((&findings.disturbed, &findings.cases[0].disturbed), (&None, &None));
}

/// A process that made these iterations, in milliseconds, and saw so many switches in each.
fn counting(round: Option<u32>, times: &[u64], switches: i64) -> Process {
    let iterations: Vec<Value> = times
        .iter()
        .zip(0_i64..)
        .map(|(time, index)| {
            json!({
                "wall_ns": time * 1_000_000, "user_ns": null, "system_ns": null, "voluntary_switches": null,
                "involuntary_switches": null, "observations": {"switches": switches + index}
            })
        })
        .collect();
    from_value(json!({
        "case": 0, "round": round, "began_ms": 0, "outcome": {"kind": "completed"}, "facts": null,
        "iterations": iterations, "tree": null
    }))
    .unwrap()
}

#[test]
fn each_process_that_made_ten_iterations_has_a_class_and_its_change_points() {
    let warming: Vec<u64> = [vec![900; 4], vec![300; 12]].concat();
    let processes = vec![
        counting(None, &warming, 0),
        counting(Some(1), &warming, 0),
        counting(Some(0), &[300; 16], 0),
        counting(Some(2), &[300; 9], 0),
    ];
    let mut run = Run { processes, ..run(&["one"], &json!([])) };
    run.plan.steady = SteadyRule::Detected;
    let expected = [
        ProcessWarmUp { round: 0, class: WarmUpClass::Flat, steady_from: Some(0), changes: vec![] },
        ProcessWarmUp { round: 1, class: WarmUpClass::WarmUp, steady_from: Some(4), changes: vec![4] },
    ];
    assert_eq!(
        analyse(&run, &[]).cases[0].warm_ups,
        expected,
        "neither the pilot nor one of nine iterations"
    );
    run.plan.steady = SteadyRule::Tagged;
    assert_eq!(analyse(&run, &[]).cases[0].warm_ups, []);
}

#[test]
fn observations_are_the_least_and_the_most_of_the_rounds() {
    let processes =
        vec![counting(None, &[1], 90), counting(Some(0), &[1, 1], 5), counting(Some(1), &[1, 1, 1], 3)];
    let findings = analyse(&Run { processes, ..run(&["one"], &json!([])) }, &[]);
    let observed = &findings.cases[0].observed;
    assert_eq!(observed.len(), 1);
    let seen = (observed[0].name.to_string(), observed[0].least, observed[0].most, observed[0].processes);
    assert_eq!(seen, ("switches".to_owned(), 3, 6, 2), "the pilot is no round");
}

/// A run of one case and the same again, which took this many times as long in each round.
fn again(factor: u64) -> Run {
    let mut run = run(&["one", "one"], &json!([]));
    run.plan.cases[1].role = Role::Repeat;
    run.plan.cases[1].id.push_str(Role::Repeat.suffix());
    for round in 0..8 {
        for (case, factor) in [(0, 1), (1, factor)] {
            let mut process = process(Some(round), 0, "cgroup");
            process.case = case;
            process.iterations[0].wall_ns.0 = factor * (1_000_000 + u64::from(round));
            process.iterations[0].user_ns = Some(gilbench_model::Nanoseconds(1000));
            process.iterations[0].system_ns = Some(gilbench_model::Nanoseconds(0));
            run.processes.push(process);
        }
    }
    run
}

#[test]
fn a_case_that_differs_from_itself_exceeds_the_noise_floor() {
    let floor = |factor| analyse(&again(factor), &[]).noise_floor.unwrap();
    let calm = floor(1);
    assert_eq!((calm.case, calm.again, calm.is_exceeded()), (0, 1, false));
    assert!(calm.share().unwrap().abs() < 1e-12);
    let exceeded = floor(2);
    assert!(exceeded.is_exceeded() && (exceeded.share().unwrap() - 1.0).abs() < 1e-9, "{exceeded:?}");
    assert!(analyse(&run(&["one"], &json!([])), &[]).noise_floor.is_none(), "a plan without a repeat");
}

#[test]
fn claims_never_pick_up_controls_and_totals_count_them_apart() {
    let findings = analyse(&again(2), &[at_most_one_cpu()]);
    assert_eq!(findings.claims[0].interpreters[0].cases, ["work/sequential/one/workers=1"]);
    assert_eq!(findings.totals.comparisons.made, 1);
    let totals = findings.totals;
    assert_eq!((totals.cases, totals.repeats, totals.calibration, totals.measured), (2, 1, 0, 2));
    // Where only a control would fit, the claim has no case.
    let mut run = again(2);
    run.plan.cases[0].strategy = "threads".parse().unwrap();
    assert_eq!(analyse(&run, &[at_most_one_cpu()]).claims[0].verdict, Verdict::Untestable);
}

fn state(id: &str, reason: Option<&str>, hint: Option<&str>) -> Value {
    json!({
        "id": id, "label": id, "status": if reason.is_some() { "missing" } else { "ready" }, "provider": null,
        "executable": null, "image": null, "version": null, "gil": {"built": null, "enabled": null},
        "reason": reason, "hint": hint, "facts": null,
    })
}

/// The reason of a claim that compares `free` with `locked`, in a run of these.
fn reason(run: &Run, built_alike: bool) -> String {
    let claim = json!({
        "id": "c22", "place": "", "statement": "", "refuted_if_seen": "",
        "tests": [{
            "measure": "time-ratio",
            "case": {"workload": "work", "strategy": "sequential", "interpreter": "free"},
            "against": {"interpreter": "locked"},
            "built_alike": built_alike, "confirmed": {"at_most": 1.2}
        }]
    });
    let claim = analyse(run, &[from_value::<Claim>(claim).unwrap()]).claims.remove(0);
    assert_eq!(claim.verdict, Verdict::Untestable);
    // Whoever shows both shows it once.
    assert_eq!(claim.overall_reason().is_none(), !claim.interpreters.is_empty());
    claim.reason.unwrap()
}

#[test]
fn a_twin_without_a_case_is_named_with_the_way_to_include_it() {
    let known = json!([state("free", None, None), state("locked", None, None)]);
    assert_eq!(
        reason(&run(&["free"], &known), true),
        "compares free with locked, built alike but for the GIL; locked has no case in this run; \
         to include it, run a suite that measures both with `--interpreter free,locked`"
    );
    assert_eq!(
        reason(&run(&["other"], &known), false),
        "compares free with locked; free has no case in this run, locked has no case in this run; \
         to include it, run a suite that measures both with `--interpreter free,locked`"
    );
}

#[test]
fn a_twin_that_is_missing_is_named_with_the_command_that_gets_it_and_no_other() {
    let missing = state("locked", Some("not found on this machine"), Some("get locked"));
    let known = json!([state("free", None, None), missing]);
    assert_eq!(
        reason(&run(&["free"], &known), true),
        "compares free with locked, built alike but for the GIL; locked is not ready (not found on this machine; \
         `get locked` would get it)"
    );
}

#[test]
fn choosing_interpreters_is_no_remedy_where_the_run_lacks_the_work() {
    let known = json!([state("free", None, None), state("locked", None, None)]);
    let mut run = run(&["other"], &known);
    run.plan.cases[0].conditions.size = "small".parse().unwrap();
    assert_eq!(
        reason(&run, true),
        "the run has work/sequential only with size=small; the claim asks for size=default"
    );
    run.plan.cases[0].workload = "play".parse().unwrap();
    assert_eq!(reason(&run, true), "the run has no case work/sequential");
}

/// The reason of a claim about `work/sequential` with this of its selector, in a run of these cases' conditions.
fn reason_of(selector: &Value, conditions: &[Value]) -> String {
    let names: Vec<String> = (0..conditions.len()).map(|index| format!("python-{index}")).collect();
    let mut run = run(&names.iter().map(String::as_str).collect::<Vec<_>>(), &json!([]));
    for (case, changed) in run.plan.cases.iter_mut().zip(conditions) {
        let mut all = serde_json::to_value(&case.conditions).unwrap();
        all.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        case.conditions = from_value(all).unwrap();
    }
    let mut case = json!({"workload": "work", "strategy": "sequential"});
    case.as_object_mut().unwrap().extend(selector.as_object().unwrap().clone());
    let claim = json!({
        "id": "c01", "place": "", "statement": "", "refuted_if_seen": "",
        "tests": [{"measure": "cpu-per-wall", "case": case, "confirmed": {"at_most": 1.1}}]
    });
    let claim = analyse(&run, &[from_value::<Claim>(claim).unwrap()]).claims.remove(0);
    assert_eq!((claim.verdict, claim.interpreters.len()), (Verdict::Untestable, 0));
    claim.reason.unwrap()
}

#[test]
fn cases_that_a_claim_passes_over_are_not_said_to_be_missing() {
    let small = json!({"size": "small"});
    assert_eq!(
        reason_of(&json!({"size": ["default", "brief"]}), std::slice::from_ref(&small)),
        "the run has work/sequential only with size=small; the claim asks for size=default or brief"
    );
    assert_eq!(
        reason_of(&json!({"workers": 10}), &[json!({"workers": 20}), json!({"workers": 4, "gil": "on"})]),
        "the run has work/sequential only with workers=20 or 4; the claim asks for workers=10"
    );
    // On one CPU `cpus` is one worker.
    assert_eq!(
        reason_of(
            &json!({"workers": "cpus"}),
            &[json!({"workers": 2, "start_method": "spawn", "gil": "on"})]
        ),
        "the run has work/sequential only with workers=2 and gil=on; the claim asks for workers=cpus and gil=default"
    );
    assert_eq!(
        reason_of(&json!({"workers": 2}), &[json!({"workers": 2, "size": "small"}), json!({})]),
        "the run has work/sequential, but none with size=default and workers=2"
    );
    assert_eq!(
        reason_of(&json!({}), &[json!({"cold": true})]),
        "the run measures work/sequential only cold; the claim asks for steady times"
    );
}

#[test]
fn a_claim_that_names_no_interpreter_says_that_the_native_baseline_does_not_count() {
    let mut run = run(&["native"], &json!([]));
    run.plan.cases[0].worker = WorkerKind::Native;
    let claim = analyse(&run, &[at_most_one_cpu()]).claims.remove(0);
    assert_eq!(claim.reason.unwrap(), "the run has work/sequential only on the native baseline");
}

#[test]
fn an_interpreter_that_cannot_be_tested_is_not_called_undecided() {
    let claim = json!({
        "id": "c01", "place": "", "statement": "", "refuted_if_seen": "",
        "tests": [{
            "measure": "observation", "observation": "threads",
            "case": {"workload": "work", "strategy": "sequential"}, "confirmed": {"at_least": 4}
        }]
    });
    let claim = from_value::<Claim>(claim).unwrap();
    let round = |case: u32, round: u32, threads: Option<i64>| {
        let mut process = process(Some(round), 0, "cgroup");
        process.case = case;
        let name = "threads".parse().unwrap();
        process.iterations[0].observations = threads.map(|threads| (name, threads)).into_iter().collect();
        process
    };
    let found = |processes: Vec<Process>| {
        let run = Run { processes, ..run(&["one", "two", "three"], &json!([])) };
        let claim = analyse(&run, std::slice::from_ref(&claim)).claims.remove(0);
        (claim.verdict, claim.reason.unwrap())
    };
    // Two observe nothing; of those that do, all agree.
    assert_eq!(
        found(vec![round(0, 0, Some(4)), round(1, 0, None), round(2, 0, None)]),
        (Verdict::Confirmed, "holds on 1, not testable on 2 of 3 interpreters".to_owned())
    );
    // Two contradict themselves, and one is no majority.
    let mut differing = vec![round(0, 0, Some(4))];
    differing.extend(
        [(1, 0, 3), (1, 1, 5), (2, 0, 3), (2, 1, 5)].map(|(case, at, seen)| round(case, at, Some(seen))),
    );
    assert_eq!(
        found(differing),
        (
            Verdict::Inconclusive,
            "holds on 1, undecided on 2 of 3 interpreters: too few to decide it".to_owned()
        )
    );
}

#[test]
fn too_few_rounds_are_counted_in_the_same_words_whatever_is_measured() {
    let test = |measure: &str, against: Value| {
        json!({
            "measure": measure, "case": {"workload": "work", "strategy": "sequential", "interpreter": "one"},
            "against": against, "confirmed": {"at_most": 1.1}
        })
    };
    let reasons = |rounds: [&[u32]; 2], with_cpu_time: u32| {
        let claim = json!({
            "id": "c01", "place": "", "statement": "", "refuted_if_seen": "",
            "tests": [test("time-ratio", json!({"interpreter": "two"})), test("cpu-per-wall", Value::Null)]
        });
        let processes = (0..).zip(rounds).flat_map(|(case, rounds)| {
            rounds.iter().map(move |&round| {
                let mut process = process(Some(round), 0, "cgroup");
                process.case = case;
                let cpu_time = (round < with_cpu_time).then_some(gilbench_model::Nanoseconds(1000));
                process.iterations[0].user_ns = cpu_time;
                process.iterations[0].system_ns = cpu_time;
                process
            })
        });
        let run = Run { processes: processes.collect(), ..run(&["one", "two"], &json!([])) };
        let claim = analyse(&run, &[from_value::<Claim>(claim).unwrap()]).claims.remove(0);
        let comparisons = claim.interpreters.into_iter().flat_map(|found| found.comparisons);
        comparisons.map(|comparison| comparison.reason.unwrap()).collect::<Vec<_>>()
    };
    let one = "too few rounds: 1 of 6 for an interval";
    assert_eq!(reasons([&[0], &[0]], 1), [one, one]);
    assert_eq!(
        reasons([&[0, 1, 2], &[1, 2, 3]], 1),
        [
            "too few rounds of both cases: 2 of 6 for an interval",
            "too few rounds with CPU time: 1 of 6 for an interval"
        ]
    );
}

/// A process whose iterations took so many milliseconds, of which the worker tagged the first as warm-up.
fn process_of(case: u32, round: u32, milliseconds: &[u64]) -> Process {
    let iteration = |(index, milliseconds): (usize, &u64)| {
        json!({
            "warmup": index == 0, "wall_ns": milliseconds * 1_000_000 + u64::from(round), "user_ns": null,
            "system_ns": null, "voluntary_switches": null, "involuntary_switches": null
        })
    };
    from_value(json!({
        "case": case, "round": round, "began_ms": 0, "outcome": {"kind": "completed"}, "facts": null,
        "iterations": milliseconds.iter().enumerate().map(iteration).collect::<Vec<_>>(), "tree": null,
    }))
    .unwrap()
}

/// What is found of eight processes of a case, each of which went like one of these in turn, beside a flat case that
/// takes 100 ms.
fn warmed_up(steady: SteadyRule, courses: &[&[u64]], claims: &[Claim]) -> Findings {
    let mut run = run(&["one", "two"], &json!([]));
    run.plan.steady = steady;
    for round in 0..8 {
        run.processes.push(process_of(0, round, courses[round as usize % courses.len()]));
        run.processes.push(process_of(1, round, &[100; 12]));
    }
    analyse(&run, claims)
}

const WARM_UP: [u64; 12] = [90, 40, 40, 40, 20, 20, 20, 20, 20, 20, 20, 20];
const SLOW_DOWN: [u64; 12] = [20, 20, 20, 20, 20, 20, 40, 40, 40, 40, 40, 40];
const STILL_CHANGING: [u64; 16] = [90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 30, 30, 30];

#[test]
fn steady_iterations_are_those_that_were_found() {
    let found = warmed_up(SteadyRule::Detected, &[&WARM_UP], &[]).cases.remove(0);
    assert!((found.steady.unwrap().point - 0.02).abs() < 1e-6, "{:?}", found.steady);
    assert!((found.first.unwrap().point - 0.09).abs() < 1e-6, "{:?}", found.first);
    let WarmUpFinding { class, counts, iterations, seconds } = found.warm_up.unwrap();
    assert_eq!(class, WarmUpClass::WarmUp);
    assert_eq!(counts, WarmUpCounts { warm_up: 8, ..WarmUpCounts::default() });
    assert!((iterations.unwrap().point - 4.0).abs() < 1e-9);
    assert!((seconds.unwrap().point - 0.21).abs() < 1e-6);
}

#[test]
fn a_plan_that_says_nothing_keeps_the_tags() {
    let found =
        warmed_up(SteadyRule::Tagged, &[&[90, 40, 40, 40, 40, 40, 20, 20, 20, 20, 20]], &[]).cases.remove(0);
    assert!((found.steady.unwrap().point - 0.03).abs() < 1e-6, "{:?}", found.steady);
    assert_eq!(found.warm_up, None);
}

#[test]
fn processes_that_differ_make_an_inconsistent_case() {
    let found =
        warmed_up(SteadyRule::Detected, &[&WARM_UP, &SLOW_DOWN], &[]).cases.remove(0).warm_up.unwrap();
    assert_eq!(found.class, WarmUpClass::Inconsistent);
    assert_eq!(found.unsteady().unwrap(), "inconsistent: its processes are 4 warm-up, 4 slow-down");
}

/// What is found of the claim that the first case is faster than the second.
fn faster(courses: &[&[u64]]) -> ClaimFinding {
    let claim = from_value(json!({
        "id": "c01", "place": "", "statement": "", "refuted_if_seen": "",
        "tests": [{
            "measure": "speed-up", "case": {"workload": "work", "interpreter": "one"},
            "against": {"interpreter": "two"}, "confirmed": {"at_least": 1.5}
        }]
    }));
    warmed_up(SteadyRule::Detected, courses, &[claim.unwrap()]).claims.remove(0)
}

#[test]
fn a_case_without_a_steady_state_decides_no_claim_of_times() {
    let found = faster(&[&STILL_CHANGING]);
    let reason = "no steady state: 8 of 8 processes were still changing in the end";
    assert_eq!((found.verdict, found.reason.as_deref()), (Verdict::Inconclusive, Some(reason)));
}

#[test]
fn an_inconsistent_case_decides_with_a_caveat() {
    let found = faster(&[&WARM_UP, &SLOW_DOWN]);
    assert_eq!(found.verdict, Verdict::Confirmed);
    let caveat = found.interpreters[0].comparisons[0].caveat.as_deref().unwrap();
    assert!(caveat.ends_with("inconsistent: its processes are 4 warm-up, 4 slow-down"), "{caveat}");
    let flat = faster(&[&WARM_UP]);
    assert_eq!(
        (flat.verdict, flat.interpreters[0].comparisons[0].caveat.as_deref()),
        (Verdict::Confirmed, None)
    );
}

/// Eight rounds of one interpreter and two native cases, of these times in milliseconds, and a roofline.
fn beside_native(native: [u64; 2]) -> Run {
    let mut run = run(&["python", "slow", "fast"], &json!([]));
    for (case, strategy) in run.plan.cases[1..].iter_mut().zip(["sequential", "rayon"]) {
        case.worker = WorkerKind::Native;
        case.strategy = strategy.parse().unwrap();
        case.parameters = from_value(json!({"steps": 1000})).unwrap();
    }
    let roofline = json!({"amount": "steps", "shown": "time", "unit": "step"});
    run.plan.workloads.values_mut().for_each(|work| work.roofline = from_value(roofline.clone()).unwrap());
    let times = |round| [600 + round, native[0] + round, native[1] + round];
    let of_round = |round: u32| {
        let times = times(u64::from(round));
        (0..3).zip(times).map(move |(case, time)| process_of(case, round, &[time, time]))
    };
    Run { processes: (0..8).flat_map(of_round).collect(), ..run }
}

#[test]
fn the_ceiling_is_the_fastest_native_case_and_native_cases_have_none() {
    let cases = analyse(&beside_native([200, 100]), &[]).cases;
    let found = cases[0].ceiling.expect("both have eight rounds");
    assert_eq!(found.case, 2);
    assert!((found.ratio.point - 5.8).abs() < 0.3 && found.ratio.low < found.ratio.high, "{found:?}");
    assert!(cases[1].ceiling.is_none() && cases[2].ceiling.is_none());
    assert_eq!(analyse(&beside_native([100, 200]), &[]).cases[0].ceiling.expect("as above").case, 1);
}

#[test]
fn a_native_case_of_another_size_is_no_ceiling() {
    let mut run = beside_native([200, 100]);
    run.plan.cases[2].conditions.size = "small".parse().unwrap();
    assert_eq!(analyse(&run, &[]).cases[0].ceiling.expect("the other one is left").case, 1);
    run.plan.cases[1].conditions.size = "small".parse().unwrap();
    assert_eq!(analyse(&run, &[]).cases[0].ceiling, None);
}

#[test]
fn a_limit_is_what_native_code_does_of_each_unit() {
    let cases = analyse(&beside_native([200, 100]), &[]).cases;
    assert_eq!(cases[0].limit, None);
    let (limit, steady) = (cases[2].limit.unwrap(), cases[2].steady.unwrap());
    assert!((limit.point - steady.point / 1000.0).abs() < 1e-12, "{limit:?}");
}
