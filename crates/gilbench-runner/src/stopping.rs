//! Which cases a round runs, and when a case has ended.
//!
//! A round runs the cases that are still undecided *and* their partners, the cases that they are compared with. So the
//! time goes where the uncertainty is, and no ratio loses its pairs: a partner that has ended itself goes on for as long
//! as anyone needs it, without skipping a round. A case that has ended never comes back, so the rounds that a partner
//! is needed in have no gap.
//!
//! Everything is decided between two rounds, when all cases of a round have had their turn, and follows from what is
//! recorded: a resumed run decides as one that was never interrupted.
//!
//! Not responsible for: running anything, the order within a round, or what makes an interval.

use std::collections::BTreeMap;
use std::time::Duration;

use gilbench_model::Name;
use gilbench_model::event::{Reached, StopReason};
use gilbench_model::plan::{BEHAVIOUR_ROUNDS, Case, Plan};
use gilbench_model::suite::{Profile, Rounds};

use crate::schedule::is_look;

/// A case whose fewest rounds would take more than this many times the profile's time for a case is not begun: the
/// pilot is one process, and may have been held up.
const MOST_OVERRUN: u32 = 2;

/// After this many rounds in a row without a result, a case is given up.
const FAILURES_IN_A_ROW: u32 = 3;

/// The values of a case by round, in seconds; rounds without a result are missing.
pub type RoundValues = BTreeMap<u32, f64>;

/// Knows what has to be precise. Looks at the width of intervals only, never at what a comparison would show: stopping
/// on significance finds it where there is none.
pub trait StopRule {
    /// The cases that this one is compared with, by their index in the plan.
    fn partners(&self, case: u32) -> &[u32];

    /// How narrow the widest interval is that these values give: of the ratios to the partners where there are any,
    /// of the time where there are none. `None` where one has no interval yet.
    fn reached(&self, values: &RoundValues, partners: &[&RoundValues]) -> Option<Reached>;
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Processes recorded, those of an earlier part of the run included.
    pub done: u32,
    /// Processes that are still to come if every case needs no more than its next look.
    pub left: u32,
    /// How long those will take if they take as long as the case's processes did; `None` while cases without
    /// any process are left.
    pub time_left: Option<Duration>,
}

/// How a process ended, as far as stopping is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn {
    /// The pilot, whether it completed, and what it foretells.
    Pilot {
        /// Whether it completed.
        completed: bool,
        /// What it spent on anything but its iterations.
        start_up: Duration,
        /// How long a process of a round will take.
        round: Duration,
    },
    /// A round, whether it completed, and its value.
    Round {
        /// From 0.
        round: u32,
        /// Whether it completed.
        completed: bool,
        /// Seconds.
        value: Option<f64>,
    },
}

/// Why a case needs no more rounds for its own sake, and how narrow its widest interval was.
pub(crate) type End = (StopReason, Option<Reached>);

/// What the cases have come to.
pub(crate) struct Course<'a> {
    profile: &'a Profile,
    rule: &'a dyn StopRule,
    standings: Vec<Standing>,
    /// Of each case, those that are compared with it.
    needed_by: Vec<Vec<u32>>,
    /// Of each case, its interpreter.
    interpreters: Vec<&'a Name>,
    /// Of each interpreter, the shortest time that a pilot spent on anything but its iterations.
    start_up: BTreeMap<&'a Name, Duration>,
}

/// What one case has come to.
#[derive(Clone, Debug, Default)]
struct Standing {
    /// It is in the plan, but not measured.
    skipped: bool,
    /// It is asked so often how it behaves, whatever its times are.
    behaviour: Option<u32>,
    /// Whether the pilot completed, once it ran.
    pilot: Option<bool>,
    /// How long a process of a round will take, as the pilot showed.
    expected: Duration,
    /// Rounds that are recorded, whatever came of them.
    rounds: u32,
    values: RoundValues,
    /// Rounds in a row without a result, up to the last.
    failures: u32,
    processes: u32,
    /// How long its processes took.
    took: Duration,
    /// What counts against its time limit.
    charged: Duration,
    /// After how many rounds it ended.
    ended: Option<u32>,
    /// It ended because nobody could wait for it.
    too_slow: bool,
}

impl Standing {
    /// It cannot be measured, for its own sake or another's.
    fn is_given_up(&self) -> bool {
        self.skipped || self.too_slow || self.pilot == Some(false) || self.failures >= FAILURES_IN_A_ROW
    }

