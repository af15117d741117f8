//! Finds interpreters on this machine.
//!
//! Names of files and folders only decide which executables are asked; what an interpreter is, it says itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use gilbench_model::catalog::Catalog;
use gilbench_model::environment::{GilState, InterpreterState, Status};
use gilbench_model::facts::Facts;
use gilbench_model::interpreter::{Interpreter, Mismatch};
use gilbench_model::provider::{Provider, ProviderKind};
use gilbench_model::{Gil, Name};

use crate::answers::Answers;
use crate::container::{self, Choice, Containers};
use crate::install::is_executable;
use crate::launcher::Adoption;
use crate::packages;
use crate::probe::{self, ProbeError};
use crate::store::{Installation, Store};
use crate::worker::{base_environment, fill_placeholders};

/// Where to look, besides the usual places.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Executables, or folders that hold them, given by the user. They win over everything else.
    pub explicit: Vec<PathBuf>,
    /// The program that stands for `{gilbench}` in definitions.
    pub gilbench: PathBuf,
    /// The container engine to ask.
    pub engine: Choice,
    /// Which of the interpreters of this machine to look for in containers too.
    pub in_containers: InContainers,
    /// Only these are wanted; `None` for all. What is known to be another one is not asked: some take half a minute.
    pub wanted: Option<Vec<Name>>,
    /// An executable that has not changed since it last said what it is is not asked again. Its packages are not
    /// known then.
    pub believe: bool,
}

impl Places {
    fn wants(&self, id: &Name) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.contains(id))
    }
}

/// Interpreters of this machine that are looked for in containers too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum InContainers {
    /// None of them.
    #[default]
    None,
    /// All of them.
    All,
    /// Those with these ids.
    These(Vec<Name>),
}

impl InContainers {
    fn holds(&self, id: &Name) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::These(list) => list.contains(id),
        }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Discovery {
    /// One for each definition, in order.
    pub interpreters: Vec<InterpreterState>,
    /// Interpreters that no definition matches.
    pub undefined: Vec<Candidate>,
    /// Executables that did not answer in time. Each may be an interpreter that is missing.
    pub silent: Vec<PathBuf>,
}

impl Discovery {
    /// Whether an interpreter at this path, or below it, was chosen.
    pub fn uses(&self, path: &Path) -> bool {
        let mut executables = self.interpreters.iter().filter_map(|state| state.executable.as_ref());
        executables.any(|executable| Path::new(executable).starts_with(path))
    }
}

/// An executable that answered.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its path.
    pub executable: PathBuf,
    /// Where it was found.
    pub provider: &'static str,
    /// What it says of itself.
    pub facts: Facts,
    /// The id under which it is installed in the cache, where it is nobody else's.
    pub installed: Option<Name>,
}

impl Candidate {
    /// Whether it can be what a definition means; its state may still be wrong.
    fn may_be(&self, definition: &Interpreter) -> bool {
        self.installed.as_ref().is_none_or(|id| *id == definition.id)
            && definition.identity.as_ref().is_some_and(|identity| identity.matches(&self.facts))
    }

    /// As the state of its interpreter.
    pub(crate) fn state(&self, definition: &Interpreter) -> InterpreterState {
        state_of(definition, self.provider, &self.executable, Ok(self.facts.clone()))
    }

    /// Its place in the order of a definition: what the user names, then what its providers give, in their order.
    /// What is on the machine comes last where the definition does not say when.
    fn rank(&self, definition: &Interpreter) -> usize {
        if self.provider == EXPLICIT {
            return 0;
        }
        let same = |provider: &Provider| match self.installed {
            Some(_) => provider.kind().as_str() == self.provider,
            None => provider.kind() == ProviderKind::Local,
        };
        let providers = &definition.providers.0;
        1 + providers.iter().position(same).unwrap_or(providers.len())
    }
}

/// What is on this machine, outside the cache.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) silent: Vec<PathBuf>,
}

/// An executable given by the user is of no use.
#[derive(Debug, thiserror::Error)]
#[error("`{}`: {error}", .path.display())]
pub struct ExplicitError {
    /// The path.
    pub path: PathBuf,
    /// Why.
    pub error: ProbeError,
}

/// Told of an executable that takes long to answer, from any thread.
pub type Slow<'a> = &'a (dyn Fn(&Path) + Sync);

