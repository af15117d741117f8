use super::*;

/// Subjects whose processes take so many milliseconds each, and fail from one of them on.
struct Made {
    start_up_ms: Vec<u64>,
    /// Subject, and how many of its processes work.
    fails: Option<(usize, u32)>,
    asked: Vec<(usize, u32, u64)>,
    now: Duration,
}

impl Made {
    fn new(start_up_ms: &[u64]) -> Self {
        Self { start_up_ms: start_up_ms.to_vec(), fails: None, asked: Vec::new(), now: Duration::ZERO }
    }

    fn process(&mut self, subject: usize, threads: u32, turns: u64) -> Result<Duration, BlocksError> {
        let start_up = Duration::from_millis(self.start_up_ms[subject]);
        self.now += start_up + LENGTH;
        let before = self.asked.iter().filter(|(asked, ..)| *asked == subject).count();
        self.asked.push((subject, threads, turns));
        match self.fails {
            Some((failing, works)) if failing == subject && before >= works as usize => {
                Err(BlocksError::Subject(Fate::Broken("made to".to_owned())))
            }
            _ => Ok(start_up),
        }
    }
}

impl Blocks for Made {
    fn pilot(&mut self, subject: usize, length: Duration) -> Result<Pilot, BlocksError> {
        let start_up = self.process(subject, 0, 0)?;
        Ok(Pilot { turns: 10, wall: length, start_up, jit: false })
    }

    fn block(&mut self, subject: usize, threads: u32, turns: u64, _: u64) -> Result<Block, BlocksError> {
        self.process(subject, threads, turns)?;
        Ok(Block { rate: f64::from(threads), cpus: None, queued: None, gil: None })
    }

    fn elapsed(&self) -> Duration {
        self.now
    }
}

fn schedule(subjects: usize, budget_s: u64) -> Schedule {
    Schedule { subjects, threads: vec![1, 2, 8], budget: Duration::from_secs(budget_s), most: 100, seed: 1 }
}

fn run(made: &mut Made, budget_s: u64) -> Measured {
    schedule(made.start_up_ms.len(), budget_s).run(made, &|_| false, &mut |_, _| ())
}

#[test]
fn each_round_has_every_subject_with_every_number_of_threads_once_in_another_order() {
    let mut made = Made::new(&[10, 10, 10]);
    let measured = run(&mut made, 10);
    assert!(matches!(measured.stopped_by, StoppedBy::Budget));
    assert!(measured.rounds > 6 && measured.elapsed < Duration::from_secs(10), "{measured:?}");
    let (pilots, rounds) = made.asked.split_at(3);
    assert_eq!(pilots[0].0, 0, "native code is first");
    let rounds: Vec<_> = rounds.chunks(9).collect();
    assert_eq!(rounds.len(), measured.rounds as usize);
    for round in &rounds {
        let mut sorted = round.to_vec();
        sorted.sort_unstable();
        let subject = |index| [(index, 1, 10), (index, 2, 5), (index, 8, 3)];
        assert_eq!(sorted, [subject(0), subject(1), subject(2)].concat());
    }
    assert_ne!(rounds[0], rounds[1]);
    for course in &measured.courses {
        assert_eq!(course.rounds.len(), measured.rounds as usize);
        let rates = |round: &Vec<Block>| round.iter().map(|block| block.rate).collect::<Vec<_>>();
        assert!(course.rounds.iter().all(|round| rates(round) == [1.0, 2.0, 8.0]));
    }
}

#[test]
fn what_would_keep_the_others_from_their_six_rounds_is_left_out() {
    let mut made = Made::new(&[10, 50, 2_000, 50]);
    let measured = run(&mut made, 20);
    assert_eq!(measured.courses[2].fate, Some(Fate::LeftOut));
    assert!(measured.courses[2].pilot.is_some() && measured.courses[2].rounds.is_empty());
    assert!(measured.rounds >= 6 && measured.courses[3].fate.is_none());
    assert!(measured.needed > Duration::from_secs(36), "{:?}", measured.needed);
}

#[test]
fn the_only_one_is_not_left_out_and_may_have_too_few_rounds() {
    let measured = run(&mut Made::new(&[10, 2_000]), 10);
    assert_eq!(measured.courses[1].fate, None);
    assert!(measured.rounds < 6 && matches!(measured.stopped_by, StoppedBy::Budget));
    assert!(measured.elapsed <= Duration::from_millis(17_300), "{:?}", measured.elapsed);
}

#[test]
fn pilots_that_use_up_the_budget_leave_the_rest_out() {
    let measured = run(&mut Made::new(&[10, 5_000, 5_000, 5_000]), 4);
    let left_out = |course: &&Course| course.fate == Some(Fate::LeftOut);
    assert_eq!(measured.courses.iter().filter(left_out).count(), 2);
}

#[test]
fn one_that_fails_is_left_alone_and_keeps_what_it_has() {
    let mut made = Made { fails: Some((1, 1 + 7)), ..Made::new(&[10, 10, 10]) };
    let measured = run(&mut made, 10);
    let failed = &measured.courses[1];
    assert_eq!((failed.rounds.len(), &failed.fate), (2, &Some(Fate::Broken("made to".to_owned()))));
    assert_eq!(made.asked.iter().filter(|(subject, ..)| *subject == 1).count(), 1 + 8);
    assert_eq!(measured.courses[2].rounds.len(), measured.rounds as usize);
}

#[test]
fn when_all_have_failed_no_round_is_made() {
    let mut made = Made { fails: Some((1, 0)), ..Made::new(&[10, 10]) };
    let measured = run(&mut made, 10);
    assert!(matches!(measured.stopped_by, StoppedBy::NothingLeft));
    assert_eq!((measured.rounds, made.asked.len()), (0, 2));
}

#[test]
fn what_is_precise_ends_at_a_look() {
    let measured = schedule(2, 1_000).run(&mut Made::new(&[10, 10]), &|_| true, &mut |_, _| ());
    assert!(matches!(measured.stopped_by, StoppedBy::Precise));
    assert_eq!(measured.rounds, 8);
}

#[test]
fn no_more_rounds_are_made_than_may_be() {
    let measured =
        Schedule { most: 7, ..schedule(2, 1_000) }.run(&mut Made::new(&[10, 10]), &|_| false, &mut |_, _| ());
    assert!(matches!(measured.stopped_by, StoppedBy::MostRounds));
    assert_eq!(measured.rounds, 7);
}
