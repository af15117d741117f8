//! Names of things that are data: workloads, strategies, interpreters, suites, sizes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest name accepted. Names become folders, case ids and table cells; nothing legible is longer.
const LONGEST: usize = 64;

/// A name in the form `[a-z0-9][a-z0-9._-]*`: safe as a folder, in a URL, in a case id and in a shell.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// Why a text is not a name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{found}` is not a name, expected lower-case letters, digits, `.`, `_` or `-`, at most {LONGEST}, beginning with a letter or digit"
)]
pub struct NameError {
    found: String,
}

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
        let first = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if text.len() <= LONGEST && text.as_bytes().first().is_some_and(first) && text.bytes().all(inner) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError { found: text.chars().take(LONGEST + 1).collect() })
        }
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_as_folders_and_in_shells() {
        for good in ["sum-squares", "cpython-3.13t", "0", "a_b"] {
            assert_eq!(good.parse::<Name>().unwrap(), good);
        }
        for bad in ["", "-a", ".hidden", "a/b", "A", "a b", "é", &"x".repeat(65)] {
            assert!(bad.parse::<Name>().is_err(), "{bad:?}");
        }
    }
}
