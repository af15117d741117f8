//! The universal scalability law: workers that wait for each other and that must agree.
//!
//! T(n) = T₁ (1 + σ(n − 1) + κ n(n − 1)) / n (Gunther, "A Simple Capacity Model of Massively Parallel Transaction
//! Systems", CMG 1993; "Guerrilla Capacity Planning", 2007, chapter 4). It is linear in other numbers,
//! T(n) = p/n + q + r·n, with T₁ = p + q + r, σ = (q + r)/T₁ and κ = r/T₁: so it is fitted in closed form, and not to
//! throughputs by iteration, as is usual. Without the term in n it is Amdahl's law, and σ the serial fraction.

use serde::{Deserialize, Serialize};

use super::goodness::Goodness;
use super::least_squares::relative_least_squares;
use super::points::Points;
use crate::statistics::{Estimate, StatisticsError, location, log_location};

/// The fewest worker counts that the fit needs: one more than it has parameters, as for
/// [`AMDAHL_COUNTS`](super::AMDAHL_COUNTS).
pub const USL_COUNTS: usize = 4;

/// The universal scalability law as fitted to the times of several worker counts.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct UslFit {
    /// σ: the share of the work for which workers queue. Not cut off at 0 or 1.
    pub contention: Estimate,
    /// κ: what each pair of workers costs, as a share of the work. Not cut off at 0.
    pub coherency: Estimate,
    /// The fitted time of one worker, in the unit of the times.
    pub one_worker: Estimate,
    /// The number of workers at which the curve is fastest, sqrt((1 − σ)/κ); `None` unless the whole interval of κ
    /// lies above 0. Often beyond all that were measured: then it is a forecast.
    pub peak: Option<Estimate>,
    /// How well the curve fits. Where it is bad, the numbers above mean nothing.
    pub goodness: Goodness,
}

impl UslFit {
    /// The curve: the time of so many workers, in the unit of the times.
    pub fn time(&self, workers: f64) -> f64 {
        let (contention, coherency) = (self.contention.point, self.coherency.point);
        let others = workers - 1.0;
        self.one_worker.point * (1.0 + contention * others + coherency * workers * others) / workers
    }
}

/// Fits the universal scalability law, round by round.
///
/// Points as for [`amdahl`](super::amdahl), of [`USL_COUNTS`] different worker counts.
pub fn usl(points: &[(u32, Vec<f64>)]) -> Result<UslFit, StatisticsError> {
    let points = Points::new(points, USL_COUNTS)?;
    let basis: Vec<[f64; 3]> = points.workers().map(|workers| [workers.recip(), 1.0, workers]).collect();
    let fits: Vec<[f64; 3]> = (0..points.rounds())
        .map(|round| relative_least_squares(&basis, &points.round(round).collect::<Vec<_>>()))
        .collect();
    // First, because it refuses curves that are not positive.
    let goodness = Goodness::of(&points, |round, workers| {
        let [shared, constant, growing] = fits[round];
        shared / workers + constant + growing * workers
    })?;
    let one_worker: Vec<f64> = fits.iter().map(|fit| fit.iter().sum()).collect();
    let share = |part: fn(&[f64; 3]) -> f64| {
        let shares: Vec<f64> = fits.iter().zip(&one_worker).map(|(fit, one)| part(fit) / one).collect();
        location(&shares)
    };
    let coherency = share(|[_, _, growing]| *growing)?;
    Ok(UslFit {
        contention: share(|[_, constant, growing]| constant + growing)?,
        peak: if coherency.low > 0.0 { peak(&fits) } else { None },
        coherency,
        one_worker: log_location(&one_worker)?,
        goodness,
    })
}

/// The number of workers at which p/n + q + r·n is least, sqrt(p/r), which is sqrt((1 − σ)/κ).
///
/// Estimated as r/p, which a round has even where its own r is not positive, and turned over at the end.
fn peak(fits: &[[f64; 3]]) -> Option<Estimate> {
    let inverse_squares: Vec<f64> = fits.iter().map(|[shared, _, growing]| growing / shared).collect();
    if fits.iter().any(|[shared, ..]| *shared <= 0.0) {
        return None;
    }
    let found = location(&inverse_squares).ok().filter(|found| found.low > 0.0)?;
    let [low, point, high] = [found.high, found.point, found.low].map(|value| value.sqrt().recip());
    Estimate::new(point, low, high, found.count).ok()
}
