//! How often intervals hold the truth, and how wide they are.

use std::fmt;

use crate::interval::Interval;

/// What 95 % intervals are to cover, as shares.
pub(crate) const BAR: std::ops::RangeInclusive<f64> = 0.935..=0.965;

/// What was counted of one method in one cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coverage {
    pub(crate) share: f64,
    /// How many intervals there were.
    pub(crate) count: usize,
    /// The mean logarithm of the width.
    pub(crate) log_width: f64,
}

impl Coverage {
    /// None without any interval. Intervals of no width have no logarithm and leave the width undefined.
    pub(crate) fn of(intervals: impl Iterator<Item = Interval>, truth: f64) -> Option<Self> {
        let (mut held, mut count, mut log_width) = (0_u32, 0, 0.0);
        for interval in intervals {
            held += u32::from(interval.contains(truth));
            count += 1;
            log_width += interval.width().ln();
        }
        let all = count as f64;
        (count > 0).then(|| Self { share: f64::from(held) / all, count, log_width: log_width / all })
    }

    /// How far the share lies outside the bar, in its standard errors; 0 inside it.
    pub(crate) fn beyond_the_bar(self) -> f64 {
        let distance = (BAR.start() - self.share).max(self.share - BAR.end()).max(0.0);
        distance / (self.share * (1.0 - self.share) / self.count as f64).sqrt().max(f64::MIN_POSITIVE)
    }
}

/// The least and the greatest of some shares, in percent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    least: f64,
    greatest: f64,
}

impl Span {
    pub(crate) fn of(found: impl Iterator<Item = Coverage>) -> Option<Self> {
        found.map(|coverage| coverage.share).fold(None, |span: Option<Self>, share| {
            let Self { least, greatest } = span.unwrap_or(Self { least: share, greatest: share });
            Some(Self { least: least.min(share), greatest: greatest.max(share) })
        })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.1}–{:.1}", 100.0 * self.least, 100.0 * self.greatest)
    }
}
