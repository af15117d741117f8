//! An estimate as text: never without its interval.

use gilbench_model::claim::Measure;
use serde::Serialize;

use crate::findings::Comparison;
use crate::statistics::Estimate;

/// An estimate, written.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// The point, with its unit.
    pub point: String,
    /// Its interval, in brackets: each bound in the point's unit. For an exact number, where it holds.
    pub interval: String,
    /// The point, for sorting.
    pub value: f64,
}

impl Figure {
    /// On one line: `1.83× [1.79×, 1.87×]`.
    pub fn text(&self) -> String {
        format!("{} {}", self.point, self.interval)
    }
}

impl Comparison {
    /// What was measured, in its unit; `None` without a number. An observation is exact, `4 in every process`, or differs,
    /// `4 (seen from 3 to 5)`; it is written as a word where its number stands for one.
    pub fn figure(&self) -> Option<Figure> {
        let estimate = self.estimate.as_ref()?;
        if self.measure != Measure::Observation {
            return Some(written(estimate, 1.0, unit(self.measure)));
        }
        let named = |value: f64| {
            let number = value.to_string();
            let word = number.parse().ok().and_then(|number: i64| self.words.get(&number));
            word.cloned().unwrap_or(number)
        };
        Some(Figure {
            point: named(estimate.point),
            interval: if estimate.high <= estimate.low {
                "in every process".to_owned()
            } else {
                format!("(seen from {} to {})", named(estimate.low), named(estimate.high))
            },
            value: estimate.point,
        })
    }
}

/// The unit that follows a measure's number.
pub fn unit(measure: Measure) -> &'static str {
    match measure {
        Measure::TimeRatio | Measure::SpeedUp | Measure::ObservationRatio => "×",
        Measure::Efficiency | Measure::CpuPerWall | Measure::Observation => "",
    }
}

/// All three numbers in the unit that suits the point, which stands behind each, and with equal decimals: bounds
/// of another unit or length could be misread.
pub fn written(estimate: &Estimate, factor: f64, unit: &str) -> Figure {
    let scaled = [estimate.point, estimate.low, estimate.high].map(|number| number * factor);
    let decimals = decimals(scaled);
    let [point, low, high] = scaled.map(|number| format!("{number:.decimals$}{unit}"));
    Figure { point, interval: format!("[{low}, {high}]"), value: estimate.point }
}

/// Enough decimals for three significant digits of the point, one of the lower bound, which must not become
/// zero, and one of the width, so that bounds never look equal that are not.
fn decimals([point, low, high]: [f64; 3]) -> usize {
    /// More than the point's own: what is narrower than a millionth of it is not worth a column.
    const MORE: i32 = 3;
    let wanted = |value: f64, digits: i32| (value != 0.0).then(|| digits - 1 - exponent(value, digits));
    let own = wanted(point, 3).unwrap_or(0);
    let others = [wanted(low, 1), wanted(high - low, 1)];
    let most = others.into_iter().flatten().fold(own, i32::max).min(own + MORE);
    usize::try_from(most).unwrap_or(0)
}

/// The decimal exponent once rounded to so many digits: that of 99.97 with three is 2.
fn exponent(value: f64, digits: i32) -> i32 {
    let decimals = usize::try_from(digits - 1).unwrap_or(0);
    let text = format!("{value:.decimals$e}");
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_and_its_bounds_have_equal_decimals() {
        let estimate =
            |point, low, high| written(&Estimate::new(point, low, high, 8).unwrap(), 1.0, "").text();
        assert_eq!(estimate(1.1135, 0.9962, 1.2263), "1.11 [1.00, 1.23]");
        assert_eq!(estimate(9.99, 9.5, 12.1), "9.99 [9.50, 12.10]");
        assert_eq!(estimate(12.3, 0.0412, 40.0), "12.30 [0.04, 40.00]", "a bound that is not zero");
        assert_eq!(estimate(11.31, 11.298, 11.322), "11.31 [11.30, 11.32]", "bounds that differ");
        assert_eq!(estimate(1.0, 1.0, 1.0 + 1e-12), "1.00000 [1.00000, 1.00000]", "no more than rounding");
        assert_eq!(estimate(0.0, 0.0, 0.0), "0 [0, 0]");
        assert_eq!(estimate(12_345.0, 12_000.0, 13_000.0), "12345 [12000, 13000]");
    }

    fn compared(estimate: [f64; 3], measure: &str, words: &serde_json::Value) -> String {
        let [point, low, high] = estimate;
        let comparison: Comparison = serde_json::from_value(serde_json::json!({
            "measure": measure, "words": words, "case": "a", "against": null,
            "estimate": Estimate::new(point, low, high, 24).unwrap(), "confirmed": {}, "refuted": null,
            "p_value": null, "adjusted_p_value": null, "significant": null, "relevant": null,
            "minimum_detectable_effect": null, "verdict": "confirmed", "reason": null
        }))
        .unwrap();
        comparison.figure().unwrap().text()
    }

    #[test]
    fn what_was_counted_is_exact() {
        let none = serde_json::json!({});
        assert_eq!(compared([4.0; 3], "observation", &none), "4 in every process");
        assert_eq!(compared([4.0, 3.0, 5.0], "observation", &none), "4 (seen from 3 to 5)");
        // Rounds that happen to agree are no count.
        assert_eq!(compared([4.0; 3], "speed-up", &none), "4.00× [4.00×, 4.00×]");
    }

    #[test]
    fn a_number_that_stands_for_a_word_is_that_word() {
        let words = serde_json::json!({"0": "no", "1": "yes"});
        assert_eq!(compared([1.0; 3], "observation", &words), "yes in every process");
        assert_eq!(compared([1.0, 0.0, 2.0], "observation", &words), "yes (seen from no to 2)");
    }
}
