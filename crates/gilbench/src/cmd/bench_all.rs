//! `gilbench bench-all`: from a clone to a published verdict.

use std::collections::BTreeSet;
use std::process::ExitCode;

use gilbench_analysis::findings::{CaseFinding, CaseState};
use gilbench_analysis::statistics::Estimate;
use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::interpreter::Interpreter;
use gilbench_model::plan::Plan;
use gilbench_model::run_directory::Run;
use gilbench_model::suite::{Selection, Suite};
use gilbench_report::numbers::{Figure, ratio, seconds};
use gilbench_report::{Sources, noise_sentence};
use gilbench_runner::install::base_definition;

use crate::cli::{BenchAll, Common, Measure};
use crate::cmd::{claims, report};
use crate::{data, output};

/// Measures, decides, renders, and prints the table and the path of the site.
pub(super) fn run(common: &Common, arguments: &BenchAll) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    super::install::fetch(common, &catalog, wanted(&catalog, &arguments.measure))?;
    let directory = super::run::measure(common, &arguments.measure)?;
    let run = Run::load(&directory)?;
    let findings = report::findings(&catalog, &run);
    let sources = Sources { kinds: &catalog.kinds, ..Sources::new(&run, &findings) };
    let (_, page) = report::render(&catalog, sources, arguments.site.as_deref())?;
    table(&run.plan, &findings.cases)?;
    warn_of_crowd(&findings.cases);
    output::line("")?;
    if let Some(sentence) = noise_sentence(&run, &findings) {
        output::line(&sentence)?;
        output::line("")?;
    }
    claims::print(&findings.claims)?;
    output::line("")?;
    output::line(&gilbench_report::summary_text(sources, output::width()))?;
    output::line("")?;
    output::line(&format!("report: {}", page.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// The interpreters that are named, by the user or else by the suite, and what they need to be measured in containers.
fn wanted(catalog: &Catalog, measure: &Measure) -> Vec<Interpreter> {
    let suite = catalog.suites.get(measure.cases.suite());
    let selection = suite.map_or(&Selection::Found, |suite| &suite.interpreters);
    let named = super::planning::named(selection, &measure.cases.interpreter).unwrap_or_default();
    let contained = measure.containers
        || suite.is_some_and(Suite::uses_containers)
        || named.iter().any(|(_, inside)| *inside);
    let ids: BTreeSet<&Name> = named.iter().map(|(id, _)| id).collect();
    let definitions = ids.into_iter().filter_map(|id| catalog.interpreters.get(id)).cloned();
    definitions.chain(base_definition(catalog).filter(|_| contained)).collect()
}

/// Other programs are the commonest reason for verdicts that fail to come.
fn warn_of_crowd(cases: &[CaseFinding]) {
    let crowded = cases.iter().filter(|case| case.crowded).count();
    if crowded > 0 {
        output::warning(&format!(
            "other programs or machines left too few CPUs to {crowded} of {} cases, which therefore decide no claim; \
             measure again on a quieter machine",
            cases.len()
        ));
    }
}

/// All cases that the suite asks for, measured or not.
fn table(plan: &Plan, cases: &[CaseFinding]) -> output::Result {
    let asked_for = plan.cases.iter().zip(cases).filter(|(case, _)| case.is_measured());
    let rows = asked_for.map(|(case, finding)| {
        let state = match &finding.state {
            CaseState::Measured if case.oversubscribed => "oversubscribed".to_owned(),
            CaseState::Measured if finding.crowded => "crowded".to_owned(),
            CaseState::Measured => {
                let outside = finding.container_ratio.as_ref().map(|estimate| ratio(estimate).text());
                outside.map_or_else(String::new, |figure| format!("takes {figure} of the time outside"))
            }
            CaseState::Skipped { reason, .. } => format!("skipped: {reason}"),
            CaseState::Failed { reason } => first_line(reason),
            CaseState::TooFew { needed } => {
                format!("ended, too few rounds: {} of {needed} for an interval", finding.rounds)
            }
            CaseState::Pending { needed } => format!("pending: {} of {needed} rounds", finding.rounds),
        };
        [case.id.clone(), shown(finding.steady, seconds), shown(finding.speed_up, ratio), state]
    });
    output::table(["case", "time", "speed-up", ""], rows)
}

fn shown(estimate: Option<Estimate>, write: fn(&Estimate) -> Figure) -> String {
    estimate.map_or("—".to_owned(), |estimate| write(&estimate).text())
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
