//! The order in which things are measured, and when to look whether a case is known well enough.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64;

/// The cases of a round in random order. The same seed and round give the same order, so a resumed run goes on
/// where it was.
pub fn shuffled(cases: &[u32], seed: u64, round: Option<u32>) -> Vec<u32> {
    // The pilot is stream 0, round r is stream r + 1.
    let stream = round.map_or(0, |round| u128::from(round) + 1);
    let mut order = cases.to_vec();
    order.shuffle(&mut generator(seed, stream));
    order
}

/// Length of the environment's padding for one process, up to a page.
pub fn padding(seed: u64, case: u32, round: Option<u32>) -> usize {
    use rand::RngExt;
    let stream = (u128::from(case) + 1) << 64 | round.map_or(0, |round| u128::from(round) + 1);
    generator(seed, stream).random_range(0..4096)
}

fn generator(seed: u64, stream: u128) -> Pcg64 {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    // PCG takes only odd increments: the lowest bit of a stream would be lost.
    bytes[16..].copy_from_slice(&(stream << 1).to_le_bytes());
    Pcg64::from_seed(bytes)
}

/// Whether to look at a case after so many rounds. Looks are spaced geometrically from the least number on
/// (8, 10, 13, 17, 22, 28, …): each look is a chance to stop on a lucky streak, and many of them would cost the
/// interval its coverage.
pub fn is_look(rounds: u32, least: u32) -> bool {
    let mut look = least.max(1);
    while look < rounds {
        look = next_look(look);
    }
    look == rounds
}

/// The look after this one.
fn next_look(look: u32) -> u32 {
    /// 8, 10, 13, 17, 22, 28, 36, 46, 58, …
    const STEP: f64 = 1.27;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts of rounds are small and positive"
    )]
    let next = (f64::from(look) * STEP).round() as u32;
    next.max(look + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_spaced_geometrically() {
        let looks: Vec<u32> = (1..60).filter(|rounds| is_look(*rounds, 8)).collect();
        assert_eq!(looks, [8, 10, 13, 17, 22, 28, 36, 46, 58]);
        assert!(is_look(1, 1) && is_look(2, 1));
    }

    #[test]
    fn orders_depend_on_seed_and_round_only() {
        let cases: Vec<u32> = (0..50).collect();
        assert_eq!(shuffled(&cases, 1, Some(3)), shuffled(&cases, 1, Some(3)));
        assert_ne!(shuffled(&cases, 1, Some(3)), shuffled(&cases, 1, Some(4)));
        assert_ne!(shuffled(&cases, 1, None), shuffled(&cases, 2, None));
        let mut sorted = shuffled(&cases, 1, None);
        sorted.sort_unstable();
        assert_eq!(sorted, cases, "no case is lost");
    }
}
