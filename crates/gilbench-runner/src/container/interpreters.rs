//! Which interpreters can be measured in a container.
//!
//! One that is on this machine is mounted into the base image: both rows then have the same binary, and what differs
//! between them is the container. One that is not may have an image of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gilbench_model::catalog::Catalog;
use gilbench_model::environment::{InterpreterState, Status};
use gilbench_model::facts::Facts;
use gilbench_model::interpreter::Interpreter;
use gilbench_model::provider::{BASE, Providers};
use gilbench_model::shell::quoted;

use super::engine::{Engine, EngineError};
use super::image::{image_name, images};
use super::pool::data_mounts;
use super::spec::{Container, Mount};
use crate::packages;
use crate::probe::{self, ProbeError};
use crate::store::cache_folder;
use crate::worker::{container_environment, fill_placeholders};

/// An engine, and what it has.
#[derive(Debug)]
pub struct Containers<'a> {
    engine: Arc<dyn Engine>,
    catalog: &'a Catalog,
    gilbench: &'a Path,
    images: BTreeSet<String>,
}

/// An image of a definition's provider that the engine has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The provider that made it.
    pub provider: &'static str,
    /// Its name.
    pub image: String,
    /// The executable in it, if it is an interpreter's.
    pub executable: Option<PathBuf>,
}

impl<'a> Containers<'a> {
    /// Asks the engine what it has.
    pub fn new(
        engine: Arc<dyn Engine>,
        catalog: &'a Catalog,
        gilbench: &'a Path,
    ) -> Result<Self, EngineError> {
        let images = images(&*engine)?;
        Ok(Self { engine, catalog, gilbench, images })
    }

    /// The first image of these providers that the engine has.
    pub fn image(&self, id: &str, providers: &Providers) -> Option<Found> {
        providers.0.iter().find_map(|provider| {
            let executable = provider.executable_in_image().map(Path::to_owned);
            let image = image_name(id, provider);
            let found = Found { provider: provider.kind().as_str(), image, executable };
            self.images.contains(&found.image).then_some(found)
        })
    }

    /// An interpreter that is not on this machine, in its own image.
    pub fn own(&self, definition: &Interpreter, slow: impl FnOnce(&Path)) -> Option<InterpreterState> {
        let found = self.image(definition.id.as_str(), &definition.providers)?;
        let executable = found.executable?;
        let command = self.probe(&executable);
        let label = format!("{}, container", definition.label);
        let facts = self.ask(&found.image, &[], command, || slow(&executable));
        Some(InterpreterState {
            label,
            ..state(definition, found.provider, &found.image, &executable, facts)
        })
    }

    /// The same in its environment with packages, where it has one in which it is ready.
    pub fn in_environment(
        &self,
        definition: &Interpreter,
        slow: impl FnOnce(&Path),
    ) -> Option<InterpreterState> {
        let Found { provider, image, executable } =
            self.image(definition.id.as_str(), &definition.providers)?;
        let python =
            packages::environment_of(&cache_folder(), &definition.id, &executable?, Some(image.as_str()))?;
        let folder = python.ancestors().nth(2)?;
        let facts = self.ask(&image, &[folder.to_owned()], self.probe(&python), || slow(&python));
        let found = state(definition, provider, &image, &python, facts);
        let mounts = vec![folder.to_string_lossy().into_owned()];
        let label = format!("{}, container", definition.label);
        (found.status == Status::Ready).then_some(InterpreterState { label, mounts, ..found })
    }

    /// An interpreter that is on this machine and ready there, in a container. Why not, if it cannot be.
    pub fn twin(
        &self,
        definition: &Interpreter,
        local: &InterpreterState,
        needs: &[PathBuf],
        slow: impl FnOnce(&Path),
    ) -> InterpreterState {
        let twin = definition.in_container();
        let executable = PathBuf::from(local.executable.clone().unwrap_or_default());
        let Some(found) = self.image(BASE, &self.catalog.base.providers) else {
            let hint = Some("gilbench interpreters install base".to_owned());
            return absent(&twin, "there is no image to run it in".to_owned(), hint);
        };
        // gilbench itself is in every container.
        let built_in = !definition.command.is_empty();
        let mut folders = if built_in { Vec::new() } else { folders(&executable) };
        folders.extend(needs.iter().cloned());
        if let Some(system) = folders.iter().find(|folder| is_of_the_system(folder)) {
            let reason = format!("it is part of this machine's system (`{}`)", system.display());
            return absent(&twin, reason, None);
        }
        let command = if built_in {
            let command = fill_placeholders(&definition.command, self.gilbench);
            command.into_iter().chain(["--facts".to_owned()]).collect()
        } else {
            self.probe(&executable)
        };
        let provider = local.provider.clone().unwrap_or_default();
        let facts = self.ask(&found.image, &folders, command, || slow(&executable));
        let denied = facts.as_ref().is_err_and(is_denied);
        let mut state = state(&twin, &provider, &found.image, &executable, facts);
        if let Some(folder) = folders.first().filter(|_| denied) {
            let folder = folder.to_string_lossy();
            state.reason = Some(format!(
                "`{folder}` cannot be read in a container, where further groups of the user do not count"
            ));
            state.hint = Some(format!("chmod -R o+rX {}", quoted(&folder)));
        }
        state.mounts = folders.iter().map(|folder| folder.to_string_lossy().into_owned()).collect();
        state
    }

