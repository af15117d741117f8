//! Pressure stall information: how long tasks waited for a CPU, for memory, for a disk.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use gilbench_model::Nanoseconds;
use gilbench_model::noise::{Pressure, PressureScope};

/// The kernel's counts, kept open.
#[derive(Debug)]
pub(super) struct PressureCounts {
    of: PressureScope,
    cpu: File,
    memory: File,
    io: File,
}

/// What they said at some moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pressures {
    cpu: Nanoseconds,
    memory: Nanoseconds,
    io: Nanoseconds,
}

impl PressureCounts {
    /// Those of a control group that holds nothing but the launcher and its workers, else the machine's; `None` where
    /// the kernel does not tell.
    pub(super) fn open(group: Option<&Path>) -> Option<Self> {
        let of_tree = group.and_then(|group| {
            Self::open_files(PressureScope::Tree, |name| group.join(format!("{name}.pressure")))
        });
        let machine = Path::new("/proc/pressure");
        of_tree.or_else(|| Self::open_files(PressureScope::Machine, |name| machine.join(name)))
    }

    fn open_files(of: PressureScope, path: impl Fn(&str) -> PathBuf) -> Option<Self> {
        let open = |name| File::open(path(name)).ok();
        let counts = Self { of, cpu: open("cpu")?, memory: open("memory")?, io: open("io")? };
        // A kernel that was started with `psi=0` has the files and cannot read them.
        counts.read().map(|_| counts)
    }

    pub(super) fn read(&self) -> Option<Pressures> {
        Some(Pressures {
            cpu: total(&self.cpu, "some ")?,
            memory: total(&self.memory, "some ")?,
            io: total(&self.io, "full ")?,
        })
    }

    /// How much has come since.
    pub(super) fn since(&self, before: Option<Pressures>) -> Option<Pressure> {
        let (before, now) = (before?, self.read()?);
        let more = |now: Nanoseconds, before: Nanoseconds| Nanoseconds(now.0.saturating_sub(before.0));
        Some(Pressure {
            of: self.of,
            cpu_ns: more(now.cpu, before.cpu),
            memory_ns: more(now.memory, before.memory),
            io_ns: more(now.io, before.io),
        })
    }
}

/// The total of the line that begins so.
fn total(file: &File, beginning: &str) -> Option<Nanoseconds> {
    let mut text = [0; 256];
    let length = file.read_at(&mut text, 0).ok()?;
    total_in(str::from_utf8(&text[..length]).ok()?, beginning)
}

/// The kernel says it in microseconds.
fn total_in(text: &str, beginning: &str) -> Option<Nanoseconds> {
    let line = text.lines().find(|line| line.starts_with(beginning))?;
    let microseconds: u64 = line.rsplit_once("total=")?.1.trim().parse().ok()?;
    Some(Nanoseconds(microseconds * 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "some avg10=1.10 avg60=1.38 avg300=11.95 total=16865\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=42\n";

    #[test]
    fn totals_are_read_line_by_line() {
        assert_eq!(total_in(TEXT, "some "), Some(Nanoseconds(16_865_000)));
        assert_eq!(total_in(TEXT, "full "), Some(Nanoseconds(42_000)));
        assert_eq!(total_in("some avg10=1.10\n", "some "), None);
        assert_eq!(total_in("", "full "), None);
    }

    #[test]
    fn a_group_of_its_own_goes_before_the_machine() {
        let group = tempfile::tempdir().unwrap();
        for name in ["cpu", "memory", "io"] {
            std::fs::write(group.path().join(format!("{name}.pressure")), TEXT).unwrap();
        }
        let counts = PressureCounts::open(Some(group.path())).unwrap();
        let before = counts.read();
        std::fs::write(group.path().join("io.pressure"), "full avg10=0.00 total=45\n").unwrap();
        let pressure = counts.since(before).unwrap();
        assert_eq!(
            (pressure.of, pressure.io_ns, pressure.cpu_ns.0),
            (PressureScope::Tree, Nanoseconds(3_000), 0)
        );
    }
}
