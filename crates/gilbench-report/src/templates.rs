//! Templates, embedded, with one way of writing values: visible, escaped, and never undefined.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;

use crate::error::ReportErrorKind;
use crate::text::{markup, markup_with_code};

const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("../templates/base.html")),
    ("macros.html", include_str!("../templates/macros.html")),
    ("index.html", include_str!("../templates/index.html")),
    ("matrix.html", include_str!("../templates/matrix.html")),
    ("claims.html", include_str!("../templates/claims.html")),
    ("workload.html", include_str!("../templates/workload.html")),
    ("interpreters.html", include_str!("../templates/interpreters.html")),
    ("conditions.html", include_str!("../templates/conditions.html")),
    ("workloads.html", include_str!("../templates/workloads.html")),
    ("observed.html", include_str!("../templates/observed.html")),
    ("cases.html", include_str!("../templates/cases.html")),
    ("compare.html", include_str!("../templates/compare.html")),
    ("history.html", include_str!("../templates/history.html")),
    ("method.html", include_str!("../templates/method.html")),
    ("machine.html", include_str!("../templates/machine.html")),
    ("timelines.html", include_str!("../templates/timelines.html")),
    ("scaling.html", include_str!("../templates/scaling.html")),
    ("scaling_section.html", include_str!("../templates/scaling_section.html")),
    ("failures.html", include_str!("../templates/failures.html")),
    ("data.html", include_str!("../templates/data.html")),
    ("diagnosis.html", include_str!("../templates/diagnosis.html")),
    ("case_table.html", include_str!("../templates/case_table.html")),
];

/// All templates, ready to fill in.
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    /// Parses them.
    pub(crate) fn new() -> Result<Self, ReportErrorKind> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        // Like minijinja's own escaping, but it also writes out characters that hide or reorder text, and leaves
        // the slashes of case ids as they are. Markup of ours is marked as safe.
        environment.set_formatter(|out, state, value| {
            match value
                .as_str()
                .filter(|_| !value.is_safe() && !matches!(state.auto_escape(), AutoEscape::None))
            {
                Some(text) => Ok(out.write_str(&markup(text))?),
                None => minijinja::escape_formatter(out, state, value),
            }
        });
        // Texts of ours and of data files mark commands with backticks.
        environment.add_filter("code", |text: &str| Value::from_safe_string(markup_with_code(text)));
        for (name, source) in TEMPLATES.iter().copied() {
            environment.add_template(name, source)?;
        }
        Ok(Self(environment))
    }

    /// Fills one in.
    pub(crate) fn fill(&self, name: &str, values: impl Serialize) -> Result<Vec<u8>, ReportErrorKind> {
        Ok(self.0.get_template(name)?.render(Serde(values))?.into_bytes())
    }
}
