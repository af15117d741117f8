//! Memory and disk.

use gilbench_model::units::significant;

use super::System;
use super::check::{Check, Mend, Topic};
use crate::cgroup::{self, Version};
use crate::machine::memory_line;

/// Less than this share of the memory available is little.
const LITTLE_MEMORY: f64 = 0.1;

/// Less is little for runs and their sites, in bytes: large ones take some hundred megabytes.
const LITTLE_DISK: u64 = 1 << 30;

fn gibibytes(bytes: u64) -> String {
    format!("{} GiB", significant(bytes as f64 / (1_u64 << 30) as f64))
}

pub(super) fn available(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "memory",
        about: "available memory",
        effect: "the kernel searches for free pages, swaps, or kills the worker",
    };
    let line = |name| memory_line(system.files, name);
    let (Some(available), Some(all)) = (line("MemAvailable"), line("MemTotal")) else {
        return topic.unknown("the kernel does not tell");
    };
    let found = format!("{} of {}", gibibytes(available), gibibytes(all));
    if available as f64 >= LITTLE_MEMORY * all as f64 {
        return topic.good(found);
    }
    let reason = "end what uses it: `ps -eo rss,pid,args --sort=-rss | head` shows the largest";
    topic.spoils(found, Mend::Nothing(reason.to_owned()))
}

pub(super) fn swap(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "swap",
        about: "swap space in use",
        effect: "a page that was swapped out is fetched from a disk when a worker touches it",
    };
    let line = |name| memory_line(system.files, name);
    let (Some(all), Some(free)) = (line("SwapTotal"), line("SwapFree")) else {
        return topic.unknown("the kernel does not tell");
    };
    if all == 0 {
        return topic.good("no swap space");
    }
    let swappiness = system.files.text("/proc/sys/vm/swappiness");
    let swappiness = swappiness.map(|value| format!(", swappiness {value}")).unwrap_or_default();
    let used = all.saturating_sub(free);
    let found = format!("{} of {} used{swappiness}", gibibytes(used), gibibytes(all));
    if used == 0 { topic.good(found) } else { topic.spoils(found, system.as_root("swapoff --all")) }
}

pub(super) fn huge_pages(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "huge-pages",
        about: "transparent huge pages",
        effect: "whether memory comes in large pages depends on what is free by chance, and a kernel thread moves it later",
    };
    let path = "/sys/kernel/mm/transparent_hugepage/enabled";
    let Some(text) = system.files.text(path) else {
        return topic.unknown("the kernel does not tell, or has none");
    };
    // Such as `always [madvise] never`.
    let chosen = text.split_once('[').and_then(|(_, rest)| rest.split_once(']'));
    match chosen.map(|(chosen, _)| chosen) {
        Some("always") => topic.spoils("always", system.write("madvise", path)),
        Some(other) => topic.good(other),
        None => topic.unknown(format!("`{text}` is not understood")),
    }
}

pub(super) fn group(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "memory-group",
        about: "control group for memory",
        effect: "the peak of memory is sampled in pilots only, and has no interval",
    };
    if system.live.memory_group {
        return topic.good("the kernel keeps the peak of each process tree");
    }
    let found = "none can be made";
    match cgroup::parent_group(system.files) {
        Some((Version::Two, _)) if !system.in_container => {
            let command = "systemd-run --user --scope --property=Delegate=yes gilbench run";
            topic.spoils(found, Mend::Command(command.to_owned()))
        }
        Some(_) if !system.in_container && !system.live.is_root => {
            topic.spoils(found, Mend::Nothing("only an administrator may make one here".to_owned()))
        }
        Some(_) => topic.spoils(found, Mend::Nothing("control groups can only be read here".to_owned())),
        None => topic.spoils(found, Mend::Nothing("the kernel shows no memory controller here".to_owned())),
    }
}

pub(super) fn disk(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "disk",
        about: "free disk space",
        effect: "a run whose disk is full ends with code 6; a disk that is nearly full writes slower",
    };
    match system.live.free_disk {
        None => topic.unknown("the system does not tell"),
        Some(free) if free >= LITTLE_DISK => topic.good(gibibytes(free)),
        Some(free) => topic.spoils(gibibytes(free), Mend::Command("gilbench interpreters gc".to_owned())),
    }
}
