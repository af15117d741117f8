//! A row of the answer: what is said of a statement on an interpreter.

use gilbench_analysis::statistics::{StatisticsError, median_interval};
use gilbench_analysis::timeit::{Finding, Verdict, judge};
use gilbench_model::Name;
use gilbench_model::timeit::BlockFailure;
use gilbench_runner::timeit::{Fate, LEAST_ROUNDS, Measured, StoppedBy};
use serde::Serialize;

use super::answer::{Asked, Interval, SpeedUp, rounds};
use super::entrants::Entrant;

/// A statement on an interpreter.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) statement: String,
    pub(super) interpreter: Name,
    pub(super) version: Option<String>,
    pub(super) outcome: Outcome,
    pub(super) verdict: Option<Verdict>,
    /// Why there is no verdict, or what to know of it.
    pub(super) reason: Option<String>,
    pub(super) hint: Option<String>,
    /// Whether a GIL was in force.
    pub(super) gil: Option<bool>,
    /// It releases the GIL, and gains less than that all the same.
    pub(super) hindered: Option<bool>,
    /// Other programs leave too few CPUs to say that it gains little.
    pub(super) crowded: Option<bool>,
    /// The share of the time in which one thread alone had no CPU.
    pub(super) queued: Option<f64>,
    pub(super) rounds: usize,
    /// Turns of one thread in a block.
    pub(super) turns: Option<u64>,
    /// Of a turn in one thread.
    pub(super) turn_seconds: Option<Interval>,
    pub(super) speed_ups: Vec<SpeedUp>,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    Completed,
    Failed,
    TimedOut,
    Unsupported,
    Missing,
    Broken,
    Skipped,
}

impl Outcome {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::Unsupported => "unsupported",
            Self::Missing => "missing",
            Self::Broken => "broken",
            Self::Skipped => "left out",
        }
    }
}

/// Why a row has no times.
#[derive(Clone, Debug)]
pub(super) struct Reason {
    pub(super) outcome: Outcome,
    pub(super) text: String,
    pub(super) hint: Option<String>,
}

impl Row {
    pub(super) fn new(asked: &Asked, entrant: &Entrant, measured: &Measured) -> Self {
        let state = &entrant.state;
        let mut row = Self {
            statement: asked.statements[entrant.statement].clone(),
            interpreter: state.id.clone(),
            version: state.version.clone(),
            outcome: Outcome::Completed,
            verdict: None,
            reason: None,
            hint: None,
            gil: None,
            hindered: None,
            crowded: None,
            queued: None,
            rounds: 0,
            turns: None,
            turn_seconds: None,
            speed_ups: Vec::new(),
        };
        let course = match &entrant.subject {
            Ok(index) => &measured.courses[*index],
            Err(reason) => return row.without(reason.clone()),
        };
        row.turns = course.pilot.map(|pilot| pilot.turns);
        row.rounds = course.rounds.len();
        if let Some(fate) = &course.fate {
            return row.without(reason(fate, entrant, measured));
        }
        let said = course.rounds.iter().flatten().find_map(|block| block.gil);
        row.gil = said.or(state.gil.enabled);
        let turn: Vec<f64> = course.rounds.iter().map(|round| round[0].rate.recip()).collect();
        row.turn_seconds = median_interval(&turn).ok().map(Interval::from);
        let native = &measured.courses[0];
        let (deciding, _) = asked.deciding();
        for place in 1..asked.threads.len() {
            // An interpreter that does not say otherwise has one.
            match judge(&rounds(course, native, place), row.gil.unwrap_or(true)) {
                Ok(found) => {
                    row.speed_ups.push(SpeedUp::new(
                        asked,
                        &course.rounds,
                        place,
                        &found.speed_up,
                        Some(&found.of_ceiling),
                    ));
                    if place == deciding {
                        row.decide(&found, said, entrant);
                    }
                }
                Err(error) if place == deciding => row.leave_open(&error, measured),
                Err(_) => {}
            }
        }
        row
    }

