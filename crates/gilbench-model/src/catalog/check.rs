//! Checks workloads, interpreters and suites against each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::reader::{Sourced, file_name};
use crate::Name;
use crate::data_file::{DataError, Source, did_you_mean, known_words};
use crate::interpreter::Interpreter;
use crate::plan::can_calibrate;
use crate::provider::{BASE, Provider};
use crate::suite::{Axes, Group, Pattern, Profile, Selection, Suite};
use crate::workload::{Axis, BASELINE, Size, Workload};

/// Largest value of a size's parameter. Beyond it a JSON reader that holds numbers as doubles is no longer exact.
const LARGEST_PARAMETER: u64 = 1 << 53;

/// Most rounds a profile may ask for. An interval narrows with the square root: past this, fix the noise instead.
const MOST_ROUNDS: u32 = 1000;

/// Most iterations of a process: more would outgrow what a worker may answer.
const MOST_ITERATIONS: u32 = 10_000;

/// Fewest rounds from which a 95 % signed-rank interval can be formed.
const FEWEST_ROUNDS: u32 = 6;

/// Whether a path stays below the folder that it is joined to.
fn is_below(path: &Path) -> bool {
    use std::path::Component;
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// A group, an artifact or a version of Maven's: part of an address.
fn is_coordinate(part: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !part.is_empty() && part.bytes().all(inner) && !part.contains("..")
}

/// The first word in braces that is neither a shell's variable nor one of ours.
fn unknown_placeholder(script: &str) -> Option<&str> {
    script.match_indices('{').find_map(|(start, _)| {
        let word = &script[start..=start + script[start..].find('}')?];
        let name = &word[1..word.len() - 1];
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
        (plain && !script[..start].ends_with('$') && !["java", "home"].contains(&name)).then_some(word)
    })
}

/// Checks what an image is to hold.
fn image_contents(
    packages: &[String],
    executable: Option<&Path>,
    refuse: &mut impl FnMut(&str, &str, String, &str),
) {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    for package in packages {
        if package.starts_with('-') || package.is_empty() || !package.bytes().all(inner) {
            refuse("packages", package, format!("`{package}`"), "the name of a Debian package");
        }
    }
    if let Some(path) = executable.filter(|path| !path.is_absolute()) {
        let found = format!("`{}`", path.display());
        refuse("executable", "executable", found, "an absolute path in the image");
    }
}

/// What a workload says of its parameters by name has to name parameters.
fn named_parameters(source: &Source, workload: &Workload, size: &Size, errors: &mut Vec<DataError>) {
    let units = workload.units.iter().map(|name| ("units", "units", name));
    let roofline = workload.roofline.iter().map(|found| ("roofline", "roofline.amount", &found.amount));
    for (word, field, name) in units.chain(roofline) {
        if !size.parameters.contains_key(name) {
            let words = [word, name.as_str()];
            errors.push(source.value_error(&words, field, format!("`{name}`"), "a parameter of every size"));
        }
    }
}

/// Checks that a workload's server finds its parameters in every size.
fn server(source: &Source, workload: &Workload, errors: &mut Vec<DataError>) {
    let Some(server) = &workload.server else { return };
    for (field, parameter) in server.parameters() {
        if workload.sizes.values().any(|size| !size.parameters.contains_key(parameter)) {
            errors.push(source.value_error(
                &["server", field],
                &format!("server.{field}"),
                format!("`{parameter}`"),
                "a parameter of every size",
            ));
        }
    }
    let (given, missing) = match (&server.slow_every, &server.slow_ms) {
        (Some(_), None) => ("slow_every", "slow_ms"),
        (None, Some(_)) => ("slow_ms", "slow_every"),
        _ => return,
    };
    errors.push(source.value_error(
        &["server", given],
        &format!("server.{given}"),
        format!("no `{missing}` beside it"),
        "both `slow_every` and `slow_ms`, or neither",
    ));
}

/// Checks that what every run is to measure natively can be.
fn calibration(source: &Source, workload: &Workload, errors: &mut Vec<DataError>) {
    if workload.calibration && !can_calibrate(workload) {
        errors.push(source.value_error(
            &["calibration"],
            "calibration",
            "`true`",
            format!("a strategy `{BASELINE}` for `native` beside it, and no server"),
        ));
    }
}

pub(super) struct Checker<'a> {
    pub(super) workloads: &'a Sourced<Workload>,
    pub(super) interpreters: &'a Sourced<Interpreter>,
    pub(super) failed: &'a BTreeSet<String>,
}

