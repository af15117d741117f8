//! What executables of this machine said when they were asked before.
//!
//! Only an installation believes it: it asks what an executable is, which does not change while its file does not.
//! A run asks again, because packages come and go.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use gilbench_model::facts::Facts;
use serde::{Deserialize, Serialize};

/// Answers by path.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Probes(BTreeMap<PathBuf, Probe>);

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Probe {
    file: Identity,
    facts: Facts,
}

/// What changes when another interpreter is put in the place of one.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    real: PathBuf,
    bytes: u64,
    modified_ns: i128,
}

impl Identity {
    fn of(path: &Path) -> Option<Self> {
        let real = path.canonicalize().ok()?;
        let metadata = real.metadata().ok()?;
        let modified_ns = i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec());
        Some(Self { real, bytes: metadata.len(), modified_ns })
    }
}

impl Probes {
    /// Those that were kept. Damage costs only time.
    pub(crate) fn load(file: &Path) -> Self {
        let text = std::fs::read(file).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// What an executable said, if it is still the same.
    pub(crate) fn get(&self, path: &Path) -> Option<Facts> {
        let probe = self.0.get(path)?;
        (Identity::of(path)? == probe.file).then(|| probe.facts.clone())
    }

    /// Remembers an answer, without what may change while the file stays.
    pub(crate) fn insert(&mut self, path: &Path, facts: &Facts) {
        if let Some(file) = Identity::of(path) {
            let facts = Facts { packages: Vec::new(), ..facts.clone() };
            self.0.insert(path.to_owned(), Probe { file, facts });
        }
    }

    /// Keeps them for the next time, if that is possible.
    pub(crate) fn save(&self, file: &Path) {
        let partial = file.with_extension(format!("{}.part", std::process::id()));
        let write = || {
            file.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(&partial, serde_json::to_vec(self)?)?;
            std::fs::rename(&partial, file)
        };
        if let Err(error) = write() {
            let _ = std::fs::remove_file(&partial);
            tracing::debug!(%error, "cannot keep answers of interpreters");
        }
    }
}
