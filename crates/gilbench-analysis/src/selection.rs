//! Which cases of a run a claim's selector picks and, where it picks none, what the run has instead.
//!
//! Both answers come from the same comparison of conditions, so that the reason given is the one that decided.
//! Not responsible for the interpreters that a run lacks: the claims know what else they need.

use gilbench_model::claim::Selector;
use gilbench_model::condition::{DEFAULT_SIZE, Workers};
use gilbench_model::interpreter::WorkerKind;
use gilbench_model::plan::{Case, useful_workers};
use gilbench_model::{Affinity, Name, Quota};

/// A selector with the sizes that it may pick.
#[derive(Clone)]
pub(crate) struct Wanted<'a> {
    selector: &'a Selector,
    /// In order of preference.
    sizes: Vec<&'a str>,
}

/// A condition that a selector can ask for.
#[derive(Clone, Copy)]
enum Condition {
    Size,
    Workers,
    Omp,
    Affinity,
    Gil,
    StartMethod,
    Quota,
}

impl Condition {
    const ALL: [Self; 7] =
        [Self::Size, Self::Workers, Self::Omp, Self::Affinity, Self::Gil, Self::StartMethod, Self::Quota];

    /// As in a case's id.
    fn name(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Workers => "workers",
            Self::Omp => "omp",
            Self::Affinity => "affinity",
            Self::Gil => "gil",
            Self::StartMethod => "start",
            Self::Quota => "quota",
        }
    }

    fn of(self, case: &Case) -> String {
        let conditions = &case.conditions;
        match self {
            Self::Size => conditions.size.to_string(),
            Self::Workers => conditions.workers.to_string(),
            Self::Omp => conditions.omp.to_string(),
            Self::Affinity => conditions.affinity.to_string(),
            Self::Gil => conditions.gil.to_string(),
            Self::StartMethod => {
                conditions.start_method.map_or_else(|| "default".to_owned(), |method| method.to_string())
            }
            Self::Quota => quota(conditions.quota),
        }
    }
}

impl<'a> Wanted<'a> {
    /// What a selector asks for by itself: of no size that it names, the default one.
    pub(crate) fn by(selector: &'a Selector) -> Self {
        let sizes = selector.size.as_ref().map(|sizes| sizes.iter().map(Name::as_str).collect());
        Self { selector, sizes: sizes.unwrap_or_else(|| vec![DEFAULT_SIZE]) }
    }

    /// The same of one size.
    pub(crate) fn of_size(selector: &'a Selector, size: &'a str) -> Self {
        Self { selector, sizes: vec![size] }
    }

    /// One for each size, in order of preference.
    pub(crate) fn size_by_size(&self) -> impl Iterator<Item = Self> {
        self.sizes.iter().map(|size| Self::of_size(self.selector, size))
    }

    /// Whether the case is one of these.
    pub(crate) fn picks(&self, case: &Case) -> bool {
        self.interpreter_fits(case) && self.fits_elsewhere(case)
    }

    /// Whether the case is one of these but for its interpreter.
    pub(crate) fn fits_elsewhere(&self, case: &Case) -> bool {
        self.is_about(case) && Condition::ALL.into_iter().all(|condition| self.fits(condition, case))
    }

