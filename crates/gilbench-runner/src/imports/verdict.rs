//! From what was seen of an installed package to the answer.

use std::time::Duration;

use super::answer::{Answer, Code, Culprit, Gil, Module, Outcome, WithGil};
use super::check::{Checked, End, Import, ImportResult, Kind};
use super::refusal::Refusal;
use super::report::Report;
use super::requirement::Requirement;
use super::wheel::Wheel;

impl Answer {
    /// Of a package that could not be installed.
    pub(super) fn refused(requirement: &Requirement, refusal: Refusal) -> Self {
        Self {
            requirement: requirement.text.clone(),
            name: requirement.name.clone(),
            outcome: refusal.outcome,
            message: Some(refusal.message),
            version: None,
            wheel: None,
            code: None,
            extensions: None,
            declares: None,
            modules: Vec::new(),
            gil: Gil::default(),
            switched_on_by: None,
            with_gil: None,
        }
    }

    /// Of a package that was installed and imported.
    pub(super) fn seen(
        requirement: &Requirement,
        report: Option<&Report>,
        checked: &Checked,
        free_threaded: bool,
    ) -> Self {
        let Some(distribution) = &checked.distribution else { return nothing(requirement, &checked.end) };
        let file = report.and_then(|report| report.get(&requirement.name)).map(|item| item.file.clone());
        let switched_on_by = culprit(&checked.imports);
        let (outcome, message) = outcome(requirement, checked, switched_on_by.as_ref(), free_threaded);
        let results = || checked.imports.iter().filter_map(|import| Some((import, import.result.as_ref()?)));
        let after = results().next_back().map_or(checked.gil_before, |(_, result)| result.gil_enabled);
        let modules = results().filter(|(import, _)| import.kind == Kind::Module);
        let modules = modules.map(|(import, result)| Module {
            name: import.name.clone(),
            error: result.error.clone(),
            gil_enabled: result.gil_enabled,
        });
        let mut answer = Self {
            version: Some(distribution.version.clone()),
            wheel: Wheel::new(distribution.tags.clone(), file),
            extensions: Some(distribution.extensions),
            declares: distribution.declares.clone(),
            modules: modules.collect(),
            gil: Gil { before: checked.gil_before, after },
            switched_on_by,
            ..Self::refused(requirement, Refusal::new(outcome, ""))
        };
        answer.message = message;
        answer.code = Some(answer.code(None));
        answer
    }

    /// The same with what a build with a GIL would get.
    pub(super) fn beside(mut self, with_gil: Option<&WithGil>) -> Self {
        if self.code.is_some() {
            self.code = Some(self.code(with_gil));
        }
        self.with_gil = with_gil.cloned();
        self
    }

    fn code(&self, with_gil: Option<&WithGil>) -> Code {
        let compiled =
            self.wheel.as_ref().is_some_and(Wheel::is_compiled) || self.extensions.unwrap_or(0) > 0;
        match with_gil {
            _ if compiled => Code::Compiled,
            Some(with_gil) if with_gil.wheel.is_compiled() => Code::PureFallback,
            _ => Code::Pure,
        }
    }
}

fn nothing(requirement: &Requirement, end: &End) -> Answer {
    let name = &requirement.name;
    let refusal = match end {
        End::Died(how) => Refusal::new(Outcome::Crashed, format!("before any import: {how}")),
        End::TimedOut(limit) => {
            Refusal::new(Outcome::TimedOut, format!("no import began within {}", seconds(*limit)))
        }
        End::Well if requirement.has_marker() => {
            Refusal::new(Outcome::LeftOut, "its marker leaves it out for this interpreter")
        }
        End::Well => {
            Refusal::new(Outcome::InstallFailed, format!("what was installed is not called `{name}`"))
        }
    };
    Answer::refused(requirement, refusal)
}

/// What switched the GIL on. An extension module that nothing has imported counts too: it is there to be used.
fn culprit(imports: &[Import]) -> Option<Culprit> {
    imports.iter().find_map(|import| {
        let by = import.result.as_ref()?.switched_on_by.as_ref()?;
        Some(Culprit {
            module: by.module.clone(),
            package: by.distribution.clone(),
            on_import: import.kind == Kind::Module,
        })
    })
}

