//! What a wheel is for, by its tags: `cp313-cp313t-manylinux_2_28_x86_64`.
//!
//! The tags are those of the packaging specification ("Platform compatibility tags"). `abi3` is the stable ABI of builds
//! with a GIL; `abi3t` (PEP 803) is that of free-threaded ones.

use serde::Serialize;

/// A wheel, or what was built as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wheel {
    /// The file's name, where it is known.
    pub file: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// What it is for.
    pub kind: WheelKind,
}

/// What a wheel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WheelKind {
    /// Free-threaded builds: its ABI ends in `t`.
    FreeThreaded,
    /// Any interpreter: `none-any`.
    Pure,
    /// The stable ABI of builds with a GIL.
    StableAbi,
    /// One ABI with a GIL.
    Gil,
    /// A platform, and no ABI: compiled code that is no extension module.
    Platform,
    /// It was built here.
    Built,
}

impl Wheel {
    /// By the tags that an installed one lists, and the file that it came from.
    pub(super) fn new(tags: Vec<String>, file: Option<String>) -> Option<Self> {
        let kind = kind(tags.first()?)?;
        let built = file.as_ref().is_some_and(|file| !is_wheel(file));
        Some(Self { kind: if built { WheelKind::Built } else { kind }, tags, file })
    }

    /// By its file's name.
    pub(super) fn of_file(file: &str) -> Option<Self> {
        Self::new(tags(file)?, Some(file.to_owned()))
    }

    /// What it is for, in a word: `cp313t`, `cp311-abi3`, `py3-none-any`; or that it was built.
    pub fn word(&self) -> String {
        if self.kind == WheelKind::Built {
            return "built".to_owned();
        }
        let tag = self.tags.first().map_or("", String::as_str);
        let [python, abi, platform] = parts(tag).unwrap_or([tag, "", ""]);
        match (abi, platform) {
            ("none", "any") => format!("{python}-none-any"),
            ("none", _) => format!("{python}-none"),
            ("abi3" | "abi3t", _) => format!("{python}-{abi}"),
            _ => abi.to_owned(),
        }
    }

    /// Whether it has compiled code.
    pub fn is_compiled(&self) -> bool {
        self.tags.first().and_then(|tag| kind(tag)) != Some(WheelKind::Pure)
    }
}

/// Whether a file is a wheel, by its name.
pub(super) fn is_wheel(file: &str) -> bool {
    std::path::Path::new(file).extension().is_some_and(|extension| extension == "whl")
}

fn parts(tag: &str) -> Option<[&str; 3]> {
    let mut parts = tag.splitn(3, '-');
    Some([parts.next()?, parts.next()?, parts.next()?])
}

fn kind(tag: &str) -> Option<WheelKind> {
    let [_, abi, platform] = parts(tag)?;
    Some(match (abi, platform) {
        ("none", "any") => WheelKind::Pure,
        ("none", _) => WheelKind::Platform,
        ("abi3", _) => WheelKind::StableAbi,
        _ if is_free_threaded(abi) => WheelKind::FreeThreaded,
        _ => WheelKind::Gil,
    })
}

/// Whether an ABI is that of free-threaded builds: `cp313t`, `abi3t`.
pub(super) fn is_free_threaded(abi: &str) -> bool {
    abi == "abi3t" || (abi.starts_with("cp") && abi.ends_with('t'))
}

/// The tags in a wheel's name, its compressed sets written out (`NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl`).
pub(super) fn tags(file: &str) -> Option<Vec<String>> {
    let mut last = file.strip_suffix(".whl")?.rsplitn(4, '-');
    let (platforms, abis, pythons) = (last.next()?, last.next()?, last.next()?);
    last.next()?;
    let each = pythons.split('.').flat_map(|python| {
        abis.split('.').flat_map(move |abi| {
            platforms.split('.').map(move |platform| format!("{python}-{abi}-{platform}"))
        })
    });
    Some(each.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(file: &str) -> (WheelKind, String, bool) {
        let wheel = Wheel::of_file(file).unwrap();
        (wheel.kind, wheel.word(), wheel.is_compiled())
    }

    #[test]
    fn a_wheels_name_says_what_it_is_for() {
        let free = of("numpy-2.4.6-cp313-cp313t-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl");
        assert_eq!(free, (WheelKind::FreeThreaded, "cp313t".into(), true));
        assert_eq!(of("a-1-cp315-abi3t-any.whl"), (WheelKind::FreeThreaded, "cp315-abi3t".into(), true));
        let stable = of("cryptography-50.0.2-cp311-abi3-manylinux_2_28_x86_64.whl");
        assert_eq!(stable, (WheelKind::StableAbi, "cp311-abi3".into(), true));
        assert_eq!(of("idna-3.20-py3-none-any.whl"), (WheelKind::Pure, "py3-none-any".into(), false));
        assert_eq!(of("x-1-py2.py3-none-any.whl"), (WheelKind::Pure, "py2-none-any".into(), false));
        assert_eq!(of("ruff-1-py3-none-linux_x86_64.whl"), (WheelKind::Platform, "py3-none".into(), true));
        let built = of("orjson-3.13.0-7-cp313-cp313-manylinux_2_17_x86_64.whl");
        assert_eq!(built, (WheelKind::Gil, "cp313".into(), true));
        assert_eq!(Wheel::of_file("x-1.tar.gz"), None);
        assert_eq!(Wheel::of_file("x-py3.whl"), None);
    }

    #[test]
    fn what_came_from_sources_was_built() {
        let tags = vec!["cp313-cp313t-linux_x86_64".to_owned()];
        let wheel = Wheel::new(tags, Some("lxml-6.1.tar.gz".into())).unwrap();
        assert_eq!((wheel.kind, wheel.is_compiled()), (WheelKind::Built, true));
    }
}
