//! Plans of the project's own suites, for machines and interpreters that are made up.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod made_up;

use std::collections::BTreeSet;

use gilbench_model::environment::InterpreterState;
use gilbench_model::lock::Lock;
use gilbench_model::machine::Allowance;
use gilbench_model::plan::{Case, Plan, PlanError, Planner, Role};
use gilbench_model::suite::{Group, Selection, Suite};
use gilbench_model::workload::Bound;
use gilbench_model::{Affinity, Gil, Name, Quota};
use serde_json::json;

use made_up::{catalog, missing, name, ready};

fn plan(suite: &str, cpus: u32, interpreters: &[InterpreterState], only: &[Name]) -> Result<Plan, PlanError> {
    let catalog = catalog();
    let allowance = Allowance { cpus: (0..cpus).collect(), ..Allowance::default() };
    let planner = Planner { catalog: &catalog, interpreters, allowance: &allowance, only, seed: 1 };
    planner.plan(&catalog.suites[suite])
}

fn everything() -> Vec<InterpreterState> {
    let methods = ["fork", "spawn", "forkserver"];
    vec![
        ready("cpython-3.12", &["aiohttp"], &methods),
        ready("cpython-3.13t", &[], &methods),
        ready("native", &[], &[]),
        missing("pypy-3.11"),
    ]
}

fn ids(plan: &Plan) -> Vec<&str> {
    plan.cases.iter().map(|case| case.id.as_str()).collect()
}

#[test]
fn no_case_is_planned_twice() {
    for suite in catalog().suites.keys() {
        for cpus in [1, 2, 4, 8] {
            let plan = plan(suite.as_str(), cpus, &everything(), &[]).unwrap();
            let ids = ids(&plan);
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{suite} on {cpus} CPUs");
        }
    }
}

#[test]
fn a_suite_that_extends_another_has_its_cases_too() {
    let plan_of = |suite| plan(suite, 2, &everything(), &[]).unwrap();
    let (standard, rigorous) = (plan_of("standard"), plan_of("rigorous"));
    let missing = ids(&standard).into_iter().filter(|id| !ids(&rigorous).contains(id)).count();
    assert_eq!(missing, 0);
    assert!(rigorous.cases.len() > standard.cases.len());
    assert!(rigorous.profile.target < standard.profile.target);
}

