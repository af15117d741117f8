//! `gilbench interpreters install`, `remove` and `gc`: what is in the cache.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;

use gilbench_model::catalog::Catalog;
use gilbench_model::data_file::known_words;
use gilbench_model::environment::Status;
use gilbench_model::facts::Package;
use gilbench_model::interpreter::Interpreter;
use gilbench_model::lock;
use gilbench_model::provider::BASE;
use gilbench_model::provider::ProviderKind;
use gilbench_runner::RunFailure;
use gilbench_runner::container::{self, Engine, EngineError, Waiting};
use gilbench_runner::discovery::InContainers;
use gilbench_runner::install::{
    Attempt, InstallError, InstallFailure, Installer, Options, Outcome, Step, base_definition,
};
use gilbench_runner::packages::{Missing, Packaging, Provided, Request};
use gilbench_runner::store::{Removed, Store};
use serde::Serialize;

use super::interpreters::{Listed, gil, status};
use super::lock::NAMES;
use crate::cli::{Common, Install};
use crate::exit::{INTERRUPTED, NotInstalledError, Reason, UsageError};
use crate::interrupt::Interrupt;
use crate::output::Format;
use crate::progress::Installation;
use crate::{data, output};

const MEGABYTE: f64 = 1e6;

/// Stands for every package of a lock.
const ALL: &str = "all";

/// An outcome in the JSON contract: an interpreter as it is listed, and what it took.
#[derive(Serialize)]
struct Row<'a> {
    // Only written, never read: no message about it can be bad.
    #[serde(flatten)]
    listed: Listed<'a>,
    attempts: &'a [Attempt],
    seconds: f64,
    bytes: Option<u64>,
    packages: &'a [Package],
    missing_packages: &'a [Missing],
}

/// An interpreter, and the packages that were asked for with it.
struct Installed {
    outcome: Outcome,
    provided: Provided,
}

/// Installs what is asked for.
pub(super) fn run(common: &Common, arguments: &Install) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    crate::scratch::check_place()?;
    let definitions = chosen(&catalog, arguments)?;
    let request = request(&catalog, &arguments.with)?;
    let options =
        Options { provider: arguments.provider, offline: arguments.offline, optimised: arguments.optimised };
    let interrupt = Interrupt::listen()?;
    let all = install(common, &catalog, definitions, (&options, request.as_ref()), &interrupt)?;
    print(&all, request.is_some(), arguments.format)?;
    if interrupt.came() {
        output::note("interrupted: what was not ready is not there; the same command goes on");
        return Ok(ExitCode::from(INTERRUPTED));
    }
    if arguments.all { Ok(ExitCode::SUCCESS) } else { verdict(&all) }
}

/// Gets what is missing of these interpreters; those that cannot be had are told of, and that is all.
pub(super) fn fetch(common: &Common, catalog: &Catalog, definitions: Vec<Interpreter>) -> anyhow::Result<()> {
    crate::scratch::check_place()?;
    let interrupt = Interrupt::listen()?;
    install(common, catalog, definitions, (&Options::default(), None), &interrupt)?;
    if interrupt.came() {
        return Err(RunFailure::Interrupted.into());
    }
    Ok(())
}

/// Installs one after the other: each build uses all CPUs by itself.
fn install(
    common: &Common,
    catalog: &Catalog,
    definitions: Vec<Interpreter>,
    (options, request): (&Options, Option<&Request>),
    interrupt: &Interrupt,
) -> anyhow::Result<Vec<Installed>> {
    let places = data::places(common, InContainers::None)?;
    let reporter = Installation::new();
    let progress = |id: &str, provider: ProviderKind, step: Step<'_>| {
        reporter.show(id, provider.as_str(), step);
    };
    let interrupted = || interrupt.came();
    let installer = Installer::new(catalog, &places, options.clone(), &progress, &interrupted);
    let store = Store::of_user();
    let installing = |id: &str, what: &str| reporter.show(id, "packages", Step::Work { what });
    let packaging = request.map(|request| Packaging {
        catalog,
        request,
        cache: store.root(),
        engine: places.engine,
        offline: options.offline,
        progress: &installing,
        interrupted: &interrupted,
    });
    let mut all: Vec<Installed> = Vec::new();
    for definition in definitions {
        if interrupt.came() {
            let outcome = installer.not_tried(&definition);
            all.push(Installed { outcome, provided: Provided::default() });
            continue;
        }
        let mut outcome = installer.install(&definition);
        let provided = provide(packaging.as_ref(), &definition, &mut outcome);
        reporter.clear();
        for attempt in &outcome.attempts {
            output::note(&format!("{}: {}: {}", definition.id, attempt.provider, attempt.message));
        }
        all.push(Installed { outcome, provided });
    }
    Ok(all)
}

