//! An axis: which values it spans, whether it is logarithmic, and where its ticks stand.
//!
//! Values are mapped to *positions* (themselves or their decimal logarithm) here, so that plotters only ever
//! sees a linear axis with ticks that we chose.

use std::ops::Range;

use gilbench_model::units::significant;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use super::backend::text_width;

/// An axis over positions.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// Positions from one end to the other.
    pub(super) range: Range<f64>,
    /// Where ticks stand, and what they say.
    pub(super) ticks: Vec<(f64, String)>,
    logarithmic: bool,
}

/// From this ratio of the largest value to the least, the small ones would crowd at the end of a linear axis.
const DECADE: f64 = 10.0;

/// About as many ticks as fit beside each other on a phone.
const TICKS: f64 = 4.0;

impl Axis {
    /// An axis on which all `values` have a place, with some room beyond: logarithmic where they span a decade.
    /// `label` writes a tick.
    pub(super) fn over(values: impl IntoIterator<Item = f64>, label: impl Fn(f64) -> String) -> Self {
        let (low, high) = values
            .into_iter()
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return Self::over([0.0, 1.0], label);
        }
        if low > 0.0 && high / low >= DECADE {
            Self::decades(low, high, label)
        } else {
            Self::linear(low, high, label)
        }
    }

    /// An axis on which equal steps are equal ratios, over some positive values and a little further.
    pub(super) fn logarithmic(values: impl IntoIterator<Item = f64>, label: impl Fn(f64) -> String) -> Self {
        /// From this ratio on, there are enough of 1, 2 and 5 × 10ⁿ.
        const FEW: f64 = 4.0;
        let (low, high) = values
            .into_iter()
            .filter(|value| value.is_finite() && *value > 0.0)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return Self::logarithmic([0.5, 2.0], label);
        }
        if high / low >= FEW {
            return Self::decades(low, high, label);
        }
        // Close to each other, round numbers are more than multiples of a decade.
        let room = ((high / low).ln() * 0.08).max(0.02).exp();
        let (start, end) = (low / room, high * room);
        let Self { ticks, .. } = Self::linear(start, end, label);
        let ticks = ticks.into_iter().filter(|(value, _)| (start..=end).contains(value));
        Self {
            range: start.log10()..end.log10(),
            ticks: ticks.map(|(value, label)| (value.log10(), label)).collect(),
            logarithmic: true,
        }
    }

    /// A linear axis from `low` to `high` and a little further, but not below zero for values that are not.
    pub(super) fn linear(low: f64, high: f64, label: impl Fn(f64) -> String) -> Self {
        let room = if high > low { (high - low) * 0.08 } else { (high.abs() * 0.1).max(1e-12) };
        let start = if low >= 0.0 { (low - room).max(0.0) } else { low - room };
        let range = start..high + room;
        let step = nice_step((range.end - range.start) / TICKS);
        let mut ticks = Vec::new();
        let mut value = (range.start / step).ceil() * step;
        while value <= range.end + step * 1e-9 {
            // A sum of steps may miss zero by a rounding error.
            let tick = if value.abs() < step * 1e-9 { 0.0 } else { value };
            ticks.push((tick, label(tick)));
            value += step;
        }
        Self { range, ticks, logarithmic: false }
    }

    fn decades(low: f64, high: f64, label: impl Fn(f64) -> String) -> Self {
        let (low, high) = (low.log10(), high.log10());
        let room = (high - low) * 0.06;
        let range = low - room..high + room;
        let span = range.end - range.start;
        let multiples: &[f64] = match span {
            span if span < 1.4 => &[1.0, 2.0, 5.0],
            span if span < 2.5 => &[1.0, 3.0],
            _ => &[1.0],
        };
        let every = (span / 5.0).ceil().max(1.0);
        let mut ticks = Vec::new();
        let mut decade = range.start.floor();
        while decade <= range.end {
            for multiple in multiples {
                let value = multiple * 10_f64.powf(decade);
                let position = value.log10();
                if range.contains(&position) && decade.rem_euclid(every).abs() < 0.5 {
                    ticks.push((position, label(value)));
                }
            }
            decade += 1.0;
        }
        Self { range, ticks, logarithmic: true }
    }

    /// An axis with these ticks.
    pub(super) fn with_ticks(range: Range<f64>, ticks: Vec<(f64, String)>) -> Self {
        Self { range, ticks, logarithmic: false }
    }

    /// Where a value stands.
    pub(super) fn at(&self, value: f64) -> f64 {
        if self.logarithmic { value.max(f64::MIN_POSITIVE).log10() } else { value }
    }

    /// Whether equal steps are equal ratios.
    pub(super) fn is_logarithmic(&self) -> bool {
        self.logarithmic
    }

    /// Leaves out ticks whose labels would touch on an axis of this many pixels, or would reach further beyond
    /// its ends than there is room.
    pub(super) fn thin(&mut self, pixels: f64, room: (f64, f64)) {
        /// Between two labels, in user units.
        const GAP: f64 = 8.0;
        let start = self.range.start;
        let per_pixel = (self.range.end - start) / pixels;
        let mut end = -room.0 - GAP;
        self.ticks.retain(|(position, label)| {
            let centre = (position - start) / per_pixel;
            let half = text_width(label) / 2.0;
            let fits = centre - half >= end + GAP && centre + half <= pixels + room.1;
            if fits {
                end = centre + half;
            }
            fits
        });
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, position: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (position - self.range.start) / (self.range.end - self.range.start);
        #[expect(clippy::cast_possible_truncation, reason = "saturates far outside of any drawing")]
        let offset = (share * f64::from(to - from)).round() as i32;
        from + offset
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // A grid of ticks only.
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.ticks.iter().map(|(position, _)| *position).collect()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Axis {
    /// The label of the tick at a position.
    fn format_ext(&self, position: &f64) -> String {
        let nearest =
            self.ticks.iter().min_by(|a, b| (a.0 - position).abs().total_cmp(&(b.0 - position).abs()));
        nearest.map(|(_, label)| label.clone()).unwrap_or_default()
    }
}

/// The largest of 1, 2, 2.5, 5 × 10ⁿ that is not much above `step`.
fn nice_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let multiple = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|m| m * power >= step * 0.999).unwrap_or(10.0);
    multiple * power
}

