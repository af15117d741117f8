//! Why a program does not run in parallel, and what would help.
//!
//! What was seen of a run is divided among causes ([`Shares`]); what changed when the program was run differently
//! ([`Effect`]) confirms them, and tells causes apart that look alike from outside; the largest is the [`Verdict`], and
//! its [`Remedy`] has a gain that was measured, or a bound with its formula. Nothing here depends on how a program or
//! its parts are called.
//!
//! Not responsible for running anything, or for words on a terminal.

mod effect;
mod evidence;
mod group;
mod join;
mod lines;
mod place;
mod remedy;
mod rivals;
mod shares;
mod verdict;

use gilbench_model::watched::Run;

pub use self::effect::{Change, Effect, Measured};
pub use self::evidence::{Evidence, Source};
use self::join::Join;
pub use self::lines::{Activity, Line};
pub use self::remedy::{Gain, GainKind, Proposal, Remedy};
pub use self::shares::{Cause, Shares, Weighted};
pub use self::verdict::Verdict;
use self::verdict::Weights;

/// What there is to diagnose.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The run that tells most: the one with facts, where there is one.
    pub telling: &'a Run,
    /// Runs of the program as it is.
    pub plain: &'a [Run],
    /// Runs in which something was changed.
    pub effects: &'a [Effect],
    /// The CPUs of the machine.
    pub machine_cpus: usize,
    /// Those of them that gilbench itself may use, and so its runs too.
    pub allowed_cpus: usize,
    /// How many of them the program may use at once by its quota.
    pub quota: Option<f64>,
}

impl<'a> Case<'a> {
    /// What came of a change, if it was tried.
    fn effect(&self, change: &Change) -> Option<&'a Effect> {
        self.effects.iter().find(|effect| effect.change == *change)
    }
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// What the program is.
    pub verdict: Verdict,
    /// From 0 to 1.
    pub confidence: f64,
    /// What it is too, and how sure that is.
    pub secondary: Vec<(Verdict, f64)>,
    /// Why nothing can be said, or why it is not surer.
    pub missing: Vec<String>,
    /// Figures that speak for it.
    pub evidence: Vec<Evidence>,
    /// What would help, the best first.
    pub remedies: Vec<Proposal>,
    /// Where the time goes.
    pub lines: Vec<Line>,
    /// The time by causes.
    pub shares: Shares,
}

/// Diagnoses a program.
pub fn diagnose(case: &Case<'_>) -> Diagnosis {
    let join = Join::new(case.telling);
    let shares = shares::shares(case, &join);
    let weights = Weights::of(case, &shares);
    let judged = verdict::judge(case, &shares, &weights);
    Diagnosis {
        evidence: evidence::evidence(case, &shares, judged.verdict),
        remedies: remedy::remedies(case, &shares, judged.verdict),
        lines: lines::lines(case.telling, &join),
        verdict: judged.verdict,
        confidence: judged.confidence,
        secondary: judged.secondary,
        missing: judged.missing,
        shares,
    }
}
