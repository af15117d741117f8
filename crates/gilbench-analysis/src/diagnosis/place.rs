//! What a thread is at, by the stack that it has at that moment.
//!
//! Only code that is being executed counts, not what a program imports or how it is called: the frames of the standard
//! library that hand work out, move data between processes, or wait for others. What no frame tells is the program's
//! work.

use gilbench_model::watched::{Frame, Stack, Teller};

/// Modules, and those below them, that hand work out and wait for it.
const DISPATCH: [&str; 10] = [
    "asyncio",
    "concurrent.futures",
    "joblib",
    "loky",
    "multiprocessing",
    "queue",
    "selectors",
    "socketserver",
    "subprocess",
    "threading",
];

/// Modules that turn objects into bytes for another process, or bytes into objects.
const PICKLING: [&str; 5] =
    ["_compat_pickle", "cloudpickle", "joblib.externals.cloudpickle", "multiprocessing.reduction", "pickle"];

/// Functions in which data moves between processes, beside those modules.
const TRANSFER: [(&str, &str); 6] = [
    ("multiprocessing.connection", ""),
    ("multiprocessing.queues", "_feed"),
    ("multiprocessing.queues", "get"),
    ("multiprocessing.queues", "put"),
    ("joblib.externals.loky.backend.queues", "get"),
    ("joblib.externals.loky.backend.queues", "_feed"),
];

/// Functions of dispatching modules that take a lock of the program's own, if it is the program that calls them.
const LOCKS: [(&str, &str); 4] = [
    ("threading", "acquire"),
    ("threading", "__enter__"),
    ("multiprocessing.synchronize", "acquire"),
    ("multiprocessing.synchronize", "__enter__"),
];

/// What a thread is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) kind: Kind,
    /// It is within a callback of an event loop.
    pub(super) in_callback: bool,
    /// Where it takes a lock, the lock is the program's.
    pub(super) may_take_lock: bool,
    /// Where it waits, it waits for something outside, and not for work to come.
    pub(super) awaits_outside: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// What the program is there for.
    #[default]
    Work,
    /// Data moves between processes.
    Transfer,
    /// Work is handed out, collected or waited for.
    Dispatch,
    /// The interpreter starts or ends, or modules are imported.
    StartUp,
    /// A thread of which no Python code is known, in a process that tells: a library's own.
    Native,
}

impl Place {
    const BESIDE: Self =
        Self { kind: Kind::Work, in_callback: false, may_take_lock: false, awaits_outside: false };
    pub(super) const START_UP: Self = Self { kind: Kind::StartUp, ..Self::BESIDE };
    pub(super) const NATIVE: Self = Self { kind: Kind::Native, ..Self::BESIDE };

    pub(super) fn of(teller: &Teller, stack: &Stack) -> Self {
        let frames = || stack.iter().filter_map(|frame| teller.frames.get(*frame as usize));
        let above = || frames().take_while(|frame| is_dispatch(frame));
        let kind = if frames().any(is_import) {
            Kind::StartUp
        } else if above().any(is_transfer) || frames().any(|frame| is_below(&frame.module, &PICKLING)) {
            Kind::Transfer
        } else if above().next().is_some() {
            Kind::Dispatch
        } else {
            Kind::Work
        };
        let serves = frames().any(|frame| is_below(&frame.module, &["socketserver"]));
        Self {
            kind,
            in_callback: kind == Kind::Work && frames().any(is_callback),
            may_take_lock: takes_lock(frames),
            awaits_outside: !serves
                && above().all(|frame| is_below(&frame.module, &["selectors", "subprocess"])),
        }
    }
}

/// Whether a module is one of some, or below one of them.
fn is_below(module: &str, modules: &[&str]) -> bool {
    let below =
        |of: &str| module.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    modules.iter().any(|of| below(of))
}

fn is_dispatch(frame: &Frame) -> bool {
    is_below(&frame.module, &DISPATCH) || is_below(&frame.module, &PICKLING)
}

fn is_transfer(frame: &Frame) -> bool {
    let known = |(module, function): &(&str, &str)| {
        frame.module == *module && (function.is_empty() || frame.function == *function)
    };
    TRANSFER.iter().any(known)
}

