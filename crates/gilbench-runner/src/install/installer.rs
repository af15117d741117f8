//! Tries the providers of a definition in order, and tells what became of each.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use gilbench_model::SCHEMA;
use gilbench_model::catalog::Catalog;
use gilbench_model::environment::{GilState, InterpreterState, Status};
use gilbench_model::facts::Facts;
use gilbench_model::interpreter::Interpreter;
use gilbench_model::provider::{BASE, Local, Provider, ProviderKind, Providers};
use serde::Serialize;

use super::{InstallError, InstallFailure, Job, Product, Step, maven, source, uv};
use crate::container::{self, Containers, Engine, EngineError, Waiting};
use crate::discovery::{self, Places};
use crate::store::{Installation, Lock, Manifest, Store, size};

/// How to install.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only this provider.
    pub provider: Option<ProviderKind>,
    /// Nothing may be fetched.
    pub offline: bool,
    /// Build for speed: by profile and at link time.
    pub optimised: bool,
}

/// A provider that could not do it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// Which.
    pub provider: ProviderKind,
    /// The kind of failure.
    pub failure: InstallFailure,
    /// Why, in one line.
    pub message: String,
    /// What would help.
    pub hint: Option<String>,
}

/// What became of one definition.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Ready, or skipped with a reason and a hint.
    pub state: InterpreterState,
    /// The providers that were tried and failed, in order.
    pub attempts: Vec<Attempt>,
    /// How long this took.
    pub seconds: f64,
    /// Bytes on disk, if it is in the cache.
    pub bytes: Option<u64>,
}

impl Outcome {
    /// Whether the user has stopped it.
    pub fn is_interrupted(&self) -> bool {
        self.attempts.last().is_some_and(|attempt| attempt.failure == InstallFailure::Interrupted)
    }
}

/// Told of what is done for which definition, by which provider.
pub type Progress<'a> = &'a dyn Fn(&str, ProviderKind, Step<'_>);

/// Installs.
pub struct Installer<'a> {
    catalog: &'a Catalog,
    places: &'a Places,
    store: Store,
    options: Options,
    progress: Progress<'a>,
    interrupted: &'a dyn Fn() -> bool,
    /// What is on this machine already: looked for when a definition first asks.
    local: OnceCell<discovery::Elsewhere>,
    /// The engine: asked when it is first wanted, so that one that does not answer is waited for once.
    engine: OnceCell<Result<Arc<dyn Engine>, EngineError>>,
    /// What the engine has: asked when an image should be there.
    images: OnceCell<Option<Containers<'a>>>,
}

impl<'a> Installer<'a> {
    /// Into the user's cache.
    pub fn new(
        catalog: &'a Catalog,
        places: &'a Places,
        options: Options,
        progress: Progress<'a>,
        interrupted: &'a dyn Fn() -> bool,
    ) -> Self {
        let store = Store::of_user();
        Self {
            catalog,
            places,
            store,
            options,
            progress,
            interrupted,
            local: OnceCell::new(),
            engine: OnceCell::new(),
            images: OnceCell::new(),
        }
    }

    /// One that was not tried, since the user stopped before.
    pub fn not_tried(&self, definition: &Interpreter) -> Outcome {
        let reason = "not tried: interrupted before".to_owned();
        let mut state = discovery::absent(definition, Status::Skipped, reason);
        state.hint = Some(format!("gilbench interpreters install {}", definition.id));
        Outcome { state, attempts: Vec::new(), seconds: 0.0, bytes: None }
    }

