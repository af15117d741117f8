//! Which processes were disturbed, and by what. They are labelled and counted; none is left out for it.
//!
//! The thresholds are shares of what a process had, so that they mean the same for short and long ones.

use gilbench_model::event::Event;
use gilbench_model::noise::{MOST_LOST, MOST_USED_BY_OTHERS, PressureScope};
use gilbench_model::run_directory::Run;
use gilbench_model::sample::{Process, Tree};
use gilbench_model::workload::Bound;
use gilbench_model::{Name, Nanoseconds};

use crate::findings::{Disturbance, DisturbanceCount, Disturbed};
use crate::series::CaseSamples;
use crate::statistics::median;

/// More than this share, by which the frequency at its end differs from the median of the case's processes. Governors
/// and thermal limits move it in steps of 100 MHz or so, 2 to 5 %.
const FREQUENCY_CHANGE: f64 = 0.05;

/// With fewer, no frequency is the usual one.
const LEAST_FREQUENCIES: usize = 3;

/// In which the kernel tells idle and stolen time: a hundredth of a second on every architecture of today.
const TICK_SECONDS: f64 = 0.01;

/// What is the same for all processes of a case.
struct Situation {
    cpus: f64,
    /// It has a quota of its own: to be throttled is what it is about.
    quota: bool,
    bound: Option<Bound>,
    /// It talks to a server of the run, which then is one of the others.
    server: bool,
    /// The usual frequency, in kHz.
    khz: Option<f64>,
}

/// The disturbances of each completed round of which they are known.
pub(crate) fn by_round(run: &Run, samples: &CaseSamples<'_>) -> Vec<(u32, Vec<Disturbance>)> {
    let case = samples.case;
    let situation = Situation {
        cpus: case.cpus.len() as f64,
        quota: case.conditions.quota.is_some(),
        bound: run.plan.workloads.get(&case.workload).map(|workload| workload.bound),
        server: has_server(run, &case.workload),
        khz: usual_frequency(samples),
    };
    samples.completed().filter_map(|(round, process)| Some((round, situation.labels(process)?))).collect()
}

/// Whether a server of the workload said how long its delay is, as each does once.
fn has_server(run: &Run, workload: &Name) -> bool {
    run.events.iter().any(|timed| match timed.event {
        Event::ServerMeasured { case, .. } => {
            run.plan.cases.get(case as usize).is_some_and(|case| case.workload == *workload)
        }
        _ => false,
    })
}

fn usual_frequency(samples: &CaseSamples<'_>) -> Option<f64> {
    let frequencies: Vec<f64> = samples.completed().filter_map(|(_, process)| end_khz(process)).collect();
    (frequencies.len() >= LEAST_FREQUENCIES).then(|| median(&frequencies).ok())?
}

fn end_khz(process: &Process) -> Option<f64> {
    Some(f64::from(process.tree.as_ref()?.noise.as_ref()?.frequency?.end_khz))
}

impl Situation {
    /// `None` where nobody looked.
    fn labels(&self, process: &Process) -> Option<Vec<Disturbance>> {
        let tree = process.tree.as_ref()?;
        let noise = tree.noise.as_ref()?;
        let wall = tree.wall_ns.seconds();
        let lost = |seconds: f64, of: f64| seconds > MOST_LOST * of;
        let steal = noise.steal_ns.map(|steal| (steal.seconds() - rounding(self.cpus)).max(0.0));
        let others = self.used_by_others(tree);
        // What is limited by waiting leaves its CPUs to others.
        let computes = self.bound == Some(Bound::Cpu);
        let mut labels = Vec::new();
        let mut label = |is: Option<bool>, label| labels.extend((is == Some(true)).then_some(label));
        // Of the time in which the CPUs had work: a hypervisor takes nothing from one that rests.
        let wanted = tree.cpu_seconds() + others.unwrap_or(0.0) + steal.unwrap_or(0.0);
        label(steal.map(|steal| lost(steal, wanted)), Disturbance::Steal);
        let crowd = others.map(|others| computes && others > MOST_USED_BY_OTHERS * self.cpus * wall);
        label(crowd, Disturbance::Others);
        let queued = queued(tree).map(|queued| {
            // A tree waits for itself, too: for others no longer than those ran, or the hypervisor let nobody run.
            let by_others = others.unwrap_or(0.0) + steal.unwrap_or(0.0);
            !self.server && lost(queued.min(by_others), wall)
        });
        label(queued, Disturbance::Queued);
        let throttled = noise.throttled.map(|throttled| !self.quota && throttled.periods > 0);
        label(throttled, Disturbance::Throttled);
        label(noise.pressure.map(|pressure| lost(pressure.memory_ns.seconds(), wall)), Disturbance::Memory);
        label(noise.pressure.map(|pressure| lost(pressure.io_ns.seconds(), wall)), Disturbance::Disk);
        let changed = end_khz(process).zip(self.khz).map(|(khz, usual)| (khz / usual - 1.0).abs());
        label(changed.map(|changed| changed > FREQUENCY_CHANGE), Disturbance::Frequency);
        Some(labels)
    }

