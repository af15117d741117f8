//! Writes a made-up site to a folder, for looking at: `sample FOLDER [hostile|empty|conditions|CASES]`.

#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder?")?;
    let (run, findings) = match arguments.next().as_deref() {
        None => fixture::run(),
        Some("hostile") => fixture::hostile_run(),
        Some("conditions") => fixture::conditions_run(),
        Some("empty") => fixture::empty_run(),
        Some(cases) => fixture::large_run(cases.parse()?),
    };
    let began = Instant::now();
    let site = gilbench_report::render(gilbench_report::Sources::new(&run, &findings))?;
    let took = began.elapsed();
    site.write(Path::new(&folder))?;
    let bytes: usize = site.files.values().map(Vec::len).sum();
    println!("{} files, {} KiB, rendered in {took:.1?}", site.files.len(), bytes / 1024);
    Ok(())
}