/// Asks one executable, while no other is being asked.
pub fn ask(executable: &Path, catalog: &Catalog, slow: impl FnOnce()) -> Result<Facts, ProbeError> {
    let _adoption = adopt();
    ask_beside(executable, catalog, slow)
}

/// Asks one executable beside others. Whoever asks them all adopts what they leave behind: the end of an adoption of
/// its own would end the others.
fn ask_beside(executable: &Path, catalog: &Catalog, slow: impl FnOnce()) -> Result<Facts, ProbeError> {
    let command = probe::command(executable, &[], &catalog.root, &catalog.packages());
    probe::facts(&command, &base_environment(&catalog.root), slow)
}

/// What is asked may start something that outlives its answer.
fn adopt() -> Option<Adoption> {
    Adoption::begin().inspect_err(|error| tracing::debug!(%error, "cannot adopt what is left behind")).ok()
}

/// Looks for every defined interpreter.
pub fn discover(catalog: &Catalog, places: &Places, slow: Slow<'_>) -> Result<Discovery, ExplicitError> {
    let store = Store::of_user();
    let (mut sources, mut installed) = (sources(places), installed(catalog, &store));
    let (asked, spared): (Vec<Source>, Vec<Source>) =
        installed.sources.into_iter().partition(|source| source.installed.iter().all(|id| places.wants(id)));
    sources.extend(asked);
    let spared: BTreeSet<Name> = spared.into_iter().filter_map(|source| source.installed).collect();
    let _adoption = adopt();
    let known = Answers::load(&store, &catalog.root, places.believe);
    let answers = ask_all(&sources, catalog, slow, &known);
    let (mut candidates, mut silent) = (Vec::new(), Vec::new());
    for (source, answer) in sources.into_iter().zip(answers) {
        // It is known what an installed one is, and so what is missing without it.
        if let (Some(id), Err(error)) = (&source.installed, &answer) {
            installed.broken.insert(id.clone(), format!("`{}` {error}", source.path.display()));
            continue;
        }
        match answer {
            Ok(facts) => candidates.push(source.candidate(facts)),
            Err(error) if source.provider == EXPLICIT => {
                return Err(ExplicitError { path: source.path, error });
            }
            Err(ProbeError::TimedOut) => silent.push(source.path),
            // Something in a folder that is named like an interpreter and is none.
            Err(error) => tracing::debug!(path = %source.path.display(), %error, "not an interpreter"),
        }
    }
    let interpreters = catalog.interpreters.values().map(|definition| {
        if !definition.command.is_empty() {
            return built_in(definition, places, slow);
        }
        if spared.contains(&definition.id) {
            let reason = "it is installed, but was not asked for".to_owned();
            return InterpreterState { hint: None, ..absent(definition, Status::Skipped, reason) };
        }
        found(definition, &candidates, &silent, installed.broken.get(&definition.id))
    });
    let interpreters: Vec<InterpreterState> = interpreters.collect();
    let mut interpreters = on_all_cpus(&interpreters, |state| {
        if places.wants(&state.id) { with_packages(state, catalog, &known, slow) } else { state.clone() }
    });
    known.save();
    // After that: what has packages here has them in a container too.
    look_into_containers(catalog, places, slow, &mut interpreters);
    let defined =
        |candidate: &Candidate| catalog.interpreters.values().any(|definition| candidate.may_be(definition));
    candidates.retain(|candidate| candidate.installed.is_none() && !defined(candidate));
    Ok(Discovery { interpreters, undefined: candidates, silent })
}

