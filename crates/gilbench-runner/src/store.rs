//! The cache of what was installed, downloaded and learnt about interpreters.
//!
//! ```text
//! interpreters/<id>/<provider>-<key>/   one installation; `manifest.json` in it is written last
//! downloads/<sha256>                    what was fetched, kept for the next time
//! staging/<id>.<number>/                what is being made; its owner holds the lock of the id
//! locks/<id>                            locked by whoever installs or removes
//! logs/<id>-<provider>.log              what a failed build said
//! environments/<id>/<key>/              an interpreter's packages: see [`crate::packages`]
//! ```
//!
//! An installation exists when its manifest does: whatever lies in its folder before that is nothing yet, and is
//! replaced by the next attempt. Not responsible for how an interpreter is fetched or built: see [`crate::install`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gilbench_model::SCHEMA;
use gilbench_model::catalog::Catalog;
use gilbench_model::environment::GilState;
use gilbench_model::facts::Facts;
use gilbench_model::provider::{BASE, Provider, ProviderKind, Providers};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::install::{InstallError, InstallFailure};
use crate::packages;

const MANIFEST: &str = "manifest.json";
const INTERPRETERS: &str = "interpreters";
const ENVIRONMENTS: &str = packages::FOLDER;
const DOWNLOADS: &str = "downloads";
const STAGING: &str = "staging";
const LOCKS: &str = "locks";
const LOGS: &str = "logs";

/// The size of a block in `stat`, whatever the file system's own is.
const BLOCK: u64 = 512;

/// The cache.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// What is known of an installation: `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The definition's id, or `base`.
    pub id: String,
    /// What provided it.
    pub provider: ProviderKind,
    /// The provider's key then.
    pub key: String,
    /// Whether it was built for speed.
    pub optimised: bool,
    /// The executable: an absolute path, in the image if there is one.
    pub executable: Option<PathBuf>,
    /// The image.
    pub image: Option<String>,
    /// Folders elsewhere on this machine without which it does not run.
    pub needs: Vec<PathBuf>,
    /// What it was made from.
    pub sources: Vec<String>,
    /// Its version.
    pub version: Option<String>,
    /// Its GIL.
    pub gil: GilState,
    /// Everything that it said of itself.
    pub facts: Option<Facts>,
    /// Bytes on disk.
    pub bytes: u64,
    /// How long it took.
    pub seconds: f64,
    /// Milliseconds of Unix time when it was ready.
    pub installed_ms: u64,
    /// The command that gave it.
    pub command: String,
}

/// Something installed.
#[derive(Clone, Debug, PartialEq)]
pub struct Installation {
    /// Its folder.
    pub folder: PathBuf,
    /// What is known of it.
    pub manifest: Manifest,
}

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// What, as people call it.
    pub what: Vec<String>,
    /// What could not be removed, and why.
    pub kept: Vec<String>,
    /// Names of images that nothing refers to any more.
    pub images: Vec<String>,
    /// Bytes that are free now.
    pub bytes: u64,
}

/// Goes with its owner, however that ends.
pub(crate) struct Lock {
    id: String,
    _file: File,
}

/// A folder for one attempt. Removed with its content at the end.
pub(crate) struct Staging {
    folder: PathBuf,
}

/// Caches that an interpreter keeps beside its files come and go; so much of them is always there.
const LEAST_SHARE: f64 = 0.9;

impl Installation {
    /// Whether it is what was installed, as far as can be told without asking it: no other executable, and not much
    /// less of it.
    pub fn is_unchanged(&self) -> bool {
        let executable = self.manifest.executable.as_deref().and_then(|path| path.metadata().ok());
        let modified = executable.and_then(|metadata| metadata.modified().ok());
        let since = modified.and_then(|modified| modified.duration_since(SystemTime::UNIX_EPOCH).ok());
        let replaced = since.is_some_and(|since| since.as_millis() > u128::from(self.manifest.installed_ms));
        !replaced && size(&self.folder).allocated as f64 >= LEAST_SHARE * self.manifest.bytes as f64
    }

    /// Whether all that it needs is still there; if not, what is missing.
    pub fn lacks(&self) -> Option<&Path> {
        let executable = self.manifest.executable.as_ref().filter(|_| self.manifest.image.is_none());
        executable.into_iter().chain(&self.manifest.needs).find(|path| !path.exists()).map(PathBuf::as_path)
    }
}

impl Store {
    /// The user's.
    pub fn of_user() -> Self {
        let root = cache_folder();
        Self { root: std::path::absolute(&root).unwrap_or(root) }
    }

