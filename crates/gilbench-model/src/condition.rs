//! Conditions: everything about a case besides workload, strategy and interpreter.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::Name;

/// The name of a workload's main size. It is left out of case ids.
pub const DEFAULT_SIZE: &str = "default";

/// What varies between cases of one workload, strategy and interpreter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// Which of the workload's sizes.
    pub size: Name,
    /// Threads, processes or tasks that work at once. 1 for a strategy that has no such number.
    pub workers: u32,
    /// Threads of BLAS and OpenMP libraries.
    pub omp: Omp,
    /// The CPUs that the worker may use.
    pub affinity: Affinity,
    /// `PYTHON_GIL`, for interpreters that can switch the GIL at start-up.
    pub gil: Gil,
    /// How `multiprocessing` starts processes; `null` leaves the interpreter's default.
    pub start_method: Option<StartMethod>,
    /// CPU time per second that the container may use; `null` for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// One iteration per process: what is measured is the whole process, start-up included.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cold: bool,
}

impl Conditions {
    /// The conditions that are left when nothing is varied.
    pub fn neutral(size: Name) -> Self {
        Self {
            size,
            workers: 1,
            omp: Omp::default(),
            affinity: Affinity::All,
            gil: Gil::Default,
            start_method: None,
            quota: None,
            cold: false,
        }
    }
}

impl fmt::Display for Conditions {
    /// `workers=4,omp=2`: the number of workers, then what differs from neutral, in a fixed order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "workers={}", self.workers)?;
        if self.size != DEFAULT_SIZE {
            write!(f, ",size={}", self.size)?;
        }
        if self.omp != Omp::default() {
            write!(f, ",omp={}", self.omp)?;
        }
        if self.affinity != Affinity::All {
            write!(f, ",affinity={}", self.affinity)?;
        }
        if self.gil != Gil::Default {
            write!(f, ",gil={}", self.gil)?;
        }
        if let Some(method) = self.start_method {
            write!(f, ",start={method}")?;
        }
        if let Some(quota) = self.quota {
            write!(f, ",quota={quota}")?;
        }
        if self.cold {
            f.write_str(",cold")?;
        }
        Ok(())
    }
}

/// Threads of BLAS and OpenMP libraries (`OMP_`, `OPENBLAS_` and `MKL_NUM_THREADS`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "OmpText", into = "OmpText")]
pub enum Omp {
    /// The variables are unset: each library decides, most take every CPU.
    Default,
    /// All three variables have this value.
    Threads(NonZeroU32),
}

impl Default for Omp {
    /// One thread: hidden library threads would be counted as the strategy's own parallelism.
    fn default() -> Self {
        Self::Threads(NonZeroU32::MIN)
    }
}

impl fmt::Display for Omp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Threads(threads) => write!(f, "{threads}"),
        }
    }
}

/// A number or a word, as YAML and JSON write it.
#[derive(Serialize)]
#[serde(untagged)]
enum NumberOrWord {
    Number(u64),
    Word(String),
}

