//! Diagnoses of programs that are made up: what the threads did in each look decides, and so does what changed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::time::Duration;

use gilbench_analysis::diagnosis::{Case, Change, Diagnosis, Effect, GainKind, Remedy, Verdict, diagnose};
use gilbench_model::Nanoseconds;
use gilbench_model::sample::Tree;
use gilbench_model::watched::{
    Doing, Frame, Glance, Hello, Inside, Knowledge, Look, LoopFacts, Run, SeenProcess, SeenThread,
    StackSample, Teller, Watched,
};

const MILLISECOND: u64 = 1_000_000;

/// Stacks, the innermost first.
const WORK: &[&str] = &["__main__:work", "threading:run"];
const JOIN: &[&str] = &["threading:join", "__main__:main"];
const QUEUE: &[&str] = &["threading:wait", "queue:get", "__main__:work"];
const PICKLE: &[&str] = &["multiprocessing.reduction:dumps", "multiprocessing.queues:_feed"];
const CALLBACK: &[&str] = &["__main__:handler", "asyncio.events:_run", "asyncio.base_events:_run_once"];

/// A program: each thread has a process, and in each look of 10 ms it does something somewhere.
struct Program {
    run: Run,
}

/// What a thread does in turn, look by look, from the beginning again.
type Acts<'a> = &'a [(Doing, &'a [&'a str])];

