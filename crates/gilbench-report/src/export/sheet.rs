//! The style sheet of the site, cut down to what one drawing needs: its rules, with the colours of one scheme in place of
//! the tokens. What reads the result knows no `var()` and no media query, and gets nothing that it could not read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::pages::STYLE;

/// Which of the site's two colour schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Scheme {
    /// Both, in the order in which they are written.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// `light` or `dark`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Names to values, without the `--`.
type Tokens = BTreeMap<String, String>;

/// The style sheet, read.
struct Sheet {
    light: Tokens,
    /// Only what differs.
    dark: Tokens,
    /// Selectors and declarations outside of any condition.
    rules: Vec<(String, String)>,
}

static SHEET: LazyLock<Sheet> = LazyLock::new(|| Sheet::read(STYLE));

/// Elements of drawings.
const ELEMENTS: [&str; 7] = ["svg", "g", "path", "text", "circle", "rect", "line"];

/// The rules that apply to elements of these classes.
pub(super) fn rules(scheme: Scheme, classes: &BTreeSet<&str>) -> String {
    SHEET.rules_for(scheme, classes)
}

/// The colour behind everything.
pub(super) fn page(scheme: Scheme) -> String {
    SHEET.token(scheme, "page").unwrap_or_default().to_owned()
}

impl Sheet {
    fn read(text: &str) -> Self {
        let mut sheet = Self { light: Tokens::new(), dark: Tokens::new(), rules: Vec::new() };
        for (head, body) in blocks(&without_comments(text)) {
            if head == ":root" {
                sheet.light.extend(tokens(&body));
            } else if head.starts_with("@media") && head.contains("prefers-color-scheme: dark") {
                let roots = blocks(&body).into_iter().filter(|(head, _)| head == ":root");
                sheet.dark.extend(roots.flat_map(|(_, body)| tokens(&body)));
            } else if !head.starts_with('@') {
                sheet.rules.push((head, body));
            }
        }
        sheet
    }

    fn token(&self, scheme: Scheme, name: &str) -> Option<&str> {
        let dark = Some(&self.dark).filter(|_| scheme == Scheme::Dark);
        let found = dark.and_then(|dark| dark.get(name)).or_else(|| self.light.get(name));
        found.map(String::as_str)
    }

    fn rules_for(&self, scheme: Scheme, classes: &BTreeSet<&str>) -> String {
        let mut out = String::new();
        for (head, body) in &self.rules {
            let selectors: Vec<&str> =
                head.split(',').map(str::trim).filter(|selector| is_about(selector, classes)).collect();
            let declarations: Vec<String> =
                body.split(';').filter_map(|declaration| self.resolved(scheme, declaration.trim())).collect();
            if !selectors.is_empty() && !declarations.is_empty() {
                // Writing to a string cannot fail.
                let _ = write!(out, "{}{{{}}}", selectors.join(","), declarations.join(";"));
            }
        }
        out
    }

    /// A declaration with values in place of its tokens; `None` where there is no value, as in a browser.
    fn resolved(&self, scheme: Scheme, declaration: &str) -> Option<String> {
        let (name, value) = declaration.split_once(':')?;
        let mut rest = value.trim();
        let mut resolved = format!("{}:", name.trim());
        while let Some((before, after)) = rest.split_once("var(--") {
            let (token, after) = after.split_once(')')?;
            resolved.push_str(before);
            resolved.push_str(self.token(scheme, token.trim())?);
            rest = after;
        }
        resolved.push_str(rest);
        Some(resolved)
    }
}

/// Whether a selector names nothing but elements of drawings and these classes.
fn is_about(selector: &str, classes: &BTreeSet<&str>) -> bool {
    // States, attributes, ids and siblings: a drawing by itself has none of them.
    !selector.is_empty()
        && !selector.contains([':', '[', '#', '*', '+', '~'])
        && selector.split([' ', '>']).filter(|part| !part.is_empty()).all(|part| {
            let mut names = part.split('.');
            let element = names.next().unwrap_or_default();
            (element.is_empty() || ELEMENTS.contains(&element)) && names.all(|class| classes.contains(class))
        })
}

fn without_comments(text: &str) -> String {
    let mut pieces = text.split("/*");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |kept, piece| kept + piece.split_once("*/").map_or("", |(_, after)| after))
}

/// What stands before each brace, and what between it and the one that closes it.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((head, after)) = rest.split_once('{') {
        let mut depth = 1_u32;
        let end = after.find(|character| {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let Some(end) = end else { break };
        found.push((head.split_whitespace().collect::<Vec<_>>().join(" "), after[..end].trim().to_owned()));
        rest = &after[end + 1..];
    }
    found
}

fn tokens(body: &str) -> Vec<(String, String)> {
    let declarations = body.split(';').filter_map(|declaration| declaration.split_once(':'));
    declarations
        .filter_map(|(name, value)| {
            Some((name.trim().strip_prefix("--")?.to_owned(), value.trim().to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "/* {a} */ :root { --page: white; --ink: black; }\n\
        @media (prefers-color-scheme: dark) { :root { --ink: silver; } }\n\
        svg .mark, td.mark { stroke: var(--ink); fill: var(--none) }\n\
        svg .mark:hover { stroke: red }\n.other { color: red }\n@media print { svg .mark { stroke: blue } }";

    #[test]
    fn a_drawing_gets_its_rules_with_the_colours_of_a_scheme() {
        let sheet = Sheet::read(SMALL);
        let classes = BTreeSet::from(["mark"]);
        assert_eq!(sheet.rules_for(Scheme::Light, &classes), "svg .mark{stroke:black}");
        assert_eq!(sheet.rules_for(Scheme::Dark, &classes), "svg .mark{stroke:silver}");
        assert_eq!(sheet.rules_for(Scheme::Light, &BTreeSet::new()), "");
        assert_eq!(
            (sheet.token(Scheme::Dark, "page"), sheet.token(Scheme::Dark, "none")),
            (Some("white"), None)
        );
    }

    #[test]
    fn no_rule_of_drawings_is_lost_for_a_selector_that_is_not_known() {
        let selectors = SHEET.rules.iter().flat_map(|(head, _)| head.split(',').map(str::trim));
        let lost: Vec<&str> = selectors
            .filter(|selector| selector.starts_with("svg"))
            .filter(|selector| {
                [":not(", ":is(", ":has(", ":where(", "["].iter().any(|part| selector.contains(part))
            })
            .collect();
        assert!(lost.is_empty(), "{lost:?}");
    }

    #[test]
    fn the_site_s_own_sheet_gives_colours_and_no_token_stays() {
        let classes =
            BTreeSet::from(["chart", "label", "colour-0", "point", "series", "hollow", "row-label"]);
        let (light, dark) = (rules(Scheme::Light, &classes), rules(Scheme::Dark, &classes));
        for (sheet, scheme) in [(&light, Scheme::Light), (&dark, Scheme::Dark)] {
            let colour = SHEET.token(scheme, "colour-0").unwrap();
            assert!(sheet.contains(&format!(".colour-0{{color:{colour}}}")), "{sheet}");
            assert!(!sheet.contains("var(") && !sheet.contains('@'), "{sheet}");
        }
        assert_ne!(light, dark);
        assert_ne!(page(Scheme::Light), page(Scheme::Dark));
    }
}
