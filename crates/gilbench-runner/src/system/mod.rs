//! What on this machine would spoil a measurement, and what mends it.
//!
//! Everything is read from the kernel's files, but for one second in which all CPUs are kept busy to see what is taken
//! from them. Nothing is changed: each check names the command that would.

mod check;
mod cpus;
mod kernel;
mod live;
mod memory;
mod neighbours;
mod power;
mod spin;

use gilbench_model::machine::Machine;

pub use self::check::{Check, Status};
pub use self::live::{Busy, Live};
use crate::kernel_files::KernelFiles;
use crate::machine;

/// A machine that is checked.
struct System<'a> {
    files: &'a KernelFiles,
    live: &'a Live,
    machine: Machine,
    in_container: bool,
}

/// Checks the machine that these files are of, with what was measured on it.
pub fn checks(files: &KernelFiles, live: &Live) -> Vec<Check> {
    let system =
        System { files, live, machine: machine::read_from(files), in_container: is_container(files) };
    vec![
        power::governor(&system),
        power::turbo(&system),
        power::heat(&system),
        power::battery(&system),
        cpus::siblings(&system),
        cpus::isolated(&system),
        cpus::nodes(&system),
        cpus::quota(&system),
        neighbours::steal(&system),
        neighbours::others(&system),
        neighbours::jitter(&system),
        neighbours::background(&system),
        memory::available(&system),
        memory::swap(&system),
        memory::huge_pages(&system),
        memory::group(&system),
        memory::disk(&system),
        kernel::randomisation(&system),
        kernel::clock(&system),
        kernel::counters(&system),
    ]
}

/// Whether these files are seen from within a container. A virtual machine made from an image has the image's mark too,
/// but its processes are numbered in the kernel's own namespace.
fn is_container(files: &KernelFiles) -> bool {
    /// What the kernel calls it, in every version (`PROC_PID_INIT_INO`).
    const FIRST_NAMESPACE: &str = "pid:[4026531836]";
    let marked = files.exists("/.dockerenv") || files.exists("/run/.containerenv");
    let namespace = std::fs::read_link(files.path("/proc/self/ns/pid"));
    marked && !namespace.is_ok_and(|namespace| namespace.as_os_str() == FIRST_NAMESPACE)
}

#[cfg(test)]
mod tests;
