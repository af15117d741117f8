//! Which files the index has of a package, as far as pip's log tells: it names each that it takes or passes over.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use gilbench_model::lock::normalised;

use super::wheel::{is_free_threaded, tags};

/// The files of one package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    files: Vec<File>,
}

/// A file: of which version, and for which ABIs.
#[derive(Clone, Debug, PartialEq, Eq)]
struct File {
    version: String,
    /// None of a source distribution.
    abis: Option<Vec<String>>,
}

/// What there is of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Release {
    pub(super) version: String,
    /// Whether there is a source distribution.
    pub(super) source: bool,
    /// The ABIs of its wheels, but for free-threaded ones.
    pub(super) abis: BTreeSet<String>,
    /// The free-threaded ABIs of its wheels.
    pub(super) free_threaded: BTreeSet<String>,
}

impl Listing {
    /// Reads it from a log of pip.
    pub(super) fn of(log: &str, name: &str) -> Self {
        // `Found link URL …`, `Skipping link: WHY: URL …`
        let lines =
            log.lines().filter(|line| line.contains("Found link ") || line.contains("Skipping link: "));
        let addresses = lines.filter_map(|line| line.split_whitespace().find(|word| word.contains("://")));
        let names = addresses.map(|address| {
            let address = address.split(['#', '?']).next().unwrap_or_default();
            address.rsplit('/').next().unwrap_or_default()
        });
        Self { files: names.filter_map(|file| File::of(file, name)).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The newest version that is one of these (`>=1.12,<2`; any where nothing is said), and no pre-release if there is
    /// another.
    pub(super) fn newest(&self, versions: &str) -> Option<Release> {
        let fitting = self.files.iter().filter(|file| fits(&file.version, versions));
        let version = fitting.max_by(|a, b| by_age(&a.version, &b.version))?.version.clone();
        let files = || self.files.iter().filter(|file| same(&file.version, &version));
        let abis = files().filter_map(|file| file.abis.as_ref()).flatten().cloned();
        let (free_threaded, abis) = abis.partition(|abi| is_free_threaded(abi));
        let source = files().any(|file| file.abis.is_none());
        Some(Release { version, source, abis, free_threaded })
    }
}

impl File {
    fn of(file: &str, name: &str) -> Option<Self> {
        if let Some(tags) = tags(file) {
            let mut parts = file.split('-');
            let (found, version) = (parts.next()?, parts.next()?);
            let abis = tags.iter().filter_map(|tag| tag.split('-').nth(1).map(str::to_owned)).collect();
            return (normalised(found) == name)
                .then(|| Self { version: version.to_owned(), abis: Some(abis) });
        }
        let stem =
            [".tar.gz", ".zip", ".tar.bz2"].into_iter().find_map(|ending| file.strip_suffix(ending))?;
        let (found, version) = stem.rsplit_once('-')?;
        (normalised(found) == name).then(|| Self { version: version.to_owned(), abis: None })
    }
}

/// Whether two versions are one: `1.0` and `1.0.0`, `1.0+cpu` and `1.0%2Bcpu`.
fn same(a: &str, b: &str) -> bool {
    by_age(a, b) == Ordering::Equal && is_final(a) == is_final(b) && (is_final(a) || a == b)
}

fn is_final(version: &str) -> bool {
    version.split('.').all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a version is one of these. What is not understood leaves none out.
fn fits(version: &str, versions: &str) -> bool {
    versions.split(',').all(|one| {
        let one = one.trim();
        let begin = one.find(|c: char| !"<>=!~".contains(c)).unwrap_or(one.len());
        let (operator, other) = (&one[..begin], one[begin..].trim());
        let prefix = |of: &str| version == of || version.starts_with(&format!("{of}."));
        let order = by_age(version, other);
        match (operator, other.strip_suffix(".*")) {
            ("==", Some(start)) => prefix(start),
            ("!=", Some(start)) => !prefix(start),
            ("==" | "===", None) => same(version, other),
            ("!=", None) => !same(version, other),
            (">=", _) => order.is_ge(),
            ("<=", _) => order.is_le(),
            (">", _) => order.is_gt(),
            ("<", _) => order.is_lt(),
            ("~=", _) => order.is_ge() && prefix(other.rsplit_once('.').map_or(other, |(start, _)| start)),
            _ => true,
        }
    })
}

/// Final versions by their numbers, above all others. Good enough to name the newest; what is installed, pip decides.
fn by_age(a: &str, b: &str) -> Ordering {
    let key = |version: &str| {
        let numbers =
            version.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u64>().ok());
        let mut numbers: Vec<u64> = numbers.collect();
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        (is_final(version) || version.contains(".post"), numbers)
    };
    key(a).cmp(&key(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
2026-12-01T04:33:48 Found link https://host/p/My_X-0.9-py3-none-any.whl#sha256=ab (from https://host/simple/my-x/), version: 0.9
2026-12-01T04:33:48   Skipping link: none of the wheel's tags (cp313-cp313-win32) are compatible (run pip debug): https://host/p/my_x-1.10.0-cp313-cp313-win32.whl (from https://host/simple/my-x/) (requires-python:>=3.10)
2026-12-01T04:33:48   Skipping link: none of the wheel's tags (cp314-cp314t-linux_x86_64) are compatible: https://host/p/my_x-1.10.0-cp314-cp314t-linux_x86_64.whl (from x)
2026-12-01T04:33:48   Skipping link: No sources permitted for my-x: https://host/p/my-x-1.10.0.tar.gz (from x)
2026-12-01T04:33:48   Skipping link: No sources permitted for my-x: https://host/p/my_x-1.9.zip (from x)
2026-12-01T04:33:48   Skipping link: No sources permitted for my-x: https://host/p/my_x-2.0rc1.tar.gz (from x)
2026-12-01T04:33:48   Skipping link: No sources permitted for other: https://host/p/other-3.tar.gz (from x)
2026-12-01T04:33:48   Skipping link: not a file: https://host/simple/my-x/";

    #[test]
    fn the_newest_release_is_told_with_all_its_files() {
        let listing = Listing::of(LOG, "my-x");
        let newest = listing.newest("").unwrap();
        assert_eq!((newest.version.as_str(), newest.source), ("1.10.0", true));
        assert_eq!(newest.abis, BTreeSet::from(["cp313".to_owned()]));
        assert_eq!(newest.free_threaded, BTreeSet::from(["cp314t".to_owned()]));
        assert!(listing.newest("==1.9.0").unwrap().source);
        assert_eq!(listing.newest("==2.0rc1").unwrap().version, "2.0rc1");
        assert_eq!(listing.newest("==2.0"), None);
        assert!(Listing::of(LOG, "nothing").is_empty());
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let fitting = [
            ("1.10.0", ">=1.9,<2"),
            ("1.10", "==1.10.0"),
            ("1.10.3", "==1.10.*"),
            ("1.10.3", "~=1.10.1"),
            ("2.0", "!=1.0, !=1.*"),
            ("2.0", ">1.10"),
            ("2.0", ""),
            ("2.0", "@ what is this"),
        ];
        for (version, versions) in fitting {
            assert!(fits(version, versions), "{version} {versions}");
        }
        for (version, versions) in
            [("1.10", "<1.9"), ("1.1", "~=1.10.1"), ("1.100", "==1.10.*"), ("2.0", "<=1.9")]
        {
            assert!(!fits(version, versions), "{version} {versions}");
        }
    }
}
