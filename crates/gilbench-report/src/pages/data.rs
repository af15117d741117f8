//! The page of downloads: what each file holds, how large it is, and how to read it.

use serde::Serialize;

use crate::data::DataFile;
use crate::numbers::bytes;

#[derive(Serialize)]
pub(super) struct Data {
    files: Vec<Described>,
    total: String,
}

#[derive(Serialize)]
struct Described {
    name: &'static str,
    size: String,
    what: &'static str,
}

pub(super) fn data(files: &[DataFile]) -> Data {
    let total: usize = files.iter().map(|file| file.content.len()).sum();
    let describe = |file: &DataFile| Described {
        name: file.name,
        size: bytes(file.content.len() as u64),
        what: meaning(file.name),
    };
    Data { files: files.iter().map(describe).collect(), total: bytes(total as u64) }
}

fn meaning(name: &str) -> &'static str {
    match name {
        "cases.csv" => {
            "One line for each case of the plan, controls included: its conditions, what became of it, and every \
             figure of the tables with both ends of its 95 % interval (_low, _high)."
        }
        "processes.csv.gz" => {
            "One line for each worker process, pilots (no round) and failed ones included, in the order in which they \
             ran: outcome, the time of every iteration, CPU time and peak memory of its process tree. Rounds count \
             from 0. iterations_wall_ns holds the iterations in order, with spaces between; warm_up_tags a w for each \
             that the worker tagged as warm-up, an s for each other."
        }
        "findings.json.gz" => {
            "Everything that these pages show, as computed: estimates, comparisons, verdicts, fits, and the value of \
             every round. Cases are in the order of the plan."
        }
        "plan.json.gz" => {
            "What was to be measured: each case with its parameters, the seed, and the rules by which a case ends."
        }
        "environment.json" => "The machine, and every interpreter with its build, packages and state.",
        "facts.json.gz" => {
            "What interpreters said of themselves when they measured. The column facts of processes.csv.gz is a place \
             in this list, from 0."
        }
        "events.jsonl" => {
            "When the run began, was interrupted and ended, when and why each case ended, and how long servers took to \
             answer; one JSON object a line."
        }
        _ => "Whole-process times by hyperfine, an independent tool.",
    }
}
