//! The crates depend on each other as the design says, and on nothing else of ours.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

#[test]
fn data_flows_one_way_between_the_crates() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let ours = |name: &str| name == "gilbench" || name.starts_with("gilbench-");
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap().to_owned();
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let names =
            dependencies.filter_map(|dependency| dependency["name"].as_str()).filter(|name| ours(name));
        edges.insert(name, names.map(str::to_owned).collect());
    }
    let expected = [
        ("gilbench-model", vec![]),
        ("gilbench-runner", vec!["gilbench-model"]),
        ("gilbench-analysis", vec!["gilbench-model"]),
        ("gilbench-native", vec!["gilbench-model"]),
        ("gilbench-report", vec!["gilbench-analysis", "gilbench-model"]),
        (
            "gilbench",
            vec![
                "gilbench-analysis",
                "gilbench-model",
                "gilbench-native",
                "gilbench-report",
                "gilbench-runner",
            ],
        ),
    ];
    let owned =
        |(name, uses): (&str, Vec<&str>)| (name.to_owned(), uses.into_iter().map(str::to_owned).collect());
    assert_eq!(edges, expected.into_iter().map(owned).collect());
}
