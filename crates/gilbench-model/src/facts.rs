//! What an interpreter says of itself: in a probe, and in every worker's `hello`.

use serde::{Deserialize, Serialize};

/// Facts about a running interpreter. `null` means that it cannot say. What has a default was added later: older
/// runs and other people's workers lack it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// `cpython`, `pypy`, `graalpy`, `jython`, `micropython`, `rust`, …, in lower case.
    pub implementation: String,
    /// The language version for a Python (`3.13.5`), else the implementation's own.
    pub version: String,
    /// The whole version text (`sys.version`).
    pub version_text: String,
    /// The executable as the interpreter knows it.
    pub executable: Option<String>,
    /// Operating system and architecture.
    pub platform: Option<String>,
    /// Compiler and flags.
    pub build: Build,
    /// The global interpreter lock.
    pub gil: GilFacts,
    /// Just-in-time compiler: `none`, `pypy`, `graal`, `copy-and-patch`, …
    pub jit: Option<String>,
    /// Whether the build has such a compiler, in force or not.
    #[serde(default)]
    pub jit_available: Option<bool>,
    /// What serves its objects' memory.
    #[serde(default)]
    pub allocator: Allocator,
    /// The start method in force, if `multiprocessing` exists.
    pub start_method: Option<String>,
    /// The start methods that exist.
    pub start_methods: Option<Vec<String>>,
    /// CPUs seen by the interpreter.
    pub cpus: CpuFacts,
    /// The clock behind the wall times.
    pub clock: ClockFacts,
    /// Installed packages that some workload asks for, and what was imported.
    pub packages: Vec<Package>,
    /// What came of importing each of them; only a probe tries.
    #[serde(default)]
    pub imports: Option<Vec<Import>>,
    /// The library behind NumPy's matrix products, where that was imported.
    #[serde(default)]
    pub blas: Option<Blas>,
}

/// How an interpreter was built.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// The compiler, as the interpreter reports it.
    pub compiler: Option<String>,
    /// Arguments of `configure`, without the prefix.
    pub configure: Option<String>,
    /// Profile-guided optimisation.
    pub pgo: Option<bool>,
    /// Link-time optimisation.
    pub lto: Option<bool>,
}

/// What serves the memory of an interpreter's objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allocator {
    /// The one that small objects come from: `pymalloc`, `mimalloc`, `malloc`, `incminimark`, …
    pub in_force: Option<String>,
    /// CPython's own is built in.
    pub pymalloc: Option<bool>,
    /// mimalloc is built in.
    pub mimalloc: Option<bool>,
}

/// What came of importing a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// Its name on the index.
    pub package: String,
    /// What went wrong, in one line.
    pub error: Option<String>,
    /// Whether the GIL was in force after it.
    pub gil_enabled: Option<bool>,
}

/// The library behind matrix products.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blas {
    /// Its name, as NumPy was built with it: `scipy-openblas`, …
    pub library: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// So many threads it uses.
    pub threads: Option<u32>,
}

/// The state of the global interpreter lock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GilFacts {
    /// This build always has one (false: a free-threaded build, or an interpreter without any).
    pub built: Option<bool>,
    /// In force when the worker started.
    pub enabled_before_imports: Option<bool>,
    /// In force when the workload was imported: an extension may have switched it back on.
    pub enabled_after_imports: Option<bool>,
}

/// CPUs as an interpreter sees them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CpuFacts {
    /// `os.cpu_count()`.
    pub count: Option<u32>,
    /// Length of `os.sched_getaffinity(0)`, where that exists.
    pub affinity: Option<u32>,
    /// `Cpus_allowed_list` of the process.
    pub allowed: Option<String>,
}

/// The clock of the wall times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockFacts {
    /// Its name.
    pub name: Option<String>,
    /// Its resolution.
    pub resolution_ns: Option<u64>,
}

/// An installed package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name on the index.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The tags of the installed wheel: `py3-none-any` is pure Python.
    pub wheel_tag: Option<String>,
}

impl Facts {
    /// Whether the GIL is in force, as far as is known now.
    pub fn gil_enabled(&self) -> Option<bool> {
        self.gil.enabled_after_imports.or(self.gil.enabled_before_imports)
    }

    /// The packages whose import switched the GIL on.
    pub fn gil_switched_on_by(&self) -> Vec<&str> {
        if self.gil.enabled_before_imports != Some(false) {
            return Vec::new();
        }
        let imports = self.imports.iter().flatten().filter(|import| import.gil_enabled == Some(true));
        imports.map(|import| import.package.as_str()).collect()
    }

    /// Whether a compiler changes the code while it runs.
    pub fn has_jit(&self) -> bool {
        self.jit.as_deref().is_some_and(|jit| jit != "none")
    }
}
