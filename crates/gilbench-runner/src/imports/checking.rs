//! Tries packages on an interpreter, one after the other.

use std::path::Path;
use std::time::Duration;

use super::answer::Answer;
use super::check::check;
use super::installing::{Place, Stopped, install};
use super::refusal::Refusal;
use super::requirement::Requirement;
use super::requirements::Requirements;
use super::subject::Subject;
use super::twin::with_gil;
use super::{Outcome, WheelKind};
use crate::install::{CommandError, InstallError};

/// How to try packages.
pub struct Checking<'a> {
    /// The packages.
    pub requirements: &'a Requirements,
    /// A folder for what is installed, which goes away.
    pub scratch: &'a Path,
    /// Nothing may be fetched.
    pub offline: bool,
    /// What has no wheel may be built.
    pub build: bool,
    /// So long may the imports of one package take.
    pub limit: Duration,
    /// Told which package is being tried, and what is done with it.
    pub progress: &'a dyn Fn(&Subject, &str, &str),
    /// Asked now and then; when it answers true, everything stops.
    pub interrupted: &'a dyn Fn() -> bool,
}

impl Checking<'_> {
    /// Tries all packages on an interpreter.
    pub fn on(&self, subject: &Subject) -> Result<Vec<Answer>, InstallError> {
        let mut answers = Vec::new();
        for (number, requirement) in self.requirements.packages.iter().enumerate() {
            let place = Place::new(self.scratch.join(format!("{}-{number}", subject.id)))?;
            answers.push(self.one(subject, requirement, &place)?);
        }
        let place = Place::new(self.scratch.join(format!("{}-with-gil", subject.id)))?;
        let comparable: Vec<&Requirement> = self
            .requirements
            .packages
            .iter()
            .zip(&answers)
            .filter(|(requirement, answer)| requirement.is_from_index() && may_have_wheel(answer))
            .map(|(requirement, _)| requirement)
            .collect();
        let twins = with_gil(self, subject, &comparable, &place).map_err(|error| stopped(&error))?;
        Ok(answers
            .into_iter()
            .map(|answer| {
                let twin = twins.get(&answer.name);
                answer.beside(twin)
            })
            .collect())
    }

    fn one(
        &self,
        subject: &Subject,
        requirement: &Requirement,
        place: &Place,
    ) -> Result<Answer, InstallError> {
        (self.progress)(subject, &requirement.name, "installing");
        let report = match install(self, subject, requirement, place) {
            Ok(report) => report,
            Err(Stopped::Interrupted) => return Err(InstallError::interrupted()),
            Err(Stopped::Refused(refusal)) => return Ok(Answer::refused(requirement, refusal)),
        };
        (self.progress)(subject, &requirement.name, "importing");
        match check(subject, &requirement.name, place, self.limit, self.interrupted) {
            Ok(checked) => Ok(Answer::seen(requirement, report.as_ref(), &checked, subject.free_threaded)),
            Err(error @ CommandError::Interrupted) => Err(stopped(&error)),
            Err(error) => {
                let refusal = Refusal::new(Outcome::Crashed, error.to_string());
                Ok(Answer::refused(requirement, refusal))
            }
        }
    }
}

/// Whether a build with a GIL may get a wheel of it: of what is on no index, there is none to look for.
fn may_have_wheel(answer: &Answer) -> bool {
    let built = answer.wheel.as_ref().is_some_and(|wheel| wheel.kind == WheelKind::Built);
    let nowhere = [Outcome::NotFound, Outcome::NoVersion, Outcome::LeftOut, Outcome::InstallFailed];
    !built && !nowhere.contains(&answer.outcome)
}

fn stopped(error: &CommandError) -> InstallError {
    match error {
        CommandError::Interrupted => InstallError::interrupted(),
        error => InstallError::new(crate::install::InstallFailure::Failed, error),
    }
}
