//! How a verdict is written everywhere: a symbol and a word, and a class for its colour.

use gilbench_analysis::findings::{ClaimFinding, Verdict};
use serde::Serialize;

/// In the order in which verdicts are counted.
pub(crate) const ALL: [Verdict; 6] = [
    Verdict::Confirmed,
    Verdict::Refuted,
    Verdict::Partly,
    Verdict::Inconclusive,
    Verdict::Untestable,
    Verdict::Opinion,
];

/// A verdict, written.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Badge {
    /// Also its class.
    pub(crate) word: &'static str,
    pub(crate) symbol: &'static str,
}

/// Writes a verdict.
pub(crate) fn badge(verdict: Verdict) -> Badge {
    let symbol = match verdict {
        Verdict::Confirmed => "✓",
        Verdict::Refuted => "✗",
        Verdict::Partly => "◐",
        Verdict::Inconclusive => "?",
        Verdict::Untestable => "–",
        Verdict::Opinion => "“”",
    };
    Badge { word: verdict.as_str(), symbol }
}

/// A verdict and how many claims have it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Count {
    pub(crate) badge: Badge,
    pub(crate) count: usize,
}

/// Every verdict that can come of measuring, counted, none left out for being zero; opinions only where there
/// are any.
pub(crate) fn counts(claims: &[ClaimFinding]) -> Vec<Count> {
    ALL.into_iter()
        .map(|verdict| (verdict, claims.iter().filter(|claim| claim.verdict == verdict).count()))
        .filter(|(verdict, count)| *verdict != Verdict::Opinion || *count > 0)
        .map(|(verdict, count)| Count { badge: badge(verdict), count })
        .collect()
}
