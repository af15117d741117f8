//! A site in memory, and writing it to a folder.
//!
//! Knows nothing of what the files contain.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{ReportError, ReportErrorKind};

/// The file that tells a site from any other folder. It lists the site's files; no others are ever removed.
pub const MARKER: &str = ".gilbench-site";

/// Every file of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Content by path, relative to the site's folder.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Site {
    /// Writes all files and removes those that an older site left. What somebody else put beside them stays.
    ///
    /// Refuses a folder that is not empty and has no [`MARKER`].
    pub fn write(&self, folder: &Path) -> Result<(), ReportError> {
        self.replace(folder).map_err(|kind| kind.at(folder))
    }

    fn replace(&self, folder: &Path) -> Result<(), ReportErrorKind> {
        fs::create_dir_all(folder)?;
        let empty = fs::read_dir(folder)?.next().is_none();
        let marker = folder.join(MARKER);
        let older = fs::read_to_string(&marker).unwrap_or_default();
        let mut lines = older.lines();
        if !empty && !lines.next().is_some_and(|line| line.starts_with(FIRST_LINE)) {
            return Err(ReportErrorKind::Foreign);
        }
        let stale: BTreeSet<&Path> = lines.map(Path::new).filter(|path| is_inside(path)).collect();
        let ours: BTreeSet<&Path> = self.files.keys().map(PathBuf::as_path).collect();
        // Both the old and the new files are listed until all is done: the next attempt can go on from anywhere.
        fs::write(&marker, self.manifest(stale.union(&ours)))?;
        for path in stale.difference(&ours).filter(|path| !crosses_a_link(folder, path)) {
            match fs::remove_file(folder.join(path)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
            if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                // Only an empty folder can be removed in this way.
                let _ = fs::remove_dir(folder.join(parent));
            }
        }
        for (path, content) in &self.files {
            // What is behind a link is not the site's.
            for link in within(folder, path).filter(|path| path.is_symlink()) {
                fs::remove_file(link)?;
            }
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, content)?;
        }
        fs::write(&marker, self.manifest(ours.iter()))?;
        Ok(())
    }

    /// The marker's content: what made the site, then every file of it.
    fn manifest<'a>(&self, paths: impl Iterator<Item = &'a &'a Path>) -> String {
        let paths = paths.filter(|path| **path != Path::new(MARKER)).map(|path| path.to_string_lossy());
        let head =
            self.files.get(Path::new(MARKER)).map_or(FIRST_LINE.into(), |head| String::from_utf8_lossy(head));
        // What follows the first line is a list of files, which nothing but this may write.
        let mut lines = vec![head.lines().next().unwrap_or(FIRST_LINE).to_owned()];
        lines.extend(paths.map(std::borrow::Cow::into_owned));
        lines.join("\n") + "\n"
    }
}

/// How the marker begins.
const FIRST_LINE: &str = "A site of gilbench";

/// The path and the folders that lead to it from the site's folder, the outermost first.
fn within(folder: &Path, path: &Path) -> impl Iterator<Item = PathBuf> {
    let mut place = folder.to_owned();
    path.components().map(move |component| {
        place.push(component);
        place.clone()
    })
}

/// Whether a folder on the way to a path of the site is a link to elsewhere.
fn crosses_a_link(folder: &Path, path: &Path) -> bool {
    path.parent().is_some_and(|parent| within(folder, parent).any(|place| place.is_symlink()))
}

/// Whether a path of the marker stays inside the site's folder.
fn is_inside(path: &Path) -> bool {
    let named = |component| matches!(component, std::path::Component::Normal(_));
    path.components().all(named) && !path.as_os_str().as_encoded_bytes().contains(&0)
}
