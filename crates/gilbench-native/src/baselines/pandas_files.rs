//! Sums by category of several CSV files: the ceiling of the article's data pipeline.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use super::csv_files::{self, BLOCK, Content};
use crate::baseline::{Answer, Baseline, PrepareError};

const CATEGORIES: usize = 10;

/// The sums of both columns, by category.
pub type Sums = BTreeMap<Vec<u8>, [u64; 2]>;

const CONTENT: Content = Content { header: "category,value,amount", block };

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    csv_files::prepare(request, "files", CONTENT, [sequential, rayon])
}

/// Writes the same files as `worker.py` and returns their paths.
pub fn write(folder: &Path, files: usize, rows: usize) -> io::Result<Vec<PathBuf>> {
    CONTENT.write(folder, files, rows)
}

fn block(index: usize) -> String {
    (0..BLOCK).fold(String::new(), |mut block, k| {
        let n = (index * BLOCK + k) * 2_654_435_761 % 1_000_003;
        // Writing to a text cannot fail.
        let _ = writeln!(block, "category-{},{},{n}", n % CATEGORIES, n % 1009);
        block
    })
}

/// All files, one after another.
pub fn sequential(paths: &[PathBuf]) -> Result<Answer, csv::Error> {
    paths.iter().map(|path| sums(path)).collect::<Result<Vec<_>, _>>().map(combine)
}

/// All files, on as many threads as the current rayon pool has.
pub fn rayon(paths: &[PathBuf]) -> Result<Answer, csv::Error> {
    paths.par_iter().map(|path| sums(path)).collect::<Result<Vec<_>, _>>().map(combine)
}

/// The sums of one file. The record is used again for each row, so that no row takes memory of its own.
fn sums(path: &Path) -> Result<Sums, csv::Error> {
    let mut reader = csv::Reader::from_path(path)?;
    let mut record = csv::ByteRecord::new();
    let mut sums = Sums::new();
    while reader.read_byte_record(&mut record)? {
        let (category, value, amount): (&[u8], u64, u64) = record.deserialize(None)?;
        if let Some(sum) = sums.get_mut(category) {
            *sum = [sum[0] + value, sum[1] + amount];
        } else {
            sums.insert(category.to_vec(), [value, amount]);
        }
    }
    Ok(sums)
}

/// The totals of all files, in the order of the categories.
fn combine(files: Vec<Sums>) -> Answer {
    let mut totals = Sums::new();
    for (category, sums) in files.into_iter().flatten() {
        let total = totals.entry(category).or_default();
        *total = [total[0] + sums[0], total[1] + sums[1]];
    }
    totals.into_values().flatten().map(u128::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_add_up_by_category() {
        let folder = tempfile::tempdir().unwrap();
        let one = write(folder.path(), 1, BLOCK).unwrap();
        let once = sequential(&one).unwrap();
        assert_eq!(once.len(), 2 * CATEGORIES);
        // The amounts are all numbers of the block, whatever their categories.
        let amounts: u128 = once.iter().skip(1).step_by(2).sum();
        assert_eq!(amounts, (0..1000).map(|k: u128| k * 2_654_435_761 % 1_000_003).sum());
        let two = write(folder.path(), 2, 3 * BLOCK).unwrap();
        let thrice: Answer = once.iter().map(|sum| sum * 3).collect();
        assert_eq!(sequential(&two[..1]).unwrap(), thrice);
        assert_eq!(sequential(&two).unwrap(), rayon(&two).unwrap());
    }
}
