//! The digest of what is measured: runs with another one are not the same experiment.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sha2::Digest as _;

use super::Case;
use crate::Name;
use crate::interpreter::Interpreter;
use crate::workload::Digest;

/// A digest of all that determines what is measured, but for the interpreters' own binaries. `root` is the data
/// folder.
pub fn definitions(root: &Path, cases: &[Case]) -> Digest {
    let mut hash = sha2::Sha256::new();
    let mut add = |label: &str, path: &Path| {
        hash.update(label.as_bytes());
        hash.update([0]);
        hash.update(std::fs::read(path).unwrap_or_default());
        hash.update([0]);
    };
    let workloads: BTreeSet<&Name> = cases.iter().map(|case| &case.workload).collect();
    for name in workloads {
        for file in ["workload.yaml", "worker.py", "worker_minimal.py"] {
            add(&format!("{name}/{file}"), &root.join("workloads").join(name.as_str()).join(file));
        }
    }
    for path in python_files(&root.join("workloads/_worker")) {
        add("worker", &path);
    }
    let defined = |case: &Case| Interpreter::definition_id(&case.interpreter).0;
    for name in cases.iter().map(defined).collect::<BTreeSet<Name>>() {
        add(name.as_str(), &root.join("interpreters").join(format!("{name}.yaml")));
    }
    digest_of(hash)
}

/// The Python files below a folder, sorted.
pub fn python_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let python = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "py");
    paths
        .into_iter()
        .flat_map(|path| if path.is_dir() { python_files(&path) } else { vec![path] })
        .filter(python)
        .collect()
}

/// SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    let mut hash = sha2::Sha256::new();
    hash.update(bytes);
    digest_of(hash)
}

fn digest_of(hash: sha2::Sha256) -> Digest {
    use std::fmt::Write as _;
    let text = hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    Digest::try_from(text).expect("SHA-256 has 64 hexadecimal digits")
}