fn outcome(
    requirement: &Requirement,
    checked: &Checked,
    culprit: Option<&Culprit>,
    free_threaded: bool,
) -> (Outcome, Option<String>) {
    let modules = || checked.imports.iter().filter(|import| import.kind == Kind::Module);
    let cut = modules().find(|import| import.result.is_none());
    match (&checked.end, cut) {
        (End::TimedOut(limit), Some(import)) => {
            let message = format!("importing {} did not end within {}", import.name, seconds(*limit));
            return (Outcome::TimedOut, Some(message));
        }
        (end, Some(import)) => {
            let how = if let End::Died(how) = end { how } else { "it ended itself" };
            return (Outcome::Crashed, Some(format!("importing {}: {how}", import.name)));
        }
        // What ends with an extension module that is imported by itself is nothing that a program would do.
        (End::Died(how), None) if checked.imports.iter().all(|import| import.result.is_some()) => {
            return (Outcome::Crashed, Some(format!("between its imports: {how}")));
        }
        _ => {}
    }
    let error = |import: &Import| {
        let ImportResult { error, .. } = import.result.as_ref()?;
        error.as_ref().map(|error| format!("importing {}: {error}", import.name))
    };
    if let Some(message) = modules().find_map(error) {
        return (Outcome::ImportFailed, Some(message));
    }
    if !free_threaded {
        return (Outcome::Imports, None);
    }
    if let Some(culprit) = culprit {
        return (Outcome::GilOn, Some(blame(requirement, culprit)));
    }
    // Without a hint who did it.
    let on = checked.gil_before == Some(true);
    let on =
        on || modules().any(|import| import.result.as_ref().is_some_and(|all| all.gil_enabled == Some(true)));
    if on { (Outcome::GilOn, Some("the GIL is on".to_owned())) } else { (Outcome::Works, None) }
}

