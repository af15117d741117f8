//! `gilbench ab`: whole commands against each other.

mod answer;
mod print;
mod variants;

use std::process::ExitCode;

use gilbench_analysis::contest::judge;
use gilbench_model::suite::Rounds;
use gilbench_runner::commands::{Contest, Launchers, Measure, Progress, Rules, StoppedBy, StopwatchError};
use gilbench_runner::recorder::now_ms;

use self::answer::{Answered, Asked};
use self::variants::{Pair, Variant};
use crate::cli::{Ab, Compared};
use crate::exit::INTERRUPTED;
use crate::interrupt::Interrupt;
use crate::output;
use crate::progress::Ticker;
use crate::tabular::TabularFormat;

/// A command failed. What was measured before it is printed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct CommandFailed(StopwatchError);

impl CommandFailed {
    /// Whether it was one of those that are compared.
    pub(crate) fn is_of_command(&self) -> bool {
        matches!(self.0, StopwatchError::Failed { .. })
    }
}

/// Compares commands, and prints what came of all pairs, also where one of them ends it.
pub(super) fn run(arguments: &Ab) -> anyhow::Result<ExitCode> {
    let allowance = gilbench_runner::machine::read().allowance;
    let pairs = variants::pairs(arguments, &allowance)?;
    let asked = Asked {
        band: arguments.band.get(),
        target: arguments.target.get(),
        seed: arguments.seed.unwrap_or_else(now_ms),
    };
    let interrupt = Interrupt::listen()?;
    let mut answers = Vec::new();
    let mut end = Ok(ExitCode::SUCCESS);
    for pair in &pairs {
        let contest = measure(arguments, pair, asked, &interrupt)?;
        answers.push(Answered::new(pair, &contest, asked));
        match contest.stopped_by {
            StoppedBy::Interrupted => end = Ok(ExitCode::from(INTERRUPTED)),
            StoppedBy::Failed(error) => end = Err(CommandFailed(error).into()),
            StoppedBy::Precise | StoppedBy::MaxTime | StoppedBy::MaxRounds => continue,
        }
        break;
    }
    print(&answers, pairs.len(), arguments.format)?;
    end
}

/// One pair is one answer; several are a list.
fn print(answers: &[Answered], pairs: usize, format: TabularFormat) -> output::Result {
    match (format, answers) {
        (TabularFormat::Text, _) => print::text(answers),
        (TabularFormat::Json, [only]) if pairs == 1 => output::json(only),
        (TabularFormat::Json, _) => output::json(&answers),
        (TabularFormat::Markdown, _) => print::markdown(answers),
        (TabularFormat::Csv, _) => print::csv(answers),
    }
}

fn measure(arguments: &Ab, pair: &Pair, asked: Asked, interrupt: &Interrupt) -> anyhow::Result<Contest> {
    let gilbench = std::env::current_exe()?.to_string_lossy().into_owned();
    let launcher = [gilbench, "launcher".to_owned()];
    let interrupted = || interrupt.came();
    let sides = [pair.a.around.clone(), pair.b.around.clone()];
    let rules = Rules {
        pilots: arguments.warmup,
        rounds: Rounds { least: arguments.min_rounds.min(arguments.max_rounds), most: arguments.max_rounds },
        max_time: arguments.max_time,
        measure: match arguments.measure {
            Compared::Auto => None,
            Compared::Wall => Some(Measure::WallTime),
            Compared::Cpu => Some(Measure::CpuTime),
        },
        seed: asked.seed,
    };
    let is_precise =
        |values: &[[f64; 2]]| half_width(values, asked).is_some_and(|width| width <= asked.target);
    let around = |what, command: fn(&Variant) -> &Option<String>| {
        let both = [&pair.a, &pair.b].into_iter();
        both.filter_map(|side| command(side).as_ref()).try_for_each(|command| Launchers::shell(what, command))
    };
    let mut ticker = Ticker::new();
    around("setup", |side| &side.setup).map_err(CommandFailed)?;
    let mut launchers = Launchers::new(
        sides,
        &launcher,
        arguments.timeout,
        arguments.ignore_failure,
        asked.seed,
        &interrupted,
    )?;
    let contest = Contest::run(&mut launchers, &rules, &is_precise, &mut |progress| {
        ticker.tell(|| told(pair, asked, &progress));
    });
    ticker.end();
    around("cleanup", |side| &side.cleanup).map_err(CommandFailed)?;
    Ok(contest)
}

/// Half the width of the ratio's interval, on the log scale: the same for A over B as for B over A.
fn half_width(values: &[[f64; 2]], asked: Asked) -> Option<f64> {
    judge(values, asked.band).ok()?.ratio.half_width_logarithmic()
}

/// How far a comparison is.
fn told(pair: &Pair, asked: Asked, progress: &Progress<'_>) -> String {
    let width = half_width(progress.values, asked);
    let width = width.map_or_else(String::new, |width| {
        format!(", ±{:.2} % of ±{:.2} %", width * 100.0, asked.target * 100.0)
    });
    format!(
        "{}: round {}{width}, {:.0} s",
        pair.b.name,
        progress.values.len(),
        progress.elapsed.as_secs_f64()
    )
}
