//! Units that are types, so that a number cannot be mistaken for another.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A length of time in whole nanoseconds, as recorded by a monotonic clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nanoseconds(pub u64);

impl Nanoseconds {
    /// In seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl From<Duration> for Nanoseconds {
    /// Saturates after 584 years.
    fn from(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl From<Nanoseconds> for Duration {
    fn from(nanoseconds: Nanoseconds) -> Self {
        Self::from_nanos(nanoseconds.0)
    }
}

impl fmt::Display for Nanoseconds {
    /// Three significant digits with a unit: `1.24 s`, `36.5 ms`, `870 ns`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format_seconds(self.seconds()))
    }
}

/// A time in seconds with three significant digits and a unit.
pub fn format_seconds(seconds: f64) -> String {
    let (value, unit) = match seconds.abs() {
        s if s >= 0.9995 => (seconds, "s"),
        s if s >= 0.999_5e-3 => (seconds * 1e3, "ms"),
        s if s >= 0.999_5e-6 => (seconds * 1e6, "µs"),
        _ => (seconds * 1e9, "ns"),
    };
    format!("{} {unit}", significant(value))
}

/// A number with three significant digits and no exponent: `0.0123`, `1.24`, `36.5`, `870`, `12300`.
pub fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    // The exponent after rounding to three digits: 99.97 is written `100`, not `100.0`.
    let exponent = format!("{value:.2e}")
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse::<i32>().ok())
        .unwrap_or(0);
    let decimals = usize::try_from(2 - exponent).unwrap_or(0);
    format!("{value:.decimals$}")
}

/// The chance of something, such as a p-value: `0.0312`, `1`, `< 0.0001`.
pub fn format_chance(chance: f64) -> String {
    /// Below this no more is said than that it is.
    const LEAST: f64 = 0.0001;
    match chance {
        chance if chance < LEAST => format!("< {LEAST}"),
        chance if chance >= 0.9995 => "1".to_owned(),
        chance => significant(chance),
    }
}

/// A moment given in milliseconds of Unix time, as `2026-11-23T04:10:00Z`.
pub fn format_utc(unix_ms: u64) -> String {
    let seconds = unix_ms / 1000;
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days to a date of the Gregorian calendar: Hinnant, "chrono-Compatible Low-Level Date Algorithms",
    // civil_from_days, with years that begin in March.
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// A time limit in a data file: `500ms`, `2s`, `5m` or `1h`.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let error = || DurationError { found: text.to_owned() };
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(error)?;
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().map_err(|_| error())?;
    let seconds = match unit.trim() {
        "ms" => number / 1e3,
        "s" => number,
        "m" | "min" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err(error()),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| error())
}

/// Why a text is not a length of time.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{found}` is not a length of time, expected a number with a unit such as `500ms`, `2s`, `5m` or `1h`"
)]
pub struct DurationError {
    found: String,
}

/// Serde for a [`Duration`] written as in [`parse_duration`].
pub mod duration_text {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use super::{Duration, parse_duration};

    /// Writes whole milliseconds.
    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{}ms", duration.as_millis()))
    }

    /// Reads a number with its unit.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        parse_duration(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// A share of one, written `3%` or `0.03` in a data file.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "FractionText", into = "f64")]
pub struct Fraction(f64);

impl Fraction {
    /// The share as a number between 0 and 1.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl From<Fraction> for f64 {
    fn from(fraction: Fraction) -> Self {
        fraction.0
    }
}

impl TryFrom<f64> for Fraction {
    type Error = String;

    fn try_from(value: f64) -> Result<Self, String> {
        if value > 0.0 && value < 1.0 {
            Ok(Self(value))
        } else {
            Err(format!("`{value}` is not a share of one, expected for example `3%` or `0.03`"))
        }
    }
}

/// How a [`Fraction`] may be written.
struct FractionText(f64);

impl<'de> Deserialize<'de> for FractionText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = FractionText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a share of one such as `3%` or `0.03`")
            }
            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<FractionText, E> {
                Ok(FractionText(value))
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<FractionText, E> {
                Ok(FractionText(value as f64))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<FractionText, E> {
                percent(text)
                    .map(FractionText)
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A number of percent as a share.
fn percent(text: &str) -> Option<f64> {
    Some(text.strip_suffix('%')?.trim().parse::<f64>().ok()? / 100.0)
}

impl FromStr for Fraction {
    type Err = String;

    /// `3%` or `0.03`.
    fn from_str(text: &str) -> Result<Self, String> {
        let share = percent(text).or_else(|| text.parse().ok()).unwrap_or(f64::NAN);
        share
            .try_into()
            .map_err(|_| format!("`{text}` is not a share of one, expected for example `3%` or `0.03`"))
    }
}

impl TryFrom<FractionText> for Fraction {
    type Error = String;

    fn try_from(text: FractionText) -> Result<Self, String> {
        text.0.try_into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_a_unit() {
        let text = |nanoseconds: u64| Nanoseconds(nanoseconds).to_string();
        assert_eq!(text(1_240_000_000), "1.24 s");
        assert_eq!(text(36_540_000), "36.5 ms");
        assert_eq!(text(999_700), "1.00 ms");
        assert_eq!(text(999_999_999), "1.00 s");
        assert_eq!(text(870), "870 ns");
        assert_eq!(text(0), "0 ns");
        assert_eq!(significant(99.97), "100");
        assert_eq!(significant(0.012_34), "0.0123");
        assert_eq!(significant(12_345.0), "12345");
    }

    #[test]
    fn moments_are_dates_of_the_gregorian_calendar() {
        assert_eq!(format_utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(format_utc(1_709_164_800_000), "2024-02-29T00:00:00Z");
        assert_eq!(format_utc(1_735_689_599_999), "2024-12-31T23:59:59Z");
    }

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(parse_duration("1.5s").unwrap(), Duration::from_millis(1500));
        assert_eq!(parse_duration("5m").unwrap(), Duration::from_mins(5));
        for bad in ["5", "s", "-1s", "1e400s", "1 week", ""] {
            assert!(parse_duration(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn fractions_are_percent_or_decimal() {
        let parse = |text: &str| serde_yaml::from_str::<Fraction>(text).map(Fraction::get);
        assert!((parse("3%").unwrap() - 0.03).abs() < 1e-12);
        assert!((parse("0.03").unwrap() - 0.03).abs() < 1e-12);
        assert!(parse("3").is_err());
        assert!(parse("abc").is_err());
        assert_eq!("3%".parse(), Fraction::try_from(0.03));
        assert_eq!("0.03".parse(), Fraction::try_from(0.03));
        assert!("3".parse::<Fraction>().unwrap_err().contains("`3`"));
    }
}
