//! What executables of this machine said when they were asked before.
//!
//! Some need half a minute to say what they are, and that does not change while their file and their packages do not.
//! What it rests on besides may change: so a run asks again, and no answer is kept of one that is of no use.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gilbench_model::facts::Facts;
use gilbench_model::plan::sha256;
use gilbench_model::workload::Digest;
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

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    /// The digest of the scripts that ask. An answer is good for the question that it was given to.
    question: Digest,
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
    /// When a package last came or went.
    packages_ns: Option<i128>,
}

impl Identity {
    fn of(path: &Path) -> Option<Self> {
        let real = path.canonicalize().ok()?;
        let metadata = real.metadata().ok()?;
        let packages_ns =
            packages_of(path).iter().filter_map(|folder| Some(modified_ns(&folder.metadata().ok()?))).max();
        Some(Self { bytes: metadata.len(), modified_ns: modified_ns(&metadata), packages_ns, real })
    }
}

fn modified_ns(metadata: &Metadata) -> i128 {
    i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec())
}

/// The folders of an executable's packages: `lib/python3.13/site-packages` beside its `bin`, or what stands for it.
fn packages_of(path: &Path) -> Vec<PathBuf> {
    let libraries =
        path.ancestors().nth(2).map(|prefix| prefix.join("lib")).and_then(|lib| lib.read_dir().ok());
    let folders = libraries.into_iter().flatten().flatten().map(|entry| entry.path().join("site-packages"));
    folders.filter(|folder| folder.is_dir()).collect()
}

impl Answers {
    /// Those that were kept. Damage costs only time.
    pub(crate) fn load(store: &Store, root: &Path, believe: bool) -> Self {
        let file = store.root().join("probes.json");
        let question = question(root);
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
        if let Some(facts) = self.believe.then(|| self.remembered(path)).flatten() {
            return Ok(facts);
        }
        let answer = ask();
        match &answer {
            Ok(facts) => self.keep(path, facts),
            Err(_) => self.forget(path),
        }
        answer
    }

    /// Has an executable asked again the next time.
    pub(crate) fn forget(&self, path: &Path) {
        self.known().answers.remove(path);
    }

    fn remembered(&self, path: &Path) -> Option<Facts> {
        let known = self.known();
        let answer = known.answers.get(path)?;
        (Identity::of(path)? == answer.file).then(|| answer.facts.clone())
    }

    fn keep(&self, path: &Path, facts: &Facts) {
        if let Some(file) = Identity::of(path) {
            // Without what depends on the packages that were asked for.
            let facts = Facts { packages: Vec::new(), imports: None, blas: None, ..facts.clone() };
            self.known().answers.insert(path.to_owned(), Answer { file, facts });
        }
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

/// The digest of every script that takes part in asking.
fn question(root: &Path) -> Digest {
    let scripts = probe::scripts(root).into_iter();
    sha256(&scripts.flat_map(|script| std::fs::read(script).unwrap_or_default()).collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        serde_json::from_value(serde_json::json!({
            "implementation": "fake", "version": "3.1.2", "version_text": "", "executable": null, "platform": null,
            "build": {"compiler": null, "configure": null, "pgo": null, "lto": null},
            "gil": {"built": true, "enabled_before_imports": true, "enabled_after_imports": true}, "jit": null,
            "start_method": null, "start_methods": null, "cpus": {"count": null, "affinity": null, "allowed": null},
            "clock": {"name": null, "resolution_ns": null}, "packages": [],
        }))
        .unwrap()
    }

    /// Asks an executable in a data folder; whether it had to answer.
    fn asks(folder: &Path, believe: bool, executable: &Path) -> bool {
        let answers = Answers::load(&Store::at(&folder.join("cache")), folder, believe);
        let mut asked = false;
        let answer = answers.of(executable, || {
            asked = true;
            Ok(facts())
        });
        assert_eq!(answer.unwrap(), facts());
        answers.save();
        asked
    }

    #[test]
    fn an_executable_is_asked_again_when_it_or_its_packages_or_the_question_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, executable) = (folder.path(), folder.path().join("bin/python"));
        std::fs::create_dir(folder.join("bin")).unwrap();
        std::fs::write(&executable, "one").unwrap();
        assert!(asks(folder, true, &executable));
        assert!(!asks(folder, true, &executable));
        assert!(asks(folder, false, &executable), "a run does not believe it");
        std::fs::write(&executable, "another").unwrap();
        assert!(asks(folder, true, &executable));
        std::fs::create_dir_all(folder.join("lib/python3.1/site-packages/some")).unwrap();
        assert!(asks(folder, true, &executable));
        assert!(!asks(folder, true, &executable));
        let script = probe::script(folder);
        std::fs::create_dir_all(script.parent().unwrap()).unwrap();
        std::fs::write(script, "another question").unwrap();
        assert!(asks(folder, true, &executable));
        std::fs::write(folder.join("cache/probes.json"), "damaged").unwrap();
        assert!(asks(folder, true, &executable));
    }

    #[test]
    fn one_that_does_not_answer_any_more_is_asked_again() {
        let folder = tempfile::tempdir().unwrap();
        let executable = folder.path().join("python");
        std::fs::write(&executable, "one").unwrap();
        assert!(asks(folder.path(), true, &executable));
        let answers = Answers::load(&Store::at(&folder.path().join("cache")), folder.path(), false);
        assert!(answers.of(&executable, || Err(ProbeError::TimedOut)).is_err());
        answers.save();
        assert!(asks(folder.path(), true, &executable));
    }
}
