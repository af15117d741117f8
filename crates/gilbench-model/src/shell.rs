//! Commands that are shown, to be pasted into a shell.

use std::borrow::Cow;

/// A word as a POSIX shell has to be given it to take it as it is: in single quotes, unless nothing in it means
/// anything to a shell. A `~` at its beginning is quoted too.
pub fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=:,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        Cow::Borrowed(word)
    } else {
        // Within single quotes only a single quote means anything.
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_gives_every_word_back() {
        let words = ["/plain/run-1", "sp ace", "it's", "$HOME", "`id`", "a\\b", "~/x", "*", "", "é;é"];
        for word in words {
            let script = format!("printf %s {}", quoted(word));
            let output = std::process::Command::new("/bin/sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), word, "{script}");
        }
        assert_eq!(quoted("/plain/run-1"), "/plain/run-1");
    }
}
