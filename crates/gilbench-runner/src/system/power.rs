//! Clock frequency, and what moves it: governor, turbo, heat, battery.

use std::collections::BTreeMap;

use super::System;
use super::check::{Check, Mend, Topic};

/// Why a virtual machine does not know of frequencies.
const HOST_DECIDES: &str = "the kernel controls no frequency here: in a virtual machine the host does";

const NO_DRIVER: &str = "the kernel controls no frequency here: the firmware does";

fn nobody_tells(system: &System<'_>) -> &'static str {
    if system.machine.virtual_machine == Some(true) { HOST_DECIDES } else { NO_DRIVER }
}

pub(super) fn governor(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "governor",
        about: "frequency governor",
        effect: "the clock follows the load: the first milliseconds of each process run slower",
    };
    let mut governors: BTreeMap<String, u32> = BTreeMap::new();
    for cpu in &system.machine.allowance.cpus {
        let path = format!("/sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_governor");
        if let Some(governor) = system.files.text(path) {
            *governors.entry(governor).or_default() += 1;
        }
    }
    if governors.is_empty() {
        return topic.unknown(nobody_tells(system));
    }
    let found: Vec<String> =
        governors.iter().map(|(governor, cpus)| format!("{governor} on {cpus} CPUs")).collect();
    let found = found.join(", ");
    if governors.keys().all(|governor| governor == "performance") {
        return topic.good(found);
    }
    topic.spoils(found, system.write("performance", "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"))
}

pub(super) fn turbo(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "turbo",
        about: "turbo frequencies",
        effect: "one busy CPU runs faster than several: speed-ups look smaller, and heat decides how much",
    };
    // What switches them off, and the value that means on.
    let switches = [
        ("/sys/devices/system/cpu/intel_pstate/no_turbo", "0", "1"),
        ("/sys/devices/system/cpu/cpufreq/boost", "1", "0"),
    ];
    for (path, on, off) in switches {
        match system.files.text(path) {
            Some(value) if value == on => return topic.spoils("on", system.write(off, path)),
            Some(_) => return topic.good("off"),
            None => {}
        }
    }
    topic.unknown(nobody_tells(system))
}

pub(super) fn heat(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "heat",
        about: "temperature",
        effect: "a CPU that is too hot lowers its clock in the middle of a measurement",
    };
    let zones = zones(system);
    let throttlings = throttlings(system);
    let hottest = zones.iter().map(|zone| zone.celsius).reduce(f64::max);
    let parts = [
        hottest.map(|celsius| format!("{celsius:.0} °C")),
        throttlings.map(|count| format!("throttled {count} times since the start")),
    ];
    let found = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    if found.is_empty() {
        return topic.unknown("the kernel shows no sensor here");
    }
    let too_hot = zones.iter().any(|zone| zone.limit.is_some_and(|limit| zone.celsius >= limit));
    if too_hot || system.live.throttlings > Some(0) {
        return topic.spoils(found, Mend::Nothing("let it cool, or give it more air".to_owned()));
    }
    topic.good(found)
}

/// How often the CPUs were slowed down for their heat since the start.
pub(super) fn throttlings_of(files: &crate::kernel_files::KernelFiles) -> Option<u64> {
    let folder = "/sys/devices/system/cpu";
    let cpus = files.names(folder).into_iter().filter(|name| name.starts_with("cpu"));
    let count =
        |cpu: String, name: &str| files.number::<u64>(format!("{folder}/{cpu}/thermal_throttle/{name}"));
    cpus.filter_map(|cpu| count(cpu, "core_throttle_count")).reduce(|sum, one| sum + one)
}

fn throttlings(system: &System<'_>) -> Option<u64> {
    throttlings_of(system.files)
}

/// A place whose temperature is known.
struct Zone {
    celsius: f64,
    /// At which it is cooled by slowing down.
    limit: Option<f64>,
}

fn zones(system: &System<'_>) -> Vec<Zone> {
    let files = system.files;
    let folder = "/sys/class/thermal";
    let zone = |name: String| {
        let folder = format!("{folder}/{name}");
        let limits = files.names(&folder).into_iter().filter_map(|file| {
            let trip = file.strip_suffix("_type").filter(|trip| trip.starts_with("trip_point_"))?;
            let kind = files.text(format!("{folder}/{file}"))?;
            let millidegrees: f64 = files.number(format!("{folder}/{trip}_temp"))?;
            // Some firmwares say 0 for a trip that they do not have.
            (matches!(kind.as_str(), "passive" | "hot") && millidegrees > 0.0).then_some(millidegrees / 1e3)
        });
        let limit = limits.reduce(f64::min);
        Some(Zone { celsius: files.number::<f64>(format!("{folder}/temp"))? / 1e3, limit })
    };
    let names = files.names(folder).into_iter().filter(|name| name.starts_with("thermal_zone"));
    names.filter_map(zone).collect()
}

pub(super) fn battery(system: &System<'_>) -> Check {
    let topic = Topic {
        id: "battery",
        about: "power supply",
        effect: "on battery the firmware lowers frequencies to save power",
    };
    let folder = "/sys/class/power_supply";
    let text = |supply: &str, file: &str| system.files.text(format!("{folder}/{supply}/{file}"));
    let supplies = system.files.names(folder);
    let discharging = supplies.iter().any(|supply| {
        text(supply, "type").as_deref() == Some("Battery")
            // A mouse has a battery, too.
            && text(supply, "scope").as_deref() != Some("Device")
            && text(supply, "status").as_deref() == Some("Discharging")
    });
    let mains = supplies.iter().find_map(|supply| text(supply, "online"));
    match (discharging, mains.as_deref()) {
        (true, _) => topic.spoils("on battery", Mend::Nothing("plug it in".to_owned())),
        (false, Some(_)) => topic.good("on mains"),
        (false, None) if supplies.is_empty() => topic.good("no battery"),
        (false, None) => topic.good("no battery is being emptied"),
    }
}
