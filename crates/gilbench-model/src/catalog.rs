//! The catalogue: all data files of one data folder, read and checked against each other.
//!
//! The folder holds `workloads/<name>/workload.yaml`, `workloads/suites/<name>.yaml`,
//! `workloads/claims.yaml` and `interpreters/<id>.yaml`. Loading collects every error instead of stopping
//! at the first, so that `gilbench check` can show them together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::Name;
use crate::claim::{Claim, Claims, Measure, Selector};
use crate::data_file::{DataError, DataErrorKind, Source, did_you_mean};
use crate::interpreter::{Interpreter, WorkerKind};
use crate::suite::{Group, Pattern, Selection, Suite};
use crate::workload::{Axis, Workload};

/// All data files of a folder.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The folder.
    pub root: PathBuf,
    /// By name.
    pub workloads: BTreeMap<Name, Workload>,
    /// By id.
    pub interpreters: BTreeMap<Name, Interpreter>,
    /// By name.
    pub suites: BTreeMap<Name, Suite>,
    /// In the order of the article.
    pub claims: Vec<Claim>,
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

/// Largest value of a size's parameter. Beyond it a JSON reader that holds numbers as doubles is no longer exact.
const LARGEST_PARAMETER: u64 = 1 << 53;

/// Most rounds a profile may ask for. An interval narrows with the square root: past this, fix the noise instead.
const MOST_ROUNDS: u32 = 1000;

/// Fewest rounds from which a 95 % signed-rank interval can be formed.
const FEWEST_ROUNDS: u32 = 6;

impl Catalog {
    /// Reads and checks everything below `root`.
    pub fn load(root: &Path) -> Result<Self, CatalogError> {
        let mut reader = Reader { errors: Vec::new() };
        let workloads =
            reader.folders(&root.join("workloads"), "workload.yaml", |workload: &Workload| &workload.name);
        let interpreters =
            reader.files(&root.join("interpreters"), |interpreter: &Interpreter| &interpreter.id);
        let suites = reader.files(&root.join("workloads/suites"), |suite: &Suite| &suite.name);
        let claims: Option<(Source, Claims)> = reader.file(&root.join("workloads/claims.yaml"));

        let checker = Checker { workloads: &workloads, interpreters: &interpreters };
        let mut errors = reader.errors;
        for (source, workload) in workloads.values() {
            Checker::workload(source, workload, &mut errors);
        }
        for (source, interpreter) in interpreters.values() {
            checker.interpreter(source, interpreter, &mut errors);
        }
        for (source, suite) in suites.values() {
            checker.suite(source, suite, &mut errors);
        }
        if let Some((source, claims)) = &claims {
            checker.claims(source, claims, &mut errors);
        }
        if errors.is_empty() {
            Ok(Self {
                root: root.to_owned(),
                workloads: without_sources(workloads),
                interpreters: without_sources(interpreters),
                suites: without_sources(suites),
                claims: claims.map(|(_, claims)| claims.claims).unwrap_or_default(),
            })
        } else {
            Err(CatalogError { root: root.to_owned(), errors })
        }
    }

    /// The packages that any workload asks for, sorted.
    pub fn packages(&self) -> Vec<String> {
        let strategies = self.workloads.values().flat_map(|workload| workload.strategies.values());
        let packages = strategies.flat_map(|strategy| strategy.packages.iter().cloned());
        packages.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    }
}

type Sourced<T> = BTreeMap<Name, (Source, T)>;

fn without_sources<T>(sourced: Sourced<T>) -> BTreeMap<Name, T> {
    sourced.into_iter().map(|(name, (_, value))| (name, value)).collect()
}

struct Reader {
    errors: Vec<DataError>,
}

impl Reader {
    fn file<T: DeserializeOwned>(&mut self, path: &Path) -> Option<(Source, T)> {
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

    /// `folder/<name>.yaml`, where the name inside must be the file's stem.
    fn files<T: DeserializeOwned>(&mut self, folder: &Path, name: impl Fn(&T) -> &Name) -> Sourced<T> {
        let yaml = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "yaml");
        let paths: Vec<PathBuf> = self.entries(folder).into_iter().filter(yaml).collect();
        self.named(paths.into_iter().map(|path| (stem(&path), path)), name)
    }

