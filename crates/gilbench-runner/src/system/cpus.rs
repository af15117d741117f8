//! The CPUs that gilbench may use: cores, isolation, memory nodes, quota.

use gilbench_model::shell::quoted;

use super::System;
use super::check::{Check, Mend, Topic};
use crate::cgroup::{self, Version};
use crate::machine::quota_of;

/// CPUs as the kernel and `taskset` write them: `0-3,8`.
fn list(cpus: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &cpu in cpus {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == cpu => *last = cpu,
            _ => ranges.push((cpu, cpu)),
        }
    }
    let text = |(first, last): (u32, u32)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.into_iter().map(text).collect::<Vec<_>>().join(",")
}

/// Measures on these CPUs only.
fn bind_to(cpus: &[u32]) -> Mend {
    Mend::Command(format!("taskset --cpu-list {} gilbench run", quoted(&list(cpus))))
}

pub(super) fn siblings(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "siblings",
        about: "CPUs that share a core",
        effect: "two workers on one core slow each other down: it gives them little more than one CPU together",
    };
    let allowance = &system.machine.allowance;
    if allowance.siblings.is_empty() {
        return topic.unknown("the kernel does not say which CPUs share a core");
    }
    let groups: Vec<&Vec<u32>> = allowance.siblings.iter().filter(|group| group.len() > 1).collect();
    if groups.is_empty() {
        return topic.good("none");
    }
    let names: Vec<String> = groups.iter().map(|group| format!("{{{}}}", list(group))).collect();
    let control = "/sys/devices/system/cpu/smt/control";
    if system.files.text(control).as_deref() == Some("on")
        && let command @ Mend::Command(_) = system.write("off", control)
    {
        return topic.spoils(names.join(" "), command);
    }
    let allowed = |group: &&Vec<u32>| group.iter().filter(|cpu| allowance.cpus.contains(cpu)).count() > 1;
    if !groups.iter().any(allowed) {
        let reason = "others may use the CPUs that share a core with those allowed here";
        return topic.spoils(names.join(" "), Mend::Nothing(reason.to_owned()));
    }
    // The first of each core.
    let firsts: Vec<u32> = allowance
        .cpus
        .iter()
        .copied()
        .filter(|cpu| {
            let group = allowance.siblings.iter().find(|group| group.contains(cpu));
            let first = group.and_then(|group| group.iter().find(|cpu| allowance.cpus.contains(cpu)));
            first.is_none_or(|first| first == cpu)
        })
        .collect();
    topic.spoils(names.join(" "), bind_to(&firsts))
}

pub(super) fn isolated(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "isolated",
        about: "isolated CPUs (isolcpus)",
        effect: "the kernel piles all threads of a process on one of them; gilbench refuses such a set",
    };
    let allowance = &system.machine.allowance;
    if allowance.isolated.is_empty() {
        return topic.good("none");
    }
    let (inside, rest): (Vec<u32>, Vec<u32>) =
        allowance.cpus.iter().partition(|cpu| allowance.isolated.contains(cpu));
    if inside.is_empty() || allowance.cpus.len() == 1 {
        return topic.good(format!("{}, not several of those allowed here", list(&allowance.isolated)));
    }
    // One alone needs no balancing.
    let some = if rest.is_empty() { &inside[..1] } else { &rest };
    topic.spoils(format!("{} of those allowed here", list(&inside)), bind_to(some))
}

pub(super) fn nodes(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "nodes",
        about: "memory nodes (NUMA)",
        effect: "memory of another node is slower, and where a process starts decides which it gets",
    };
    let folder = "/sys/devices/system/node";
    let allowed = &system.machine.allowance.cpus;
    let names = system.files.names(folder).into_iter();
    let names = names.filter(|name| name.strip_prefix("node").is_some_and(|end| end.parse::<u32>().is_ok()));
    let mut nodes: Vec<Vec<u32>> = names
        .filter_map(|name| system.files.cpus(format!("{folder}/{name}/cpulist")))
        .map(|cpus| cpus.into_iter().filter(|cpu| allowed.contains(cpu)).collect::<Vec<_>>())
        .filter(|cpus| !cpus.is_empty())
        .collect();
    nodes.sort_by_key(|cpus| std::cmp::Reverse(cpus.len()));
    match nodes.as_slice() {
        [] => topic.unknown("the kernel does not tell of nodes"),
        [_] => topic.good("one"),
        [largest, ..] => topic.spoils(format!("{} with CPUs allowed here", nodes.len()), bind_to(largest)),
    }
}

pub(super) fn quota(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "quota",
        about: "CPU quota of the control group",
        effect: "once it is used up, all threads stand still until the next period begins",
    };
    let allowance = &system.machine.allowance;
    let Some(quota) = allowance.quota else { return topic.good("none") };
    let found = format!("{quota:.2} CPUs for {}", allowance.cpus.len());
    if quota >= allowance.cpus.len() as f64 {
        return topic.good(found);
    }
    let mut groups = cgroup::groups_of(system.files, "cpu").into_iter();
    let tightest = groups.find(|(version, folder)| quota_of(system.files, *version, folder) == Some(quota));
    let Some((version, folder)) = tightest else {
        return topic.spoils(found, Mend::Nothing("the group that has it cannot be seen".to_owned()));
    };
    let (value, file) = match version {
        Version::One => ("-1", "cpu.cfs_quota_us"),
        Version::Two => ("max", "cpu.max"),
    };
    let path = folder.join(file).to_string_lossy().into_owned();
    topic.spoils(found, system.write(value, &quoted(&path)))
}