    fn without(self, Reason { outcome, text, hint }: Reason) -> Self {
        Self { outcome, reason: Some(text), hint, ..self }
    }

    fn decide(&mut self, found: &Finding, said: Option<bool>, entrant: &Entrant) {
        self.verdict = Some(found.verdict);
        self.hindered = Some(found.hindered);
        self.crowded = Some(found.crowded);
        self.queued = found.queued;
        self.reason = match found.verdict {
            Verdict::Undecided if found.crowded => {
                self.hint = Some("`gilbench system` names those that use most".to_owned());
                Some("other programs use the CPUs, so that it may be they that keep it from gaining more".to_owned())
            }
            Verdict::Undecided => {
                self.hint = Some("a longer `--budget` makes more rounds".to_owned());
                Some("the interval reaches from one answer to another".to_owned())
            }
            Verdict::Releases if found.hindered => Some(
                "as many CPUs work as with native code, and less gets done: the threads wait for the memory or for \
                 each other, not for the GIL"
                    .to_owned(),
            ),
            _ if said == Some(true) && entrant.state.gil.enabled == Some(false) => {
                Some("something that was imported switched the GIL on".to_owned())
            }
            _ => None,
        };
    }

    fn leave_open(&mut self, error: &StatisticsError, measured: &Measured) {
        self.verdict = Some(Verdict::Undecided);
        self.reason = Some(match error {
            StatisticsError::TooFew { count, needed } => {
                if matches!(measured.stopped_by, StoppedBy::Budget) {
                    self.hint = Some(longer(measured));
                }
                format!("{count} of the {needed} rounds that an interval needs")
            }
            error => error.to_string(),
        });
    }
}

/// Why a subject has no times.
fn reason(fate: &Fate, entrant: &Entrant, measured: &Measured) -> Reason {
    let (outcome, text, hint) = match fate {
        Fate::Failed(failure) => (Outcome::Failed, said(failure), install(failure, entrant)),
        Fate::TimedOut(limit) => {
            let text = format!("a process was still running after {} s", limit.as_secs_f64());
            (
                Outcome::TimedOut,
                text,
                Some("`--timeout` gives it more time, and `--budget` room for six rounds".to_owned()),
            )
        }
        Fate::Broken(text) => (Outcome::Failed, text.clone(), None),
        Fate::LeftOut => {
            let text = format!("the budget is too short for {LEAST_ROUNDS} rounds of it too");
            (Outcome::Skipped, text, Some(longer(measured)))
        }
    };
    Reason { outcome, text, hint }
}

/// The last line that Python prints of an exception; those before it show where.
fn said(failure: &BlockFailure) -> String {
    let last = failure.said.lines().next_back().unwrap_or_default().trim();
    failure.place.as_ref().map_or_else(|| last.to_owned(), |place| format!("in the {place}: {last}"))
}

/// What gets a module that is missing.
fn install(failure: &BlockFailure, entrant: &Entrant) -> Option<String> {
    let module = failure.missing.as_deref()?.split('.').next()?;
    Some(if entrant.packages.iter().any(|package| package == module) {
        format!("`gilbench interpreters install {} --with {module}`", entrant.state.id)
    } else {
        "`--python` takes an interpreter that has it, such as that of a virtual environment".to_owned()
    })
}

/// A budget that would most likely do, with a little to spare, where all pilots ran.
fn longer(measured: &Measured) -> String {
    if measured.courses.iter().any(|course| course.pilot.is_none() && course.fate == Some(Fate::LeftOut)) {
        return "a longer `--budget` leaves time for it".to_owned();
    }
    let so_far = match measured.rounds {
        rounds @ 1..LEAST_ROUNDS => measured.elapsed * LEAST_ROUNDS / rounds,
        _ => measured.elapsed,
    };
    let needed = measured.needed.max(so_far).as_secs_f64() * 1.2;
    format!("`--budget {}s` would most likely do", needed.ceil())
}
