//! Cases of one run beside other cases of it, paired by round.

use gilbench_model::plan::Role;
use gilbench_model::run_directory::Run;

use super::pattern::Pattern;
use super::rows::{Compared, Row};
use super::side::{Entry, Side};
use crate::series::paired;
use crate::statistics::{StatisticsError, paired_ratio};
use crate::steady::tagged;

/// Which cases are compared, and with which.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Only these; `None` for all.
    pub case: Option<Pattern>,
    /// With these; `None` for each case's baseline. What a `*` of the one stands for, that of the other does; with
    /// another number of them, the pattern has to fit one case only.
    pub against: Option<Pattern>,
}

/// Why cases cannot be chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// No case fits.
    #[error("no case of the run fits `{pattern}`")]
    NoCase {
        /// As it was typed.
        pattern: String,
    },
    /// Several could be compared with.
    #[error("`{pattern}` fits {found} cases, and it is not said which of them to compare with which case")]
    Ambiguous {
        /// As it was typed.
        pattern: String,
        /// How many there are.
        found: usize,
    },
}

/// Compares cases of a run, each with its baseline unless `choice` says otherwise.
pub fn within(run: &Run, choice: &Choice, band: f64) -> Result<Compared, ChoiceError> {
    let run = tagged(run);
    let side = Side::of(&run);
    let chosen: Vec<Entry<'_>> = side
        .in_role(Role::Measured)
        .filter(|entry| choice.case.as_ref().is_none_or(|pattern| pattern.fits(&entry.case.id)))
        .collect();
    if let Some(pattern) = choice.case.as_ref().filter(|_| chosen.is_empty()) {
        return Err(ChoiceError::NoCase { pattern: pattern.as_str().to_owned() });
    }
    let mut rows = Vec::new();
    match &choice.against {
        // What is a baseline itself has a row only where it was asked for.
        None => rows.extend(chosen.iter().filter_map(|entry| {
            match side.baseline(entry) {
                Some(baseline) => Some(row(entry, &baseline)),
                None => choice
                    .case
                    .is_some()
                    .then(|| without(entry, "it has no baseline in the run, or is one itself")),
            }
        })),
        Some(against) => {
            for entry in &chosen {
                rows.extend(row_against(&side, choice.case.as_ref(), against, entry)?);
            }
        }
    }
    Ok(Compared::decided(band, vec![side.described(None, None)], Vec::new(), rows))
}

fn row_against(
    side: &Side<'_>,
    case: Option<&Pattern>,
    against: &Pattern,
    entry: &Entry<'_>,
) -> Result<Option<Row>, ChoiceError> {
    let fitting = || side.in_role(Role::Measured).filter(|other| against.fits(&other.case.id));
    let captures = case.filter(|case| case.stars() == against.stars());
    if let Some(captures) =
        captures.filter(|_| against.stars() > 0).and_then(|case| case.captures(&entry.case.id))
    {
        let id = against.filled(&captures);
        if id == entry.case.id {
            return Ok(None);
        }
        let found = side.get(&id).filter(|found| found.case.role == Role::Measured);
        return Ok(Some(found.map_or_else(
            || Row { against: Some(id.clone()), ..without(entry, "the run has no case to compare it with") },
            |found| row(entry, &found),
        )));
    }
    let only =
        fitting().next().ok_or_else(|| ChoiceError::NoCase { pattern: against.as_str().to_owned() })?;
    let found = fitting().count();
    if found > 1 {
        return Err(ChoiceError::Ambiguous { pattern: against.as_str().to_owned(), found });
    }
    // Where nobody said which cases are meant, those are that can be compared with this one.
    let meant = case.is_some() || entry.does_the_work_of(&only);
    Ok((meant && entry.case.id != only.case.id).then(|| row(entry, &only)))
}

fn without(entry: &Entry<'_>, reason: &str) -> Row {
    Row { b: entry.time(), reason: Some(reason.to_owned()), ..Row::new(0, &entry.case.id, entry.quantity()) }
}

/// A case over another one.
fn row(b: &Entry<'_>, a: &Entry<'_>) -> Row {
    let (times, against) = paired(&b.samples.times(), &a.samples.times());
    let ratio = paired_ratio(&times, &against);
    let unknown = ratio.as_ref().err().map(|error| match error {
        StatisticsError::TooFew { count, needed } => {
            format!("too few rounds of both cases: {count} of {needed} for an interval")
        }
        error => error.to_string(),
    });
    Row {
        against: Some(a.case.id.clone()),
        a: a.time(),
        b: b.time(),
        ratio: ratio.ok(),
        // Rounds pair, and what drifts in both of them cancels.
        drifting: false,
        reason: obstacle(b, a).or(unknown),
        ..Row::new(0, &b.case.id, b.quantity())
    }
}

fn obstacle(b: &Entry<'_>, a: &Entry<'_>) -> Option<String> {
    if !b.does_the_work_of(a) {
        return Some("the two do not do the same work".to_owned());
    }
    if b.quantity() != a.quantity() {
        return Some("one is cold and the other is not".to_owned());
    }
    b.obstacle().or_else(|| a.obstacle().map(|reason| format!("{}: {reason}", a.case.id)))
}