    /// Whether it is undecided when this round begins.
    fn goes_into(&self, round: u32) -> bool {
        !self.skipped && self.ended.is_none_or(|rounds| rounds > round)
    }
}

impl<'a> Course<'a> {
    /// Of a plan of which nothing has run yet.
    pub(crate) fn new(plan: &'a Plan, rule: &'a dyn StopRule) -> Self {
        let standing = |case: &Case| Standing {
            skipped: case.skip.is_some(),
            behaviour: plan.is_behaviour(case).then(|| BEHAVIOUR_ROUNDS.min(plan.profile.rounds.least)),
            ..Standing::default()
        };
        let standings = plan.cases.iter().map(standing).collect();
        let mut needed_by = vec![Vec::new(); plan.cases.len()];
        for (case, _) in (0..).zip(&plan.cases) {
            for partner in rule.partners(case) {
                needed_by[*partner as usize].push(case);
            }
        }
        let interpreters = plan.cases.iter().map(|case| &case.interpreter).collect();
        Self { profile: &plan.profile, rule, standings, needed_by, interpreters, start_up: BTreeMap::new() }
    }

    /// Takes note that a case ended after so many rounds. What an earlier part of the run said of ends is to be told
    /// before its processes.
    pub(crate) fn end(&mut self, case: u32, rounds: u32, reason: StopReason) {
        if let Some(standing) = self.standings.get_mut(case as usize) {
            standing.ended = Some(rounds);
            standing.too_slow = reason == StopReason::TooSlow;
        }
    }

    /// Takes note of a process.
    pub(crate) fn take(&mut self, case: u32, turn: Turn, took: Duration) {
        let payers = match turn {
            Turn::Pilot { .. } => vec![case],
            Turn::Round { round, .. } => self.payers(case, round),
        };
        let share = took / u32::try_from(payers.len()).unwrap_or(u32::MAX).max(1);
        for payer in payers {
            self.standings[payer as usize].charged += share;
        }
        let standing = &mut self.standings[case as usize];
        standing.took += took;
        standing.processes += 1;
        match turn {
            Turn::Pilot { completed, start_up, round } => {
                standing.pilot = Some(completed);
                standing.expected = round;
                if completed {
                    let shortest = self.start_up.entry(self.interpreters[case as usize]).or_insert(start_up);
                    *shortest = start_up.min(*shortest);
                }
            }
            Turn::Round { round, completed, value } => {
                standing.rounds += 1;
                standing.failures = if completed { 0 } else { standing.failures + 1 };
                standing.values.extend(value.map(|value| (round, value)));
            }
        }
    }

    /// Whether the pilot is still to run: not if what is known without it ends the case.
    pub(crate) fn awaits_pilot(&self, case: u32) -> bool {
        let standing = &self.standings[case as usize];
        standing.pilot.is_none() && standing.ended.is_none() && !self.is_too_slow(case)
    }

    /// Whether the fewest rounds of a case would take far longer than the profile gives it. Before its pilot, what its
    /// interpreter took to start tells.
    fn is_too_slow(&self, case: u32) -> bool {
        let standing = &self.standings[case as usize];
        let start_up = || self.start_up.get(self.interpreters[case as usize]).copied();
        let round = if standing.pilot.is_some() { Some(standing.expected) } else { start_up() };
        let fewest = standing.behaviour.unwrap_or(self.profile.rounds.least);
        let most = MOST_OVERRUN * self.profile.case_time;
        standing.rounds == 0 && round.is_some_and(|round| round * fewest > most)
    }

    /// Whether the case has this round already. A resumed run may find a round half done.
    pub(crate) fn has(&self, case: u32, round: u32) -> bool {
        self.standings[case as usize].rounds > round
    }

    /// The rounds of a case that are recorded.
    pub(crate) fn rounds(&self, case: u32) -> u32 {
        self.standings[case as usize].rounds
    }

    /// The cases of a round, in the plan's order: those that are undecided when it begins, and their partners. Empty
    /// once every case has ended.
    pub(crate) fn going(&self, round: u32) -> Vec<u32> {
        let goes = |case: &u32| {
            let standing = &self.standings[*case as usize];
            // A partner that fails is of no use to anyone; a case that fails has yet to be told that it ended.
            let useful = standing.goes_into(round) || !standing.is_given_up();
            useful && !self.undecided_with(*case, round).is_empty()
        };
        self.indexes().filter(goes).collect()
    }