/// Completes what was found by what is in containers. An engine is asked only if something could come of it.
fn look_into_containers(
    catalog: &Catalog,
    places: &Places,
    slow: Slow<'_>,
    interpreters: &mut Vec<InterpreterState>,
) {
    let definition = |state: &InterpreterState| catalog.interpreters.get(&state.id);
    let has_image = |state: &InterpreterState| {
        let providers = definition(state).map(|definition| &definition.providers.0);
        let makes_image = |provider: &Provider| provider.kind().makes_image();
        state.status == Status::Missing
            && places.wants(&state.id)
            && providers.is_some_and(|all| all.iter().any(makes_image))
    };
    let twin_wanted =
        |state: &InterpreterState| state.status == Status::Ready && places.in_containers.holds(&state.id);
    if !interpreters.iter().any(|state| has_image(state) || twin_wanted(state)) {
        return;
    }
    let containers = container::find(places.engine)
        .and_then(|engine| Containers::new(engine, catalog, &places.gilbench))
        .inspect_err(|error| tracing::debug!(%error, "no container engine"));
    let store = Store::of_user();
    let here: Vec<usize> = (0..interpreters.len()).collect();
    let found = on_all_cpus(&here, |&index| {
        let state = &interpreters[index];
        let definition = definition(state)?;
        match &containers {
            Ok(containers) if has_image(state) => {
                containers.in_environment(definition, slow).or_else(|| containers.own(definition, slow))
            }
            Ok(containers) if twin_wanted(state) => {
                let needs = needs_of(definition, state, &store);
                Some(containers.twin(definition, state, &needs, slow))
            }
            Err(error) if twin_wanted(state) => {
                let twin = definition.in_container();
                let hint = Some("apt-get install podman".to_owned());
                Some(InterpreterState { hint, ..absent(&twin, Status::Missing, error.to_string()) })
            }
            // It may be in an image; nobody can tell.
            Err(error) if has_image(state) => {
                let reason = state.reason.as_deref().unwrap_or_default();
                let reason = Some(format!("{reason}; {error}"));
                Some(InterpreterState { reason, ..state.clone() })
            }
            _ => None,
        }
    });
    for state in found.into_iter().flatten() {
        match interpreters.iter_mut().find(|known| known.id == state.id) {
            Some(known) => *known = state,
            None => interpreters.push(state),
        }
    }
}

/// The folders elsewhere on this machine without which an installed interpreter does not run.
fn needs_of(definition: &Interpreter, state: &InterpreterState, store: &Store) -> Vec<PathBuf> {
    let installations = store.installations(definition.id.as_str(), &definition.providers);
    let of_provider =
        |found: &Installation| Some(found.manifest.provider.as_str()) == state.provider.as_deref();
    let installation = installations.into_iter().find(of_provider);
    installation.map(|installation| installation.manifest.needs).unwrap_or_default()
}

/// Looks only outside the cache, and believes what an executable said before if it is still the same.
pub(crate) fn elsewhere(catalog: &Catalog, places: &Places, store: &Store) -> Elsewhere {
    let sources = sources(places);
    let known = Answers::load(store, &catalog.root, true);
    let _adoption = adopt();
    let answers = ask_all(&sources, catalog, &|_| (), &known);
    known.save();
    let mut elsewhere = Elsewhere::default();
    for (source, answer) in sources.into_iter().zip(answers) {
        match answer {
            Ok(facts) => elsewhere.candidates.push(source.candidate(facts)),
            Err(ProbeError::TimedOut) => elsewhere.silent.push(source.path),
            Err(error) => tracing::debug!(path = %source.path.display(), %error, "not an interpreter"),
        }
    }
    elsewhere
}

/// What the cache holds, but for images: those an engine has, or has not.
#[derive(Default)]
struct Installed {
    /// To be asked again: packages may have come since.
    sources: Vec<Source>,
    /// What does not run any more, and why.
    broken: BTreeMap<Name, String>,
}

fn installed(catalog: &Catalog, store: &Store) -> Installed {
    let mut found = Installed::default();
    for (id, definition) in &catalog.interpreters {
        let installations = store.installations(id.as_str(), &definition.providers);
        for installation in installations.into_iter().filter(|found| found.manifest.image.is_none()) {
            if let Some(lacks) = installation.lacks() {
                let reason = format!("needs `{}`, which is not there any more", lacks.display());
                found.broken.insert(id.clone(), reason);
            } else if let Some(path) = installation.manifest.executable {
                let provider = installation.manifest.provider.as_str();
                found.sources.push(Source { path, provider, installed: Some(id.clone()) });
            }
        }
    }
    found
}

const EXPLICIT: &str = "explicit";

struct Source {
    path: PathBuf,
    provider: &'static str,
    installed: Option<Name>,
}

impl Source {
    fn candidate(self, facts: Facts) -> Candidate {
        let Self { path: executable, provider, installed } = self;
        Candidate { executable, provider, facts, installed }
    }
}

