//! Who else uses the machine: other machines, other programs, the kernel itself.

use std::collections::BTreeSet;

use gilbench_model::noise::{MOST_LOST, MOST_USED_BY_OTHERS};

use super::System;
use super::check::{Check, Mend, Topic};

const NOT_MEASURED: &str = "the kernel does not tell what its CPUs do";

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

pub(super) fn steal(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "steal",
        about: "CPU time taken by the hypervisor",
        effect: "other machines run on these CPUs: processes take longer without having done more",
    };
    let Some(steal) = system.live.steal else { return topic.unknown(NOT_MEASURED) };
    if steal > MOST_LOST {
        let reason = "only whoever runs the host can mend it: ask for CPUs that are not shared";
        let found = format!("{} in one second of work", percent(steal));
        return topic.spoils(found, Mend::Nothing(reason.to_owned()));
    }
    match system.machine.virtual_machine {
        Some(true) => topic.good(format!("virtual machine, {} in one second of work", percent(steal))),
        Some(false) => topic.good("no virtual machine"),
        None => topic.good(format!("{} in one second of work", percent(steal))),
    }
}

pub(super) fn others(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "others",
        about: "CPU time used by other programs",
        effect: "they take CPUs, caches and memory bandwidth from workers, which wait for them in the run queue",
    };
    let Some(others) = system.live.others else { return topic.unknown(NOT_MEASURED) };
    let all = system.machine.allowance.cpus.len();
    let found = format!("{others:.2} of {all} CPUs in one second");
    if others <= MOST_USED_BY_OTHERS * all as f64 {
        return topic.good(found);
    }
    let names: Vec<String> = system
        .live
        .busiest
        .iter()
        .map(|busy| format!("{} {:.2} (process {})", busy.name, busy.cpus, busy.process))
        .collect();
    if names.is_empty() {
        let reason = "no program that can be seen from here explains it";
        return topic.spoils(found, Mend::Nothing(reason.to_owned()));
    }
    let reason = "end the programs that are named, or wait for them";
    topic.spoils(format!("{found}: {}", names.join(", ")), Mend::Nothing(reason.to_owned()))
}

pub(super) fn jitter(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "jitter",
        about: "time lost by a loop that only computes",
        effect: "work of the same length takes differently long: interrupts, neighbours, frequency",
    };
    let Some(worst) = system.live.lost.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)) else {
        return topic.unknown("no CPU could be kept busy");
    };
    let found = format!(
        "{} on CPU {}, the worst of {}, in one second",
        percent(worst.1),
        worst.0,
        system.live.lost.len()
    );
    if worst.1 <= MOST_LOST {
        return topic.good(found);
    }
    let reason = "mend what else is listed here; what is left is the machine's own";
    topic.spoils(found, Mend::Nothing(reason.to_owned()))
}

/// Programs that begin to work by themselves, with the units that hold them.
const BACKGROUND: [(&str, &str); 8] = [
    ("anacron", "anacron"),
    ("atd", "atd"),
    ("cron", "cron"),
    ("crond", "crond"),
    ("fwupd", "fwupd"),
    ("packagekitd", "packagekit"),
    ("snapd", "snapd"),
    // The kernel keeps fifteen letters of a name.
    ("unattended-upgr", "unattended-upgrades"),
];

pub(super) fn background(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "background",
        about: "timers and updates",
        effect: "they begin to work at any moment, and some take minutes",
    };
    if system.in_container {
        return topic.unknown("a container sees its own processes only");
    }
    let processes = system.files.names("/proc").into_iter().filter(|name| name.parse::<u32>().is_ok());
    let mut seen = false;
    let mut units = BTreeSet::new();
    for process in processes {
        let Some(name) = system.files.text(format!("/proc/{process}/comm")) else { continue };
        seen = true;
        units.extend(BACKGROUND.iter().filter(|(program, _)| *program == name).map(|(_, unit)| *unit));
    }
    if !seen {
        return topic.unknown("processes of others are hidden here");
    }
    if units.is_empty() {
        return topic.good("none that is known");
    }
    let units: Vec<&str> = units.into_iter().collect();
    topic.spoils(units.join(", "), system.as_root(&format!("systemctl stop {}", units.join(" "))))
}
