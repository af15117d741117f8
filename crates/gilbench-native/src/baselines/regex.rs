//! Addresses and dates in a log, by regular expressions that mean the same in every language.

use std::fmt::Write;
use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;
use regex::Regex;

use crate::baseline::{Baseline, PrepareError, other, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let tasks = parameter(request, "tasks")?;
    let (lines, times) = (parameter(request, "lines")?, parameter(request, "times")?);
    let patterns = Patterns::new().map_err(other)?;
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(&patterns, lines, times, tasks)))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen(threads.install(|| rayon(&patterns, lines, times, tasks)))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// What is looked for.
pub struct Patterns {
    address: Regex,
    date: Regex,
}

impl Patterns {
    /// Compiles them.
    pub fn new() -> Result<Self, regex::Error> {
        Ok(Self {
            address: Regex::new(r"[a-z]+[0-9]*@[a-z]+\.(?:com|org|net)")?,
            date: Regex::new("[0-9]{4}-[0-9]{2}-[0-9]{2}")?,
        })
    }
}

fn log(lines: u64, seed: u64) -> String {
    (0..lines).fold(String::new(), |mut log, k| {
        let (day, user, paid, shop) = (k % 28 + 1, k + seed, k * 37, k % 9);
        // Writing to a text cannot fail.
        let _ = writeln!(log, "2026-01-{day:02} user{user}@example.org paid {paid} to shop{shop}@a.com");
        log
    })
}

/// The number of characters in everything that is found.
pub fn search(patterns: &Patterns, lines: u64, times: u64, seed: u64) -> u64 {
    let text = log(lines, seed);
    let found = |pattern: &Regex| -> usize {
        // A list first, because that is what `findall` returns.
        let found: Vec<&str> = pattern.find_iter(black_box(&text)).map(|found| found.as_str()).collect();
        found.iter().map(|found| found.len()).sum()
    };
    (0..times).map(|_| (found(&patterns.address) + found(&patterns.date)) as u64).sum()
}

/// All tasks, one after another.
pub fn sequential(patterns: &Patterns, lines: u64, times: u64, tasks: u64) -> Vec<u64> {
    (0..tasks).map(|seed| search(patterns, lines, times, seed)).collect()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(patterns: &Patterns, lines: u64, times: u64, tasks: u64) -> Vec<u64> {
    (0..tasks).into_par_iter().map(|seed| search(patterns, lines, times, seed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_two_addresses_and_a_date() {
        let patterns = Patterns::new().unwrap();
        assert_eq!(log(1, 7), "2026-01-01 user7@example.org paid 0 to shop0@a.com\n");
        let length = "2026-01-01".len() + "user7@example.org".len() + "shop0@a.com".len();
        assert_eq!(search(&patterns, 1, 2, 7), 2 * length as u64);
        assert_eq!(sequential(&patterns, 9, 2, 3), rayon(&patterns, 9, 2, 3));
    }
}