    /// What a run of these cases, none of which is picked, has instead.
    pub(crate) fn instead(&self, cases: &[&Case]) -> String {
        let about: Vec<&Case> = cases.iter().copied().filter(|case| self.is_about(case)).collect();
        let own: Vec<&Case> = about.iter().copied().filter(|case| self.interpreter_fits(case)).collect();
        let named = self.selector.interpreter.as_ref().filter(|_| !own.is_empty());
        let kind = [self.selector.workload.as_ref(), self.selector.strategy.as_ref()];
        let kind = kind.map(|name| name.map_or("*", |name| name.as_str())).join("/");
        let what = named.map_or_else(|| kind.clone(), |interpreter| format!("{kind}/{interpreter}"));
        if about.iter().any(|case| self.fits_elsewhere(case)) && own.is_empty() {
            return match &self.selector.interpreter {
                Some(interpreter) => format!("the run has no case {kind}/{interpreter}"),
                None => format!("the run has {kind} only on the native baseline"),
            };
        }
        let near = if own.is_empty() { about } else { own };
        if near.is_empty() {
            return if cases.iter().any(|case| self.is_of_kind(case)) {
                format!("the run measures {kind} only cold; the claim asks for steady times")
            } else {
                format!("the run has no case {kind}")
            };
        }
        let fits_none = |condition: &Condition| !near.iter().any(|case| self.fits(*condition, case));
        let lacking: Vec<Condition> = Condition::ALL.into_iter().filter(fits_none).collect();
        if lacking.is_empty() {
            // Each is there, but not together.
            let fits_some = |condition: &Condition| !near.iter().all(|case| self.fits(*condition, case));
            let asked = Condition::ALL.into_iter().filter(fits_some).map(|condition| self.asked(condition));
            return format!("the run has {what}, but none with {}", listed(asked));
        }
        let found = lacking.iter().map(|condition| {
            let mut values: Vec<String> = Vec::new();
            for value in near.iter().map(|case| condition.of(case)) {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            either(*condition, values)
        });
        let asked = lacking.iter().map(|condition| self.asked(*condition));
        format!("the run has {what} only with {}; the claim asks for {}", listed(found), listed(asked))
    }

    /// Whether the case is of the workload and strategy, on whatever interpreter and under whatever conditions.
    fn is_of_kind(&self, case: &Case) -> bool {
        fits(self.selector.workload.as_ref(), &case.workload)
            && fits(self.selector.strategy.as_ref(), &case.strategy)
    }

    /// Whether it is and has a steady time: what was measured cold is another time.
    fn is_about(&self, case: &Case) -> bool {
        self.is_of_kind(case) && !case.conditions.cold
    }

    fn interpreter_fits(&self, case: &Case) -> bool {
        match &self.selector.interpreter {
            Some(interpreter) => *interpreter == case.interpreter,
            None => case.worker != WorkerKind::Native,
        }
    }

    fn fits(&self, condition: Condition, case: &Case) -> bool {
        let (selector, conditions) = (self.selector, &case.conditions);
        match condition {
            Condition::Size => self.sizes.contains(&conditions.size.as_str()),
            Condition::Workers => selector.workers.is_none_or(|workers| {
                workers.resolve(useful_workers(case.effective_cpus, case.units)) == conditions.workers
            }),
            Condition::Omp => conditions.omp == selector.omp.unwrap_or_default(),
            Condition::Affinity => {
                conditions.affinity == *selector.affinity.as_ref().unwrap_or(&Affinity::All)
            }
            Condition::Gil => conditions.gil == selector.gil.unwrap_or_default(),
            Condition::StartMethod => {
                selector.start_method.is_none_or(|method| conditions.start_method == Some(method))
            }
            Condition::Quota => selector.quota == conditions.quota,
        }
    }

    fn asked(&self, condition: Condition) -> String {
        let selector = self.selector;
        let value = match condition {
            Condition::Size => {
                return either(condition, self.sizes.iter().map(|size| (*size).to_owned()));
            }
            Condition::Workers => selector.workers.unwrap_or(Workers::Cpus).to_string(),
            Condition::Omp => selector.omp.unwrap_or_default().to_string(),
            Condition::Affinity => selector.affinity.as_ref().unwrap_or(&Affinity::All).to_string(),
            Condition::Gil => selector.gil.unwrap_or_default().to_string(),
            Condition::StartMethod => {
                selector.start_method.map(|method| method.to_string()).unwrap_or_default()
            }
            Condition::Quota => quota(selector.quota),
        };
        either(condition, [value])
    }
}

/// What the cases that a test is about are compared with: what its selector leaves out is as in the case.
pub(crate) struct Against<'a> {
    complete: Selector,
    of: &'a Case,
}

/// The case to compare with, if it is clear which.
pub(crate) enum Chosen<T> {
    One(T),
    None,
    Several,
}

impl<'a> Against<'a> {
    pub(crate) fn of(selector: &Selector, of: &'a Case) -> Self {
        let conditions = &of.conditions;
        let size = selector.size.as_ref().and_then(|sizes| sizes.first()).unwrap_or(&conditions.size);
        let complete = Selector {
            workload: Some(selector.workload.as_ref().unwrap_or(&of.workload).clone()),
            strategy: Some(selector.strategy.as_ref().unwrap_or(&of.strategy).clone()),
            interpreter: Some(selector.interpreter.as_ref().unwrap_or(&of.interpreter).clone()),
            size: Some(vec![size.clone()]),
            workers: selector.workers,
            omp: Some(selector.omp.unwrap_or(conditions.omp)),
            affinity: Some(selector.affinity.as_ref().unwrap_or(&conditions.affinity).clone()),
            gil: Some(selector.gil.unwrap_or(conditions.gil)),
            start_method: selector.start_method,
            quota: selector.quota.or(conditions.quota),
            phase: None,
        };
        Self { complete, of }
    }

    pub(crate) fn wanted(&self) -> Wanted<'_> {
        Wanted::by(&self.complete)
    }

    /// Of several, the one with as many workers and the same start method, else the one with a single worker.
    pub(crate) fn choose<'c, T>(&self, all: &'c [T], case: impl Fn(&T) -> &Case) -> Chosen<&'c T> {
        let wanted = self.wanted();
        let candidates: Vec<&T> = all.iter().filter(|one| wanted.picks(case(one))).collect();
        let alike = |one: &&&T| {
            let (found, own) = (&case(one).conditions, &self.of.conditions);
            found.workers == own.workers && found.start_method == own.start_method
        };
        let single = |one: &&&T| case(one).conditions.workers == 1;
        let chosen = candidates.iter().find(alike).or_else(|| candidates.iter().find(single));
        match (chosen, candidates.as_slice()) {
            (Some(chosen), _) => Chosen::One(chosen),
            (None, [only]) => Chosen::One(only),
            (None, []) => Chosen::None,
            (None, _) => Chosen::Several,
        }
    }
}

fn fits<T: PartialEq>(wanted: Option<&T>, found: &T) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

fn quota(quota: Option<Quota>) -> String {
    quota.map_or_else(|| "none".to_owned(), |quota| quota.to_string())
}

/// `size=default or brief`.
fn either(condition: Condition, values: impl IntoIterator<Item = String>) -> String {
    format!("{}={}", condition.name(), values.into_iter().collect::<Vec<_>>().join(" or "))
}

fn listed(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" and ")
}
