//! A made-up run without what no test cares about: each changes what it is about.

use gilbench_model::plan::sha256;
use gilbench_model::run_directory::Run;
use gilbench_model::sample::Process;
use serde_json::{Value, from_value, json};

/// `work/sequential` by one worker on the interpreter `one`, which has one CPU, with these fields in place of its own.
pub(crate) fn case(changes: &Value) -> Value {
    let mut case = json!({
        "id": "work/sequential/one/workers=1",
        "workload": "work", "strategy": "sequential", "interpreter": "one", "worker": "python",
        "conditions": {
            "size": "default", "workers": 1, "omp": 1, "affinity": "all", "gil": "default", "start_method": null
        },
        "parameters": {}, "digest": sha256(b"answer"), "cpus": [0], "effective_cpus": 1, "units": null,
        "oversubscribed": false, "cpu_time_trusted": true, "skip": null,
    });
    merge(&mut case, changes);
    case
}

/// A process that completed, of one iteration.
pub(crate) fn process(case: usize, round: u32, wall_ns: u64) -> Process {
    from_value(json!({
        "case": case, "round": round, "began_ms": 0, "outcome": {"kind": "completed"}, "facts": null,
        "iterations": [{
            "wall_ns": wall_ns, "user_ns": null, "system_ns": null,
            "voluntary_switches": null, "involuntary_switches": null
        }],
        "tree": null,
    }))
    .expect("a process")
}

/// A run of these cases in six to eight rounds, of which none was recorded yet, on interpreters that nothing is known of.
pub(crate) fn run(cases: &[Value]) -> Run {
    let plan = json!({
        "schema": gilbench_model::SCHEMA, "suite": "made-up", "seed": 1, "definitions": sha256(b"definitions"),
        "profile": {
            "rounds": {"least": 6, "most": 8}, "target": 0.02, "case_time": "20s", "timeout": "60s",
            "iterations": {"most": 1, "time": "1s", "least_with_jit": 1}
        },
        "workloads": {"work": {"title": "Work", "summary": "Works.", "bound": "cpu"}},
        "cases": cases,
    });
    let environment = json!({
        "schema": gilbench_model::SCHEMA, "gilbench": "0.1.0", "planned_ms": 0, "variables": {},
        "machine": {
            "os": "linux", "architecture": "x86_64", "kernel": null, "cpu_model": "one", "logical_cpus": 1,
            "memory_bytes": null, "governor": null, "virtual_machine": null, "load": null,
            "allowance": {"cpus": [0], "siblings": [], "isolated": [], "quota": null}
        },
        "interpreters": [], "hyperfine": null,
    });
    Run {
        directory: "run".into(),
        plan: from_value(plan).expect("a plan"),
        environment: from_value(environment).expect("an environment"),
        facts: Vec::new(),
        processes: Vec::new(),
        events: Vec::new(),
        second_opinions: Vec::new(),
        timelines: Vec::new(),
    }
}

fn merge(value: &mut Value, changes: &Value) {
    match (value, changes) {
        (Value::Object(fields), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(fields.entry(name).or_insert(Value::Null), change);
            }
        }
        (value, change) => *value = change.clone(),
    }
}
