//! What came of one package on one interpreter: the shape of `gilbench imports --format json`.

use serde::Serialize;

use super::wheel::Wheel;

/// A row of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// As it was asked for.
    pub requirement: String,
    /// Its name, normalised.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, where it does not work.
    pub message: Option<String>,
    /// The version that was installed.
    pub version: Option<String>,
    /// What it was installed from.
    pub wheel: Option<Wheel>,
    /// Whether it is compiled.
    pub code: Option<Code>,
    /// So many extension modules it has.
    pub extensions: Option<u32>,
    /// What it says itself of running without a GIL, such as `2 - Beta`.
    pub declares: Option<String>,
    /// The modules that were imported, in this order.
    pub modules: Vec<Module>,
    /// The GIL before and after that.
    pub gil: Gil,
    /// What switched the GIL on.
    pub switched_on_by: Option<Culprit>,
    /// What a build with a GIL of the same version would get; none for such a build, and where nobody knows.
    pub with_gil: Option<WithGil>,
}

/// What came of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It installs, it imports, and the GIL stays off.
    Works,
    /// It installs and imports, on an interpreter that has a GIL in any case.
    Imports,
    /// An import switches the GIL on.
    GilOn,
    /// A module does not import.
    ImportFailed,
    /// The interpreter died in an import.
    Crashed,
    /// An import did not end.
    TimedOut,
    /// There is a source distribution, and no wheel for this interpreter.
    OnlySource,
    /// There are only wheels for other interpreters.
    NoWheel,
    /// No version is what was asked for.
    NoVersion,
    /// The index does not know it.
    NotFound,
    /// Its marker leaves it out for this interpreter.
    LeftOut,
    /// Installing it failed in another way.
    InstallFailed,
}

impl Outcome {
    /// Whether it does all that was asked of it.
    pub fn is_good(self) -> bool {
        matches!(self, Self::Works | Self::Imports)
    }
}

/// Whether a package is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// It has extension modules, or another compiled part.
    Compiled,
    /// It is Python alone.
    Pure,
    /// It is Python alone here, and compiled where there is a GIL.
    PureFallback,
}

/// A module that was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// What went wrong, in one line.
    pub error: Option<String>,
    /// Whether the GIL was in force after it.
    pub gil_enabled: Option<bool>,
}

/// The GIL before and after a package was imported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Gil {
    /// Before it.
    pub before: Option<bool>,
    /// After it.
    pub after: Option<bool>,
}

/// What switched the GIL on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Culprit {
    /// The extension module, as the interpreter names it.
    pub module: Option<String>,
    /// The package that it belongs to.
    pub package: Option<String>,
    /// Whether importing the package is enough; else it happens once this extension module is used.
    pub on_import: bool,
}

/// What a build with a GIL would get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WithGil {
    /// The version.
    pub version: String,
    /// The wheel.
    pub wheel: Wheel,
}
