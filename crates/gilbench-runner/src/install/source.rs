//! Builds an interpreter from a tarball: `configure`, `make`, `make install`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gilbench_model::provider::SourceTarball;

use super::command::{Command, find_program};
use super::download::Downloader;
use super::{InstallError, InstallFailure, Job, Product, Step};

/// A build by profile and at link time takes most of an hour on a small machine; nothing takes this long.
const LIMIT: Duration = Duration::from_hours(3);

/// What a build needs, and the Debian packages that have it. The libraries are for the modules that CPython leaves
/// out in silence where they are missing.
const PACKAGES: &str = "gcc libc6-dev make pkg-config xz-utils libssl-dev zlib1g-dev libffi-dev libsqlite3-dev \
    libbz2-dev liblzma-dev libreadline-dev uuid-dev libncurses-dev";

/// Builds below the scratch folder for the destination, and leaves the result in the staging folder.
pub(super) fn provide(source: &SourceTarball, job: &Job<'_>) -> Result<Product, InstallError> {
    let tools = Tools::find()?;
    let tarball = Downloader::new().fetch(job, &source.urls, &source.sha256)?;
    let (sources, root) = (job.scratch.join("source"), job.scratch.join("root"));
    std::fs::create_dir_all(&sources)?;
    let log = job.scratch.join("log");

    let run = |step: &str, command: Command| {
        (job.progress)(Step::Work { what: step });
        command.run(&log, job.interrupted).map_err(|error| {
            let error = error.of_step(step, &log);
            if error.failure == InstallFailure::Build { keep_log(&log, job.log, error) } else { error }
        })
    };
    let command = |program: &Path| Command::new(program, &sources, LIMIT);
    let unpack = Command::new(&tools.tar, job.scratch, LIMIT).argument("-xf").argument(&tarball);
    run("unpacking", unpack.argument("-C").argument(&sources).argument("--strip-components=1"))?;
    let mut prefix = std::ffi::OsString::from("--prefix=");
    prefix.push(job.destination);
    let configure = command(&sources.join("configure")).argument("--quiet").argument(prefix);
    let optimised = source.optimised.iter().filter(|_| job.optimised);
    run("configuring", configure.arguments(&source.configure).arguments(optimised))?;
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let make = || command(&tools.make).argument("--silent");
    run("compiling", make().argument(format!("--jobs={jobs}")))?;
    let mut destination = std::ffi::OsString::from("DESTDIR=");
    destination.push(&root);
    run("installing", make().argument("install").argument(destination))?;

    let installed = root.join(job.destination.strip_prefix("/").unwrap_or(job.destination));
    if !installed.join(&source.executable).exists() {
        let executable = source.executable.display();
        let message = format!("the build has installed no `{executable}`");
        return Err(keep_log(&log, job.log, InstallError::new(InstallFailure::Build, message)));
    }
    drop_tests(&installed)?;
    // The staging folder is empty, so it can be replaced.
    std::fs::rename(&installed, job.staging)?;
    Ok(Product {
        executable: Some(source.executable.clone()),
        sources: vec![format!("{} sha256:{}", source.urls.join(" or "), source.sha256.as_str())],
        ..Product::default()
    })
}

struct Tools {
    tar: PathBuf,
    make: PathBuf,
}

impl Tools {
    fn find() -> Result<Self, InstallError> {
        let need = |name: &str| {
            find_program(name).ok_or_else(|| {
                InstallError::new(InstallFailure::NoTool, format_args!("`{name}` is not on the PATH"))
                    .with_hint(format!("apt-get install {PACKAGES}"))
            })
        };
        // `configure` picks the compiler itself, and honours CC.
        if std::env::var_os("CC").is_none()
            && ["gcc", "clang"].iter().all(|name| find_program(name).is_none())
        {
            need("cc")?;
        }
        Ok(Self { tar: need("tar")?, make: need("make")? })
    }
}

/// Most of what CPython installs is its own test suite, which nothing here runs.
fn drop_tests(installed: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(installed.join("lib")).into_iter().flatten().flatten() {
        let tests = entry.path().join("test");
        if entry.file_name().to_string_lossy().starts_with("python") && tests.is_dir() {
            std::fs::remove_dir_all(tests)?;
        }
    }
    Ok(())
}

/// Keeps what was said where the user can read it, and says where.
fn keep_log(log: &Path, kept: &Path, error: InstallError) -> InstallError {
    let moved =
        kept.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::rename(log, kept));
    match moved {
        Ok(()) => InstallError { message: format!("{}; see `{}`", error.message, kept.display()), ..error },
        Err(_) => error,
    }
}