    /// Gets one interpreter, unless it is there.
    pub fn install(&self, definition: &Interpreter) -> Outcome {
        let begun = Instant::now();
        let mut attempts = Vec::new();
        let done = |state: InterpreterState, attempts: Vec<Attempt>, bytes| Outcome {
            state,
            attempts,
            seconds: begun.elapsed().as_secs_f64(),
            bytes,
        };
        if !definition.command.is_empty() {
            return done(discovery::built_in(definition, self.places, &|_, _| ()), attempts, None);
        }
        let providers = self.providers(definition);
        if let Some((state, bytes)) = self.present(definition, &providers) {
            return done(state, attempts, bytes);
        }
        let mut lock = None;
        for provider in &providers.0 {
            let tried = match provider {
                Provider::Local(_) => self.local(definition).map(|state| (state, None)),
                provider => self.locked(definition, &mut lock).and_then(|lock| {
                    let installed = self.provide(lock, definition, provider)?;
                    Ok((state_of(definition, &installed.manifest), Some(installed.manifest.bytes)))
                }),
            };
            match tried {
                Ok((state, bytes)) => return done(state, attempts, bytes),
                Err(error) => {
                    let InstallError { failure, message, hint } = error;
                    attempts.push(Attempt { provider: provider.kind(), failure, message, hint });
                    // Whoever holds the lock is about to install it; nobody else would get further.
                    if matches!(failure, InstallFailure::Interrupted | InstallFailure::Locked) {
                        break;
                    }
                }
            }
        }
        let reasons: Vec<String> =
            attempts.iter().map(|attempt| format!("{}: {}", attempt.provider, attempt.message)).collect();
        let reason = if reasons.is_empty() { self.no_provider(definition) } else { reasons.join("; ") };
        let mut state = discovery::absent(definition, Status::Skipped, reason);
        state.hint = help(definition, &attempts);
        done(state, attempts, None)
    }

    /// Those to try, in order. A definition that names none is only looked for.
    fn providers(&self, definition: &Interpreter) -> Providers {
        let listed = &definition.providers.0;
        let local = [Provider::Local(Local {})];
        let all = if listed.is_empty() { &local[..] } else { &listed[..] };
        let wanted = |provider: &&Provider| self.options.provider.is_none_or(|kind| provider.kind() == kind);
        Providers(all.iter().filter(wanted).cloned().collect())
    }

    fn no_provider(&self, definition: &Interpreter) -> String {
        let kind = self.options.provider.map_or(String::new(), |kind| format!(" `{kind}`"));
        let known: Vec<&str> =
            definition.providers.0.iter().map(|provider| provider.kind().as_str()).collect();
        format!("its definition names no provider{kind}, only {}", known.join(", "))
    }

    /// What is there already, in the order of the providers. What this machine has of its own counts only where
    /// nothing before it could be installed.
    fn present(
        &self,
        definition: &Interpreter,
        providers: &Providers,
    ) -> Option<(InterpreterState, Option<u64>)> {
        let installed =
            self.store.installations(definition.id.as_str(), providers).into_iter().find(|installed| {
                let built = installed.manifest.provider == ProviderKind::Source;
                self.is_whole(definition, installed)
                    && (!self.options.optimised || installed.manifest.optimised || !built)
            });
        let place = |kind| providers.0.iter().position(|provider| provider.kind() == kind);
        let local = place(ProviderKind::Local);
        let last = installed.as_ref().map_or(Some(0), |installed| place(installed.manifest.provider));
        if local.is_some()
            && local <= last
            && let Ok(state) = self.local(definition)
        {
            return Some((state, None));
        }
        installed.map(|installed| (state_of(definition, &installed.manifest), Some(installed.manifest.bytes)))
    }

    /// An interpreter that this machine has, outside the cache.
    fn local(&self, definition: &Interpreter) -> Result<InterpreterState, InstallError> {
        let elsewhere =
            self.local.get_or_init(|| discovery::elsewhere(self.catalog, self.places, &self.store));
        let state = discovery::found(definition, &elsewhere.candidates, &elsewhere.silent, None);
        let failure = match state.status {
            Status::Ready => return Ok(state),
            Status::Broken => InstallFailure::WrongInterpreter,
            Status::Missing | Status::Skipped => InstallFailure::NotFound,
        };
        Err(InstallError::new(failure, state.reason.unwrap_or_default()))
    }

