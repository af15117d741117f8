//! A run as one side of a comparison: each case's values beside what is known of it.

use gilbench_model::plan::{Case, Role};
use gilbench_model::run_directory::Run;

use super::rows::{ComparedRun, Quantity};
use crate::cases::{baseline, findings};
use crate::findings::{CROWDED, CaseFinding, CaseState};
use crate::noise;
use crate::series::CaseSamples;
use crate::statistics::Estimate;

/// A run.
pub(crate) struct Side<'a> {
    pub(crate) run: &'a Run,
    samples: Vec<CaseSamples<'a>>,
    findings: Vec<CaseFinding>,
}

/// A case of it.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'s> {
    pub(crate) case: &'s Case,
    pub(crate) samples: &'s CaseSamples<'s>,
    pub(crate) finding: &'s CaseFinding,
}

impl<'a> Side<'a> {
    pub(crate) fn of(run: &'a Run) -> Self {
        let samples = CaseSamples::of(run);
        let findings = findings(run, &samples);
        Self { run, samples, findings }
    }

    pub(crate) fn samples(&self) -> &[CaseSamples<'a>] {
        &self.samples
    }

    fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let both = self.samples.iter().zip(&self.findings);
        both.map(|(samples, finding)| Entry { case: samples.case, samples, finding })
    }

    /// The cases that are there in a role, in the order of the plan.
    pub(crate) fn in_role(&self, role: Role) -> impl Iterator<Item = Entry<'_>> {
        self.entries().filter(move |entry| entry.case.role == role)
    }

    /// The case with this id.
    pub(crate) fn get(&self, id: &str) -> Option<Entry<'_>> {
        self.entries().find(|entry| entry.case.id == id)
    }

    /// The same work one after another, where the run has it.
    pub(crate) fn baseline(&self, of: &Entry<'_>) -> Option<Entry<'_>> {
        let baseline = baseline(&self.samples, of.samples)?;
        self.get(&baseline.case.id)
    }

    /// What is said of the run itself.
    pub(crate) fn described(&self, shift: Option<f64>, reason: Option<String>) -> ComparedRun {
        let (plan, environment) = (&self.run.plan, &self.run.environment);
        ComparedRun {
            run: self.run.directory.display().to_string(),
            suite: plan.suite.to_string(),
            gilbench: environment.gilbench.clone(),
            planned_ms: environment.planned_ms,
            unfinished: self.run.unfinished().map(ToOwned::to_owned),
            noise_floor: noise::floor(plan, &self.samples),
            shift,
            reason,
        }
    }
}

impl Entry<'_> {
    /// The time by which it is compared.
    pub(crate) fn quantity(&self) -> Quantity {
        if self.case.conditions.cold { Quantity::Whole } else { Quantity::Steady }
    }

    /// That time.
    pub(crate) fn time(&self) -> Option<Estimate> {
        if self.case.conditions.cold { self.finding.whole } else { self.finding.steady }
    }

    /// Why it has no time, or why its time says nothing of it; `None` if nothing is wrong.
    pub(crate) fn obstacle(&self) -> Option<String> {
        match &self.finding.state {
            CaseState::Measured if self.finding.crowded => Some(CROWDED.to_owned()),
            CaseState::Measured => None,
            CaseState::Skipped { reason, .. } => Some(format!("skipped: {reason}")),
            CaseState::Failed { reason } => Some(reason.clone()),
            CaseState::TooFew { needed } | CaseState::Pending { needed } => {
                let rounds = self.finding.rounds;
                Some(format!("too few rounds: {rounds} of {needed} for an interval"))
            }
        }
    }

    /// Whether both do the same work: the same input and the same answer.
    pub(crate) fn does_the_work_of(&self, other: &Entry<'_>) -> bool {
        let (this, other) = (self.case, other.case);
        this.workload == other.workload && this.parameters == other.parameters && this.digest == other.digest
    }
}
