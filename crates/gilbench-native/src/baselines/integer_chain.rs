//! A chain of integer operations, each waiting for the one before: how fast a CPU's clock runs. On several threads, a
//! part of the chain on each.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use rayon::prelude::*;

use crate::baseline::{Baseline, PrepareError, parameter, threads, unsupported, widen};

/// Parts that do not fit together.
#[derive(Debug, thiserror::Error)]
#[error("a part of the chain does not end where the next one begins")]
pub struct Broken;

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let steps = parameter(request, "steps")?;
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen([xorshift(black_box(1), steps)]))),
        "rayon" => {
            let (threads, parts) = (threads(request)?, parts(1, steps, request.workers.into()));
            Box::new(move || Ok(widen([threads.install(|| rayon(&parts))?])))
        }
        _ => return Err(unsupported(request)),
    })
}

/// The generator's state after so many steps from `seed`, which is not 0: shifts by 13, 7 and 17 (Marsaglia,
/// "Xorshift RNGs", Journal of Statistical Software 8, 2003). No compiler knows the shorter
/// way to the end of it that [`parts`] takes.
pub fn xorshift(seed: u64, steps: u64) -> u64 {
    (0..steps).fold(seed, |mut state, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^ (state << 17)
    })
}

/// A part of a chain: where it begins, how long it is, and where it has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    start: u64,
    steps: u64,
    end: u64,
}

/// Cuts the chain of `steps` from `seed` into so many parts. A step is linear over bits, so that any number of them is
/// a matrix, and their ends are found by squaring it instead of going there (Haramoto and others, "Efficient Jump Ahead
/// for F2-Linear Random Number Generators", INFORMS Journal on Computing 20, 2008).
pub fn parts(seed: u64, steps: u64, count: u64) -> Vec<Part> {
    let mut start = seed;
    let part = |index| {
        let steps = steps * (index + 1) / count - steps * index / count;
        let part = Part { start, steps, end: jump(start, steps) };
        start = part.end;
        part
    };
    (0..count).map(part).collect()
}

/// The state after so many steps, without taking them.
fn jump(seed: u64, steps: u64) -> u64 {
    let (mut state, mut power) = (seed, [0; 64]);
    // Column by column, what one step makes of each bit.
    for (bit, column) in power.iter_mut().enumerate() {
        *column = xorshift(1 << bit, 1);
    }
    let times = |matrix: &[u64; 64], vector: u64| {
        let picked = matrix.iter().enumerate().filter(|(bit, _)| vector >> bit & 1 == 1);
        picked.fold(0, |sum, (_, column)| sum ^ column)
    };
    for bit in 0..u64::BITS - steps.leading_zeros() {
        if steps >> bit & 1 == 1 {
            state = times(&power, state);
        }
        power = power.map(|column| times(&power, column));
    }
    state
}

/// Goes through all parts, on as many threads as the current rayon pool has; says where the last one ended.
pub fn rayon(parts: &[Part]) -> Result<u64, Broken> {
    let ends: Vec<u64> = parts.par_iter().map(|part| xorshift(black_box(part.start), part.steps)).collect();
    let fits = ends.iter().zip(parts).all(|(end, part)| *end == part.end);
    ends.last().copied().filter(|_| fits).ok_or(Broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_is_the_one_that_can_be_done_by_hand() {
        // 1 ^ 1 << 13 is 0x2001, and that ^ itself >> 7 is 0x2041.
        assert_eq!(xorshift(1, 1), 0x2041 ^ (0x2041 << 17));
        assert_eq!(xorshift(xorshift(1, 3), 4), xorshift(1, 7));
    }

    #[test]
    fn parts_fit_together_however_many_there_are() {
        for count in 1..8 {
            assert_eq!(rayon(&parts(1, 1000, count)).expect("they fit"), xorshift(1, 1000), "{count} parts");
        }
        let wrong = [Part { start: 1, steps: 2, end: 1 }];
        assert!(rayon(&wrong).is_err());
    }
}
