//! Numbers as text. A number that was estimated is always written with its interval.
//!
//! Not responsible for choosing what to show.

pub use gilbench_analysis::figure::{Figure, written};
use gilbench_analysis::findings::MemoryFinding;
use gilbench_analysis::statistics::Estimate;
use gilbench_model::units::{format_seconds, format_utc, significant};

/// A ratio: `1.83× [1.79×, 1.87×]`.
pub fn ratio(estimate: &Estimate) -> Figure {
    written(estimate, 1.0, "×")
}

/// A number without a unit: `1.83 [1.79, 1.87]`.
pub(crate) fn plain(estimate: &Estimate) -> Figure {
    written(estimate, 1.0, "")
}

/// A time in seconds: `36.5 ms [36.1 ms, 37.0 ms]`.
pub fn seconds(estimate: &Estimate) -> Figure {
    // Nothing has no unit of its own.
    let size = if estimate.point == 0.0 { estimate.high } else { estimate.point };
    let (factor, unit) = unit_of(size.abs());
    written(estimate, factor, &format!(" {unit}"))
}

/// The unit that suits a time in seconds, and how many of it are in one.
pub(crate) fn unit_of(seconds: f64) -> (f64, &'static str) {
    match seconds {
        s if s >= 0.9995 => (1.0, "s"),
        s if s >= 0.999_5e-3 => (1e3, "ms"),
        s if s >= 0.999_5e-6 => (1e6, "µs"),
        _ => (1e9, "ns"),
    }
}

/// A rate, with the prefix of a thousand that suits it: `12.3 GB/s [12.1 GB/s, 12.4 GB/s]`.
pub(crate) fn per_second(estimate: &Estimate, unit: &str) -> Figure {
    let prefixes = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let found = prefixes.into_iter().find(|(size, _)| estimate.point >= *size);
    let (size, prefix) = found.unwrap_or((1.0, ""));
    written(estimate, 1.0 / size, &format!(" {prefix}{unit}/s"))
}

/// An estimated number of bytes: `45.2 MiB [44.9 MiB, 45.6 MiB]`.
pub fn memory(estimate: &Estimate) -> Figure {
    let (size, unit) = binary_unit(estimate.point);
    written(estimate, size.recip(), unit)
}

/// Peak memory of a process tree: with its interval, or as the one number of the pilot.
pub(crate) fn peak_memory(found: MemoryFinding) -> Figure {
    match found {
        MemoryFinding::Cgroup { bytes } => memory(&bytes),
        MemoryFinding::SampledPss { bytes: peak } => {
            Figure { point: bytes(peak), interval: "pilot only, sampled".to_owned(), value: peak as f64 }
        }
    }
}

/// What to say of efficiencies, if an interval of theirs holds more than there can be.
pub(crate) fn above_one<'a>(efficiencies: impl IntoIterator<Item = &'a Estimate>) -> Option<&'static str> {
    efficiencies.into_iter().any(|estimate| estimate.high > 1.0).then_some(
        "An efficiency above 1 is more than the workers alone can give. Where an interval reaches there, it is noise, \
         or a clock or a cache that served several workers better than one; it is shown as computed, not cut off at 1.",
    )
}

/// A share of one: `2.31 %`, `2 %`.
pub(crate) fn percent(share: f64) -> String {
    let text = significant(share * 100.0);
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{short} %")
}

/// A number of bytes in binary units.
pub(crate) fn bytes(bytes: u64) -> String {
    let value = bytes as f64;
    match binary_unit(value) {
        (_, " B") => format!("{bytes} B"),
        (size, unit) => format!("{}{unit}", significant(value / size)),
    }
}

/// The largest unit that is not larger than the number, in bytes, and its name.
fn binary_unit(bytes: f64) -> (f64, &'static str) {
    let units = [(1_073_741_824.0, " GiB"), (1_048_576.0, " MiB"), (1024.0, " KiB")];
    units.into_iter().find(|(size, _)| bytes >= *size).unwrap_or((1.0, " B"))
}

