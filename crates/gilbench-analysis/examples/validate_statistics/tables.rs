//! The tables, as they stand in the documentation.

use crate::cell::Statistic;
use crate::coverage::Coverage;
use crate::group::{Ending, Found, Group, LEAST, in_bar};
use crate::stopping::Rule;

/// How many of the worst cells are listed.
const WORST: usize = 12;

/// How many standard errors outside the bar a cell may lie by chance.
const CHANCE: f64 = 2.0;

type Method = fn(&Found) -> Option<Coverage>;

/// A method of others, as a table shows it.
struct Peer {
    name: &'static str,
    method: Method,
    /// Whether it formed intervals where trials stopped too.
    stopped: bool,
}

fn peers(statistic: Statistic) -> Vec<Peer> {
    let bootstrap = |name, stopped| Peer { name, method: |found| found.bootstrap, stopped };
    let t = |name| Peer { name, method: |found| found.t, stopped: true };
    match statistic {
        Statistic::Ratio => vec![bootstrap("bootstrap", true), t("Welch's t")],
        Statistic::Time => vec![bootstrap("bootstrap", true), t("Student's t")],
        Statistic::Fit => vec![bootstrap("BCa", false)],
    }
}

/// A row for each shape and drift: spans of our coverage over the cells, means of the peers'.
pub(crate) fn overview(statistic: Statistic, groups: &[Group]) -> String {
    let peers = peers(statistic);
    let mut header = ["shape", "drift", "fixed", "stopped", "one look later"].map(str::to_owned).to_vec();
    for Peer { name, stopped, .. } in &peers {
        header.push((*name).to_owned());
        header.extend(stopped.then(|| format!("{name}, stopped")));
        header.push("ours ÷ its width".to_owned());
    }
    let mut lines = vec![row(&header), row(&vec!["---".to_owned(); header.len()])];
    for group in groups {
        let mut cells = vec![group.shape.to_string(), group.drift.to_string()];
        cells.extend([is_fixed, is_at_once, is_later].map(|ending| span(group, ending)));
        for Peer { method, stopped, .. } in &peers {
            cells.push(mean(group, is_fixed, *method));
            cells.extend(stopped.then(|| mean(group, is_at_once, *method)));
            cells.push(shown(group.relative_width(*method).map(|width| format!("{width:.2}"))));
        }
        lines.push(row(&cells));
    }
    lines.join("\n")
}

/// How many cells are in the bar, and those that are furthest outside.
pub(crate) fn worst(groups: &[Group]) -> String {
    let mut all: Vec<(&Group, &Found)> =
        groups.iter().flat_map(|group| group.enough().map(move |found| (group, found))).collect();
    let count = all.len();
    let inside = all.iter().filter(|(_, found)| in_bar(found.ours)).count();
    all.retain(|(_, found)| found.ours.beyond_the_bar() > CHANCE);
    let summary = format!(
        "{inside} of {count} cells from {LEAST} rounds on lie in the bar, {} outside by more than {CHANCE} standard \
         errors.",
        all.len()
    );
    if all.is_empty() {
        return summary;
    }
    all.sort_by(|(_, left), (_, right)| right.ours.beyond_the_bar().total_cmp(&left.ours.beyond_the_bar()));
    let header = ["shape", "drift", "rounds", "at most", "ended", "coverage"].map(str::to_owned);
    let mut lines = vec![
        format!("{summary} The furthest:"),
        String::new(),
        row(&header),
        row(&vec!["---".to_owned(); header.len()]),
    ];
    lines.extend(all.into_iter().take(WORST).map(|(group, found)| {
        row(&[
            group.shape.to_string(),
            group.drift.to_string(),
            found.variant.to_string(),
            found.cap.to_string(),
            ending(found.ending),
            format!("{:.1}", 100.0 * found.ours.share),
        ])
    }));
    lines.join("\n")
}

fn is_fixed(ending: Ending) -> bool {
    ending == Ending::Fixed
}

fn is_at_once(ending: Ending) -> bool {
    matches!(ending, Ending::Stopped { rule: Rule::AtOnce, .. })
}

fn is_later(ending: Ending) -> bool {
    matches!(ending, Ending::Stopped { rule: Rule::OneLookLater, .. })
}

/// The span of our coverage.
fn span(group: &Group, ending: fn(Ending) -> bool) -> String {
    shown(group.span(ending, |found| Some(found.ours)).map(|span| span.to_string()))
}

fn mean(group: &Group, ending: fn(Ending) -> bool, method: Method) -> String {
    shown(group.mean(ending, method).map(|share| format!("{:.1}", 100.0 * share)))
}

/// A dash for what there is none of.
pub(crate) fn shown(entry: Option<String>) -> String {
    entry.unwrap_or_else(|| "–".to_owned())
}

fn ending(ending: Ending) -> String {
    match ending {
        Ending::Fixed => "fixed".to_owned(),
        Ending::Stopped { rule: Rule::AtOnce, share } => format!("stopped, {share}"),
        Ending::Stopped { rule: Rule::OneLookLater, share } => format!("one look later, {share}"),
    }
}

pub(crate) fn row(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}
