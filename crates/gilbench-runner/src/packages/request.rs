//! Packages that were asked for with an interpreter: which of them it can have, and what came of each.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gilbench_model::catalog::Catalog;
use gilbench_model::environment::InterpreterState;
use gilbench_model::facts::Package;
use gilbench_model::interpreter::{Interpreter, PackageKind};
use gilbench_model::lock::{Lock, normalised};
use serde::Serialize;

use super::environment::{InImage, Wanted, install};
use crate::container::{self, Choice, Engine, EngineError, Waiting};
use crate::install::{InstallError, InstallFailure};

/// Which packages were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// All that the interpreter's lock has.
    All,
    /// These.
    Named(Vec<String>),
}

/// A package that was asked for and is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Its name; none where all were asked for and nobody knows which these are.
    pub package: Option<String>,
    /// The kind of failure.
    pub failure: InstallFailure,
    /// Why, in one line.
    pub message: String,
    /// What would help.
    pub hint: Option<String>,
}

/// What came of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provided {
    /// The packages that were asked for and are there.
    pub packages: Vec<Package>,
    /// Those that are not.
    pub missing: Vec<Missing>,
}

/// How to install packages.
pub struct Packaging<'a> {
    /// The definitions with their locks.
    pub catalog: &'a Catalog,
    /// What was asked for.
    pub request: &'a Request,
    /// Where gilbench keeps what it builds or fetches.
    pub cache: &'a Path,
    /// The engine that has the images.
    pub engine: Choice,
    /// Nothing may be fetched.
    pub offline: bool,
    /// Told what is being done for which interpreter.
    pub progress: &'a dyn Fn(&str, &str),
    /// Asked now and then; when it answers true, installing stops.
    pub interrupted: &'a dyn Fn() -> bool,
}

impl Packaging<'_> {
    /// Installs what an interpreter that is ready can have of it.
    pub fn provide(&self, definition: &Interpreter, state: &InterpreterState) -> Provided {
        let mut provided = Provided::default();
        let lock = match self.lock(definition) {
            Ok(Some(lock)) => lock,
            Ok(None) => return provided,
            Err(error) => {
                provided.missing = self.all_missing(&error);
                return provided;
            }
        };
        let names = match self.request {
            Request::All => {
                provided
                    .missing
                    .extend(lock.without_wheels().map(|name| without_wheel(lock, definition, name)));
                lock.asked_for()
            }
            Request::Named(names) => {
                let (there, lacking): (Vec<&String>, Vec<&String>) =
                    names.iter().partition(|name| lock.get(name).is_some());
                provided
                    .missing
                    .extend(lacking.into_iter().map(|name| without_wheel(lock, definition, name)));
                there.into_iter().cloned().collect()
            }
        };
        if names.is_empty() {
            return provided;
        }
        match self.install(definition, state, lock, &names) {
            Ok(python) => provided.packages = packages(&python, &names),
            Err(error) => {
                provided.missing.extend(names.into_iter().map(|name| missing(Some(name), error.clone())));
            }
        }
        provided
    }

    /// The lock of an interpreter. None where all was asked for and there is nothing to be had.
    fn lock(&self, definition: &Interpreter) -> Result<Option<&Lock>, InstallError> {
        let id = &definition.id;
        if definition.packages == PackageKind::None {
            if *self.request == Request::All {
                return Ok(None);
            }
            let message = format!("`{id}` takes no packages");
            return Err(InstallError::new(InstallFailure::NoPackages, message));
        }
        let lock = self.catalog.locks.get(id).ok_or_else(|| {
            InstallError::new(InstallFailure::NoLock, format!("the packages of `{id}` are not locked"))
                .with_hint(format!("gilbench interpreters lock {id}"))
        });
        lock.map(Some)
    }

    fn all_missing(&self, error: &InstallError) -> Vec<Missing> {
        match self.request {
            Request::All => vec![missing(None, error.clone())],
            Request::Named(names) => {
                names.iter().map(|name| missing(Some(name.clone()), error.clone())).collect()
            }
        }
    }

    fn install(
        &self,
        definition: &Interpreter,
        state: &InterpreterState,
        lock: &Lock,
        names: &[String],
    ) -> Result<PathBuf, InstallError> {
        let executable = PathBuf::from(state.executable.clone().unwrap_or_default());
        let engine = state.image.as_ref().map(|_| self.engine(definition)).transpose()?;
        let image = engine.as_deref().zip(state.image.as_deref());
        let hint = || format!("gilbench interpreters install {} --with {}", definition.id, names.join(","));
        let installed = install(&Wanted {
            definition,
            executable: &executable,
            image: image.map(|(engine, name)| InImage { engine, name }),
            lock,
            names,
            cache: self.cache,
            offline: self.offline,
            wheels: None,
            progress: &|what| (self.progress)(definition.id.as_str(), what),
            interrupted: self.interrupted,
        });
        installed.map_err(|error| {
            if error.failure == InstallFailure::Offline { error.with_hint(hint()) } else { error }
        })
    }

    fn engine(&self, definition: &Interpreter) -> Result<Arc<dyn Engine>, InstallError> {
        let slow = |program: &Path, limit: Duration| {
            let what = format!("waiting for `{}`, for at most {} s", program.display(), limit.as_secs());
            (self.progress)(definition.id.as_str(), &what);
        };
        let waiting = Waiting { slow: &slow, interrupted: self.interrupted };
        container::find(self.engine, waiting).map_err(|error| match error {
            EngineError::Interrupted(_) => InstallError::interrupted(),
            error => InstallError::new(InstallFailure::NoEngine, error),
        })
    }
}