/// Installs packages for an interpreter that is ready.
fn provide(packaging: Option<&Packaging<'_>>, definition: &Interpreter, outcome: &mut Outcome) -> Provided {
    // What has no identity is an image, or this program: nothing that takes packages.
    let interpreter = outcome.state.status == Status::Ready && definition.identity.is_some();
    let Some(packaging) = packaging.filter(|_| interpreter) else { return Provided::default() };
    let begun = Instant::now();
    let provided = packaging.provide(definition, &outcome.state);
    outcome.seconds += begun.elapsed().as_secs_f64();
    provided
}

/// A failure if an interpreter that was named is not there, or packages that it could have.
fn verdict(all: &[Installed]) -> anyhow::Result<ExitCode> {
    let failed = all.iter().filter(|one| one.outcome.state.status != Status::Ready);
    let failed: Vec<_> = failed.map(|one| &one.outcome.state).collect();
    if let Some(first) = failed.first() {
        let ids = failed.iter().map(|state| state.id.as_str()).collect::<Vec<_>>().join(", ");
        return Err(NotInstalledError {
            message: format!("not installed: {ids}"),
            reason: Reason(first.reason.clone().unwrap_or_default()),
            hint: first.hint.clone(),
        }
        .into());
    }
    // That there is no wheel is how things are.
    let given = [InstallFailure::NoWheel, InstallFailure::NoPackages];
    let lacking = all.iter().flat_map(|one| one.provided.missing.iter().map(move |missing| (one, missing)));
    let lacking: Vec<_> = lacking.filter(|(_, missing)| !given.contains(&missing.failure)).collect();
    let Some((_, first)) = lacking.first() else { return Ok(ExitCode::SUCCESS) };
    let ids: BTreeSet<&str> = lacking.iter().map(|(one, _)| one.outcome.state.id.as_str()).collect();
    let ids = ids.into_iter().collect::<Vec<_>>().join(", ");
    Err(NotInstalledError {
        message: format!("ready, but without all packages: {ids}"),
        reason: Reason(first.message.clone()),
        hint: first.hint.clone(),
    }
    .into())
}

/// The packages that are meant. A name that nobody knows is a mistake, told before anything is fetched.
fn request(catalog: &Catalog, with: &[String]) -> anyhow::Result<Option<Request>> {
    if with.is_empty() {
        return Ok(None);
    }
    if with.iter().any(|name| name == ALL) {
        return Ok(Some(Request::All));
    }
    let file = catalog.root.join(NAMES);
    let wanted = match std::fs::read_to_string(&file) {
        Ok(text) => lock::names(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", file.display())),
    };
    let locked = catalog.locks.values().flat_map(lock::Lock::names).map(str::to_owned);
    let known: BTreeSet<String> = wanted.into_iter().chain(catalog.packages()).chain(locked).collect();
    if let Some(name) = with.iter().find(|name| !known.contains(&lock::normalised(name))) {
        let hint = known_words(name, known.iter().map(String::as_str).chain([ALL]));
        return Err(UsageError::new(format!("no lock has a package `{name}`"), hint).into());
    }
    Ok(Some(Request::Named(with.to_vec())))
}

/// The definitions that are meant; `base` is the image in which the interpreters of this machine are measured.
fn chosen(catalog: &Catalog, arguments: &Install) -> Result<Vec<Interpreter>, UsageError> {
    let base = base_definition(catalog);
    if arguments.all {
        // What is built in is ready as it is.
        let named =
            |definition: &&Interpreter| !definition.providers.0.is_empty() || !definition.command.is_empty();
        return Ok(catalog.interpreters.values().filter(named).cloned().chain(base).collect());
    }
    let mut chosen: Vec<Interpreter> = Vec::new();
    let mut add = |definition: &Interpreter| {
        if !chosen.iter().any(|known| known.id == definition.id) {
            chosen.push(definition.clone());
        }
    };
    for id in &arguments.interpreters {
        let (defined, inside) = Interpreter::definition_id(id);
        let found = catalog.interpreters.get(&defined);
        // In a container, it needs the image as well.
        let image = base.as_ref().filter(|base| base.id == *id || (inside && found.is_some()));
        if found.is_none() && image.is_none() {
            return Err(unknown(catalog, id.as_ref()));
        }
        found.into_iter().chain(image).for_each(&mut add);
    }
    Ok(chosen)
}

fn unknown(catalog: &Catalog, id: &str) -> UsageError {
    let ids = catalog.interpreters.keys().map(AsRef::as_ref).chain([BASE]);
    UsageError::new(format!("no interpreter `{id}`"), known_words(id, ids))
}

fn print(all: &[Installed], with_packages: bool, format: Format) -> output::Result {
    if format == Format::Json {
        let rows = all.iter().map(|Installed { outcome, provided }| Row {
            listed: Listed::from(&outcome.state),
            attempts: &outcome.attempts,
            seconds: outcome.seconds,
            bytes: outcome.bytes,
            packages: &provided.packages,
            missing_packages: &provided.missing,
        });
        return output::json(&rows.collect::<Vec<_>>());
    }
    let dash = || "—".to_owned();
    let cells = |Installed { outcome, provided }: &Installed| {
        let state = &outcome.state;
        [
            state.id.to_string(),
            status(state.status).to_owned(),
            state.provider.clone().unwrap_or_else(dash),
            state.version.clone().unwrap_or_else(dash),
            gil(state.gil).to_owned(),
            outcome.bytes.map_or_else(dash, megabytes),
            format!("{:.1} s", outcome.seconds),
            packages(&provided.packages),
            remark(outcome, provided),
        ]
    };
    let heads = ["id", "status", "provider", "version", "GIL", "MB", "time", "packages", "why not"];
    if with_packages {
        return output::table(heads, all.iter().map(cells));
    }
    // Nobody asked for packages: the last column but one says nothing.
    let place = |column: usize| column + usize::from(column == heads.len() - 2);
    let heads: [&str; 8] = std::array::from_fn(|column| heads[place(column)]);
    output::table(
        heads,
        all.iter().map(|one| {
            let cells = cells(one);
            std::array::from_fn(|column| cells[place(column)].clone())
        }),
    )
}

fn packages(packages: &[Package]) -> String {
    if packages.is_empty() {
        return "—".to_owned();
    }
    packages.iter().map(|one| format!("{} {}", one.name, one.version)).collect::<Vec<_>>().join(", ")
}

/// Why an interpreter or a package is not there.
fn remark(outcome: &Outcome, provided: &Provided) -> String {
    let state = &outcome.state;
    let packages = provided.missing.iter().map(|missing| (Some(&missing.message), missing.hint.as_ref()));
    let mut remarks: Vec<String> = Vec::new();
    for (reason, hint) in [(state.reason.as_ref(), state.hint.as_ref())].into_iter().chain(packages) {
        let remark = match (reason, hint) {
            (Some(reason), Some(hint)) => format!("{reason}; try `{hint}`"),
            (Some(reason), None) => reason.clone(),
            (None, _) => continue,
        };
        if !remarks.contains(&remark) {
            remarks.push(remark);
        }
    }
    remarks.join("; ")
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / MEGABYTE)
}