    fn probe(&self, executable: &Path) -> Vec<String> {
        probe::command(executable, &[], &self.catalog.root, &self.catalog.packages())
    }

    /// Asks an interpreter in a container what it is.
    fn ask(
        &self,
        image: &str,
        folders: &[PathBuf],
        command: Vec<String>,
        slow: impl FnOnce(),
    ) -> Result<Facts, ProbeError> {
        let mut mounts = data_mounts(&self.catalog.root, self.gilbench);
        mounts.extend(folders.iter().map(Mount::read_only));
        let name = format!("gilbench-{}-probe-{}", std::process::id(), next_number());
        let container = Container {
            image,
            name: name.clone(),
            cpus: &[],
            quota: None,
            mounts,
            environment: container_environment(&self.catalog.root),
            command,
        };
        let command = self.engine.run_command(&container, &["--rm"]);
        // The engine's program needs what it needs of ours: where its socket and its settings are.
        let environment: Vec<(String, String)> = std::env::vars().collect();
        let answer = probe::facts(&command, &environment, slow);
        if matches!(answer, Err(ProbeError::TimedOut | ProbeError::TooMuch)) {
            let _ = self.engine.remove(&name);
        }
        answer
    }
}

/// Whether the engine was kept from starting what it should, in the words of docker and podman. Their user in the
/// container has its own number and group, but none of the groups that open a folder to it outside.
fn is_denied(error: &ProbeError) -> bool {
    let ProbeError::Failed { said: Some(said), .. } = error else { return false };
    let said = said.to_lowercase();
    said.contains("oci permission denied")
        || (said.contains("exec: \"") && said.contains("permission denied"))
}

/// Distinguishes containers of one process.
fn next_number() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The folders that an executable is in: where it was found, where what it is a link to is, and, in a virtual
/// environment, where that says that its interpreter is.
fn folders(executable: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let places = [Some(executable.to_owned()), home_of(executable), executable.canonicalize().ok()];
    for place in places.into_iter().flatten() {
        // `…/bin/python` belongs to `…`.
        let folder = place.ancestors().nth(2).unwrap_or(Path::new("/")).to_owned();
        if !found.contains(&folder) {
            found.push(folder);
        }
    }
    found
}

/// The interpreter of a virtual environment, by its settings: they may name another link to it.
fn home_of(executable: &Path) -> Option<PathBuf> {
    let settings = std::fs::read_to_string(executable.ancestors().nth(2)?.join("pyvenv.cfg")).ok()?;
    let home = settings.lines().find_map(|line| line.strip_prefix("home")?.trim_start().strip_prefix('='))?;
    Some(Path::new(home.trim()).join("python"))
}

/// Whether mounting a folder would hide what an image has there itself.
fn is_of_the_system(folder: &Path) -> bool {
    ["/", "/usr", "/usr/local", "/bin", "/tmp"].iter().any(|system| folder == Path::new(system))
}

fn state(
    definition: &Interpreter,
    provider: &str,
    image: &str,
    executable: &Path,
    facts: Result<Facts, ProbeError>,
) -> InterpreterState {
    let mut state = crate::discovery::state_of(definition, provider, executable, facts);
    state.image = Some(image.to_owned());
    state
}

fn absent(definition: &Interpreter, reason: String, hint: Option<String>) -> InterpreterState {
    InterpreterState { hint, ..crate::discovery::absent(definition, Status::Missing, reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_executable_belongs_to_the_folder_above_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let (real, environment) = (folder.path().join("real"), folder.path().join("venv"));
        for place in [&real, &environment] {
            std::fs::create_dir_all(place.join("bin")).unwrap();
        }
        std::fs::write(real.join("bin/python3.12"), "").unwrap();
        let link = environment.join("bin/python");
        std::os::unix::fs::symlink(real.join("bin/python3.12"), &link).unwrap();
        let real = real.canonicalize().unwrap();
        assert_eq!(folders(&link), [environment.clone(), real.clone()]);
        std::fs::write(environment.join("pyvenv.cfg"), "home = /opt/link/bin\nversion = 3.12\n").unwrap();
        assert_eq!(folders(&link), [environment, "/opt/link".into(), real]);
    }

    #[test]
    fn what_an_image_has_itself_is_not_mounted() {
        assert!(is_of_the_system(Path::new("/usr")) && !is_of_the_system(Path::new("/usr/lib/jvm/x")));
    }
}
