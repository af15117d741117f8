//! Rows of cases as markup. There can be ten thousand in a site, and twice, so they are written and not filled in.
//!
//! All text goes through [`markup`], as a template's does. Cells need no end tags and plain values no quotes: with
//! thousands of rows that is a tenth of the page. The script that sorts them reads a row's end from its tag.
//!
//! Not responsible for what rows say.

use std::fmt::Write as _;

use super::case_rows::{Head, Shown};
use crate::text::{markup, shortened};

/// Text longer than that, in bytes, is wrapped.
const WRAPPED: usize = 24;

/// Text longer than that, in characters, is folded; see `long` in `macros.html`.
const FOLDED: usize = 240;

/// The begin of a row, and its cells for name and state. With a `gap`, the latter takes so many columns.
pub(super) fn head(out: &mut String, head: &Head, gap: Option<usize>) {
    let Head { anchor, colour, mark, .. } = head;
    let _ = write!(
        out,
        "<tr id=\"{}\"><th scope=row><details><summary><svg class=\"key {colour}\"><use href=#{mark} /></svg> \
         {}/{}/<wbr>{}/<wbr>{}</summary><code>{}</code></details>",
        markup(anchor),
        markup(&head.workload),
        markup(&head.strategy),
        markup(&head.interpreter),
        markup(&head.conditions).replace(',', ",<wbr>"),
        markup(&head.command)
    );
    for tag in &head.tags {
        let _ = write!(out, " <span class=\"tag\">{tag}</span>");
    }
    match gap {
        Some(columns) => {
            let _ = write!(out, "<td class=words colspan={columns}>");
            state(out, head);
        }
        None if head.state == "measured" && head.failures.is_empty() => out.push_str("<td>measured"),
        None => {
            out.push_str("<td class=words>");
            state(out, head);
        }
    }
}

fn state(out: &mut String, head: &Head) {
    let state = head.state;
    let _ = write!(out, "<span class=\"status {state}\">{state}</span>");
    if let Some(reason) = &head.reason {
        out.push(' ');
        long(out, reason);
    }
    if let Some(hint) = &head.hint {
        let _ = write!(out, " <code class=\"hint\">{}</code>", markup(hint));
    }
    if !head.failures.is_empty() {
        out.push_str("<ul class=\"plain\">");
        for failure in &head.failures {
            out.push_str("<li>");
            long(out, failure);
            out.push_str("</li>");
        }
        out.push_str("</ul>");
    }
}

/// Text of any length: what is too long for a cell can be opened.
fn long(out: &mut String, text: &str) {
    let text = if text.char_indices().nth(FOLDED).is_none() {
        markup(text).into_owned()
    } else {
        let beginning = shortened(text, 160);
        format!(
            "<details class=\"long\"><summary>{}</summary><p>{}</p></details>",
            markup(&beginning),
            markup(text)
        )
    };
    out.push_str(&text);
}

/// A cell. Why it is empty stands in it, unless that is said elsewhere in the row.
pub(super) fn cell(out: &mut String, shown: &Shown, says_why: bool) {
    match shown {
        Shown::Figure(figure) => {
            let _ = write!(out, "<td>{}<small>{}</small>", markup(&figure.point), markup(&figure.interval));
        }
        Shown::Text(text, more) => {
            let longest = text.len().max(more.as_ref().map_or(0, String::len));
            out.push_str(if longest > WRAPPED { "<td class=words>" } else { "<td>" });
            out.push_str(&markup(text));
            if let Some(more) = more {
                let _ = write!(out, "<small>{}</small>", markup(more));
            }
        }
        Shown::Missing(word) if says_why => {
            let _ = write!(out, "<td class=none>{}", markup(word.word));
        }
        Shown::Missing(_) => out.push_str("<td>—"),
    }
}
