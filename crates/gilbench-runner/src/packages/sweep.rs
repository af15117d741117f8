//! Removes environments that nothing uses any more.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gilbench_model::catalog::Catalog;
use gilbench_model::interpreter::Interpreter;

use super::environment::{Base, FOLDER, Ready};
use crate::container::image_name;

/// What lies among the environments of an id and is of no use: what is not ready, belongs to an executable or an image
/// that is gone or to a lock that is no longer so, and what a newer environment has replaced. To be asked by who holds
/// the id's lock, so that nothing is being made.
pub(crate) fn unused(cache: &Path, id: &str, catalog: &Catalog) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(cache.join(FOLDER).join(id)).into_iter().flatten().flatten();
    let (mut unused, mut newest): (_, BTreeMap<Base, Ready>) = (Vec::new(), BTreeMap::new());
    for path in entries.map(|entry| entry.path()) {
        let Some(ready) = Ready::read(path.clone()).filter(|ready| is_current(ready, id, catalog)) else {
            unused.push(path);
            continue;
        };
        let base = ready.marker.base.clone();
        let newer = newest.get(&base).is_none_or(|other| other.order < ready.order);
        unused.extend(if newer { newest.insert(base, ready).map(|other| other.folder) } else { Some(path) });
    }
    unused.sort();
    unused
}

fn is_current(ready: &Ready, id: &str, catalog: &Catalog) -> bool {
    let marker = &ready.marker;
    let (Some(definition), Some(lock)) = (catalog.interpreters.get(id), catalog.locks.get(id)) else {
        return false;
    };
    lock.digest().as_str() == marker.lock && !marker.base.is_gone() && has_image(definition, &marker.base)
}

/// Whether a definition still makes the image of an environment, if that has one.
fn has_image(definition: &Interpreter, base: &Base) -> bool {
    let mut images =
        definition.providers.0.iter().map(|provider| image_name(definition.id.as_str(), provider));
    base.image.as_ref().is_none_or(|image| images.any(|name| name == *image))
}