impl Program {
    /// Threads by process.
    fn new(threads: &[(u32, Acts<'_>)]) -> Self {
        let looks = 200;
        let mut run =
            Run { tree: None, watched: Watched::default(), inside: Some(Inside::default()), cut: false };
        let processes = threads.iter().map(|(process, _)| *process).max().unwrap() + 1;
        let mut tellers: Vec<Teller> = (0..processes)
            .map(|process| Teller {
                process: 100 + process,
                hello: Hello { gil_built: Some(true), ..Hello::default() },
                knowledge: Knowledge { gil_enabled: Some(true), ..Knowledge::default() },
                ..Teller::default()
            })
            .collect();
        run.watched.processes = (0..processes)
            .map(|process| SeenProcess { id: 100 + process, ..SeenProcess::default() })
            .collect();
        let mut all: Vec<Look> = (0..looks)
            .map(|look| Look {
                at_ns: Nanoseconds((look + 1) * 10 * MILLISECOND),
                for_ns: Nanoseconds(10 * MILLISECOND),
                threads: Vec::new(),
            })
            .collect();
        for (index, (process, acts)) in threads.iter().enumerate() {
            let (thread, id) = (u32::try_from(index).unwrap(), 1000 + u32::try_from(index).unwrap());
            let main = run.watched.threads.iter().all(|seen| seen.process != *process);
            run.watched.threads.push(SeenThread {
                process: *process,
                id,
                main,
                name: String::new(),
                ran_ns: Nanoseconds(0),
                cpus: BTreeSet::from([0, 1]),
            });
            let teller = &mut tellers[*process as usize];
            for (look, (doing, stack)) in all.iter_mut().zip(acts.iter().cycle()) {
                look.threads.push(Glance { thread, doing: *doing, ran_ns: Nanoseconds(0) });
                let active = matches!(doing, Doing::Ready | Doing::Gil);
                let stack = stack_of(teller, stack);
                teller.samples.push(StackSample { at_ns: look.at_ns, thread: id, stack, active });
            }
        }
        run.watched.looks = all;
        run.inside.as_mut().unwrap().tellers = tellers;
        Self { run }
    }

    /// Something else is known of every process.
    fn knows(mut self, change: impl Fn(&mut Knowledge)) -> Self {
        let tellers = &mut self.run.inside.as_mut().unwrap().tellers;
        for teller in tellers {
            change(&mut teller.knowledge);
        }
        self
    }

    fn may_use(mut self, cpus: &[u32]) -> Self {
        for thread in &mut self.run.watched.threads {
            thread.cpus = cpus.iter().copied().collect();
        }
        self
    }

    fn writes(mut self, bytes: u64) -> Self {
        for process in &mut self.run.watched.processes {
            process.written_bytes = Some(bytes);
        }
        self
    }

    fn diagnosis(&self, effects: &[Effect]) -> Diagnosis {
        diagnose(&Case {
            telling: &self.run,
            plain: &[],
            effects,
            machine_cpus: 2,
            allowed_cpus: 2,
            quota: None,
        })
    }

    #[track_caller]
    fn is(&self, verdict: Verdict, remedy: Remedy) -> Diagnosis {
        let diagnosis = self.diagnosis(&[]);
        assert_eq!(diagnosis.verdict, verdict, "{:?}", diagnosis.shares);
        assert_eq!(diagnosis.remedies[0].remedy, remedy, "{:?}", diagnosis.remedies);
        diagnosis
    }
}

fn stack_of(teller: &mut Teller, words: &[&str]) -> u32 {
    let frames = words.iter().map(|word| {
        let (module, function) = word.rsplit_once(':').unwrap();
        let frame = Frame {
            module: module.to_owned(),
            function: function.to_owned(),
            file: "/a.py".to_owned(),
            line: 1,
        };
        let known = teller.frames.iter().position(|known| *known == frame);
        let index = known.unwrap_or_else(|| {
            teller.frames.push(frame);
            teller.frames.len() - 1
        });
        u32::try_from(index).unwrap()
    });
    let stack: Vec<u32> = frames.collect();
    let known = teller.stacks.iter().position(|known| *known == stack);
    let index = known.unwrap_or_else(|| {
        teller.stacks.push(stack);
        teller.stacks.len() - 1
    });
    u32::try_from(index).unwrap()
}

/// An effect of six rounds: the program takes one second as it is.
fn effect(change: Change, seconds: f64, cpu_ratio: f64) -> Effect {
    Effect {
        change,
        rounds: vec![[1.0, seconds]; 6],
        cpu_rounds: vec![[cpu_ratio, 1.0]; 6],
        same_output: Some(true),
        failure: None,
        command: "…".to_owned(),
    }
}

fn time(seconds: f64) -> Nanoseconds {
    Nanoseconds::from(Duration::from_secs_f64(seconds))
}

/// Two seconds of a process that did nothing.
fn tree() -> Tree {
    Tree {
        wall_ns: time(2.0),
        idle_ns: None,
        user_ns: time(0.0),
        system_ns: time(0.0),
        voluntary_switches: 0,
        involuntary_switches: 0,
        memory: None,
        most_threads: None,
        exit_code: Some(0),
        signal: None,
        orphans: 0,
        noise: None,
    }
}

const WAITS: (Doing, &[&str]) = (Doing::Lock, JOIN);

/// Two threads that compute in turns.
fn in_turns() -> Program {
    let acts: [Acts<'_>; 2] =
        [&[(Doing::Ready, WORK), (Doing::Gil, WORK)], &[(Doing::Gil, WORK), (Doing::Ready, WORK)]];
    Program::new(&[(0, &[WAITS]), (0, acts[0]), (0, acts[1])])
}

#[test]
fn threads_that_wait_for_the_gil_are_bound_by_it() {
    let diagnosis = in_turns().is(Verdict::GilBound, Remedy::Processes);
    let gain = diagnosis.remedies[0].gain.clone().unwrap();
    assert_eq!((gain.kind, gain.low), (GainKind::Bounded, 1.0));
    assert!((gain.high - 2.0).abs() < 1e-9 && gain.formula.is_some());
    assert_eq!(diagnosis.remedies[1].remedy, Remedy::FreeThreading);
    assert!(diagnosis.confidence > 0.95, "{}", diagnosis.confidence);
}

#[test]
fn threads_that_wake_up_to_ask_for_the_gil_do_not_compute() {
    // On a busy machine a thread that waits for it stands in the queue for a CPU two times in three.
    let acts: Acts<'_> = &[(Doing::Ready, WORK), (Doing::Ready, WORK), (Doing::Gil, WORK)];
    Program::new(&[(0, acts), (0, acts)]).is(Verdict::GilBound, Remedy::Processes);
}

#[test]
fn without_a_gil_such_waits_are_others() {
    let program = in_turns().knows(|knowledge| knowledge.gil_enabled = Some(false));
    assert_ne!(program.diagnosis(&[]).verdict, Verdict::GilBound);
}

#[test]
fn what_was_measured_comes_first_if_it_helps_and_never_if_it_does_not() {
    let program = in_turns();
    let free = |seconds| effect(Change::FreeThreading("cpython-3.13t".to_owned()), seconds, 1.0);
    let first = |seconds| program.diagnosis(&[free(seconds)]).remedies;
    assert_eq!(first(0.55)[0].remedy, Remedy::FreeThreading);
    assert_eq!(first(0.55)[0].gain.as_ref().unwrap().kind, GainKind::Measured);
    let little = first(0.9);
    assert_eq!((little[0].remedy, little[1].remedy), (Remedy::Processes, Remedy::FreeThreading));
    for seconds in [1.0, 1.5, 3.0] {
        assert!(first(seconds).iter().all(|proposal| proposal.remedy != Remedy::FreeThreading));
    }
    let other = Effect { same_output: Some(false), ..free(0.5) };
    let remedies = program.diagnosis(&[other]).remedies;
    assert!(
        remedies.iter().all(|proposal| proposal.remedy != Remedy::FreeThreading),
        "it does something else"
    );
}

#[test]
fn threads_that_compute_at_once_are_parallel_unless_that_brings_nothing() {
    let acts: Acts<'_> = &[(Doing::Ready, WORK)];
    let program = Program::new(&[(0, &[WAITS]), (0, acts), (0, acts)]);
    program.is(Verdict::Parallel, Remedy::None);
    let with = |effects: &[Effect]| program.diagnosis(effects);
    assert_eq!(with(&[effect(Change::OneCpu, 1.9, 1.02)]).verdict, Verdict::Parallel);
    assert_eq!(with(&[effect(Change::OneCpu, 1.05, 1.9)]).verdict, Verdict::MemoryBound);
    let blas = with(&[effect(Change::OneBlasThread, 0.2, 1.0)]);
    assert_eq!((blas.verdict, blas.remedies[0].remedy), (Verdict::Oversubscribed, Remedy::OneBlasThread));
    assert_eq!(with(&[effect(Change::OneBlasThread, 1.0, 1.0)]).verdict, Verdict::Parallel);
}

#[test]
fn who_waits_one_after_the_other_could_wait_at_once() {
    let sleeps: Acts<'_> = &[(Doing::Sleep, WORK)];
    let alone = Program::new(&[(0, sleeps)]);
    alone.is(Verdict::IoBound, Remedy::Threads);
    Program::new(&[(0, &[WAITS]), (0, sleeps), (0, sleeps), (0, sleeps)]).is(Verdict::IoBound, Remedy::None);
    let queued = Program::new(&[(0, &[WAITS]), (0, sleeps), (0, sleeps)])
        .knows(|knowledge| knowledge.tasks_waiting = 9);
    queued.is(Verdict::IoBound, Remedy::Threads);
}

#[test]
fn a_lock_of_the_programs_is_told_from_waiting_for_work() {
    let computes: Acts<'_> = &[(Doing::Ready, WORK)];
    let waits: Acts<'_> = &[(Doing::Lock, &["__main__:locked"])];
    Program::new(&[(0, &[WAITS]), (0, computes), (0, waits)]).is(Verdict::LockBound, Remedy::NarrowLock);
    let idle: Acts<'_> = &[(Doing::Lock, QUEUE)];
    let serial = Program::new(&[(0, &[WAITS]), (0, computes), (0, idle)])
        .is(Verdict::Serial, Remedy::ParalleliseSerialPart);
    assert!((serial.remedies[0].gain.as_ref().unwrap().high - 2.0).abs() < 1e-9);
    let sleeps_with_it: Acts<'_> = &[(Doing::Sleep, WORK)];
    Program::new(&[(0, sleeps_with_it), (0, waits), (0, waits)]).is(Verdict::LockBound, Remedy::NarrowLock);
}

#[test]
fn moving_data_is_told_from_handing_out_too_little() {
    let parent: Acts<'_> = &[(Doing::Ready, PICKLE)];
    let child: Acts<'_> =
        &[(Doing::Pipe, &["multiprocessing.connection:_recv", "multiprocessing.queues:get"])];
    let program = || Program::new(&[(0, parent), (1, child)]);
    program().writes(500_000_000).is(Verdict::PicklingBound, Remedy::PassPaths);
    program().writes(1_000_000).is(Verdict::OverheadBound, Remedy::LargerTasks);
}

#[test]
fn who_may_not_use_the_cpus_that_it_wants_is_throttled() {
    let acts: Acts<'_> = &[(Doing::Ready, WORK)];
    let program = Program::new(&[(0, acts), (1, acts)]).may_use(&[0]);
    let diagnosis = program.is(Verdict::Throttled, Remedy::RaiseLimit);
    assert!((diagnosis.remedies[0].gain.as_ref().unwrap().high - 2.0).abs() < 1e-9);
}

#[test]
fn a_long_callback_blocks_the_loop_only_if_others_are_kept_waiting() {
    let facts = |others: f64| LoopFacts {
        callbacks: 20,
        slow: 20,
        slow_seconds: 2.0,
        slow_seconds_with_others: others,
        longest_seconds: 0.1,
    };
    let sleeping = |others: f64| {
        Program::new(&[(0, &[(Doing::Sleep, CALLBACK)])])
            .knows(|knowledge| knowledge.event_loop = Some(facts(others)))
    };
    sleeping(2.0).is(Verdict::LoopBlocked, Remedy::ToThread);
    assert_eq!(sleeping(0.0).diagnosis(&[]).verdict, Verdict::IoBound);
    let computing = Program::new(&[(0, &[(Doing::Ready, CALLBACK)])])
        .knows(|knowledge| knowledge.event_loop = Some(facts(2.0)));
    computing.is(Verdict::LoopBlocked, Remedy::Processes);
}

#[test]
fn too_little_seen_or_nothing_in_particular_is_undecided() {
    let mut short = in_turns();
    short.run.watched.looks.truncate(3);
    let diagnosis = short.diagnosis(&[]);
    assert_eq!((diagnosis.verdict, diagnosis.confidence), (Verdict::Undecided, 0.0));
    assert!(!diagnosis.missing.is_empty());
    let nothing = Run { watched: Watched::default(), ..short.run.clone() };
    let case =
        Case { telling: &nothing, plain: &[], effects: &[], machine_cpus: 2, allowed_cpus: 2, quota: None };
    assert_eq!(diagnose(&case).verdict, Verdict::Undecided);
}

#[test]
fn what_nobody_tells_is_known_from_outside_as_far_as_that_goes() {
    let mut program = in_turns();
    program.run.inside = None;
    assert_eq!(program.diagnosis(&[]).verdict, Verdict::GilBound);
    let waits: Acts<'_> = &[(Doing::Lock, &["__main__:locked"])];
    let mut locked = Program::new(&[(0, &[(Doing::Ready, WORK)]), (0, waits)]);
    locked.run.inside = None;
    assert_ne!(locked.diagnosis(&[]).verdict, Verdict::LockBound, "it may wait for work");
}

#[test]
fn waiting_for_a_librarys_lock_is_its_threads_where_these_are_too_many() {
    let own: Acts<'_> = &[(Doing::Ready, WORK), (Doing::LibraryLock, WORK)];
    let waits: Acts<'_> = &[(Doing::LibraryLock, WORK)];
    let program = Program::new(&[(0, own), (0, waits), (0, waits)]);
    program.is(Verdict::Undecided, Remedy::None);
    let diagnosis = program.diagnosis(&[effect(Change::OneBlasThread, 1.0, 1.0)]);
    assert_eq!(diagnosis.verdict, Verdict::LockBound, "{:?}", diagnosis.shares);
    assert_eq!(diagnosis.remedies[0].remedy, Remedy::Processes);
    assert!(diagnosis.evidence[0].fact.contains("of a library's"), "{:?}", diagnosis.evidence);
    let tried = [effect(Change::OneBlasThread, 1.0 / 1.4, 1.0)];
    let diagnosis = program.diagnosis(&tried);
    assert_eq!(diagnosis.verdict, Verdict::Oversubscribed, "{:?}", diagnosis.shares);
    assert_eq!(diagnosis.remedies[0].remedy, Remedy::OneBlasThread);
}

#[test]
fn cpus_that_are_busy_for_nothing_are_so_with_too_many_threads_of_libraries() {
    let work: Acts<'_> = &[(Doing::Ready, WORK)];
    let program = Program::new(&[(0, work), (0, work), (0, work)]);
    let one_cpu = || effect(Change::OneCpu, 1.05, 1.9);
    assert_eq!(program.diagnosis(&[one_cpu()]).verdict, Verdict::MemoryBound);
    let tried = [one_cpu(), effect(Change::OneBlasThread, 1.0 / 1.4, 1.0)];
    assert_eq!(program.diagnosis(&tried).verdict, Verdict::Oversubscribed);
}

#[test]
fn threads_that_fight_for_a_lock_awake_are_told_from_work_by_one_cpu() {
    let mut fights = vec![(Doing::Ready, WORK); 49];
    fights.push((Doing::Lock, WORK));
    let program = Program::new(&[(0, &fights), (0, &fights), (0, &fights)]);
    let program = program.knows(|knowledge| knowledge.gil_enabled = Some(false));
    let diagnosis = program.diagnosis(&[]);
    assert_eq!(diagnosis.verdict, Verdict::Undecided, "{:?}", diagnosis.shares);
    assert!(diagnosis.missing[0].contains("one CPU"), "{:?}", diagnosis.missing);
    let verdict = |seconds, cpu| program.diagnosis(&[effect(Change::OneCpu, seconds, cpu)]).verdict;
    assert_eq!(verdict(1.05, 1.9), Verdict::LockBound);
    assert_eq!(verdict(1.9, 1.02), Verdict::Parallel);
}

#[test]
fn threads_that_never_ran_at_once_since_others_had_the_cpus_are_undecided() {
    let work: Acts<'_> = &[(Doing::Ready, WORK)];
    let mut program = Program::new(&[(0, work), (0, work)]);
    let mut used = |seconds: f64, idle: f64| {
        program.run.tree = Some(Tree { idle_ns: Some(time(idle)), user_ns: time(seconds), ..tree() });
        program.diagnosis(&[])
    };
    assert_eq!(used(4.0, 0.0).verdict, Verdict::Parallel);
    assert_eq!(used(2.8, 0.0).verdict, Verdict::Parallel, "it had more than one CPU");
    assert_eq!(used(2.0, 2.0).verdict, Verdict::Parallel, "nobody else used the other");
    let starved = used(2.0, 0.0);
    assert_eq!(starved.verdict, Verdict::Undecided);
    assert!(starved.missing[0].contains("it got 1.0 of 2"), "{:?}", starved.missing);
}

#[test]
fn handing_out_tasks_is_believed_as_far_as_threads_gave_way() {
    let one: Acts<'_> = &[(Doing::Ready, QUEUE), (Doing::Gil, QUEUE)];
    let other: Acts<'_> = &[(Doing::Gil, QUEUE), (Doing::Ready, QUEUE)];
    let mut program = Program::new(&[(0, &[WAITS]), (0, one), (0, other)]);
    let mut verdict = |voluntary_switches| {
        program.run.tree = Some(Tree { voluntary_switches, ..tree() });
        program.diagnosis(&[]).verdict
    };
    assert_eq!(verdict(100_000), Verdict::OverheadBound);
    assert_eq!(verdict(4_000), Verdict::GilBound, "20 % of the time at most");
    assert_eq!(verdict(1_000), Verdict::OverheadBound, "the GIL was taken, so that samples came at any time");
    program.run.tree = Some(Tree { voluntary_switches: 4_000, idle_ns: Some(time(0.0)), ..tree() });
    assert_eq!(program.diagnosis(&[]).verdict, Verdict::Undecided, "others had the CPUs");
}
