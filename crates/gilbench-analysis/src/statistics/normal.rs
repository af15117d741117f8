//! The standard normal distribution: its distribution function and its quantiles.
//!
//! The standard library has neither. Both formulas below come without tables of coefficients: speed does not matter
//! here, since an estimate needs a handful of calls.

use std::f64::consts::TAU;

/// Where the series hands over to the continued fraction. Left of it the series has lost little to cancellation;
/// right of it the fraction has converged to the last digits within [`FRACTION_TERMS`].
const SERIES_LIMIT: f64 = 2.5;

/// Terms of the continued fraction; at [`SERIES_LIMIT`], where it converges slowest, more change nothing.
const FRACTION_TERMS: u32 = 200;

/// Below this the distribution function is zero in `f64`.
const LEAST: f64 = -40.0;

/// The chance of a value at most `x`.
pub(super) fn distribution(x: f64) -> f64 {
    if x > 0.0 { 1.0 - lower_tail(-x) } else { lower_tail(x) }
}

/// The value that is not exceeded with chance `chance`: infinite at 0 and 1.
pub(super) fn quantile(chance: f64) -> f64 {
    if chance > 0.5 {
        return -quantile(1.0 - chance);
    }
    if chance <= 0.0 {
        return f64::NEG_INFINITY;
    }
    // Bisection cannot fail on a monotone function; it ends when the bracket holds no number between its ends.
    let (mut below, mut above) = (LEAST, 0.0);
    loop {
        let middle = f64::midpoint(below, above);
        if middle <= below || middle >= above {
            return middle;
        }
        if lower_tail(middle) < chance {
            below = middle;
        } else {
            above = middle;
        }
    }
}

/// The distribution function for `x <= 0`, accurate relative to its own size.
fn lower_tail(x: f64) -> f64 {
    let density = (-x * x / 2.0).exp() / TAU.sqrt();
    let distance = -x;
    if distance < SERIES_LIMIT {
        // 1/2 − φ(x)·(x + x³/3 + x⁵/15 + …), Abramowitz & Stegun 26.2.11.
        let mut term = distance;
        let mut sum = distance;
        let mut odd = 1.0;
        while term > sum * f64::EPSILON {
            odd += 2.0;
            term *= distance * distance / odd;
            sum += term;
        }
        0.5 - density * sum
    } else {
        // φ(x)/(x + 1/(x + 2/(x + 3/(x + …)))), Abramowitz & Stegun 26.2.14, from the inside outwards.
        let inner =
            (1..=FRACTION_TERMS).rev().fold(distance, |inner, term| distance + f64::from(term) / inner);
        density / inner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_agree() {
        for step in 1..=999 {
            let chance = f64::from(step) / 1000.0;
            assert!((distribution(quantile(chance)) - chance).abs() < 1e-14, "{chance}");
        }
    }

    #[test]
    fn the_ends_are_infinite() {
        assert!(quantile(0.0) < f64::MIN && quantile(1.0) > f64::MAX);
        assert!(distribution(f64::NEG_INFINITY) < f64::MIN_POSITIVE);
    }

    #[test]
    fn agrees_with_scipy() {
        let figures: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/scipy/figures.json")).expect("figures are JSON");
        for row in figures["normal"].as_array().expect("rows") {
            let [x, expected] =
                [&row["x"], &row["distribution"]].map(|field| field.as_f64().expect("a number"));
            let found = distribution(x);
            assert!((found / expected - 1.0).abs() < 1e-12, "at {x}: {found}, expected {expected}");
        }
        for row in figures["normal_quantiles"].as_array().expect("rows") {
            let [chance, expected] =
                [&row["chance"], &row["quantile"]].map(|field| field.as_f64().expect("a number"));
            let found = quantile(chance);
            assert!((found - expected).abs() < 1e-12, "at {chance}: {found}, expected {expected}");
        }
    }
}
