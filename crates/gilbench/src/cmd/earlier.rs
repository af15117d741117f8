//! The earlier runs that a report is told of: found, read and reduced to what the report needs of them.
//!
//! Of each run only one time per case is kept, but of the one that is compared: so a hundred runs fit in memory.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gilbench_analysis::earlier::{Earlier, nearest};
use gilbench_analysis::history::Past;
use gilbench_model::run_directory::{PLAN, Run};
use rayon::prelude::*;

use crate::exit::UsageError;
use crate::output;

/// With more runs than that, reading takes a while.
const MANY: usize = 20;

/// What the runs at these paths add to a run; `None` if none of them is an earlier one.
///
/// A path is a run directory, which must be readable, or a folder of them, where what cannot be read is skipped with a
/// warning. The run itself is left out, and so, with a warning, are runs that are not earlier.
pub(super) fn gather(run: &Run, paths: &[PathBuf]) -> anyhow::Result<Option<Earlier>> {
    let own = run.directory.canonicalize().ok();
    let mut itself = false;
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for path in paths {
        for place in places(path)? {
            let canonical = place.directory.canonicalize().unwrap_or_else(|_| place.directory.clone());
            if Some(&canonical) == own.as_ref() {
                itself = true;
            } else if seen.insert(canonical) {
                found.push(place);
            }
        }
    }
    if found.len() > MANY {
        output::note(&format!("reading {} earlier runs", found.len()));
    }
    let read = found.par_iter().map(|place| (place, Run::load(&place.directory).map(|run| Past::of(&run))));
    let (mut past, mut directories, mut later) = (Vec::new(), Vec::new(), Vec::new());
    for (place, result) in read.collect::<Vec<_>>() {
        match result {
            Ok(one) if one.planned_ms < run.environment.planned_ms => {
                past.push(one);
                directories.push(&place.directory);
            }
            Ok(one) => later.push(format!("`{}`", one.run)),
            Err(error) if place.named => return Err(error.into()),
            Err(error) => {
                output::warning(&format!("skipped: {:#}", anyhow::Error::from(error)));
            }
        }
    }
    if !later.is_empty() {
        output::warning(&format!("left out, for they are not earlier: {}", later.join(", ")));
    }
    let Some(index) = nearest(run, &past) else {
        if !paths.is_empty() {
            let but = if itself { " but the run itself" } else { "" };
            output::warning(&format!("no earlier run was found{but}, so there is nothing to compare with"));
        }
        return Ok(None);
    };
    let compared = Run::load(directories[index])?;
    Ok(Some(Earlier::new(run, past, &compared)))
}

/// Where a run may be.
struct Place {
    directory: PathBuf,
    /// By the user, and not found in a folder.
    named: bool,
}

/// The run directory that a path is, or those in the folder that it is.
fn places(path: &Path) -> anyhow::Result<Vec<Place>> {
    let is_run = |path: &Path| path.join(PLAN).is_file();
    if is_run(path) {
        return Ok(vec![Place { directory: path.to_owned(), named: true }]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| {
        let hint = "`--earlier` takes a run directory, or a folder of them such as `target/gilbench/runs`";
        UsageError::new(format!("`{}`: {error}", path.display()), hint)
    })?;
    let mut inside: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| is_run(path)).collect();
    if inside.is_empty() {
        output::warning(&format!("no run directory in `{}`", path.display()));
    }
    inside.sort();
    Ok(inside.into_iter().map(|directory| Place { directory, named: false }).collect())
}
