//! Patterns over the ids of cases: `*` stands for any text.

/// A pattern such as `*/threads/cpython-3.13t/*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern as it is typed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The pattern as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many texts it leaves open.
    pub(super) fn stars(&self) -> usize {
        self.0.matches('*').count()
    }

    /// Whether an id fits.
    pub fn fits(&self, id: &str) -> bool {
        self.captures(id).is_some()
    }

    /// What each `*` stands for in an id that fits: each as little as it can, the last all that is left.
    pub(super) fn captures<'t>(&self, id: &'t str) -> Option<Vec<&'t str>> {
        let Some((first, rest)) = self.0.split_once('*') else {
            return (self.0 == id).then(Vec::new);
        };
        let (middle, last) =
            rest.rsplit_once('*').map_or((None, rest), |(middle, last)| (Some(middle), last));
        let mut left = id.strip_prefix(first)?.strip_suffix(last)?;
        let mut captures = Vec::new();
        for piece in middle.iter().flat_map(|middle| middle.split('*')) {
            let (captured, after) = left.split_once(piece)?;
            captures.push(captured);
            left = after;
        }
        captures.push(left);
        Some(captures)
    }

    /// The pattern with these texts in the places of its `*`, of which there are as many.
    pub(super) fn filled(&self, captures: &[&str]) -> String {
        let mut captures = captures.iter();
        self.0.split_inclusive('*').fold(String::new(), |mut text, piece| {
            match piece.strip_suffix('*') {
                Some(piece) => text.extend([piece, captures.next().unwrap_or(&"")]),
                None => text.push_str(piece),
            }
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_does() {
        let captures = |pattern: &str, id: &'static str| Pattern::new(pattern).captures(id);
        assert_eq!(captures("a/b", "a/b"), Some(vec![]));
        assert_eq!(captures("a/b", "a/bc"), None);
        assert_eq!(captures("*", "a/b"), Some(vec!["a/b"]));
        assert_eq!(captures("a*", "b"), None);
        assert_eq!(captures("*/threads/*", "w/threads/p/workers=2"), Some(vec!["w", "p/workers=2"]));
        assert_eq!(captures("*/b/*/d", "a/b/c/d"), Some(vec!["a", "c"]));
        assert_eq!(captures("**", "ab"), Some(vec!["", "ab"]));
        assert_eq!(captures("ab*ba", "aba"), None, "the same letter does not serve twice");
        assert_eq!(captures("*.*", "threads"), None);
    }

    #[test]
    fn what_was_left_open_can_be_filled_in_elsewhere() {
        let captures = Pattern::new("*/threads/*").captures("w/threads/p/workers=2").unwrap();
        assert_eq!(Pattern::new("*/sequential/*").filled(&captures), "w/sequential/p/workers=2");
        assert_eq!(Pattern::new("x").filled(&[]), "x");
    }
}
