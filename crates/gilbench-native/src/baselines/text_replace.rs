//! Replacing words in long texts, by the standard library.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, count, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let tasks = count(request, "tasks")?;
    let (sentences, times) = (count(request, "sentences")?, parameter(request, "times")?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(sentences, times, tasks)))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen(threads.install(|| rayon(sentences, times, tasks)))))
        }
        _ => return Err(unsupported(request)),
    })
}

const SENTENCE: &str = "The quick brown fox jumps over the lazy dog; the dog does not mind the fox. ";

/// Replaces words by longer ones and back; the lengths of the texts on the way.
pub fn replace(sentences: usize, times: u64, seed: usize) -> u64 {
    let mut text = SENTENCE.repeat(sentences + seed);
    let mut lengths = 0;
    for _ in 0..times {
        let longer = black_box(&text).replace("fox", "elephant").replace("dog", "hippopotamus");
        text = longer.replace("hippopotamus", "dog").replace("elephant", "fox");
        lengths += longer.len() + text.len();
    }
    lengths as u64
}

/// All tasks, one after another.
pub fn sequential(sentences: usize, times: u64, tasks: usize) -> Vec<u64> {
    (0..tasks).map(|seed| replace(sentences, times, seed)).collect()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(sentences: usize, times: u64, tasks: usize) -> Vec<u64> {
    (0..tasks).into_par_iter().map(|seed| replace(sentences, times, seed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_grow_and_shrink_back() {
        // Two foxes grow by five letters, two dogs by nine.
        assert_eq!(replace(1, 1, 0), (2 * SENTENCE.len() + 2 * 5 + 2 * 9) as u64);
        assert_eq!(replace(1, 3, 0), 3 * replace(1, 1, 0));
        assert_eq!(sequential(2, 2, 3), rayon(2, 2, 3));
    }
}
