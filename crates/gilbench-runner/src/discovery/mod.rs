//! Finds interpreters on this machine.
//!
//! Names of files and folders only decide which executables are asked; what an interpreter is, it says itself.

mod sources;
mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::environment::{InterpreterState, Status};
use gilbench_model::facts::Facts;
use gilbench_model::interpreter::Interpreter;
use gilbench_model::provider::{Provider, ProviderKind};

use crate::answers::Answers;
use crate::container::{self, Choice, Containers, Waiting};
use crate::install::command::find_program;
use crate::launcher::Adoption;
use crate::packages;
use crate::probe::{self, ProbeError};
use crate::store::{Installation, Store, cache_folder};
use crate::worker::{base_environment, fill_placeholders};

pub(crate) use self::sources::executables_below;
use self::sources::{EXPLICIT, Source, sources};
pub use self::state::unanswered;
pub(crate) use self::state::{absent, state_of};
use self::state::{not_found, ready};

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

/// Told of an executable that takes long to answer, and how long it is waited for, from any thread.
pub type Slow<'a> = &'a (dyn Fn(&Path, Duration) + Sync);

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
    forget_unfit(&known, catalog, &candidates);
    known.save();
    // After that: what has packages here has them in a container too.
    look_into_containers(catalog, places, &store, slow, &mut interpreters);
    let defined =
        |candidate: &Candidate| catalog.interpreters.values().any(|definition| candidate.may_be(definition));
    candidates.retain(|candidate| candidate.installed.is_none() && !defined(candidate));
    Ok(Discovery { interpreters, undefined: candidates, silent })
}

/// Completes what was found by what is in containers. An engine is asked only if something could come of it.
fn look_into_containers(
    catalog: &Catalog,
    places: &Places,
    store: &Store,
    slow: Slow<'_>,
    interpreters: &mut Vec<InterpreterState>,
) {
    let definition = |state: &InterpreterState| catalog.interpreters.get(&state.id);
    let may_have_image = |state: &InterpreterState| {
        let providers = definition(state).map(|definition| &definition.providers.0);
        let makes_image = |provider: &Provider| provider.kind().makes_image();
        state.status == Status::Missing && providers.is_some_and(|all| all.iter().any(makes_image))
    };
    for state in interpreters.iter_mut().filter(|state| may_have_image(state) && !places.wants(&state.id)) {
        let reason = state.reason.as_deref().unwrap_or_default();
        state.reason = Some(format!("{reason}; images were not looked at"));
    }
    let has_image = |state: &InterpreterState| may_have_image(state) && places.wants(&state.id);
    let twin_wanted =
        |state: &InterpreterState| state.status == Status::Ready && places.in_containers.holds(&state.id);
    if !interpreters.iter().any(|state| has_image(state) || twin_wanted(state)) {
        return;
    }
    let containers = container::find(places.engine, Waiting { slow: &slow, interrupted: &|| false })
        .and_then(|engine| Containers::new(engine, catalog, &places.gilbench))
        .inspect_err(|error| tracing::debug!(%error, "no container engine"));
    let asking = |path: &Path| slow(path, probe::LIMIT);
    let here: Vec<usize> = (0..interpreters.len()).collect();
    let found = on_all_cpus(&here, |&index| {
        let state = &interpreters[index];
        let definition = definition(state)?;
        match &containers {
            Ok(containers) if has_image(state) => {
                containers.in_environment(definition, asking).or_else(|| containers.own(definition, asking))
            }
            Ok(containers) if twin_wanted(state) => {
                let needs = needs_of(definition, state, store);
                Some(containers.twin(definition, state, &needs, asking))
            }
            Err(error) if twin_wanted(state) => {
                let twin = definition.in_container();
                let hint = find_program("podman").is_none().then(|| "apt-get install podman".to_owned());
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
    let answers = ask_all(&sources, catalog, &|_, _| (), &known);
    let mut elsewhere = Elsewhere::default();
    for (source, answer) in sources.into_iter().zip(answers) {
        match answer {
            Ok(facts) => elsewhere.candidates.push(source.candidate(facts)),
            Err(ProbeError::TimedOut) => elsewhere.silent.push(source.path),
            Err(error) => tracing::debug!(path = %source.path.display(), %error, "not an interpreter"),
        }
    }
    forget_unfit(&known, catalog, &elsewhere.candidates);
    known.save();
    elsewhere
}

/// What could be an interpreter and cannot be measured as it is: whoever mends it wants that to be seen.
fn forget_unfit(known: &Answers, catalog: &Catalog, candidates: &[Candidate]) {
    for candidate in candidates {
        let mut fitting =
            catalog.interpreters.values().filter(|definition| candidate.may_be(definition)).peekable();
        let unfit = |definition: &Interpreter| candidate.state(definition).status != Status::Ready;
        if fitting.peek().is_some() && fitting.all(unfit) {
            known.forget(&candidate.executable);
        }
    }
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

/// Asks all executables whose answer is not known.
fn ask_all(
    sources: &[Source],
    catalog: &Catalog,
    slow: Slow<'_>,
    known: &Answers,
) -> Vec<Result<Facts, ProbeError>> {
    on_all_cpus(sources, |source| {
        let ask = || ask_beside(&source.path, catalog, || slow(&source.path, probe::LIMIT));
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
        .of(&python, || ask_beside(&python, catalog, || slow(&python, probe::LIMIT)))
        .inspect_err(|error| {
            tracing::debug!(path = %python.display(), %error, "an environment that does not answer");
        })
        .ok()?;
    let candidate = Candidate { executable: python, provider: "", facts, installed: None };
    let candidate = std::slice::from_ref(&candidate);
    forget_unfit(known, catalog, candidate);
    let found = found(definition, candidate, &[], None);
    let provider = state.provider.clone();
    // Missing: another interpreter than the one that it was made from is in its place.
    (found.status != Status::Missing).then_some(InterpreterState { provider, ..found })
}

pub(crate) fn built_in(definition: &Interpreter, places: &Places, slow: Slow<'_>) -> InterpreterState {
    let command = fill_placeholders(&definition.command, &places.gilbench);
    let probe: Vec<String> = command.iter().cloned().chain(["--facts".to_owned()]).collect();
    let executable = Path::new(command.first().map_or("", String::as_str));
    match probe::facts(&probe, &[], || slow(executable, probe::LIMIT)) {
        Ok(facts) => ready(definition, "built-in", executable, facts),
        Err(error) => absent(definition, Status::Broken, error.to_string()),
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
}
