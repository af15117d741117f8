//! Whether an interpreter is the one that a definition means: for what a probe found, and for what each worker says.

use serde::{Deserialize, Serialize};

use crate::condition::Gil;
use crate::facts::Facts;
use crate::interpreter::Interpreter;

/// What an interpreter must say of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// `cpython`, `pypy`, …
    pub implementation: String,
    /// Leading components of the version: `3.13` matches 3.13.5, not 3.1 or 3.130.
    pub version: String,
    /// Whether the build always has a GIL.
    pub gil_built: bool,
    /// The just-in-time compiler that must be in force. Absent where it does not matter.
    #[serde(default)]
    pub jit: Option<String>,
}

/// Why an interpreter is not measured as what a definition says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It is another one.
    #[error("it is {found}, expected {expected}")]
    Another {
        /// What it says.
        found: String,
        /// What the definition says.
        expected: String,
    },
    /// Its compiler is missing or switched off.
    #[error(
        "runs without its compiler `{expected}` (it says `{found}`): interpreting only, it may be about four times slower than CPython"
    )]
    NoCompiler {
        /// What it says.
        found: String,
        /// What the definition says.
        expected: String,
    },
    /// It could do without a GIL, and has one in force.
    #[error("reports the GIL enabled{}; its definition requires it disabled", after(.by))]
    GilEnabled {
        /// The packages whose import switched it on; empty where it was on before, or nobody knows.
        by: Vec<String>,
    },
}

fn after(packages: &[String]) -> String {
    let names: Vec<String> = packages.iter().map(|package| format!("`{package}`")).collect();
    if names.is_empty() { String::new() } else { format!(" after importing {}", names.join(" and ")) }
}

impl Identity {
    /// Whether both mean the same interpreter, in whatever state it is.
    pub fn is_of(&self, other: &Self) -> bool {
        let of =
            |identity: &Self| (identity.implementation.clone(), identity.version.clone(), identity.gil_built);
        of(self) == of(other)
    }

    /// Whether an interpreter with these facts is meant, in whatever state it is.
    pub fn matches(&self, facts: &Facts) -> bool {
        let mut version = facts.version.split('.');
        facts.implementation == self.implementation
            && facts.gil.built == Some(self.gil_built)
            && self.version.split('.').all(|component| version.next() == Some(component))
    }
}

impl Interpreter {
    /// Why an interpreter with these facts must not be measured as this one under this condition, if it must not.
    pub fn mismatch(&self, facts: &Facts, gil: Gil) -> Option<Mismatch> {
        let identity = self.identity.as_ref()?;
        if !identity.matches(facts) {
            let describe = |implementation: &str, version: &str, built: Option<bool>| {
                let built = built.map_or_else(|| "not known".to_owned(), |built| built.to_string());
                format!("{implementation} {version} (GIL built in: {built})")
            };
            return Some(Mismatch::Another {
                found: describe(&facts.implementation, &facts.version, facts.gil.built),
                expected: describe(&identity.implementation, &identity.version, Some(identity.gil_built)),
            });
        }
        if self.lacks_compiler(facts) && !self.interpreter_only {
            return Some(Mismatch::NoCompiler {
                found: facts.jit.clone().unwrap_or_else(|| "not known".to_owned()),
                expected: identity.jit.clone().unwrap_or_default(),
            });
        }
        if !identity.gil_built && gil != Gil::On && facts.gil_enabled() == Some(true) {
            let by = facts.gil_switched_on_by().into_iter().map(str::to_owned).collect();
            return Some(Mismatch::GilEnabled { by });
        }
        None
    }

    /// What people call an interpreter with these facts.
    pub fn label_of(&self, facts: &Facts) -> String {
        if self.lacks_compiler(facts) {
            format!("{} (interpreter only)", self.label)
        } else {
            self.label.clone()
        }
    }

    /// Whether an interpreter with these facts lacks the compiler that the definition asks for.
    fn lacks_compiler(&self, facts: &Facts) -> bool {
        let wanted = self.identity.as_ref().and_then(|identity| identity.jit.as_ref());
        wanted.is_some() && wanted != facts.jit.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{GilFacts, Import};
    use crate::protocol::tests::facts;

    fn definition(gil_built: bool, rest: &str) -> Interpreter {
        let text = format!(
            "id: x\nlabel: X\nworker: python\nidentity: {{implementation: cpython, version: \"3.12\", gil_built: {gil_built}, jit: graal}}\n{rest}"
        );
        serde_yaml::from_str(&text).unwrap()
    }

    fn compiled() -> Facts {
        Facts { jit: Some("graal".into()), ..facts() }
    }

    #[test]
    fn another_version_is_never_meant() {
        let definition = definition(true, "");
        assert_eq!(definition.mismatch(&compiled(), Gil::Default), None);
        for version in ["3.1", "3.13.0", "3.120", "2.7.18", ""] {
            let facts = Facts { version: version.into(), ..compiled() };
            assert!(matches!(definition.mismatch(&facts, Gil::Default), Some(Mismatch::Another { .. })));
        }
    }

    #[test]
    fn without_its_compiler_it_is_refused_or_labelled() {
        let (strict, lenient) = (definition(true, ""), definition(true, "interpreter_only: true\n"));
        for jit in [None, Some("none".to_owned())] {
            let interpreted = Facts { jit, ..compiled() };
            let mismatch = strict.mismatch(&interpreted, Gil::Default).unwrap();
            assert!(mismatch.to_string().starts_with("runs without its compiler `graal`"), "{mismatch}");
            assert_eq!(lenient.mismatch(&interpreted, Gil::Default), None);
            assert_eq!(lenient.label_of(&interpreted), "X (interpreter only)");
        }
        assert_eq!(lenient.label_of(&compiled()), "X");
    }

    #[test]
    fn what_switched_the_gil_on_is_named() {
        let definition = definition(false, "");
        let import =
            |package: &str, on| Import { package: package.into(), error: None, gil_enabled: Some(on) };
        let gil = GilFacts {
            built: Some(false),
            enabled_before_imports: Some(false),
            enabled_after_imports: Some(true),
        };
        let facts =
            Facts { gil, imports: Some(vec![import("one", false), import("two", true)]), ..compiled() };
        let mismatch = definition.mismatch(&facts, Gil::Default).unwrap().to_string();
        assert_eq!(
            mismatch,
            "reports the GIL enabled after importing `two`; its definition requires it disabled"
        );
        assert_eq!(definition.mismatch(&facts, Gil::On), None);
    }
}
