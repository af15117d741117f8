//! Images: pulled by digest, or made from Debian's own packages, and built from one Containerfile.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use gilbench_model::provider::{Image, Provider, Rootfs};

use super::engine::{Engine, EngineError, finished_short, finished_with};
use crate::install::command::find_program;
use crate::install::{InstallError, InstallFailure, Job, Product, Step};

/// Pulling, making or building an image. The largest took a minute on two busy CPUs.
const LIMIT: Duration = Duration::from_mins(20);

/// Where Debian's archive is, unless [`MIRROR_VARIABLE`] says otherwise. Its index is signed, so any mirror will do.
const MIRROR: &str = "http://deb.debian.org/debian";

/// Names another mirror of Debian's archive.
const MIRROR_VARIABLE: &str = "GILBENCH_DEBIAN_MIRROR";

/// Begins the name of every image that is made here.
const PREFIX: &str = "localhost/gilbench";

/// Begins the name of every Debian system that is made here; the suite's name ends it.
const SYSTEM: &str = "localhost/gilbench/debian:";

/// Gets the image of a provider that makes one.
pub fn provide(provider: &Provider, job: &Job<'_>) -> Result<Product, InstallError> {
    let engine = (job.engine)().map_err(|error| match error {
        EngineError::Interrupted(_) => InstallError::interrupted(),
        error => InstallError::new(InstallFailure::NoEngine, error).with_hint("apt-get install podman"),
    })?;
    let name = image_name(job.id, provider);
    let maker = Maker { engine: &*engine, job };
    let sources = match provider {
        _ if has_image(&*engine, &name) => vec!["an image that was there already".to_owned()],
        Provider::Container(image) => maker.pulled(image, &name)?,
        Provider::Rootfs(rootfs) => maker.made_of_packages(rootfs, &name)?,
        _ => {
            return Err(InstallError::new(
                InstallFailure::Failed,
                format!("`{}` makes no image", provider.kind()),
            ));
        }
    };
    let executable = provider.executable_in_image().map(Path::to_owned);
    Ok(Product { executable, image: Some(name), needs: Vec::new(), sources })
}

/// The name of the image that a provider makes: another definition makes another image.
pub fn image_name(id: &str, provider: &Provider) -> String {
    format!("{PREFIX}/{id}:{}", provider.key())
}

/// Whether the engine has an image.
pub fn has_image(engine: &dyn Engine, name: &str) -> bool {
    let arguments = ["inspect", "--format={{.Id}}", name].map(str::to_owned);
    finished_short(&engine.command("image", &arguments)).is_ok()
}

/// Bytes of an image, as its engine counts them.
pub fn image_bytes(engine: &dyn Engine, name: &str) -> Option<u64> {
    let command = engine.command("image", &["inspect", "--format={{.Size}}", name].map(str::to_owned));
    let output = finished_short(&command).ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

/// Removes an image, unless a container uses it. Not an error when it is gone.
pub fn remove_image(engine: &dyn Engine, name: &str) -> Result<(), EngineError> {
    if !has_image(engine, name) {
        return Ok(());
    }
    let command = engine.command("rmi", &[name.to_owned()]);
    finished_short(&command).map(drop)
}

/// Names of all images that the engine has.
pub(super) fn images(engine: &dyn Engine) -> Result<BTreeSet<String>, EngineError> {
    let command = engine.command("images", &["--format", "{{.Repository}}:{{.Tag}}"].map(str::to_owned));
    let output = finished_short(&command)?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// Debian systems that were made here, and from which no image of ours is made any more.
pub fn unused_systems(engine: &dyn Engine) -> Result<Vec<String>, EngineError> {
    let ours: Vec<String> =
        images(engine)?.into_iter().filter(|name| name.starts_with(&format!("{PREFIX}/"))).collect();
    if !ours.iter().any(|name| is_system(name)) {
        return Ok(Vec::new());
    }
    let format = "--format={{json .RootFS.Layers}}".to_owned();
    let arguments: Vec<String> =
        ["inspect".to_owned(), format].into_iter().chain(ours.iter().cloned()).collect();
    let output = finished_short(&engine.command("image", &arguments))?;
    let layers = String::from_utf8_lossy(&output.stdout);
    let layers = layers.lines().map(|line| serde_json::from_str(line).unwrap_or_default());
    let images: Vec<(&String, Vec<String>)> = ours.iter().zip(layers).collect();
    Ok(unused(&images).into_iter().cloned().collect())
}

/// The systems among images and their layers that no other image begins with.
fn unused<'a>(images: &[(&'a String, Vec<String>)]) -> Vec<&'a String> {
    let used = |system: &[String]| {
        images.iter().any(|(name, layers)| !is_system(name) && layers.starts_with(system))
    };
    let systems = images.iter().filter(|(name, _)| is_system(name));
    // Where no layer is known, nothing is known.
    systems.filter(|(_, layers)| !layers.is_empty() && !used(layers)).map(|(name, _)| *name).collect()
}

fn is_system(name: &str) -> bool {
    name.starts_with(SYSTEM)
}

struct Maker<'a> {
    engine: &'a dyn Engine,
    job: &'a Job<'a>,
}

