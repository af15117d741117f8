//! Interpreters that are made up, for plans of the project's own suites.

#![allow(dead_code, unreachable_pub, reason = "each test uses some of it")]

use std::path::Path;

use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::environment::{GilState, InterpreterState, Status};
use gilbench_model::facts::{Allocator, Build, ClockFacts, CpuFacts, Facts, GilFacts, Package};

/// The project's own data files.
pub fn catalog() -> Catalog {
    Catalog::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

/// A name.
pub fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// An interpreter that can be used.
pub fn ready(id: &str, packages: &[&str], start_methods: &[&str]) -> InterpreterState {
    let package =
        |name: &&str| Package { name: (*name).to_owned(), version: "1".to_owned(), wheel_tag: None };
    let facts = Facts {
        implementation: "cpython".to_owned(),
        version: "3.12.0".to_owned(),
        version_text: String::new(),
        executable: None,
        platform: None,
        build: Build::default(),
        gil: GilFacts::default(),
        jit: None,
        jit_available: None,
        allocator: Allocator::default(),
        start_method: None,
        start_methods: Some(start_methods.iter().map(|method| (*method).to_owned()).collect()),
        cpus: CpuFacts::default(),
        clock: ClockFacts::default(),
        packages: packages.iter().map(package).collect(),
        imports: None,
        blas: None,
    };
    InterpreterState {
        id: name(id),
        label: id.to_owned(),
        status: Status::Ready,
        provider: None,
        executable: Some("/bin/python".to_owned()),
        image: None,
        mounts: Vec::new(),
        version: None,
        gil: GilState::default(),
        reason: None,
        hint: None,
        facts: Some(facts),
    }
}

/// One that was not found.
pub fn missing(id: &str) -> InterpreterState {
    InterpreterState {
        status: Status::Missing,
        executable: None,
        reason: Some("not found".to_owned()),
        facts: None,
        ..ready(id, &[], &[])
    }
}
