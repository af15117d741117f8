//! Kinds of work: the rows of the report's decision matrix, `workloads/kinds.yaml`.
//!
//! A kind names the workloads that stand for it. What is best for it is measured; when not to do that is knowledge, and
//! so is data.

use serde::{Deserialize, Serialize};

use crate::Name;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindsOfWork {
    /// In the order of the matrix.
    pub kinds: Vec<KindOfWork>,
}

/// A kind of work that people have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindOfWork {
    /// Unique.
    pub name: Name,
    /// A few words.
    pub title: String,
    /// How to recognise it, in a sentence.
    pub summary: String,
    /// What stands for it, best first: on each interpreter the first of which strategies were compared.
    pub shown_by: Vec<Example>,
    /// When the fastest way is not the one to take, in a sentence or two.
    pub when_not: String,
    /// Claims of the article with more about it.
    #[serde(default)]
    pub claims: Vec<Name>,
}

/// A workload in a size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The workload.
    pub workload: Name,
    /// One of its sizes.
    pub size: Name,
}
