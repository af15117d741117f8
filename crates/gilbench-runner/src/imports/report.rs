//! pip's installation report: which file each package comes from ("Installation Report", version 1).

use std::path::Path;

use gilbench_model::lock::normalised;
use serde::Deserialize;

/// What was installed, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) items: Vec<Item>,
}

/// One package of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Its name, normalised.
    pub(super) name: String,
    pub(super) version: String,
    /// The file's name.
    pub(super) file: String,
    /// The file's digests, as `sha256:…`.
    digests: Vec<String>,
}

impl Report {
    /// Reads it. pip writes none where it fails.
    pub(super) fn read(file: &Path) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(file).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let wire: Wire = serde_json::from_str(text).ok()?;
        let items = wire.install.into_iter().map(|item| {
            let address = item.download_info.url.split(['#', '?']).next().unwrap_or_default();
            let file = address.rsplit('/').next().unwrap_or_default().replace("%2B", "+");
            let digests = item.download_info.archive_info.unwrap_or_default().hashes;
            Item {
                name: normalised(&item.metadata.name),
                version: item.metadata.version,
                file,
                digests: digests.iter().map(|(algorithm, digest)| format!("{algorithm}:{digest}")).collect(),
            }
        });
        Some(Self { items: items.collect() })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.name == name)
    }
}

impl Item {
    /// Whether it is one of these files. Where none is named, it may be any.
    pub(super) fn has_one_of(&self, digests: &[&str]) -> bool {
        digests.is_empty() || self.digests.iter().any(|digest| digests.contains(&digest.as_str()))
    }
}

/// The parts that are used of a format that others own and extend.
#[derive(Deserialize)]
struct Wire {
    install: Vec<WireItem>,
}

#[derive(Deserialize)]
struct WireItem {
    download_info: WireDownload,
    metadata: WireMetadata,
}

#[derive(Deserialize)]
struct WireDownload {
    url: String,
    archive_info: Option<WireArchive>,
}

#[derive(Default, Deserialize)]
struct WireArchive {
    #[serde(default)]
    hashes: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct WireMetadata {
    name: String,
    version: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_digests_are_read() {
        let text = r#"{"version": "1", "install": [{"requested": true, "is_direct": false,
            "download_info": {"url": "https://host/a/My_X-1.0%2Bcpu-py3-none-any.whl",
                              "archive_info": {"hashes": {"sha256": "ab"}}},
            "metadata": {"name": "My_X", "version": "1.0+cpu"}}]}"#;
        let report = Report::parse(text).unwrap();
        let item = report.get("my-x").unwrap();
        assert_eq!((item.file.as_str(), item.version.as_str()), ("My_X-1.0+cpu-py3-none-any.whl", "1.0+cpu"));
        assert!(item.has_one_of(&[]) && item.has_one_of(&["sha256:00", "sha256:ab"]));
        assert!(!item.has_one_of(&["sha256:00"]));
        assert_eq!(Report::parse("[]"), None);
    }
}
