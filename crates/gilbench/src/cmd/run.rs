//! `gilbench run`: from a suite to a recorded run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::environment::{Environment, InterpreterState, Status};
use gilbench_model::event::Event;
use gilbench_model::interpreter::Interpreter;
use gilbench_model::plan::{Case, Plan, Role, definitions};
use gilbench_model::run_directory::{Run as RecordedRun, SECOND_OPINION, SecondOpinion};
use gilbench_model::units::format_utc;
use gilbench_runner::container::{self, Choice, EngineError, Pool, Waiting};
use gilbench_runner::home::Home;
use gilbench_runner::launcher::Launcher;
use gilbench_runner::recorder::{Recorder, now_ms, write_whole};
use gilbench_runner::second_opinion::Hyperfine;
use gilbench_runner::worker::WorkerContext;
use gilbench_runner::{RunFailure, Runner};

use crate::cli::{Common, Measure, Run};
use crate::cmd::planning::{Wish, make_plan};
use crate::exit::{UsageError, pasted};
use crate::interrupt::Interrupt;
use crate::precision::Precision;
use crate::progress::Reporter;
use crate::scratch::Scratch;
use crate::steady::Steady;
use crate::{data, output};

/// Runs hyperfine this often on each cold case: enough for an interval of its median, with one to spare.
const SECOND_OPINION_RUNS: u32 = 8;

