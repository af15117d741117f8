//! Many tests at once: p-values adjusted for their number.
//!
//! Of a hundred tests at 5 % of things that are all equal, five find a difference. Adjusted p-values hold down the
//! share of such false findings among all findings, the *false discovery rate*: whoever takes for found what has an
//! adjusted p-value of at most 5 % is wrong about at most 5 % of what they found, on average (Benjamini & Hochberg,
//! "Controlling the False Discovery Rate: A Practical and Powerful Approach to Multiple Testing", Journal of the Royal
//! Statistical Society B 57, 1995). It is not the chance that a given finding is false.
//!
//! The procedure is exact for independent tests and holds for tests that depend on each other positively, such as
//! one-sided tests of positively correlated normal values (Benjamini & Yekutieli, "The Control of the False Discovery
//! Rate in Multiple Testing under Dependency", Annals of Statistics 29, 2001). The tests of a run share cases: two
//! strategies compared with one baseline deviate together. That is the positive kind, but two-sided tests are not
//! covered by the theorem, so `tests/many_comparisons.rs` simulates that situation; the rate is kept. The bound for any
//! dependence at all, in the same paper, multiplies every adjusted p-value by 1 + 1/2 + … + 1/n, which is 3.6 for
//! twenty tests; that is a high price for kinds of dependence that do not arise here, and it is not paid.
//!
//! Which tests belong together is the caller's business: a family must be fixed before anyone looks at its p-values.

use super::error::StatisticsError;

/// The false discovery rate at which a run's claims are decided: the convention of the field, and what one interval
/// of 95 % allows where there is one test only.
pub const FALSE_DISCOVERY_RATE: f64 = 0.05;

/// The p-values of a family, adjusted for their number, in the same order.
///
/// Each is the least rate at which the step-up procedure of Benjamini & Hochberg finds its test. At least the p-value
/// itself, at most 1; a family of one is left as it is, an empty one is empty. Refuses what is no chance between 0
/// and 1.
pub fn adjusted_p_values(p_values: &[f64]) -> Result<Vec<f64>, StatisticsError> {
    if let Some(index) = p_values.iter().position(|p_value| !(0.0..=1.0).contains(p_value)) {
        return Err(StatisticsError::NotAChance { index, value: p_values[index] });
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&left, &right| p_values[left].total_cmp(&p_values[right]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least: f64 = 1.0;
    // From the greatest down: a test is found at the rate at which any with a greater p-value is.
    for (position, &index) in order.iter().enumerate().rev() {
        let rank = (position + 1) as f64;
        least = least.min(p_values[index] * p_values.len() as f64 / rank);
        adjusted[index] = least;
    }
    Ok(adjusted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_tests_over_the_rank_multiplies() {
        let adjusted = adjusted_p_values(&[0.01, 0.5, 0.02]).unwrap();
        for (found, expected) in adjusted.iter().zip([0.03, 0.5, 0.03]) {
            assert!((found - expected).abs() < 1e-15, "{adjusted:?}");
        }
    }

    #[test]
    fn one_test_needs_no_correction_and_none_gives_nothing() {
        assert_eq!(adjusted_p_values(&[0.04]), Ok(vec![0.04]));
        assert_eq!(adjusted_p_values(&[]), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_chance_is_refused() {
        for value in [f64::NAN, -0.1, 1.1] {
            let found = adjusted_p_values(&[0.5, value]);
            assert!(matches!(found, Err(StatisticsError::NotAChance { index: 1, .. })), "{found:?}");
        }
    }
}
