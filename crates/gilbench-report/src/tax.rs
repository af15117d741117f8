//! What a container costs: each case that was measured in one beside the same case on the machine itself.

use gilbench_analysis::statistics::Estimate;
use gilbench_model::interpreter::Interpreter;

use crate::joined::{Entry, Report};
use crate::numbers::{Figure, ratio};

/// A case in a container, and what became of the comparison.
pub(crate) struct Tax<'a> {
    /// In the container.
    pub(crate) entry: Entry<'a>,
    /// Time inside over time outside; `None` where one of them was not measured.
    pub(crate) ratio: Option<&'a Estimate>,
}

impl Tax<'_> {
    /// Where it was measured, as in the tables.
    pub(crate) fn figure(&self) -> Option<Figure> {
        self.ratio.map(ratio)
    }
}

/// All that the plan has outside a container too, in its order.
pub(crate) fn taxes<'a>(report: &Report<'a>) -> Vec<Tax<'a>> {
    let pair = |entry: &Entry<'a>| {
        let (outside, true) = Interpreter::definition_id(&entry.case.interpreter) else { return None };
        // Outside there is no quota to compare it with.
        if entry.case.conditions.quota.is_some() {
            return None;
        }
        let same = |other: Entry<'_>| {
            other.case.interpreter == outside
                && other.case.strategy == entry.case.strategy
                && other.case.conditions == entry.case.conditions
        };
        if !report.of(&entry.case.workload).any(same) {
            return None;
        }
        let ratio = entry.finding.container_ratio.as_ref();
        Some(Tax { entry: *entry, ratio })
    };
    report.entries.iter().filter_map(pair).collect()
}