#[test]
fn a_native_case_does_not_vary_with_what_only_libraries_of_python_read() {
    let states = [ready("cpython-3.12", &["numpy"], &["fork"]), ready("native", &[], &[])];
    let plan = plan("oversubscription", 2, &states, &[]).unwrap();
    let of = |interpreter: &str, strategy: &str| {
        let fits = |case: &&Case| {
            case.is_measured()
                && case.workload == "numpy-dot"
                && case.strategy == *strategy
                && case.interpreter == *interpreter
                && case.conditions.affinity == Affinity::All
        };
        plan.cases.iter().filter(fits).map(|case| case.conditions.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(of("cpython-3.12", "sequential"), ["workers=1", "workers=1,omp=2", "workers=1,omp=default"]);
    assert_eq!(of("native", "sequential"), ["workers=1"]);
    assert_eq!(of("native", "rayon"), ["workers=1", "workers=2", "workers=4", "workers=8"]);
}

#[test]
fn axes_that_make_no_difference_are_not_varied() {
    let catalog = catalog();
    let mut suite = catalog.suites["quick"].clone();
    suite.groups.retain(|group| group.workload == "sum-squares");
    let warm = suite.groups.iter_mut().find(|group| !group.cold).unwrap();
    warm.axes.size = None;
    warm.axes.workers = serde_json::from_value(json!([1, 2, 4])).unwrap();
    warm.axes.gil = Some(vec![Gil::Default, Gil::On]);
    let (interpreters, allowance) = (everything(), Allowance { cpus: vec![0, 1], ..Allowance::default() });
    let planner =
        Planner { catalog: &catalog, interpreters: &interpreters, allowance: &allowance, only: &[], seed: 1 };
    let plan = planner.plan(&suite).unwrap();
    let of = |strategy: &str, interpreter: &str| {
        let fits = |case: &&Case| {
            case.is_measured()
                && case.workload == "sum-squares"
                && case.strategy == *strategy
                && case.interpreter == *interpreter
        };
        plan.cases.iter().filter(fits).map(|case| case.conditions.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(of("sequential", "cpython-3.12"), ["workers=1", "workers=1,size=small,cold"]);
    assert_eq!(of("threads", "cpython-3.12"), ["workers=1", "workers=2", "workers=4"]);
    // Only a free-threaded build can switch its GIL.
    assert_eq!(of("sequential", "cpython-3.13t").len(), 3);
    assert_eq!(of("threads", "cpython-3.13t").len(), 6);
}

#[test]
fn more_workers_than_cpus_are_marked_where_computing_is_the_limit() {
    let plan = plan("smoke", 2, &everything(), &[]).unwrap();
    for case in &plan.cases {
        let computing = plan.workloads[&case.workload].bound == Bound::Cpu;
        assert_eq!(case.oversubscribed, computing && case.conditions.workers > 2, "{}", case.id);
    }
}

#[test]
fn cpus_stand_for_what_can_be_busy() {
    let workers = |cpus: u32| {
        let plan = plan("quick", cpus, &everything(), &[]).unwrap();
        let case = plan.cases.into_iter().find(|case| case.strategy == "threads").unwrap();
        case.conditions.workers
    };
    // The quick suite's size has two pieces of work.
    assert_eq!([1, 2, 8].map(workers), [1, 2, 2]);
}

#[test]
fn a_package_without_a_wheel_is_told_from_one_that_can_be_installed() {
    let locked = |lock: &str| {
        let mut catalog = catalog();
        catalog.locks.insert(name("cpython-3.13t"), Lock::parse(lock).unwrap());
        let (interpreters, allowance) =
            (everything(), Allowance { cpus: vec![0, 1], ..Allowance::default() });
        let planner = Planner {
            catalog: &catalog,
            interpreters: &interpreters,
            allowance: &allowance,
            only: &[],
            seed: 1,
        };
        let plan = planner.plan(&catalog.suites["quick"]).unwrap();
        let case = plan.cases.into_iter().find(|case| {
            case.interpreter == "cpython-3.13t" && case.strategy == "asyncio" && case.workload == "fetch"
        });
        case.unwrap().skip.unwrap()
    };
    let skip = locked("# without a wheel: aiohttp (nobody builds one)\n");
    assert_eq!(skip.reason, "no wheel of aiohttp for cpython-3.13t: nobody builds one");
    assert_eq!(skip.hint, None);
    let skip = locked(&format!("aiohttp==3.14.5 \\\n    --hash=sha256:{}\n", "0".repeat(64)));
    assert_eq!(skip.reason, "needs aiohttp");
    assert_eq!(skip.hint.unwrap(), "gilbench interpreters install cpython-3.13t --with aiohttp");
    assert_eq!(locked("").hint.unwrap(), "/bin/python -m pip install aiohttp");
}

#[test]
fn what_is_missing_is_skipped_with_a_reason() {
    let plan = plan("quick", 2, &everything(), &[]).unwrap();
    let skipped: Vec<(&str, &str)> = plan
        .cases
        .iter()
        .filter_map(|case| Some((case.id.as_str(), case.skip.as_ref()?.reason.as_str())))
        .collect();
    assert_eq!(skipped, [("fetch/asyncio/cpython-3.13t/workers=1", "needs aiohttp")]);

    // An interpreter that was asked for by name is shown, found or not.
    let only = [name("pypy-3.11"), name("native")];
    let plan = self::plan("quick", 2, &everything(), &only).unwrap();
    let pypy: Vec<&Case> = plan.cases.iter().filter(|case| case.interpreter == "pypy-3.11").collect();
    assert!(!pypy.is_empty() && pypy.iter().all(|case| case.skip.is_some()));

    let place = |path: &str| InterpreterState {
        executable: Some(path.to_owned()),
        provider: Some("explicit".to_owned()),
        ..ready("cpython-3.12", &[], &["fork"])
    };
    for (path, typed) in [("/opt/o'k/python", r"'/opt/o'\''k/python'"), ("~/a b/python", "~/'a b/python'")] {
        let plan = self::plan("quick", 2, &[place(path)], &[]).unwrap();
        let hint = plan.cases.into_iter().find_map(|case| case.skip?.hint).unwrap();
        assert_eq!(hint, format!("{typed} -m pip install aiohttp"));
    }

    let no_fork = [ready("cpython-3.12", &[], &["spawn"])];
    let plan = self::plan("smoke", 2, &no_fork, &[]).unwrap();
    let fork = plan.cases.iter().find(|case| case.id.ends_with("start=fork")).unwrap();
    assert!(fork.skip.as_ref().unwrap().reason.contains("no start method `fork`"));
}

/// `docs/suites.md` promises the plan of its example on two CPUs with CPython 3.12.
#[test]
fn the_documented_example_comes_to_the_documented_cases() {
    let page = include_str!("../../../docs/suites.md");
    let between = |from: &str, to: &str| {
        let rest = page.split_once(from).unwrap().1;
        rest.split_once(to).unwrap().0
    };
    let suite: Suite = serde_yaml::from_str(between("```yaml\n", "```")).unwrap();
    let listed = between("gilbench list cases --suite primer\n", "```");
    let listed: Vec<&str> =
        listed.lines().skip(1).map(|row| row.split_whitespace().next().unwrap()).collect();
    let catalog = catalog();
    let allowance = Allowance { cpus: vec![0, 1], ..Allowance::default() };
    let interpreters = everything();
    let planner =
        Planner { catalog: &catalog, interpreters: &interpreters, allowance: &allowance, only: &[], seed: 1 };
    assert_eq!(ids(&planner.plan(&suite).unwrap()), listed);
}

/// Ids of the cases that are there in a role.
fn in_role(plan: &Plan, role: Role) -> Vec<&str> {
    plan.cases.iter().filter(|case| case.role == role).map(|case| case.id.as_str()).collect()
}

#[test]
fn every_plan_has_the_same_controls_whatever_it_measures() {
    let calibration = ["integer-chain", "memory-copy", "process-starts", "syscalls"]
        .map(|workload| format!("{workload}/sequential/native/workers=1,calibration"));
    let python = [name("cpython-3.12")];
    for suite in ["quick", "standard", "smoke", "container-tax"] {
        for only in [&[][..], &python] {
            let plan = plan(suite, 2, &everything(), only).unwrap();
            assert_eq!(in_role(&plan, Role::Calibration), calibration, "{suite}");
            let [again] = in_role(&plan, Role::Repeat)[..] else { panic!("{suite}: one case again") };
            let [(_, first), (_, second)] = plan.repeated().unwrap();
            assert_eq!((again, format!("{},again", first.id)), (second.id.as_str(), second.id.clone()));
            assert!(first.id.starts_with("sum-squares/sequential/cpython-3.12/workers=1"), "{}", first.id);
            assert!(!first.conditions.cold && first.is_measured());
            assert_eq!(
                Case { id: first.id.clone(), role: Role::Measured, ..second.clone() },
                *first,
                "nothing differs but the name"
            );
        }
    }
}

#[test]
fn without_the_native_interpreter_nothing_calibrates() {
    let states = [ready("cpython-3.12", &[], &["fork"]), missing("native")];
    let plan = plan("quick", 2, &states, &[]).unwrap();
    assert_eq!(in_role(&plan, Role::Calibration), Vec::<&str>::new());
    assert_eq!(in_role(&plan, Role::Repeat).len(), 1);
}

#[test]
fn the_case_that_comes_nearest_is_repeated_where_python_does_not_compute() {
    let repeated = |suite: &Suite, states: &[InterpreterState]| {
        let catalog = catalog();
        let allowance = Allowance { cpus: vec![0, 1], ..Allowance::default() };
        let planner =
            Planner { catalog: &catalog, interpreters: states, allowance: &allowance, only: &[], seed: 1 };
        let plan = planner.plan(suite).unwrap();
        let [(_, case), _] = plan.repeated().unwrap();
        case.id.clone()
    };
    let quick = catalog().suites["quick"].clone();
    let native = [ready("native", &[], &[])];
    assert_eq!(repeated(&quick, &native), "sum-squares/sequential/native/workers=1,size=brief");
    let python = [ready("cpython-3.12", &["aiohttp"], &["fork"])];
    let of = |workload: &str| {
        let groups = quick.groups.iter().filter(|group| group.workload == *workload).cloned().collect();
        Suite { groups, ..quick.clone() }
    };
    assert_eq!(repeated(&of("sleepers"), &python), "sleepers/sequential/cpython-3.12/workers=1");
    let mut cold = of("sum-squares");
    cold.groups.retain(|group| group.cold);
    assert_eq!(repeated(&cold, &python), "sum-squares/sequential/cpython-3.12/workers=1,size=small,cold");
}

#[test]
fn a_plan_from_before_controls_is_read() {
    let plan = plan("quick", 2, &everything(), &[]).unwrap();
    let written = serde_json::to_value(&plan).unwrap();
    let roles: Vec<_> = written["cases"].as_array().unwrap().iter().map(|case| case.get("role")).collect();
    assert_eq!(roles.iter().flatten().count(), 5, "measured cases say nothing: {roles:?}");
    assert_eq!(serde_json::from_value::<Plan>(written).unwrap(), plan);
}

/// The ids of the cases that a plan watches.
fn watched(plan: &Plan) -> Vec<&str> {
    plan.timelines.iter().map(|index| plan.cases[*index as usize].id.as_str()).collect()
}

#[test]
fn the_cases_that_show_the_gil_are_watched_in_every_suite_that_is_run_as_a_whole() {
    let of = |suite: &str| {
        let plan = plan(suite, 4, &everything(), &[]).unwrap();
        watched(&plan).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let with = "sum-squares/threads/cpython-3.12/workers=4";
    let without = "sum-squares/threads/cpython-3.13t/workers=4";
    let standard = of("standard");
    for id in [with, without, &format!("{without},gil=on"), "sleepers/thread-pool/cpython-3.12/workers=10"] {
        assert!(standard.iter().any(|found| found == id), "{id}: {standard:?}");
    }
    let rigorous = of("rigorous");
    assert!(standard.iter().all(|id| rigorous.contains(id)), "{rigorous:?}");
    for suite in ["quick", "smoke"] {
        let found = of(suite);
        let computing = |id: &String| id.starts_with("sum-squares/threads/");
        assert!(found.iter().filter(|id| computing(id)).count() >= 2, "{suite}: {found:?}");
        assert!(found.iter().any(|id| id.starts_with("sleepers/")), "{suite}: {found:?}");
    }
}

#[test]
fn what_is_left_out_of_a_selection_matches_anything_but_controls_and_cold_cases() {
    let catalog = catalog();
    let allowance = Allowance { cpus: (0..2).collect(), ..Allowance::default() };
    let interpreters = everything();
    let planner =
        Planner { catalog: &catalog, interpreters: &interpreters, allowance: &allowance, only: &[], seed: 1 };
    let of = |selection: serde_json::Value| {
        let timelines = vec![serde_json::from_value(selection).unwrap()];
        let suite = Suite { timelines, ..catalog.suites["quick"].clone() };
        let plan = planner.plan(&suite).unwrap();
        watched(&plan).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = of(json!({"workload": "sum-squares"}));
    let plan = plan("quick", 2, &everything(), &[]).unwrap();
    let expected = plan
        .cases
        .iter()
        .filter(|case| case.workload == "sum-squares" && case.is_measured() && !case.conditions.cold);
    assert_eq!(all, expected.map(|case| case.id.clone()).collect::<Vec<_>>());
    let two = of(json!({
        "workload": "sum-squares", "strategies": ["threads"], "axes": {"workers": ["cpus"], "gil": ["default"]}
    }));
    assert_eq!(two.len(), 2, "{two:?}");
    assert_eq!(of(json!({"workload": "sum-squares", "axes": {"workers": [3]}})), Vec::<String>::new());
    let one =
        of(json!({"workload": "sleepers", "strategies": ["asyncio"], "interpreters": ["cpython-3.13t"]}));
    assert_eq!(one, ["sleepers/asyncio/cpython-3.13t/workers=1"]);
}

#[test]
fn a_plan_without_timelines_says_nothing_of_them() {
    let catalog = catalog();
    let allowance = Allowance { cpus: vec![0], ..Allowance::default() };
    let interpreters = everything();
    let planner =
        Planner { catalog: &catalog, interpreters: &interpreters, allowance: &allowance, only: &[], seed: 1 };
    let suite = Suite { timelines: Vec::new(), ..catalog.suites["quick"].clone() };
    let written = serde_json::to_value(planner.plan(&suite).unwrap()).unwrap();
    assert_eq!(written.get("timelines"), None);
    assert!(serde_json::from_value::<Plan>(written).unwrap().timelines.is_empty());
}

#[test]
fn nothing_to_measure_is_an_error() {
    assert!(matches!(plan("quick", 2, &[missing("cpython-3.12")], &[]), Err(PlanError::NoCase { .. })));
}

#[test]
fn an_interpreter_that_cannot_be_chosen_is_an_error_that_names_the_others() {
    let unknown = [name("cpython-9.9")];
    match plan("quick", 2, &everything(), &unknown) {
        Err(PlanError::NoInterpreter { found, known }) => {
            assert!(found == "cpython-9.9" && known.contains(&name("cpython-3.12")), "{known:?}");
        }
        other => panic!("{other:?}"),
    }

    let catalog = catalog();
    let allowance = Allowance { cpus: vec![0], ..Allowance::default() };
    let mut suite = catalog.suites["quick"].clone();
    suite.interpreters = Selection::These(vec![name("native")]);
    let only = [name("native"), name("cpython-3.12")];
    let interpreters = everything();
    let planner = Planner {
        catalog: &catalog,
        interpreters: &interpreters,
        allowance: &allowance,
        only: &only,
        seed: 1,
    };
    match planner.plan(&suite) {
        Err(PlanError::NotInSuite { found, known, .. }) => {
            assert_eq!((found, known), (name("cpython-3.12"), vec![name("native")]));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_definitions_digest_depends_on_what_is_measured_only() {
    let with = plan("quick", 2, &everything(), &[]).unwrap().definitions;
    assert_eq!(plan("quick", 8, &everything(), &[]).unwrap().definitions, with);
    let only = [name("native")];
    assert_ne!(plan("quick", 2, &everything(), &only).unwrap().definitions, with);
}

#[test]
fn a_container_has_rows_of_its_own_where_it_is_asked_for_and_can_be_had() {
    let mut states = everything();
    let suite = "container-tax";
    let twins = |plan: &Plan| {
        let inside = |case: &&Case| case.interpreter.as_str().ends_with("-container");
        plan.cases.iter().filter(inside).map(|case| case.interpreter.clone()).collect::<BTreeSet<_>>()
    };
    assert!(twins(&plan(suite, 2, &states, &[]).unwrap()).is_empty());
    let image = || Some("localhost/x".to_owned());
    states.push(InterpreterState { image: image(), ..ready("cpython-3.12-container", &["aiohttp"], &[]) });
    assert_eq!(twins(&plan(suite, 2, &states, &[]).unwrap()), [name("cpython-3.12-container")].into());
    // Another suite measures it only where it is named.
    assert!(twins(&plan("quick", 2, &states, &[]).unwrap()).is_empty());
    let only = [name("cpython-3.12-container")];
    let plan = plan("quick", 2, &states, &only).unwrap();
    let of_the_suite = |case: &&Case| case.role != Role::Calibration;
    assert!(plan.cases.iter().filter(of_the_suite).all(|case| case.interpreter == "cpython-3.12-container"));
    assert!(plan.cases.iter().any(|case| case.skip.is_none()));
}

#[test]
fn a_group_can_be_measured_in_containers_only() {
    let catalog = catalog();
    let mut suite = catalog.suites["quick"].clone();
    suite.groups.retain(|group| group.workload == "sum-squares");
    let group = suite.groups.pop().unwrap();
    let inside =
        Group { in_containers: true, interpreters: Some(vec![name("cpython-3.12")]), ..group.clone() };
    let [here, contained] = ["cpython-3.12", "cpython-3.12-container"].map(|id| ready(id, &[], &[]));
    let interpreters =
        [here, ready("cpython-3.13", &[], &[]), contained, ready("cpython-3.13-container", &[], &[])];
    let mut measured = |groups: &[&Group]| {
        suite.groups = groups.iter().copied().cloned().collect();
        let allowance = Allowance { cpus: vec![0, 1], ..Allowance::default() };
        let planner = Planner {
            catalog: &catalog,
            interpreters: &interpreters,
            allowance: &allowance,
            only: &[],
            seed: 1,
        };
        let plan = planner.plan(&suite).unwrap();
        plan.cases.into_iter().map(|case| case.interpreter.to_string()).collect::<BTreeSet<_>>()
    };
    assert_eq!(measured(&[&inside]), ["cpython-3.12-container"].map(String::from).into());
    let both = ["cpython-3.12", "cpython-3.12-container", "cpython-3.13"].map(String::from);
    assert_eq!(measured(&[&inside, &group]), both.into());
}

#[test]
fn a_quota_limits_what_is_effective_and_needs_a_container() {
    let catalog = catalog();
    let mut suite = catalog.suites["container-tax"].clone();
    suite.groups.retain(|group| group.workload == "sum-squares" && !group.cold);
    suite.groups[0].axes.quota = Some([0.5, 1.5].map(|cpus| Quota::try_from(cpus).unwrap()).to_vec());
    let inside = InterpreterState {
        image: Some("localhost/x".to_owned()),
        ..ready("cpython-3.12-container", &[], &[])
    };
    let interpreters = [ready("cpython-3.12", &[], &[]), inside];
    let allowance = Allowance { cpus: vec![0, 1], ..Allowance::default() };
    let planner =
        Planner { catalog: &catalog, interpreters: &interpreters, allowance: &allowance, only: &[], seed: 1 };
    let plan = planner.plan(&suite).unwrap();
    for case in &plan.cases {
        let contained = case.interpreter == "cpython-3.12-container";
        assert_eq!(case.skip.is_none(), contained, "{}", case.id);
        assert_eq!(case.effective_cpus, 1, "{}", case.id);
        assert_eq!(case.oversubscribed, case.conditions.workers > 1, "{}", case.id);
    }
    let id = "sum-squares/threads/cpython-3.12-container/workers=2,size=brief,quota=1.5";
    assert!(ids(&plan).contains(&id), "{:?}", ids(&plan));
}