impl Maker<'_> {
    fn pulled(&self, image: &Image, name: &str) -> Result<Vec<String>, InstallError> {
        if !has_image(self.engine, &image.image) {
            if self.job.offline {
                let message = format!("`{}` is not here, and nothing may be fetched", image.image);
                return Err(InstallError::new(InstallFailure::Offline, message));
            }
            self.run("pulling", &["pull".to_owned(), image.image.clone()], InstallFailure::NoImage)?;
        }
        self.complete(&image.image, &image.packages, name)?;
        Ok(vec![image.image.clone()])
    }

    fn made_of_packages(&self, rootfs: &Rootfs, name: &str) -> Result<Vec<String>, InstallError> {
        let base = format!("{SYSTEM}{}", rootfs.suite);
        let mirror = std::env::var(MIRROR_VARIABLE).unwrap_or_else(|_| MIRROR.to_owned());
        if !has_image(self.engine, &base) {
            self.bootstrap(&rootfs.suite, &mirror, &base)?;
        }
        self.complete(&base, &rootfs.packages, name)?;
        Ok(vec![format!("{mirror} {}, signed by Debian", rootfs.suite)])
    }

    /// Makes a Debian system from its packages and imports it.
    fn bootstrap(&self, suite: &str, mirror: &str, base: &str) -> Result<(), InstallError> {
        if self.job.offline {
            let message = format!("there is no image of `{suite}`, and nothing may be fetched");
            return Err(InstallError::new(InstallFailure::Offline, message));
        }
        let no_tool = |message: &str, hint: &str| {
            Err(InstallError::new(InstallFailure::NoTool, message).with_hint(hint))
        };
        let Some(debootstrap) = find_program("debootstrap").or_else(|| system_tool("debootstrap")) else {
            return no_tool("debootstrap is not installed", "apt-get install debootstrap");
        };
        let Some(tar) = find_program("tar") else {
            return no_tool("tar is not installed", "apt-get install tar");
        };
        if !rustix::process::geteuid().is_root() {
            return Err(InstallError::new(
                InstallFailure::NoTool,
                "debootstrap makes a system's files as root only, and root's images are not yours",
            ));
        }
        let rootfs = self.job.scratch.join("rootfs");
        let text = |path: &Path| path.to_string_lossy().into_owned();
        // Unsigned packages are refused, whatever the configuration says.
        let options =
            ["--variant=minbase", "--include=ca-certificates", "--force-check-gpg"].map(str::to_owned);
        let mut command = vec![text(&debootstrap)];
        command.extend(options);
        command.extend([suite.to_owned(), text(&rootfs), mirror.to_owned()]);
        self.finish("making a Debian system", &command, InstallFailure::Unreachable)?;
        for fetched in ["var/cache/apt/archives", "var/lib/apt/lists"] {
            let _ = std::fs::remove_dir_all(rootfs.join(fetched));
            std::fs::create_dir_all(rootfs.join(fetched).join("partial"))?;
        }
        let archive = self.job.scratch.join("rootfs.tar");
        let packed =
            [text(&tar), "-C".to_owned(), text(&rootfs), "-cf".to_owned(), text(&archive), ".".to_owned()];
        self.finish("packing it", &packed, InstallFailure::Build)?;
        self.run(
            "importing it",
            &["import".to_owned(), text(&archive), base.to_owned()],
            InstallFailure::NoImage,
        )?;
        let _ = std::fs::remove_file(&archive);
        Ok(())
    }

    /// Adds packages to an image, or only names it if there are none.
    fn complete(&self, base: &str, packages: &[String], name: &str) -> Result<(), InstallError> {
        if packages.is_empty() {
            return self.run("naming it", &["tag", base, name].map(str::to_owned), InstallFailure::NoImage);
        }
        if self.job.offline {
            let message = format!("{} would have to be fetched", packages.join(", "));
            return Err(InstallError::new(InstallFailure::Offline, message));
        }
        let file = self.job.root.join("interpreters/Containerfile");
        let mut arguments = vec!["build".to_owned()];
        arguments.extend(self.engine.build_options());
        arguments.extend([
            // What the packages are fetched through; the containers that are measured have no network.
            "--network=host".to_owned(),
            format!("--build-arg=BASE={base}"),
            format!("--build-arg=PACKAGES={}", packages.join(" ")),
            format!("--tag={name}"),
            format!("--file={}", file.display()),
            // The context: nothing of it is copied.
            self.job.staging.to_string_lossy().into_owned(),
        ]);
        self.run("adding packages", &arguments, InstallFailure::Build)
    }

    /// Runs a verb of the engine.
    fn run(&self, what: &str, arguments: &[String], failure: InstallFailure) -> Result<(), InstallError> {
        let (verb, rest) =
            arguments.split_first().map_or(("", arguments), |(verb, rest)| (verb.as_str(), rest));
        self.finish(what, &self.engine.command(verb, rest), failure)
    }

    fn finish(&self, what: &str, command: &[String], failure: InstallFailure) -> Result<(), InstallError> {
        (self.job.progress)(Step::Work { what });
        let result = finished_with(command, LIMIT, self.job.interrupted);
        if (self.job.interrupted)() {
            return Err(InstallError::new(InstallFailure::Interrupted, "interrupted"));
        }
        result.map(drop).map_err(|error| {
            let text = error.to_string();
            let full = text.to_lowercase().contains("no space left on device");
            InstallError::new(if full { InstallFailure::DiskFull } else { failure }, text)
        })
    }
}

/// Tools of the system are not on every user's PATH.
fn system_tool(name: &str) -> Option<std::path::PathBuf> {
    let path = Path::new("/usr/sbin").join(name);
    path.is_file().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_of_use_while_an_image_begins_with_its_layers() {
        let [used, unused_one, child, unknown] =
            [&format!("{SYSTEM}a"), &format!("{SYSTEM}b"), "localhost/gilbench/x:1", &format!("{SYSTEM}c")]
                .map(str::to_owned);
        let layers = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let images = [
            (&used, layers(&["1"])),
            (&unused_one, layers(&["2"])),
            (&child, layers(&["1", "2"])),
            (&unknown, layers(&[])),
        ];
        assert_eq!(unused(&images), [&unused_one]);
    }
}
