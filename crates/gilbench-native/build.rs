//! Builds the libraries that workloads load into interpreters, so that nobody needs a C compiler for them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

fn main() {
    for library in ["kernel", "legacy"] {
        build(library);
    }
}

/// Compiles `libraries/NAME.rs` to `NAME.so`. It uses no other library, so that the same file loads into an interpreter
/// of any C library.
fn build(name: &str) {
    let variable = |name: &str| env::var_os(name).unwrap_or_else(|| panic!("cargo sets {name}"));
    let source = Path::new("libraries").join(name).with_extension("rs");
    println!("cargo::rerun-if-changed={}", source.display());
    let target = PathBuf::from(variable("OUT_DIR")).join(name).with_extension("so");
    let mut command = Command::new(variable("RUSTC"));
    command.args([
        "--edition=2024",
        "--crate-type=cdylib",
        "-Copt-level=3",
        "-Cpanic=abort",
        "-Cstrip=symbols",
    ]);
    command.args(["-Clink-arg=-nostdlib", "-Clink-arg=-nostartfiles", "-Crelocation-model=pic"]);
    command.arg("--target").arg(variable("TARGET"));
    if env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|environment| environment == "musl") {
        command.arg("-Ctarget-feature=-crt-static");
    }
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        command.arg("-Clinker").arg(linker);
    }
    let status = command.arg("-o").arg(&target).arg(&source).status();
    assert!(status.as_ref().is_ok_and(ExitStatus::success), "cannot build {}: {status:?}", source.display());
}
