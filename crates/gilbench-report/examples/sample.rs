//! Writes a made-up site to a folder, for looking at: `sample FOLDER [hostile|empty|conditions|CASES]`. The hostile one
//! comes after earlier runs.

#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use std::path::Path;
use std::time::Instant;

use fixture::earlier::before;
use gilbench_model::plan::Case;
use gilbench_report::{Sources, render};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder?")?;
    let kind = arguments.next();
    let (run, findings) = match kind.as_deref() {
        None => fixture::run(),
        Some("hostile") => fixture::hostile_run(),
        Some("conditions") => fixture::conditions_run(),
        Some("empty") => fixture::empty_run(),
        Some(cases) => fixture::large_run(cases.parse()?),
    };
    let slower = |case: &Case, ago: u64| if case.conditions.workers > 1 && ago > 3 { 1.2 } else { 1.0 };
    let earlier = (kind.as_deref() == Some("hostile")).then(|| before(&run, 8, &slower));
    let sources = Sources { earlier: earlier.as_ref(), ..Sources::new(&run, &findings) };
    let began = Instant::now();
    let site = render(sources)?;
    let took = began.elapsed();
    site.write(Path::new(&folder))?;
    let bytes: usize = site.files.values().map(Vec::len).sum();
    println!("{} files, {} KiB, rendered in {took:.1?}", site.files.len(), bytes / 1024);
    Ok(())
}
