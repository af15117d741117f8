//! Reading data files, with errors that name the file, the line and what was expected.
//!
//! Two kinds of mistake are told apart: the file does not parse (syntax, unknown field, wrong type,
//! duplicate key: the parser knows the place), and it parses but names something that does not exist or
//! makes no sense (the checks in [`crate::catalog`]; the place is found again by [`Source::line_of`]).

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};

/// A data file that cannot be used, and why.
#[derive(Debug, thiserror::Error)]
#[error("failed to load `{}`", .path.display())]
pub struct DataError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub kind: Box<DataErrorKind>,
    /// What to do about it, in words that can be pasted where possible.
    pub hint: Option<String>,
}

/// What is wrong with a data file.
#[derive(Debug, thiserror::Error)]
pub enum DataErrorKind {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// The text does not have the expected shape. The parser's message ends in line and column.
    #[error("{0}")]
    Shape(String),
    /// The text has the right shape, but a value makes no sense.
    #[error("{}field `{field}`: found {found}, expected {expected}", at_line(*.line))]
    Value {
        /// Line of the value, from 1, where it could be found again.
        line: Option<usize>,
        /// Dotted path of the field.
        field: String,
        /// What stands there.
        found: String,
        /// What could stand there.
        expected: String,
    },
}

fn at_line(line: Option<usize>) -> String {
    line.map(|line| format!("line {line}, ")).unwrap_or_default()
}

/// A data file's text, kept to point at lines.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it was read.
    pub path: PathBuf,
    text: String,
}

impl Source {
    /// Reads a file. A byte-order mark at its start, which some editors write, is no part of the text.
    pub fn read(path: &Path) -> Result<Self, DataError> {
        match read_text(path) {
            Ok(text) => {
                Ok(Self { path: path.to_owned(), text: text.trim_start_matches('\u{feff}').to_owned() })
            }
            Err(error) => Err(DataError { path: path.to_owned(), kind: Box::new(error.into()), hint: None }),
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Parses the text as YAML.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, DataError> {
        serde_yaml::from_str(&self.text).map_err(|error| {
            let message = self.with_place(error.to_string(), error.location());
            DataError {
                path: self.path.clone(),
                hint: self.duplicate_lines(&message),
                kind: Box::new(DataErrorKind::Shape(message)),
            }
        })
    }

    /// The parser gives the document's first line, or none, for what is wrong at its top: a field that is missing,
    /// or has a value that its type refuses. The value, where it is named, is found again.
    fn with_place(&self, message: String, known: Option<serde_yaml::Location>) -> String {
        let value = message.strip_prefix('`').and_then(|rest| rest.split('`').next());
        let line = value.filter(|value| !value.is_empty()).and_then(|value| self.line_of(&[value]));
        match (line, known) {
            (Some(line), _) => {
                let what = message.split(" at line ").next().unwrap_or_default();
                format!("{what} at line {line}")
            }
            (None, Some(place)) if !message.contains(" at line ") => {
                format!("{message} at line {} column {}", place.line(), place.column())
            }
            (None, _) => message,
        }
    }

    /// Where a duplicate key stands: the parser only knows where its map begins.
    fn duplicate_lines(&self, message: &str) -> Option<String> {
        let (_, rest) = message.split_once("duplicate ")?;
        let key = rest.split('`').nth(1)?;
        let holds =
            |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
        let numbered = self.text.lines().zip(1..).filter(|(line, _)| holds(line));
        let lines: Vec<String> = numbered.map(|(_, number): (_, usize)| number.to_string()).collect();
        (lines.len() > 1).then(|| format!("`{key}:` stands on lines {}", lines.join(" and ")))
    }

    /// The line, from 1, on which `words` occur in this order, each as a whole word, each on the same line
    /// as or after the one before. Good enough to point at a value whose place the parser did not keep.
    pub fn line_of(&self, words: &[&str]) -> Option<usize> {
        let mut words = words.iter().peekable();
        for (index, line) in self.text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            let mut rest = line;
            while let Some(word) = words.peek() {
                let Some(end) = find_word(rest, word) else {
                    break;
                };
                rest = &rest[end..];
                words.next();
            }
            if words.peek().is_none() {
                return Some(index + 1);
            }
        }
        None
    }

    /// An error about a value in this file.
    pub fn value_error(
        &self,
        words: &[&str],
        field: &str,
        found: impl fmt::Display,
        expected: impl fmt::Display,
    ) -> DataError {
        DataError {
            path: self.path.clone(),
            kind: Box::new(DataErrorKind::Value {
                line: self.line_of(words),
                field: field.to_owned(),
                found: found.to_string(),
                expected: expected.to_string(),
            }),
            hint: None,
        }
    }
}

/// The longest data file. The project's own have some kilobytes.
const LONGEST: u64 = 1024 * 1024;

/// Reads a regular file of a sensible length. A pipe would never end, nor would some devices.
fn read_text(path: &Path) -> std::io::Result<String> {
    use std::io::{Error, Read};
    if !path.metadata()?.is_file() {
        return Err(Error::other("it is no regular file"));
    }
    let mut text = String::new();
    std::fs::File::open(path)?.take(LONGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(Error::other(format!("it is longer than {} MiB", LONGEST >> 20)));
    }
    Ok(text)
}

impl DataError {
    /// The same error with a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// End of the first whole-word occurrence of `word` in `text`.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let is_inner = |c: char| c.is_alphanumeric() || "._-".contains(c);
    text.match_indices(word).map(|(start, _)| (start, start + word.len())).find_map(|(start, end)| {
        let before = text[..start].chars().next_back().is_some_and(is_inner);
        let after = text[end..].chars().next().is_some_and(is_inner);
        (!before && !after).then_some(end)
    })
}

/// `found` among `known`: the nearest known word, when it is near enough to have been meant.
pub fn did_you_mean<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|word| (edit_distance(found, word), word)).min()?;
    (near.0 <= found.chars().count().max(3) / 3).then_some(near.1)
}

