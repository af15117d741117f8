//! `gilbench report`: renders a recorded run, as a site, in the terminal, as Markdown or as single charts.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gilbench_analysis::findings::Findings;
use gilbench_model::catalog::Catalog;
use gilbench_model::run_directory::Run;
use gilbench_report::{Site, Sources, noise_sentence};

use super::earlier;
use crate::cli::{Common, Report};
use crate::cmd::pictures;
use crate::interrupt::Interrupt;
use crate::{data, output, serve};

/// Renders a run.
pub(super) fn run(common: &Common, arguments: &Report) -> anyhow::Result<ExitCode> {
    let catalog = data::catalog(common)?;
    let run = Run::load(&data::run_or_latest(arguments.run.as_deref(), common)?)?;
    let findings = findings(&catalog, &run);
    let earlier = earlier::gather(&run, &arguments.earlier)?;
    let sources =
        Sources { earlier: earlier.as_ref(), kinds: &catalog.kinds, ..Sources::new(&run, &findings) };
    let out = arguments.out.as_deref();
    // What prints something else writes a site only where it is told to.
    let beside = || -> anyhow::Result<()> {
        if out.is_some() {
            let (_, page) = render(&catalog, sources, out)?;
            output::note(&page.display().to_string());
        }
        Ok(())
    };
    if arguments.markdown {
        output::verbatim(&gilbench_report::summary_markdown(sources))?;
        beside()?;
    } else if arguments.pictures.wanted() {
        pictures::run(sources, &arguments.pictures)?;
        beside()?;
    } else {
        let (site, page) = render(&catalog, sources, out)?;
        if let Some(sentence) = noise_sentence(&run, &findings) {
            output::note(&sentence);
        }
        output::line(&gilbench_report::summary_text(sources, output::width()))?;
        output::line("")?;
        output::verbatim(&page.display().to_string())?;
        if arguments.serve {
            serve::serve(site, arguments.port, &Interrupt::listen()?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a run shows of the data folder's claims, with the titles of the fixes that they speak of.
pub(super) fn findings(catalog: &Catalog, run: &Run) -> Findings {
    Findings { fixes: catalog.fixes.clone(), ..gilbench_analysis::analyse(run, &catalog.claims) }
}

/// Writes the site; it, and where it begins.
pub(super) fn render(
    catalog: &Catalog,
    sources: Sources<'_>,
    out: Option<&Path>,
) -> anyhow::Result<(Site, PathBuf)> {
    let folder = out.map_or_else(|| data::site(&catalog.root), Path::to_owned);
    let site = gilbench_report::render(sources)?;
    site.write(&folder)?;
    Ok((site, folder.join("index.html")))
}
