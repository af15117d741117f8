//! Which processes and threads there are below a process.

use crate::kernel_files::KernelFiles;
use crate::launcher::descendants_of;

/// All descendants of a process, parents before their children.
///
/// The kernel tells the children of each thread, unless it was built without that; then every process of the machine is
/// asked for its parent.
pub(super) fn descendants(files: &KernelFiles, ancestor: u32) -> Vec<u32> {
    let mut found = vec![ancestor];
    let mut next = 0;
    while let Some(&process) = found.get(next) {
        for thread in threads(files, process) {
            let path = files.path(format!("/proc/{process}/task/{thread}/children"));
            match std::fs::read_to_string(path) {
                Ok(text) => {
                    found.extend(text.split_ascii_whitespace().filter_map(|id| id.parse::<u32>().ok()));
                }
                // The first thread of the first process is there as long as we watch it.
                Err(_) if process == ancestor && thread == ancestor => {
                    let all = descendants_of(ancestor.cast_signed());
                    return all.into_iter().map(i32::cast_unsigned).collect();
                }
                Err(_) => {}
            }
        }
        next += 1;
    }
    found.remove(0);
    found
}

/// The threads of a process, the first of them first; none once it has ended.
pub(super) fn threads(files: &KernelFiles, process: u32) -> Vec<u32> {
    let entries =
        std::fs::read_dir(files.path(format!("/proc/{process}/task"))).into_iter().flatten().flatten();
    let mut found: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    found.sort_by_key(|thread| (*thread != process, *thread));
    found
}
