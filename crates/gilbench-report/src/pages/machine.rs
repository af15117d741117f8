//! The machine and its limits, and the interpreters as they were built.

use std::collections::{BTreeMap, BTreeSet};

use gilbench_model::Nanoseconds;
use gilbench_model::environment::InterpreterState;
use gilbench_model::event::Event;
use gilbench_model::facts::Facts;
use gilbench_model::plan::Role;
use gilbench_model::units::significant;
use serde::Serialize;

use super::controls::{Control, controls};
use super::interpreter_states::status_word;
use super::limits::{Limit, limits};
use crate::joined::Report;
use crate::numbers::bytes;

#[derive(Serialize)]
pub(super) struct MachinePage {
    machine: Vec<Fact>,
    allowance: Vec<Fact>,
    /// The cases that calibrate.
    calibration: Vec<Control>,
    limits: Vec<Limit>,
    servers: Vec<Server>,
    mixed: Vec<String>,
    interpreters: Vec<Interpreter>,
}

/// Something known, or not, under a name.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    name: String,
    value: Option<String>,
}

impl Fact {
    pub(super) fn known(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: Some(value.into()) }
    }

    pub(super) fn maybe(name: &str, value: Option<String>) -> Self {
        Self { name: name.to_owned(), value }
    }
}

#[derive(Serialize)]
struct Server {
    asked: String,
    starts: usize,
    least: String,
    median: String,
    most: String,
}

#[derive(Serialize)]
struct Interpreter {
    id: String,
    label: String,
    status: &'static str,
    reason: Option<String>,
    hint: Option<String>,
    facts: Vec<Fact>,
    packages: Vec<Package>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Package {
    name: String,
    version: String,
    wheel_tag: Option<String>,
    code: Option<&'static str>,
}

const COMPILED: &str = "compiled";
const PURE: &str = "pure Python";

/// What a wheel is made of, by its tags, of which there may be several: only one for no ABI and any platform has
/// nothing compiled in it (<https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/>).
fn code(wheel_tag: &str) -> &'static str {
    if wheel_tag.split_whitespace().all(|tag| tag.ends_with("-none-any")) { PURE } else { COMPILED }
}

/// A sentence for each package that is compiled on some interpreters and pure Python on others.
fn mixed(interpreters: &[Interpreter]) -> Vec<String> {
    let mut with: BTreeMap<&str, [BTreeSet<&str>; 2]> = BTreeMap::new();
    for interpreter in interpreters {
        for package in &interpreter.packages {
            let Some(code) = package.code else { continue };
            with.entry(&package.name).or_default()[usize::from(code == PURE)].insert(&interpreter.id);
        }
    }
    let list = |ids: BTreeSet<&str>| ids.into_iter().collect::<Vec<_>>().join(", ");
    with.into_iter()
        .filter(|(_, [compiled, pure])| !compiled.is_empty() && !pure.is_empty())
        .map(|(name, [compiled, pure])| {
            format!("{name} is {COMPILED} on {} and {PURE} on {}.", list(compiled), list(pure))
        })
        .collect()
}

pub(super) fn machine(report: &Report<'_>) -> MachinePage {
    let interpreters: Vec<Interpreter> = report.states().map(|state| interpreter(report, state)).collect();
    MachinePage {
        machine: machine_facts(report),
        allowance: allowance_facts(report),
        calibration: controls(report, Role::Calibration),
        limits: limits(report),
        servers: servers(report),
        mixed: mixed(&interpreters),
        interpreters,
    }
}

pub(super) fn machine_facts(report: &Report<'_>) -> Vec<Fact> {
    let machine = &report.run.environment.machine;
    let effective = machine.allowance.effective(&machine.allowance.cpus);
    vec![
        Fact::maybe("CPU", machine.cpu_model.clone()),
        Fact::maybe("Logical CPUs", machine.logical_cpus.map(|cpus| cpus.to_string())),
        Fact::known(
            "Effective CPUs",
            match effective {
                Ok(effective) => format!("{} of {} allowed", effective.count, effective.logical),
                Err(error) => error.to_string(),
            },
        ),
        Fact::maybe("Memory", machine.memory_bytes.map(bytes)),
        Fact::known("System", format!("{} {}", machine.os, machine.architecture)),
        Fact::maybe("Kernel", machine.kernel.clone()),
        Fact::maybe("Frequency governor", machine.governor.clone()),
        Fact::maybe("Virtual machine", machine.virtual_machine.map(|is| yes_or_no(is).to_owned())),
        Fact::maybe("Load when the run began", machine.load.map(significant)),
    ]
}