    /// Who pays for a process: its case as long as it is undecided, then those that still need it, in equal parts. So
    /// a run never takes longer than the time limits of its cases together, but for what they overrun them by
    /// between two looks.
    fn payers(&self, case: u32, round: u32) -> Vec<u32> {
        let undecided = self.undecided_with(case, round);
        if undecided.is_empty() || undecided.contains(&case) { vec![case] } else { undecided }
    }

    /// Of a case and those that are compared with it, the ones that are undecided when this round begins.
    fn undecided_with(&self, case: u32, round: u32) -> Vec<u32> {
        let all = std::iter::once(case).chain(self.needed_by[case as usize].iter().copied());
        all.filter(|case| self.standings[*case as usize].goes_into(round)).collect()
    }

    /// Why a case ends, if it does: now that its pilot ran or a round is over.
    pub(crate) fn due(&self, case: u32) -> Option<End> {
        let standing = &self.standings[case as usize];
        if standing.ended.is_some() || standing.skipped {
            return None;
        }
        if standing.is_given_up() {
            return Some((StopReason::Failed, None));
        }
        if self.is_too_slow(case) {
            return Some((StopReason::TooSlow, None));
        }
        if let Some(enough) = standing.behaviour {
            return (standing.rounds >= enough).then_some((StopReason::Observed, None));
        }
        let (rounds, Rounds { least, most }) = (standing.rounds, self.profile.rounds);
        let at_most = rounds >= most;
        if !at_most && (rounds < least || !is_look(rounds, least)) {
            return None;
        }
        let reached = self.reached(case);
        let precise = reached.is_some_and(|reached| reached.half_width <= self.profile.target.get());
        let reason = if precise {
            StopReason::Precise
        } else if at_most {
            StopReason::MostRounds
        } else if standing.charged >= self.profile.case_time {
            StopReason::CaseTime
        } else {
            return None;
        };
        Some((reason, reached))
    }

    /// How narrow a case's widest interval is. A partner that cannot be measured leaves it to the others; without any,
    /// it is judged alone.
    fn reached(&self, case: u32) -> Option<Reached> {
        let partners = self.rule.partners(case).iter().map(|partner| &self.standings[*partner as usize]);
        let partners: Vec<&RoundValues> =
            partners.filter(|partner| !partner.is_given_up()).map(|partner| &partner.values).collect();
        self.rule.reached(&self.standings[case as usize].values, &partners)
    }

    /// How far the run is.
    pub(crate) fn progress(&self) -> Progress {
        let mut progress = Progress { time_left: Some(Duration::ZERO), ..Progress::default() };
        // One that is about to end has no event yet.
        let ending: Vec<bool> = self.indexes().map(|case| self.due(case).is_some()).collect();
        for case in self.indexes() {
            let standing = &self.standings[case as usize];
            progress.done += standing.processes;
            let left = self.left(case, &ending);
            progress.left += left;
            let mean = standing.took.checked_div(standing.processes);
            if left > 0 {
                progress.time_left = progress.time_left.zip(mean).map(|(sum, mean)| sum + mean * left);
            }
        }
        progress
    }

    /// Processes of a case until the next look of whoever needs it latest, its pilot included.
    fn left(&self, case: u32, ending: &[bool]) -> u32 {
        let standing = &self.standings[case as usize];
        if standing.is_given_up() {
            return 0;
        }
        let needers = std::iter::once(case).chain(self.needed_by[case as usize].iter().copied());
        let undecided = needers.filter(|needer| {
            let standing = &self.standings[*needer as usize];
            standing.ended.is_none() && !standing.skipped && !ending[*needer as usize]
        });
        let looks = undecided.map(|needer| {
            let standing = &self.standings[needer as usize];
            standing.behaviour.unwrap_or_else(|| next_look(standing.rounds, self.profile.rounds))
        });
        let rounds = looks.max().map_or(0, |look| look.saturating_sub(standing.rounds));
        rounds + u32::from(rounds > 0 && standing.pilot.is_none())
    }

    fn indexes(&self) -> impl Iterator<Item = u32> + use<> {
        0..u32::try_from(self.standings.len()).unwrap_or(u32::MAX)
    }
}

/// The rounds at the first look after so many.
fn next_look(rounds: u32, Rounds { least, most }: Rounds) -> u32 {
    let mut look = rounds + 1;
    while look < most && (look < least || !is_look(look, least)) {
        look += 1;
    }
    look
}

#[cfg(test)]
mod tests {
    use super::*;
    use gilbench_model::event::Yardstick;
    use serde_json::json;

