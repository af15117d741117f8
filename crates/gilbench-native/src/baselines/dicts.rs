//! Counting words: a map for each part of a text, all of them merged. The maps are those of the standard library,
//! whose hash is slower than some, because nobody can provoke collisions.

use std::collections::HashMap;

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, count, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let tasks = parameter(request, "tasks")?;
    let (parts, words) = (count(request, "parts")?, count(request, "words")?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(parts, words, tasks)))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen(threads.install(|| rayon(parts, words, tasks)))))
        }
        _ => return Err(unsupported(request)),
    })
}

/// How many different words there are.
const KNOWN: u64 = 1103;

fn count_words<'a>(words: &[&'a str]) -> HashMap<&'a str, u64> {
    let mut counts = HashMap::new();
    for word in words {
        *counts.entry(*word).or_default() += 1;
    }
    counts
}

fn merge(parts: Vec<HashMap<&str, u64>>) -> HashMap<&str, u64> {
    let mut total = HashMap::new();
    for (word, count) in parts.into_iter().flatten() {
        *total.entry(word).or_default() += count;
    }
    total
}

/// A number to which every word of a made-up text contributes by how often it occurs.
pub fn count_text(parts: usize, words: usize, seed: u64) -> u64 {
    let known: Vec<String> = (0..KNOWN).map(|k| format!("word{k}")).collect();
    let word = |k: u64| usize::try_from(k * (k + seed) % KNOWN).map_or("", |index| known[index].as_str());
    let text: Vec<&str> = (0..(parts * words) as u64).map(word).collect();
    let counted = text.chunks(words).map(count_words).collect();
    merge(counted).into_iter().map(|(word, count)| word.len() as u64 * count * count).sum()
}

/// All tasks, one after another.
pub fn sequential(parts: usize, words: usize, tasks: u64) -> Vec<u64> {
    (0..tasks).map(|seed| count_text(parts, words, seed)).collect()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(parts: usize, words: usize, tasks: u64) -> Vec<u64> {
    (0..tasks).into_par_iter().map(|seed| count_text(parts, words, seed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_all_parts_are_counted_together() {
        // Words 0 (twice, k = 0 and k = 1103), and the squares of 1 and 1102, which are the same word.
        let counts = merge(vec![count_words(&["a", "b", "a"]), count_words(&["a"])]);
        assert_eq!(counts, HashMap::from([("a", 3), ("b", 1)]));
        // word0, word1, word4 and word9, five letters each.
        assert_eq!(count_text(2, 2, 0), 4 * 5);
        assert_eq!(sequential(2, 50, 3), rayon(2, 50, 3));
    }
}
