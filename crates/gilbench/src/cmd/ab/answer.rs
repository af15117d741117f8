//! What `ab` answers. The shape of `gilbench ab --format json`.

use std::collections::BTreeMap;
use std::time::Duration;

use gilbench_analysis::contest::judge;
use gilbench_analysis::statistics::{
    Answer, Estimate, StatisticsError, median_interval, minimum_detectable_effect,
};
use gilbench_model::sample::{MemorySource, Tree};
use gilbench_model::units::significant;
use gilbench_runner::commands::{Contest, Measure, Method, Side, StoppedBy};
use serde::Serialize;

use super::variants::Pair;

/// The answer to one pair.
#[derive(Debug, Serialize)]
pub(super) struct Answered {
    pub(super) verdict: Answer,
    /// Why there is none.
    pub(super) reason: Option<String>,
    /// B's time over A's.
    pub(super) ratio: Option<f64>,
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    pub(super) significant: Option<bool>,
    pub(super) relevant: Option<bool>,
    pub(super) band: f64,
    pub(super) measure: &'static str,
    pub(super) method: &'static str,
    pub(super) a: SideAnswer,
    pub(super) b: SideAnswer,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) rounds: usize,
    pub(super) processes: usize,
    /// Everything that was done, pilots included.
    pub(super) seconds: f64,
    pub(super) stopped_by: &'static str,
    pub(super) target: f64,
    /// Half the interval's width on the log scale, against the target.
    pub(super) half_width: Option<f64>,
    /// A difference of this share would have been found with a chance of about 80 %.
    pub(super) minimum_detectable_effect: Option<f64>,
    /// What would most likely decide it; where there are too few rounds, what would give a first answer.
    pub(super) to_decide: Option<ToDecide>,
    pub(super) seed: u64,
}

/// Rounds that mostly tell how many more are needed.
const FIRST_ANSWER: u32 = 8;

/// What a decision would take, all in all.
#[derive(Debug, Serialize)]
pub(super) struct ToDecide {
    pub(super) rounds: u32,
    pub(super) seconds: f64,
    /// Arguments that let it take so much, where those given do not.
    pub(super) arguments: String,
}

impl ToDecide {
    /// `half_width` is that of so many `rounds` of a contest.
    fn new(needed: u32, contest: &Contest, half_width: Option<f64>, asked: Asked) -> Self {
        let rounds = contest.rounds.len().max(1) as f64;
        let more = f64::from(needed) / rounds;
        let seconds = contest.elapsed.as_secs_f64() * more;
        let mut arguments = Vec::new();
        // An interval narrows with the root of the number of rounds.
        if let Some(width) = half_width.map(|width| width / more.sqrt()).filter(|width| *width < asked.target)
        {
            // A little less: the number of rounds is an estimate.
            arguments.push(format!("--target {}%", significant(90.0 * width)));
        }
        if needed > asked.max_rounds {
            arguments.push(format!("--max-rounds {needed}"));
        }
        if seconds > asked.max_time.as_secs_f64() || contest.rounds.is_empty() {
            arguments.push(format!("--max-time {}s", seconds.ceil()));
        }
        Self { rounds: needed, seconds, arguments: arguments.join(" ") }
    }
}

/// What is known of one command.
#[derive(Debug, Serialize)]
pub(super) struct SideAnswer {
    pub(super) name: String,
    pub(super) command: String,
    /// Of a process that runs alone; none where they ran side by side.
    pub(super) wall_seconds: Option<Interval>,
    pub(super) cpu_seconds: Option<Interval>,
    pub(super) memory: Option<Peak>,
    /// Processes that ended other than by exit code 0, and count all the same.
    pub(super) failures: usize,
    /// Processes that went on when their command had ended, and were ended two seconds later.
    pub(super) orphans: u32,
    /// What was compared, round by round, in seconds.
    pub(super) values: Vec<f64>,
}

/// A median and its 95 % interval.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Interval {
    pub(super) median: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// Peak memory of the process tree, in bytes.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Peak {
    pub(super) bytes: f64,
    /// None where only the pilot was watched.
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    pub(super) source: MemorySource,
}

impl From<Estimate> for Interval {
    fn from(estimate: Estimate) -> Self {
        Self { median: estimate.point, low: estimate.low, high: estimate.high }
    }
}

impl Interval {
    pub(super) fn estimate(self, count: usize) -> Option<Estimate> {
        Estimate::new(self.median, self.low, self.high, count).ok()
    }
}

/// What was asked for besides the commands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) band: f64,
    pub(super) target: f64,
    pub(super) max_rounds: u32,
    pub(super) max_time: Duration,
    pub(super) seed: u64,
}

