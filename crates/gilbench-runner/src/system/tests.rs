//! The same checks on a laptop, a virtual machine and in a container, each a folder of files.

use std::path::Path;

use super::*;

/// A folder with these files.
fn folder(contents: &[(&str, &str)]) -> (tempfile::TempDir, KernelFiles) {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in contents {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("{text}\n")).unwrap();
    }
    let files = KernelFiles::below(root.path());
    (root, files)
}

const CPU: &str = "sys/devices/system/cpu";

/// Bare metal: two cores of two threads each, control groups of version 2.
const LAPTOP: &[(&str, &str)] = &[
    ("proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: fpu aperfmperf"),
    ("proc/self/status", "Cpus_allowed_list:\t0-3"),
    ("proc/self/cgroup", "0::/user.slice/shell.scope"),
    (
        "proc/meminfo",
        "MemTotal: 16000000 kB\nMemAvailable: 900000 kB\nSwapTotal: 2097152 kB\nSwapFree: 1048576 kB",
    ),
    ("proc/sys/vm/swappiness", "60"),
    ("proc/sys/kernel/randomize_va_space", "0"),
    ("proc/sys/kernel/perf_event_paranoid", "4"),
    ("proc/1/comm", "systemd"),
    ("proc/412/comm", "cron"),
    ("proc/413/comm", "unattended-upgr"),
    ("sys/fs/cgroup/user.slice/shell.scope/cgroup.procs", "1"),
    ("sys/fs/cgroup/user.slice/cpu.max", "150000 100000"),
    ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave"),
    ("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave"),
    ("sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "performance"),
    ("sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0,2"),
    ("sys/devices/system/cpu/cpu1/topology/thread_siblings_list", "1,3"),
    ("sys/devices/system/cpu/cpu2/topology/thread_siblings_list", "0,2"),
    ("sys/devices/system/cpu/cpu3/topology/thread_siblings_list", "1,3"),
    ("sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", "7"),
    ("sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "5"),
    ("sys/devices/system/cpu/intel_pstate/no_turbo", "0"),
    ("sys/devices/system/cpu/smt/control", "on"),
    ("sys/devices/system/cpu/isolated", "3"),
    ("sys/devices/system/node/node0/cpulist", "0-3"),
    ("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet"),
    ("sys/devices/system/clocksource/clocksource0/available_clocksource", "tsc hpet acpi_pm"),
    ("sys/class/thermal/thermal_zone0/temp", "97000"),
    ("sys/class/thermal/thermal_zone0/trip_point_0_type", "critical"),
    ("sys/class/thermal/thermal_zone0/trip_point_0_temp", "110000"),
    ("sys/class/thermal/thermal_zone0/trip_point_1_type", "passive"),
    ("sys/class/thermal/thermal_zone0/trip_point_1_temp", "95000"),
    ("sys/class/power_supply/AC/type", "Mains"),
    ("sys/class/power_supply/AC/online", "0"),
    ("sys/class/power_supply/BAT0/type", "Battery"),
    ("sys/class/power_supply/BAT0/status", "Discharging"),
    ("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never"),
];

/// A virtual machine of two nodes with control groups of version 1, where everything is quiet.
const VIRTUAL: &[(&str, &str)] = &[
    ("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu hypervisor"),
    ("proc/self/status", "Cpus_allowed_list:\t0-5"),
    ("proc/self/cgroup", "4:memory:/\n1:cpu,cpuacct:/\n0::/"),
    ("proc/meminfo", "MemTotal: 16000000 kB\nMemAvailable: 15000000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB"),
    ("proc/sys/kernel/randomize_va_space", "2"),
    ("proc/1/comm", "init"),
    ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1"),
    ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000"),
    ("sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0"),
    ("sys/devices/system/node/node0/cpulist", "0-1"),
    ("sys/devices/system/node/node1/cpulist", "2-5"),
    ("sys/devices/system/clocksource/clocksource0/current_clocksource", "kvm-clock"),
    ("sys/devices/system/clocksource/clocksource0/available_clocksource", "kvm-clock"),
    ("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never"),
];

/// A container with a quota: its group is the one at the top.
const CONTAINER: &[(&str, &str)] = &[
    ("run/.containerenv", ""),
    ("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu"),
    ("proc/self/status", "Cpus_allowed_list:\t0-1"),
    ("proc/self/cgroup", "0::/"),
    ("proc/sys/kernel/randomize_va_space", "0"),
    ("proc/1/comm", "gilbench"),
    ("sys/fs/cgroup/cgroup.procs", "1"),
    ("sys/fs/cgroup/cpu.max", "50000 100000"),
    ("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "schedutil"),
];

/// Nobody else is there.
fn quiet() -> Live {
    Live {
        lost: vec![(0, 0.001), (1, 0.004)],
        steal: Some(0.0),
        others: Some(0.01),
        busiest: Vec::new(),
        throttlings: Some(0),
        clock_reading_ns: Some(25.0),
        memory_group: true,
        free_disk: Some(50 << 30),
        is_root: false,
    }
}

fn row(contents: &[(&str, &str)], live: &Live, id: &str) -> Check {
    let (_root, files) = folder(contents);
    checks(&files, live).into_iter().find(|check| check.id == id).unwrap()
}

/// What was found, and what mends it.
fn spoils(contents: &[(&str, &str)], live: &Live, id: &str) -> (String, Option<String>) {
    let check = row(contents, live, id);
    assert_eq!(check.status, Status::Spoils, "{check:?}");
    assert!(check.command.is_some() || check.reason.is_some(), "{check:?}");
    (check.found.unwrap(), check.command)
}

fn command(found: &str, command: &str) -> (String, Option<String>) {
    (found.to_owned(), Some(command.to_owned()))
}

fn good(contents: &[(&str, &str)], live: &Live, id: &str) -> String {
    let check = row(contents, live, id);
    assert_eq!(check.status, Status::Good, "{check:?}");
    assert_eq!((check.reason, check.command), (None, None));
    check.found.unwrap()
}

fn unknown(contents: &[(&str, &str)], live: &Live, id: &str) -> String {
    let check = row(contents, live, id);
    assert_eq!((check.status, check.found, check.command), (Status::Unknown, None, None));
    check.reason.unwrap()
}

#[test]
fn a_laptop_is_told_what_spoils_and_what_mends_it() {
    let on = |id| spoils(LAPTOP, &quiet(), id);
    let governors = format!("echo performance | sudo tee /{CPU}/cpu*/cpufreq/scaling_governor");
    assert_eq!(on("governor"), command("performance on 1 CPUs, powersave on 2 CPUs", &governors));
    assert_eq!(on("turbo"), command("on", &format!("echo 1 | sudo tee /{CPU}/intel_pstate/no_turbo")));
    assert_eq!(on("heat"), ("97 °C, throttled 12 times since the start".to_owned(), None));
    assert_eq!(on("battery"), ("on battery".to_owned(), None));
    assert_eq!(on("siblings"), command("{0,2} {1,3}", &format!("echo off | sudo tee /{CPU}/smt/control")));
    assert_eq!(on("isolated"), command("3 of those allowed here", "taskset --cpu-list 0-2 gilbench run"));
    let quota = "echo max | sudo tee /sys/fs/cgroup/user.slice/cpu.max";
    assert_eq!(on("quota"), command("1.50 CPUs for 4", quota));
    let stop = "sudo systemctl stop cron unattended-upgrades";
    assert_eq!(on("background"), command("cron, unattended-upgrades", stop));
    assert_eq!(on("memory"), ("0.858 GiB of 15.3 GiB".to_owned(), None));
    assert_eq!(on("swap"), command("1.00 GiB of 2.00 GiB used, swappiness 60", "sudo swapoff --all"));
    let pages = "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled";
    assert_eq!(on("huge-pages"), command("always", pages));
    assert_eq!(on("address-layout"), command("off", "sudo sysctl kernel.randomize_va_space=2"));
    assert_eq!(on("counters"), command("4", "sudo sysctl kernel.perf_event_paranoid=2"));
    for (id, found) in [
        ("nodes", "one"),
        ("steal", "no virtual machine"),
        ("others", "0.01 of 4 CPUs in one second"),
        ("jitter", "0.4 % on CPU 1, the worst of 2, in one second"),
        ("memory-group", "the kernel keeps the peak of each process tree"),
        ("disk", "50.0 GiB"),
        ("clock", "hpet, 25 ns for a reading"),
    ] {
        assert_eq!(good(LAPTOP, &quiet(), id), found, "{id}");
    }
}

#[test]
fn what_was_measured_decides_where_files_cannot() {
    let live = Live {
        lost: vec![(0, 0.31), (1, 0.004)],
        steal: Some(0.06),
        others: Some(0.75),
        busiest: vec![Busy { process: 77, name: "rustc".to_owned(), cpus: 0.71 }],
        throttlings: Some(1),
        clock_reading_ns: Some(1_400.0),
        memory_group: false,
        free_disk: Some(200 << 20),
        is_root: false,
    };
    let on = |id| spoils(LAPTOP, &live, id);
    assert_eq!(on("steal"), ("6.0 % in one second of work".to_owned(), None));
    assert_eq!(on("others"), ("0.75 of 4 CPUs in one second: rustc 0.71 (process 77)".to_owned(), None));
    assert_eq!(on("jitter"), ("31.0 % on CPU 0, the worst of 2, in one second".to_owned(), None));
    let clocks = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    assert_eq!(on("clock"), command("hpet, 1400 ns for a reading", &format!("echo tsc | sudo tee {clocks}")));
    let scope = "systemd-run --user --scope --property=Delegate=yes gilbench run";
    assert_eq!(on("memory-group"), command("none can be made", scope));
    assert_eq!(on("disk"), command("0.195 GiB", "gilbench interpreters gc"));
}

#[test]
fn programs_are_named_only_where_there_is_something_to_explain() {
    let busiest = vec![Busy { process: 77, name: "rustc".to_owned(), cpus: 0.03 }];
    let live = Live { others: Some(0.04), busiest, ..quiet() };
    assert_eq!(good(LAPTOP, &live, "others"), "0.04 of 4 CPUs in one second");
    let live = Live { others: Some(0.75), ..quiet() };
    assert_eq!(spoils(LAPTOP, &live, "others"), ("0.75 of 4 CPUs in one second".to_owned(), None));
}

#[test]
fn a_quiet_virtual_machine_says_what_it_cannot_know() {
    assert_eq!(good(VIRTUAL, &quiet(), "steal"), "virtual machine, 0.0 % in one second of work");
    assert_eq!(good(VIRTUAL, &quiet(), "siblings"), "none");
    assert_eq!(good(VIRTUAL, &quiet(), "quota"), "none");
    assert_eq!(good(VIRTUAL, &quiet(), "swap"), "no swap space");
    assert_eq!(good(VIRTUAL, &quiet(), "clock"), "kvm-clock, 25 ns for a reading");
    assert_eq!(good(VIRTUAL, &quiet(), "huge-pages"), "madvise");
    assert_eq!(good(VIRTUAL, &quiet(), "background"), "none that is known");
    let nodes = spoils(VIRTUAL, &quiet(), "nodes");
    assert_eq!(nodes, command("2 with CPUs allowed here", "taskset --cpu-list 2-5 gilbench run"));
    assert!(unknown(VIRTUAL, &quiet(), "governor").contains("in a virtual machine the host does"));
    assert!(unknown(VIRTUAL, &quiet(), "turbo").contains("in a virtual machine the host does"));
    assert_eq!(unknown(VIRTUAL, &quiet(), "heat"), "the kernel shows no sensor here");
    assert_eq!(unknown(VIRTUAL, &quiet(), "counters"), "the kernel has none");
    // Without a faster one there is nothing to choose.
    let slow = Live { clock_reading_ns: Some(900.0), ..quiet() };
    assert_eq!(spoils(VIRTUAL, &slow, "clock").1, None);
}

#[test]
fn in_a_container_nothing_outside_of_it_is_promised_to_mend() {
    let outside = Some("can only be changed outside of the container".to_owned());
    for id in ["governor", "quota", "address-layout"] {
        for is_root in [true, false] {
            let check = row(CONTAINER, &Live { is_root, ..quiet() }, id);
            assert_eq!((check.status, check.command), (Status::Spoils, None), "{id}");
            assert_eq!(check.reason, outside, "{id}");
        }
    }
    assert_eq!(row(CONTAINER, &quiet(), "quota").found.as_deref(), Some("0.50 CPUs for 2"));
    assert_eq!(unknown(CONTAINER, &quiet(), "background"), "a container sees its own processes only");
    assert_eq!(unknown(CONTAINER, &quiet(), "memory"), "the kernel does not tell");
    let no_group = Live { memory_group: false, ..quiet() };
    assert_eq!(spoils(CONTAINER, &no_group, "memory-group").1, None);
}

#[test]
fn the_mark_of_an_image_makes_no_container_of_a_machine() {
    let (root, files) = folder(CONTAINER);
    assert!(is_container(&files));
    let namespaces = root.path().join("proc/self/ns");
    std::fs::create_dir(&namespaces).unwrap();
    std::os::unix::fs::symlink("pid:[4026531836]", namespaces.join("pid")).unwrap();
    assert!(!is_container(&files));
}

#[test]
fn an_administrator_needs_no_sudo_and_without_files_everything_else_is_unknown() {
    let swap = row(LAPTOP, &Live { is_root: true, ..quiet() }, "swap");
    assert_eq!(swap.command.as_deref(), Some("swapoff --all"));
    let (_root, files) = folder(&[]);
    let rows = checks(&files, &Live::default());
    let not_unknown: Vec<_> =
        rows.iter().filter(|row| row.status != Status::Unknown).map(|row| row.id).collect();
    // Whether none is there can be seen: it is a file that is missing.
    assert_eq!(not_unknown, ["battery", "isolated", "quota", "memory-group"]);
}

#[test]
fn siblings_that_cannot_be_switched_off_are_left_to_others_or_bound_away() {
    let control = (&*format!("{CPU}/smt/control"), "notsupported");
    let mut files = LAPTOP.to_vec();
    files.retain(|(path, _)| !path.ends_with("smt/control"));
    files.push(control);
    let bound = spoils(&files, &quiet(), "siblings");
    assert_eq!(bound, command("{0,2} {1,3}", "taskset --cpu-list 0-1 gilbench run"));
    files.retain(|(path, _)| *path != "proc/self/status");
    files.push(("proc/self/status", "Cpus_allowed_list:\t1"));
    assert_eq!(spoils(&files, &quiet(), "siblings"), ("{1,3}".to_owned(), None));
}

#[test]
fn measuring_this_machine_gives_every_cpu_a_share() {
    let cpus = machine::read().allowance.cpus;
    let live = Live::measure(&cpus, Path::new("/"));
    assert_eq!(live.lost.iter().map(|(cpu, _)| *cpu).collect::<Vec<_>>(), cpus);
    assert!(live.lost.iter().all(|(_, share)| (0.0..1.0).contains(share)), "{live:?}");
    assert!(live.clock_reading_ns > Some(0.0));
    assert_eq!(checks(&KernelFiles::of_this_machine(), &live).len(), 20);
}
