//! Many small files, read from the page cache: one after another, and on a pool of threads.

use std::fs;
use std::io;
use std::path::PathBuf;

use gilbench_model::protocol::Request;
use rayon::ThreadPool;
use rayon::prelude::*;
use tempfile::TempDir;

use crate::baseline::{Baseline, PrepareError, count, other, parameter, threads, unsupported, widen};

/// Prepares a strategy: writes the files.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let files = Files::written(count(request, "files")?, count(request, "bytes")?).map_err(other)?;
    let passes = parameter(request, "passes")?;
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(files.sequential(passes)?))),
        "rayon" => {
            let pool = threads(request)?;
            Box::new(move || Ok(widen(files.rayon(passes, &pool)?)))
        }
        _ => return Err(unsupported(request)),
    })
}

/// Files in a folder of their own, which goes with them.
#[derive(Debug)]
pub struct Files {
    folder: TempDir,
    paths: Vec<PathBuf>,
}

impl Files {
    /// Writes so many files, each a byte longer than the one before.
    pub fn written(files: usize, bytes: usize) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("gilbench-files-").tempdir()?;
        let mut written = Self { folder, paths: Vec::new() };
        for index in 0..files {
            let path = written.folder.path().join(index.to_string());
            fs::write(&path, vec![b'x'; bytes + index])?;
            written.paths.push(path);
        }
        Ok(written)
    }

    /// The lengths of what is read, one file after another, as many times over as there are passes.
    pub fn sequential(&self, passes: u64) -> io::Result<Vec<u64>> {
        (0..passes).flat_map(|_| &self.paths).map(read).collect()
    }

    /// The same on a pool.
    pub fn rayon(&self, passes: u64, pool: &ThreadPool) -> io::Result<Vec<u64>> {
        let paths: Vec<&PathBuf> = (0..passes).flat_map(|_| &self.paths).collect();
        pool.install(|| paths.into_par_iter().map(read).collect())
    }
}

fn read(path: &PathBuf) -> io::Result<u64> {
    fs::read(path).map(|content| content.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_read_every_byte_and_nothing_is_left_behind() {
        let files = Files::written(3, 10).expect("there is a folder for temporary files");
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("threads can be started");
        let lengths = vec![10, 11, 12, 10, 11, 12];
        assert_eq!(files.sequential(2).expect("the files are there"), lengths);
        assert_eq!(files.rayon(2, &pool).expect("the files are there"), lengths);
        let folder = files.folder.path().to_owned();
        drop(files);
        assert!(!folder.exists());
    }
}