    /// A case's values say how many rounds it needs: its widest interval reaches the target in as many pairs.
    struct Fake {
        partners: Vec<Vec<u32>>,
    }

    const TARGET: f64 = 0.5;

    /// One that completed, in a second.
    const PILOT: Turn =
        Turn::Pilot { completed: true, start_up: Duration::from_millis(500), round: Duration::from_secs(1) };

    impl StopRule for Fake {
        fn partners(&self, case: u32) -> &[u32] {
            &self.partners[case as usize]
        }

        fn reached(&self, values: &RoundValues, partners: &[&RoundValues]) -> Option<Reached> {
            let needed = values.values().next()?;
            let pairs =
                values.keys().filter(|round| partners.iter().all(|partner| partner.contains_key(round)));
            let of = if partners.is_empty() { Yardstick::Time } else { Yardstick::Ratio };
            Some(Reached { of, half_width: TARGET * needed / pairs.count() as f64 })
        }
    }

    fn plan(cases: usize, most: u32, case_time: &str) -> Plan {
        let digest = gilbench_model::plan::sha256(b"");
        let case = |index: usize| {
            json!({
                "id": format!("work/{index}"), "workload": "work", "strategy": "s", "interpreter": "i",
                "worker": "python",
                "conditions": {
                    "size": "default", "workers": 1, "omp": 1, "affinity": "all", "gil": "default",
                    "start_method": null
                },
                "parameters": {}, "digest": digest, "cpus": [0], "effective_cpus": 1, "units": null,
                "oversubscribed": false, "cpu_time_trusted": true, "skip": null,
            })
        };
        serde_json::from_value(json!({
            "schema": gilbench_model::SCHEMA, "suite": "made-up", "seed": 1, "definitions": digest,
            "profile": {
                "rounds": {"least": 8, "most": most}, "target": TARGET, "case_time": case_time, "timeout": "60s",
                "iterations": {"most": 1, "time": "1s", "least_with_jit": 1}
            },
            "workloads": {}, "cases": (0..cases).map(case).collect::<Vec<_>>(),
        }))
        .unwrap()
    }

