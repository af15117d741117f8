//! Requirement files, as pip's "Requirements File Format" describes them: lines, continued lines, comments, variables,
//! files in files, and options for all packages.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::requirement::{Requirement, RequirementError};

/// What is to be checked, and the options that go with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// The packages, each once.
    pub packages: Vec<Requirement>,
    /// Lines for pip, such as `--index-url …`.
    pub(super) options: Vec<String>,
}

/// A requirement file is of no use.
#[derive(Debug, thiserror::Error)]
#[error("failed to load `{}`", .file.display())]
pub struct FileError {
    /// The file.
    pub file: PathBuf,
    /// Why.
    #[source]
    pub kind: FileErrorKind,
}

/// What is wrong with a requirement file.
#[derive(Debug, thiserror::Error)]
pub enum FileErrorKind {
    /// It cannot be read.
    #[error("{0}")]
    Read(#[from] std::io::Error),
    /// A line of it is not understood.
    #[error("line {line}: {error}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// Why.
        error: RequirementError,
    },
    /// A line begins with an option that means nothing here.
    #[error("line {line}: `{text}` is not understood")]
    Option {
        /// Its number, from 1.
        line: usize,
        /// The line.
        text: String,
    },
}

/// Options for pip that need a value, short and long.
const WITH_VALUE: [(&str, &str); 7] = [
    ("-i", "--index-url"),
    ("-f", "--find-links"),
    ("-c", "--constraint"),
    ("", "--extra-index-url"),
    ("", "--trusted-host"),
    ("", "--no-binary"),
    ("", "--only-binary"),
];

/// Options for pip that stand alone.
const ALONE: [&str; 3] = ["--no-index", "--pre", "--prefer-binary"];

/// Options that are about digests. Those are checked in any case.
const OF_DIGESTS: [&str; 1] = ["--require-hashes"];

impl Requirements {
    /// Adds a package, unless it is there in the same words.
    pub fn add(&mut self, requirement: Requirement) {
        if !self.packages.iter().any(|known| known.text == requirement.text) {
            self.packages.push(requirement);
        }
    }

    /// Adds what a file asks for, and the files that it names.
    pub fn add_file(&mut self, file: &Path) -> Result<(), FileError> {
        self.read(file, &mut BTreeSet::new())
    }

    fn read(&mut self, file: &Path, seen: &mut BTreeSet<PathBuf>) -> Result<(), FileError> {
        let refuse = |kind| FileError { file: file.to_owned(), kind };
        let text = std::fs::read_to_string(file).map_err(|error| refuse(error.into()))?;
        let absolute = file.canonicalize().map_err(|error| refuse(error.into()))?;
        let folder = absolute.parent().unwrap_or(Path::new("/")).to_owned();
        if !seen.insert(absolute) {
            return Ok(());
        }
        for (line, text) in lines(&text, |name| std::env::var(name).ok()) {
            let Some((option, value)) = option(&text) else {
                let requirement = Requirement::parse(&text, &folder);
                self.add(requirement.map_err(|error| refuse(FileErrorKind::Line { line, error }))?);
                continue;
            };
            match (option, value) {
                ("-r" | "--requirement", Some(other)) if !other.contains("://") => {
                    self.read(&folder.join(other), seen)?;
                }
                (option, Some(value)) if long(option).is_some() => {
                    let long = long(option).unwrap_or(option);
                    let value = if is_path(long, value, &folder) {
                        folder.join(value).to_string_lossy().into_owned()
                    } else {
                        value.to_owned()
                    };
                    self.options.push(format!("{long} {value}"));
                }
                (option, None) if ALONE.contains(&option) => self.options.push(option.to_owned()),
                (option, None) if OF_DIGESTS.contains(&option) => {}
                _ => return Err(refuse(FileErrorKind::Option { line, text })),
            }
        }
        Ok(())
    }

    /// The versions that all others ask for, for what is installed with one of them.
    pub(super) fn constraints(&self, of: &Requirement) -> String {
        let others = self.packages.iter().filter(|other| *other != of);
        let lines = others.filter_map(Requirement::constraint);
        lines.map(|line| line + "\n").collect()
    }

    /// Every digest that a package's file may have; empty where it may be any.
    pub(super) fn digests(&self, name: &str) -> Vec<&str> {
        let named = self.packages.iter().filter(|package| package.name == name);
        named.flat_map(|package| package.digests.iter().map(String::as_str)).collect()
    }
}

/// pip looks for what a file names beside that file; links may be folders there or addresses.
fn is_path(option: &str, value: &str, folder: &Path) -> bool {
    match option {
        "--constraint" => !value.contains("://"),
        "--find-links" => !value.contains("://") && folder.join(value).exists(),
        _ => false,
    }
}

fn long(option: &str) -> Option<&'static str> {
    WITH_VALUE.iter().find(|(short, long)| *short == option || *long == option).map(|(_, long)| *long)
}

