//! Runs of a few cases on several interpreters, made up, each case with the same weather in each round.

#[path = "../bare/mod.rs"]
mod bare;

use std::time::Duration;

use gilbench_analysis::analyse;
use gilbench_analysis::findings::CaseFinding;
use gilbench_model::run_directory::Run;
use gilbench_model::sample::Process;
use serde_json::{Value, from_value, json};

/// A case and the time of each of its rounds in milliseconds.
pub(crate) struct Made {
    case: Value,
    milliseconds: Vec<f64>,
}

/// `work` with a strategy on an interpreter: eight rounds around so many milliseconds, on two CPUs.
pub(crate) fn case(strategy: &str, interpreter: &str, milliseconds: f64) -> Made {
    let case = bare::case(&json!({
        "id": format!("work/{strategy}/{interpreter}"), "strategy": strategy, "interpreter": interpreter,
        "worker": if interpreter == "native" { "native" } else { "python" },
        "cpus": [0, 1], "effective_cpus": 2,
    }));
    let weather = [1.0, 1.07, 0.94, 1.31, 1.02, 0.99, 1.11, 0.97];
    Made { case, milliseconds: weather.map(|weather| weather * milliseconds).to_vec() }
}

impl Made {
    pub(crate) fn with(mut self, field: &str, value: Value) -> Self {
        self.case[field] = value;
        self
    }

    pub(crate) fn under(mut self, condition: &str, value: Value) -> Self {
        let id = format!("{},{condition}={value}", self.case["id"].as_str().unwrap_or_default());
        self.case["id"] = id.into();
        self.case["conditions"][condition] = value;
        self
    }

    pub(crate) fn rounds(mut self, milliseconds: &[f64]) -> Self {
        self.milliseconds = milliseconds.to_vec();
        self
    }
}

fn nanoseconds(milliseconds: f64) -> u64 {
    u64::try_from(Duration::from_secs_f64(milliseconds / 1e3).as_nanos()).unwrap()
}

/// A whole process takes 50 ms more than its iteration. Only `free` and `native` have no GIL in force.
pub(crate) fn run(made: Vec<Made>) -> (Run, Vec<CaseFinding>) {
    let process = |case: usize, round: u32, milliseconds: f64| {
        Process {
        tree: from_value(json!({
            "wall_ns": nanoseconds(milliseconds + 50.0), "idle_ns": null, "user_ns": 0, "system_ns": 0,
            "voluntary_switches": 0, "involuntary_switches": 0, "memory": null, "exit_code": 0, "signal": null,
            "orphans": 0
        }))
        .unwrap(),
        ..bare::process(case, round, nanoseconds(milliseconds))
    }
    };
    let processes = made.iter().enumerate().flat_map(|(case, made)| {
        let rounds = (0..).zip(&made.milliseconds);
        rounds.map(move |(round, milliseconds)| process(case, round, *milliseconds)).collect::<Vec<_>>()
    });
    let processes = processes.collect();
    let cases: Vec<Value> = made.into_iter().map(|made| made.case).collect();
    let interpreter = |id: &str| {
        let gil = !["free", "native"].contains(&id);
        json!({
            "id": id, "label": id, "status": "ready", "provider": null, "executable": null, "image": null,
            "version": null, "gil": {"built": gil, "enabled": gil}, "reason": null, "hint": null, "facts": null
        })
    };
    let interpreters = ["native", "free", "locked", "other"].map(interpreter);
    let workload = |bound: &str| json!({"title": "Work", "summary": "Works.", "bound": bound});
    let mut run = Run { processes, ..bare::run(&cases) };
    run.environment.interpreters = from_value(json!(interpreters)).unwrap();
    run.plan.workloads = from_value(
        json!({"work": workload("cpu"), "wait": workload("waiting"), "look": workload("behaviour")}),
    )
    .unwrap();
    let findings = analyse(&run, &[]).cases;
    (run, findings)
}