    /// The one in this folder.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where downloads are kept, by their digest.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.root.join(DOWNLOADS)
    }

    /// Where the output of a provider, or of installing packages, goes if it fails.
    pub(crate) fn log(&self, id: &str, what: impl Display) -> PathBuf {
        self.root.join(LOGS).join(format!("{id}-{what}.log"))
    }

    /// Where an installation is, or would be.
    pub(crate) fn destination(&self, id: &str, provider: &Provider) -> PathBuf {
        self.root.join(INTERPRETERS).join(id).join(folder_name(provider))
    }

    /// What is installed under an id as its providers stand now, in their order.
    pub fn installations(&self, id: &str, providers: &Providers) -> Vec<Installation> {
        let of = |provider: &Provider| {
            let folder = self.destination(id, provider);
            let manifest = manifest_in(&folder)?;
            (manifest.schema == SCHEMA && manifest.key == provider.key())
                .then_some(Installation { folder, manifest })
        };
        providers.0.iter().filter_map(of).collect()
    }

    /// Whether anything is kept under an id, even if no definition asks for it.
    pub fn holds(&self, id: &str) -> bool {
        let kept = [INTERPRETERS, ENVIRONMENTS].map(|folder| entries(&self.root.join(folder)));
        kept.iter().flatten().any(|path| name(path).is_some_and(|name| name == id))
    }

    /// Keeps everybody else from installing or removing what has this id.
    pub(crate) fn lock(&self, id: &str) -> Result<Lock, InstallError> {
        let folder = self.root.join(LOCKS);
        let begin = || {
            std::fs::create_dir_all(&folder)?;
            File::options().create(true).truncate(false).write(true).open(folder.join(id))
        };
        let file =
            begin().map_err(|error| InstallError::of_path("cannot write", &folder.join(id), &error))?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|_| {
            InstallError::new(InstallFailure::Locked, format_args!("another gilbench is at work on `{id}`"))
                .with_hint("wait for it, then repeat the command")
        })?;
        Ok(Lock { id: id.to_owned(), _file: file })
    }

    /// A new folder for an attempt. What earlier attempts have left behind is removed: with the lock, nobody else
    /// is at work on it.
    pub(crate) fn stage(&self, lock: &Lock) -> Result<Staging, InstallError> {
        let folder = self.root.join(STAGING);
        self.remove_stale(lock);
        let mut number = 0;
        loop {
            let path = folder.join(format!("{}.{number}", lock.id));
            let made = std::fs::create_dir_all(&folder).and_then(|()| std::fs::create_dir(&path));
            match made {
                Ok(()) => return Ok(Staging { folder: path }),
                // A process that outlives its killed harness may still write there.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
                Err(error) => return Err(InstallError::of_path("cannot make", &path, &error)),
            }
        }
    }

    /// What attempts have left behind that were killed. Gives the bytes that are free now.
    fn remove_stale(&self, lock: &Lock) -> u64 {
        let stale = entries(&self.root.join(STAGING));
        let stale = stale.into_iter().filter(|path| staged_id(path).is_some_and(|id| id == lock.id));
        stale.map(|path| delete(&path).unwrap_or(0)).sum()
    }

    /// Removes everything that is installed under an id, packages too.
    pub fn remove(&self, id: &str) -> Result<Removed, InstallError> {
        let lock = self.lock(id)?;
        // First: what is taken away is staged, and staging does away with what is stale.
        let mut removed = Removed { bytes: self.remove_stale(&lock), ..Removed::default() };
        for kept in [INTERPRETERS, ENVIRONMENTS] {
            let folder = self.root.join(kept).join(id);
            for path in entries(&folder) {
                self.take_away(&lock, &path, &mut removed)?;
            }
            // An empty folder is nothing.
            let _ = std::fs::remove_dir(&folder);
        }
        Ok(removed)
    }

    /// Removes what no definition asks for: other keys, other ids, downloads that nothing names, what killed
    /// attempts have left behind.
    pub fn collect_garbage(&self, catalog: &Catalog) -> Result<Removed, InstallError> {
        let mut removed = Removed::default();
        let mut wanted: BTreeMap<String, &Providers> = BTreeMap::new();
        for (id, definition) in &catalog.interpreters {
            wanted.insert(id.to_string(), &definition.providers);
        }
        wanted.insert(BASE.to_owned(), &catalog.base.providers);

        let installed = entries(&self.root.join(INTERPRETERS));
        let environments = entries(&self.root.join(ENVIRONMENTS));
        let staged = entries(&self.root.join(STAGING));
        let mut ids: BTreeSet<String> =
            installed.iter().chain(&environments).filter_map(|path| name(path)).collect();
        ids.extend(staged.iter().filter_map(|path| Some(staged_id(path)?.to_owned())));
        for id in ids {
            let lock = match self.lock(&id) {
                Ok(lock) => lock,
                Err(error) => {
                    removed.kept.push(error.message);
                    continue;
                }
            };
            let left = self.remove_stale(&lock);
            if left > 0 {
                removed.what.push(format!("{id}: what an interrupted installation left behind"));
                removed.bytes += left;
            }
            let keep = |path: &Path| {
                let providers = wanted.get(&id).into_iter().flat_map(|providers| &providers.0);
                let mut names = providers.map(folder_name);
                names.any(|name| path.ends_with(&name)) && manifest_in(path).is_some()
            };
            let folder = self.root.join(INTERPRETERS).join(&id);
            for path in entries(&folder).into_iter().filter(|path| !keep(path)) {
                self.take_away(&lock, &path, &mut removed)?;
            }
            let _ = std::fs::remove_dir(&folder);
            // After the interpreters: those without one go too.
            for path in packages::unused(&self.root, &id, catalog) {
                self.take_away(&lock, &path, &mut removed)?;
            }
            let _ = std::fs::remove_dir(self.root.join(ENVIRONMENTS).join(&id));
        }

        let named = digests(wanted.values().copied());
        for path in entries(&self.root.join(DOWNLOADS)) {
            if name(&path).is_some_and(|name| !named.contains(&name)) {
                let bytes =
                    delete(&path).map_err(|error| InstallError::of_path("cannot remove", &path, &error))?;
                removed.what.push(format!("download {}", name(&path).unwrap_or_default()));
                removed.bytes += bytes;
            }
        }
        Ok(removed)
    }

    /// Removes an installation: from one moment to the next it is no longer visible, whatever happens then.
    fn take_away(&self, lock: &Lock, path: &Path, removed: &mut Removed) -> Result<(), InstallError> {
        let failed = |error: io::Error| InstallError::of_path("cannot remove", path, &error);
        removed.images.extend(manifest_in(path).and_then(|manifest| manifest.image));
        let staging = self.stage(lock)?;
        let target = staging.folder.join("removed");
        std::fs::rename(path, &target).map_err(failed)?;
        removed.bytes += delete(&target).map_err(failed)?;
        let kind = if path.starts_with(self.root.join(ENVIRONMENTS)) { "packages of " } else { "" };
        removed.what.push(format!("{kind}{}/{}", lock.id, name(path).unwrap_or_default()));
        Ok(())
    }
}

