//! Columns of numbers from CSV files that are in the page cache.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use super::csv_files::{self, BLOCK, Content};
use crate::baseline::{Answer, Baseline, PrepareError, whole};

const CONTENT: Content = Content { header: "key,value,weight", block };

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    csv_files::prepare(request, "tasks", CONTENT, [sequential, rayon])
}

/// Writes the same files as `worker.py` and returns their paths.
pub fn write(folder: &Path, files: usize, rows: usize) -> io::Result<Vec<PathBuf>> {
    CONTENT.write(folder, files, rows)
}

fn block(index: usize) -> String {
    (0..BLOCK).fold(String::new(), |mut block, k| {
        // Writing to a text cannot fail.
        let _ = writeln!(block, "{k},{},{:?}", k * (index + 3) % 1009, (k % 97) as f64 / 8.0);
        block
    })
}

/// All files, one after another.
pub fn sequential(paths: &[PathBuf]) -> Result<Answer, csv::Error> {
    paths.iter().map(|path| read(path)).collect()
}

/// All files, on as many threads as the current rayon pool has.
pub fn rayon(paths: &[PathBuf]) -> Result<Answer, csv::Error> {
    paths.par_iter().map(|path| read(path)).collect()
}

/// The sum of all numbers, by way of an array for each column, as pandas has one; of the weights eight times as much.
/// The record is used again for each row, so that no row takes memory of its own.
fn read(path: &Path) -> Result<u128, csv::Error> {
    let (mut keys, mut values, mut weights) = (Vec::<u64>::new(), Vec::<u64>::new(), Vec::<f64>::new());
    let mut reader = csv::Reader::from_path(path)?;
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        let (key, value, weight) = record.deserialize(None)?;
        keys.push(key);
        values.push(value);
        weights.push(weight);
    }
    let whole_numbers = keys.iter().sum::<u64>() + values.iter().sum::<u64>();
    Ok(u128::from(whole_numbers) + whole(weights.iter().sum::<f64>() * 8.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_numbers_of_a_file_are_added_up() {
        let folder = tempfile::tempdir().unwrap();
        let paths = write(folder.path(), 4, 2 * BLOCK).unwrap();
        // The answer in `workloads/pandas-read-csv/README.md`.
        assert_eq!(sequential(&paths).unwrap(), [2_092_170, 2_092_260, 2_092_350, 2_092_440]);
        assert_eq!(sequential(&paths).unwrap(), rayon(&paths).unwrap());
        assert!(
            std::fs::read_to_string(&paths[1]).unwrap().starts_with("key,value,weight\n0,0,0.0\n1,4,0.125\n")
        );
    }
}
