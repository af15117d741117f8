//! Many comparisons with one baseline: the share of false findings stays where it should, by simulation.
//!
//! Seeded: a failure is a change of the code, not bad luck.

use std::f64::consts::TAU;

use gilbench_analysis::statistics::{FALSE_DISCOVERY_RATE, adjusted_p_values, signed_rank_p_value};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// Runs per cell: a share near 5 % is then known to a standard error of .0049.
const TRIALS: u32 = 2_000;

/// Strategies that are compared with one baseline, and rounds of all.
const STRATEGIES: usize = 12;
const ROUNDS: usize = 13;
const SEED: u64 = 20_261_123;

/// Box & Muller (1958).
fn normal(generator: &mut Pcg64) -> f64 {
    let radius = (-2.0 * (1.0 - generator.random::<f64>()).ln()).sqrt();
    radius * (TAU * generator.random::<f64>()).cos()
}

/// The p-values of a run in which the first `different` strategies truly differ from the baseline, by two standard
/// deviations of a round, and the others do not.
fn p_values(generator: &mut Pcg64, different: usize) -> Vec<f64> {
    let baseline: Vec<f64> = (0..ROUNDS).map(|_| normal(generator)).collect();
    let mut p_value = |strategy: usize| {
        let effect = if strategy < different { 2.0 } else { 0.0 };
        let differences: Vec<f64> =
            baseline.iter().map(|baseline| effect + normal(generator) - baseline).collect();
        signed_rank_p_value(&differences).expect("finite differences")
    };
    (0..STRATEGIES).map(&mut p_value).collect()
}

/// The share of false findings among all findings, on average over runs, and the share of true differences found.
fn shares(different: usize, find: impl Fn(Vec<f64>) -> Vec<f64>) -> (f64, f64) {
    let mut generator = Pcg64::seed_from_u64(SEED);
    let (mut false_share, mut found_share) = (0.0, 0.0);
    for _ in 0..TRIALS {
        let found: Vec<usize> = find(p_values(&mut generator, different))
            .into_iter()
            .enumerate()
            .filter(|(_, p_value)| *p_value <= FALSE_DISCOVERY_RATE)
            .map(|(strategy, _)| strategy)
            .collect();
        let wrong = found.iter().filter(|strategy| **strategy >= different).count();
        false_share += wrong as f64 / found.len().max(1) as f64;
        found_share += (found.len() - wrong) as f64 / different.max(1) as f64;
    }
    (false_share / f64::from(TRIALS), found_share / f64::from(TRIALS))
}

#[test]
fn comparisons_that_share_a_baseline_are_rarely_found_falsely() {
    /// Three and a half standard errors of a share of 5 %.
    const TOLERANCE: f64 = 0.017;
    for different in [0, 4, 8] {
        let (false_share, found_share) =
            shares(different, |p_values| adjusted_p_values(&p_values).expect("chances"));
        assert!(false_share <= FALSE_DISCOVERY_RATE + TOLERANCE, "{different} differ: {false_share}");
        assert!(different == 0 || found_share > 0.8, "{different} differ: {found_share} of them found");
    }
    // Without a correction, one in several runs without any difference finds one.
    let (uncorrected, _) = shares(0, |p_values| p_values);
    assert!(uncorrected > 4.0 * FALSE_DISCOVERY_RATE, "{uncorrected}");
}