    fn locked<'b>(
        &self,
        definition: &Interpreter,
        lock: &'b mut Option<Lock>,
    ) -> Result<&'b Lock, InstallError> {
        match lock {
            Some(lock) => Ok(lock),
            none => Ok(none.insert(self.store.lock(definition.id.as_str())?)),
        }
    }

    /// Lets one provider work, and makes what it leaves visible if it is what it should be.
    fn provide(
        &self,
        lock: &Lock,
        definition: &Interpreter,
        provider: &Provider,
    ) -> Result<Installation, InstallError> {
        let begun = Instant::now();
        let (id, kind) = (definition.id.as_str(), provider.kind());
        let staging = self.store.stage(lock)?;
        let (tree, scratch) = (staging.path().join("tree"), staging.path().join("scratch"));
        std::fs::create_dir(&tree)?;
        std::fs::create_dir(&scratch)?;
        let destination = self.store.destination(id, provider);
        let job = Job {
            root: &self.catalog.root,
            id,
            staging: &tree,
            destination: &destination,
            scratch: &scratch,
            downloads: &self.store.downloads(),
            log: &self.store.log(id, kind),
            engine: &|| self.engine(id, kind),
            offline: self.options.offline,
            optimised: self.options.optimised,
            progress: &|step| (self.progress)(id, kind, step),
            interrupted: self.interrupted,
        };
        let product = match provider {
            Provider::Local(_) => {
                Err(InstallError::new(InstallFailure::NotFound, "not found on this machine"))
            }
            Provider::Uv(uv) => uv::provide(uv, &job),
            Provider::Source(source) => source::provide(source, &job),
            Provider::Maven(maven) => maven::provide(maven, &job),
            Provider::Container(_) | Provider::Rootfs(_) => container::provide(provider, &job),
        }?;
        if (self.interrupted)() {
            return Err(InstallError::interrupted());
        }
        let place = Place::take(&tree, &destination, &staging.path().join("previous"))?;
        (self.progress)(id, kind, Step::Work { what: "asking it what it is" });
        let (executable, facts) = self.identify(definition, provider, &destination, &product)?;
        let engine = product.image.as_ref().and_then(|_| self.engine(id, kind).ok());
        let image = engine.as_deref().zip(product.image.as_deref());
        let bytes = image.and_then(|(engine, image)| container::image_bytes(engine, image)).unwrap_or(0);
        let manifest = Manifest {
            schema: SCHEMA,
            id: id.to_owned(),
            provider: kind,
            key: provider.key(),
            optimised: self.options.optimised && kind == ProviderKind::Source,
            executable,
            image: product.image,
            needs: product.needs,
            sources: product.sources,
            version: facts.as_ref().map(|facts| facts.version.clone()),
            gil: facts.as_ref().map_or_else(GilState::default, gil),
            facts,
            bytes: bytes + size(&destination).allocated,
            seconds: begun.elapsed().as_secs_f64(),
            installed_ms: now_ms(),
            command: self.command(id, kind),
        };
        crate::store::publish(&destination, &manifest)?;
        place.keep();
        Ok(Installation { folder: destination, manifest })
    }

    fn command(&self, id: &str, kind: ProviderKind) -> String {
        let optimised = if self.options.optimised { " --optimised" } else { "" };
        format!("gilbench interpreters install {id} --provider {kind}{optimised}")
    }

    /// The executable and what it says, if that is what the definition says.
    fn identify(
        &self,
        definition: &Interpreter,
        provider: &Provider,
        destination: &Path,
        product: &Product,
    ) -> Result<(Option<PathBuf>, Option<Facts>), InstallError> {
        // What is no interpreter has nothing to say.
        if definition.identity.is_none() {
            return Ok((product.executable.clone(), None));
        }
        let states = if product.image.is_some() {
            vec![self.ask_image(definition, provider)?]
        } else {
            let candidates = match &product.executable {
                Some(executable) => vec![destination.join(executable)],
                None => discovery::executables_below(destination),
            };
            let asked = candidates.iter().map(|executable| {
                let facts = discovery::ask(executable, self.catalog, || ());
                discovery::state_of(definition, provider.kind().as_str(), executable, facts)
            });
            asked.collect()
        };
        let mut complaints = Vec::new();
        for state in states {
            if state.status == Status::Ready {
                return Ok((state.executable.map(PathBuf::from), state.facts));
            }
            complaints.extend(state.reason);
        }
        let complaint = complaints.into_iter().next();
        let complaint = complaint.unwrap_or_else(|| "what it has installed holds no interpreter".to_owned());
        Err(InstallError::new(InstallFailure::WrongInterpreter, complaint))
    }

    /// What the interpreter in the image of a provider says.
    fn ask_image(
        &self,
        definition: &Interpreter,
        provider: &Provider,
    ) -> Result<InterpreterState, InstallError> {
        let only = Interpreter { providers: Providers(vec![provider.clone()]), ..definition.clone() };
        let state = self.containers(definition.id.as_str(), provider.kind());
        let state = state.map(|containers| containers.own(&only, |_| ()));
        let state = state.map_err(|error| InstallError::new(InstallFailure::NoEngine, error))?;
        state.ok_or_else(|| {
            InstallError::new(InstallFailure::NoImage, "the engine does not have the image that was made")
        })
    }

    fn containers(&self, id: &str, kind: ProviderKind) -> Result<Containers<'a>, EngineError> {
        Containers::new(self.engine(id, kind)?, self.catalog, &self.places.gilbench)
    }

    /// The engine, for a provider that needs one.
    fn engine(&self, id: &str, kind: ProviderKind) -> Result<Arc<dyn Engine>, EngineError> {
        let slow = |program: &Path, limit: Duration| {
            let what = format!("waiting for `{}`, for at most {} s", program.display(), limit.as_secs());
            (self.progress)(id, kind, Step::Work { what: &what });
        };
        let waiting = Waiting { slow: &slow, interrupted: self.interrupted };
        self.engine.get_or_init(|| container::find(self.places.engine, waiting)).clone()
    }

    /// Whether what an installation needs is still there.
    fn is_whole(&self, definition: &Interpreter, installed: &Installation) -> bool {
        if installed.manifest.image.is_none() {
            return installed.lacks().is_none() && installed.is_unchanged();
        }
        let of_kind = definition.providers.of_kind(installed.manifest.provider);
        let providers = Providers(of_kind.into_iter().cloned().collect());
        let images = self
            .images
            .get_or_init(|| self.containers(definition.id.as_str(), installed.manifest.provider).ok());
        images
            .as_ref()
            .is_some_and(|containers| containers.image(definition.id.as_str(), &providers).is_some())
    }
}

