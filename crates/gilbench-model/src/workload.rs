//! Workload definitions: `workloads/<name>/workload.yaml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Name;
use crate::data_file::unique_map;
use crate::interpreter::WorkerKind;
use crate::roofline::Roofline;

/// The strategy with which the others are compared: one task after another.
pub const BASELINE: &str = "sequential";

/// A task with an input and a checkable answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Its name; the folder's.
    pub name: Name,
    /// A short title for people.
    pub title: String,
    /// What it shows, in a sentence or two.
    pub summary: String,
    /// What limits it.
    pub bound: Bound,
    /// Whether its strategies are ways of doing the same, of which one is the fastest. Where they are not, or do more than
    /// one another, none has a rank.
    #[serde(default = "race")]
    pub race: bool,
    /// Whether every run measures it, natively and one after another, to show how fast the machine is.
    #[serde(default)]
    pub calibration: bool,
    /// The size parameter that counts the independent pieces of work: no more workers than that can help.
    #[serde(default)]
    pub units: Option<Name>,
    /// Its inputs. One must be called `default`.
    #[serde(deserialize_with = "unique_map")]
    pub sizes: BTreeMap<Name, Size>,
    /// The ways in which it can be spread.
    #[serde(deserialize_with = "unique_map")]
    pub strategies: BTreeMap<Name, Strategy>,
    /// The server that it talks to, started anew for every process.
    #[serde(default)]
    pub server: Option<Server>,
    /// How its native time is read as a limit of the machine.
    #[serde(default)]
    pub roofline: Option<Roofline>,
}

fn race() -> bool {
    true
}

/// What limits a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// Computing: more workers than CPUs cannot help.
    Cpu,
    /// Waiting: workers mostly sleep, so their number is not limited by CPUs.
    Waiting,
    /// Nothing: it observes how an interpreter behaves, exactly; its time says nothing.
    Behaviour,
}

/// One input of a workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Passed to the worker as they are.
    #[serde(deserialize_with = "unique_map")]
    pub parameters: BTreeMap<Name, Parameter>,
    /// SHA-256 of the answer, the same on every interpreter and strategy.
    pub digest: Digest,
}

/// A parameter of a workload: only what every worker language can hold exactly.
pub type Parameter = u64;

/// A SHA-256 in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

impl Digest {
    /// The 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is zeros only: what stands in a definition before the answer is known.
    pub fn is_placeholder(&self) -> bool {
        self.0.bytes().all(|byte| byte == b'0')
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_hexadecimal) {
            Ok(Self(text))
        } else {
            Err(format!("`{text}` is not a digest, expected 64 lower-case hexadecimal digits (SHA-256)"))
        }
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

/// One way of spreading a workload.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strategy {
    /// The worker kinds that implement it.
    #[serde(default = "python_only", rename = "for")]
    pub worker_kinds: Vec<WorkerKind>,
    /// The axes that make a difference to it; the others are ignored, so no case is measured twice.
    #[serde(default)]
    pub uses: Vec<Axis>,
    /// Packages that it imports.
    #[serde(default)]
    pub packages: Vec<String>,
}

fn python_only() -> Vec<WorkerKind> {
    vec![WorkerKind::Python]
}

/// An axis that a strategy may use besides size, affinity and the GIL, which act on every process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// The number of workers.
    Workers,
    /// Library threads.
    Omp,
    /// How processes are started.
    StartMethod,
}

/// A loopback HTTP server in a process of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The size parameter that holds the delay of each answer, in milliseconds.
    pub delay_ms: Name,
    /// The size parameter that holds the length of each answer, in bytes.
    pub body_bytes: Name,
    /// The size parameter that holds the range, in milliseconds, over which the items' delays spread beyond `delay_ms`.
    #[serde(default)]
    pub spread_ms: Option<Name>,
    /// The size parameter that holds n: every n-th item takes longer. 0: none does.
    #[serde(default)]
    pub slow_every: Option<Name>,
    /// The size parameter that holds by how much those take longer, in milliseconds.
    #[serde(default)]
    pub slow_ms: Option<Name>,
    /// The size parameter that holds n: every n-th item is refused with the status 503. 0: none is.
    #[serde(default)]
    pub error_every: Option<Name>,
}

impl Server {
    /// The size parameters that it has, each after the field that names it.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, &Name)> {
        [
            ("delay_ms", Some(&self.delay_ms)),
            ("body_bytes", Some(&self.body_bytes)),
            ("spread_ms", self.spread_ms.as_ref()),
            ("slow_every", self.slow_every.as_ref()),
            ("slow_ms", self.slow_ms.as_ref()),
            ("error_every", self.error_every.as_ref()),
        ]
        .into_iter()
        .filter_map(|(field, parameter)| Some((field, parameter?)))
    }
}

/// The size on which a strategy's answer is compared when nothing else is asked.
pub fn default_size() -> Name {
    crate::condition::DEFAULT_SIZE.parse().expect("the constant is a name")
}
