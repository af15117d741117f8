//! What is compared: the user's commands, each with what belongs to it, for every combination of parameters.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use gilbench_model::condition::Affinity;
use gilbench_model::machine::Allowance;
use gilbench_runner::commands::{Around, Command, CommandError};
use gilbench_runner::launcher::carried;

use crate::cli::Ab;
use crate::exit::UsageError;

/// One command with what belongs to it.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) around: Around,
    pub(super) setup: Option<String>,
    pub(super) cleanup: Option<String>,
}

/// Two commands that are compared.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) a: Variant,
    pub(super) b: Variant,
    /// The values that both have; those that only one has are in its name.
    pub(super) parameters: BTreeMap<String, String>,
}

/// A value for each placeholder.
type Values = BTreeMap<String, String>;

/// The pairs that the arguments mean: each command with the first, for every combination of parameters; a single
/// command's combinations with the first of them.
pub(super) fn pairs(arguments: &Ab, allowance: &Allowance) -> anyhow::Result<Vec<Pair>> {
    let combinations = combinations(arguments)?;
    let sides =
        [arguments.commands.len(), arguments.affinity.len(), arguments.omp.len(), arguments.input.len()];
    let sides = sides.into_iter().max().unwrap_or(1);
    let variants = |values: &Values| -> anyhow::Result<Vec<Variant>> {
        (0..sides).map(|side| variant(arguments, allowance, values, (side, sides))).collect()
    };
    if sides > 1 {
        let mut pairs = Vec::new();
        for values in &combinations {
            let mut variants = variants(values)?.into_iter();
            let Some(a) = variants.next() else { continue };
            pairs.extend(variants.map(|b| Pair { a: a.clone(), b, parameters: values.clone() }));
        }
        return Ok(pairs);
    }
    let mut all = Vec::new();
    for values in &combinations {
        let named = |mut variant: Variant| {
            if !values.is_empty() {
                let values: Vec<String> =
                    values.iter().map(|(name, value)| format!("{name}={value}")).collect();
                variant.name = format!("{} ({})", variant.name, values.join(", "));
            }
            variant
        };
        all.extend(variants(values)?.into_iter().map(named));
    }
    let mut all = all.into_iter();
    let (Some(a), true) = (all.next(), all.len() > 0) else {
        let hint = "`gilbench ab 'python3 a.py' 'python3 b.py'`, or one command with `--parameter-list n 1,2,4` or \
                    two `--affinity` or `--omp`";
        return Err(UsageError::new("one command has nothing to be compared with", hint).into());
    };
    Ok(all.map(|b| Pair { a: a.clone(), b, parameters: Values::new() }).collect())
}

/// All combinations of the lists' values, the last list varying fastest; one without values where there is no list.
fn combinations(arguments: &Ab) -> anyhow::Result<Vec<Values>> {
    let mut combinations = vec![Values::new()];
    for list in arguments.parameter_list.chunks_exact(2) {
        let (name, values) = (&list[0], list[1].split(',').map(str::trim).collect::<Vec<_>>());
        let wrong = if name.is_empty() || values.contains(&"") {
            Some("a parameter needs a name and values".to_owned())
        } else if combinations.iter().any(|known| known.contains_key(name)) {
            Some(format!("the parameter `{name}` has two lists"))
        } else if let Some(twice) =
            values.iter().enumerate().find(|(at, value)| values[..*at].contains(value))
        {
            Some(format!("the parameter `{name}` has the value `{}` twice", twice.1))
        } else if !arguments.places().any(|text| text.contains(&placeholder(name))) {
            Some(format!("no command has `{}`", placeholder(name)))
        } else {
            None
        };
        if let Some(message) = wrong {
            let hint = "`--parameter-list n 1,2,4` puts 1, 2 and 4 in the place of `{n}`";
            return Err(UsageError::new(message, hint).into());
        }
        combinations = combinations
            .iter()
            .flat_map(|known| {
                values.iter().map(move |value| {
                    let mut values = known.clone();
                    values.insert(name.clone(), (*value).to_owned());
                    values
                })
            })
            .collect();
    }
    Ok(combinations)
}

/// What a parameter's values are put in the place of.
fn placeholder(name: &str) -> String {
    format!("{{{name}}}")
}

