//! The catalogue: all data files of one data folder, read and checked against each other.
//!
//! The folder holds `workloads/<name>/workload.yaml`, `workloads/suites/<name>.yaml`,
//! `workloads/claims.yaml`, `workloads/kinds.yaml`, `interpreters/<id>.yaml`, `interpreters/_base.yaml` and
//! `interpreters/locks/<id>.txt`.
//! Loading collects every error instead of stopping at the first, so that `gilbench check` can show them together.

mod check;
mod check_claims;
mod check_kinds;
mod check_timelines;
mod reader;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use self::check::Checker;
use self::reader::{Reader, without_sources};
use crate::Name;
use crate::claim::{Claim, Claims, Fix};
use crate::data_file::{DataError, Source};
use crate::interpreter::{Interpreter, WorkerKind};
use crate::kind_of_work::{KindOfWork, KindsOfWork};
use crate::lock::Lock;
use crate::provider::Base;
use crate::suite::Suite;
use crate::workload::Workload;

/// All data files of a folder.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The folder.
    pub root: PathBuf,
    /// By name.
    pub workloads: BTreeMap<Name, Workload>,
    /// By id.
    pub interpreters: BTreeMap<Name, Interpreter>,
    /// The packages of those that have a lock, by the interpreter's id.
    pub locks: BTreeMap<Name, Lock>,
    /// What local interpreters are put into to be measured in a container.
    pub base: Base,
    /// By name.
    pub suites: BTreeMap<Name, Suite>,
    /// In the order of the article.
    pub claims: Vec<Claim>,
    /// In the order of the decision matrix; none where the folder has no such file.
    pub kinds: Vec<KindOfWork>,
    /// What the article proposes, in its order; claims name them.
    pub fixes: Vec<Fix>,
    /// Packages that interpreters are asked for besides those that workloads need.
    further_packages: BTreeSet<String>,
}

/// A data folder with errors: all of them.
#[derive(Debug, thiserror::Error)]
#[error("{} in the data files of `{}`", count(.errors.len(), "error"), .root.display())]
pub struct CatalogError {
    /// The folder.
    pub root: PathBuf,
    /// At least one.
    pub errors: Vec<DataError>,
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

impl Catalog {
    /// Reads and checks everything below `root`.
    pub fn load(root: &Path) -> Result<Self, CatalogError> {
        let mut reader = Reader { errors: Vec::new(), failed: BTreeSet::new() };
        let workloads =
            reader.folders(&root.join("workloads"), "workload.yaml", |workload: &Workload| &workload.name);
        let interpreters =
            reader.files(&root.join("interpreters"), "id", |interpreter: &Interpreter| &interpreter.id);
        if interpreters.values().any(|(_, interpreter)| interpreter.identity.is_some()) {
            reader.needs(&root.join("interpreters/probe.py"), "asks an executable what it is");
        }
        let base_file = root.join("interpreters/_base.yaml");
        let base: Option<(Source, Base)> = base_file.exists().then(|| reader.file(&base_file)).flatten();
        let locks = reader.locks(&root.join("interpreters/locks"), |id| interpreters.contains_key(id));
        let suites = reader.files(&root.join("workloads/suites"), "name", |suite: &Suite| &suite.name);
        let claims: Option<(Source, Claims)> = reader.file(&root.join("workloads/claims.yaml"));
        let kinds_file = root.join("workloads/kinds.yaml");
        let kinds: Option<(Source, KindsOfWork)> =
            kinds_file.exists().then(|| reader.file(&kinds_file)).flatten();

        let checker = Checker { workloads: &workloads, interpreters: &interpreters, failed: &reader.failed };
        let mut errors = reader.errors;
        for (source, workload) in workloads.values() {
            Checker::workload(source, workload, &mut errors);
        }
        for (source, interpreter) in interpreters.values() {
            checker.interpreter(source, interpreter, &mut errors);
        }
        if let Some((source, base)) = &base {
            for provider in &base.providers.0 {
                Checker::provider(source, provider, &mut errors);
            }
        }
        for (source, suite) in suites.values() {
            checker.suite(source, suite, &suites, &mut errors);
        }
        if let Some((source, claims)) = &claims {
            checker.claims(source, claims, &mut errors);
        }
        if let Some((source, kinds)) = &kinds {
            checker.kinds(source, kinds, claims.as_ref().map(|(_, claims)| claims), &mut errors);
        }
        let Claims { fixes, claims } = claims.map_or_else(Claims::default, |(_, claims)| claims);
        if errors.is_empty() {
            Ok(Self {
                root: root.to_owned(),
                workloads: without_sources(workloads),
                interpreters: without_sources(interpreters),
                locks,
                base: base.map(|(_, base)| base).unwrap_or_default(),
                suites: extended(&without_sources(suites)),
                fixes,
                claims,
                kinds: kinds.map(|(_, kinds)| kinds.kinds).unwrap_or_default(),
                further_packages: BTreeSet::new(),
            })
        } else {
            Err(CatalogError { root: root.to_owned(), errors })
        }
    }

    /// The packages that interpreters are asked for, sorted: those that any workload needs.
    pub fn packages(&self) -> Vec<String> {
        let strategies = self.workloads.values().flat_map(|workload| workload.strategies.values());
        let packages = strategies.flat_map(|strategy| strategy.packages.iter().cloned());
        packages.chain(self.further_packages.iter().cloned()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Has interpreters asked for every package that a lock was made for, too. Each that is there is imported, which
    /// takes its time.
    #[must_use]
    pub fn with_locked_packages(mut self) -> Self {
        self.further_packages = self.locks.values().flat_map(Lock::asked_for).collect();
        self
    }
}

/// Gives suites that extend another one its groups and timelines too.
fn extended(suites: &BTreeMap<Name, Suite>) -> BTreeMap<Name, Suite> {
    let whole = |suite: &Suite| {
        let base = || suite.extends.iter().map(|base| &suites[base]);
        let groups = base().flat_map(|base| &base.groups).chain(&suite.groups);
        let timelines = base().flat_map(|base| &base.timelines).chain(&suite.timelines);
        Suite { groups: groups.cloned().collect(), timelines: timelines.cloned().collect(), ..suite.clone() }
    };
    suites.iter().map(|(name, suite)| (name.clone(), whole(suite))).collect()
}

/// Whether a worker of this kind implements a strategy of a workload.
pub fn implements(workload: &Workload, strategy: &Name, kind: WorkerKind) -> bool {
    workload.strategies.get(strategy).is_some_and(|strategy| strategy.worker_kinds.contains(&kind))
}
