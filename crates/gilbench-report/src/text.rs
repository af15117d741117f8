//! Text of unknown origin, made safe to show: in a terminal, in HTML, in SVG and in Markdown.
//!
//! A workload's title, an error message or a package's name may hold anything. Escaping alone keeps it from
//! being markup; control, direction and invisible characters would still reorder or hide what stands around
//! them, or pass for another name, so they are written out.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with every control, direction and invisible character written as `\u{202e}`. Line breaks and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(|character| is_hidden(character) || is_joiner(character)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut before = None;
    for character in text.chars() {
        // Emoji and some scripts need joiners; behind a letter of ours they only make another word of it.
        let stray = is_joiner(character) && before.is_none_or(|before: char| before.is_ascii());
        if stray || is_hidden(character) {
            let _ = write!(shown, "{}", character.escape_unicode());
        } else {
            shown.push(character);
        }
        before = Some(character);
    }
    Cow::Owned(shown)
}

/// The zero-width joiner and its opposite.
fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

fn is_hidden(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        // Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX #9); line and paragraph
        // separators, which end a line in some places and not in others; spaces and operators without a width,
        // soft hyphens and tags; a byte-order mark; two non-characters that XML, and so SVG, does not allow.
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fffe}'
        | '\u{ffff}'
        | '\u{e0000}'..='\u{e007f}' => true,
        other => other.is_control(),
    }
}

/// `text` as the content of an element or of a quoted attribute, in HTML and in SVG.
pub(crate) fn markup(text: &str) -> Cow<'_, str> {
    // Nearly all text is names and numbers, and there is much of it.
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && !b"&<>\"'".contains(&byte);
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let text = visible(text);
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

/// The same with what stands between two backticks as code. A backtick without its twin stays one.
pub(crate) fn markup_with_code(text: &str) -> String {
    let mut parts = text.split('`');
    let mut marked = (markup(parts.next().unwrap_or_default())).into_owned();
    while let Some(code) = parts.next() {
        match parts.next() {
            Some(after) => {
                let _ = write!(marked, "<code>{}</code>{}", markup(code), markup(after));
            }
            None => {
                let _ = write!(marked, "`{}", markup(code));
            }
        }
    }
    marked
}

/// `text` on one line of Markdown, in a table cell too, with nothing in it that Markdown or HTML reads as markup.
pub fn markdown(text: &str) -> String {
    let text = visible(text);
    let mut escaped = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // What looks like an address becomes a link by itself where Markdown is GitHub's.
            ':' if text[at..].starts_with("://") => escaped.push_str("&#58;"),
            '.' if is_www(&text[..at]) => escaped.push_str("&#46;"),
            '\n' | '\t' => escaped.push(' '),
            // `@` and `#` would notify people and link issues in a job summary.
            '@' => escaped.push_str("&#64;"),
            '#' => escaped.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '!' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// Whether text ends in `www`, whatever the case.
fn is_www(text: &str) -> bool {
    text.as_bytes().last_chunk::<3>().is_some_and(|end| end.eq_ignore_ascii_case(b"www"))
}

/// At most `longest` characters, with an ellipsis where some are left out.
pub(crate) fn shortened(text: &str, longest: usize) -> Cow<'_, str> {
    if text.char_indices().nth(longest).is_none() {
        return Cow::Borrowed(text);
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    Cow::Owned(format!("{}…", kept.trim_end()))
}

/// At most `longest` characters, with an ellipsis in the middle: of names, beginning and end tell most.
pub(crate) fn abridged(text: &str, longest: usize) -> Cow<'_, str> {
    let length = text.chars().count();
    if length <= longest {
        return Cow::Borrowed(text);
    }
    let end = longest.saturating_sub(1) / 2;
    let beginning: String = text.chars().take(longest.saturating_sub(1) - end).collect();
    let end: String = text.chars().skip(length - end).collect();
    Cow::Owned(format!("{}…{}", beginning.trim_end(), end.trim_start()))
}

/// Text in lines of at most so many characters. They break at spaces only, so what is escaped stays whole, and a longer
/// word has a line of its own.
pub fn wrapped(text: &str, longest: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= longest => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The id of an element, and the fragment that leads to it: a case's id as it is, since that is readable.
/// Anything that would need escaping in a URL, which no generated id has, becomes `_`.
pub(crate) fn anchor(id: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._/=,+-".contains(c);
    id.chars().map(|c| if plain(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_beginning_and_its_end() {
        assert_eq!(abridged("cpython-3.13t", 13), "cpython-3.13t");
        assert_eq!(abridged("2: cpython-3.13t", 12), "2: cpy…3.13t");
    }

    #[test]
    fn direction_control_and_invisible_characters_are_written_out() {
        assert_eq!(visible("a\u{202e}b\u{0}c\nd"), "a\\u{202e}b\\u{0}c\nd");
        assert_eq!(visible("thre\u{200b}ads\u{200d}"), "thre\\u{200b}ads\\u{200d}");
        assert_eq!(visible("é 🐍 👩‍🚀"), "é 🐍 👩‍🚀", "joiners inside an emoji stay");
    }

    #[test]
    fn markup_cannot_close_an_element_or_an_attribute() {
        assert_eq!(markup("<b a='1' c=\"2\">&"), "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;");
    }

    #[test]
    fn backticks_make_code_of_text_and_of_nothing_else() {
        assert_eq!(
            markup_with_code("run `top -p $(pgrep <x>)` & `a`"),
            "run <code>top -p $(pgrep &lt;x&gt;)</code> &amp; <code>a</code>"
        );
        assert_eq!(markup_with_code("a `lone <b>"), "a `lone &lt;b&gt;");
        assert_eq!(markup_with_code("`</code><script>`"), "<code>&lt;/code&gt;&lt;script&gt;</code>");
        assert_eq!(markup_with_code(""), "");
    }

    #[test]
    fn markdown_stays_in_its_cell() {
        assert_eq!(markdown("a|b\n<i>`c`"), "a\\|b &lt;i&gt;\\`c\\`");
        assert_eq!(markdown("http://x.y WWW.x.y"), "http&#58;//x.y WWW&#46;x.y", "no link by itself");
    }

    #[test]
    fn lines_break_at_spaces_and_a_long_word_has_one_of_its_own() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a very-long-word b", 4), ["a", "very-long-word", "b"]);
        assert!(wrapped("", 4).is_empty());
    }

    #[test]
    fn shortened_text_counts_characters_not_bytes() {
        assert_eq!(shortened("ééé", 3), "ééé");
        assert_eq!(shortened("éééé", 3), "éé…");
    }
}
