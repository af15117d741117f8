//! `gilbench interpreters install`, `remove` and `gc`: what is in the cache.

use std::process::ExitCode;

use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::data_file::known_words;
use gilbench_model::environment::Status;
use gilbench_model::interpreter::Interpreter;
use gilbench_runner::container;
use gilbench_runner::discovery::{InContainers, Places};
use gilbench_runner::install::{Attempt, InstallError, Installer, Options, Outcome, base_definition};
use gilbench_runner::store::{Removed, Store};
use serde::Serialize;

use super::interpreters::{Listed, gil, status};
use crate::cli::{Common, Install};
use crate::exit::{INTERRUPTED, NotInstalledError, Reason, UsageError};
use crate::interrupt::Interrupt;
use crate::output::Format;
use crate::progress::Installation;
use crate::{data, output};

const MEGABYTE: f64 = 1e6;

/// An outcome in the JSON contract: an interpreter as it is listed, and what it took.
#[derive(Serialize)]
struct Row<'a> {
    // Only written, never read: no message about it can be bad.
    #[serde(flatten)]
    listed: Listed<'a>,
    attempts: &'a [Attempt],
    seconds: f64,
    bytes: Option<u64>,
}

/// Installs what is asked for, one after the other: each build uses all CPUs by itself.
pub(super) fn run(common: &Common, arguments: &Install) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    crate::scratch::check_place()?;
    let definitions = chosen(&catalog, arguments)?;
    let interrupt = Interrupt::listen()?;
    let places = Places {
        explicit: common.python.clone(),
        gilbench: std::env::current_exe()?,
        engine: common.engine.into(),
        in_containers: InContainers::None,
    };
    let options =
        Options { provider: arguments.provider, offline: arguments.offline, optimised: arguments.optimised };
    let reporter = Installation::new();
    let progress = |id: &str, provider, step: gilbench_runner::install::Step<'_>| {
        reporter.show(id, provider, step);
    };
    let interrupted = || interrupt.came();
    let installer = Installer::new(&catalog, &places, options, &progress, &interrupted);
    let mut outcomes: Vec<Outcome> = Vec::new();
    for definition in definitions {
        if interrupt.came() {
            break;
        }
        let outcome = installer.install(&definition);
        reporter.clear();
        for attempt in &outcome.attempts {
            output::note(&format!("{}: {}: {}", definition.id, attempt.provider, attempt.message));
        }
        outcomes.push(outcome);
    }
    print(&outcomes, arguments.format)?;
    if interrupt.came() {
        output::note("interrupted: what was not ready is not there; the same command goes on");
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let failed: Vec<&Outcome> =
        outcomes.iter().filter(|outcome| outcome.state.status != Status::Ready).collect();
    match failed.first() {
        Some(first) if !arguments.all => {
            let message =
                failed.iter().map(|outcome| outcome.state.id.as_str()).collect::<Vec<_>>().join(", ");
            let state = &first.state;
            Err(NotInstalledError {
                message: format!("not installed: {message}"),
                reason: Reason(state.reason.clone().unwrap_or_default()),
                hint: state.hint.clone(),
            }
            .into())
        }
        _ => Ok(ExitCode::SUCCESS),
    }
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
    let find = |id: &Name| {
        let is_base = |base: &&Interpreter| base.id == *id;
        let found = catalog.interpreters.get(id).or_else(|| base.as_ref().filter(is_base));
        found.cloned().ok_or_else(|| {
            let hint = known_words(id.as_ref(), catalog.interpreters.keys().map(AsRef::as_ref));
            UsageError::new(format!("no interpreter `{id}`"), hint)
        })
    };
    arguments.interpreters.iter().map(find).collect()
}

fn print(outcomes: &[Outcome], format: Format) -> output::Result {
    if format == Format::Json {
        let rows = outcomes.iter().map(|outcome| Row {
            listed: Listed::from(&outcome.state),
            attempts: &outcome.attempts,
            seconds: outcome.seconds,
            bytes: outcome.bytes,
        });
        return output::json(&rows.collect::<Vec<_>>());
    }
    let dash = || "—".to_owned();
    let rows = outcomes.iter().map(|outcome| {
        let state = &outcome.state;
        let remark = match (&state.reason, &state.hint) {
            (Some(reason), Some(hint)) => format!("{reason}; try `{hint}`"),
            (Some(reason), None) => reason.clone(),
            (None, _) => String::new(),
        };
        [
            state.id.to_string(),
            status(state.status).to_owned(),
            state.provider.clone().unwrap_or_else(dash),
            state.version.clone().unwrap_or_else(dash),
            gil(state.gil).to_owned(),
            outcome.bytes.map_or_else(dash, megabytes),
            format!("{:.1} s", outcome.seconds),
            remark,
        ]
    });
    output::table(["id", "status", "provider", "version", "GIL", "MB", "time", "why not"], rows)
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
        if !catalog.interpreters.contains_key(id.as_str()) && !store.holds(id) {
            let hint = known_words(id, catalog.interpreters.keys().map(AsRef::as_ref));
            return Err(UsageError::new(format!("no interpreter `{id}`"), hint).into());
        }
    }
    for id in interpreters {
        let removed = store.remove(id).map_err(Refused)?;
        tell(common, &removed, &format!("{id}: nothing was installed"))?;
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
    tell(common, &removed, "nothing to remove")?;
    Ok(ExitCode::SUCCESS)
}

fn tell(common: &Common, removed: &Removed, nothing: &str) -> output::Result {
    for what in &removed.what {
        output::line(&format!("removed {what}"))?;
    }
    for image in &removed.images {
        // How much that frees depends on what else shares its layers.
        let gone =
            container::find(common.engine.into()).and_then(|engine| container::remove_image(&*engine, image));
        match gone {
            Ok(()) => output::line(&format!("removed image {image}"))?,
            Err(error) => output::warning(&format!("image `{image}` stays: {error}")),
        }
    }
    if removed.what.is_empty() && removed.bytes == 0 {
        return output::line(nothing);
    }
    output::line(&format!("{} MB freed", megabytes(removed.bytes)))
}

/// The cache cannot be changed.
#[derive(Debug, thiserror::Error)]
#[error("cannot change the cache")]
struct Refused(#[source] InstallError);