fn allowance_facts(report: &Report<'_>) -> Vec<Fact> {
    let allowance = &report.run.environment.machine.allowance;
    let list = |cpus: &[u32]| cpus.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let siblings: Vec<String> =
        allowance.siblings.iter().map(|group| format!("{{{}}}", list(group))).collect();
    vec![
        Fact::known("CPUs allowed (affinity within the cpuset)", list(&allowance.cpus)),
        Fact::maybe("CPUs that share a core", (!siblings.is_empty()).then(|| siblings.join(" "))),
        Fact::known(
            "Isolated CPUs",
            if allowance.isolated.is_empty() { "none".to_owned() } else { list(&allowance.isolated) },
        ),
        Fact::known(
            "CPU quota",
            allowance.quota.map_or_else(|| "none".to_owned(), |quota| format!("{} CPUs", significant(quota))),
        ),
    ]
}

fn servers(report: &Report<'_>) -> Vec<Server> {
    let mut delays: Vec<(Nanoseconds, Nanoseconds)> = report
        .run
        .events
        .iter()
        .filter_map(|timed| match timed.event {
            Event::ServerMeasured { asked, measured, .. } => Some((asked, measured)),
            _ => None,
        })
        .collect();
    delays.sort_unstable();
    delays
        .chunk_by(|a, b| a.0 == b.0)
        .map(|group| Server {
            asked: group[0].0.to_string(),
            starts: group.len(),
            least: group[0].1.to_string(),
            median: group[group.len() / 2].1.to_string(),
            most: group[group.len() - 1].1.to_string(),
        })
        .collect()
}

fn interpreter(report: &Report<'_>, state: &InterpreterState) -> Interpreter {
    let probe = state.facts.as_ref();
    // What its workers said: after the workload's imports, unlike the probe.
    let said: Vec<&Facts> = report
        .run
        .processes
        .iter()
        .filter(|process| report.run.plan.cases[process.case as usize].interpreter == state.id)
        .filter_map(|process| process.facts)
        .collect::<BTreeSet<u32>>()
        .into_iter()
        .filter_map(|number| report.run.facts.get(number as usize))
        .collect();
    let known = |read: fn(&Facts) -> Option<String>| probe.or(said.first().copied()).and_then(read);
    let build = build_gil(state);
    let gil = |name: &str, read: fn(&Facts) -> Option<bool>| {
        if build == Some(BuildGil::None) {
            return Fact::known(name, "none");
        }
        let states: BTreeSet<Option<bool>> = said.iter().copied().chain(probe).map(read).collect();
        let words: Vec<&str> = states.into_iter().flatten().map(|on| if on { "on" } else { "off" }).collect();
        let words = (!words.is_empty())
            .then(|| words.join(" in some processes, ") + if words.len() > 1 { " in others" } else { "" });
        Fact::maybe(name, words)
    };
    let packages: BTreeSet<Package> = said
        .iter()
        .copied()
        .chain(probe)
        .flat_map(|facts| &facts.packages)
        .map(|package| Package {
            name: package.name.clone(),
            version: package.version.clone(),
            wheel_tag: package.wheel_tag.clone(),
            code: package.wheel_tag.as_deref().map(code),
        })
        .collect();
    let facts = vec![
        Fact::known("Measured in this run", report.measured(&state.id)),
        Fact::maybe("Version", state.version.clone()),
        Fact::maybe("Version in its own words", known(|facts| Some(facts.version_text.clone()))),
        Fact::maybe("Implementation", known(|facts| Some(facts.implementation.clone()))),
        Fact::maybe("Provider", state.provider.clone()),
        Fact::maybe("Container image", state.image.clone()),
        Fact::maybe("Platform", known(|facts| facts.platform.clone())),
        Fact::maybe("Compiler", known(|facts| facts.build.compiler.clone())),
        Fact::maybe("Configured with", known(|facts| facts.build.configure.clone())),
        Fact::maybe(
            "Profile-guided optimisation",
            known(|facts| facts.build.pgo.map(|is| yes_or_no(is).to_owned())),
        ),
        Fact::maybe(
            "Link-time optimisation",
            known(|facts| facts.build.lto.map(|is| yes_or_no(is).to_owned())),
        ),
        Fact::maybe("GIL of the build", build.map(|build| build.word().to_owned())),
        gil("GIL before imports", |facts| facts.gil.enabled_before_imports),
        gil("GIL after imports", |facts| facts.gil.enabled_after_imports),
        Fact::maybe("Just-in-time compiler", known(|facts| facts.jit.clone())),
        Fact::maybe("Allocator", known(|facts| facts.allocator.in_force.clone())),
        Fact::maybe("BLAS", known(blas)),
        Fact::maybe("Packages that cannot be imported", known(failed_imports)),
        Fact::maybe("Start methods", known(|facts| facts.start_methods.as_ref().map(|list| list.join(", ")))),
        Fact::maybe("Default start method", known(|facts| facts.start_method.clone())),
        Fact::maybe("CPUs that it sees", known(cpus_seen)),
        Fact::maybe("Clock", known(clock)),
    ];
    Interpreter {
        id: state.id.to_string(),
        label: state.label.clone(),
        status: status_word(state.status),
        reason: state.reason.clone(),
        hint: state.hint.clone(),
        facts: facts.into_iter().filter(|fact| fact.value.is_some() || probe.is_some()).collect(),
        packages: packages.into_iter().collect(),
    }
}

