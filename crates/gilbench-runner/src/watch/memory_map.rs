//! Whose data is at an address of a process. A lock among the data that an interpreter begins with is its own, such as
//! the GIL; one among a library's is the library's; and what a program makes lies elsewhere.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::kernel_files::KernelFiles;

/// Whose data it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Interpreter,
    Library,
    Nobody,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    begin: u64,
    end: u64,
    owner: Owner,
}

/// The memory of a process, as it was when it was last read.
#[derive(Debug)]
pub(super) struct MemoryMap {
    maps: PathBuf,
    program: PathBuf,
    ranges: Mutex<Vec<Range>>,
}

impl MemoryMap {
    pub(super) fn of(files: &KernelFiles, process: u32) -> Self {
        let path = |name: &str| files.path(format!("/proc/{process}/{name}"));
        Self { maps: path("maps"), program: path("exe"), ranges: Mutex::default() }
    }

    /// Whose an address is. What is not known was mapped meanwhile.
    pub(super) fn owner(&self, address: u64) -> Owner {
        let find = |ranges: &[Range]| {
            let found = ranges.iter().find(|range| (range.begin..range.end).contains(&address));
            found.map(|range| range.owner)
        };
        let Ok(mut known) = self.ranges.lock() else { return Owner::Nobody };
        if let Some(owner) = find(&known) {
            return owner;
        }
        let maps = std::fs::read_to_string(&self.maps).unwrap_or_default();
        let program = std::fs::read_link(&self.program).unwrap_or_default();
        *known = ranges(&maps, &program);
        find(&known).unwrap_or(Owner::Nobody)
    }
}

/// Data of a file is what may be written to of it without changing it, and what lies behind without a file of its own.
/// The interpreter's files are the program's and the library that is called like it (`pypy3`, `libpypy3-c.so`).
fn ranges(maps: &str, program: &Path) -> Vec<Range> {
    let name = program.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = name.trim_end_matches(|letter: char| !letter.is_ascii_alphabetic());
    let letters = stem.find(|letter: char| !letter.is_ascii_alphabetic()).map_or(stem, |end| &stem[..end]);
    let owner = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or_default();
        if path.is_empty() {
            Owner::Nobody
        } else if Path::new(path) == program
            || (!letters.is_empty() && file.starts_with(&format!("lib{letters}")))
        {
            Owner::Interpreter
        } else if path.starts_with('/') {
            Owner::Library
        } else {
            Owner::Nobody
        }
    };
    let (mut found, mut before) = (Vec::new(), (0, Owner::Nobody));
    for line in maps.lines() {
        let mut words = line.split_ascii_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else { continue };
        let path = words.nth(3).unwrap_or_default();
        let bounds = range.split_once('-').and_then(|(begin, end)| {
            Some((u64::from_str_radix(begin, 16).ok()?, u64::from_str_radix(end, 16).ok()?))
        });
        let Some((begin, end)) = bounds else { continue };
        let can_be_written = rights == "rw-p";
        // The guard of a thread's stack may lie behind too, and what lies behind that is the stack.
        let follows = can_be_written && path.is_empty() && before.0 == begin;
        let of_file = if follows { before.1 } else { owner(path) };
        let owner = if can_be_written { of_file } else { Owner::Nobody };
        found.push(Range { begin, end, owner });
        before = (end, of_file);
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
7f0000400000-7f0000410000 r-xp 00000000 08:01 3 /lib/libopenblas.so
7f0000410000-7f0000420000 rw-p 00010000 08:01 3 /lib/libopenblas.so
7f0000420000-7f0000430000 rw-p 00000000 00:00 0
7f0000430000-7f0000431000 ---p 00000000 00:00 0
7f0000431000-7f0000440000 rw-p 00000000 00:00 0
7f0000500000-7f0000501000 rw-s 00000000 00:19 4 /dev/shm/sem.abc (deleted)
";

    #[test]
    fn data_of_a_file_is_what_can_be_written_and_what_lies_behind() {
        let found = ranges(MAPS, Path::new("/opt/pypy/bin/pypy3.11"));
        let of = |owner| {
            let found = found.iter().filter(move |range| range.owner == owner);
            found.map(|range| (range.begin, range.end)).collect::<Vec<_>>()
        };
        assert_eq!(
            of(Owner::Interpreter),
            [
                (0x0040_1000, 0x0040_2000),
                (0x7f00_0010_0000, 0x7f00_0020_0000),
                (0x7f00_0020_0000, 0x7f00_0021_0000)
            ]
        );
        assert_eq!(
            of(Owner::Library),
            [(0x7f00_0041_0000, 0x7f00_0042_0000), (0x7f00_0042_0000, 0x7f00_0043_0000)]
        );
        assert_eq!(ranges("", Path::new("")), []);
    }

    #[test]
    fn what_is_mapped_later_is_found_later() {
        let folder = tempfile::tempdir().unwrap();
        let maps = folder.path().join("maps");
        std::fs::write(&maps, "00500000-00600000 rw-p 00000000 00:00 0 [heap]\n").unwrap();
        let map = MemoryMap { maps: maps.clone(), program: PathBuf::new(), ranges: Mutex::default() };
        assert_eq!(map.owner(0x0050_0000), Owner::Nobody);
        assert_eq!(map.owner(0x7f00_0041_0000), Owner::Nobody);
        std::fs::write(maps, MAPS).unwrap();
        assert_eq!(map.owner(0x7f00_0041_0000), Owner::Library);
        assert_eq!(map.owner(0x7f00_0043_1000), Owner::Nobody, "a stack");
        assert_eq!(map.owner(0x7f00_0050_0000), Owner::Nobody, "processes share it");
    }
}