    /// CPU seconds that neither the tree used, nor were idle, nor stolen, as far as they exceed what rounding can make.
    fn used_by_others(&self, tree: &Tree) -> Option<f64> {
        let steal = tree.noise.as_ref()?.steal_ns?.seconds();
        let left = self.cpus * tree.wall_ns.seconds() - tree.idle_ns?.seconds() - steal - tree.cpu_seconds();
        // Idle, waiting for a disk, stolen.
        Some((left - rounding(3.0 * self.cpus)).max(0.0))
    }
}

/// How long a process waited for a CPU: any of its tree where the kernel told it of the tree alone, else its first thread.
fn queued(tree: &Tree) -> Option<f64> {
    let noise = tree.noise.as_ref()?;
    let of_tree = noise.pressure.filter(|pressure| pressure.of == PressureScope::Tree);
    of_tree.map(|pressure| pressure.cpu_ns).or(noise.queued_ns).map(Nanoseconds::seconds)
}

/// What the rounding of so many counts to ticks can make up. Each is a difference of two that are rounded down: off by
/// less than a tick, .41 on average; this is 2.4 standard deviations of their sum.
pub(crate) fn rounding(counts: f64) -> f64 {
    TICK_SECONDS * counts.sqrt()
}

/// Counts processes and labels; `None` where nothing is known of any process.
pub(crate) fn count<'a>(processes: impl Iterator<Item = &'a [Disturbance]>) -> Option<Disturbed> {
    let (mut known, mut disturbed, mut labels) = (0, 0, Vec::<DisturbanceCount>::new());
    for found in processes {
        known += 1;
        disturbed += u32::from(!found.is_empty());
        for &label in found {
            match labels.iter_mut().find(|one| one.label == label) {
                Some(one) => one.count += 1,
                None => labels.push(DisturbanceCount { label, count: 1 }),
            }
        }
    }
    labels.sort_by_key(|one| (std::cmp::Reverse(one.count), one.label));
    (known > 0).then_some(Disturbed { known, disturbed, labels })
}

