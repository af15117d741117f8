//! One requirement, as people write it: `aiohttp[speedups]>=3.9; python_version >= "3.10"`.
//!
//! Only what is needed to talk about it is read here: its name, a pinned version, its digests. What versions and markers
//! mean is for pip to say.

use std::path::Path;

use gilbench_model::lock::normalised;

use super::wheel::is_wheel;

/// A package that somebody depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// As it was written, without its digests; of a wheel on this machine, its absolute path.
    pub text: String,
    /// The package's name, normalised.
    pub name: String,
    /// The digests that its file may have, as `sha256:…`.
    pub digests: Vec<String>,
    /// Where it is taken from, where that is not the index.
    place: bool,
}

/// A requirement is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` {reason}")]
pub struct RequirementError {
    /// What was written.
    pub text: String,
    /// What about it.
    pub reason: &'static str,
}

impl Requirement {
    /// Reads it. A path is relative to the folder.
    pub fn parse(written: &str, folder: &Path) -> Result<Self, RequirementError> {
        let refuse = |reason| Err(RequirementError { text: written.trim().to_owned(), reason });
        let (text, digests) = split_digests(written);
        if text.starts_with('-') {
            return refuse("is an option, not a package");
        }
        if text.contains(" --") {
            return refuse("has an option other than `--hash`");
        }
        let begin = text.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)));
        let (name, rest) = text.split_at(begin.unwrap_or(text.len()));
        let rest = rest.trim_start();
        // A path may look like a name up to its first slash.
        let bare = rest.is_empty() || "[(<>=!~;@".contains(|c| rest.starts_with(c));
        let path = text.strip_prefix("file://").unwrap_or(&text);
        if is_wheel(path) && !text.contains(" @ ") {
            let file = path.rsplit('/').next().unwrap_or(path);
            let name = normalised(file.split('-').next().unwrap_or_default());
            let text = if path.contains("://") { text.clone() } else { absolute(path, folder) };
            return Ok(Self { text, name, digests, place: true });
        }
        if path.contains("://") && !rest.starts_with('@') {
            return refuse("does not say which package it is: write `NAME @ URL`");
        }
        if path.starts_with('.') || path.contains('/') && !bare {
            return refuse("is a path: name a package, or a wheel");
        }
        let named = name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.ends_with(|c: char| c.is_ascii_alphanumeric());
        if !named || !bare {
            return refuse("is not a package with its extras, versions and marker");
        }
        let place = rest.trim_start_matches(|c| c != '@' && c != ';').starts_with('@');
        Ok(Self { name: normalised(name), text, digests, place })
    }

    /// Whether it comes from the index, or whatever stands for it.
    pub fn is_from_index(&self) -> bool {
        !self.place
    }

    /// Whether it has a marker, which may leave it out.
    pub(super) fn has_marker(&self) -> bool {
        self.text.contains(';')
    }

    /// What it says of versions: `>=3.9,<4`.
    pub(super) fn versions(&self) -> &str {
        if self.place {
            return "";
        }
        let text = self.text.split(';').next().unwrap_or_default();
        let begin = text.find(['<', '>', '=', '!', '~']);
        begin.map_or("", |begin| text[begin..].trim().trim_end_matches(')'))
    }

    /// As a constraint on what else is installed: without extras.
    pub(super) fn constraint(&self) -> Option<String> {
        let marker = self.text.split_once(';').map(|(_, marker)| format!("; {}", marker.trim()));
        let versions = Some(self.versions()).filter(|versions| !versions.is_empty())?;
        Some(format!("{}{versions}{}", self.name, marker.unwrap_or_default()))
    }
}

fn absolute(path: &str, folder: &Path) -> String {
    folder.join(path).to_string_lossy().into_owned()
}

/// Takes `--hash=ALGORITHM:DIGEST` off, which may be there more than once.
fn split_digests(written: &str) -> (String, Vec<String>) {
    let mut words = written.split_whitespace().peekable();
    let (mut text, mut digests) = (Vec::new(), Vec::new());
    while let Some(word) = words.next() {
        match word.strip_prefix("--hash") {
            Some("") => digests.extend(words.next().map(str::to_owned)),
            Some(digest) => digests.push(digest.trim_start_matches('=').to_owned()),
            None => text.push(word),
        }
    }
    (text.join(" "), digests)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Requirement, RequirementError> {
        Requirement::parse(text, Path::new("/here"))
    }

    #[test]
    fn name_versions_marker_and_digests_are_told_apart() {
        let one = parse(
            "Ruamel.YAML[jinja2] >= 0.17, < 1 ; python_version < '4' --hash=sha256:ab --hash sha256:cd",
        );
        let one = one.unwrap();
        assert_eq!((one.name.as_str(), one.versions()), ("ruamel-yaml", ">= 0.17, < 1"));
        assert_eq!(one.digests, ["sha256:ab", "sha256:cd"]);
        assert!(one.has_marker() && one.is_from_index());
        assert_eq!(one.constraint().unwrap(), "ruamel-yaml>= 0.17, < 1; python_version < '4'");
        let bare = parse("numpy").unwrap();
        assert_eq!((bare.versions(), bare.constraint()), ("", None));
    }

    #[test]
    fn wheels_and_addresses_are_taken_from_where_they_are() {
        let wheel = parse("dist/My_Package-1.0-py3-none-any.whl").unwrap();
        let text = "/here/dist/My_Package-1.0-py3-none-any.whl";
        assert_eq!((wheel.name.as_str(), wheel.text.as_str()), ("my-package", text));
        assert!(!wheel.is_from_index() && wheel.constraint().is_none());
        let address = parse("thing @ https://host/thing-1.0.tar.gz").unwrap();
        assert_eq!((address.name.as_str(), address.is_from_index()), ("thing", false));
    }

    #[test]
    fn what_names_no_package_is_refused() {
        for (text, reason) in [
            ("--pre", "is an option"),
            ("-e .", "is an option"),
            ("numpy --config-settings=a=b", "has an option"),
            ("https://host/x.tar.gz", "NAME @ URL"),
            ("git+https://host/x", "NAME @ URL"),
            ("./folder", "is a path"),
            ("some/folder", "is a path"),
            ("num py", "is not a package"),
            ("==1.0", "is not a package"),
            ("", "is not a package"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