impl<'de> Deserialize<'de> for NumberOrWord {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = NumberOrWord;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number from 1 or a word")
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<NumberOrWord, E> {
                Ok(NumberOrWord::Number(value))
            }
            fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<NumberOrWord, E> {
                Ok(NumberOrWord::Word(value.to_owned()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct OmpText(NumberOrWord);

impl From<Omp> for OmpText {
    fn from(omp: Omp) -> Self {
        Self(match omp {
            Omp::Default => NumberOrWord::Word("default".into()),
            Omp::Threads(threads) => NumberOrWord::Number(u64::from(threads.get())),
        })
    }
}

impl TryFrom<OmpText> for Omp {
    type Error = String;

    fn try_from(text: OmpText) -> Result<Self, String> {
        match text.0 {
            NumberOrWord::Word(word) if word == "default" => Ok(Self::Default),
            NumberOrWord::Word(word) => {
                Err(format!("found `{word}`, expected a number of threads or `default`"))
            }
            NumberOrWord::Number(number) => threads(number).map(Self::Threads),
        }
    }
}

/// More workers or library threads than this is a typing error: no benchmark of threads asks for them, and
/// the interpreter would fail for want of memory before it measured anything.
pub const MOST_WORKERS: u32 = 10_000;

fn threads(number: u64) -> Result<NonZeroU32, String> {
    u32::try_from(number)
        .ok()
        .filter(|number| *number <= MOST_WORKERS)
        .and_then(NonZeroU32::new)
        .ok_or_else(|| format!("found {number}, expected a number from 1 to {MOST_WORKERS}"))
}

/// A number of workers in a suite: a number, or the CPUs that this machine really has for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "WorkersText", into = "WorkersText")]
pub enum Workers {
    /// As many as there are effective CPUs, resolved when the plan is made.
    Cpus,
    /// Exactly this many.
    Count(NonZeroU32),
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct WorkersText(NumberOrWord);

impl From<Workers> for WorkersText {
    fn from(workers: Workers) -> Self {
        Self(match workers {
            Workers::Cpus => NumberOrWord::Word("cpus".into()),
            Workers::Count(count) => NumberOrWord::Number(u64::from(count.get())),
        })
    }
}

impl TryFrom<WorkersText> for Workers {
    type Error = String;

    fn try_from(text: WorkersText) -> Result<Self, String> {
        match text.0 {
            NumberOrWord::Word(word) if word == "cpus" => Ok(Self::Cpus),
            NumberOrWord::Word(word) => {
                Err(format!("found `{word}`, expected a number of workers or `cpus`"))
            }
            NumberOrWord::Number(number) => threads(number).map(Self::Count),
        }
    }
}

impl fmt::Display for Workers {
    /// As in a data file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Cpus => f.write_str("cpus"),
        }
    }
}

impl Workers {
    /// The number on a machine with `cpus` effective CPUs.
    pub fn resolve(self, cpus: u32) -> u32 {
        match self {
            Self::Cpus => cpus.max(1),
            Self::Count(count) => count.get(),
        }
    }
}

/// Which CPUs a worker may use, by `sched_setaffinity` before it starts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Affinity {
    /// Every CPU that the harness may use.
    All,
    /// Half of them, at least one.
    Half,
    /// The first of them.
    One,
    /// These CPUs, in ascending order without repetition.
    List(Vec<u32>),
}

impl Affinity {
    /// The CPUs out of `allowed` (ascending); `None` if a listed CPU is not among them.
    pub fn resolve(&self, allowed: &[u32]) -> Option<Vec<u32>> {
        match self {
            Self::All => Some(allowed.to_vec()),
            Self::Half => Some(allowed[..allowed.len().div_ceil(2)].to_vec()),
            Self::One => Some(allowed[..allowed.len().min(1)].to_vec()),
            Self::List(list) => list.iter().all(|cpu| allowed.contains(cpu)).then(|| list.clone()),
        }
    }
}

impl fmt::Display for Affinity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Half => f.write_str("half"),
            Self::One => f.write_str("one"),
            Self::List(list) => f.write_str(&cpu_list_text(list)),
        }
    }
}

impl From<Affinity> for String {
    fn from(affinity: Affinity) -> Self {
        affinity.to_string()
    }
}

impl TryFrom<String> for Affinity {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "all" => Ok(Self::All),
            "half" => Ok(Self::Half),
            "one" => Ok(Self::One),
            list => parse_cpu_list(&list.replace('+', ",")).map(Self::List).ok_or_else(|| {
                format!(
                    "`{text}` is not a set of CPUs, expected `all`, `half`, `one` or a list such as `0-2+5`"
                )
            }),
        }
    }
}

/// Reads the kernel's list format (`0-3,8`): ascending CPUs, non-empty.
pub fn parse_cpu_list(text: &str) -> Option<Vec<u32>> {
    /// Kernels are built for at most 8192 CPUs; a larger number is a typing error.
    const MOST_CPUS: u32 = 8192;
    let mut cpus = Vec::new();
    for part in text.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        if first > last || last >= MOST_CPUS {
            return None;
        }
        cpus.extend(first..=last);
    }
    cpus.sort_unstable();
    cpus.dedup();
    Some(cpus)
}

