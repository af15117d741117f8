//! `gilbench list suites`: what each suite decides here, and how long it takes.

use std::time::Duration;

use gilbench_analysis::deciding::is_decided;
use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::claim::Claim;
use gilbench_model::environment::InterpreterState;
use gilbench_model::event::Event;
use gilbench_model::facts::Facts;
use gilbench_model::plan::{BEHAVIOUR_ROUNDS, Case, Plan, Planner};
use gilbench_model::run_directory::Run;
use gilbench_model::suite::{Selection, Suite};
use serde::Serialize;

use crate::cli::Common;
use crate::cmd::planning::{named, twins};
use crate::output::Format;
use crate::{data, output};

/// What a process takes besides its iterations, for a guess: an interpreter that starts at once, and the harness
/// around it.
const AROUND: Duration = Duration::from_millis(300);

/// A suite, and what it comes to here. The shape of `gilbench list suites --format json`.
#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    suite: &'a Suite,
    /// Claims that have all the cases here that decide them.
    claims: Vec<Name>,
    /// Cases that can be measured here, with the controls.
    cases: usize,
    /// A guess at how long the fewest rounds take.
    expected_s: f64,
    /// The latest finished run of it that is kept here.
    last_run: Option<LastRun>,
}

#[derive(Serialize)]
struct LastRun {
    cases: usize,
    took_s: f64,
}

/// Lists the suites.
pub(super) fn list(common: &Common, catalog: &Catalog, format: Format) -> anyhow::Result<()> {
    let suites: Vec<&Suite> = catalog.suites.values().collect();
    let machine = gilbench_runner::machine::read();
    let twins = twins(None, catalog, &suites);
    let interpreters = data::interpreters(catalog, common, twins, None)?.interpreters;
    let planner =
        Planner { catalog, interpreters: &interpreters, allowance: &machine.allowance, only: &[], seed: 0 };
    let mut listed = Vec::new();
    for suite in suites {
        let plan = planner.plan(suite).ok();
        let measured = |case: &&Case| case.skip.is_none();
        listed.push(Listed {
            suite,
            claims: plan.iter().flat_map(|plan| decided(&catalog.claims, plan)).collect(),
            cases: plan.iter().flat_map(|plan| &plan.cases).filter(measured).count(),
            expected_s: plan.map_or(Duration::ZERO, |plan| expected(&plan, &interpreters)).as_secs_f64(),
            last_run: last_run(catalog, suite),
        });
    }
    match format {
        Format::Json => output::json(&listed)?,
        Format::Text => output::table(
            ["suite", "summary", "claims", "cases", "takes about", "last run here", "interpreters"],
            listed.iter().map(row),
        )?,
    }
    Ok(())
}

fn row(listed: &Listed<'_>) -> [String; 7] {
    let interpreters = match &listed.suite.interpreters {
        Selection::Found => "all that can be found".to_owned(),
        these @ Selection::These(_) => {
            let ids = named(these, &[]).unwrap_or_default();
            ids.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(", ")
        }
    };
    let last = |run: &LastRun| format!("{} for {} cases", minutes(run.took_s), run.cases);
    [
        listed.suite.name.to_string(),
        listed.suite.summary.clone(),
        listed.claims.len().to_string(),
        listed.cases.to_string(),
        minutes(listed.expected_s),
        listed.last_run.as_ref().map_or_else(|| "—".to_owned(), last),
        interpreters,
    ]
}

fn minutes(seconds: f64) -> String {
    if seconds < 60.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) }
}

/// The claims that a plan decides.
fn decided<'a>(claims: &'a [Claim], plan: &'a Plan) -> impl Iterator<Item = Name> + 'a {
    claims.iter().filter(|claim| is_decided(claim, &plan.cases)).map(|claim| claim.id.clone())
}

/// How long the fewest rounds take if every process uses the time that the profile gives its iterations. One that makes
/// a single iteration may take longer, or less; nobody knows before it ran.
fn expected(plan: &Plan, interpreters: &[InterpreterState]) -> Duration {
    let profile = &plan.profile;
    let has_jit = |case: &Case| {
        let state = interpreters.iter().find(|state| state.id == case.interpreter);
        state.and_then(|state| state.facts.as_ref()).is_some_and(Facts::has_jit)
    };
    let of_case = |case: &Case| {
        if plan.is_behaviour(case) || case.conditions.cold {
            let rounds = if case.conditions.cold { profile.rounds.least } else { BEHAVIOUR_ROUNDS };
            return AROUND * (1 + rounds.min(profile.rounds.least));
        }
        let pilot = profile.iterations.room(has_jit(case)).time;
        AROUND + pilot + (AROUND + profile.iterations.time) * profile.rounds.least
    };
    plan.cases.iter().filter(|case| case.skip.is_none()).map(of_case).sum()
}

/// The latest run of a suite that was finished, among those that are kept where runs are unless told otherwise.
fn last_run(catalog: &Catalog, suite: &Suite) -> Option<LastRun> {
    let ending = format!("-{}", suite.name);
    let entries = std::fs::read_dir(data::runs(&catalog.root)).into_iter().flatten().flatten();
    let mut of_suite: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(&ending)))
        .collect();
    // Names begin with the time.
    of_suite.sort();
    of_suite.iter().rev().find_map(|path| {
        let run = Run::load(path).ok().filter(|run| run.plan.suite == suite.name)?;
        let measured = run.plan.cases.iter().filter(|case| case.skip.is_none()).count();
        Some(LastRun { cases: measured, took_s: took(&run)?.as_secs_f64() })
    })
}

/// How long a run measured, without the time between an interruption and its resumption; `None` if it is not finished.
fn took(run: &Run) -> Option<Duration> {
    let (mut sum, mut began) = (0, None);
    for event in &run.events {
        match event.event {
            Event::Began { .. } => began = Some(event.at_ms),
            Event::Interrupted | Event::Finished => sum += event.at_ms.saturating_sub(began.take()?),
            _ => {}
        }
    }
    let finished = run.events.iter().any(|event| event.event == Event::Finished);
    (finished && began.is_none()).then(|| Duration::from_millis(sum))
}
