//! The tables, as they stand in the documentation.

use crate::cell::Statistic;
use crate::coverage::Coverage;
use crate::group::{Ending, Found, Group, LEAST, in_bar};
use crate::stopping::Rule;

/// How many of the worst cells are listed.
const WORST: usize = 12;

/// A row for each shape and drift.
pub(crate) fn overview(statistic: Statistic, groups: &[Group]) -> String {
    let (bootstrap, t) = match statistic {
        Statistic::Ratio => ("bootstrap", Some("Welch's t")),
        Statistic::Time => ("bootstrap", Some("Student's t")),
        Statistic::Fit => ("BCa", None),
    };
    let mut header = vec![
        "shape".to_owned(),
        "drift".to_owned(),
        "fixed".to_owned(),
        "stopped".to_owned(),
        "one look later".to_owned(),
    ];
    for peer in [Some(bootstrap), t].into_iter().flatten() {
        header.push(peer.to_owned());
        if statistic != Statistic::Fit {
            header.push(format!("{peer}, stopped"));
        }
        header.push("ours ÷ its width".to_owned());
    }
    let mut lines = vec![row(&header), row(&vec!["---".to_owned(); header.len()])];
    for group in groups {
        let mut cells = vec![group.shape.to_string(), group.drift.to_string()];
        cells.extend([is_fixed, is_at_once, is_later].map(|ending| span(group, ending, ours)));
        let peers: [(bool, Method); 2] = [(true, bootstrap_of), (t.is_some(), t_of)];
        for (_, peer) in peers.into_iter().filter(|(shown, _)| *shown) {
            cells.push(span(group, is_fixed, peer));
            if statistic != Statistic::Fit {
                cells.push(span(group, is_at_once, peer));
            }
            cells.push(
                group.relative_width(peer).map_or_else(|| "–".to_owned(), |width| format!("{width:.2}")),
            );
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
    let summary = format!("{inside} of {count} cells from {LEAST} rounds on lie in the bar.");
    all.retain(|(_, found)| !in_bar(found.ours));
    if all.is_empty() {
        return summary;
    }
    all.sort_by(|(_, left), (_, right)| right.ours.beyond_the_bar().total_cmp(&left.ours.beyond_the_bar()));
    let header = ["shape", "drift", "rounds", "at most", "ended", "coverage"].map(str::to_owned);
    let mut lines = vec![
        format!("{summary} The furthest outside ({} of {}):", all.len().min(WORST), all.len()),
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

pub(crate) type Method = fn(&Found) -> Option<Coverage>;

// The signature is that of peers, which may have none.
#[expect(clippy::unnecessary_wraps, reason = "one signature for all methods")]
fn ours(found: &Found) -> Option<Coverage> {
    Some(found.ours)
}

fn bootstrap_of(found: &Found) -> Option<Coverage> {
    found.bootstrap
}

fn t_of(found: &Found) -> Option<Coverage> {
    found.t
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

fn span(group: &Group, ending: fn(Ending) -> bool, method: Method) -> String {
    group.span(ending, method).map_or_else(|| "–".to_owned(), |span| span.to_string())
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