/// An option and its value: `--name value`, `--name=value`, `-n value`, `-nvalue`.
fn option(line: &str) -> Option<(&str, Option<&str>)> {
    if !line.starts_with('-') {
        return None;
    }
    let end = if line.starts_with("--") {
        line.find([' ', '=']).unwrap_or(line.len())
    } else {
        line.char_indices().nth(2).map_or(line.len(), |(end, _)| end)
    };
    let (name, value) = line.split_at(end);
    let value = value.trim_start_matches(['=', ' ']).trim();
    Some((name, Some(value).filter(|value| !value.is_empty())))
}

/// The lines that say something, with the number of the first of each: continued ones joined, without comments.
fn lines(text: &str, variable: impl Fn(&str) -> Option<String>) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        let (number, before) = open.take().unwrap_or((index + 1, String::new()));
        // A comment's line is never continued.
        let continued = line.strip_suffix('\\').filter(|line| !line.trim_start().starts_with('#'));
        match continued {
            Some(line) => open = Some((number, before + line)),
            None => found.push((number, before + line)),
        }
    }
    found.extend(open);
    let said = found.into_iter().map(|(number, line)| (number, without_comment(&line).trim().to_owned()));
    said.filter(|(_, line)| !line.is_empty())
        .map(|(number, line)| (number, expanded(&line, &variable)))
        .collect()
}

/// A comment begins with a `#` that nothing, or a space, stands before.
fn without_comment(line: &str) -> &str {
    let begins =
        |(place, _): &(usize, &str)| line[..*place].chars().next_back().is_none_or(char::is_whitespace);
    line.match_indices('#').find(begins).map_or(line, |(place, _)| &line[..place])
}

/// Puts the values of `${NAME}` in. What is not set stays as it is, as pip leaves it.
fn expanded(line: &str, variable: &impl Fn(&str) -> Option<String>) -> String {
    let Some((before, rest)) = line.split_once("${") else { return line.to_owned() };
    let Some((name, after)) = rest.split_once('}') else { return line.to_owned() };
    let value = variable(name).unwrap_or_else(|| format!("${{{name}}}"));
    format!("{before}{value}{}", expanded(after, variable))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<Requirements, FileError>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let mut requirements = Requirements::default();
        let read = requirements.add_file(&folder.path().join(files[0].0));
        (folder, read.map(|()| requirements))
    }

    #[test]
    fn lines_are_joined_comments_left_out_and_variables_put_in() {
        let text = "# one\\\n\nnumpy==2.0 \\\n  --hash=sha256:ab # why\nx#y\n  \nz @ https://${HOST}/z#frag\n${NONE}\n";
        let value = |name: &str| (name == "HOST").then(|| "h".to_owned());
        let lines = lines(text, value);
        let expected =
            [(3, "numpy==2.0   --hash=sha256:ab"), (5, "x#y"), (7, "z @ https://h/z#frag"), (8, "${NONE}")];
        assert_eq!(lines.iter().map(|(n, l)| (*n, l.as_str())).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn files_in_files_and_options_are_followed() {
        let (folder, read) = written(&[
            (
                "all.txt",
                "-r more.txt\n--index-url https://host/simple\n-c pins.txt\n--pre\nnumpy>=2\nnumpy>=2\n",
            ),
            ("more.txt", "-rall.txt\nrequests[socks]==2.0 --hash=sha256:ab\n--require-hashes\n"),
            ("pins.txt", "x==1\n"),
        ]);
        let read = read.unwrap();
        let names: Vec<&str> = read.packages.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["requests", "numpy"]);
        let pins = folder.path().canonicalize().unwrap().join("pins.txt");
        let constraint = format!("--constraint {}", pins.display());
        assert_eq!(read.options, ["--index-url https://host/simple", &constraint, "--pre"]);
        assert_eq!(read.constraints(&read.packages[1]), "requests==2.0\n");
        assert_eq!(read.digests("requests"), ["sha256:ab"]);
    }

    #[test]
    fn a_line_that_is_not_understood_is_named() {
        let said = |text: &str| {
            let (_folder, read) = written(&[("r.txt", text)]);
            std::error::Error::source(&read.unwrap_err()).unwrap().to_string()
        };
        assert_eq!(said("numpy\n\n-e .\n"), "line 3: `-e .` is not understood");
        assert_eq!(said("--index-url\n"), "line 1: `--index-url` is not understood");
        assert_eq!(said("-r https://host/r.txt"), "line 1: `-r https://host/r.txt` is not understood");
        assert_eq!(said("num py"), "line 1: `num py` is not a package with its extras, versions and marker");
        let missing = Requirements::default().add_file(Path::new("/nowhere/r.txt")).unwrap_err();
        assert_eq!(missing.to_string(), "failed to load `/nowhere/r.txt`");
    }
}
