//! Reads the data folder's files; what cannot be read is collected, not fatal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::Name;
use crate::data_file::{DataError, DataErrorKind, Source};
use crate::lock::Lock;

pub(super) type Sourced<T> = BTreeMap<Name, (Source, T)>;

pub(super) fn without_sources<T>(sourced: Sourced<T>) -> BTreeMap<Name, T> {
    sourced.into_iter().map(|(name, (_, value))| (name, value)).collect()
}

pub(super) struct Reader {
    pub(super) errors: Vec<DataError>,
    /// Names of files that cannot be used: whoever refers to them is not to blame.
    pub(super) failed: BTreeSet<String>,
}

impl Reader {
    pub(super) fn file<T: DeserializeOwned>(&mut self, path: &Path) -> Option<(Source, T)> {
        let read = Source::read(path).and_then(|source| source.parse().map(|value| (source, value)));
        read.map_err(|error| self.errors.push(error)).ok()
    }

    fn entries(&mut self, folder: &Path) -> Vec<PathBuf> {
        match std::fs::read_dir(folder) {
            Ok(entries) => {
                let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
                paths.sort();
                paths
            }
            Err(error) => {
                self.errors.push(DataError {
                    path: folder.to_owned(),
                    kind: Box::new(DataErrorKind::Read(error)),
                    hint: None,
                });
                Vec::new()
            }
        }
    }

    /// `folder/<name>.yaml`, where the name inside, which stands in `field`, must be the file's stem. A file whose
    /// name begins with `_` is something else.
    pub(super) fn files<T: DeserializeOwned>(
        &mut self,
        folder: &Path,
        field: &str,
        name: impl Fn(&T) -> &Name,
    ) -> Sourced<T> {
        let yaml = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "yaml");
        let nearly = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "yml");
        for path in self.entries(folder).into_iter().filter(nearly) {
            self.not_read(path, "ends in `.yml`", "rename it to `.yaml`");
        }
        let other = |path: &PathBuf| file_name(path).starts_with('_');
        let paths: Vec<PathBuf> =
            self.entries(folder).into_iter().filter(|path| yaml(path) && !other(path)).collect();
        self.named(paths.into_iter().map(|path| (stem(&path), path)), field, name)
    }

    /// `folder/<name>/<file>`, where the name inside must be the folder's. A folder without the file is a mistake.
    pub(super) fn folders<T: DeserializeOwned>(
        &mut self,
        folder: &Path,
        file: &str,
        name: impl Fn(&T) -> &Name,
    ) -> Sourced<T> {
        let mut paths = Vec::new();
        for path in self.entries(folder).into_iter().filter(|path| path.is_dir()) {
            let name = file_name(&path);
            if path.join(file).is_file() {
                paths.push((name, path.join(file)));
            } else if name != "suites" && !name.starts_with(['_', '.']) {
                self.not_read(
                    path,
                    &format!("has no `{file}`"),
                    "write one, or begin the folder's name with `_`",
                );
            }
        }
        self.named(paths.into_iter(), "name", name)
    }

    /// `folder/<id>.txt`, each the lock of an interpreter; the folder may be missing.
    pub(super) fn locks(&mut self, folder: &Path, defined: impl Fn(&Name) -> bool) -> BTreeMap<Name, Lock> {
        let mut locks = BTreeMap::new();
        if !folder.is_dir() {
            return locks;
        }
        let text = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "txt");
        for path in self.entries(folder).into_iter().filter(text) {
            let Some(id) =
                stem(&path).parse().ok().filter(|id| defined(id) || self.failed.contains(id.as_str()))
            else {
                self.not_read(path, "is named like no interpreter", "name it `<id>.txt`");
                continue;
            };
            match Source::read(&path).map(|source| Lock::parse(source.text())) {
                Ok(Ok(lock)) => {
                    locks.insert(id, lock);
                }
                Ok(Err(error)) => {
                    let hint = Some(format!("gilbench interpreters lock {id}"));
                    let kind = Box::new(DataErrorKind::Shape(error.to_string()));
                    self.errors.push(DataError { path, kind, hint });
                }
                Err(error) => self.errors.push(error),
            }
        }
        locks
    }

    /// A file that gilbench does not read itself, and what it does.
    pub(super) fn needs(&mut self, path: &Path, purpose: &str) {
        if !path.is_file() {
            let kind = Box::new(DataErrorKind::Shape(format!(
                "found no such file, expected the one that {purpose}"
            )));
            self.errors.push(DataError { path: path.to_owned(), kind, hint: None });
        }
    }

    fn not_read(&mut self, path: PathBuf, why: &str, hint: &str) {
        let kind = Box::new(DataErrorKind::Shape(format!("is not read: it {why}")));
        self.errors.push(DataError { path, kind, hint: Some(hint.to_owned()) });
    }

    fn named<T: DeserializeOwned>(
        &mut self,
        paths: impl Iterator<Item = (String, PathBuf)>,
        field: &str,
        name: impl Fn(&T) -> &Name,
    ) -> Sourced<T> {
        let mut found = Sourced::new();
        for (expected, path) in paths {
            let Some((source, value)) = self.file::<T>(&path) else {
                self.failed.insert(expected);
                continue;
            };
            let actual = name(&value).clone();
            if actual == *expected {
                found.insert(actual, (source, value));
            } else {
                self.errors.push(source.value_error(
                    &[field, actual.as_str()],
                    field,
                    format!("`{actual}`"),
                    format!("`{expected}`, as the file is named"),
                ));
                self.failed.extend([expected, actual.into()]);
            }
        }
        found
    }
}

pub(super) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
