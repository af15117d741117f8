//! Ctrl-C, SIGTERM and SIGHUP: the first asks the run to stop in order, a later one ends the program at once. Either
//! way the launcher notices and leaves no worker behind.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit::INTERRUPTED;

/// Signals so close to the first are the same wish: `timeout` signals its child and then the whole group.
const SAME_WISH: Duration = Duration::from_millis(500);

/// Whether a signal has come.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on.
    pub(crate) fn listen() -> io::Result<Self> {
        let came = Arc::new(AtomicBool::new(false));
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        if !ignores_hangup() {
            signals.add_signal(SIGHUP)?;
        }
        let flag = Arc::clone(&came);
        std::thread::spawn(move || {
            let mut first: Option<Instant> = None;
            for _ in signals.forever() {
                flag.store(true, Ordering::Relaxed);
                if first.get_or_insert_with(Instant::now).elapsed() > SAME_WISH {
                    end_at_once();
                }
            }
        });
        Ok(Self(came))
    }

    /// Whether a signal has come.
    pub(crate) fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether whoever started us wants us to outlive the terminal, as `nohup` does. What cannot be read is no.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & (1 << (SIGHUP - 1)) != 0
}

#[expect(clippy::exit, reason = "asked twice, with the run still stopping in order")]
fn end_at_once() -> ! {
    std::process::exit(i32::from(INTERRUPTED))
}