impl Staging {
    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What is left behind goes with the next attempt, or with `gc`.
        let _ = delete(&self.folder);
    }
}

/// Makes a folder visible: the manifest is its last file, and is there whole or not at all.
pub(crate) fn publish(folder: &Path, manifest: &Manifest) -> io::Result<()> {
    let partial = folder.join(format!("{MANIFEST}.part"));
    let mut file = File::create(&partial)?;
    file.write_all(&serde_json::to_vec_pretty(manifest)?)?;
    // The file system is written out before the name appears that says that all is there.
    rustix::fs::syncfs(&file)?;
    std::fs::rename(&partial, folder.join(MANIFEST))?;
    File::open(folder)?.sync_all()
}

/// What says that a folder's installation is whole.
fn manifest_in(folder: &Path) -> Option<Manifest> {
    let text = std::fs::read(folder.join(MANIFEST)).ok()?;
    serde_json::from_slice(&text)
        .inspect_err(|error| tracing::debug!(folder = %folder.display(), %error, "no manifest"))
        .ok()
}

/// `<provider>-<key>`.
fn folder_name(provider: &Provider) -> String {
    format!("{}-{}", provider.kind(), provider.key())
}

/// The id for which a staging folder was made.
fn staged_id(path: &Path) -> Option<&str> {
    Some(path.file_name()?.to_str()?.rsplit_once('.')?.0)
}

fn name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_string_lossy().into_owned())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The digests of everything that providers download.
fn digests<'a>(providers: impl Iterator<Item = &'a Providers>) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for provider in providers.flat_map(|providers| &providers.0) {
        match provider {
            Provider::Source(source) => {
                named.insert(source.sha256.as_str().to_owned());
            }
            Provider::Maven(maven) => {
                named.extend(maven.artifacts.iter().map(|artifact| artifact.sha256.as_str().to_owned()));
            }
            Provider::Local(_) | Provider::Uv(_) | Provider::Container(_) | Provider::Rootfs(_) => {}
        }
    }
    named
}