/// Removes everything that was installed under these ids.
pub(super) fn remove(common: &Common, interpreters: &[String]) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    let store = Store::of_user();
    // What is there may have lost its definition: that is a reason to remove it.
    for id in interpreters {
        let known = catalog.interpreters.contains_key(id.as_str()) || id == BASE;
        if !known && !store.holds(id) {
            return Err(unknown(&catalog, id).into());
        }
    }
    for id in interpreters {
        let removed = store.remove(id).map_err(Refused)?;
        tell(common, &removed, false, &format!("{id}: nothing was installed"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Removes what no definition asks for.
pub(super) fn collect_garbage(common: &Common) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    let removed = Store::of_user().collect_garbage(&catalog).map_err(Refused)?;
    for kept in &removed.kept {
        output::warning(&format!("{kept}; its part of the cache stays as it is"));
    }
    // Whoever is at work may be about to make an image from a system.
    tell(common, &removed, removed.kept.is_empty(), "nothing to remove")?;
    Ok(ExitCode::SUCCESS)
}

/// Tells what was removed, and removes the images that went with it; then, if wanted, systems without an image.
fn tell(common: &Common, removed: &Removed, systems: bool, nothing: &str) -> output::Result {
    for what in &removed.what {
        output::line(&format!("removed {what}"))?;
    }
    let mut images = removed.images.clone();
    if systems || !images.is_empty() {
        // Nothing listens to signals here: they end the program at once.
        let waiting = Waiting { slow: &data::still_asking, interrupted: &|| false };
        let engine = container::find(common.engine.into(), waiting);
        remove_images(&images, &engine)?;
        // After the images that are made from them.
        let unused = engine.as_deref().ok().filter(|_| systems).map(container::unused_systems);
        match unused {
            Some(Ok(unused)) => {
                remove_images(&unused, &engine)?;
                images.extend(unused);
            }
            Some(Err(error)) => output::warning(&format!("unused Debian systems stay: {error}")),
            None => {}
        }
    }
    if removed.what.is_empty() && images.is_empty() && removed.bytes == 0 {
        return output::line(nothing);
    }
    let besides = if images.is_empty() { "" } else { ", besides images" };
    output::line(&format!("{} MB freed{besides}", megabytes(removed.bytes)))
}

fn remove_images(images: &[String], engine: &Result<Arc<dyn Engine>, EngineError>) -> output::Result {
    for image in images {
        // How much that frees depends on what else shares its layers.
        let gone = match engine {
            Ok(engine) => container::remove_image(&**engine, image),
            Err(error) => Err(error.clone()),
        };
        match gone {
            Ok(()) => output::line(&format!("removed image {image}"))?,
            Err(error) => output::warning(&format!("image `{image}` stays: {error}")),
        }
    }
    Ok(())
}

/// The cache cannot be changed.
#[derive(Debug, thiserror::Error)]
#[error("cannot change the cache")]
struct Refused(#[source] InstallError);
