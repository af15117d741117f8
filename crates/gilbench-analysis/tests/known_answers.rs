//! The statistics agree with figures computed by `scipy.stats`, NumPy and ruptures.
//!
//! `scipy/figures.py` and `ruptures/figures.py` compute the figures by other means and say how to run them again.

use gilbench_analysis::statistics::{
    Bootstrap, Estimate, Method, Partition, adjusted_p_values, detect_drift, location, median_interval,
    paired_ratio, signed_rank_one_sided, signed_rank_p_value, unpaired_ratio,
};
use serde_json::Value;

/// Both sides compute in `f64`; what is left is the order of additions and the last digits of `ln` and `exp`.
const ROUNDING: f64 = 1e-11;

/// What 10,000 resamples may miss of a bound known from 200,000, as a share of the interval. A bound's standard error
/// is about 1 % of it.
const RESAMPLING: f64 = 0.05;

fn rows(section: &str) -> Vec<Value> {
    rows_of(include_str!("scipy/figures.json"), section)
}

fn rows_of(figures: &str, section: &str) -> Vec<Value> {
    let figures: Value = serde_json::from_str(figures).expect("figures are JSON");
    let rows = figures[section].as_array().expect("a section of rows").clone();
    assert!(!rows.is_empty());
    rows
}

fn number(row: &Value, name: &str) -> f64 {
    row[name].as_f64().unwrap_or_else(|| panic!("no number `{name}` in {row}"))
}

fn numbers(row: &Value, name: &str) -> Vec<f64> {
    let values = row[name].as_array().unwrap_or_else(|| panic!("no numbers `{name}` in {row}"));
    values.iter().map(|value| value.as_f64().expect("a number")).collect()
}

#[track_caller]
fn assert_close(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "found {found}, expected {expected} within {tolerance}");
}

#[track_caller]
fn assert_estimate(found: Estimate, row: &Value) {
    for (found, name) in [(found.point, "point"), (found.low, "low"), (found.high, "high")] {
        let expected = number(row, name);
        assert_close(found, expected, ROUNDING * expected.abs());
    }
}

#[test]
fn paired_ratios_agree() {
    for row in rows("paired") {
        let (numerators, denominators) = (numbers(&row, "numerators"), numbers(&row, "denominators"));
        let found = paired_ratio(&numerators, &denominators).unwrap();
        assert_estimate(found, &row);
        assert_eq!(found.count, numerators.len());
        let logarithms: Vec<f64> = numerators.iter().zip(&denominators).map(|(a, b)| (a / b).ln()).collect();
        assert_close(location(&logarithms).unwrap().low.exp(), found.low, ROUNDING * found.low);
    }
}

#[test]
fn unpaired_ratios_agree() {
    for row in rows("unpaired") {
        let (numerators, denominators) = (numbers(&row, "numerators"), numbers(&row, "denominators"));
        let found = unpaired_ratio(&numerators, &denominators).unwrap();
        assert_estimate(found, &row);
        assert_eq!(found.count, numerators.len().min(denominators.len()));
    }
}

#[test]
fn median_intervals_agree() {
    for row in rows("median") {
        assert_estimate(median_interval(&numbers(&row, "values")).unwrap(), &row);
    }
}

#[test]
fn signed_rank_p_values_agree_with_and_without_ties_and_zeros() {
    for row in rows("p_values") {
        let differences = numbers(&row, "differences");
        assert_close(signed_rank_p_value(&differences).unwrap(), number(&row, "p_value"), ROUNDING);
        let one_sided = signed_rank_one_sided(&differences).unwrap();
        assert_close(one_sided.below, number(&row, "below"), ROUNDING);
        assert_close(one_sided.above, number(&row, "above"), ROUNDING);
    }
}

#[test]
fn adjusted_p_values_agree_with_and_without_ties() {
    for row in rows("false_discovery") {
        let found = adjusted_p_values(&numbers(&row, "p_values")).unwrap();
        let expected = numbers(&row, "adjusted");
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.into_iter().zip(expected) {
            assert_close(found, expected, ROUNDING);
        }
    }
}

#[test]
fn rank_autocorrelations_agree() {
    for row in rows("autocorrelation") {
        let found = detect_drift(&numbers(&row, "values"), 1).unwrap();
        assert_close(found.autocorrelation.unwrap(), number(&row, "autocorrelation"), ROUNDING);
    }
}

#[test]
fn bootstrap_intervals_of_the_mean_agree() {
    for row in rows("bootstrap") {
        let values = numbers(&row, "values");
        let mean =
            |rounds: &[usize]| rounds.iter().map(|&round| values[round]).sum::<f64>() / rounds.len() as f64;
        for (method, name) in
            [(Method::Percentile, "percentile"), (Method::BiasCorrectedAccelerated, "corrected")]
        {
            let found = Bootstrap { method, ..Bootstrap::new(7) }.interval(values.len(), mean).unwrap();
            let [low, high] = numbers(&row, name)[..] else { panic!("two bounds") };
            assert_close(found.point, number(&row, "point"), ROUNDING);
            assert_close(found.low, low, RESAMPLING * (high - low));
            assert_close(found.high, high, RESAMPLING * (high - low));
        }
    }
}

#[test]
fn change_points_agree() {
    for row in rows_of(include_str!("ruptures/figures.json"), "change_points") {
        let partition =
            Partition { penalty: number(&row, "penalty"), least_deviation: number(&row, "least_deviation") };
        let found: Vec<f64> = partition
            .change_points(&numbers(&row, "values"))
            .unwrap()
            .into_iter()
            .map(|index| index as f64)
            .collect();
        assert_eq!(found, numbers(&row, "change_points"), "{row}");
    }
}
