//! One file per verb.

mod ab;
mod bench_all;
mod check;
mod claims;
mod claims_document;
mod compare;
mod completions;
mod diagnose;
mod earlier;
mod explain;
mod imports;
mod install;
mod internal;
mod interpreters;
mod list;
mod lock;
mod new;
mod pictures;
mod planning;
mod protocol;
mod report;
mod run;
mod suites;
mod system;
mod timeit;

use std::process::ExitCode;

pub(crate) use self::ab::CommandFailed;
pub(crate) use self::diagnose::{Named as NamedVerdict, verdict};
pub(crate) use self::timeit::TooFewCpus;
use crate::cli::{Arguments, Interpreters, New, Protocol, Verb};

/// Runs the verb.
pub(crate) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let common = &arguments.common;
    match arguments.verb {
        Verb::BenchAll(verb) => bench_all::run(common, &verb),
        Verb::Run(verb) => run::run(common, &verb),
        Verb::Ab(verb) => ab::run(&verb),
        Verb::Diagnose(verb) => diagnose::run(common, &verb),
        Verb::Timeit(verb) => timeit::run(common, &verb),
        Verb::List(verb) => list::run(common, &verb),
        Verb::New(New::Workload { name }) => new::workload(common, &name),
        Verb::Check => check::run(common),
        Verb::Interpreters { verb: Interpreters::List { containers, format } } => {
            interpreters::list(common, containers, format)
        }
        Verb::Interpreters { verb: Interpreters::Probe { interpreter } } => {
            interpreters::probe(common, &interpreter)
        }
        Verb::Interpreters { verb: Interpreters::Lock(verb) } => lock::run(common, &verb),
        Verb::Interpreters { verb: Interpreters::Diff { a, b, format } } => {
            interpreters::diff(common, [&a, &b], format)
        }
        Verb::Interpreters { verb: Interpreters::Install(verb) } => install::run(common, &verb),
        Verb::Interpreters { verb: Interpreters::Remove { interpreters } } => {
            install::remove(common, &interpreters)
        }
        Verb::Interpreters { verb: Interpreters::Gc } => install::collect_garbage(common),
        Verb::Claims(verb) => claims::run(common, &verb),
        Verb::Report(verb) => report::run(common, &verb),
        Verb::System { format } => system::run(format),
        Verb::Compare(verb) => compare::run(common, &verb),
        Verb::Imports(verb) => imports::run(common, &verb),
        Verb::Protocol { verb: Protocol::Check(verb) } => protocol::check(common, &verb),
        Verb::Completions { shell } => completions::run(shell),
        Verb::Launcher { connect } => internal::launcher(connect.as_deref()),
        Verb::NativeWorker { facts } => internal::native_worker(facts),
        Verb::NativeSpin => internal::native_spin(),
        Verb::Serve(verb) => internal::serve(&verb),
    }
}