impl Answered {
    pub(super) fn new(pair: &Pair, contest: &Contest, asked: Asked) -> Self {
        let judged = judge(&contest.values(), asked.band);
        let finding = judged.as_ref().ok();
        let rounds = contest.rounds.len();
        let needed = match &judged {
            Ok(finding) => finding.rounds_to_decide,
            Err(StatisticsError::TooFew { .. }) => (!contest.pilots.is_empty()).then_some(FIRST_ANSWER),
            Err(_) => None,
        };
        let half_width = finding.and_then(|finding| finding.ratio.half_width_logarithmic());
        let to_decide = needed.map(|needed| ToDecide::new(needed, contest, half_width, asked));
        Self {
            verdict: finding.map_or(Answer::Undecided, |finding| finding.decision.answer),
            reason: judged.as_ref().err().map(reason),
            ratio: finding.map(|finding| finding.ratio.point),
            low: finding.map(|finding| finding.ratio.low),
            high: finding.map(|finding| finding.ratio.high),
            significant: finding.map(|finding| finding.decision.significant),
            relevant: finding.and_then(|finding| finding.decision.relevant),
            band: asked.band,
            measure: measure(contest.measure),
            method: method(contest.method),
            a: side(pair, contest, Side::A),
            b: side(pair, contest, Side::B),
            parameters: pair.parameters.clone(),
            rounds,
            processes: 2 * rounds + contest.pilots.len(),
            seconds: contest.elapsed.as_secs_f64(),
            stopped_by: stopped_by(&contest.stopped_by),
            target: asked.target,
            half_width,
            minimum_detectable_effect: finding.and_then(|finding| minimum_detectable_effect(&finding.ratio)),
            to_decide,
            seed: asked.seed,
        }
    }

    /// The ratio with its interval.
    pub(super) fn estimate(&self) -> Option<Estimate> {
        Estimate::new(self.ratio?, self.low?, self.high?, self.rounds).ok()
    }
}

fn reason(error: &StatisticsError) -> String {
    match error {
        StatisticsError::TooFew { count, needed } => {
            format!("too few rounds: {count} of {needed} for an interval")
        }
        StatisticsError::NotPositive { .. } => "a process took less time than the clock can show".to_owned(),
        error => error.to_string(),
    }
}

fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::WallTime => "wall-time",
        Measure::CpuTime => "cpu-time",
    }
}

fn method(method: Method) -> &'static str {
    match method {
        Method::InTurn => "in-turn",
        Method::SideBySide => "side-by-side",
    }
}

fn stopped_by(reason: &StoppedBy) -> &'static str {
    match reason {
        StoppedBy::Precise => "precise",
        StoppedBy::MaxTime => "max-time",
        StoppedBy::MaxRounds => "max-rounds",
        StoppedBy::Interrupted => "interrupted",
        StoppedBy::Failed(_) => "failed",
    }
}

fn side(pair: &Pair, contest: &Contest, side: Side) -> SideAnswer {
    let variant = match side {
        Side::A => &pair.a,
        Side::B => &pair.b,
    };
    let trees = || contest.rounds.iter().map(move |round| &round[side as usize]);
    let interval = |value: fn(&Tree) -> f64| {
        let values: Vec<f64> = trees().map(value).collect();
        median_interval(&values).ok().map(Interval::from)
    };
    let failed = |tree: &&Tree| tree.exit_code != Some(0);
    SideAnswer {
        name: variant.name.clone(),
        command: variant.around.command.text.clone(),
        wall_seconds: (contest.method == Method::InTurn)
            .then(|| interval(|tree| tree.wall_ns.seconds()))
            .flatten(),
        cpu_seconds: interval(Tree::cpu_seconds),
        memory: memory(contest, side),
        failures: trees().filter(failed).count(),
        orphans: trees().map(|tree| tree.orphans).sum(),
        values: trees().map(|tree| contest.measure.of(tree)).collect(),
    }
}

/// The kernel's own peaks of all rounds, else that of the pilots, which were watched.
fn memory(contest: &Contest, side: Side) -> Option<Peak> {
    let peak = |tree: &Tree, source| tree.memory.filter(|memory| memory.source == source);
    let kept = contest.rounds.iter().filter_map(|round| peak(&round[side as usize], MemorySource::Cgroup));
    let kept: Vec<f64> = kept.map(|memory| memory.peak_bytes as f64).collect();
    if let Ok(estimate) = median_interval(&kept) {
        let (low, high) = (Some(estimate.low), Some(estimate.high));
        return Some(Peak { bytes: estimate.point, low, high, source: MemorySource::Cgroup });
    }
    let pilots = contest.pilots.iter().filter(|(whose, _)| *whose == side);
    let sampled = pilots.filter_map(|(_, tree)| peak(tree, MemorySource::SampledPss));
    let bytes = sampled.map(|memory| memory.peak_bytes).max()? as f64;
    Some(Peak { bytes, low: None, high: None, source: MemorySource::SampledPss })
}
