//! A command line of the user's, as something that can be started.

use std::path::{Path, PathBuf};

/// A command that can be started: its program was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// As it was written.
    pub text: String,
    /// The absolute path of the program, and the arguments.
    pub words: Vec<String>,
}

/// Why a command cannot be started.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// There is nothing in it.
    #[error("the command is empty")]
    Empty,
    /// A quote is opened and not closed.
    #[error("`{0}` has a quote that is not closed")]
    Unbalanced(String),
    /// It needs a shell.
    #[error("`{word}` in `{text}` means something only to a shell")]
    NeedsShell {
        /// The command.
        text: String,
        /// The word.
        word: String,
    },
    /// There is no such program.
    #[error("there is no program `{0}`")]
    NotFound(String),
    /// There is one, which may not be executed.
    #[error("`{0}` is not executable")]
    NotExecutable(String),
}

impl Command {
    /// Splits a command into words as a shell does, and looks for its program on the `PATH`. No shell takes part.
    pub fn parse(text: &str) -> Result<Self, CommandError> {
        let words = shlex::split(text).ok_or_else(|| CommandError::Unbalanced(text.to_owned()))?;
        if let Some(word) = for_a_shell(text) {
            return Err(CommandError::NeedsShell { text: text.to_owned(), word: word.to_owned() });
        }
        let (program, arguments) = words.split_first().ok_or(CommandError::Empty)?;
        let mut found = vec![find(program)?];
        found.extend_from_slice(arguments);
        Ok(Self { text: text.to_owned(), words: found })
    }

    /// The absolute path of a program, as a shell finds it.
    pub fn find(program: &str) -> Result<String, CommandError> {
        find(program)
    }

    /// A command for `sh`, which is part of what is measured.
    pub fn of_shell(text: &str) -> Result<Self, CommandError> {
        if text.trim().is_empty() {
            return Err(CommandError::Empty);
        }
        Ok(Self {
            text: text.to_owned(),
            words: vec!["/bin/sh".to_owned(), "-c".to_owned(), text.to_owned()],
        })
    }
}

/// The first word that a shell would not take as it stands: an operator, a variable, a pattern, the home folder, or an
/// assignment in front. What is quoted stands for itself.
fn for_a_shell(text: &str) -> Option<&str> {
    let mut quote = None;
    let mut before = ' ';
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        let starts_word = quote.is_none() && before.is_whitespace();
        let acts = match (quote, character) {
            (Some('\''), _) => false,
            (_, '$' | '`') | (None, '|' | '&' | ';' | '<' | '>' | '(' | ')' | '*' | '?') => true,
            (None, '~' | '#') => starts_word,
            (None, '=') => is_name(&text[..at]),
            _ => false,
        };
        if acts {
            let begin = text[..at].rfind(char::is_whitespace).map_or(0, |space| space + 1);
            return text[begin..].split_whitespace().next();
        }
        match (quote, character) {
            (None | Some('"'), '\\') => {
                characters.next();
            }
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
        before = character;
    }
    None
}

/// Whether a variable can be called so.
fn is_name(text: &str) -> bool {
    let text = text.trim_start();
    let begins = text.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic());
    begins && text.chars().all(|character| character == '_' || character.is_ascii_alphanumeric())
}

/// The absolute path of a program. Looked up once: a search of the whole `PATH` is no part of the command.
fn find(program: &str) -> Result<String, CommandError> {
    let absolute = |path: PathBuf| {
        let path = std::path::absolute(&path).unwrap_or(path);
        path.to_string_lossy().into_owned()
    };
    if program.contains('/') {
        let path = PathBuf::from(program);
        return if is_executable(&path) {
            Ok(absolute(path))
        } else if path.is_file() {
            Err(CommandError::NotExecutable(program.to_owned()))
        } else {
            Err(CommandError::NotFound(program.to_owned()))
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| is_executable(path));
    found.map(absolute).ok_or_else(|| CommandError::NotFound(program.to_owned()))
}

fn is_executable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell_without_one() {
        let command = Command::parse("sh -c 'echo \"a b\"' c\\ d").unwrap();
        assert!(command.words[0].starts_with('/') && command.words[0].ends_with("/sh"), "{command:?}");
        assert_eq!(command.words[1..], ["-c", "echo \"a b\"", "c d"]);
    }

    #[test]
    fn what_cannot_be_started_is_said() {
        let error = |text| Command::parse(text).unwrap_err();
        assert_eq!(error("  "), CommandError::Empty);
        assert_eq!(error("sh 'x"), CommandError::Unbalanced("sh 'x".to_owned()));
        assert_eq!(
            error("no-such-program-here x"),
            CommandError::NotFound("no-such-program-here".to_owned())
        );
        assert_eq!(error("./no/such x"), CommandError::NotFound("./no/such".to_owned()));
        assert!(matches!(error("sh a | sh b"), CommandError::NeedsShell { word, .. } if word == "|"));
        for (text, word) in [
            ("echo a|cat", "a|cat"),
            ("sh b>x", "b>x"),
            ("sh $HOME/a", "$HOME/a"),
            ("sh \"$HOME\"", "\"$HOME\""),
            ("sh *.py", "*.py"),
            ("~/x y", "~/x"),
            ("NAME=1 sh", "NAME=1"),
            ("sh a # b", "#"),
        ] {
            let expected = CommandError::NeedsShell { text: text.to_owned(), word: word.to_owned() };
            assert_eq!(error(text), expected);
        }
        for text in ["sh '|' \"&\" \\;", "sh -c '$HOME *'", "sh a=1 --b=c a~ b#", "sh \"it's\" '\"' a"] {
            assert!(Command::parse(text).is_ok(), "{text}");
        }
        let plain = tempfile::NamedTempFile::new().unwrap();
        let path = plain.path().to_string_lossy().into_owned();
        assert_eq!(error(&path), CommandError::NotExecutable(path.clone()));
    }
}