    /// `folder/<name>/<file>`, where the name inside must be the folder's. Folders without the file are left alone.
    fn folders<T: DeserializeOwned>(
        &mut self,
        folder: &Path,
        file: &str,
        name: impl Fn(&T) -> &Name,
    ) -> Sourced<T> {
        let paths = self.entries(folder);
        self.named(
            paths
                .into_iter()
                .map(|path| (file_name(&path), path.join(file)))
                .filter(|(_, path)| path.is_file()),
            name,
        )
    }

    fn named<T: DeserializeOwned>(
        &mut self,
        paths: impl Iterator<Item = (String, PathBuf)>,
        name: impl Fn(&T) -> &Name,
    ) -> Sourced<T> {
        let mut found = Sourced::new();
        for (expected, path) in paths {
            let Some((source, value)) = self.file::<T>(&path) else {
                continue;
            };
            let actual = name(&value).clone();
            if actual == *expected {
                found.insert(actual, (source, value));
            } else {
                self.errors.push(source.value_error(
                    &[actual.as_str()],
                    "name",
                    format!("`{actual}`"),
                    format!("`{expected}`, as the file is named"),
                ));
            }
        }
        found
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

struct Checker<'a> {
    workloads: &'a Sourced<Workload>,
    interpreters: &'a Sourced<Interpreter>,
}

/// A name that must be one of the known ones.
struct Reference<'a> {
    field: &'a str,
    found: &'a Name,
    kind: &'a str,
    list: &'a str,
}

