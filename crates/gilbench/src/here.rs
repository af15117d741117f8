//! The current folder.

use std::path::PathBuf;

use crate::exit::UsageError;

/// The folder in which commands start that have none of their own.
pub(crate) fn folder() -> Result<PathBuf, UsageError> {
    std::env::current_dir().map_err(|error| {
        let hint = "it was most likely removed: `cd` to one that exists";
        UsageError::new(format!("nothing can be started in the current folder: {error}"), hint)
    })
}
