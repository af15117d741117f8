//! What executables of this machine said when they were asked before.
//!
//! Some need half a minute to say what they are, and that does not change while their file does not. Packages come
//! and go, and with them what is in force: so a run asks again, and no answer is kept that a package has changed.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gilbench_model::facts::Facts;
use serde::{Deserialize, Serialize};

use crate::probe::{self, ProbeError};
use crate::store::Store;

/// Answers by path, kept between processes.
#[derive(Debug)]
pub(crate) struct Answers {
    file: PathBuf,
    /// Whether what is known is not asked again.
    believe: bool,
    known: Mutex<Known>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    /// The script that asks. An answer is good for the question that it was given to.
    question: Option<Identity>,
    answers: BTreeMap<PathBuf, Answer>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
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

impl Answers {
    /// Those that were kept. Damage costs only time.
    pub(crate) fn load(store: &Store, root: &Path, believe: bool) -> Self {
        let file = store.root().join("probes.json");
        let question = Identity::of(&probe::script(root));
        let known = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let known = known.filter(|known: &Known| known.question == question);
        let known = known.unwrap_or_else(|| Known { question, answers: BTreeMap::new() });
        Self { file, believe, known: Mutex::new(known) }
    }

    /// What an executable says, or said if that is believed and its file is still the same.
    pub(crate) fn of(
        &self,
        path: &Path,
        ask: impl FnOnce() -> Result<Facts, ProbeError>,
    ) -> Result<Facts, ProbeError> {
        if let Some(facts) = self.remembered(path).filter(|_| self.believe) {
            return Ok(facts);
        }
        let facts = ask()?;
        self.keep(path, &facts);
        Ok(facts)
    }

    fn remembered(&self, path: &Path) -> Option<Facts> {
        let known = self.known();
        let answer = known.answers.get(path)?;
        (Identity::of(path)? == answer.file).then(|| answer.facts.clone())
    }

    fn keep(&self, path: &Path, facts: &Facts) {
        let changed = facts.gil.enabled_before_imports != facts.gil.enabled_after_imports;
        let answer = Identity::of(path).filter(|_| !changed).map(|file| {
            // Without what may change while the file stays.
            let facts = Facts { packages: Vec::new(), imports: None, blas: None, ..facts.clone() };
            Answer { file, facts }
        });
        match answer {
            Some(answer) => self.known().answers.insert(path.to_owned(), answer),
            None => self.known().answers.remove(path),
        };
    }

    /// Keeps them for the next time, if that is possible, but for those of executables that are gone.
    pub(crate) fn save(self) {
        self.known().answers.retain(|path, _| path.exists());
        let partial = self.file.with_extension(format!("{}.part", std::process::id()));
        let write = || {
            self.file.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(&partial, serde_json::to_vec(&*self.known())?)?;
            std::fs::rename(&partial, &self.file)
        };
        if let Err(error) = write() {
            let _ = std::fs::remove_file(&partial);
            tracing::debug!(%error, "cannot keep answers of interpreters");
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(after: bool) -> Facts {
        serde_json::from_value(serde_json::json!({
            "implementation": "fake", "version": "3.1.2", "version_text": "", "executable": null, "platform": null,
            "build": {"compiler": null, "configure": null, "pgo": null, "lto": null},
            "gil": {"built": true, "enabled_before_imports": false, "enabled_after_imports": after}, "jit": null,
            "start_method": null, "start_methods": null, "cpus": {"count": null, "affinity": null, "allowed": null},
            "clock": {"name": null, "resolution_ns": null}, "packages": [],
        }))
        .unwrap()
    }

    /// Asks an executable in a data folder; whether it had to answer.
    fn asks(folder: &Path, believe: bool, executable: &Path, after: bool) -> bool {
        let answers = Answers::load(&Store::at(&folder.join("cache")), folder, believe);
        let mut asked = false;
        let answer = answers.of(executable, || {
            asked = true;
            Ok(facts(after))
        });
        assert_eq!(answer.unwrap(), facts(after));
        answers.save();
        asked
    }

    #[test]
    fn an_executable_is_asked_again_when_it_or_the_question_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, executable) = (folder.path(), folder.path().join("python"));
        std::fs::write(&executable, "one").unwrap();
        assert!(asks(folder, true, &executable, false));
        assert!(!asks(folder, true, &executable, false));
        assert!(asks(folder, false, &executable, false), "a run does not believe it");
        std::fs::write(&executable, "another").unwrap();
        assert!(asks(folder, true, &executable, false));
        let script = probe::script(folder);
        std::fs::create_dir_all(script.parent().unwrap()).unwrap();
        std::fs::write(script, "another question").unwrap();
        assert!(asks(folder, true, &executable, false));
        std::fs::write(folder.join("cache/probes.json"), "damaged").unwrap();
        assert!(asks(folder, true, &executable, false));
    }

    #[test]
    fn what_a_package_has_changed_is_asked_again() {
        let folder = tempfile::tempdir().unwrap();
        let executable = folder.path().join("python");
        std::fs::write(&executable, "one").unwrap();
        assert!(asks(folder.path(), true, &executable, true));
        assert!(asks(folder.path(), true, &executable, true));
    }
}