/// CPUs as ranges joined by `+` (a comma separates conditions in a case id).
fn cpu_list_text(cpus: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &cpu in cpus {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == cpu => *last = cpu,
            _ => ranges.push((cpu, cpu)),
        }
    }
    let text = |(first, last): &(u32, u32)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.iter().map(text).collect::<Vec<_>>().join("+")
}

/// The value of `PYTHON_GIL`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gil {
    /// Unset: the interpreter decides.
    #[default]
    Default,
    /// `1`: enabled.
    On,
    /// `0`: disabled.
    Off,
}

impl fmt::Display for Gil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::On => "on",
            Self::Off => "off",
        })
    }
}

/// How `multiprocessing` starts a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartMethod {
    /// Copies the parent.
    Fork,
    /// Starts a new interpreter.
    Spawn,
    /// Copies a small server process.
    Forkserver,
}

impl fmt::Display for StartMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fork => "fork",
            Self::Spawn => "spawn",
            Self::Forkserver => "forkserver",
        })
    }
}

/// A CFS quota in CPUs: `0.5` is half a CPU's time. Kept in thousandths, so that equal quotas are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Quota(u32);

/// The least quota: below it, a process spends its time waiting for the next period.
const LEAST_QUOTA: f64 = 0.01;

/// The largest quota, in CPUs.
const LARGEST_QUOTA: f64 = 8192.0;

impl TryFrom<f64> for Quota {
    type Error = String;

    fn try_from(cpus: f64) -> Result<Self, String> {
        if !(LEAST_QUOTA..=LARGEST_QUOTA).contains(&cpus) {
            return Err(format!(
                "found {cpus}, expected a number of CPUs from {LEAST_QUOTA} to {LARGEST_QUOTA}"
            ));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
        Ok(Self((cpus * 1000.0).round() as u32))
    }
}

impl From<Quota> for f64 {
    fn from(quota: Quota) -> Self {
        Self::from(quota.0) / 1000.0
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f64::from(*self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn neutral_conditions_show_only_the_workers() {
        let mut conditions = Conditions::neutral(DEFAULT_SIZE.parse().unwrap());
        assert_eq!(conditions.to_string(), "workers=1");
        conditions.workers = 4;
        conditions.omp = Omp::Default;
        conditions.affinity = Affinity::List(vec![0, 1, 2, 5]);
        conditions.gil = Gil::Off;
        conditions.start_method = Some(StartMethod::Spawn);
        conditions.quota = Some(Quota::try_from(1.5).unwrap());
        assert_eq!(
            conditions.to_string(),
            "workers=4,omp=default,affinity=0-2+5,gil=off,start=spawn,quota=1.5"
        );
    }

    #[test]
    fn absurd_counts_are_refused() {
        for text in ["0", "10001", "-1", "1.5", "all"] {
            assert!(serde_yaml::from_str::<Workers>(text).is_err(), "{text}");
        }
        assert_eq!(serde_yaml::from_str::<Workers>("cpus").unwrap().resolve(2), 2);
        assert_eq!(serde_yaml::from_str::<Omp>("default").unwrap(), Omp::Default);
    }

    #[test]
    fn affinity_takes_from_the_allowed_cpus() {
        let allowed = [2, 3, 6];
        assert_eq!(Affinity::Half.resolve(&allowed), Some(vec![2, 3]));
        assert_eq!(Affinity::One.resolve(&allowed), Some(vec![2]));
        assert_eq!(Affinity::List(vec![0]).resolve(&allowed), None);
    }

    proptest! {
        #[test]
        fn cpu_lists_survive_a_round_trip(cpus in proptest::collection::btree_set(0_u32..200, 1..20)) {
            let list: Vec<u32> = cpus.into_iter().collect();
            let affinity = Affinity::List(list.clone());
            prop_assert_eq!(Affinity::try_from(affinity.to_string()).unwrap(), affinity);
        }
    }
}
