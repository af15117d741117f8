//! The project's own claims, suites and workloads hang together.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../gilbench-model/tests/made_up/mod.rs"]
mod made_up;

use std::collections::BTreeSet;

use gilbench_analysis::deciding::{bearing, is_decided};
use gilbench_model::Name;
use gilbench_model::catalog::Catalog;
use gilbench_model::claim::Claim;
use gilbench_model::environment::InterpreterState;
use gilbench_model::interpreter::Interpreter;
use gilbench_model::machine::Allowance;
use gilbench_model::plan::{Case, Planner};
use made_up::{catalog, ready};

/// Every interpreter with every package, here and in a container.
fn all_interpreters(catalog: &Catalog) -> Vec<InterpreterState> {
    let packages = catalog.packages();
    let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
    let state =
        |definition: &Interpreter| ready(definition.id.as_str(), &packages, &["fork", "spawn", "forkserver"]);
    let inside = |definition: &Interpreter| InterpreterState {
        image: Some("localhost/made-up".to_owned()),
        ..state(&definition.in_container())
    };
    let both = |definition: &Interpreter| [state(definition), inside(definition)];
    catalog.interpreters.values().flat_map(both).collect()
}

/// What a suite comes to on a machine of two CPUs that lacks nothing.
fn cases(catalog: &Catalog, suite: &str) -> Vec<Case> {
    let interpreters = all_interpreters(catalog);
    let allowance = Allowance { cpus: vec![0, 1], ..Allowance::default() };
    let planner = Planner { catalog, interpreters: &interpreters, allowance: &allowance, only: &[], seed: 1 };
    planner.cases(&catalog.suites[suite]).unwrap()
}

#[test]
fn the_standard_suite_decides_every_claim_that_a_comparison_can_decide() {
    let catalog = catalog();
    let cases = cases(&catalog, "standard");
    let open: Vec<&Name> = catalog
        .claims
        .iter()
        .filter(|claim| claim.kind.is_tested() && !is_decided(claim, &cases))
        .map(|claim| &claim.id)
        .collect();
    assert!(open.is_empty(), "not decided by any case of suite `standard`: {open:?}");
}

#[test]
fn every_workload_decides_or_informs_a_claim_or_shows_what_the_machine_can_do() {
    let catalog = catalog();
    let named: BTreeSet<&Name> = catalog
        .claims
        .iter()
        .flat_map(|claim| {
            let tested = claim.tests.iter().flat_map(|test| [Some(&test.case), test.against.as_ref()]);
            tested.flatten().chain(&claim.bears_on)
        })
        .filter_map(|selector| selector.workload.as_ref())
        .collect();
    let idle: Vec<&Name> = catalog
        .workloads
        .values()
        .filter(|workload| {
            !workload.calibration && workload.roofline.is_none() && !named.contains(&workload.name)
        })
        .map(|workload| &workload.name)
        .collect();
    assert!(idle.is_empty(), "no claim needs these workloads: {idle:?}");
}

#[test]
fn all_ninety_claims_are_answered() {
    let expected: Vec<String> = (1..=90).map(|number| format!("c{number:02}")).collect();
    let found: Vec<String> = catalog().claims.iter().map(|claim| claim.id.to_string()).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_suite_that_a_claim_names_exists() {
    let catalog = catalog();
    let commands: Vec<&str> = catalog.claims.iter().filter_map(|claim| claim.decided_by.as_deref()).collect();
    let suites: Vec<&str> = commands
        .iter()
        .flat_map(|command| command.split("--suite ").skip(1))
        .filter_map(|rest| rest.split([' ', '`', ',']).next())
        .collect();
    assert!(!suites.is_empty(), "no claim names a suite any more: {commands:?}");
    let unknown: Vec<&str> =
        suites.into_iter().filter(|suite| !catalog.suites.contains_key(*suite)).collect();
    assert!(unknown.is_empty(), "named by a claim, and not there: {unknown:?}");
}

#[test]
fn everything_that_bears_on_a_claim_is_in_a_suite_and_some_of_it_in_the_standard_one() {
    let catalog = catalog();
    let standard = cases(&catalog, "standard");
    let all: Vec<Case> = catalog.suites.keys().flat_map(|suite| cases(&catalog, suite.as_str())).collect();
    for claim in &catalog.claims {
        for selector in &claim.bears_on {
            let only = Claim { bears_on: vec![selector.clone()], ..claim.clone() };
            assert!(!bearing(&only, &all).is_empty(), "{}: no suite has {selector}", claim.id);
        }
        let nothing = claim.bears_on.is_empty() || claim.kind.is_tested();
        assert!(nothing || !bearing(claim, &standard).is_empty(), "{}: nothing in `standard`", claim.id);
    }
}

#[test]
fn the_readme_of_a_workload_names_the_claims_that_it_informs() {
    let catalog = catalog();
    for workload in catalog.workloads.values() {
        let readme = catalog.root.join("workloads").join(workload.name.as_str()).join("README.md");
        let readme = std::fs::read_to_string(readme).unwrap();
        let paragraph = readme.split("**Informs**").nth(1).unwrap_or_default().split("\n\n").next().unwrap();
        let said: BTreeSet<&str> = paragraph
            .split(|character: char| !character.is_ascii_alphanumeric())
            .filter(|word| word.len() == 3 && word.starts_with('c') && word[1..].parse::<u8>().is_ok())
            .collect();
        let of_workload = |claim: &&Claim| {
            let tests = claim.tests.iter().flat_map(|test| [Some(&test.case), test.against.as_ref()]);
            let selectors = tests.flatten().chain(&claim.bears_on);
            selectors.filter_map(|selector| selector.workload.as_ref()).any(|name| *name == workload.name)
        };
        let informed: BTreeSet<&str> =
            catalog.claims.iter().filter(of_workload).map(|claim| claim.id.as_str()).collect();
        assert_eq!(said, informed, "workloads/{}/README.md", workload.name);
    }
}
