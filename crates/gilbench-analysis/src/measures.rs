//! The numbers by round that the ratio of two cases is formed from.

use std::fmt;

use gilbench_model::Name;
use gilbench_model::claim::{Measure, Selector, Test};
use gilbench_model::sample::{Iteration, Process};

use crate::series::{CaseSamples, Series, paired};
use crate::statistics::median;

/// A case does not have the number that a test asks for.
#[derive(Clone, Debug)]
pub(crate) struct Absent {
    case: String,
    what: String,
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} does not {} here", self.case, self.what)
    }
}

/// Numerators and denominators of the rounds that both cases have.
pub(crate) fn sides(
    test: &Test,
    samples: &CaseSamples<'_>,
    against: &CaseSamples<'_>,
) -> Result<(Vec<f64>, Vec<f64>), Absent> {
    let whole = Selector::default();
    let case = numbers(test, &test.case, samples)?;
    let other = numbers(test, test.against.as_ref().unwrap_or(&whole), against)?;
    Ok(match test.measure {
        Measure::SpeedUp | Measure::Efficiency => paired(&other, &case),
        _ => paired(&case, &other),
    })
}

/// One number per round: of an observation, of a phase, or the time of an iteration.
fn numbers(test: &Test, selector: &Selector, samples: &CaseSamples<'_>) -> Result<Series, Absent> {
    let (series, what) = match (&test.observation, &selector.phase) {
        (Some(name), _) => {
            let number =
                |iteration: &Iteration| iteration.observations.get(name).map(|number| *number as f64);
            (middles(samples, number), format!("observe `{name}`"))
        }
        (None, Some(phase)) => (phase_times(samples, phase), format!("time a phase `{phase}`")),
        (None, None) => return Ok(samples.steady.clone()),
    };
    if series.is_empty() && !samples.steady.is_empty() {
        return Err(Absent { case: samples.case.id.clone(), what });
    }
    Ok(series)
}

/// Seconds of a phase, by round.
pub(crate) fn phase_times(samples: &CaseSamples<'_>, phase: &Name) -> Series {
    middles(samples, |iteration| iteration.phases.get(phase).map(|time| time.seconds()))
}

/// The median of the steady iterations that have the number, by round.
fn middles(samples: &CaseSamples<'_>, number: impl Fn(&Iteration) -> Option<f64>) -> Series {
    let middle = |process: &Process| median(&process.steady().filter_map(&number).collect::<Vec<_>>()).ok();
    samples.series(middle)
}