fn is_import(frame: &Frame) -> bool {
    frame.file.contains("frozen importlib")
}

/// `Handle._run` runs a callback, be it a step of a task.
fn is_callback(frame: &Frame) -> bool {
    frame.module == "asyncio.events" && frame.function == "_run"
}

/// Whether the innermost code is the program's, or takes a lock for the program.
fn takes_lock<'a, I: Iterator<Item = &'a Frame>>(frames: impl Fn() -> I) -> bool {
    let known = |frame: &&Frame| {
        LOCKS.iter().any(|(module, function)| frame.module == *module && frame.function == *function)
    };
    let outside = frames().take_while(|frame| is_dispatch(frame)).last();
    outside.is_none_or(|frame| known(&frame))
}

/// The innermost frame that is neither the standard library's nor a package's, or else the innermost that works.
pub(super) fn own_line<'a>(teller: &'a Teller, stack: &Stack) -> Option<&'a Frame> {
    let frames = || stack.iter().filter_map(|frame| teller.frames.get(*frame as usize));
    let foreign = |frame: &Frame| {
        let file = frame.file.as_str();
        file.starts_with('<')
            || file.contains("/lib/python")
            || file.contains("/lib/pypy")
            || file.contains("-packages/")
    };
    frames()
        .find(|frame| !foreign(frame) && !is_dispatch(frame))
        .or_else(|| frames().find(|frame| !is_dispatch(frame)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The place of a stack, the innermost first: `module.function`.
    fn place(stack: &[&str]) -> Place {
        let frame = |word: &&str| {
            let (module, function) = word.rsplit_once(':').unwrap();
            let file = if module.starts_with("_frozen") { "<frozen importlib._bootstrap>" } else { "/a.py" };
            Frame { module: module.to_owned(), function: function.to_owned(), file: file.to_owned(), line: 1 }
        };
        let teller = Teller { frames: stack.iter().map(frame).collect(), ..Teller::default() };
        let all = (0..u32::try_from(stack.len()).unwrap()).collect();
        Place::of(&teller, &all)
    }

    #[test]
    fn the_innermost_code_decides() {
        let kind = |stack: &[&str]| place(stack).kind;
        assert_eq!(kind(&["__main__:work", "concurrent.futures.thread:run"]), Kind::Work);
        assert_eq!(kind(&["json.decoder:decode", "__main__:work"]), Kind::Work);
        assert_eq!(kind(&["threading:wait", "queue:get", "__main__:consume"]), Kind::Dispatch);
        assert_eq!(
            kind(&["multiprocessing.connection:_send", "multiprocessing.pool:_handle_tasks"]),
            Kind::Transfer
        );
        assert_eq!(
            kind(&[
                "__main__:__getstate__",
                "multiprocessing.reduction:dumps",
                "multiprocessing.queues:_feed"
            ]),
            Kind::Transfer
        );
        assert_eq!(kind(&["numpy:<module>", "_frozen_importlib:_load", "__main__:<module>"]), Kind::StartUp);
        assert_eq!(kind(&["threadingx:f"]), Kind::Work);
    }

    #[test]
    fn a_lock_is_the_programs_where_the_program_takes_it() {
        let own = |stack: &[&str]| place(stack).may_take_lock;
        assert!(own(&["__main__:work", "threading:run"]));
        assert!(own(&["logging:acquire", "__main__:work"]));
        assert!(own(&["threading:wait", "threading:acquire", "__main__:work"]), "a semaphore");
        assert!(own(&["multiprocessing.synchronize:__enter__", "__main__:work"]));
        assert!(!own(&["threading:wait", "queue:get", "__main__:work"]));
        assert!(!own(&["threading:join", "__main__:work"]));
        assert!(!own(&[
            "multiprocessing.synchronize:__enter__",
            "multiprocessing.queues:get",
            "__main__:work"
        ]));
        assert!(!own(&["threading:wait", "threading:wait", "__main__:work"]), "an event");
    }

    #[test]
    fn callbacks_are_those_of_an_event_loop() {
        assert!(
            place(&["__main__:handler", "asyncio.events:_run", "asyncio.base_events:_run_once"]).in_callback
        );
        assert!(!place(&["selectors:select", "asyncio.base_events:_run_once"]).in_callback);
    }
}
