//! Where an interpreter comes from: the `providers` of a definition, in the order in which they are tried.
//!
//! Each says only what differs between interpreters; how it is fetched, built and checked is the runner's.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::plan::sha256;
use crate::workload::Digest;

/// The providers of a definition: at most one of each kind, in the order in which they stand in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Providers(pub Vec<Provider>);

/// One way of getting an interpreter, with what it needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    /// It is on this machine already: named by the user, managed by uv or pyenv, on the PATH.
    Local(Local),
    /// `uv python install`.
    Uv(Uv),
    /// Built from a tarball.
    Source(SourceTarball),
    /// Java archives and a JDK.
    Maven(Maven),
    /// An image from a registry, with Debian packages added to it.
    Container(Image),
    /// An image from Debian's own packages, without a registry.
    Rootfs(Rootfs),
}

/// The kinds of [`Provider`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderKind {
    /// [`Provider::Local`].
    Local,
    /// [`Provider::Uv`].
    Uv,
    /// [`Provider::Source`].
    Source,
    /// [`Provider::Maven`].
    Maven,
    /// [`Provider::Container`].
    Container,
    /// [`Provider::Rootfs`].
    Rootfs,
}

/// Nothing more needs to be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Local {}

/// What uv is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uv {
    /// Its request, such as `cpython-3.12` or `3.14t`.
    pub request: String,
}

/// A tarball with a `configure` script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceTarball {
    /// Where it can be had: the same bytes everywhere.
    pub urls: Vec<String>,
    /// SHA-256 of the tarball.
    pub sha256: Digest,
    /// Arguments of `configure`, besides the prefix.
    #[serde(default)]
    pub configure: Vec<String>,
    /// Further arguments for a build that is optimised by a profile and at link time, which takes many times as long.
    #[serde(default)]
    pub optimised: Vec<String>,
    /// The executable, below the prefix.
    pub executable: PathBuf,
}

/// Java archives from Maven Central, or a mirror of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maven {
    /// The least version of Java that runs it.
    pub java: u32,
    /// The archives.
    pub artifacts: Vec<Artifact>,
    /// The executable, below the folder of the installation.
    pub executable: PathBuf,
    /// Its text, a shell script: `{java}` stands for the JDK's executable, `{home}` for the installation's folder.
    pub script: String,
}

/// One Java archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// `group:artifact:version`.
    pub id: String,
    /// SHA-256 of the archive.
    pub sha256: Digest,
    /// The folders below the installation's that hold it.
    pub folders: Vec<PathBuf>,
}

/// An image from a registry and what is added to it by `interpreters/Containerfile`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// The image, pinned: `docker.io/library/debian:trixie-slim@sha256:…`.
    pub image: String,
    /// Debian packages to add.
    #[serde(default)]
    pub packages: Vec<String>,
    /// The executable in the image; none in one that only holds what others need.
    #[serde(default)]
    pub executable: Option<PathBuf>,
}

/// A Debian system made by `debootstrap` from a signed index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rootfs {
    /// The suite: `trixie`, `sid`, …
    pub suite: String,
    /// Debian packages to add.
    #[serde(default)]
    pub packages: Vec<String>,
    /// The executable in the image; none in one that only holds what others need.
    #[serde(default)]
    pub executable: Option<PathBuf>,
}

impl ProviderKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Local, Self::Uv, Self::Source, Self::Maven, Self::Container, Self::Rootfs];

    /// Its name in data files and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Uv => "uv",
            Self::Source => "source",
            Self::Maven => "maven",
            Self::Container => "container",
            Self::Rootfs => "rootfs",
        }
    }

    /// Whether what it gets runs in a container.
    pub fn makes_image(self) -> bool {
        matches!(self, Self::Container | Self::Rootfs)
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ProviderKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("found `{text}`, expected one of {known}")
        })
    }
}

impl Provider {
    /// Which kind it is.
    pub fn kind(&self) -> ProviderKind {
        match self {
            Self::Local(_) => ProviderKind::Local,
            Self::Uv(_) => ProviderKind::Uv,
            Self::Source(_) => ProviderKind::Source,
            Self::Maven(_) => ProviderKind::Maven,
            Self::Container(_) => ProviderKind::Container,
            Self::Rootfs(_) => ProviderKind::Rootfs,
        }
    }