/// Every executable to ask, once each, in order of preference.
fn sources(places: &Places) -> Vec<Source> {
    let mut found: Vec<Source> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut add = |path: PathBuf, provider| {
        if seen.insert(identity_of(&path)) {
            found.push(Source { path, provider, installed: None });
        }
    };
    for path in &places.explicit {
        if path.is_dir() {
            let folder = if path.join("bin").is_dir() { path.join("bin") } else { path.clone() };
            for path in executables(&folder) {
                add(path, EXPLICIT);
            }
        } else {
            add(std::path::absolute(path).unwrap_or_else(|_| path.clone()), EXPLICIT);
        }
    }
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = variable("HOME").unwrap_or_default();
    let data = variable("XDG_DATA_HOME").unwrap_or_else(|| home.join(".local/share"));
    let managed = [
        (variable("UV_PYTHON_INSTALL_DIR").unwrap_or_else(|| data.join("uv/python")), "uv"),
        (variable("PYENV_ROOT").unwrap_or_else(|| home.join(".pyenv")).join("versions"), "pyenv"),
    ];
    for (folder, provider) in managed {
        for version in sorted_entries(&folder) {
            for path in executables(&version.join("bin")) {
                add(path, provider);
            }
        }
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    // A shim picks an interpreter by the current folder; the interpreters themselves were found above.
    for folder in std::env::split_paths(&path).filter(|folder| !folder.ends_with("shims")) {
        for path in executables(&folder) {
            add(path, "path");
        }
    }
    found
}

/// Where gilbench keeps what it builds or fetches: `GILBENCH_HOME`, else the user's cache folder.
pub fn cache_folder() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("GILBENCH_HOME").unwrap_or_else(|| {
        let cache = variable("XDG_CACHE_HOME")
            .unwrap_or_else(|| std::env::home_dir().unwrap_or_default().join(".cache"));
        cache.join("gilbench")
    })
}

/// What makes an executable another one: the file that it is a link to and, in a virtual environment, its place.
fn identity_of(path: &Path) -> (PathBuf, Option<PathBuf>) {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let environment =
        folder.parent().filter(|parent| parent.join("pyvenv.cfg").is_file()).map(Path::to_owned);
    (path.canonicalize().unwrap_or_else(|_| path.to_owned()), environment)
}

fn sorted_entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

/// Executables in a folder that are named like an interpreter.
fn executables(folder: &Path) -> Vec<PathBuf> {
    let named =
        |path: &PathBuf| path.file_name().is_some_and(|name| looks_like_interpreter(&name.to_string_lossy()));
    sorted_entries(folder).into_iter().filter(|path| named(path) && is_executable(path)).collect()
}

/// Executables named like an interpreter in the folder `bin` here, or in any folder here, once each.
pub(crate) fn executables_below(folder: &Path) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    let folders = [folder.to_owned()].into_iter().chain(sorted_entries(folder));
    // A link beside the folder that it points to would only repeat it.
    let folders = folders.filter(|path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()));
    let found = folders.flat_map(|path| executables(&path.join("bin")));
    found.filter(|path| seen.insert(identity_of(path))).collect()
}

/// `python`, `python3.13t`, `pypy3`, `graalpy`, …; not `python3-config` or `pythonw.exe`.
fn looks_like_interpreter(name: &str) -> bool {
    let stem = ["python", "pypy", "graalpy", "jython", "micropython", "ipy"];
    let version = |rest: &str| {
        let rest = rest.trim_end_matches(['t', 'd']);
        rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    stem.iter().any(|stem| name.strip_prefix(stem).is_some_and(version))
}

/// Asks all executables whose answer is not known.
fn ask_all(
    sources: &[Source],
    catalog: &Catalog,
    slow: Slow<'_>,
    known: &Answers,
) -> Vec<Result<Facts, ProbeError>> {
    let packages = catalog.packages();
    let environment = base_environment(&catalog.root);
    on_all_cpus(sources, |source| {
        let ask = || {
            let command = probe::command(&source.path, &[], &catalog.root, &packages);
            probe::facts(&command, &environment, || slow(&source.path))
        };
        if source.provider == EXPLICIT { ask() } else { known.of(&source.path, ask) }
    })
}

/// The answers to a question that takes long, as many at once as there are CPUs.
fn on_all_cpus<T: Sync, A: Send>(questions: &[T], answer: impl Fn(&T) -> A + Sync) -> Vec<A> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(question) = questions.get(index) else { return };
                    let answer = answer(question);
                    if let Ok(mut answers) = answers.lock() {
                        answers.push((index, answer));
                    }
                }
            });
        }
    });
    let mut answers = answers.into_inner().unwrap_or_default();
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// The best that can be measured as what the definition says, else the best that would be it but for its state.
pub(crate) fn found(
    definition: &Interpreter,
    candidates: &[Candidate],
    silent: &[PathBuf],
    broken: Option<&String>,
) -> InterpreterState {
    let mut fitting: Vec<&Candidate> =
        candidates.iter().filter(|candidate| candidate.may_be(definition)).collect();
    fitting.sort_by_key(|candidate| candidate.rank(definition));
    let mut unfit = None;
    for candidate in fitting {
        let state = candidate.state(definition);
        if state.status == Status::Ready {
            return state;
        }
        unfit.get_or_insert(state);
    }
    unfit.unwrap_or_else(|| not_there(definition, silent, broken))
}

