//! `gilbench report`: renders a recorded run, as a site or as Markdown.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gilbench_analysis::earlier::Earlier;
use gilbench_analysis::findings::Findings;
use gilbench_model::catalog::Catalog;
use gilbench_model::run_directory::Run;
use gilbench_report::Sources;

use super::earlier;
use crate::cli::{Common, Report};
use crate::{data, output};

/// Renders a run.
pub(super) fn run(common: &Common, arguments: &Report) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    let run = Run::load(&data::run_or_latest(arguments.run.as_deref(), common)?)?;
    let findings = findings(&catalog, &run);
    let site = || {
        let earlier = earlier::gather(&run, &arguments.earlier)?;
        write(&catalog, &run, &findings, earlier.as_ref(), arguments.out.as_deref())
    };
    if arguments.markdown {
        output::verbatim(&gilbench_report::summary_markdown(Sources::new(&run, &findings)))?;
        if arguments.out.is_some() {
            output::note(&site()?.display().to_string());
        }
    } else {
        output::verbatim(&site()?.display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What a run shows of the data folder's claims, with the titles of the fixes that they speak of.
pub(super) fn findings(catalog: &Catalog, run: &Run) -> Findings {
    Findings { fixes: catalog.fixes.clone(), ..gilbench_analysis::analyse(run, &catalog.claims) }
}

/// Writes the site of a run alone and says where it begins.
pub(super) fn render(
    catalog: &Catalog,
    run: &Run,
    findings: &Findings,
    out: Option<&Path>,
) -> anyhow::Result<PathBuf> {
    write(catalog, run, findings, None, out)
}

fn write(
    catalog: &Catalog,
    run: &Run,
    findings: &Findings,
    earlier: Option<&Earlier>,
    out: Option<&Path>,
) -> anyhow::Result<PathBuf> {
    let folder = out.map_or_else(|| data::site(&catalog.root), Path::to_owned);
    let sources = Sources { earlier, kinds: &catalog.kinds, ..Sources::new(run, findings) };
    gilbench_report::render(sources)?.write(&folder)?;
    Ok(folder.join("index.html"))
}
