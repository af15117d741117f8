//! Locked packages of one interpreter: `interpreters/locks/<id>.txt`, a requirements file for pip in which every
//! package has its version and the digests of its files.
//!
//! One lock for each interpreter, since the last version with a wheel differs between them. A package that has none
//! stands there too, in a comment: `# without a wheel: pandas (why)`. Which packages another one needs is read from
//! the `# via` comments that uv writes.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::sha256;
use crate::workload::Digest;

const WITHOUT: &str = "# without a wheel: ";

const ASKED_FOR: &str = "# asked for: ";

/// A lock, read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// By normalised name.
    packages: BTreeMap<String, Locked>,
    /// Why there is no wheel, by normalised name.
    without_wheel: BTreeMap<String, String>,
    /// Normalised.
    asked_for: BTreeSet<String>,
    digest: Digest,
}

/// A package in a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Its version.
    pub version: String,
    /// What needs it, by normalised name.
    needed_by: BTreeSet<String>,
    /// The lines for pip.
    requirement: String,
}

/// A line of a lock makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct LockError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

/// A package cannot be had from a lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotLocked {
    /// It has no wheel for this interpreter.
    #[error("no wheel of {package}: {reason}")]
    WithoutWheel {
        /// The package.
        package: String,
        /// Why.
        reason: String,
    },
    /// The lock does not know it.
    #[error("{package} is not in the lock")]
    Unknown {
        /// The package.
        package: String,
    },
}

/// A package's name as indexes compare it (PEP 503): `Foo_Bar` is `foo-bar`. Extras in brackets are left out.
pub fn normalised(name: &str) -> String {
    let name = name.split('[').next().unwrap_or_default().trim();
    let mut normal = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            letter => normal.push(letter.to_ascii_lowercase()),
        }
    }
    normal
}

/// The names in a file such as `interpreters/packages.in`: one on each line, beside comments.
pub fn names(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

impl Lock {
    /// Reads the text of a lock.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        let mut reader = Reader::default();
        for (index, line) in text.lines().enumerate() {
            reader.line(line).map_err(|problem| LockError { line: index + 1, problem })?;
        }
        let line = text.lines().count();
        reader.finish().map_err(|problem| LockError { line, problem })?;
        let Reader { packages, without_wheel, asked_for, .. } = reader;
        if let Some(name) = asked_for.iter().find(|name| !packages.contains_key(*name)) {
            return Err(LockError { line, problem: format!("{name} was asked for and is not there") });
        }
        Ok(Self { packages, without_wheel, asked_for, digest: sha256(text.as_bytes()) })
    }

    /// Writes what uv has resolved as a lock: without options that name places, and with what has no wheel.
    pub fn write(
        head: &str,
        asked_for: &[String],
        resolved: &str,
        without_wheel: &[(String, String)],
    ) -> String {
        let asked_for = (!asked_for.is_empty()).then(|| format!("{ASKED_FOR}{}", asked_for.join(", ")));
        let missing = without_wheel.iter().map(|(package, reason)| format!("{WITHOUT}{package} ({reason})"));
        let resolved = resolved.lines().filter(|line| !line.starts_with("--")).map(str::to_owned);
        let lines = std::iter::once(format!("# {head}")).chain(asked_for).chain(missing).chain(resolved);
        lines.map(|line| line + "\n").collect()
    }

    /// SHA-256 of the text.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Why a package has no wheel for this interpreter, if it has none.
    pub fn without_wheel(&self, package: &str) -> Option<&str> {
        self.without_wheel.get(&normalised(package)).map(String::as_str)
    }

    /// The packages that have none, by normalised name.
    pub fn without_wheels(&self) -> impl Iterator<Item = &str> {
        self.without_wheel.keys().map(String::as_str)
    }

    /// A locked package.
    pub fn get(&self, package: &str) -> Option<&Locked> {
        self.packages.get(&normalised(package))
    }

    /// The packages that were asked for and have a wheel, by normalised name: the others here are needed by them.
    pub fn asked_for(&self) -> Vec<String> {
        self.asked_for.iter().cloned().collect()
    }

    /// Every package that is spoken of, with a wheel or without, by normalised name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.packages.keys().chain(self.without_wheel.keys()).map(String::as_str)
    }

    /// The normalised names of these packages and of all that they need.
    pub fn closure(&self, packages: &[String]) -> Result<BTreeSet<String>, NotLocked> {
        let mut open = Vec::new();
        for package in packages {
            if let Some(reason) = self.without_wheel(package) {
                return Err(NotLocked::WithoutWheel { package: package.clone(), reason: reason.to_owned() });
            }
            if self.get(package).is_none() {
                return Err(NotLocked::Unknown { package: package.clone() });
            }
            open.push(normalised(package));
        }
        let mut closure = BTreeSet::new();
        while let Some(package) = open.pop() {
            let needed = self.packages.iter().filter(|(_, locked)| locked.needed_by.contains(&package));
            open.extend(needed.map(|(name, _)| name).filter(|name| !closure.contains(*name)).cloned());
            closure.insert(package);
        }
        Ok(closure)
    }

    /// A requirements file with these packages and all that they need; every line has its digests.
    pub fn requirements(&self, packages: &[String]) -> Result<String, NotLocked> {
        let closure = self.closure(packages)?;
        Ok(closure.iter().filter_map(|name| Some(self.packages.get(name)?.requirement.as_str())).collect())
    }
}