/// Space on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    /// Bytes of the blocks that are allocated; a file with several names counts once.
    pub(crate) allocated: u64,
    /// Those that would be free if this were removed: a file with another name elsewhere stays.
    pub(crate) freeable: u64,
}

/// Measures what lies at and below a path.
pub(crate) fn size(path: &Path) -> Size {
    let mut size = Size::default();
    let mut linked: BTreeMap<(u64, u64), (u64, u64, u64)> = BTreeMap::new();
    let mut left = vec![path.to_owned()];
    while let Some(path) = left.pop() {
        let Ok(metadata) = path.symlink_metadata() else { continue };
        let bytes = metadata.blocks() * BLOCK;
        if metadata.is_dir() {
            left.extend(entries(&path));
        } else if metadata.nlink() > 1 {
            let inode = (metadata.dev(), metadata.ino());
            linked.entry(inode).or_insert((bytes, metadata.nlink(), 0)).2 += 1;
            continue;
        }
        size.allocated += bytes;
        size.freeable += bytes;
    }
    for (bytes, names, seen) in linked.into_values() {
        size.allocated += bytes;
        size.freeable += if names == seen { bytes } else { 0 };
    }
    size
}

/// Deletes a file or a folder, and says how many bytes are free now.
fn delete(path: &Path) -> io::Result<u64> {
    let bytes = size(path).freeable;
    if path.symlink_metadata()?.is_dir() {
        std::fs::remove_dir_all(path)?;
    } else {
        std::fs::remove_file(path)?;
    }
    Ok(bytes)
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

#[cfg(test)]
mod tests {
    use gilbench_model::provider::Uv;

    use super::*;

    fn uv() -> Provider {
        Provider::Uv(Uv { request: "3.13t".to_owned() })
    }

    fn manifest() -> Manifest {
        Manifest {
            schema: SCHEMA,
            id: "some".to_owned(),
            provider: ProviderKind::Uv,
            key: uv().key(),
            optimised: false,
            executable: None,
            image: None,
            needs: Vec::new(),
            sources: Vec::new(),
            version: None,
            gil: GilState::default(),
            facts: None,
            bytes: 0,
            seconds: 0.0,
            installed_ms: 0,
            command: String::new(),
        }
    }

    #[test]
    fn a_folder_without_a_manifest_is_nothing_and_another_key_is_something_else() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let destination = store.destination("some", &uv());
        std::fs::create_dir_all(&destination).unwrap();
        let providers = Providers(vec![uv()]);
        assert!(store.installations("some", &providers).is_empty());
        publish(&destination, &manifest()).unwrap();
        assert_eq!(store.installations("some", &providers)[0].manifest, manifest());
        let other = Providers(vec![Provider::Uv(Uv { request: "3.14t".to_owned() })]);
        assert!(store.installations("some", &other).is_empty());
    }

    #[test]
    fn only_one_holds_the_lock_and_its_end_frees_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let lock = store.lock("some").unwrap();
        let error = store.lock("some").err().unwrap();
        assert_eq!(error.failure, InstallFailure::Locked);
        assert!(store.lock("other").is_ok());
        drop(lock);
        assert!(store.lock("some").is_ok());
    }

    #[test]
    fn a_new_attempt_removes_what_a_killed_one_has_left() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        let lock = store.lock("some").unwrap();
        std::mem::forget(store.stage(&lock).unwrap());
        let others = store.lock("some.0").unwrap();
        let other = store.stage(&others).unwrap();
        let staging = store.stage(&lock).unwrap();
        assert!(staging.path().is_dir());
        assert!(other.path().is_dir(), "what belongs to another id stays");
        assert_eq!(entries(&folder.path().join(STAGING)).len(), 2);
    }

    #[test]
    fn a_file_with_two_names_takes_its_space_once_and_frees_it_with_the_last() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, removed) = (folder.path().join("kept"), folder.path().join("removed"));
        std::fs::create_dir(&removed).unwrap();
        std::fs::write(&kept, vec![1; 100_000]).unwrap();
        std::fs::hard_link(&kept, removed.join("a")).unwrap();
        std::fs::hard_link(&kept, removed.join("b")).unwrap();
        let whole = size(&kept).allocated;
        assert!(whole >= 100_000);
        let size = size(&removed);
        assert!((whole..whole + 100_000).contains(&size.allocated), "{size:?}");
        assert_eq!(size.freeable, size.allocated - whole);
    }
}