/// What to say of `found`, which is none of the `known` words: all of them, and the one that may have been meant.
pub fn known_words<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if known.is_empty() {
        return "none is known".to_owned();
    }
    let all = format!("known are {}", known.join(", "));
    match did_you_mean(found, known) {
        Some(near) => format!("did you mean `{near}`? {all}"),
        None => all,
    }
}

/// Levenshtein distance in characters.
pub fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// A map that refuses duplicate keys; YAML parsers keep the last one silently.
pub fn unique_map<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    struct UniqueMap<K, V>(PhantomData<(K, V)>);
    impl<'de, K, V> Visitor<'de> for UniqueMap<K, V>
    where
        K: Deserialize<'de> + Ord + fmt::Display,
        V: Deserialize<'de>,
    {
        type Value = BTreeMap<K, V>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map without duplicate keys")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = BTreeMap::new();
            while let Some(key) = map.next_key::<K>()? {
                if found.contains_key(&key) {
                    return Err(de::Error::custom(format_args!("duplicate key `{key}`")));
                }
                found.insert(key, map.next_value()?);
            }
            Ok(found)
        }
    }
    deserializer.deserialize_map(UniqueMap(PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source { path: "x.yaml".into(), text: text.to_owned() }
    }

    #[test]
    fn lines_are_found_by_whole_words_in_order() {
        let source =
            source("name: quick\n# threads\nstrategies: [threads-lock, threads]\naxes:\n  workers: [1]\n");
        assert_eq!(source.line_of(&["threads"]), Some(3));
        assert_eq!(source.line_of(&["axes", "workers"]), Some(5));
        assert_eq!(source.line_of(&["workers", "axes"]), None);
    }

    #[test]
    fn duplicate_keys_are_refused_with_their_line() {
        #[derive(serde::Deserialize, Debug)]
        struct Holder {
            #[serde(deserialize_with = "unique_map")]
            #[expect(dead_code, reason = "only its parsing is tested")]
            sizes: BTreeMap<String, u32>,
        }
        let error = source("sizes:\n  a: 1\n  b: 2\n  a: 3\n").parse::<Holder>().unwrap_err();
        let text = error.kind.to_string();
        assert!(text.contains("duplicate key `a`") && text.contains("line"), "{text}");
    }

    #[test]
    fn near_words_are_offered_and_far_ones_are_not() {
        let known = ["threads", "sequential"];
        assert_eq!(did_you_mean("thread", known), Some("threads"));
        assert_eq!(did_you_mean("zzz", known), None);
        assert_eq!(known_words("zzz", known), "known are threads, sequential");
        assert_eq!(known_words("zzz", []), "none is known");
    }
}
