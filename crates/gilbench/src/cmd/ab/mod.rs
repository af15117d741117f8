//! `gilbench ab`: whole commands against each other.

mod answer;
mod print;
mod variants;

use std::process::ExitCode;

use gilbench_analysis::contest::judge;
use gilbench_model::suite::Rounds;
use gilbench_runner::commands::{
    Contest, Fate, Launchers, Measure, Progress, Rules, StoppedBy, StopwatchError,
};
use gilbench_runner::launcher::LauncherError;
use gilbench_runner::recorder::now_ms;

use self::answer::{Answered, Asked};
use self::variants::Pair;
use crate::cli::{Ab, Compared};
use crate::exit::INTERRUPTED;
use crate::here;
use crate::interrupt::Interrupt;
use crate::output;
use crate::progress::Ticker;
use crate::tabular::TabularFormat;

/// A command failed. What was measured before it is printed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct CommandFailed(StopwatchError);

impl CommandFailed {
    /// What became of it, if it was one of those that are compared.
    pub(crate) fn fate(&self) -> Option<Fate> {
        match self.0 {
            StopwatchError::Failed { fate, .. } => Some(fate),
            _ => None,
        }
    }
}

/// Compares commands, and prints what came of all pairs, also where one of them ends it.
pub(super) fn run(arguments: &Ab) -> anyhow::Result<ExitCode> {
    here::folder()?;
    let allowance = gilbench_runner::machine::read().allowance;
    let pairs = variants::pairs(arguments, &allowance)?;
    let asked = Asked {
        band: arguments.band.get(),
        target: arguments.target.get(),
        max_rounds: arguments.max_rounds,
        max_time: arguments.max_time,
        seed: arguments.seed.unwrap_or_else(now_ms),
    };
    let interrupt = Interrupt::listen()?;
    let mut answers = Vec::new();
    let mut end = Ok(());
    for pair in &pairs {
        let (contest, cleaned_up) = measure(arguments, pair, asked, &interrupt);
        let ended = contest.and_then(|contest| {
            answers.push(Answered::new(pair, &contest, asked));
            match contest.stopped_by {
                StoppedBy::Interrupted => Err(StopwatchError::Interrupted),
                StoppedBy::Failed(error) => Err(error),
                StoppedBy::Precise | StoppedBy::MaxTime | StoppedBy::MaxRounds => Ok(()),
            }
        });
        end = ended.and(cleaned_up);
        if end.is_err() {
            break;
        }
    }
    print(&answers, pairs.len(), arguments.format)?;
    match end {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(StopwatchError::Interrupted) => Ok(ExitCode::from(INTERRUPTED)),
        Err(error) => Err(CommandFailed(error).into()),
    }
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

/// Measures a pair, between its setup and its cleanup. Whatever happens, what may have been set up is cleaned up.
fn measure(
    arguments: &Ab,
    pair: &Pair,
    asked: Asked,
    interrupt: &Interrupt,
) -> (Result<Contest, StopwatchError>, Result<(), StopwatchError>) {
    let interrupted = || interrupt.came();
    let mut begun = Vec::new();
    let setup = [&pair.a, &pair.b].into_iter().try_for_each(|side| {
        begun.push(side);
        side.setup.as_ref().map_or(Ok(()), |setup| Launchers::shell("setup", setup, &interrupted))
    });
    let contest = setup.and_then(|()| contest(arguments, pair, asked, &interrupted));
    // A wish to stop does not keep it from cleaning up; a second one ends everything.
    let cleanups = begun.into_iter().filter_map(|side| side.cleanup.as_ref());
    let cleaned_up: Vec<_> =
        cleanups.map(|cleanup| Launchers::shell("cleanup", cleanup, &|| false)).collect();
    (contest, cleaned_up.into_iter().collect())
}

fn contest(
    arguments: &Ab,
    pair: &Pair,
    asked: Asked,
    interrupted: &(dyn Fn() -> bool + Sync),
) -> Result<Contest, StopwatchError> {
    let gilbench = std::env::current_exe().map_err(LauncherError::from)?.to_string_lossy().into_owned();
    let launcher = [gilbench, "launcher".to_owned()];
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
    let mut ticker = Ticker::new();
    let mut launchers = Launchers::new(
        sides,
        &launcher,
        arguments.timeout,
        arguments.ignore_failure,
        asked.seed,
        interrupted,
    )?;
    let contest = Contest::run(&mut launchers, &rules, &is_precise, &mut |progress| {
        ticker.tell(|| told(pair, asked, &progress));
    });
    ticker.end();
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
