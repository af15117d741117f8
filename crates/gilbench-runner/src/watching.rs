//! The last part of a run: one more process of each case that is to be watched, when nothing is measured any more.

use std::collections::BTreeSet;
use std::time::Duration;

use gilbench_model::event::Event;
use gilbench_model::plan::Case;
use gilbench_model::sample::Outcome;
use gilbench_model::timeline::Timeline;

use crate::recorder::now_ms;
use crate::run::{RunFailure, Runner, Standings};
use crate::worker::{Attention, Repetition};

/// A further iteration begins only this soon after the first: what takes longer shows enough in one.
const SHORT: Duration = Duration::from_millis(100);

impl Runner<'_> {
    /// Watches every case that is to be watched and was not yet, in the plan's order.
    pub(crate) fn watch_all(
        &mut self,
        already: &BTreeSet<u32>,
        standings: &Standings<'_>,
    ) -> Result<(), RunFailure> {
        let plan = self.plan;
        for &index in &plan.timelines {
            let case = &plan.cases[index as usize];
            if case.skip.is_some() || already.contains(&index) {
                continue;
            }
            if (self.interrupted)() {
                return Err(RunFailure::Interrupted);
            }
            let timeline = match self.obstacle(case, standings.pilots[index as usize].is_some()) {
                None => self.watch(index, case)?,
                Some(reason) => Timeline {
                    case: index,
                    began_ms: now_ms(),
                    outcome: Outcome::Unsupported { reason: reason.to_owned() },
                    iterations: Vec::new(),
                    recording: None,
                },
            };
            // What ended because we ended it says nothing about the case.
            if (self.interrupted)() {
                return Err(RunFailure::Interrupted);
            }
            let outcome = timeline.outcome.clone();
            self.recorder.timeline(timeline)?;
            self.emit(&Event::Watched { case: index, outcome }, standings)?;
        }
        Ok(())
    }

    /// Why a case cannot be watched, if it cannot.
    fn obstacle(&self, case: &Case, pilot_completed: bool) -> Option<&'static str> {
        if self.context.container(case).is_some() {
            return Some("it runs in a container, whose threads are not watched");
        }
        (!pilot_completed).then_some("its pilot did not complete")
    }

    fn watch(&mut self, index: u32, case: &Case) -> Result<Timeline, RunFailure> {
        let finished = self.worker(index, case, self.few(case), None, Attention::Threads)?;
        let (recording, iterations) = finished.watched.unzip();
        let process = finished.process;
        Ok(Timeline {
            case: index,
            began_ms: process.began_ms,
            outcome: process.outcome,
            iterations: iterations.unwrap_or_default(),
            recording,
        })
    }

    /// A second iteration where the first is short, since that one pays for caches and lazy imports; a few where code
    /// is compiled meanwhile. The last is the one to look at.
    fn few(&self, case: &Case) -> Repetition {
        if self.plan.is_behaviour(case) {
            return Repetition { iterations: 1, warmup: 0, time_limit: None, least: 1 };
        }
        let least =
            if self.context.has_jit(case) { self.plan.profile.iterations.least_with_jit.max(1) } else { 1 };
        let iterations = least.max(2);
        Repetition { iterations, warmup: iterations - 1, time_limit: Some(SHORT), least }
    }
}
