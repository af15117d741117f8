//! Which iterations of a process are steady: those that the analysis will take, so that a case ends by the values that
//! are reported.

use gilbench_analysis::warm_up;
use gilbench_model::plan::SteadyRule;
use gilbench_model::sample::Process;
use gilbench_runner::SteadyState;

/// Finds them as the plan says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steady {
    /// The plan's rule.
    pub(crate) rule: SteadyRule,
}

impl SteadyState for Steady {
    fn warm_up(&self, process: &Process) -> Option<u32> {
        match self.rule {
            SteadyRule::Tagged => None,
            SteadyRule::Detected => u32::try_from(warm_up::of(process)?.steady_from?).ok(),
        }
    }
}
