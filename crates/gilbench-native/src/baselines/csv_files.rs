//! The CSV files that workloads read: the same ones as their `worker.py` writes, in a folder that is removed with the
//! baseline.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gilbench_model::protocol::Request;

use crate::baseline::{Answer, Baseline, PrepareError, count, other, threads, unsupported};

/// Rows that differ; a file repeats them.
pub(crate) const BLOCK: usize = 1000;

/// What the files of a workload hold.
#[derive(Clone, Copy)]
pub(crate) struct Content {
    /// The names of the columns.
    pub(crate) header: &'static str,
    /// The rows that differ, of the file with this number.
    pub(crate) block: fn(usize) -> String,
}

impl Content {
    /// Writes so many files and returns their paths.
    pub(crate) fn write(self, folder: &Path, files: usize, rows: usize) -> io::Result<Vec<PathBuf>> {
        let file = |index| {
            let path = folder.join(format!("data_{index}.csv"));
            fs::write(&path, format!("{}\n{}", self.header, (self.block)(index).repeat(rows / BLOCK)))?;
            Ok(path)
        };
        (0..files).map(file).collect()
    }
}

/// A way of reading all files.
type Way = fn(&[PathBuf]) -> Result<Answer, csv::Error>;

/// The usual pair of strategies on as many files as the parameter of this name says.
pub(crate) fn prepare(
    request: &Request,
    files: &'static str,
    content: Content,
    [sequential, rayon]: [Way; 2],
) -> Result<Baseline, PrepareError> {
    let folder = tempfile::Builder::new().prefix("gilbench-").tempdir().map_err(other)?;
    let paths =
        content.write(folder.path(), count(request, files)?, count(request, "rows")?).map_err(other)?;
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || {
            let _kept = &folder;
            Ok(sequential(&paths)?)
        }),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || {
                let _kept = &folder;
                Ok(threads.install(|| rayon(&paths))?)
            })
        }
        _ => return Err(unsupported(request)),
    })
}
