//! The user's home folder in what is recorded: `~`. A run is published, and the folder's name is mostly theirs.

use std::path::Path;

use gilbench_model::environment::InterpreterState;
use gilbench_model::facts::Facts;
use gilbench_model::sample::Outcome;

/// A home folder, if there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home(Option<String>);

impl Home {
    /// The user's.
    pub fn of_user() -> Self {
        Self::at(&std::env::var("HOME").unwrap_or_default())
    }

    /// A folder that is none, such as the root's in some containers, stands for no home.
    fn at(folder: &str) -> Self {
        let folder = folder.trim_end_matches('/');
        Self(Path::new(folder).is_absolute().then(|| folder.to_owned()))
    }

    /// A path, below the home folder as `~/…`.
    pub fn shorten(&self, path: &str) -> String {
        let below = self.0.as_deref().and_then(|home| path.strip_prefix(home));
        below.filter(|rest| rest.starts_with('/')).map_or(path.to_owned(), |rest| format!("~{rest}"))
    }

    /// A path that [`Self::shorten`] gave, as it was.
    pub fn expand(&self, path: &str) -> String {
        let home = self.0.as_deref().unwrap_or_default();
        path.strip_prefix("~/").map_or(path.to_owned(), |rest| format!("{home}/{rest}"))
    }

    /// A message with paths in it.
    fn hide_in_text(&self, text: &str) -> String {
        let Some(home) = &self.0 else { return text.to_owned() };
        // The beginning of a longer name is another folder.
        let inner = |c: char| c.is_alphanumeric() || "._-".contains(c);
        let mut parts = text.split(home.as_str());
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + if part.starts_with(inner) { home } else { "~" } + part)
    }

    /// An interpreter as it is recorded.
    #[must_use]
    pub fn hide_in_state(&self, state: InterpreterState) -> InterpreterState {
        InterpreterState {
            executable: state.executable.map(|path| self.shorten(&path)),
            mounts: state.mounts.iter().map(|path| self.shorten(path)).collect(),
            reason: state.reason.map(|reason| self.hide_in_text(&reason)),
            facts: state.facts.map(|facts| self.hide_in_facts(facts)),
            ..state
        }
    }

    /// A recorded interpreter as it was found.
    #[must_use]
    pub fn expand_in_state(&self, state: &InterpreterState) -> InterpreterState {
        InterpreterState {
            executable: state.executable.as_deref().map(|path| self.expand(path)),
            mounts: state.mounts.iter().map(|path| self.expand(path)).collect(),
            ..state.clone()
        }
    }

    /// Facts as they are recorded.
    pub(crate) fn hide_in_facts(&self, mut facts: Facts) -> Facts {
        facts.executable = facts.executable.map(|path| self.shorten(&path));
        facts.build.configure = facts.build.configure.map(|arguments| self.hide_in_text(&arguments));
        for import in facts.imports.iter_mut().flatten() {
            import.error = import.error.take().map(|error| self.hide_in_text(&error));
        }
        facts
    }

    /// An outcome as it is recorded.
    pub(crate) fn hide_in_outcome(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Failed { failure, message } => {
                Outcome::Failed { failure, message: self.hide_in_text(&message) }
            }
            Outcome::Unsupported { reason } => Outcome::Unsupported { reason: self.hide_in_text(&reason) },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_below_the_home_folder_comes_back() {
        let home = Home::at("/home/ada/");
        for (path, short) in [
            ("/home/ada/.venv/bin/python", "~/.venv/bin/python"),
            ("/home/adam/bin/python", "/home/adam/bin/python"),
            ("/mnt/home/ada/python", "/mnt/home/ada/python"),
            ("/usr/bin/python3", "/usr/bin/python3"),
        ] {
            assert_eq!(home.shorten(path), short);
            assert_eq!(home.expand(short), path);
        }
        for none in ["", "/", "ada"] {
            assert_eq!(Home::at(none).shorten("/ada/python"), "/ada/python");
        }
    }

    #[test]
    fn a_message_names_the_home_folder_nowhere() {
        let home = Home::at("/home/ada");
        assert_eq!(
            home.hide_in_text(
                "File \"/home/ada/x.py\", line 1\nin '/home/ada', with -I/home/ada/y, not /home/adam"
            ),
            "File \"~/x.py\", line 1\nin '~', with -I~/y, not /home/adam"
        );
    }
}
