//! What the native worker says of itself.

use gilbench_model::facts::{Allocator, Build, ClockFacts, CpuFacts, Facts, GilFacts};

/// The facts of this program.
pub fn facts() -> Facts {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let resolution = rustix::time::clock_getres(rustix::time::ClockId::Monotonic);
    Facts {
        implementation: "rust".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        version_text: format!("gilbench {}", env!("CARGO_PKG_VERSION")),
        executable: None,
        platform: Some(format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH)),
        build: Build::default(),
        gil: GilFacts {
            built: Some(false),
            enabled_before_imports: Some(false),
            enabled_after_imports: Some(false),
        },
        jit: Some("none".to_owned()),
        jit_available: Some(false),
        allocator: Allocator { in_force: Some("malloc".to_owned()), ..Allocator::default() },
        start_method: None,
        start_methods: None,
        cpus: CpuFacts {
            count: None,
            affinity: std::thread::available_parallelism()
                .ok()
                .and_then(|cpus| u32::try_from(cpus.get()).ok()),
            allowed: allowed.map(|list| list.trim().to_owned()),
        },
        clock: ClockFacts {
            name: Some("CLOCK_MONOTONIC".to_owned()),
            resolution_ns: u64::try_from(resolution.tv_nsec).ok(),
        },
        packages: Vec::new(),
        imports: None,
        blas: None,
    }
}