/// What a build has of a GIL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BuildGil {
    /// It cannot do without.
    Always,
    /// It was built to do without, and can still switch one on.
    Optional,
    /// It knows none.
    None,
}

impl BuildGil {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Always => "always on",
            Self::Optional => "optional",
            Self::None => "none (no GIL in this runtime)",
        }
    }
}

/// What an interpreter's build has of a GIL, if it says so. Only a build that was told to do without one has it
/// as an option; a runtime that has none says no more than that none is in force.
pub(super) fn build_gil(state: &InterpreterState) -> Option<BuildGil> {
    let told = |facts: &Facts| {
        facts.build.configure.as_ref().is_some_and(|configure| configure.contains("--disable-gil"))
    };
    Some(match state.gil.built? {
        true => BuildGil::Always,
        false if state.gil.enabled == Some(true) || state.facts.as_ref().is_some_and(told) => {
            BuildGil::Optional
        }
        false => BuildGil::None,
    })
}

fn cpus_seen(facts: &Facts) -> Option<String> {
    let cpus = &facts.cpus;
    let parts: Vec<String> = [
        cpus.count.map(|number| format!("{number} by os.cpu_count")),
        cpus.affinity.map(|number| format!("{number} by sched_getaffinity")),
        cpus.allowed.as_ref().map(|list| format!("{list} allowed by the kernel")),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn blas(facts: &Facts) -> Option<String> {
    let blas = facts.blas.as_ref()?;
    let name =
        [blas.library.clone(), blas.version.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let threads = blas.threads.map(|threads| format!("{threads} threads by default"));
    let parts: Vec<String> =
        [Some(name).filter(|name| !name.is_empty()), threads].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn failed_imports(facts: &Facts) -> Option<String> {
    let failed = facts.imports.iter().flatten().filter_map(|import| {
        let error = import.error.as_ref()?;
        Some(format!("{}: {error}", import.package))
    });
    let failed: Vec<String> = failed.collect();
    (!failed.is_empty()).then(|| failed.join("; "))
}

fn clock(facts: &Facts) -> Option<String> {
    let name = facts.clock.name.clone()?;
    Some(match facts.clock.resolution_ns {
        Some(resolution) => format!("{name}, resolution {}", Nanoseconds(resolution)),
        None => name,
    })
}

/// From one number to another, or the one that both are.
pub(super) fn range(least: u32, most: u32) -> String {
    if least == most { most.to_string() } else { format!("{least} to {most}") }
}

fn yes_or_no(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_aiohttp(id: &str, wheel_tag: Option<&str>) -> Interpreter {
        let package = Package {
            name: "aiohttp".to_owned(),
            version: "3".to_owned(),
            wheel_tag: wheel_tag.map(str::to_owned),
            code: wheel_tag.map(code),
        };
        Interpreter {
            id: id.to_owned(),
            label: String::new(),
            status: "ready",
            reason: None,
            hint: None,
            facts: Vec::new(),
            packages: vec![package],
        }
    }

    #[test]
    fn a_package_with_and_without_compiled_code_is_named() {
        let compiled =
            with_aiohttp("a", Some("cp312-cp312-manylinux_2_17_x86_64 cp312-cp312-manylinux2014_x86_64"));
        let pure = with_aiohttp("b", Some("py3-none-any"));
        let unknown = with_aiohttp("c", None);
        assert_eq!(mixed(&[compiled, pure, unknown]), ["aiohttp is compiled on a and pure Python on b."]);
    }

    #[test]
    fn packages_of_one_kind_are_not_worth_a_word() {
        // No ABI, but one platform: it brings a program or a library.
        let platform = with_aiohttp("a", Some("py3-none-manylinux_2_17_x86_64"));
        assert!(mixed(&[platform, with_aiohttp("b", None)]).is_empty());
    }
}
