//! Settings of the kernel: address layout, clock, counters.

use super::System;
use super::check::{Check, Mend, Topic};

/// A clock that is read without a system call answers sooner, in nanoseconds.
const SLOW_CLOCK_NS: f64 = 200.0;

/// The most cautious setting with which everybody may count what own processes do in their own code.
const MOST_PARANOID: i32 = 2;

pub(super) fn randomisation(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "address-layout",
        about: "randomised address layout (ASLR)",
        effect: "without it each process has the same layout, lucky or not, and no repetition averages that out",
    };
    match system.files.text("/proc/sys/kernel/randomize_va_space").as_deref() {
        None => topic.unknown("the kernel does not tell"),
        Some("2") => topic.good("on"),
        Some(value) => {
            let found = if value == "0" { "off" } else { "on in part" };
            topic.spoils(found, system.as_root("sysctl kernel.randomize_va_space=2"))
        }
    }
}

pub(super) fn clock(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "clock",
        about: "clock source",
        effect: "each reading of the clock is a system call: short iterations are timed too long",
    };
    let folder = "/sys/devices/system/clocksource/clocksource0";
    let current = system.files.text(format!("{folder}/current_clocksource"));
    let (Some(current), Some(reading)) = (current, system.live.clock_reading_ns) else {
        return topic.unknown("the kernel does not tell");
    };
    let found = format!("{current}, {reading:.0} ns for a reading");
    if reading < SLOW_CLOCK_NS {
        return topic.good(found);
    }
    let others = system.files.text(format!("{folder}/available_clocksource")).unwrap_or_default();
    if current != "tsc" && others.split_whitespace().any(|other| other == "tsc") {
        return topic.spoils(found, system.write("tsc", &format!("{folder}/current_clocksource")));
    }
    let reason = "the kernel has no faster one that it trusts: `dmesg | grep -i clocksource` says why";
    topic.spoils(found, Mend::Nothing(reason.to_owned()))
}

pub(super) fn counters(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "counters",
        about: "performance counters (perf_event_paranoid)",
        effect: "no time is affected, but `perf` cannot tell what a process did with its cycles",
    };
    match system.files.number::<i32>("/proc/sys/kernel/perf_event_paranoid") {
        None => topic.unknown("the kernel has none"),
        Some(level) if level <= MOST_PARANOID => topic.good(level.to_string()),
        Some(level) => topic.spoils(
            level.to_string(),
            system.as_root(&format!("sysctl kernel.perf_event_paranoid={MOST_PARANOID}")),
        ),
    }
}
