//! `gilbench timeit`: does a Python statement release the GIL?

mod answer;
mod entrants;
mod print;
mod row;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use gilbench_analysis::statistics::Estimate;
use gilbench_model::catalog::Catalog;
use gilbench_model::machine::Allowance;
use gilbench_runner::container::{self, Pool, Waiting};
use gilbench_runner::launcher::Launcher;
use gilbench_runner::machine;
use gilbench_runner::recorder::now_ms;
use gilbench_runner::timeit::{Course, LEAST_ROUNDS, Measured, Processes, Schedule, StoppedBy, Subject};

use self::answer::{Answered, Asked, speed_ups};
use self::entrants::Entrants;
use crate::cli::{Common, Timeit};
use crate::exit::{INTERRUPTED, UsageError};
use crate::interrupt::Interrupt;
use crate::output::{self, Format};
use crate::progress::Ticker;
use crate::scratch::Scratch;
use crate::{data, here};

/// Speed-ups that are known to this are known well enough: the second digit of what is shown is right.
const PRECISE: f64 = 0.02;

/// Nothing came of any statement on any interpreter. The rows say why.
#[derive(Debug, thiserror::Error)]
#[error("nothing could be timed: the rows say why")]
struct NothingTimed;

/// Threads cannot run at once here.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct TooFewCpus(String);

/// Times statements, and prints what came of them.
pub(super) fn run(common: &Common, arguments: &Timeit) -> anyhow::Result<ExitCode> {
    let folder = here::folder()?;
    let allowance = machine::read().allowance;
    let asked = asked(arguments, cpus(&allowance)?)?;
    let interrupt = Interrupt::listen()?;
    let catalog = data::catalog(common)?;
    let gilbench = std::env::current_exe()?;
    let entrants = Entrants::find(&catalog, common, arguments, &asked, (&gilbench, &folder))?;
    let scratch = Scratch::new()?;
    let containers = containers(common, &catalog, &entrants.subjects, (&gilbench, &scratch), &interrupt);
    let mut processes = Processes {
        subjects: &entrants.subjects,
        launcher: Launcher::start(&[gilbench.to_string_lossy().into_owned(), "launcher".to_owned()])?,
        containers,
        cpus: allowance.cpus,
        limit: arguments.timeout.unwrap_or(arguments.budget / LEAST_ROUNDS),
        seed: asked.seed,
        started: 0,
        begun: Instant::now(),
        interrupted: &|| interrupt.came(),
    };
    let measured = measure(&mut processes, &entrants, &asked);
    let answered = Answered::new(&asked, &entrants, &measured);
    match arguments.format {
        Format::Json => output::json(&answered)?,
        Format::Text => print::text(&answered)?,
    }
    match measured.stopped_by {
        StoppedBy::Interrupted => Ok(ExitCode::from(INTERRUPTED)),
        StoppedBy::Launcher(error) => Err(error.into()),
        _ if answered.rows.iter().all(|row| row.verdict.is_none()) => Err(NothingTimed.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// What is asked for besides interpreters.
fn asked(arguments: &Timeit, cpus: u32) -> Result<Asked, UsageError> {
    let mut threads = arguments.threads.clone();
    threads.push(1);
    threads.sort_unstable();
    threads.dedup();
    if threads.len() < 2 {
        let hint = "`--threads 2` compares two threads with one";
        return Err(UsageError::new("one thread has nothing to be compared with", hint));
    }
    let statements =
        if arguments.compare { arguments.statements.clone() } else { vec![arguments.statements.join("\n")] };
    Ok(Asked {
        setup: arguments.setup.join("\n"),
        budget: arguments.budget.saturating_mul(u32::try_from(statements.len()).unwrap_or(u32::MAX)),
        statements,
        threads,
        cpus,
        max_rounds: arguments.max_rounds,
        seed: arguments.seed.unwrap_or_else(now_ms),
    })
}

/// CPUs that threads can really use at once. On one, threads that could run at once look like those that cannot.
fn cpus(allowance: &Allowance) -> Result<u32, TooFewCpus> {
    let effective = allowance.effective(&allowance.cpus).map_err(|error| TooFewCpus(error.to_string()))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, saturating")]
    let quota = allowance.quota.map_or(u32::MAX, |quota| quota.floor() as u32);
    match effective.logical.min(quota) {
        0 | 1 => {
            Err(TooFewCpus("with one CPU nothing can be said: threads take turns on it anyway".to_owned()))
        }
        cpus => Ok(cpus),
    }
}

/// Containers, where one is needed.
fn containers(
    common: &Common,
    catalog: &Catalog,
    subjects: &[Subject],
    (gilbench, scratch): (&Path, &Scratch),
    interrupt: &Interrupt,
) -> Option<Pool> {
    if !subjects.iter().any(Subject::needs_container) {
        return None;
    }
    let waiting = Waiting { slow: &data::still_asking, interrupted: &|| interrupt.came() };
    let sockets: PathBuf = scratch.path().join("sockets");
    // Without an engine, their rows say so.
    let engine = container::find(common.engine.into(), waiting)
        .inspect_err(|error| output::warning(&error.to_string()));
    engine.ok().map(|engine| Pool::new(engine, &catalog.root, gilbench, &sockets))
}

/// Runs all processes, and tells how far it is.
fn measure(processes: &mut Processes<'_>, entrants: &Entrants, asked: &Asked) -> Measured {
    let schedule = Schedule {
        subjects: entrants.subjects.len(),
        threads: asked.threads.clone(),
        budget: asked.budget,
        most: asked.max_rounds,
        seed: asked.seed,
    };
    let precise = |courses: &[Course]| courses.iter().all(|course| is_precise(course, asked));
    let mut ticker = Ticker::new();
    let measured = schedule.run(processes, &precise, &mut |round, elapsed| {
        ticker.tell(|| told(round, elapsed, asked.budget));
    });
    ticker.end();
    measured
}

/// Whether all speed-ups of one that is still measured are known well enough.
fn is_precise(course: &Course, asked: &Asked) -> bool {
    let narrow =
        |estimate: &Estimate| estimate.half_width_logarithmic().is_some_and(|width| width <= PRECISE);
    course.fate.is_some() || speed_ups(&course.rounds, asked).iter().flatten().all(narrow)
}

fn told(round: Option<u32>, elapsed: Duration, budget: Duration) -> String {
    let stage = round.map_or("pilots".to_owned(), |round| format!("round {}", round + 1));
    format!("{stage}, {:.0} s of {:.0} s", elapsed.as_secs_f64(), budget.as_secs_f64())
}