fn missing(package: Option<String>, error: InstallError) -> Missing {
    let InstallError { failure, message, hint } = error;
    Missing { package, failure, message, hint }
}

/// A package that the lock of an interpreter does not have.
fn without_wheel(lock: &Lock, definition: &Interpreter, name: &str) -> Missing {
    let id = &definition.id;
    let error = match lock.without_wheel(name) {
        Some(reason) => {
            InstallError::new(InstallFailure::NoWheel, format!("no wheel of {name} for {id}: {reason}"))
        }
        None => InstallError::new(InstallFailure::NoLock, format!("{name} is not in the lock of {id}"))
            .with_hint(format!("gilbench interpreters lock {id}")),
    };
    missing(Some(normalised(name)), error)
}

/// What an environment has of these packages. Read from what installers leave behind, since asking the interpreter
/// takes up to ten seconds.
fn packages(python: &Path, names: &[String]) -> Vec<Package> {
    let names: BTreeSet<String> = names.iter().map(|name| normalised(name)).collect();
    let library = python.ancestors().nth(2).unwrap_or(python).join("lib");
    let entries = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sites = entries(library).map(|entry| entry.path().join("site-packages"));
    let found = sites.flat_map(entries).filter_map(|entry| {
        let folder = entry.path();
        let described = folder.extension().is_some_and(|extension| extension == "dist-info");
        let metadata = described.then(|| std::fs::read_to_string(folder.join("METADATA")).ok()).flatten()?;
        let name = normalised(fields(&metadata, "Name").next()?);
        let version = fields(&metadata, "Version").next()?.to_owned();
        let wheel = std::fs::read_to_string(folder.join("WHEEL")).unwrap_or_default();
        let tags = fields(&wheel, "Tag").collect::<Vec<_>>().join(" ");
        names.contains(&name).then(|| Package {
            name,
            version,
            wheel_tag: Some(tags).filter(|tags| !tags.is_empty()),
        })
    });
    let mut found: Vec<Package> = found.collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The values of a header field, up to the first empty line.
fn fields<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = text.lines().take_while(|line| !line.is_empty());
    lines.filter_map(move |line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
}
