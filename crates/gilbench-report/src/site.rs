//! A site in memory, and writing it to a folder.
//!
//! Knows nothing of what the files contain.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{ReportError, ReportErrorKind};

/// The file that tells a site from any other folder. Only a folder that has it is ever emptied.
pub const MARKER: &str = ".gilbench-site";

/// Every file of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Content by path, relative to the site's folder.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Site {
    /// Writes all files, replacing an older site completely.
    ///
    /// Refuses a folder that is not empty and has no [`MARKER`].
    pub fn write(&self, folder: &Path) -> Result<(), ReportError> {
        self.replace(folder).map_err(|kind| kind.at(folder))
    }

    fn replace(&self, folder: &Path) -> Result<(), ReportErrorKind> {
        fs::create_dir_all(folder)?;
        let children = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        let marker = folder.join(MARKER);
        if !children.is_empty() && !marker.is_file() {
            return Err(ReportErrorKind::Foreign);
        }
        // The marker stays throughout: a site that was written by half can be replaced by the next attempt.
        fs::write(&marker, self.files.get(Path::new(MARKER)).map_or(&[][..], Vec::as_slice))?;
        for child in children.iter().filter(|child| child.file_name() != MARKER) {
            // Of a link, this is the link itself: nothing outside the folder is removed.
            if child.file_type()?.is_dir() {
                fs::remove_dir_all(child.path())?;
            } else {
                fs::remove_file(child.path())?;
            }
        }
        for (path, content) in &self.files {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, content)?;
        }
        Ok(())
    }
}