/// The state of an interpreter that was not found, or that has lost something that it needs.
fn not_there(definition: &Interpreter, silent: &[PathBuf], broken: Option<&String>) -> InterpreterState {
    let mut state = match broken {
        Some(reason) => absent(definition, Status::Broken, reason.clone()),
        None => absent(definition, Status::Missing, not_found(silent)),
    };
    if definition.providers.0.iter().any(|provider| provider.kind() != ProviderKind::Local) {
        state.hint = Some(format!("gilbench interpreters install {}", definition.id));
    }
    state
}

/// What would make a broken interpreter ready.
fn help(definition: &Interpreter, mismatch: &Mismatch) -> String {
    match mismatch {
        Mismatch::GilEnabled { by } if by.is_empty() => {
            "unset PYTHON_GIL; `gilbench interpreters probe` shows the facts".to_owned()
        }
        Mismatch::GilEnabled { by } => format!("uninstall {}", by.join(", ")),
        Mismatch::NoCompiler { .. } | Mismatch::Another { .. } => definition
            .install_hint
            .clone()
            .unwrap_or_else(|| "`interpreter_only: true` in its definition measures it as it is".to_owned()),
    }
}

/// The same interpreter in its environment with packages, where it has one that answers as it should.
fn with_packages(
    state: &InterpreterState,
    catalog: &Catalog,
    known: &Answers,
    slow: Slow<'_>,
) -> InterpreterState {
    in_environment(state, catalog, known, slow).unwrap_or_else(|| state.clone())
}

fn in_environment(
    state: &InterpreterState,
    catalog: &Catalog,
    known: &Answers,
    slow: Slow<'_>,
) -> Option<InterpreterState> {
    // What was named by its path is meant as it is.
    let chosen = state.provider.as_deref() == Some(EXPLICIT) || state.image.is_some();
    let executable = state.executable.as_deref().filter(|_| !chosen)?;
    let definition = catalog.interpreters.get(&state.id)?;
    let python = packages::environment_of(&cache_folder(), &state.id, Path::new(executable), None)?;
    let facts = known
        .of(&python, || ask_beside(&python, catalog, || slow(&python)))
        .inspect_err(|error| {
            tracing::debug!(path = %python.display(), %error, "an environment that does not answer");
        })
        .ok()?;
    let candidate = Candidate { executable: python, provider: "", facts, installed: None };
    let found = found(definition, std::slice::from_ref(&candidate), &[], None);
    let provider = state.provider.clone();
    // Missing: another interpreter than the one that it was made from is in its place.
    (found.status != Status::Missing).then_some(InterpreterState { provider, ..found })
}

/// Why an interpreter is missing. What did not answer may be it.
pub(crate) fn not_found(silent: &[PathBuf]) -> String {
    let reason = "not found on this machine";
    match unanswered(silent) {
        Some(silent) => format!("{reason}; {silent}"),
        None => reason.to_owned(),
    }
}

/// What to say of executables that did not answer in time, if there are any.
pub fn unanswered(silent: &[PathBuf]) -> Option<String> {
    let paths: Vec<String> = silent.iter().map(|path| format!("`{}`", path.display())).collect();
    (!paths.is_empty()).then(|| format!("{} {}", paths.join(", "), ProbeError::TimedOut))
}

pub(crate) fn built_in(definition: &Interpreter, places: &Places, slow: Slow<'_>) -> InterpreterState {
    let command = fill_placeholders(&definition.command, &places.gilbench);
    let probe: Vec<String> = command.iter().cloned().chain(["--facts".to_owned()]).collect();
    let executable = Path::new(command.first().map_or("", String::as_str));
    match probe::facts(&probe, &[], || slow(executable)) {
        Ok(facts) => ready(definition, "built-in", executable, facts),
        Err(error) => absent(definition, Status::Broken, error.to_string()),
    }
}