/// Measures, or goes on measuring.
pub(super) fn run(common: &Common, arguments: &Run) -> anyhow::Result<ExitCode> {
    let directory = match &arguments.resume {
        Some(directory) => resume(common, directory)?,
        None => measure(common, &arguments.measure)?,
    };
    output::verbatim(&directory.display().to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// Plans and measures a suite; says where.
pub(super) fn measure(common: &Common, arguments: &Measure) -> anyhow::Result<PathBuf> {
    let catalog = data::catalog(common)?;
    let seed = arguments.seed.unwrap_or_else(now_ms);
    let wish = Wish { cases: &arguments.cases, containers: arguments.containers, seed };
    let (plan, environment) = make_plan(&catalog, common, &wish)?;
    announce(&plan, &environment);
    let name = format!("{}-{}", format_utc(environment.planned_ms).replace(':', "-"), plan.suite);
    // Up to here a signal ends the program at once: there is nothing to keep.
    let interrupt = Interrupt::listen()?;
    let scratch = Scratch::new()?;
    let recorder = match &arguments.out {
        Some(directory) => Recorder::begin(directory, &plan, &environment)?,
        None => Recorder::begin_new(&data::runs(&catalog.root), &name, &plan, &environment)?,
    };
    let directory = recorder.directory().to_owned();
    output::note(&format!("recording in {}", directory.display()));
    execute(&catalog, common.engine.into(), (&interrupt, &scratch), &plan, &environment, recorder, None)?;
    Ok(directory)
}

/// Goes on with a run.
fn resume(common: &Common, directory: &Path) -> anyhow::Result<PathBuf> {
    let interrupt = Interrupt::listen()?;
    let catalog = data::catalog(common)?;
    let scratch = Scratch::new()?;
    let (recorder, run) = Recorder::resume(directory)?;
    if is_finished(&run) {
        output::note("nothing left to do: every case has ended");
        summary(&run);
        return Ok(directory.to_owned());
    }
    same_experiment(&catalog, &run)?;
    execute(
        &catalog,
        common.engine.into(),
        (&interrupt, &scratch),
        &run.plan,
        &run.environment,
        recorder,
        Some(&run),
    )?;
    Ok(directory.to_owned())
}

/// Whether every case ended and every second opinion that can be had was asked for.
fn is_finished(run: &RecordedRun) -> bool {
    let finished = run.events.iter().any(|event| event.event == Event::Finished);
    finished && (run.directory.join(SECOND_OPINION).exists() || hyperfine_for(run).is_none())
}

/// A run goes on only with the definitions and on the machine with which it began.
fn same_experiment(catalog: &Catalog, run: &RecordedRun) -> anyhow::Result<()> {
    let machine = gilbench_runner::machine::read();
    let hint = "`gilbench run` begins a new run";
    if definitions(&catalog.root, &run.plan.cases) != run.plan.definitions {
        let message = format!("workloads or interpreters changed since `{}` began", run.directory.display());
        return Err(UsageError::new(message, hint).into());
    }
    let differences = machine.differences(&run.environment.machine).into_iter();
    let differences: Vec<String> =
        differences.map(|(part, then, here)| format!("{part} {then} then, {here} here")).collect();
    if !differences.is_empty() {
        let directory = run.directory.display();
        let message = format!("`{directory}` began on another machine: {}", differences.join("; "));
        return Err(UsageError::new(message, hint).into());
    }
    Ok(())
}

/// Says what will be measured, and what not.
fn announce(plan: &Plan, environment: &Environment) {
    let asked_for = || plan.cases.iter().filter(|case| case.is_measured());
    let measured = |id: &Name| asked_for().any(|case| case.interpreter == *id && case.skip.is_none());
    let ready =
        environment.interpreters.iter().filter(|state| state.status == Status::Ready && measured(&state.id));
    let names: Vec<String> =
        ready.map(|state| format!("{} {}", state.id, state.version.as_deref().unwrap_or_default())).collect();
    output::note(&format!("suite {}: {}", plan.suite, names.join(", ")));
    let in_role = |role: Role| plan.cases.iter().filter(|case| case.role == role).count();
    let (repeats, calibration) = (in_role(Role::Repeat), in_role(Role::Calibration));
    output::note(&format!("besides, as in every run: {repeats} case again and {calibration} that calibrate"));
    let wanted = |id: &Name| asked_for().any(|case| case.interpreter == *id);
    let broken = |state: &&InterpreterState| state.status == Status::Broken && wanted(&state.id);
    for broken in environment.interpreters.iter().filter(broken) {
        output::warning(&format!(
            "{} is not measured: {}",
            broken.id,
            broken.reason.as_deref().unwrap_or_default()
        ));
    }
    for warning in skip_warnings(plan) {
        output::warning(&warning);
    }
}

/// One for each reason, however many cases it keeps from being measured.
fn skip_warnings(plan: &Plan) -> Vec<String> {
    let mut skipped: Vec<(String, &str, usize)> = Vec::new();
    for case in &plan.cases {
        let Some(reason) = case.skip.as_ref().map(ToString::to_string) else { continue };
        match skipped.iter_mut().find(|(known, ..)| *known == reason) {
            Some((_, _, more)) => *more += 1,
            None => skipped.push((reason, &case.id, 0)),
        }
    }
    let warning = |(reason, first, more)| match more {
        0 => format!("{first} is skipped: {reason}"),
        _ => format!("{first} and {more} more are skipped: {reason}"),
    };
    skipped.into_iter().map(warning).collect()
}

/// The definitions, and each as it is in a container.
fn definitions_with_twins(catalog: &Catalog) -> BTreeMap<Name, Interpreter> {
    let all = catalog.interpreters.values();
    let both = all.flat_map(|definition| [definition.clone(), definition.in_container()]);
    both.map(|definition| (definition.id.clone(), definition)).collect()
}

fn execute(
    catalog: &Catalog,
    engine: Choice,
    (interrupt, scratch): (&Interrupt, &Scratch),
    plan: &Plan,
    environment: &Environment,
    recorder: Recorder,
    earlier: Option<&RecordedRun>,
) -> anyhow::Result<()> {
    let gilbench = std::env::current_exe()?;
    let home = Home::of_user();
    let libraries = scratch.path().join("libraries");
    gilbench_native::libraries::write(&libraries)
        .with_context(|| format!("cannot write `{}`", libraries.display()))?;
    let context = WorkerContext {
        root: catalog.root.clone(),
        gilbench: gilbench.clone(),
        folder: scratch.start(),
        // Not kept: CPython takes a torn file from a full disk for good, and then cannot start any more.
        bytecode: scratch.path().join("bytecode"),
        libraries,
        timeout: plan.profile.timeout,
        definitions: definitions_with_twins(catalog),
        interpreters: environment
            .interpreters
            .iter()
            .map(|state| (state.id.clone(), home.expand_in_state(state)))
            .collect(),
    };
    let sockets = scratch.path().join("sockets");
    let wanted = plan.cases.iter().any(|case| case.skip.is_none() && context.container(case).is_some());
    let directory = recorder.directory().to_owned();
    let to_go_on = || output::note(&format!("to go on: gilbench run --resume {}", pasted(&directory)));
    let waiting = Waiting { slow: &data::still_asking, interrupted: &|| interrupt.came() };
    let engine = wanted.then(|| container::find(engine, waiting)).transpose();
    let engine = engine.map_err(|error| match error {
        EngineError::Interrupted(_) => anyhow::Error::from(RunFailure::Interrupted),
        error => error.into(),
    });
    let engine = engine.inspect_err(|_| to_go_on())?;
    let containers = engine.map(|engine| Pool::new(engine, &catalog.root, &gilbench, &sockets));
    let servers: BTreeMap<_, _> = catalog
        .workloads
        .values()
        .filter_map(|workload| Some((workload.name.clone(), workload.server.clone()?)))
        .collect();
    let mut reporter = Reporter::new(plan);
    Runner {
        plan,
        context: &context,
        servers: &servers,
        launcher: start_launcher(&gilbench)?,
        containers,
        recorder,
        stop_rule: &Precision::of(plan),
        steady_state: &Steady { rule: plan.steady },
        observer: &mut |event, progress| reporter.event(event, progress),
        interrupted: &|| interrupt.came(),
    }
    .run(earlier)
    .inspect_err(|_| to_go_on())?;
    let run = RecordedRun::load(&directory)?;
    second_opinions(&run, &context, interrupt, scratch.path()).inspect_err(|_| to_go_on())?;
    summary(&run);
    Ok(())
}

/// Asks hyperfine, where it is installed, for its times of the cold cases that were measured.
fn second_opinions(
    run: &RecordedRun,
    context: &WorkerContext,
    interrupt: &Interrupt,
    scratch: &Path,
) -> anyhow::Result<()> {
    let Some((hyperfine, cases)) = hyperfine_for(run) else { return Ok(()) };
    output::note(&format!("asking {} about {} cold cases", hyperfine.version, cases.len()));
    let mut launcher = start_launcher(&context.gilbench)?;
    let mut opinions: Vec<SecondOpinion> = Vec::new();
    for (index, case) in cases {
        if interrupt.came() {
            return Err(RunFailure::Interrupted.into());
        }
        match hyperfine.time(&mut launcher, context, (index, case), SECOND_OPINION_RUNS, scratch) {
            Ok(opinion) => opinions.push(opinion),
            Err(error) => output::warning(&format!("no second opinion on {}: {error}", case.id)),
        }
    }
    write_whole(&run.directory.join(SECOND_OPINION), &opinions)?;
    Ok(())
}

/// hyperfine, where it is installed, and the cold cases that were measured, where there are any.
fn hyperfine_for(run: &RecordedRun) -> Option<(Hyperfine, Vec<(u32, &Case)>)> {
    let in_container = |case: &Case| {
        let state = run.environment.interpreters.iter().find(|state| state.id == case.interpreter);
        state.is_some_and(|state| state.image.is_some())
    };
    // Its clock would be around the engine's program.
    let here = |case: &Case| case.conditions.cold && !in_container(case);
    let cold = (0..).zip(&run.plan.cases).filter(|(_, case)| here(case));
    let cases: Vec<_> = cold.filter(|(index, _)| completed(run, *index)).collect();
    if cases.is_empty() { None } else { Some((Hyperfine::find()?, cases)) }
}

/// Says how the cases ended.
fn summary(run: &RecordedRun) {
    output::note(&format!("{} cases: {}", run.plan.cases.len(), gilbench_analysis::states(run)));
    let (controls, all) = time_of_controls(run);
    let percent = 100.0 * controls.as_secs_f64() / all.as_secs_f64();
    if percent.is_finite() {
        output::note(&format!(
            "the case that was measured again and calibration took {:.1} s, {percent:.0} % of the time in processes",
            controls.as_secs_f64()
        ));
    }
    if let Some(disturbed) = gilbench_analysis::disturbed(run).filter(|found| found.disturbed > 0) {
        output::note(&format!(
            "disturbed processes: {disturbed}; `gilbench system` lists what would mend that"
        ));
    }
}

/// How long the processes took of the cases that the suite does not ask for, and all.
fn time_of_controls(run: &RecordedRun) -> (Duration, Duration) {
    let time = |counts: &dyn Fn(&Case) -> bool| {
        let processes = run.processes.iter().filter(|process| counts(&run.plan.cases[process.case as usize]));
        let trees = processes.filter_map(|process| process.tree.as_ref());
        trees.map(|tree| Duration::from(tree.wall_ns)).sum()
    };
    (time(&|case| !case.is_measured()), time(&|_| true))
}

/// Whether any process of a case completed.
fn completed(run: &RecordedRun, case: u32) -> bool {
    run.processes.iter().any(|process| process.case == case && process.outcome.is_completed())
}

fn start_launcher(gilbench: &Path) -> anyhow::Result<Launcher> {
    Ok(Launcher::start(&[gilbench.to_string_lossy().into_owned(), "launcher".to_owned()])?)
}
