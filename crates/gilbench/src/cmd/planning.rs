//! From what the user asks for to a plan: a suite, or what of it decides some claims, on the interpreters of this
//! machine.

use std::collections::BTreeSet;

use gilbench_analysis::chosen::{Unfit, chosen};
use gilbench_analysis::compare::Pattern;
use gilbench_analysis::deciding::{bearing, sides};
use gilbench_model::catalog::Catalog;
use gilbench_model::claim::Claim;
use gilbench_model::environment::Environment;
use gilbench_model::interpreter::Interpreter;
use gilbench_model::plan::{Case, Plan, PlanError, Planner, calibrating};
use gilbench_model::shell::quoted;
use gilbench_model::suite::{Selection, Suite};
use gilbench_model::{Name, SCHEMA};
use gilbench_runner::discovery::{Discovery, InContainers, unanswered};
use gilbench_runner::home::Home;
use gilbench_runner::recorder::now_ms;
use gilbench_runner::second_opinion::Hyperfine;
use gilbench_runner::worker::public_environment;

use crate::cli::{Cases, Common};
use crate::data;
use crate::exit::{NothingError, UsageError};

/// What is to be planned.
pub(super) struct Wish<'a> {
    pub(super) cases: &'a Cases,
    /// In containers too, whatever the suite says.
    pub(super) containers: bool,
    pub(super) seed: u64,
}

/// Resolves a suite against this machine.
pub(super) fn make_plan(
    catalog: &Catalog,
    common: &Common,
    wish: &Wish<'_>,
) -> anyhow::Result<(Plan, Environment)> {
    let &Wish { cases: Cases { interpreter: only, .. }, seed, .. } = wish;
    let name = wish.cases.suite();
    let suite = catalog.suites.get(name).ok_or_else(|| PlanError::NoSuite(name.to_owned()))?;
    let suite = Suite { containers: suite.containers || wish.containers, ..suite.clone() };
    let claims = wish.cases.claim.iter().map(|id| claim(catalog, id)).collect::<Result<Vec<_>, _>>()?;
    // Before the interpreters are asked: their answering is load too.
    let machine = gilbench_runner::machine::read();
    let named = named(&suite.interpreters, only);
    let twins = twins(named.as_deref(), catalog, &[&suite]);
    let needed = || calibrating(catalog).cloned();
    let wanted = named.map(|named| named.into_iter().map(|(id, _)| id).chain(needed()).collect());
    let Discovery { interpreters, silent, .. } = data::interpreters(catalog, common, twins, wanted)?;
    let home = Home::of_user();
    let interpreters: Vec<_> = interpreters.into_iter().map(|state| home.hide_in_state(state)).collect();
    let planner = Planner { catalog, interpreters: &interpreters, allowance: &machine.allowance, only, seed };
    let all = planner.cases(&suite)?;
    let mut cases = if claims.is_empty() { all.clone() } else { needed_by(&claims, &all, &suite)? };
    let patterns: Vec<Pattern> = wish.cases.case.iter().map(Pattern::new).collect();
    if !patterns.is_empty() {
        cases = chosen(&patterns, &cases, &all).map_err(|unfit| no_case(wish.cases, &unfit))?;
    }
    let plan = planner.plan_of(&suite, cases).map_err(|error| match (error, unanswered(&silent)) {
        (error @ PlanError::NoCase { .. }, Some(silent)) => NothingError(format!("{error}; {silent}")).into(),
        (error, _) => anyhow::Error::new(error),
    })?;
    let environment = Environment {
        schema: SCHEMA,
        gilbench: env!("CARGO_PKG_VERSION").to_owned(),
        planned_ms: now_ms(),
        machine,
        interpreters,
        variables: public_environment(&catalog.root),
        hyperfine: Hyperfine::find().map(|hyperfine| hyperfine.version),
    };
    Ok((plan, environment))
}

/// The claim with this id.
pub(super) fn claim<'a>(catalog: &'a Catalog, id: &Name) -> Result<&'a Claim, UsageError> {
    let found = catalog.claims.iter().find(|claim| claim.id == *id);
    found.ok_or_else(|| UsageError::new(format!("no claim `{id}`"), "`gilbench list claims` shows all"))
}

/// Of a suite's cases, those without which these claims are not decided or informed.
fn needed_by(claims: &[&Claim], cases: &[Case], suite: &Suite) -> Result<Vec<Case>, UsageError> {
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    for claim in claims {
        let own: Vec<&Case> = sides(claim, cases)
            .into_iter()
            .flat_map(|side| side.cases().collect::<Vec<_>>())
            .chain(bearing(claim, cases))
            .collect();
        if own.is_empty() {
            let message = format!("suite `{}` has no case that decides {}", suite.name, claim.id);
            return Err(match &claim.because {
                Some(because) => UsageError { message: format!("{message}: {because}"), hint: None },
                None => UsageError::new(
                    message,
                    "`gilbench list suites` shows which claims each suite decides here",
                ),
            });
        }
        needed.extend(own.into_iter().map(|case| case.id.as_str()));
    }
    Ok(cases.iter().filter(|case| needed.contains(case.id.as_str())).cloned().collect())
}

/// None of the cases is fitted by a pattern of the user.
fn no_case(cases: &Cases, unfit: &Unfit) -> UsageError {
    let suite = cases.suite();
    let among: Vec<&str> = cases.claim.iter().map(Name::as_str).collect();
    let among = match among.as_slice() {
        [] => String::new(),
        claims => format!(" that decides {}", claims.join(" or ")),
    };
    let nearest: Vec<String> = unfit.nearest.iter().map(|id| format!("`{}`", quoted(id))).collect();
    let meant = match nearest.as_slice() {
        [] => String::new(),
        [one] => format!("did you mean {one}? "),
        several => format!("the nearest are {}; ", several.join(", ")),
    };
    let hint = format!("{meant}`gilbench list cases --suite {suite}` shows all that this machine has");
    UsageError::new(format!("no case of suite `{suite}`{among} fits `{}`", unfit.pattern), hint)
}

/// The interpreters that are named, by the user or else by the suite, and which of them the user means in a container;
/// `None` where all are meant that are found.
pub(super) fn named(selection: &Selection, only: &[Name]) -> Option<Vec<(Name, bool)>> {
    match selection {
        _ if !only.is_empty() => Some(only.iter().map(Interpreter::definition_id).collect()),
        Selection::These(list) => Some(list.iter().map(|id| (id.clone(), false)).collect()),
        Selection::Found => None,
    }
}

/// The interpreters of this machine that are wanted in a container too.
pub(super) fn twins(named: Option<&[(Name, bool)]>, catalog: &Catalog, suites: &[&Suite]) -> InContainers {
    let all = || catalog.interpreters.keys().map(|id| (id.clone(), false)).collect();
    let named = named.map_or_else(all, <[_]>::to_vec);
    let wanted =
        named.into_iter().filter(|(id, inside)| *inside || suites.iter().any(|suite| suite.contains(id)));
    InContainers::These(wanted.map(|(id, _)| id).collect())
}
