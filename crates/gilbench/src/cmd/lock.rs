//! `gilbench interpreters lock`: resolves the packages for interpreters, and writes their locks.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::data_file::known_words;
use gilbench_model::interpreter::{Interpreter, PackageKind};
use gilbench_model::lock;
use gilbench_runner::discovery::{Discovery, InContainers};
use gilbench_runner::packages::{self, Locking};

use crate::cli::{Common, Lock};
use crate::exit::UsageError;
use crate::{data, output};

/// What is to be locked, below the data folder.
pub(super) const NAMES: &str = "interpreters/packages.in";

/// Where locks are, below the data folder.
const LOCKS: &str = "interpreters/locks";

pub(super) fn run(common: &Common, verb: &Lock) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    let definitions = definitions(&catalog, &verb.interpreter)?;
    let file = catalog.root.join(NAMES);
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let names = lock::names(&text);
    let discovery = data::known_interpreters(&catalog, common, InContainers::None, None)?;
    let folder = catalog.root.join(LOCKS);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    for definition in definitions {
        let executable = resolver(definition, &catalog, &discovery)?;
        let locking = Locking { definition, executable: &executable, names: &names, offline: verb.offline };
        let text = packages::lock(&locking).map_err(|error| match error.hint.clone() {
            Some(hint) => anyhow::Error::new(UsageError::new(error.to_string(), hint)),
            None => anyhow::Error::new(error).context(format!("cannot lock `{}`", definition.id)),
        })?;
        let file = folder.join(format!("{}.txt", definition.id));
        // Whoever reads it meanwhile finds the old one or the new one.
        let staged = folder.join(format!("{}.txt.new", definition.id));
        std::fs::write(&staged, text)
            .and_then(|()| std::fs::rename(&staged, &file))
            .with_context(|| format!("cannot write `{}`", file.display()))?;
        output::verbatim(&file.to_string_lossy())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn definitions<'a>(catalog: &'a Catalog, ids: &[Name]) -> anyhow::Result<Vec<&'a Interpreter>> {
    let defined = ids.iter().map(|id| {
        let known = || known_words(id.as_str(), catalog.interpreters.keys().map(AsRef::as_ref));
        let definition = catalog
            .interpreters
            .get(id)
            .ok_or_else(|| UsageError::new(format!("no interpreter `{id}`"), known()))?;
        if definition.packages == PackageKind::None {
            let hint = "only one whose definition has `packages: wheels` or `own-pip` can have packages";
            return Err(UsageError::new(format!("`{id}` has no packages"), hint).into());
        }
        Ok(definition)
    });
    defined.collect()
}

/// The interpreter itself, else one of the same implementation and build: the version is given to uv apart, and the
/// tags of its wheels follow from that.
fn resolver(definition: &Interpreter, catalog: &Catalog, discovery: &Discovery) -> anyhow::Result<PathBuf> {
    let like = |other: &Interpreter| match (&definition.identity, &other.identity) {
        (Some(one), Some(other)) => {
            one.implementation == other.implementation && one.gil_built == other.gil_built
        }
        _ => false,
    };
    let states = || {
        // What is in an image has its executable there, and uv is here.
        let found = discovery.interpreters.iter().filter(|state| state.image.is_none());
        found.filter_map(|state| Some((state, state.executable.as_ref()?)))
    };
    let itself = states().find(|(state, _)| state.id == definition.id);
    let stand_in = || {
        // The newest knows most about tags.
        let alike = states().filter(|(state, _)| catalog.interpreters.get(&state.id).is_some_and(like));
        alike.max_by_key(|(state, _)| version_key(state.version.as_deref().unwrap_or_default()))
    };
    let found = itself.or_else(stand_in).map(|(_, executable)| PathBuf::from(executable));
    found.ok_or_else(|| {
        let hint =
            definition.install_hint.clone().unwrap_or_else(|| "name one with `--python PATH`".to_owned());
        let message = format!("neither `{}` nor one like it is on this machine", definition.id);
        UsageError::new(message, hint).into()
    })
}

fn version_key(version: &str) -> Vec<u32> {
    version.split('.').map_while(|component| component.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use gilbench_model::environment::{GilState, InterpreterState, Status};

    use super::*;

    #[test]
    fn what_is_in_an_image_has_a_stand_in() {
        let catalog = Catalog::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap();
        let state = |id: &str, image: Option<&str>| InterpreterState {
            id: id.parse().unwrap(),
            label: id.to_owned(),
            status: Status::Ready,
            provider: None,
            executable: Some(format!("/usr/bin/{id}")),
            image: image.map(str::to_owned),
            mounts: Vec::new(),
            version: None,
            gil: GilState::default(),
            reason: None,
            hint: None,
            facts: None,
        };
        let interpreters = vec![
            state("cpython-3.13", None),
            state("cpython-3.13t", None),
            state("cpython-3.14", Some("localhost/made-up")),
        ];
        let discovery = Discovery { interpreters, undefined: Vec::new(), silent: Vec::new() };
        let found = resolver(&catalog.interpreters["cpython-3.14"], &catalog, &discovery).unwrap();
        assert_eq!(found, Path::new("/usr/bin/cpython-3.13"));
    }
}