/// What would help: that depends on what went wrong.
fn help(definition: &Interpreter, attempts: &[Attempt]) -> Option<String> {
    let failed = |failure| attempts.iter().any(|attempt| attempt.failure == failure);
    if failed(InstallFailure::Interrupted) || failed(InstallFailure::Locked) {
        return Some(format!("gilbench interpreters install {}", definition.id));
    }
    if failed(InstallFailure::DiskFull) {
        return Some("gilbench interpreters gc".to_owned());
    }
    attempts.iter().find_map(|attempt| attempt.hint.clone()).or_else(|| definition.install_hint.clone())
}

/// The image in which interpreters of this machine are measured, as if it were an interpreter.
pub fn base_definition(catalog: &Catalog) -> Option<Interpreter> {
    let definition = serde_json::json!({ "id": BASE, "label": "Base image", "worker": "python" });
    let definition: Interpreter = serde_json::from_value(definition).ok()?;
    let providers = catalog.base.providers.clone();
    (!providers.0.is_empty()).then_some(Interpreter { providers, ..definition })
}

/// An installation's folder that is not yet sure to stay.
struct Place<'a> {
    destination: &'a Path,
    previous: Option<PathBuf>,
    stays: bool,
}

impl<'a> Place<'a> {
    /// Puts a tree into its place: what is compiled into it is true only there. What is there already waits.
    fn take(tree: &Path, destination: &'a Path, previous: &Path) -> Result<Self, InstallError> {
        let failed = |error| InstallError::of_path("cannot write", destination, &error);
        if let Some(folder) = destination.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let there = destination.symlink_metadata().is_ok();
        if there {
            std::fs::rename(destination, previous).map_err(failed)?;
        }
        let place = Self { destination, previous: there.then(|| previous.to_owned()), stays: false };
        std::fs::rename(tree, destination).map_err(failed)?;
        Ok(place)
    }

    fn keep(mut self) {
        self.stays = true;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.stays {
            // Without a manifest it is nothing; what cannot be removed now is replaced by the next attempt.
            let _ = std::fs::remove_dir_all(self.destination);
            if let Some(previous) = &self.previous {
                let _ = std::fs::rename(previous, self.destination);
            }
        }
    }
}

fn gil(facts: &Facts) -> GilState {
    GilState { built: facts.gil.built, enabled: facts.gil_enabled() }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// An installation as the state of its interpreter.
fn state_of(definition: &Interpreter, manifest: &Manifest) -> InterpreterState {
    InterpreterState {
        status: Status::Ready,
        provider: Some(manifest.provider.as_str().to_owned()),
        executable: manifest.executable.as_ref().map(|path| path.to_string_lossy().into_owned()),
        image: manifest.image.clone(),
        version: manifest.version.clone(),
        gil: manifest.gil,
        reason: None,
        hint: None,
        facts: manifest.facts.clone(),
        ..discovery::absent(definition, Status::Ready, String::new())
    }
}