    /// Something that a run records.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Recorded {
        Process(u32, Option<u32>),
        Ended(u32, StopReason, u32),
    }

    /// Plays what a runner does, each process in a second, after what was recorded before. `value` tells the value of
    /// a round, or of the pilot any; `None` fails.
    fn play(
        plan: &Plan,
        rule: &Fake,
        earlier: &[Recorded],
        value: impl Fn(u32, Option<u32>) -> Option<f64>,
    ) -> Vec<Recorded> {
        let mut course = Course::new(plan, rule);
        let mut all = earlier.to_vec();
        let take = |course: &mut Course<'_>, case, round: Option<u32>| {
            let found = value(case, round);
            let completed = found.is_some();
            let second = Duration::from_secs(1);
            let turn = match round {
                None => Turn::Pilot { completed, start_up: second / 2, round: second },
                Some(round) => Turn::Round { round, completed, value: found },
            };
            course.take(case, turn, second);
        };
        for recorded in earlier {
            if let Recorded::Ended(case, reason, rounds) = recorded {
                course.end(*case, *rounds, *reason);
            }
        }
        for recorded in earlier {
            if let Recorded::Process(case, round) = recorded {
                take(&mut course, *case, *round);
            }
        }
        let end = |course: &mut Course<'_>, all: &mut Vec<Recorded>, case, rounds| {
            let due = (course.rounds(case) == rounds).then(|| course.due(case)).flatten();
            if let Some((reason, _)) = due {
                course.end(case, rounds, reason);
                all.push(Recorded::Ended(case, reason, rounds));
            }
        };
        for case in 0..u32::try_from(plan.cases.len()).unwrap() {
            if course.awaits_pilot(case) {
                take(&mut course, case, None);
                all.push(Recorded::Process(case, None));
            }
            end(&mut course, &mut all, case, 0);
        }
        for round in 0..plan.profile.rounds.most {
            let going = course.going(round);
            if going.is_empty() {
                break;
            }
            for &case in &going {
                if !course.has(case, round) {
                    take(&mut course, case, Some(round));
                    all.push(Recorded::Process(case, Some(round)));
                }
            }
            for case in going {
                end(&mut course, &mut all, case, round + 1);
            }
        }
        assert_eq!(course.progress().left, 0);
        all
    }

    fn ends(recorded: &[Recorded]) -> Vec<(u32, StopReason, u32)> {
        let end = |recorded: &Recorded| match *recorded {
            Recorded::Ended(case, reason, rounds) => Some((case, reason, rounds)),
            Recorded::Process(..) => None,
        };
        recorded.iter().filter_map(end).collect()
    }

    fn rounds(recorded: &[Recorded], case: u32) -> Vec<u32> {
        let round = |recorded: &Recorded| match *recorded {
            Recorded::Process(index, round) if index == case => round,
            _ => None,
        };
        recorded.iter().filter_map(round).collect()
    }

    /// A baseline, two cases that are compared with it, and one by itself.
    fn family() -> Fake {
        Fake { partners: vec![vec![], vec![0], vec![0], vec![]] }
    }

    #[test]
    fn a_partner_goes_on_without_a_gap_while_anyone_needs_it_and_no_longer() {
        use StopReason::Precise;
        let needed = [8.0, 20.0, 13.0, 10.0];
        let all = play(&plan(4, 60, "10m"), &family(), &[], |case, _| Some(needed[case as usize]));
        assert_eq!(ends(&all), [(0, Precise, 8), (3, Precise, 10), (2, Precise, 13), (1, Precise, 22)]);
        let upto = |rounds: u32| (0..rounds).collect::<Vec<u32>>();
        assert_eq!([0, 1, 2, 3].map(|case| rounds(&all, case)), [22, 22, 13, 10].map(upto));
    }

    #[test]
    fn a_ratio_lacks_no_pair_when_it_is_looked_at() {
        // The case has its turn before its partner: were it looked at then, the last pair would be missing.
        let rule = Fake { partners: vec![vec![1], vec![]] };
        let all = play(&plan(2, 60, "10m"), &rule, &[], |_, _| Some(8.0));
        assert_eq!(ends(&all), [(0, StopReason::Precise, 8), (1, StopReason::Precise, 8)]);
    }

    #[test]
    fn without_a_partner_that_can_be_measured_a_case_is_judged_by_its_time() {
        let plan = plan(2, 60, "10m");
        let rule = Fake { partners: vec![vec![], vec![0]] };
        let all = play(&plan, &rule, &[], |case, _| (case == 1).then_some(8.0));
        assert_eq!(ends(&all), [(0, StopReason::Failed, 0), (1, StopReason::Precise, 8)]);
        // One that fails after it has ended is given up; what was paired stays, and the case ends by itself.
        let fails_later = |case, round: Option<u32>| match (case, round) {
            (0, Some(round)) if round > 8 => None,
            (0, _) => Some(8.0),
            _ => Some(13.0),
        };
        let all = play(&plan, &rule, &[], fails_later);
        assert_eq!(ends(&all), [(0, StopReason::Precise, 8), (1, StopReason::Precise, 13)]);
        assert_eq!(rounds(&all, 0), (0..12).collect::<Vec<u32>>(), "three failures in a row");
    }

    #[test]
    fn a_case_that_is_not_measured_is_waited_for_by_nobody() {
        let mut plan = plan(2, 60, "10m");
        plan.cases[0].skip = Some(gilbench_model::plan::Skip { reason: "absent".into(), hint: None });
        let rule = Fake { partners: vec![vec![], vec![0]] };
        let mut course = Course::new(&plan, &rule);
        assert_eq!(course.going(0), [1]);
        course.take(1, PILOT, Duration::from_secs(1));
        assert_eq!(course.progress().left, 8);
    }

    #[test]
    fn a_behaviour_is_asked_for_a_few_times_whatever_its_times_are() {
        let mut plan = plan(2, 60, "10m");
        plan.workloads = serde_json::from_value(json!({
            "work": {"title": "", "summary": "", "bound": "behaviour"}
        }))
        .unwrap();
        let rule = Fake { partners: vec![vec![], vec![0]] };
        let all = play(&plan, &rule, &[], |_, _| Some(1000.0));
        assert_eq!(ends(&all), [(0, StopReason::Observed, 3), (1, StopReason::Observed, 3)]);
        assert_eq!(rounds(&all, 1), [0, 1, 2]);
    }

    #[test]
    fn what_nobody_could_wait_for_is_not_begun_and_not_even_piloted() {
        use StopReason::{Precise, TooSlow};
        let of_two = |case_time| {
            play(&plan(2, 60, case_time), &Fake { partners: vec![vec![], vec![]] }, &[], |_, _| Some(8.0))
        };
        // Eight rounds of a second each, which is as much again as the limit.
        assert_eq!(ends(&of_two("4s")), [(0, Precise, 8), (1, Precise, 8)]);
        // The first shows how long a round takes, and how long the interpreter does without any iteration.
        let ended = |case| Recorded::Ended(case, TooSlow, 0);
        let pilot = |case| Recorded::Process(case, None);
        assert_eq!(of_two("3s"), [pilot(0), ended(0), pilot(1), ended(1)]);
        assert_eq!(of_two("1s"), [pilot(0), ended(0), ended(1)]);
    }

    #[test]
    fn a_partner_that_is_too_slow_leaves_a_case_to_be_judged_alone() {
        let plan = plan(2, 60, "3s");
        let rule = Fake { partners: vec![vec![], vec![0]] };
        let mut course = Course::new(&plan, &rule);
        course.take(0, PILOT, Duration::from_secs(1));
        assert_eq!(course.due(0), Some((StopReason::TooSlow, None)));
        course.end(0, 0, StopReason::TooSlow);
        let quick =
            Turn::Pilot { completed: true, start_up: Duration::ZERO, round: Duration::from_millis(1) };
        course.take(1, quick, Duration::from_millis(1));
        assert_eq!(course.due(1), None);
        assert_eq!(course.going(0), [1]);
    }

    #[test]
    fn those_who_need_a_partner_pay_for_it_once_it_has_ended() {
        use StopReason::{CaseTime, Precise};
        let never = |case, _: Option<u32>| Some(if case == 0 { 8.0 } else { 1000.0 });
        let rule = Fake { partners: vec![vec![], vec![0], vec![0]] };
        let ends_with = |case_time| ends(&play(&plan(3, 60, case_time), &rule, &[], never));
        // At 17 rounds: 18 s of their own with the pilot, and half of the 9 s that the baseline took for both.
        assert_eq!(ends_with("22s"), [(0, Precise, 8), (1, CaseTime, 17), (2, CaseTime, 17)]);
        assert_eq!(ends_with("23s"), [(0, Precise, 8), (1, CaseTime, 22), (2, CaseTime, 22)]);
    }

    #[test]
    fn a_case_that_is_precise_in_its_last_round_is_called_so() {
        let reason = |needed| {
            ends(&play(&plan(1, 12, "10m"), &Fake { partners: vec![vec![]] }, &[], |_, _| Some(needed)))
        };
        assert_eq!(reason(12.0), [(0, StopReason::Precise, 12)]);
        assert_eq!(reason(13.0), [(0, StopReason::MostRounds, 12)]);
    }

    #[test]
    fn a_run_that_is_cut_anywhere_and_resumed_records_the_same() {
        let plan = plan(4, 30, "35s");
        let value = |case: u32, round: Option<u32>| match (case, round) {
            // Fails now and then, and at last for good.
            (3, Some(round)) if round % 4 == 1 || round > 14 => None,
            _ => Some([8.0, 20.0, 1000.0, 1000.0][case as usize]),
        };
        let whole = play(&plan, &family(), &[], value);
        assert!(ends(&whole).len() == 4 && ends(&whole).contains(&(3, StopReason::Failed, 18)), "{whole:?}");
        for cut in 0..whole.len() {
            assert_eq!(play(&plan, &family(), &whole[..cut], value), whole, "cut at {cut}");
        }
    }

    #[test]
    fn no_more_processes_are_expected_than_a_case_may_have() {
        let look = |rounds, most| next_look(rounds, Rounds { least: 8, most });
        // The looks are 8, 10, 13, …
        assert_eq!([look(0, 12), look(7, 12), look(8, 12), look(10, 12), look(10, 20)], [8, 8, 10, 12, 13]);
    }

    #[test]
    fn a_partner_is_expected_to_be_measured_for_as_long_as_it_is_needed() {
        let (plan, rule) = (plan(4, 60, "10m"), family());
        let mut course = Course::new(&plan, &rule);
        let round = |round, needed| Turn::Round { round, completed: true, value: Some(needed) };
        for (case, needed) in [(0, 8.0), (1, 20.0), (2, 8.0), (3, 8.0)] {
            course.take(case, PILOT, Duration::from_secs(1));
            (0..8).for_each(|index| course.take(case, round(index, needed), Duration::from_secs(1)));
        }
        // All but the second are precise; it needs two more rounds until its next look, and so does its partner.
        assert_eq!(
            course.progress(),
            Progress { done: 36, left: 4, time_left: Some(Duration::from_secs(4)) }
        );
    }
}
