//! Puts Java archives and a JDK together: the archives come from Maven Central or a mirror of it, the JDK is on
//! this machine.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gilbench_model::provider::{Artifact, Maven};

use super::command::{Command, find_program, is_executable};
use super::download::{Downloader, place};
use super::{InstallError, InstallFailure, Job, Product, Step};

/// Maven Central.
const CENTRAL: &str = "https://repo1.maven.org/maven2";

/// Names a mirror of it.
const MIRROR: &str = "GILBENCH_MAVEN";

/// Where distributions put JDKs.
const USUAL: &str = "/usr/lib/jvm";

/// `java -version` starts a virtual machine.
const LIMIT: Duration = Duration::from_secs(30);

/// Fetches the archives and writes the script that starts the interpreter.
pub(super) fn provide(maven: &Maven, job: &Job<'_>) -> Result<Product, InstallError> {
    let jdk = find_jdk(maven.java, job)?;
    let variable = std::env::var(MIRROR).ok().filter(|value| !value.is_empty());
    let base = variable.unwrap_or_else(|| CENTRAL.to_owned());
    let downloader = Downloader::new();
    let mut sources = Vec::new();
    for artifact in &maven.artifacts {
        let path = path_of(artifact)?;
        let url = format!("{}/{path}", base.trim_end_matches('/'));
        let kept = downloader.fetch(job, std::slice::from_ref(&url), &artifact.sha256)?;
        let file = path.rsplit('/').next().unwrap_or(&path);
        for folder in &artifact.folders {
            let target = job.staging.join(folder).join(file);
            place(&kept, &target).map_err(|error| InstallError::of_path("cannot write", &target, &error))?;
        }
        sources.push(format!("{url} sha256:{}", artifact.sha256.as_str()));
    }
    (job.progress)(Step::Work { what: "writing the script" });
    let java = jdk.join("bin/java");
    let text = maven.script.replace("{java}", &in_quotes(&java));
    let text = text.replace("{home}", &in_quotes(job.destination));
    let script = job.staging.join(&maven.executable);
    if let Some(folder) = script.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&script, text)?;
    std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755))?;
    Ok(Product {
        executable: Some(maven.executable.clone()),
        needs: folders_of(&jdk),
        sources,
        ..Product::default()
    })
}

/// `group:artifact:version` as a path in a repository.
fn path_of(artifact: &Artifact) -> Result<String, InstallError> {
    let parts: Vec<&str> = artifact.id.split(':').collect();
    let [group, name, version] = parts[..] else {
        let message = format!("`{}` is not `group:artifact:version`", artifact.id);
        return Err(InstallError::new(InstallFailure::Failed, message));
    };
    Ok(format!("{}/{name}/{version}/{name}-{version}.jar", group.replace('.', "/")))
}

/// The oldest JDK that is new enough: newer ones warn of what older programs do.
fn find_jdk(least: u32, job: &Job<'_>) -> Result<PathBuf, InstallError> {
    let mut homes: Vec<PathBuf> = std::env::var_os("JAVA_HOME").into_iter().map(PathBuf::from).collect();
    let mut usual: Vec<PathBuf> =
        std::fs::read_dir(USUAL).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    usual.sort();
    homes.extend(usual);
    let on_path = find_program("java").and_then(|java| java.canonicalize().ok());
    homes.extend(on_path.and_then(|java| Some(java.parent()?.parent()?.to_owned())));
    let found = homes.into_iter().filter_map(|home| Some((version(&home, job)?, home)));
    found
        .filter(|(version, _)| *version >= least)
        .min_by_key(|(version, _)| *version)
        .map(|(_, home)| home)
        .ok_or_else(|| {
            let message = format!("no JDK {least} or newer: JAVA_HOME, `{USUAL}` and the PATH have none");
            InstallError::new(InstallFailure::NoTool, message)
                .with_hint(format!("apt-get install openjdk-{least}-jre-headless"))
        })
}

/// The major version of the JDK in a folder, as its `release` file says, or else as it says itself.
fn version(home: &Path, job: &Job<'_>) -> Option<u32> {
    let java = home.join("bin/java");
    if !is_executable(&java) {
        return None;
    }
    let release = std::fs::read_to_string(home.join("release")).unwrap_or_default();
    let named = release.lines().find_map(|line| line.strip_prefix("JAVA_VERSION="));
    named.and_then(major).or_else(|| {
        let log = job.scratch.join("java-version");
        // Added to, so what another JDK said must go.
        let _ = std::fs::remove_file(&log);
        Command::new(&java, job.scratch, LIMIT).argument("-version").run(&log, job.interrupted).ok()?;
        let said = std::fs::read_to_string(&log).ok()?;
        major(said.split_once("version ")?.1)
    })
}

/// `"25.0.1"` is 25, `"1.8.0_392"` is 8.
fn major(text: &str) -> Option<u32> {
    let text = text.trim_start().trim_start_matches('"');
    let text = text.strip_prefix("1.").unwrap_or(text);
    text.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The folders that a JDK is in: its own, and those that hold its settings where they are only linked to, as Debian
/// keeps them.
fn folders_of(jdk: &Path) -> Vec<PathBuf> {
    let mut found = vec![jdk.to_owned()];
    let Ok(real) = jdk.canonicalize() else { return found };
    for settings in ["conf", "conf/security"] {
        let Ok(entries) = std::fs::read_dir(jdk.join(settings)) else { continue };
        for file in entries.flatten().filter_map(|entry| entry.path().canonicalize().ok()) {
            let folder = file.parent().unwrap_or(&file).to_owned();
            if !file.starts_with(&real) && !found.iter().any(|known| folder.starts_with(known)) {
                found.push(folder);
            }
        }
    }
    found
}

/// A path inside double quotes of a shell, which still read four characters in a way of their own.
fn in_quotes(path: &Path) -> String {
    let mut text = String::new();
    for character in path.to_string_lossy().chars() {
        if "\\\"$`".contains(character) {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_versions_of_java_are_understood() {
        assert_eq!(major("\"25.0.1\""), Some(25));
        assert_eq!(major("\"1.8.0_392\" 2023-10-17"), Some(8));
        assert_eq!(major("\"26-ea\""), Some(26));
        assert_eq!(major("none"), None);
    }

    #[test]
    fn a_shell_reads_nothing_into_a_path() {
        let path = Path::new("/a $(touch x) `y` \"z\" \\");
        let said = duct::cmd!("/bin/sh", "-c", format!("printf %s \"{}\"", in_quotes(path))).read().unwrap();
        assert_eq!(said, path.to_string_lossy());
    }

    #[test]
    fn settings_that_a_jdk_only_links_to_belong_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let (jdk, settings) = (root.join("jdk"), root.join("etc/java"));
        std::fs::create_dir_all(jdk.join("conf/security")).unwrap();
        std::fs::create_dir_all(settings.join("security")).unwrap();
        std::fs::write(settings.join("net.properties"), "").unwrap();
        std::fs::write(settings.join("security/java.security"), "").unwrap();
        for file in ["net.properties", "security/java.security"] {
            std::os::unix::fs::symlink(settings.join(file), jdk.join("conf").join(file)).unwrap();
        }
        assert_eq!(folders_of(&jdk), [jdk, settings]);
    }
}