/// `lxml.etree, of its dependency lxml, switches the GIL on`
fn blame(requirement: &Requirement, culprit: &Culprit) -> String {
    let module = culprit.module.as_deref().unwrap_or("an extension module");
    let whose = match &culprit.package {
        Some(package) if *package != requirement.name => format!(" of its dependency {package}"),
        _ => String::new(),
    };
    let when = if culprit.on_import { "" } else { " once it is used" };
    format!("{module}{whose} switches the GIL on{when}")
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::imports::check::{Distribution, SwitchedOnBy};

    fn requirement(text: &str) -> Requirement {
        Requirement::parse(text, Path::new("/")).unwrap()
    }

    fn import(name: &str, kind: Kind, error: Option<&str>, gil: bool, by: Option<(&str, &str)>) -> Import {
        let switched_on_by = by.map(|(module, distribution)| SwitchedOnBy {
            module: Some(module.into()),
            distribution: Some(distribution.into()),
        });
        let result = ImportResult { error: error.map(str::to_owned), gil_enabled: Some(gil), switched_on_by };
        Import { name: name.into(), kind, result: Some(result) }
    }

    fn checked(tag: &str, extensions: u32, imports: Vec<Import>) -> Checked {
        let distribution = Distribution {
            name: "x".into(),
            version: "1.0".into(),
            tags: vec![tag.into()],
            extensions,
            declares: None,
        };
        Checked { distribution: Some(distribution), gil_before: Some(false), imports, end: End::Well }
    }

    fn answer(checked: &Checked) -> (Outcome, Option<String>) {
        let answer = Answer::seen(&requirement("x"), None, checked, true);
        (answer.outcome, answer.message)
    }

    const FREE: &str = "cp313-cp313t-linux_x86_64";

    #[test]
    fn it_works_where_it_imports_and_the_gil_stays_off() {
        let fine = || vec![import("x", Kind::Module, None, false, None)];
        assert_eq!(answer(&checked(FREE, 2, fine())), (Outcome::Works, None));
        // A package without modules brings others, or data.
        assert_eq!(answer(&checked(FREE, 0, vec![])), (Outcome::Works, None));
        let with_gil =
            Answer::seen(&requirement("x"), None, &checked("cp313-cp313-linux_x86_64", 2, fine()), false);
        assert_eq!(with_gil.outcome, Outcome::Imports);
    }

    #[test]
    fn what_switches_the_gil_on_is_named_with_whose_it_is() {
        let own = vec![import("x", Kind::Module, None, true, Some(("x._c", "x")))];
        assert_eq!(answer(&checked(FREE, 1, own)), (Outcome::GilOn, Some("x._c switches the GIL on".into())));
        let other = vec![import("x", Kind::Module, None, true, Some(("_y", "y")))];
        let message = "_y of its dependency y switches the GIL on";
        assert_eq!(answer(&checked("py3-none-any", 0, other)), (Outcome::GilOn, Some(message.into())));
        let later = vec![
            import("x", Kind::Module, None, false, None),
            import("x._c", Kind::Extension, None, true, Some(("x._c", "x"))),
        ];
        let found = Answer::seen(&requirement("x"), None, &checked(FREE, 1, later), true);
        assert_eq!(found.message.unwrap(), "x._c switches the GIL on once it is used");
        assert_eq!((found.gil.after, found.switched_on_by.unwrap().on_import), (Some(true), false));
    }

    #[test]
    fn failures_and_deaths_are_told() {
        let failed = vec![import("x", Kind::Module, Some("ImportError: no"), false, None)];
        assert_eq!(
            answer(&checked(FREE, 1, failed)),
            (Outcome::ImportFailed, Some("importing x: ImportError: no".into()))
        );
        let cut = |kind| vec![Import { name: "x.c".into(), kind, result: None }];
        let died = Checked { end: End::Died("fell".into()), ..checked(FREE, 1, cut(Kind::Module)) };
        assert_eq!(answer(&died), (Outcome::Crashed, Some("importing x.c: fell".into())));
        let slow = End::TimedOut(Duration::from_mins(1));
        let slow = Checked { end: slow, ..checked(FREE, 1, cut(Kind::Module)) };
        assert_eq!(answer(&slow), (Outcome::TimedOut, Some("importing x.c did not end within 60 s".into())));
        let alone = Checked { end: End::Died("fell".into()), ..checked(FREE, 1, cut(Kind::Extension)) };
        assert_eq!(answer(&alone).0, Outcome::Works);
        let ended = checked(FREE, 1, cut(Kind::Module));
        assert_eq!(answer(&ended), (Outcome::Crashed, Some("importing x.c: it ended itself".into())));
    }

    #[test]
    fn what_is_not_there_was_left_out_or_has_another_name() {
        let none = Checked::default();
        let marked = Answer::seen(&requirement("x; python_version < '3'"), None, &none, true);
        assert_eq!(marked.outcome, Outcome::LeftOut);
        assert_eq!(answer(&none).0, Outcome::InstallFailed);
        let died = Checked { end: End::Died("fell".into()), ..none };
        assert_eq!(answer(&died), (Outcome::Crashed, Some("before any import: fell".into())));
    }

    #[test]
    fn pure_where_a_gil_would_bring_compiled_code_is_a_fallback() {
        let pure = || Answer::seen(&requirement("x"), None, &checked("py3-none-any", 0, vec![]), true);
        let with_gil = |file| Some(WithGil { version: "1.0".into(), wheel: Wheel::of_file(file)? });
        let compiled = with_gil("x-1.0-cp313-cp313-linux_x86_64.whl");
        assert_eq!(pure().code, Some(Code::Pure));
        assert_eq!(pure().beside(compiled.as_ref()).code, Some(Code::PureFallback));
        assert_eq!(pure().beside(with_gil("x-1.0-py3-none-any.whl").as_ref()).code, Some(Code::Pure));
        let here = Answer::seen(&requirement("x"), None, &checked(FREE, 0, vec![]), true);
        assert_eq!(here.beside(compiled.as_ref()).code, Some(Code::Compiled));
    }
}