    /// The executable in the image that it makes, if it makes one and that is an interpreter's.
    pub fn executable_in_image(&self) -> Option<&Path> {
        match self {
            Self::Container(image) => image.executable.as_deref(),
            Self::Rootfs(rootfs) => rootfs.executable.as_deref(),
            Self::Local(_) | Self::Uv(_) | Self::Source(_) | Self::Maven(_) => None,
        }
    }

    /// Twelve hexadecimal digits that change whenever what this provider would get changes: what was installed
    /// under another key is another interpreter. Labels and comments do not count.
    pub fn key(&self) -> String {
        let text = serde_json::to_string(&Providers(vec![self.clone()]));
        sha256(text.unwrap_or_default().as_bytes()).as_str()[..12].to_owned()
    }
}

impl Providers {
    /// The one of this kind.
    pub fn of_kind(&self, kind: ProviderKind) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.kind() == kind)
    }
}

impl Serialize for Providers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for provider in &self.0 {
            let kind = provider.kind();
            match provider {
                Provider::Local(value) => map.serialize_entry(&kind, value)?,
                Provider::Uv(value) => map.serialize_entry(&kind, value)?,
                Provider::Source(value) => map.serialize_entry(&kind, value)?,
                Provider::Maven(value) => map.serialize_entry(&kind, value)?,
                Provider::Container(value) => map.serialize_entry(&kind, value)?,
                Provider::Rootfs(value) => map.serialize_entry(&kind, value)?,
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Providers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Providers;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("providers by kind, in the order in which they are tried")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Providers, A::Error> {
                let mut found = Providers::default();
                while let Some(kind) = map.next_key::<ProviderKind>()? {
                    if found.of_kind(kind).is_some() {
                        return Err(de::Error::custom(format_args!("duplicate key `{kind}`")));
                    }
                    found.0.push(match kind {
                        ProviderKind::Local => Provider::Local(map.next_value()?),
                        ProviderKind::Uv => Provider::Uv(map.next_value()?),
                        ProviderKind::Source => Provider::Source(map.next_value()?),
                        ProviderKind::Maven => Provider::Maven(map.next_value()?),
                        ProviderKind::Container => Provider::Container(map.next_value()?),
                        ProviderKind::Rootfs => Provider::Rootfs(map.next_value()?),
                    });
                }
                Ok(found)
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// What stands in the place of an interpreter's id for the image of `interpreters/_base.yaml`.
pub const BASE: &str = "base";

/// What the workers of local interpreters run in when they are measured in a container: `interpreters/_base.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// Where the image comes from, in the order in which it is tried.
    pub providers: Providers,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_keep_their_order_and_survive_a_round_trip() {
        let text = "uv:\n  request: 3.13t\nlocal: {}\nrootfs:\n  suite: trixie\n  packages: [pypy3]\n  executable: /usr/bin/pypy3\n";
        let providers: Providers = serde_yaml::from_str(text).unwrap();
        let kinds: Vec<_> = providers.0.iter().map(Provider::kind).collect();
        assert_eq!(kinds, [ProviderKind::Uv, ProviderKind::Local, ProviderKind::Rootfs]);
        let written = serde_json::to_string(&providers).unwrap();
        assert_eq!(serde_json::from_str::<Providers>(&written).unwrap(), providers);
    }

    #[test]
    fn the_same_provider_twice_is_refused() {
        let error = serde_yaml::from_str::<Providers>("local: {}\nlocal: {}\n").unwrap_err().to_string();
        assert!(error.contains("duplicate key `local`"), "{error}");
    }

    #[test]
    fn a_key_changes_with_what_would_be_installed() {
        let uv = |request: &str| Provider::Uv(Uv { request: request.to_owned() }).key();
        assert_eq!(uv("3.13t"), uv("3.13t"));
        assert_ne!(uv("3.13t"), uv("3.14t"));
        assert_eq!(uv("3.13t").len(), 12);
    }
}
