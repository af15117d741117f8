//! Comma-separated values that a spreadsheet may open: RFC 4180, and text that no spreadsheet takes for a formula.
//!
//! Not responsible for what the columns are.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

use crate::text::visible;

/// A cell of text or of a number that is already written.
///
/// Text that begins with `=`, `+`, `-`, `@`, a tab or a line break would be a formula to a spreadsheet, or could become
/// one: it gets an apostrophe before it (OWASP, "CSV Injection"). A number stays as it is, whatever its sign. Characters
/// that hide or reorder text are written out.
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Cow::Borrowed(text);
    }
    let text = visible(text);
    let active = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && !is_number(&text);
    let quoted = text.contains([',', '"', '\n', '\r', '\t']);
    if !active && !quoted {
        return text;
    }
    let prefix = if active { "'" } else { "" };
    let text = format!("{prefix}{text}");
    Cow::Owned(if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text })
}

/// Whether it is a decimal number as programs write it, and nothing that only a parser of ours would take for one.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && text.parse::<f64>().is_ok()
}

/// Lines of a table. What is not known is an empty cell.
pub(crate) struct Csv {
    text: String,
    begun: bool,
}

impl Csv {
    /// A table with these columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        Self { text: columns.join(",") + "\n", begun: false }
    }

    fn separate(&mut self) {
        if self.begun {
            self.text.push(',');
        }
        self.begun = true;
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.separate();
        self.text.push_str(&csv_cell(text));
        self
    }

    /// Text of which it is known that it needs no care: a cell of [`csv_cell`], or digits and letters of ours.
    pub(crate) fn plain(&mut self, text: &str) -> &mut Self {
        self.separate();
        self.text.push_str(text);
        self
    }

    /// Whole numbers with spaces between.
    pub(crate) fn numbers(&mut self, numbers: impl Iterator<Item = u64>) -> &mut Self {
        self.separate();
        for (index, number) in numbers.enumerate() {
            let space = if index > 0 { " " } else { "" };
            let _ = write!(self.text, "{space}{number}");
        }
        self
    }

    /// A number, unrounded, or `true` and `false`.
    pub(crate) fn value(&mut self, value: Option<impl Display>) -> &mut Self {
        self.separate();
        if let Some(value) = value {
            let _ = write!(self.text, "{value}");
        }
        self
    }

    pub(crate) fn end_line(&mut self) {
        self.text.push('\n');
        self.begun = false;
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_need_it_are_quoted() {
        assert_eq!(csv_cell("a/b/workers=1,size=small"), "\"a/b/workers=1,size=small\"");
        assert_eq!(csv_cell("say \"no\""), "\"say \"\"no\"\"\"");
        assert_eq!(csv_cell("two\nlines"), "\"two\nlines\"");
        assert_eq!(csv_cell("1.5"), "1.5");
    }

    #[test]
    fn no_text_is_a_formula_and_every_number_stays_one() {
        for formula in ["=1+1", "+A1", "-A1", "@SUM(A1)", "-inf", "+nan", "-1+cmd|'/c calc'!A0"] {
            assert_eq!(csv_cell(formula), format!("'{formula}"));
        }
        assert_eq!(csv_cell("=HYPERLINK(\"x\",\"y\")"), "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"");
        assert_eq!(csv_cell("\t=1"), "\"'\t=1\"");
        for number in ["-1.5", "-0.02", "+3", "-.5", "-1e-9", "12"] {
            assert_eq!(csv_cell(number), number);
        }
    }

    #[test]
    fn hidden_characters_are_written_out() {
        assert_eq!(csv_cell("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn what_is_not_known_is_an_empty_cell() {
        let mut csv = Csv::new(&["case", "time_s", "rounds"]);
        csv.text("a,b").value(None::<f64>).value(Some(3)).end_line();
        csv.text("c").value(Some(0.1 + 0.2)).value(Some(0)).end_line();
        assert_eq!(csv.into_text(), "case,time_s,rounds\n\"a,b\",,3\nc,0.30000000000000004,0\n");
    }
}
