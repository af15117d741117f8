//! The clock frequency of CPUs.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::kernel_files::KernelFiles;

/// Where the frequency is told, kept open.
#[derive(Debug)]
pub(super) struct FrequencyMeter {
    files: KernelFiles,
    /// By CPU, once it was asked for.
    scaling: BTreeMap<u32, Option<File>>,
    /// Whether `/proc/cpuinfo` tells a frequency that was measured. A processor that does not count its cycles for
    /// the kernel, as in most virtual machines, has the same number there for ever.
    measured: bool,
}

impl FrequencyMeter {
    pub(super) fn open(files: &KernelFiles) -> Self {
        let processor = files.text("/proc/cpuinfo").unwrap_or_default();
        let flags = processor.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
        let measured = flags.split_whitespace().any(|flag| flag == "aperfmperf");
        Self { files: files.clone(), scaling: BTreeMap::new(), measured }
    }

    /// The highest frequency of these CPUs now, in kHz: those that rest may be slow. `None` where it is not known.
    pub(super) fn read(&mut self, cpus: &[u32]) -> Option<u32> {
        let (files, scaling) = (&self.files, &mut self.scaling);
        let scaled = cpus.iter().filter_map(|&cpu| {
            let path = format!("/sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_cur_freq");
            let file = scaling.entry(cpu).or_insert_with(|| File::open(files.path(path)).ok());
            number(file.as_ref()?)
        });
        scaled.max().or_else(|| self.measured.then(|| highest(&files.text("/proc/cpuinfo")?, cpus))?)
    }
}

fn number(file: &File) -> Option<u32> {
    let mut text = [0; 32];
    let length = file.read_at(&mut text, 0).ok()?;
    str::from_utf8(&text[..length]).ok()?.trim().parse().ok()
}

/// The highest frequency of these CPUs in a text as of `/proc/cpuinfo`, in kHz.
fn highest(text: &str, cpus: &[u32]) -> Option<u32> {
    let mut asked = false;
    let mut highest = None;
    for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
        match name.trim() {
            "processor" => asked = value.trim().parse().is_ok_and(|cpu| cpus.contains(&cpu)),
            // Such as `2793.438`, always with three decimals: without the point it is in kHz.
            "cpu MHz" if asked => highest = highest.max(value.trim().replace('.', "").parse::<u32>().ok()),
            _ => {}
        }
    }
    highest
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPUINFO: &str = "processor\t: 0\nflags\t\t: fpu aperfmperf\ncpu MHz\t\t: 3600.125\n\nprocessor\t: 1\ncpu MHz\t\t: 800.000\n";

    fn meter(cpuinfo: &str, scaling: &[(u32, &str)]) -> (tempfile::TempDir, FrequencyMeter) {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("proc")).unwrap();
        std::fs::write(root.path().join("proc/cpuinfo"), cpuinfo).unwrap();
        for (cpu, text) in scaling {
            let folder = root.path().join(format!("sys/devices/system/cpu/cpu{cpu}/cpufreq"));
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("scaling_cur_freq"), text).unwrap();
        }
        let meter = FrequencyMeter::open(&KernelFiles::below(root.path()));
        (root, meter)
    }

    #[test]
    fn of_the_chosen_cpus_the_fastest_counts() {
        let (_root, mut meter) = meter(CPUINFO, &[(0, "1200000\n"), (1, "3400000\n")]);
        assert_eq!(meter.read(&[0, 1]), Some(3_400_000));
        assert_eq!(meter.read(&[0]), Some(1_200_000));
    }

    #[test]
    fn without_a_scaling_driver_a_measured_frequency_is_in_cpuinfo() {
        let (_root, mut meter) = meter(CPUINFO, &[]);
        assert_eq!(meter.read(&[0, 1]), Some(3_600_125));
        assert_eq!(meter.read(&[1]), Some(800_000));
        assert_eq!(meter.read(&[2]), None);
    }

    #[test]
    fn a_number_that_never_changes_is_no_frequency() {
        let (_root, mut meter) = meter(&CPUINFO.replace("aperfmperf", "hypervisor"), &[]);
        assert_eq!(meter.read(&[0]), None);
    }
}