fn variant(
    arguments: &Ab,
    allowance: &Allowance,
    values: &Values,
    place: (usize, usize),
) -> anyhow::Result<Variant> {
    let fill = |text: &String| {
        values.iter().fold(text.clone(), |text, (name, value)| text.replace(&placeholder(name), value))
    };
    let text = fill(of("commands", &arguments.commands, place)?.ok_or_else(|| usage(&CommandError::Empty))?);
    let command = if arguments.shell { Command::of_shell(&text) } else { Command::parse(&text) }
        .map_err(|error| usage(&error))?;
    let mut name = of("--name", &arguments.name, place)?.map_or_else(|| text.clone(), fill);
    let affinity = of("--affinity", &arguments.affinity, place)?;
    let omp = of("--omp", &arguments.omp, place)?;
    // What tells the sides apart belongs to the name.
    if arguments.name.is_empty() {
        let apart = [
            affinity.filter(|_| arguments.affinity.len() > 1).map(|cpus| format!("affinity={cpus}")),
            omp.filter(|_| arguments.omp.len() > 1).map(|threads| format!("omp={threads}")),
        ];
        for part in apart.into_iter().flatten() {
            name = format!("{name} ({part})");
        }
    }
    let input = of("--input", &arguments.input, place)?;
    let optional = |what, list| Ok::<_, anyhow::Error>(of(what, list, place)?.map(fill));
    Ok(Variant {
        name,
        around: Around {
            command,
            environment: environment(omp.copied()),
            cpus: cpus(affinity, allowance)?,
            input: input.map(readable).transpose()?,
            prepare: optional("--prepare", &arguments.prepare)?,
            conclude: optional("--conclude", &arguments.conclude)?,
        },
        setup: optional("--setup", &arguments.setup)?,
        cleanup: optional("--cleanup", &arguments.cleanup)?,
    })
}

/// The value of one side: its own, or the one for all.
fn of<'a, T>(what: &str, list: &'a [T], (side, sides): (usize, usize)) -> anyhow::Result<Option<&'a T>> {
    match list {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        list if list.len() == sides => Ok(list.get(side)),
        list => {
            let message = format!("{what}: found {}, expected 1 or {sides}", list.len());
            Err(UsageError::new(message, "give one for all commands, or one for each, in their order").into())
        }
    }
}

fn usage(error: &CommandError) -> anyhow::Error {
    let hint = match error {
        CommandError::NeedsShell { .. } => {
            "`--shell` runs the commands by `sh -c`; quotes around a word keep it as it is"
        }
        CommandError::Unbalanced(_) => {
            "quote the whole command once more, or escape the quote by a backslash"
        }
        CommandError::Empty => "`gilbench ab 'python3 a.py' 'python3 b.py'`",
        CommandError::NotFound(_) => "give its path, or add its folder to `PATH`",
        CommandError::NotExecutable(_) => {
            "`chmod +x` makes it executable; a script may need its interpreter in front"
        }
    };
    UsageError::new(error.to_string(), hint).into()
}

/// Ours, as a shell would pass it on, and what is asked for.
fn environment(omp: Option<u32>) -> Vec<(String, String)> {
    let ours = std::env::vars_os();
    let mut environment: Vec<(String, String)> =
        ours.map(|(name, value)| (carried(name), carried(value))).collect();
    if let Some(threads) = omp {
        for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] {
            environment.push((name.to_owned(), threads.to_string()));
        }
    }
    environment
}

fn cpus(affinity: Option<&Affinity>, allowance: &Allowance) -> anyhow::Result<Vec<u32>> {
    let affinity = affinity.unwrap_or(&Affinity::All);
    affinity.resolve(&allowance.cpus).ok_or_else(|| {
        let allowed: Vec<String> = allowance.cpus.iter().map(u32::to_string).collect();
        let message = format!("--affinity: found `{affinity}`, expected CPUs out of {}", allowed.join(", "));
        UsageError::new(message, "`all`, `half`, `one`, or a list such as `0-2+5`").into()
    })
}

fn readable(path: &PathBuf) -> anyhow::Result<PathBuf> {
    // A folder can be opened, and not be read.
    let opened = std::fs::File::open(path).and_then(|file| {
        let is_folder = file.metadata()?.is_dir();
        if is_folder { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(()) }
    });
    match opened {
        Ok(()) => Ok(path.clone()),
        Err(error) => {
            let message = format!("--input: cannot read `{}`: {error}", path.display());
            Err(UsageError::new(message, "it is opened anew for each process").into())
        }
    }
}