#[derive(Default)]
struct Reader {
    packages: BTreeMap<String, Locked>,
    without_wheel: BTreeMap<String, String>,
    asked_for: BTreeSet<String>,
    /// The package whose lines are being read.
    current: Option<(String, Locked)>,
    /// The line before ended in a backslash.
    continued: bool,
    /// A list follows `# via`.
    via: bool,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        let (content, continues) = match line.trim_end().strip_suffix('\\') {
            Some(content) => (content.trim(), true),
            None => (line.trim(), false),
        };
        if std::mem::replace(&mut self.continued, continues) {
            return self.hash(line.trim_end(), content);
        }
        if let Some(rest) = line.strip_prefix(WITHOUT) {
            let (package, reason) = rest.split_once(" (").unwrap_or((rest, ")"));
            let reason = reason.strip_suffix(')').ok_or("the reason does not end in `)`")?;
            self.without_wheel.insert(normalised(package), reason.to_owned());
        } else if let Some(names) = line.strip_prefix(ASKED_FOR) {
            self.asked_for.extend(names.split(',').map(normalised));
        } else if let Some(comment) = content.strip_prefix('#') {
            self.comment(comment.trim());
        } else if !content.is_empty() {
            self.begin(line.trim_end(), content)?;
        }
        Ok(())
    }

    fn begin(&mut self, line: &str, content: &str) -> Result<(), String> {
        self.finish()?;
        let (name, rest) =
            content.split_once("==").ok_or_else(|| format!("found `{content}`, expected `name==version`"))?;
        let plain =
            |letter: char| letter.is_ascii_alphanumeric() || ['-', '_', '.', '[', ']', ','].contains(&letter);
        if name.is_empty() || !name.chars().all(plain) {
            return Err(format!("found `{name}`, expected a package's name"));
        }
        let version = rest.split_whitespace().next().ok_or_else(|| format!("{name} has no version"))?;
        let locked = Locked {
            version: version.to_owned(),
            needed_by: BTreeSet::new(),
            requirement: format!("{line}\n"),
        };
        self.current = Some((normalised(name), locked));
        self.via = false;
        Ok(())
    }

    fn hash(&mut self, line: &str, content: &str) -> Result<(), String> {
        let digest = content.strip_prefix("--hash=sha256:").unwrap_or_default();
        if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(format!("found `{content}`, expected `--hash=sha256:` and 64 digits"));
        }
        let (_, locked) = self.current.as_mut().ok_or("a digest without a package")?;
        locked.requirement.push_str(line);
        locked.requirement.push('\n');
        Ok(())
    }

    fn comment(&mut self, comment: &str) {
        let Some((_, locked)) = &mut self.current else { return };
        let source = match comment.strip_prefix("via") {
            Some(rest) => {
                self.via = true;
                rest.trim()
            }
            None if self.via => comment,
            None => return,
        };
        // A file that asks for it is no package.
        if !source.is_empty() && !source.starts_with("-r ") {
            locked.needed_by.insert(normalised(source));
        }
    }

    /// The package whose lines were read is whole.
    fn finish(&mut self) -> Result<(), String> {
        let Some((name, locked)) = self.current.take() else { return Ok(()) };
        if !locked.requirement.contains("--hash=") || locked.requirement.trim_end().ends_with('\\') {
            return Err(format!("{name} has no digest, or ends in the middle"));
        }
        match self.packages.insert(name.clone(), locked) {
            None => Ok(()),
            Some(_) => Err(format!("{name} stands there twice")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(name: &str, via: &[&str]) -> String {
        let via = match via {
            [one] => format!("    # via {one}\n"),
            many => std::iter::once("    # via\n".to_owned())
                .chain(many.iter().map(|one| format!("    #   {one}\n")))
                .collect(),
        };
        format!(
            "{name}==1.0 \\\n    --hash=sha256:{} \\\n    --hash=sha256:{}\n{via}",
            "a".repeat(64),
            "0".repeat(64)
        )
    }

    fn lock() -> String {
        let resolved = [
            entry("aiohttp", &["-r packages.in"]),
            entry("frozenlist", &["aiohttp", "aiosignal"]),
            entry("aiosignal", &["aiohttp"]),
            entry("numpy", &["-r packages.in", "pandas"]),
            entry("Typing_Extensions", &["aiosignal"]),
        ];
        Lock::write(
            "Made by hand.",
            &["aiohttp".into(), "NumPy".into()],
            &format!("--index-url https://x/\n{}", resolved.concat()),
            &[("pandas".into(), "why".into())],
        )
    }

    #[test]
    fn a_package_brings_all_that_it_needs_and_nothing_else() {
        let lock = Lock::parse(&lock()).unwrap();
        let closure = lock.closure(&["aiohttp".into()]).unwrap();
        assert_eq!(
            closure.iter().collect::<Vec<_>>(),
            ["aiohttp", "aiosignal", "frozenlist", "typing-extensions"]
        );
        assert_eq!(lock.asked_for(), ["aiohttp", "numpy"]);
        let requirements = lock.requirements(&["NumPy".into()]).unwrap();
        assert_eq!(requirements.lines().count(), 3);
        assert!(
            requirements.starts_with("numpy==1.0 \\\n    --hash=sha256:aaaa")
                && !requirements.contains("via")
        );
    }

    #[test]
    fn what_has_no_wheel_says_why() {
        let text = lock();
        assert!(!text.contains("https"), "{text}");
        let lock = Lock::parse(&text).unwrap();
        assert_eq!(lock.without_wheel("Pandas"), Some("why"));
        assert!(lock.names().any(|name| name == "pandas") && lock.names().any(|name| name == "frozenlist"));
        assert_eq!(lock.closure(&["pandas".into()]).unwrap_err().to_string(), "no wheel of pandas: why");
        assert_eq!(lock.closure(&["torch".into()]).unwrap_err().to_string(), "torch is not in the lock");
    }

    #[test]
    fn a_line_without_a_digest_is_refused() {
        let error = |text: &str| Lock::parse(text).unwrap_err().to_string();
        assert_eq!(error("# x\nnumpy==1.0\n"), "line 2: numpy has no digest, or ends in the middle");
        assert!(error("numpy>=1.0 \\\n").contains("expected `name==version`"));
        assert!(error("numpy==1.0 \\\n    --hash=md5:1\n").starts_with("line 2: found `--hash=md5:1`"));
        assert!(error("--find-links /x\n").contains("expected `name==version`"));
        assert!(error("a @ https://x/a==1.whl \\\n").contains("expected a package's name"));
        assert_eq!(error("# asked for: a\n"), "line 1: a was asked for and is not there");
        assert!(error(&format!("{}{}", entry("a", &["b"]), entry("A", &["b"]))).contains("twice"));
        let whole = entry("numpy", &["x"]);
        let cut = whole.find(&"0".repeat(64)).unwrap();
        assert!(Lock::parse(&whole[..cut]).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(([a-z]{1,3}(==[0-9.]{1,3})?( \\\\)?|    --hash=sha256:[0-9a-f]{63,64}|    # via ?[a-z]{0,3}|#.*)\n){0,12}") {
            if let Ok(lock) = Lock::parse(&text) {
                // Whatever is accepted has a digest for every package.
                let names: Vec<String> = lock.packages.keys().cloned().collect();
                let requirements = lock.requirements(&names).unwrap();
                prop_assert_eq!(requirements.matches("==").count(), names.len());
                let entries = requirements.split("==").skip(1);
                prop_assert!(entries.into_iter().all(|entry| entry.contains("--hash=sha256:")));
                prop_assert_eq!(lock.closure(&names).unwrap().len(), names.len());
            }
        }

        #[test]
        fn a_normal_name_stays(name in "[A-Za-z0-9._-]{1,12}") {
            let once = normalised(&name);
            prop_assert_eq!(normalised(&once), once);
        }
    }
}