/// A name that must be one of the known ones.
pub(super) struct Reference<'a> {
    pub(super) field: &'a str,
    pub(super) found: &'a Name,
    pub(super) kind: &'a str,
    pub(super) list: &'a str,
    pub(super) failed: &'a BTreeSet<String>,
}

impl Reference<'_> {
    pub(super) fn check<'a, T>(
        &self,
        source: &Source,
        context: &[&str],
        known: &'a BTreeMap<Name, T>,
        errors: &mut Vec<DataError>,
    ) -> Option<&'a T> {
        let value = known.get(self.found);
        if value.is_none() && !self.failed.contains(self.found.as_str()) {
            let words: Vec<&str> = context.iter().copied().chain([self.found.as_str()]).collect();
            let names: Vec<&str> = known.keys().map(Name::as_str).collect();
            let error = source.value_error(
                &words,
                self.field,
                format!("`{}`", self.found),
                format!("a known {}", self.kind),
            );
            let hint = match did_you_mean(self.found.as_str(), names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`? {}", self.list),
                None => known_words(self.found.as_str(), names),
            };
            errors.push(error.with_hint(hint));
        }
        value
    }
}

impl Checker<'_> {
    pub(super) fn workload(source: &Source, workload: &Workload, errors: &mut Vec<DataError>) {
        if !workload.sizes.contains_key(crate::condition::DEFAULT_SIZE) {
            errors.push(source.value_error(
                &["sizes"],
                "sizes",
                "no size `default`",
                "one of the sizes to be called `default`",
            ));
        }
        let mut shape: Option<Vec<&Name>> = None;
        for (name, size) in &workload.sizes {
            for (parameter, value) in &size.parameters {
                if *value > LARGEST_PARAMETER {
                    let field = format!("sizes.{name}.parameters.{parameter}");
                    let words = ["sizes", name.as_str(), parameter.as_str()];
                    errors.push(source.value_error(
                        &words,
                        &field,
                        value,
                        format!("at most {LARGEST_PARAMETER} (2^53)"),
                    ));
                }
            }
            if size.digest.is_placeholder() {
                let field = format!("sizes.{name}.digest");
                let words = ["sizes", name.as_str(), "digest"];
                let error = source.value_error(
                    &words,
                    &field,
                    "zeros only, a placeholder",
                    "the SHA-256 of the right answer",
                );
                errors.push(error.with_hint(format!(
                    "run the worker by hand and take the digest of its `iteration` message, as in \
                     `docs/adding-a-workload.md`: `PYTHONPATH=workloads/_worker python3 \
                     workloads/{}/worker.py < request.json`",
                    workload.name
                )));
            }
            let names: Vec<&Name> = size.parameters.keys().collect();
            if *shape.get_or_insert_with(|| names.clone()) != names {
                let field = format!("sizes.{name}.parameters");
                errors.push(source.value_error(
                    &["sizes", name.as_str()],
                    &field,
                    "other parameters than the first size",
                    "every size to have the same parameters",
                ));
            }
            named_parameters(source, workload, size, errors);
        }
        server(source, workload, errors);
        if workload.strategies.is_empty() {
            errors.push(source.value_error(&["strategies"], "strategies", "none", "at least one strategy"));
        }
        calibration(source, workload, errors);
        let folder = source.path.parent().unwrap_or(Path::new("."));
        for (name, strategy) in &workload.strategies {
            if strategy.worker_kinds.is_empty() {
                let words = ["strategies", name.as_str()];
                errors.push(source.value_error(
                    &words,
                    &format!("strategies.{name}.for"),
                    "no worker kind",
                    "at least one of `python`, `minimal`, `native`",
                ));
            }
            for kind in &strategy.worker_kinds {
                if let Some(file) = kind.file().filter(|file| !folder.join(file).is_file()) {
                    let words = ["strategies", name.as_str()];
                    errors.push(source.value_error(
                        &words,
                        &format!("strategies.{name}.for"),
                        format!("no file `{file}` in the folder"),
                        "a file that implements the strategy",
                    ));
                }
            }
        }
    }

    pub(super) fn interpreter(
        &self,
        source: &Source,
        interpreter: &Interpreter,
        errors: &mut Vec<DataError>,
    ) {
        if interpreter.identity.is_none() == interpreter.command.is_empty() {
            errors.push(source.value_error(
                &["worker"],
                "identity",
                "both or neither of `identity` and `command`",
                "`identity` for an interpreter that is found by probing, or `command` for one that is not",
            ));
        }
        if Interpreter::definition_id(&interpreter.id).1 {
            errors.push(source.value_error(
                &["id"],
                "id",
                format!("`{}`", interpreter.id),
                "another ending: `-container` stands for the same interpreter in a container",
            ));
        }
        let asks_for_jit = interpreter.identity.as_ref().is_some_and(|identity| identity.jit.is_some());
        if interpreter.interpreter_only && !asks_for_jit {
            errors.push(source.value_error(
                &["interpreter_only"],
                "interpreter_only",
                "`true`",
                "`identity.jit` beside it: the compiler that may be missing",
            ));
        }
        if interpreter.id == BASE {
            errors.push(source.value_error(
                &["id"],
                "id",
                format!("`{BASE}`"),
                "another name: this one stands for the image of `_base.yaml`",
            ));
        }
        for provider in &interpreter.providers.0 {
            Self::provider(source, provider, errors);
        }
        // Two definitions that accept the same interpreter would make its rows depend on the order of files.
        for (other_source, other) in self.interpreters.values() {
            if let (Some(identity), Some(other_identity)) = (&interpreter.identity, &other.identity)
                && other.id < interpreter.id
                && identity.is_of(other_identity)
            {
                let other_file = file_name(&other_source.path);
                errors.push(source.value_error(
                    &["identity"],
                    "identity",
                    format!("the identity of `{other_file}`"),
                    "an identity of its own",
                ));
            }
        }
    }

    /// Checks one of the providers of an interpreter, or of what containers are made from.
    pub(super) fn provider(source: &Source, provider: &Provider, errors: &mut Vec<DataError>) {
        let kind = provider.kind().as_str();
        let mut refuse = |field: &str, word: &str, found: String, expected: &str| {
            let field = format!("providers.{kind}.{field}");
            errors.push(source.value_error(&["providers", kind, word], &field, found, expected));
        };
        let below = "a path below the installation's folder";
        match provider {
            Provider::Uv(uv) if uv.request.is_empty() || uv.request.starts_with('-') => {
                refuse("request", "request", format!("`{}`", uv.request), "a request such as `cpython-3.12`");
            }
            Provider::Local(_) | Provider::Uv(_) => {}
            Provider::Source(tarball) => {
                if tarball.urls.is_empty() {
                    refuse("urls", "urls", "none".to_owned(), "at least one address");
                }
                if !is_below(&tarball.executable) {
                    let found = format!("`{}`", tarball.executable.display());
                    refuse("executable", "executable", found, below);
                }
            }
            Provider::Maven(maven) => {
                for artifact in &maven.artifacts {
                    if artifact.id.split(':').filter(|part| is_coordinate(part)).count() != 3 {
                        let found = format!("`{}`", artifact.id);
                        refuse("artifacts", &artifact.id, found, "`group:artifact:version`");
                    }
                    if artifact.folders.is_empty() || !artifact.folders.iter().all(|folder| is_below(folder))
                    {
                        let found = format!("folders {:?} of `{}`", artifact.folders, artifact.id);
                        refuse("artifacts", "folders", found, below);
                    }
                }
                if let Some(placeholder) = unknown_placeholder(&maven.script) {
                    refuse("script", "script", format!("`{placeholder}`"), "`{java}` or `{home}`");
                }
                if !is_below(&maven.executable) {
                    let found = format!("`{}`", maven.executable.display());
                    refuse("executable", "executable", found, below);
                }
            }
            Provider::Container(image) => {
                let pinned = image.image.rsplit_once("@sha256:").is_some_and(|(_, digest)| {
                    digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
                });
                if !pinned {
                    let found = format!("`{}`", image.image);
                    refuse("image", "image", found, "an image with its digest, `name@sha256:…`");
                }
                image_contents(&image.packages, image.executable.as_deref(), &mut refuse);
            }
            Provider::Rootfs(rootfs) => {
                if rootfs.suite.parse::<Name>().is_err() {
                    let found = format!("`{}`", rootfs.suite);
                    refuse("suite", "suite", found, "a suite of Debian's such as `trixie`");
                }
                image_contents(&rootfs.packages, rootfs.executable.as_deref(), &mut refuse);
            }
        }
    }

    fn profile(source: &Source, profile: &Profile, errors: &mut Vec<DataError>) {
        let rounds = profile.rounds;
        if rounds.least < FEWEST_ROUNDS && rounds.least != 1 {
            errors.push(source.value_error(
                &["rounds", "least"],
                "profile.rounds.least",
                rounds.least,
                format!(
                    "at least {FEWEST_ROUNDS}, the fewest that give a 95 % interval, or 1 for a smoke run"
                ),
            ));
        }
        if rounds.most < rounds.least || rounds.most > MOST_ROUNDS {
            errors.push(source.value_error(
                &["rounds", "most"],
                "profile.rounds.most",
                rounds.most,
                format!("from {} (`least`) to {MOST_ROUNDS}", rounds.least),
            ));
        }
        if profile.iterations.most == 0
            || profile.iterations.most > MOST_ITERATIONS
            || profile.iterations.least_with_jit > profile.iterations.most
        {
            errors.push(source.value_error(
                &["iterations"],
                "profile.iterations",
                format!(
                    "most {}, least_with_jit {}",
                    profile.iterations.most, profile.iterations.least_with_jit
                ),
                "`most` of at least 1 and at least `least_with_jit`",
            ));
        }
        if let Some(room) = profile.iterations.with_jit
            && (room.most == 0
                || room.most > MOST_ITERATIONS
                || profile.iterations.least_with_jit > room.most
                || room.time.as_millis() == 0)
        {
            errors.push(source.value_error(
                &["iterations", "with_jit"],
                "profile.iterations.with_jit",
                format!("most {}, time {:?}", room.most, room.time),
                "`most` of at least 1 and at least `least_with_jit`, and a `time` of at least `1ms`",
            ));
        }
        let limits = [
            (
                ["case_time"].as_slice(),
                "profile.case_time",
                profile.case_time,
                "`rounds.most` ends a case too: `case_time: 1h` leaves it to that",
            ),
            (&["timeout"], "profile.timeout", profile.timeout, "a process would be killed before it begins"),
            (
                &["iterations", "time"],
                "profile.iterations.time",
                profile.iterations.time,
                "for a single iteration write `most: 1`",
            ),
        ];
        for (words, field, found, hint) in limits {
            // `plan.json` keeps whole milliseconds.
            if found.as_millis() == 0 {
                errors.push(
                    source
                        .value_error(words, field, format!("`{found:?}`"), "at least `1ms`")
                        .with_hint(hint),
                );
            }
        }
    }

    pub(super) fn suite(
        &self,
        source: &Source,
        suite: &Suite,
        suites: &Sourced<Suite>,
        errors: &mut Vec<DataError>,
    ) {
        Self::profile(source, &suite.profile, errors);
        if let Selection::These(list) = &suite.interpreters {
            if list.is_empty() {
                errors.push(source.value_error(
                    &["interpreters"],
                    "interpreters",
                    "an empty list",
                    "`found` or at least one interpreter",
                ));
            }
            self.interpreter_names(source, &["interpreters"], "interpreters", list, errors);
        }
        if let Some(found) = &suite.extends {
            let reference = Reference {
                field: "extends",
                found,
                kind: "suite",
                failed: self.failed,
                list: "`gilbench list suites` shows all",
            };
            let base = reference.check(source, &["extends"], suites, errors);
            if base.is_some_and(|(_, base)| base.extends.is_some()) {
                let expected = "a suite that extends no other one";
                errors.push(source.value_error(&["extends"], "extends", format!("`{found}`"), expected));
            }
        } else if suite.groups.is_empty() {
            errors.push(source.value_error(&["groups"], "groups", "none", "at least one group of cases"));
        }
        for (index, group) in suite.groups.iter().enumerate() {
            self.group(source, index, group, errors);
        }
        self.timelines(source, suite, suites, errors);
    }

    pub(super) fn interpreter_names(
        &self,
        source: &Source,
        context: &[&str],
        field: &str,
        names: &[Name],
        errors: &mut Vec<DataError>,
    ) {
        for found in names {
            let reference = Reference {
                field,
                found,
                kind: "interpreter",
                failed: self.failed,
                list: "`gilbench list interpreters` shows all",
            };
            reference.check(source, context, self.interpreters, errors);
        }
    }

    fn group(&self, source: &Source, index: usize, group: &Group, errors: &mut Vec<DataError>) {
        let field = |name: &str| format!("groups[{index}].{name}");
        let context = ["groups", group.workload.as_str()];
        let axes = &group.axes;
        for axis in empty_axes(axes) {
            let words = ["groups", group.workload.as_str(), axis];
            errors.push(source.value_error(
                &words,
                &field(&format!("axes.{axis}")),
                "an empty list",
                "at least one value, or no such axis",
            ));
        }
        if let Some(names) = &group.interpreters {
            self.interpreter_names(source, &context, &field("interpreters"), names, errors);
        }
        let reference = Reference {
            field: &field("workload"),
            found: &group.workload,
            kind: "workload",
            list: "`gilbench list workloads` shows all",
            failed: self.failed,
        };
        let Some((_, workload)) = reference.check(source, &["groups"], self.workloads, errors) else {
            return;
        };

        let hint = format!("`gilbench list workloads` shows the strategies and sizes of `{}`", workload.name);
        for found in group.strategies.iter().flatten() {
            let reference = Reference {
                field: &field("strategies"),
                found,
                kind: "strategy of the workload",
                list: &hint,
                failed: self.failed,
            };
            reference.check(source, &context, &workload.strategies, errors);
        }
        for found in axes.size.iter().flatten() {
            let reference = Reference {
                field: &field("axes.size"),
                found,
                kind: "size of the workload",
                list: &hint,
                failed: self.failed,
            };
            reference.check(source, &context, &workload.sizes, errors);
        }
        for (list, patterns) in [("exclude", &group.exclude), ("include", &group.include)] {
            for pattern in patterns {
                self.pattern(source, &context, &field(list), workload, pattern, errors);
            }
        }
        for _ in group.include.iter().filter(|pattern| pattern.strategy.is_none()) {
            errors.push(source.value_error(
                &["groups", group.workload.as_str(), "include"],
                &field("include"),
                "an entry without `strategy`",
                "the strategy to include",
            ));
        }
        if group.cold && workload.server.is_some() {
            let words = ["groups", group.workload.as_str(), "cold"];
            let found = format!("`{}`, which needs a server", workload.name);
            errors.push(source.value_error(&words, &field("cold"), found, "a workload without a server"));
        }
        if group.strategies.iter().flatten().all(|name| workload.strategies.contains_key(name)) {
            unused_axes(source, &field, group, workload, errors);
        }
    }

    pub(super) fn pattern(
        &self,
        source: &Source,
        context: &[&str],
        field: &str,
        workload: &Workload,
        pattern: &Pattern,
        errors: &mut Vec<DataError>,
    ) {
        let hint = format!("`gilbench list workloads` shows the strategies and sizes of `{}`", workload.name);
        if let Some(found) = &pattern.strategy {
            let reference = Reference {
                field,
                found,
                kind: "strategy of the workload",
                list: &hint,
                failed: self.failed,
            };
            reference.check(source, context, &workload.strategies, errors);
        }
        if let Some(found) = &pattern.size {
            let reference =
                Reference { field, found, kind: "size of the workload", list: &hint, failed: self.failed };
            reference.check(source, context, &workload.sizes, errors);
        }
        self.interpreter_names(source, context, field, pattern.interpreter.as_slice(), errors);
    }
}

/// Axes that are given without any value.
pub(super) fn empty_axes(axes: &Axes) -> impl Iterator<Item = &'static str> {
    let lengths = [
        ("size", axes.size.as_ref().map(Vec::len)),
        ("workers", axes.workers.as_ref().map(Vec::len)),
        ("omp", axes.omp.as_ref().map(Vec::len)),
        ("affinity", axes.affinity.as_ref().map(Vec::len)),
        ("gil", axes.gil.as_ref().map(Vec::len)),
        ("start_method", axes.start_method.as_ref().map(Vec::len)),
        ("quota", axes.quota.as_ref().map(Vec::len)),
    ];
    lengths.into_iter().filter(|(_, length)| *length == Some(0)).map(|(axis, _)| axis)
}

/// An axis that no strategy of the group uses would silently make no difference.
fn unused_axes(
    source: &Source,
    field: &dyn Fn(&str) -> String,
    group: &Group,
    workload: &Workload,
    errors: &mut Vec<DataError>,
) {
    let axes = &group.axes;
    let used = |axis: Axis| {
        let chosen = |name: &Name| group.strategies.as_ref().is_none_or(|list| list.contains(name));
        workload.strategies.iter().any(|(name, strategy)| chosen(name) && strategy.uses.contains(&axis))
    };
    let given = [axes.workers.is_some(), axes.omp.is_some(), axes.start_method.is_some()];
    for axis in unused(given, used) {
        let words = ["groups", group.workload.as_str(), axis];
        errors.push(source.value_error(
            &words,
            &field(&format!("axes.{axis}")),
            "an axis that none of the strategies uses",
            "an axis that a strategy lists under `uses`",
        ));
    }
}

/// Which of `workers`, `omp` and `start_method` are given though they make no difference.
pub(super) fn unused(given: [bool; 3], used: impl Fn(Axis) -> bool) -> impl Iterator<Item = &'static str> {
    let axes = [("workers", Axis::Workers), ("omp", Axis::Omp), ("start_method", Axis::StartMethod)];
    let unused =
        move |((name, axis), given): ((&'static str, Axis), bool)| (given && !used(axis)).then_some(name);
    axes.into_iter().zip(given).filter_map(unused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_finds_its_parameters_in_every_size_and_slow_items_have_a_delay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("workload.yaml");
        let text = "\
name: ask
title: Ask
summary: Asks.
bound: waiting
server: {delay_ms: delay, body_bytes: bytes, error_every: errors, slow_every: delay}
sizes:
  default:
    parameters: {delay: 1, bytes: 2}
    digest: 4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
strategies:
  sequential: {}
";
        std::fs::write(&path, text).unwrap();
        let source = Source::read(&path).unwrap();
        let mut errors = Vec::new();
        server(&source, &source.parse().unwrap(), &mut errors);
        let found: Vec<String> = errors.iter().map(|error| error.kind.to_string()).collect();
        assert_eq!(
            found,
            [
                "line 5, field `server.error_every`: found `errors`, expected a parameter of every size",
                "line 5, field `server.slow_every`: found no `slow_ms` beside it, expected both `slow_every` and \
                 `slow_ms`, or neither",
            ]
        );
    }
}