/// What an executable that should be this interpreter is.
pub(crate) fn state_of(
    definition: &Interpreter,
    provider: &str,
    executable: &Path,
    facts: Result<Facts, ProbeError>,
) -> InterpreterState {
    let broken = |reason: String| InterpreterState {
        provider: Some(provider.to_owned()),
        executable: Some(executable.to_string_lossy().into_owned()),
        ..absent(definition, Status::Broken, reason)
    };
    let facts = match facts {
        Ok(facts) => facts,
        Err(error) => return broken(error.to_string()),
    };
    let mismatch = definition.mismatch(&facts, Gil::Default);
    let state = ready(definition, provider, executable, facts);
    match mismatch {
        None => state,
        Some(mismatch) => InterpreterState {
            status: Status::Broken,
            reason: Some(mismatch.to_string()),
            hint: Some(help(definition, &mismatch)),
            ..state
        },
    }
}

fn ready(definition: &Interpreter, provider: &str, executable: &Path, facts: Facts) -> InterpreterState {
    InterpreterState {
        id: definition.id.clone(),
        label: definition.label_of(&facts),
        status: Status::Ready,
        provider: Some(provider.to_owned()),
        executable: Some(executable.to_string_lossy().into_owned()),
        image: None,
        mounts: Vec::new(),
        version: Some(facts.version.clone()),
        gil: GilState { built: facts.gil.built, enabled: facts.gil_enabled() },
        reason: None,
        hint: None,
        facts: Some(facts),
    }
}

pub(crate) fn absent(definition: &Interpreter, status: Status, reason: String) -> InterpreterState {
    InterpreterState {
        id: definition.id.clone(),
        label: definition.label.clone(),
        status,
        provider: None,
        executable: None,
        image: None,
        mounts: Vec::new(),
        version: None,
        gil: GilState::default(),
        reason: Some(reason),
        hint: definition.install_hint.clone(),
        facts: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_may_be_what_did_not_answer() {
        assert_eq!(not_found(&[]), "not found on this machine");
        let silent = ["/a/python3.12".into(), "/b/python3.13".into()];
        assert_eq!(
            not_found(&silent),
            "not found on this machine; `/a/python3.12`, `/b/python3.13` did not answer within 90 s"
        );
    }

    fn candidate(path: &str, jit: &str) -> Candidate {
        let facts = format!(
            r#"{{"implementation":"fake","version":"3.1.2","version_text":"","executable":null,"platform":null,
            "build":{{"compiler":null,"configure":null,"pgo":null,"lto":null}},
            "gil":{{"built":true,"enabled_before_imports":true,"enabled_after_imports":true}},"jit":"{jit}",
            "start_method":null,"start_methods":null,"cpus":{{"count":null,"affinity":null,"allowed":null}},
            "clock":{{"name":null,"resolution_ns":null}},"packages":[]}}"#
        );
        let facts = serde_json::from_str(&facts).unwrap();
        Candidate { executable: path.into(), provider: "path", facts, installed: None }
    }

    #[test]
    fn what_lacks_its_compiler_is_broken_unless_another_has_it_or_the_definition_allows_it() {
        let definition = |allows: bool| -> Interpreter {
            serde_json::from_value(serde_json::json!({
                "id": "fake", "label": "Fake", "worker": "python", "interpreter_only": allows,
                "identity": {"implementation": "fake", "version": "3.1", "gil_built": true, "jit": "fast"},
            }))
            .unwrap()
        };
        let found = |allows, candidates: &[Candidate]| found(&definition(allows), candidates, &[], None);
        let slow = [candidate("/a", "none")];
        let state = found(false, &slow);
        assert_eq!(state.status, Status::Broken);
        assert!(state.reason.unwrap().starts_with("runs without its compiler"));
        let state = found(true, &slow);
        assert_eq!((state.status, state.label.as_str()), (Status::Ready, "Fake (interpreter only)"));
        let state = found(false, &[candidate("/a", "none"), candidate("/b", "fast")]);
        assert_eq!((state.status, state.executable.as_deref()), (Status::Ready, Some("/b")));
    }

    #[test]
    fn only_names_of_interpreters_are_tried() {
        for name in ["python", "python3", "python3.13t", "python3.13td", "pypy3.11", "graalpy", "micropython"]
        {
            assert!(looks_like_interpreter(name), "{name}");
        }
        for name in ["python3-config", "python3.13t-config", "pythonw.exe", "pip3", "pypyenv", "ipython3"] {
            assert!(!looks_like_interpreter(name), "{name}");
        }
    }
}