impl Reference<'_> {
    fn check<'a, T>(
        &self,
        source: &Source,
        context: &[&str],
        known: &'a BTreeMap<Name, T>,
        errors: &mut Vec<DataError>,
    ) -> Option<&'a T> {
        let value = known.get(self.found);
        if value.is_none() {
            let words: Vec<&str> = context.iter().copied().chain([self.found.as_str()]).collect();
            let names: Vec<&str> = known.keys().map(Name::as_str).collect();
            let error = source.value_error(
                &words,
                self.field,
                format!("`{}`", self.found),
                format!("a known {}", self.kind),
            );
            let hint = match did_you_mean(self.found.as_str(), names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`? {}", self.list),
                None => format!("known are {}", names.join(", ")),
            };
            errors.push(error.with_hint(hint));
        }
        value
    }
}

impl Checker<'_> {
    fn workload(source: &Source, workload: &Workload, errors: &mut Vec<DataError>) {
        if !workload.sizes.contains_key(crate::condition::DEFAULT_SIZE) {
            errors.push(source.value_error(
                &["sizes"],
                "sizes",
                "no size `default`",
                "one of the sizes to be called `default`",
            ));
        }
        let mut shape: Option<Vec<&Name>> = None;
        for (name, size) in &workload.sizes {
            for (parameter, value) in &size.parameters {
                if *value > LARGEST_PARAMETER {
                    let field = format!("sizes.{name}.parameters.{parameter}");
                    let words = ["sizes", name.as_str(), parameter.as_str()];
                    errors.push(source.value_error(
                        &words,
                        &field,
                        value,
                        format!("at most {LARGEST_PARAMETER} (2^53)"),
                    ));
                }
            }
            let names: Vec<&Name> = size.parameters.keys().collect();
            if *shape.get_or_insert_with(|| names.clone()) != names {
                let field = format!("sizes.{name}.parameters");
                errors.push(source.value_error(
                    &["sizes", name.as_str()],
                    &field,
                    "other parameters than the first size",
                    "every size to have the same parameters",
                ));
            }
            if let Some(server) = &workload.server {
                for parameter in [&server.delay_ms, &server.body_bytes] {
                    if !size.parameters.contains_key(parameter) {
                        let words = ["server", parameter.as_str()];
                        errors.push(source.value_error(
                            &words,
                            "server",
                            format!("`{parameter}`"),
                            "a parameter of every size",
                        ));
                    }
                }
            }
        }
        if workload.strategies.is_empty() {
            errors.push(source.value_error(&["strategies"], "strategies", "none", "at least one strategy"));
        }
        let folder = source.path.parent().unwrap_or(Path::new("."));
        for (name, strategy) in &workload.strategies {
            if strategy.worker_kinds.is_empty() {
                let words = ["strategies", name.as_str()];
                errors.push(source.value_error(
                    &words,
                    &format!("strategies.{name}.for"),
                    "no worker kind",
                    "at least one of `python`, `minimal`, `native`",
                ));
            }
            for kind in &strategy.worker_kinds {
                if let Some(file) = kind.file().filter(|file| !folder.join(file).is_file()) {
                    let words = ["strategies", name.as_str()];
                    errors.push(source.value_error(
                        &words,
                        &format!("strategies.{name}.for"),
                        format!("no file `{file}` in the folder"),
                        "a file that implements the strategy",
                    ));
                }
            }
        }
    }

    fn interpreter(&self, source: &Source, interpreter: &Interpreter, errors: &mut Vec<DataError>) {
        if interpreter.identity.is_none() == interpreter.command.is_empty() {
            errors.push(source.value_error(
                &["worker"],
                "identity",
                "both or neither of `identity` and `command`",
                "`identity` for an interpreter that is found by probing, or `command` for one that is not",
            ));
        }
        // Two definitions that accept the same interpreter would make its rows depend on the order of files.
        for (other_source, other) in self.interpreters.values() {
            if let (Some(identity), Some(other_identity)) = (&interpreter.identity, &other.identity)
                && other.id < interpreter.id
                && identity == other_identity
            {
                let other_file = file_name(&other_source.path);
                errors.push(source.value_error(
                    &["identity"],
                    "identity",
                    format!("the identity of `{other_file}`"),
                    "an identity of its own",
                ));
            }
        }
    }

    fn suite(&self, source: &Source, suite: &Suite, errors: &mut Vec<DataError>) {
        let profile = &suite.profile;
        let rounds = profile.rounds;
        if rounds.least < FEWEST_ROUNDS && rounds.least != 1 {
            errors.push(source.value_error(
                &["rounds", "least"],
                "profile.rounds.least",
                rounds.least,
                format!(
                    "at least {FEWEST_ROUNDS}, the fewest that give a 95 % interval, or 1 for a smoke run"
                ),
            ));
        }
        if rounds.most < rounds.least || rounds.most > MOST_ROUNDS {
            errors.push(source.value_error(
                &["rounds", "most"],
                "profile.rounds.most",
                rounds.most,
                format!("from {} (`least`) to {MOST_ROUNDS}", rounds.least),
            ));
        }
        if profile.iterations.most == 0 || profile.iterations.least_with_jit > profile.iterations.most {
            errors.push(source.value_error(
                &["iterations"],
                "profile.iterations",
                format!(
                    "most {}, least_with_jit {}",
                    profile.iterations.most, profile.iterations.least_with_jit
                ),
                "`most` of at least 1 and at least `least_with_jit`",
            ));
        }
        if profile.timeout.is_zero() {
            errors.push(source.value_error(&["timeout"], "profile.timeout", "0", "more than no time"));
        }
        if let Selection::These(list) = &suite.interpreters {
            if list.is_empty() {
                errors.push(source.value_error(
                    &["interpreters"],
                    "interpreters",
                    "an empty list",
                    "`found` or at least one interpreter",
                ));
            }
            self.interpreter_names(source, &["interpreters"], "interpreters", list, errors);
        }
        if suite.groups.is_empty() {
            errors.push(source.value_error(&["groups"], "groups", "none", "at least one group of cases"));
        }
        for (index, group) in suite.groups.iter().enumerate() {
            self.group(source, index, group, errors);
        }
    }

    fn interpreter_names(
        &self,
        source: &Source,
        context: &[&str],
        field: &str,
        names: &[Name],
        errors: &mut Vec<DataError>,
    ) {
        for found in names {
            let reference = Reference {
                field,
                found,
                kind: "interpreter",
                list: "`gilbench list interpreters` shows all",
            };
            reference.check(source, context, self.interpreters, errors);
        }
    }

    fn group(&self, source: &Source, index: usize, group: &Group, errors: &mut Vec<DataError>) {
        let field = |name: &str| format!("groups[{index}].{name}");
        let context = ["groups", group.workload.as_str()];
        let axes = &group.axes;
        let lengths = [
            ("size", axes.size.as_ref().map(Vec::len)),
            ("workers", axes.workers.as_ref().map(Vec::len)),
            ("omp", axes.omp.as_ref().map(Vec::len)),
            ("affinity", axes.affinity.as_ref().map(Vec::len)),
            ("gil", axes.gil.as_ref().map(Vec::len)),
            ("start_method", axes.start_method.as_ref().map(Vec::len)),
        ];
        for (axis, _) in lengths.iter().filter(|(_, length)| *length == Some(0)) {
            let words = ["groups", group.workload.as_str(), axis];
            errors.push(source.value_error(
                &words,
                &field(&format!("axes.{axis}")),
                "an empty list",
                "at least one value, or no such axis",
            ));
        }
        if let Some(names) = &group.interpreters {
            self.interpreter_names(source, &context, &field("interpreters"), names, errors);
        }
        let reference = Reference {
            field: &field("workload"),
            found: &group.workload,
            kind: "workload",
            list: "`gilbench list workloads` shows all",
        };
        let Some((_, workload)) = reference.check(source, &["groups"], self.workloads, errors) else {
            return;
        };

        let hint = format!("`gilbench list workloads` shows the strategies and sizes of `{}`", workload.name);
        for found in group.strategies.iter().flatten() {
            let reference = Reference {
                field: &field("strategies"),
                found,
                kind: "strategy of the workload",
                list: &hint,
            };
            reference.check(source, &context, &workload.strategies, errors);
        }
        for found in axes.size.iter().flatten() {
            let reference =
                Reference { field: &field("axes.size"), found, kind: "size of the workload", list: &hint };
            reference.check(source, &context, &workload.sizes, errors);
        }
        for (list, patterns) in [("exclude", &group.exclude), ("include", &group.include)] {
            for pattern in patterns {
                self.pattern(source, &context, &field(list), workload, pattern, errors);
            }
        }
        for _ in group.include.iter().filter(|pattern| pattern.strategy.is_none()) {
            errors.push(source.value_error(
                &["groups", group.workload.as_str(), "include"],
                &field("include"),
                "an entry without `strategy`",
                "the strategy to include",
            ));
        }
        unused_axes(source, &field, group, workload, errors);
    }

    fn pattern(
        &self,
        source: &Source,
        context: &[&str],
        field: &str,
        workload: &Workload,
        pattern: &Pattern,
        errors: &mut Vec<DataError>,
    ) {
        let hint = format!("`gilbench list workloads` shows the strategies and sizes of `{}`", workload.name);
        if let Some(found) = &pattern.strategy {
            let reference = Reference { field, found, kind: "strategy of the workload", list: &hint };
            reference.check(source, context, &workload.strategies, errors);
        }
        if let Some(found) = &pattern.size {
            let reference = Reference { field, found, kind: "size of the workload", list: &hint };
            reference.check(source, context, &workload.sizes, errors);
        }
        self.interpreter_names(source, context, field, pattern.interpreter.as_slice(), errors);
    }

    fn claims(&self, source: &Source, claims: &Claims, errors: &mut Vec<DataError>) {
        let mut seen = std::collections::BTreeSet::new();
        for claim in &claims.claims {
            let id = claim.id.as_str();
            if !seen.insert(&claim.id) {
                errors.push(source.value_error(&[id, id], "id", format!("`{id}` twice"), "each claim once"));
            }
            if claim.tests.is_empty() {
                errors.push(source.value_error(
                    &[id],
                    &format!("{id}.tests"),
                    "none",
                    "at least one comparison",
                ));
            }
            for test in &claim.tests {
                let field = format!("{id}.tests");
                let paired =
                    matches!(test.measure, Measure::TimeRatio | Measure::SpeedUp | Measure::Efficiency);
                if paired != test.against.is_some() {
                    let expected = if paired {
                        "`against`, the cases to compare with"
                    } else {
                        "no `against`: the measure is of one case"
                    };
                    errors.push(source.value_error(
                        &[id],
                        &field,
                        format!("measure `{}`", test.measure),
                        expected,
                    ));
                }
                if (test.measure == Measure::Observation) != test.observation.is_some() {
                    errors.push(source.value_error(
                        &[id],
                        &field,
                        "`observation` and `measure` that disagree",
                        "`observation: NAME` with `measure: observation`, and only there",
                    ));
                }
                for range in [Some(test.confirmed), test.refuted].into_iter().flatten() {
                    let empty = range.at_least.zip(range.at_most).is_some_and(|(least, most)| least > most);
                    if empty || (range.at_least.is_none() && range.at_most.is_none()) {
                        errors.push(source.value_error(
                            &[id],
                            &field,
                            format!("range {range}"),
                            "`at_least`, `at_most` or both, in order",
                        ));
                    }
                }
                if test.case.workload.is_none() || test.case.strategy.is_none() {
                    errors.push(source.value_error(
                        &[id],
                        &field,
                        "a case without workload or strategy",
                        "both",
                    ));
                }
                self.selector(source, id, &test.case, test.case.workload.as_ref(), errors);
                if let Some(against) = &test.against {
                    let workload = against.workload.as_ref().or(test.case.workload.as_ref());
                    self.selector(source, id, against, workload, errors);
                }
            }
        }
    }

    fn selector(
        &self,
        source: &Source,
        id: &str,
        selector: &Selector,
        workload: Option<&Name>,
        errors: &mut Vec<DataError>,
    ) {
        let field = format!("{id}.tests");
        self.interpreter_names(source, &[id], &field, selector.interpreter.as_slice(), errors);
        let Some(found) = workload else { return };
        let reference =
            Reference { field: &field, found, kind: "workload", list: "`gilbench list workloads` shows all" };
        let Some((_, workload)) = reference.check(source, &[id], self.workloads, errors) else {
            return;
        };
        let pattern = Pattern { strategy: selector.strategy.clone(), ..Pattern::default() };
        self.pattern(source, &[id], &field, workload, &pattern, errors);
        for size in selector.size.iter().flatten() {
            let pattern = Pattern { size: Some(size.clone()), ..Pattern::default() };
            self.pattern(source, &[id], &field, workload, &pattern, errors);
        }
    }
}

/// Whether a worker of this kind implements a strategy of a workload.
pub fn implements(workload: &Workload, strategy: &Name, kind: WorkerKind) -> bool {
    workload.strategies.get(strategy).is_some_and(|strategy| strategy.worker_kinds.contains(&kind))
}

/// An axis that no strategy of the group uses would silently make no difference.
fn unused_axes(
    source: &Source,
    field: &dyn Fn(&str) -> String,
    group: &Group,
    workload: &Workload,
    errors: &mut Vec<DataError>,
) {
    let axes = &group.axes;
    let used = |axis: Axis| {
        let chosen = |name: &Name| group.strategies.as_ref().is_none_or(|list| list.contains(name));
        workload.strategies.iter().any(|(name, strategy)| chosen(name) && strategy.uses.contains(&axis))
    };
    let unused = [
        ("workers", Axis::Workers, axes.workers.is_some()),
        ("omp", Axis::Omp, axes.omp.is_some()),
        ("start_method", Axis::StartMethod, axes.start_method.is_some()),
    ];
    for (axis, kind, given) in unused {
        if given && !used(kind) {
            let words = ["groups", group.workload.as_str(), axis];
            errors.push(source.value_error(
                &words,
                &field(&format!("axes.{axis}")),
                "an axis that none of the strategies uses",
                "an axis that a strategy lists under `uses`",
            ));
        }
    }
}
