//! All cells of one statistic, shape and drift, summed up.

use crate::cell::{Cell, Intervals, Statistic, Truth};
use crate::coverage::{BAR, Coverage, Span};
use crate::shapes::{Drift, Shape};
use crate::stopping::{CAPS, COUNTS, Row, Rule, end, targets};
use crate::trial::Variant;

/// From how many rounds on intervals are held to the bar.
pub(crate) const LEAST: usize = 8;

/// When the trials of a cell ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    /// At the cap, all of them.
    Fixed,
    /// By a rule, at the width that so many trials reach by their third look: a third of them, or half.
    Stopped { rule: Rule, share: &'static str },
}

/// What one cell showed at one cap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) variant: Variant,
    pub(crate) cap: usize,
    pub(crate) ending: Ending,
    pub(crate) ours: Coverage,
    pub(crate) bootstrap: Option<Coverage>,
    pub(crate) t: Option<Coverage>,
    /// Of ours, on the trials that the peers saw too: the mean logarithm of the width.
    log_width_beside: f64,
}

/// One row of the tables.
pub(crate) struct Group {
    pub(crate) shape: Shape,
    pub(crate) drift: Drift,
    pub(crate) found: Vec<Found>,
}

impl Group {
    pub(crate) fn simulate(
        (statistic, shape, drift): (Statistic, Shape, Drift),
        (trials, beside, seed): (u64, u64, u64),
    ) -> Self {
        let truth = Truth::of(statistic, shape, drift, seed);
        let found = statistic.variants().iter().flat_map(|&variant| {
            let intervals = Cell { statistic, shape, drift, variant }.simulate(trials, beside, seed);
            found(variant, &intervals, truth)
        });
        Self { shape, drift, found: found.collect() }
    }

    /// What was found from [`LEAST`] rounds on.
    pub(crate) fn enough(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| found.cap >= LEAST)
    }

    /// The span of a method's coverage over variants and caps.
    pub(crate) fn span(
        &self,
        ending: fn(Ending) -> bool,
        method: fn(&Found) -> Option<Coverage>,
    ) -> Option<Span> {
        Span::of(self.enough().filter(|found| ending(found.ending)).filter_map(method))
    }

    /// The mean of a method's coverage over variants and caps.
    pub(crate) fn mean(
        &self,
        ending: fn(Ending) -> bool,
        method: fn(&Found) -> Option<Coverage>,
    ) -> Option<f64> {
        let shares: Vec<f64> = self
            .enough()
            .filter(|found| ending(found.ending))
            .filter_map(|found| Some(method(found)?.share))
            .collect();
        (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
    }

    /// The width of ours over that of a method on the same data, with fixed counts: the geometric mean.
    pub(crate) fn relative_width(&self, method: fn(&Found) -> Option<Coverage>) -> Option<f64> {
        let fixed = self.enough().filter(|found| found.ending == Ending::Fixed);
        let logarithms: Vec<f64> =
            fixed.filter_map(|found| Some(found.log_width_beside - method(found)?.log_width)).collect();
        (!logarithms.is_empty()).then(|| (logarithms.iter().sum::<f64>() / logarithms.len() as f64).exp())
    }
}

fn found(variant: Variant, intervals: &Intervals, truth: Truth) -> Vec<Found> {
    let [third, half] = targets(&intervals.ours);
    let mut all = Vec::new();
    for cap in CAPS {
        all.extend(at(variant, intervals, truth, cap, Ending::Fixed, 0.0));
        if cap <= LEAST {
            // Stopping needs a look before the cap.
            continue;
        }
        for rule in [Rule::AtOnce, Rule::OneLookLater] {
            for (share, target) in [("a third", third), ("half", half)] {
                all.extend(at(variant, intervals, truth, cap, Ending::Stopped { rule, share }, target));
            }
        }
    }
    all
}

fn at(
    variant: Variant,
    intervals: &Intervals,
    truth: Truth,
    cap: usize,
    ending: Ending,
    target: f64,
) -> Option<Found> {
    let last = COUNTS.iter().position(|&count| count == cap)?;
    let place = |row: &Row| match ending {
        Ending::Fixed => last,
        Ending::Stopped { rule, .. } => end(row, target, cap, rule),
    };
    // Peers see the very data that ours ended with.
    let ends: Vec<usize> = intervals.ours.iter().map(place).collect();
    let of = |rows: &[Row], truth: f64| {
        Coverage::of(rows.iter().zip(&ends).filter_map(|(row, &end)| row[end]), truth)
    };
    Some(Found {
        variant,
        cap,
        ending,
        ours: of(&intervals.ours, truth.middle)?,
        bootstrap: of(&intervals.bootstrap, truth.middle),
        t: truth.mean.and_then(|mean| of(&intervals.t, mean)),
        log_width_beside: of(&intervals.ours[..intervals.bootstrap.len()], truth.middle)?.log_width,
    })
}

/// Whether a share lies in the bar.
pub(crate) fn in_bar(coverage: Coverage) -> bool {
    BAR.contains(&coverage.share)
}