/// A ratio on a tick: `1.5×`.
pub(crate) fn ratio_label(value: f64) -> String {
    format!("{}×", short(value))
}

/// A plain number on a tick.
pub(super) fn plain_label(value: f64) -> String {
    short(value)
}

/// A difference as a share of one on a tick: `+5 %`, `0`.
pub(super) fn percent_label(value: f64) -> String {
    let percent = value * 100.0;
    if percent == 0.0 {
        "0".to_owned()
    } else {
        format!("{}{} %", if percent > 0.0 { "+" } else { "−" }, short(percent.abs()))
    }
}

/// A time on a tick: `500 ms`.
pub(super) fn seconds_label(value: f64) -> String {
    let (value, unit) = match value.abs() {
        0.0 => return "0".to_owned(),
        s if s >= 0.9995 => (value, "s"),
        s if s >= 0.999_5e-3 => (value * 1e3, "ms"),
        s if s >= 0.999_5e-6 => (value * 1e6, "µs"),
        _ => (value * 1e9, "ns"),
    };
    format!("{} {unit}", short(value))
}

/// Three significant digits without trailing zeros.
fn short(value: f64) -> String {
    let text = significant(value);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn a_decade_makes_the_axis_logarithmic() {
        let axis = Axis::over([0.01, 0.2, 3.0], seconds_label);
        assert!(axis.is_logarithmic());
        assert_eq!(labels(&axis), ["10 ms", "100 ms", "1 s"]);
        assert!(!Axis::over([1.0, 9.0], seconds_label).is_logarithmic());
        assert!(!Axis::over([0.0, 9.0], seconds_label).is_logarithmic(), "zero has no logarithm");
    }

    #[test]
    fn linear_ticks_are_round_numbers_inside() {
        let axis = Axis::linear(0.0, 2.0, ratio_label);
        assert_eq!(labels(&axis), ["0×", "1×", "2×"]);
        assert!(axis.ticks.iter().all(|(position, _)| axis.range.contains(position)));
    }

    #[test]
    fn no_value_or_equal_values_still_make_an_axis() {
        for values in [vec![], vec![1.0, 1.0], vec![0.0], vec![f64::NAN]] {
            let axis = Axis::over(values, plain_label);
            assert!(axis.range.start < axis.range.end);
        }
    }

    #[test]
    fn a_logarithmic_axis_has_round_ticks_within_a_decade_too() {
        let axis = Axis::logarithmic([0.11, 0.15], seconds_label);
        assert!(axis.is_logarithmic());
        assert_eq!(labels(&axis), ["120 ms", "140 ms"]);
        assert!(axis.ticks.iter().all(|(position, _)| axis.range.contains(position)));
        assert_eq!(
            labels(&Axis::logarithmic([0.021, 0.2], seconds_label)),
            ["20 ms", "50 ms", "100 ms", "200 ms"]
        );
        assert_eq!(labels(&Axis::logarithmic([0.001, 0.2], seconds_label)).first(), Some(&"1 ms"));
        for values in [vec![], vec![2.0, 2.0], vec![0.0]] {
            let axis = Axis::logarithmic(values, plain_label);
            assert!(axis.range.start < axis.range.end);
        }
    }

    #[test]
    fn labels_that_would_touch_are_left_out() {
        let ticks = (0..20).map(|n| (f64::from(n), format!("{n}"))).collect();
        let mut axis = Axis::with_ticks(0.0..20.0, ticks);
        axis.thin(200.0, (0.0, 0.0));
        assert!(axis.ticks.len() < 15 && axis.ticks.len() > 4, "{:?}", axis.ticks);
    }
}
