//! What a claim asks: its comparisons, those of one test together, and what they compare in words.
//!
//! The chart and the table of a claim show the same questions in the same order.
//!
//! Not responsible for deciding anything; that is done, and stands in the findings.

use gilbench_analysis::findings::{ClaimFinding, Comparison, InterpreterFinding, Verdict};
use gilbench_model::claim::{Legend, Measure, Range};

use crate::joined::{Entry, Report};
use crate::numbers::count;

/// The comparisons of one test: one number, asked of one interpreter after another.
pub(crate) struct Question<'a> {
    /// From 1, as it is called where a claim has several.
    pub(crate) number: usize,
    /// In the order of the findings.
    pub(crate) rows: Vec<Row<'a>>,
    /// Of what it is measured: `sum-squares threads workers=2 over sequential`.
    pub(crate) subject: String,
}

/// One comparison of a question.
pub(crate) struct Row<'a> {
    pub(crate) found: &'a InterpreterFinding,
    pub(crate) comparison: &'a Comparison,
    /// The interpreter, and what of the case is not in the question's subject: `cpython-3.12 brief`.
    pub(crate) label: String,
}

impl<'a> Question<'a> {
    /// All of a claim.
    pub(crate) fn of(report: &Report<'_>, claim: &'a ClaimFinding) -> Vec<Self> {
        let mut groups: Vec<Vec<(&InterpreterFinding, &Comparison)>> = Vec::new();
        for found in &claim.interpreters {
            for comparison in &found.comparisons {
                let fits = |group: &&mut Vec<(_, &Comparison)>| same(group[0].1, comparison);
                match groups.iter_mut().find(fits) {
                    Some(group) => group.push((found, comparison)),
                    None => groups.push(vec![(found, comparison)]),
                }
            }
        }
        groups.sort_by_key(|group| group[0].1.test);
        let numbered = groups.into_iter().enumerate();
        numbered.map(|(index, group)| Self::new(report, index + 1, group)).collect()
    }

    fn new(report: &Report<'_>, number: usize, group: Vec<(&'a InterpreterFinding, &'a Comparison)>) -> Self {
        let cases: Vec<Vec<String>> =
            group.iter().map(|(_, comparison)| words(report, &comparison.case)).collect();
        let others: Option<Vec<Vec<String>>> =
            group.iter().map(|(_, comparison)| Some(words(report, comparison.against.as_deref()?))).collect();
        let shared = shared(&cases);
        let over = others.map(|others| {
            let others = self::shared(&others);
            // The workload, where it is the same.
            let again = usize::from(others.first().is_some_and(|first| shared.first() == Some(first)));
            format!(" over {}", others[again..].join(" "))
        });
        let part = group[0].1.part.as_ref().map(|part| format!(", by {part}")).unwrap_or_default();
        let subject = format!("{}{}{part}", shared.join(" "), over.unwrap_or_default());
        let rows = group.into_iter().zip(cases).map(|((found, comparison), words)| {
            let own = words.into_iter().filter(|word| !shared.contains(word));
            // A size is known by its name alone, and there is little room beside a mark.
            let own = own.map(|word| word.strip_prefix("size=").map_or(word.clone(), str::to_owned));
            let label: Vec<String> = [found.interpreter.to_string()].into_iter().chain(own).collect();
            Row { found, comparison, label: label.join(" ") }
        });
        Self { number, rows: rows.collect(), subject }
    }

    /// Any of the comparisons, for what they all share.
    pub(crate) fn first(&self) -> &'a Comparison {
        self.rows[0].comparison
    }

    /// Those that can be drawn: with a number that has an interval, which a count has not.
    pub(crate) fn drawn(&self) -> impl Iterator<Item = &Row<'a>> {
        let counted = self.first().measure == Measure::Observation;
        self.rows.iter().filter(move |row| !counted && row.comparison.estimate.is_some())
    }

    /// Its thresholds in words: `at most 1.1 confirms, at least 1.3 refutes`.
    pub(crate) fn thresholds(&self) -> String {
        let refutes =
            self.first().refuted.as_ref().map_or_else(|| "anything else".to_owned(), Range::to_string);
        let legend = Legend(&self.first().words);
        format!("{} confirms, {refutes} refutes{legend}", self.first().confirmed)
    }
}

fn same(a: &Comparison, b: &Comparison) -> bool {
    a.test == b.test && one_scale(a, b)
}

/// Whether two comparisons have the same measure and thresholds.
pub(crate) fn one_scale(a: &Comparison, b: &Comparison) -> bool {
    a.measure == b.measure && a.part == b.part && a.confirmed == b.confirmed && a.refuted == b.refuted
}

/// What came of some comparisons: `of 3 comparisons: 2 confirm, 1 decides nothing`.
pub(crate) fn tally<'a>(comparisons: impl Iterator<Item = &'a Comparison>) -> String {
    let (mut confirm, mut refute, mut untested, mut others) = (0, 0, 0, 0);
    for comparison in comparisons {
        *match comparison.verdict {
            Verdict::Confirmed => &mut confirm,
            Verdict::Refuted => &mut refute,
            Verdict::Untestable => &mut untested,
            _ => &mut others,
        } += 1;
    }
    let parts: Vec<String> = [
        (confirm, "confirm", "confirms"),
        (refute, "refute", "refutes"),
        (others, "decide nothing", "decides nothing"),
        (untested, "cannot be made here", "cannot be made here"),
    ]
    .into_iter()
    .filter(|(number, ..)| *number > 0)
    .map(|(number, many, one)| format!("{number} {}", if number == 1 { one } else { many }))
    .collect();
    format!("of {}: {}", count(confirm + refute + others + untested, "comparison"), parts.join(", "))
}

/// Workload, strategy and each condition of a case; the id where the plan does not have it.
fn words(report: &Report<'_>, id: &str) -> Vec<String> {
    let Some(Entry { case, .. }) = report.entry(id) else { return vec![id.to_owned()] };
    let conditions = case.conditions.to_string();
    let conditions = conditions.split(',').filter(|part| !part.is_empty()).map(str::to_owned);
    [case.workload.to_string(), case.strategy.to_string()].into_iter().chain(conditions).collect()
}

/// What is the same in all of them, in the order of the first.
fn shared(all: &[Vec<String>]) -> Vec<String> {
    let in_all = |word: &&String| all.iter().all(|words| words.contains(word));
    all.first().into_iter().flatten().filter(in_all).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_all_have_is_shared() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let all = [words("work threads workers=2 size=brief"), words("work threads workers=2")];
        assert_eq!(shared(&all), ["work", "threads", "workers=2"]);
        assert!(shared(&[]).is_empty());
    }
}
