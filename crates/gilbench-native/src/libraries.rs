//! The shared libraries that workloads load into interpreters: built with this crate, written where workers find them.

use std::io;
use std::path::Path;

/// Names and contents.
const LIBRARIES: [(&str, &[u8]); 2] = [
    ("libgilbench_kernel.so", include_bytes!(concat!(env!("OUT_DIR"), "/kernel.so"))),
    ("gilbench_legacy.so", include_bytes!(concat!(env!("OUT_DIR"), "/legacy.so"))),
];

/// Writes all of them into a folder, which is made if need be.
pub fn write(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    LIBRARIES.iter().try_for_each(|(name, content)| std::fs::write(folder.join(name), content))
}