/// A length of time as people say it: `850 ms`, `36.5 s`, `4 min 10 s`, `2 h 05 min`.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 59.95 {
        return format_seconds(seconds);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, saturating")]
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours == 0 { format!("{minutes} min {seconds:02} s") } else { format!("{hours} h {minutes:02} min") }
}

/// A moment as `2025-03-09 14:05 UTC`, from milliseconds of Unix time.
pub(crate) fn moment(milliseconds: u64) -> String {
    let utc = format_utc(milliseconds);
    format!("{} {} UTC", &utc[..10], &utc[11..16])
}

/// A count with its noun: `1 case`, `12 cases`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = match noun {
        noun if number == 1 => noun.to_owned(),
        noun if noun.ends_with("ss") => format!("{noun}es"),
        noun => format!("{noun}s"),
    };
    format!("{number} {plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_carry_their_interval_in_the_unit_of_the_point() {
        let estimate = |point, low, high| Estimate::new(point, low, high, 8).unwrap();
        assert_eq!(ratio(&estimate(1.83, 1.79, 1.87)).text(), "1.83× [1.79×, 1.87×]");
        assert_eq!(seconds(&estimate(0.0365, 0.0361, 0.037)).text(), "36.5 ms [36.1 ms, 37.0 ms]");
        assert_eq!(seconds(&estimate(0.0, 0.0, 0.2391)).text(), "0 ms [0 ms, 239 ms]");
        assert_eq!(seconds(&estimate(988e-6, 891e-6, 1_220e-6)).text(), "988 µs [891 µs, 1220 µs]");
    }

    #[test]
    fn rates_have_the_prefix_that_suits_them() {
        let estimate = |point, low, high| Estimate::new(point, low, high, 8).unwrap();
        assert_eq!(
            per_second(&estimate(12.3e9, 12.1e9, 12.4e9), "B").text(),
            "12.3 GB/s [12.1 GB/s, 12.4 GB/s]"
        );
        assert_eq!(
            per_second(&estimate(310.0, 300.0, 320.0), "call").text(),
            "310 call/s [300 call/s, 320 call/s]"
        );
    }

    #[test]
    fn shares_are_percentages_without_idle_zeros() {
        assert_eq!(
            [0.02, 0.0231, 0.5, 0.000_8, 10.0].map(percent),
            ["2 %", "2.31 %", "50 %", "0.08 %", "1000 %"]
        );
    }

    #[test]
    fn only_an_efficiency_above_one_is_explained() {
        let [below, across] = [1.0, 1.01].map(|high| Estimate::new(0.9, 0.8, high, 8).unwrap());
        assert!(above_one([&below]).is_none() && above_one([]).is_none());
        assert!(above_one([&below, &across]).is_some());
    }

    #[test]
    fn moments_are_right_around_leap_days() {
        assert_eq!(moment(0), "1970-01-01 00:00 UTC");
        assert_eq!(moment(951_782_400_000), "2000-02-29 00:00 UTC");
        assert_eq!(moment(1_741_529_100_000), "2025-03-09 14:05 UTC");
    }

    #[test]
    fn sizes_and_lengths_of_time_read_like_speech() {
        assert_eq!(bytes(900), "900 B");
        assert_eq!(bytes(47_395_635), "45.2 MiB");
        let peak = Estimate::new(2_097_152.0, 1_048_576.0, 2_149_580.0, 8).unwrap();
        assert_eq!(memory(&peak).text(), "2.00 MiB [1.00 MiB, 2.05 MiB]");
        assert_eq!(duration(250.0), "4 min 10 s");
        assert_eq!(duration(7500.0), "2 h 05 min");
        assert_eq!(count(1, "process"), "1 process");
        assert_eq!(count(2, "process"), "2 processes");
    }
}
