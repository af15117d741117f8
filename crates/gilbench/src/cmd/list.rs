//! `gilbench list`: what there is, from the data files and, for cases, from this machine.

use std::process::ExitCode;

use gilbench_model::catalog::Catalog;
use gilbench_model::plan::{Plan, Role};

use crate::cli::{Common, List, Listed};
use crate::cmd::planning::{Wish, make_plan};
use crate::cmd::suites;
use crate::output::Format;
use crate::{data, output};

/// Lists.
pub(super) fn run(common: &Common, arguments: &List) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    let json = arguments.format == Format::Json;
    match arguments.what {
        Listed::Workloads if json => output::json(&catalog.workloads.values().collect::<Vec<_>>())?,
        Listed::Workloads => workloads(&catalog)?,
        Listed::Suites => suites::list(common, &catalog, arguments.format)?,
        Listed::Interpreters if json => output::json(&catalog.interpreters.values().collect::<Vec<_>>())?,
        Listed::Interpreters => interpreters(&catalog)?,
        Listed::Claims if json => output::json(&catalog.claims)?,
        Listed::Claims => claims(&catalog)?,
        Listed::Cases => {
            let wish = Wish { cases: &arguments.cases, containers: arguments.containers, seed: 0 };
            let (plan, _) = make_plan(&catalog, common, &wish)?;
            if json { output::json(&plan.cases)? } else { cases(&plan)? }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn joined<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

fn workloads(catalog: &Catalog) -> output::Result {
    let rows = catalog.workloads.values().map(|workload| {
        [
            workload.name.to_string(),
            workload.title.clone(),
            joined(workload.strategies.keys()),
            joined(workload.sizes.keys()),
        ]
    });
    output::table(["workload", "title", "strategies", "sizes"], rows)
}

fn interpreters(catalog: &Catalog) -> output::Result {
    let rows = catalog.interpreters.values().map(|interpreter| {
        let identity = interpreter.identity.as_ref().map_or("part of gilbench".to_owned(), |identity| {
            format!("{} {}", identity.implementation, identity.version)
        });
        let hint = interpreter.install_hint.clone().unwrap_or_else(|| "—".to_owned());
        [interpreter.id.to_string(), interpreter.label.clone(), identity, hint]
    });
    output::table(["id", "label", "is", "to get it"], rows)
}

fn claims(catalog: &Catalog) -> output::Result {
    let rows = catalog.claims.iter().map(|claim| {
        [claim.id.to_string(), claim.kind.to_string(), claim.place.clone(), claim.statement.clone()]
    });
    output::table(["id", "kind", "place", "statement"], rows)
}

fn cases(plan: &Plan) -> output::Result {
    let rows = plan.cases.iter().map(|case| {
        let mut remarks = Vec::new();
        match case.role {
            Role::Measured => {}
            Role::Repeat => remarks.push("measured again: how the two differ is noise".to_owned()),
            Role::Calibration => remarks.push("calibrates: shows how fast the machine is".to_owned()),
        }
        if case.oversubscribed {
            remarks.push(format!("oversubscribed: {} effective CPUs", case.effective_cpus));
        }
        if case.conditions.cold {
            remarks.push("cold".to_owned());
        }
        remarks.extend(case.skip.as_ref().map(|skip| format!("skipped: {skip}")));
        [case.id.clone(), remarks.join("; ")]
    });
    output::table(["case", "remarks"], rows)
}
