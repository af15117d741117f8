//! Where an interpreter has the data that it begins with: a lock there is its own, such as the GIL, and none that a
//! program has made.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::kernel_files::KernelFiles;

/// The ranges of addresses, found when they are first asked for.
#[derive(Debug)]
pub(super) struct OwnData {
    maps: PathBuf,
    program: PathBuf,
    ranges: OnceLock<Vec<(u64, u64)>>,
}

impl OwnData {
    pub(super) fn of(files: &KernelFiles, process: u32) -> Self {
        let path = |name: &str| files.path(format!("/proc/{process}/{name}"));
        Self { maps: path("maps"), program: path("exe"), ranges: OnceLock::new() }
    }

    /// Whether an address is in them.
    pub(super) fn holds(&self, address: u64) -> bool {
        let ranges = self.ranges.get_or_init(|| {
            let maps = std::fs::read_to_string(&self.maps).unwrap_or_default();
            let program = std::fs::read_link(&self.program).unwrap_or_default();
            ranges(&maps, &program)
        });
        ranges.iter().any(|(begin, end)| (*begin..*end).contains(&address))
    }
}

/// What may be written to of the program's file and of the library that is called like it (`pypy3`, `libpypy3-c.so`),
/// with what lies behind without a file of its own.
fn ranges(maps: &str, program: &Path) -> Vec<(u64, u64)> {
    let name = program.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = name.trim_end_matches(|letter: char| !letter.is_ascii_alphabetic());
    let letters = stem.find(|letter: char| !letter.is_ascii_alphabetic()).map_or(stem, |end| &stem[..end]);
    let is_own = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or_default();
        Path::new(path) == program || (!letters.is_empty() && file.starts_with(&format!("lib{letters}")))
    };
    let (mut found, mut behind) = (Vec::new(), None);
    for line in maps.lines() {
        let mut words = line.split_ascii_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else { continue };
        let path = words.nth(3).unwrap_or_default();
        let bounds = range.split_once('-').and_then(|(begin, end)| {
            Some((u64::from_str_radix(begin, 16).ok()?, u64::from_str_radix(end, 16).ok()?))
        });
        let Some((begin, end)) = bounds else { continue };
        let follows = path.is_empty() && behind == Some(begin);
        if rights.starts_with("rw") && (is_own(path) || follows) {
            found.push((begin, end));
        }
        behind = (is_own(path) || follows).then_some(end);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: &str = "\
00400000-00401000 r-xp 00000000 08:01 1 /opt/pypy/bin/pypy3.11
00401000-00402000 rw-p 00001000 08:01 1 /opt/pypy/bin/pypy3.11
00500000-00600000 rw-p 00000000 00:00 0 [heap]
7f0000000000-7f0000100000 r-xp 00000000 08:01 2 /opt/pypy/bin/libpypy3.11-c.so
7f0000100000-7f0000200000 rw-p 00100000 08:01 2 /opt/pypy/bin/libpypy3.11-c.so
7f0000200000-7f0000210000 rw-p 00000000 00:00 0
7f0000300000-7f0000310000 rw-p 00000000 00:00 0
7f0000400000-7f0000410000 rw-p 00000000 08:01 3 /lib/libopenblas.so
";

    #[test]
    fn an_interpreters_data_is_its_files_and_what_lies_behind() {
        let found = ranges(MAPS, Path::new("/opt/pypy/bin/pypy3.11"));
        assert_eq!(
            found,
            [
                (0x0040_1000, 0x0040_2000),
                (0x7f00_0010_0000, 0x7f00_0020_0000),
                (0x7f00_0020_0000, 0x7f00_0021_0000)
            ]
        );
        assert_eq!(ranges("", Path::new("")), []);
    }
}