/// Over all cases of a run.
pub(crate) fn total(run: &Run, samples: &[CaseSamples<'_>]) -> Option<Disturbed> {
    let rounds: Vec<_> = samples.iter().flat_map(|samples| by_round(run, samples)).collect();
    count(rounds.iter().map(|(_, labels)| labels.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn computing(cpus: f64) -> Situation {
        Situation { cpus, quota: false, bound: Some(Bound::Cpu), server: false, khz: None }
    }

    /// A second on two CPUs, one of them busy, but for these fields.
    fn process(tree: &serde_json::Value, noise: &serde_json::Value) -> Process {
        let mut all = serde_json::json!({
            "wall_ns": 1_000_000_000, "idle_ns": 990_000_000, "user_ns": 990_000_000, "system_ns": 0,
            "voluntary_switches": 0, "involuntary_switches": 0, "memory": null,
            "exit_code": 0, "signal": null, "orphans": 0, "noise": noise,
        });
        for (name, value) in tree.as_object().unwrap() {
            all[name] = value.clone();
        }
        serde_json::from_value(serde_json::json!({
            "case": 0, "round": 0, "began_ms": 0, "outcome": {"kind": "completed"}, "facts": null,
            "iterations": [], "tree": all,
        }))
        .unwrap()
    }

    fn labels(
        situation: &Situation,
        tree: &serde_json::Value,
        noise: &serde_json::Value,
    ) -> Vec<Disturbance> {
        situation.labels(&process(tree, noise)).unwrap()
    }

    #[test]
    fn a_quiet_second_has_no_label() {
        let noise = serde_json::json!({
            "steal_ns": 0, "queued_ns": 1_000_000, "pressure": {"of": "machine", "cpu_ns": 500_000_000},
        });
        assert_eq!(labels(&computing(2.0), &serde_json::json!({}), &noise), []);
        // Nothing told is nothing labelled, and a process of an earlier version is not known at all.
        assert_eq!(
            labels(&computing(2.0), &serde_json::json!({"idle_ns": null}), &serde_json::json!({})),
            []
        );
        assert_eq!(computing(2.0).labels(&process(&serde_json::json!({}), &serde_json::Value::Null)), None);
    }

    #[test]
    fn each_disturbance_has_its_label() {
        let on = |tree: serde_json::Value, noise: serde_json::Value| labels(&computing(2.0), &tree, &noise);
        let none = serde_json::json!({});
        assert_eq!(on(none.clone(), serde_json::json!({"steal_ns": 50_000_000})), [Disturbance::Steal]);
        let busy = serde_json::json!({"idle_ns": 800_000_000});
        assert_eq!(on(busy.clone(), serde_json::json!({"steal_ns": 0})), [Disturbance::Others]);
        let queued = serde_json::json!({"steal_ns": 0, "queued_ns": 30_000_000});
        assert_eq!(on(busy, queued.clone()), [Disturbance::Others, Disturbance::Queued]);
        assert_eq!(on(none.clone(), queued), [], "it waited for itself");
        let of_tree =
            serde_json::json!({"steal_ns": 60_000_000, "pressure": {"of": "tree", "cpu_ns": 30_000_000}});
        assert_eq!(on(none.clone(), of_tree), [Disturbance::Steal, Disturbance::Queued]);
        let pressure =
            serde_json::json!({"pressure": {"of": "machine", "memory_ns": 21_000_000, "io_ns": 21_000_000}});
        assert_eq!(on(none.clone(), pressure), [Disturbance::Memory, Disturbance::Disk]);
        let throttled = serde_json::json!({"throttled": {"periods": 1, "time_ns": 4}});
        assert_eq!(on(none, throttled), [Disturbance::Throttled]);
    }

    #[test]
    fn what_a_case_is_about_does_not_disturb_it() {
        let noise = serde_json::json!({
            "steal_ns": 0, "queued_ns": 300_000_000, "throttled": {"periods": 9, "time_ns": 900_000_000},
        });
        let busy = serde_json::json!({"idle_ns": 0});
        let waiting = Situation { bound: Some(Bound::Waiting), quota: true, ..computing(2.0) };
        assert_eq!(labels(&waiting, &busy, &noise), [Disturbance::Queued], "it is woken up late");
        assert_eq!(labels(&Situation { server: true, ..waiting }, &busy, &noise), []);
    }

    #[test]
    fn a_frequency_is_odd_only_beside_the_others_of_its_case() {
        let noise = serde_json::json!({"frequency": {"begin_khz": 800_000, "end_khz": 3_000_000}});
        let none = serde_json::json!({});
        assert_eq!(labels(&computing(2.0), &none, &noise), []);
        let at = |khz| Situation { khz: Some(khz), ..computing(2.0) };
        assert_eq!(labels(&at(3_100_000.0), &none, &noise), []);
        assert_eq!(labels(&at(3_400_000.0), &none, &noise), [Disturbance::Frequency]);
        assert_eq!(labels(&at(2_700_000.0), &none, &noise), [Disturbance::Frequency]);
    }

    #[test]
    fn ticks_alone_make_no_label() {
        // Fifty milliseconds: a tick is a tenth of what both CPUs had.
        let tree = serde_json::json!({"wall_ns": 50_000_000, "idle_ns": 40_000_000, "user_ns": 45_000_000});
        assert_eq!(labels(&computing(2.0), &tree, &serde_json::json!({"steal_ns": 10_000_000})), []);
        let hogged = serde_json::json!({"wall_ns": 50_000_000, "idle_ns": 0, "user_ns": 45_000_000});
        assert_eq!(
            labels(&computing(2.0), &hogged, &serde_json::json!({"steal_ns": 0})),
            [Disturbance::Others]
        );
    }

    #[test]
    fn labels_are_counted_most_frequent_first() {
        use Disturbance::{Others, Queued, Steal};
        let processes: [&[Disturbance]; 4] = [&[Others], &[], &[Steal, Others], &[Queued]];
        let counted = count(processes.into_iter()).unwrap();
        assert_eq!(counted.to_string(), "3 of 4, some of them in several ways: others 2, steal 1, queued 1");
        assert_eq!(count([[].as_slice()].into_iter()).unwrap().to_string(), "none of 1");
        assert_eq!(count(std::iter::empty()), None);
    }
}
