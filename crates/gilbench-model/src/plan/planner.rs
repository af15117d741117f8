//! Resolves a suite: which cases it comes to with these interpreters on this machine.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Plan, Role, Skip, SteadyRule, WorkloadSummary, definitions, sha256, useful_workers};
use crate::catalog::{Catalog, implements};
use crate::condition::{Affinity, Gil, Omp, Quota, StartMethod, Workers};
use crate::environment::{InterpreterState, Status};
use crate::interpreter::{Interpreter, WorkerKind};
use crate::machine::{Allowance, AllowanceError};
use crate::shell::quoted;
use crate::suite::{Group, Pattern, Selection, Suite};
use crate::workload::{Axis, Bound, Parameter, Strategy, Workload, default_size};
use crate::{Conditions, Name};

/// Why no plan can be made.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The suite does not exist.
    #[error("no suite `{0}`")]
    NoSuite(String),
    /// A chosen interpreter has no definition.
    #[error("no interpreter `{found}`")]
    NoInterpreter {
        /// What was asked for.
        found: Name,
        /// Those that have one.
        known: Vec<Name>,
    },
    /// A chosen interpreter is not in the suite's list.
    #[error("suite `{suite}` has no interpreter `{found}`")]
    NotInSuite {
        /// The suite.
        suite: Name,
        /// What was asked for.
        found: Name,
        /// The suite's list.
        known: Vec<Name>,
    },
    /// Nothing is left to measure.
    #[error("suite `{suite}` has no case that can be measured here{}", why(skipped.as_deref()))]
    NoCase {
        /// The suite.
        suite: Name,
        /// One of its cases, and why it is skipped; none if it has no case at all.
        skipped: Option<Box<(String, Skip)>>,
    },
    /// The machine does not allow it.
    #[error("case `{case}` cannot run on CPUs {affinity}: {error}")]
    Allowance {
        /// The case.
        case: String,
        /// The CPU set, as the suite names it.
        affinity: Affinity,
        /// Why.
        error: AllowanceError,
    },
}

/// What a plan is made from.
#[derive(Clone, Copy, Debug)]
pub struct Planner<'a> {
    /// The data files.
    pub catalog: &'a Catalog,
    /// Every defined interpreter, as it was found.
    pub interpreters: &'a [InterpreterState],
    /// What the machine allows.
    pub allowance: &'a Allowance,
    /// Only these interpreters; empty for all that the suite asks for.
    pub only: &'a [Name],
    /// Orders each round.
    pub seed: u64,
}

/// An interpreter that a suite is measured with.
struct Chosen<'a> {
    interpreter: Interpreter,
    state: Option<&'a InterpreterState>,
    /// It is in a container.
    inside: bool,
    /// It has the cases of every group, not only of those that want a container.
    everywhere: bool,
}

impl Chosen<'_> {
    /// Whether it has cases of this group.
    fn is_for(&self, group: &Group) -> bool {
        let (defined, _) = Interpreter::definition_id(&self.interpreter.id);
        let named = group.interpreters.as_ref().is_none_or(|only| only.contains(&defined));
        named && if group.in_containers { self.inside } else { self.everywhere }
    }
}

impl Planner<'_> {
    /// Resolves a suite.
    pub fn plan(&self, suite: &Suite) -> Result<Plan, PlanError> {
        self.plan_of(suite, self.cases(suite)?)
    }

    /// The cases that a suite asks for.
    pub fn cases(&self, suite: &Suite) -> Result<Vec<Case>, PlanError> {
        let chosen = self.chosen(suite)?;
        let mut cases = Vec::new();
        let mut seen = BTreeSet::new();
        for group in &suite.groups {
            // The catalogue has checked that it exists.
            let Some(workload) = self.catalog.workloads.get(&group.workload) else {
                continue;
            };
            for chosen in chosen.iter().filter(|chosen| chosen.is_for(group)) {
                for combination in self.combinations(group, workload, &chosen.interpreter) {
                    let case = self.case(workload, &chosen.interpreter, chosen.state, combination)?;
                    if seen.insert(case.id.clone()) {
                        cases.push(case);
                    }
                }
            }
        }
        Ok(cases)
    }

    /// A plan of these of a suite's cases.
    pub fn plan_of(&self, suite: &Suite, mut cases: Vec<Case>) -> Result<Plan, PlanError> {
        if cases.iter().all(|case| case.skip.is_some()) {
            let skipped = cases.iter().find_map(|case| Some((case.id.clone(), case.skip.clone()?)));
            return Err(PlanError::NoCase { suite: suite.name.clone(), skipped: skipped.map(Box::new) });
        }
        cases.extend(self.controls(&cases));
        let names: BTreeSet<&Name> = cases.iter().map(|case| &case.workload).collect();
        let summary = |workload: &Workload| WorkloadSummary {
            title: workload.title.clone(),
            summary: workload.summary.clone(),
            bound: workload.bound,
            race: workload.race && workload.bound != Bound::Behaviour,
            roofline: workload.roofline.clone(),
        };
        let workloads = names
            .into_iter()
            .filter_map(|name| Some((name.clone(), summary(self.catalog.workloads.get(name)?))));
        let timelines = self.watched(suite, &cases);
        Ok(Plan {
            schema: crate::SCHEMA,
            suite: suite.name.clone(),
            seed: self.seed,
            profile: suite.profile.clone(),
            steady: SteadyRule::Detected,
            definitions: definitions(&self.catalog.root, &cases),
            workloads: workloads.collect(),
            cases,
            timelines,
        })
    }

    /// The interpreters that the suite asks for, less those that the caller left out.
    fn chosen(&self, suite: &Suite) -> Result<Vec<Chosen<'_>>, PlanError> {
        let state = |id: &Name| self.interpreters.iter().find(|state| state.id == *id);
        let ready = |id: &Name| state(id).is_some_and(|state| state.status == Status::Ready);
        for found in self.only {
            let (defined, _) = Interpreter::definition_id(found);
            if !self.catalog.interpreters.contains_key(&defined) {
                let known = self.catalog.interpreters.keys().cloned().collect();
                return Err(PlanError::NoInterpreter { found: found.clone(), known });
            }
            if let Selection::These(list) = &suite.interpreters
                && !list.contains(&defined)
            {
                let (suite, known) = (suite.name.clone(), list.clone());
                return Err(PlanError::NotInSuite { suite, found: found.clone(), known });
            }
        }
        let wanted = |id: &Name| {
            if !self.only.is_empty() && !self.only.contains(id) {
                return false;
            }
            match &suite.interpreters {
                // Asked for by name, it is shown even where it is missing.
                Selection::Found => ready(id) || self.only.contains(id),
                Selection::These(list) => list.contains(id),
            }
        };
        let mut chosen = Vec::new();
        for interpreter in self.catalog.interpreters.values() {
            let twin = interpreter.in_container();
            if wanted(&interpreter.id) {
                let state = state(&interpreter.id);
                let inside = state.is_some_and(|state| state.image.is_some());
                let interpreter = interpreter.clone();
                chosen.push(Chosen { interpreter, state, inside, everywhere: true });
            }
            // Where there is one place only, the suite's wish for both is no reason for a row.
            let both = wanted(&interpreter.id) && state(&twin.id).is_some();
            let everywhere = self.only.contains(&twin.id) || (suite.containers && both);
            if everywhere || (suite.contains(&interpreter.id) && both) {
                let state = state(&twin.id);
                chosen.push(Chosen { interpreter: twin, state, inside: true, everywhere });
            }
        }
        Ok(chosen)
    }

    /// The group's strategies × axes, less exclusions, plus inclusions, each reduced to what makes a difference.
    fn combinations(
        &self,
        group: &Group,
        workload: &Workload,
        interpreter: &Interpreter,
    ) -> Vec<(Name, Conditions)> {
        let strategies: Vec<&Name> = match &group.strategies {
            Some(list) => list.iter().collect(),
            None => workload.strategies.keys().collect(),
        };
        let mut found = Vec::new();
        for &name in &strategies {
            let Some(strategy) = workload.strategies.get(name) else {
                continue;
            };
            for conditions in self.product(group, workload) {
                let excluded = group
                    .exclude
                    .iter()
                    .any(|pattern| self.excludes(pattern, workload, name, interpreter, &conditions));
                if !excluded {
                    found.push((name.clone(), reduce(conditions, strategy, interpreter)));
                }
            }
        }
        for pattern in &group.include {
            let Some((name, strategy)) =
                pattern.strategy.as_ref().and_then(|name| workload.strategies.get_key_value(name))
            else {
                continue;
            };
            if pattern.interpreter.as_ref().is_some_and(|only| *only != interpreter.id) {
                continue;
            }
            let affinity = pattern.affinity.clone().unwrap_or(Affinity::All);
            let size = pattern.size.clone().unwrap_or_else(default_size);
            let cpus = self.cpus(workload, &size, &affinity);
            let conditions = Conditions {
                size,
                workers: pattern.workers.unwrap_or(Workers::Cpus).resolve(cpus),
                omp: pattern.omp.unwrap_or_default(),
                affinity,
                gil: pattern.gil.unwrap_or_default(),
                start_method: pattern.start_method,
                quota: pattern.quota,
                cold: group.cold,
            };
            found.push((name.clone(), reduce(conditions, strategy, interpreter)));
        }
        found.retain(|(name, _)| implements(workload, name, interpreter.worker));
        found
    }

    /// What `cpus` stands for: the effective CPUs of an affinity, but no more than there are pieces of work; 1
    /// where that cannot be said, and each case then says why.
    pub(super) fn cpus(&self, workload: &Workload, size: &Name, affinity: &Affinity) -> u32 {
        let cpus = affinity.resolve(&self.allowance.cpus).unwrap_or_default();
        let effective = self.allowance.effective(&cpus).map_or(1, |effective| effective.count);
        let units = workload.sizes.get(size).and_then(|size| units(workload, &size.parameters));
        useful_workers(effective, units)
    }

    fn product(&self, group: &Group, workload: &Workload) -> Vec<Conditions> {
        fn values<T: Clone>(list: Option<&Vec<T>>, neutral: T) -> Vec<T> {
            list.cloned().unwrap_or_else(|| vec![neutral])
        }
        let axes = &group.axes;
        let methods: Vec<Option<StartMethod>> = match &axes.start_method {
            Some(list) => list.iter().copied().map(Some).collect(),
            None => vec![None],
        };
        let quotas: Vec<Option<Quota>> = match &axes.quota {
            Some(list) => list.iter().copied().map(Some).collect(),
            None => vec![None],
        };
        let mut product = Vec::new();
        for size in values(axes.size.as_ref(), default_size()) {
            for workers in values(axes.workers.as_ref(), Workers::Cpus) {
                for omp in values(axes.omp.as_ref(), Omp::default()) {
                    for affinity in values(axes.affinity.as_ref(), Affinity::All) {
                        for gil in values(axes.gil.as_ref(), Gil::Default) {
                            let workers = workers.resolve(self.cpus(workload, &size, &affinity));
                            product.extend(methods.iter().flat_map(|&start_method| {
                                let (size, affinity) = (&size, &affinity);
                                quotas.iter().map(move |&quota| Conditions {
                                    size: size.clone(),
                                    workers,
                                    omp,
                                    affinity: affinity.clone(),
                                    gil,
                                    start_method,
                                    quota,
                                    cold: group.cold,
                                })
                            }));
                        }
                    }
                }
            }
        }
        product
    }

    fn excludes(
        &self,
        pattern: &Pattern,
        workload: &Workload,
        strategy: &Name,
        interpreter: &Interpreter,
        conditions: &Conditions,
    ) -> bool {
        fn fits<T: PartialEq>(wanted: Option<&T>, found: &T) -> bool {
            wanted.is_none_or(|wanted| wanted == found)
        }
        fits(pattern.strategy.as_ref(), strategy)
            && fits(pattern.interpreter.as_ref(), &interpreter.id)
            && fits(pattern.size.as_ref(), &conditions.size)
            && pattern.workers.is_none_or(|workers| {
                let cpus = self.cpus(workload, &conditions.size, &conditions.affinity);
                workers.resolve(cpus) == conditions.workers
            })
            && fits(pattern.omp.as_ref(), &conditions.omp)
            && fits(pattern.affinity.as_ref(), &conditions.affinity)
            && fits(pattern.gil.as_ref(), &conditions.gil)
            && pattern.start_method.is_none_or(|method| conditions.start_method == Some(method))
            && pattern.quota.is_none_or(|quota| conditions.quota == Some(quota))
    }

    pub(super) fn case(
        &self,
        workload: &Workload,
        interpreter: &Interpreter,
        state: Option<&InterpreterState>,
        (strategy_name, conditions): (Name, Conditions),
    ) -> Result<Case, PlanError> {
        let id = format!("{}/{strategy_name}/{}/{conditions}", workload.name, interpreter.id);
        // The catalogue has checked that both exist.
        let size = workload.sizes.get(&conditions.size).or_else(|| workload.sizes.values().next());
        let (parameters, digest) = size.map(|size| (size.parameters.clone(), size.digest.clone())).unzip();
        let parameters = parameters.unwrap_or_default();
        let units = units(workload, &parameters);
        let allowed = &self.allowance.cpus;
        let cpus = conditions.affinity.resolve(allowed);
        let mut skip = cpus.is_none().then(|| Skip {
            reason: format!(
                "CPUs {} are not all among those allowed here ({})",
                conditions.affinity,
                Affinity::List(allowed.clone())
            ),
            hint: None,
        });
        let cpus = cpus.unwrap_or_default();
        let quota = conditions.quota.map(f64::from);
        let tighter = quota.into_iter().chain(self.allowance.quota).reduce(f64::min);
        let allowance = Allowance { quota: tighter, ..self.allowance.clone() };
        let effective = match (&skip, allowance.effective(&cpus)) {
            (Some(_), _) => 0,
            (None, Ok(effective)) => effective.count,
            (None, Err(error)) => {
                return Err(PlanError::Allowance { case: id, affinity: conditions.affinity.clone(), error });
            }
        };
        skip = skip.or_else(|| {
            workload
                .strategies
                .get(&strategy_name)
                .and_then(|strategy| self.reason_to_skip(strategy, &conditions, interpreter, state))
        });
        Ok(Case {
            oversubscribed: workload.bound == Bound::Cpu && conditions.workers > effective,
            id,
            workload: workload.name.clone(),
            strategy: strategy_name,
            interpreter: interpreter.id.clone(),
            worker: interpreter.worker,
            conditions,
            parameters,
            digest: digest.unwrap_or_else(|| sha256(b"")),
            cpus,
            effective_cpus: effective,
            units,
            cpu_time_trusted: interpreter.cpu_time_trusted,
            skip,
            role: Role::Measured,
        })
    }

    /// Why a case cannot be measured, if it cannot.
    fn reason_to_skip(
        &self,
        strategy: &Strategy,
        conditions: &Conditions,
        interpreter: &Interpreter,
        state: Option<&InterpreterState>,
    ) -> Option<Skip> {
        let Some(state) = state.filter(|state| state.status == Status::Ready) else {
            let reason =
                state.and_then(|state| state.reason.clone()).unwrap_or_else(|| "not found".to_owned());
            return Some(Skip {
                reason: format!("{}: {reason}", interpreter.id),
                hint: state.and_then(|state| state.hint.clone()).or_else(|| interpreter.install_hint.clone()),
            });
        };
        if conditions.quota.is_some() && state.image.is_none() {
            let hint = format!("gilbench run --interpreter {}", interpreter.in_container().id);
            return Some(Skip { reason: "only a container has a quota".to_owned(), hint: Some(hint) });
        }
        if interpreter.worker != WorkerKind::Python {
            return None;
        }
        let facts = state.facts.as_ref()?;
        let has =
            |package: &&String| facts.packages.iter().any(|found| found.name.eq_ignore_ascii_case(package));
        if let Some(missing) = strategy.packages.iter().find(|package| !has(package)) {
            return Some(self.lacks(missing, interpreter, state));
        }
        // What the interpreter says counts; where it cannot say, what its definition does.
        let defined = || interpreter.start_methods.iter().map(ToString::to_string).collect();
        let methods: Vec<String> = facts.start_methods.clone().unwrap_or_else(defined);
        let wanted = conditions.start_method.map(|method| method.to_string());
        wanted.filter(|method| !methods.contains(method)).map(|method| {
            let others = if methods.is_empty() {
                "nor any other".to_owned()
            } else {
                format!("only {}", methods.join(", "))
            };
            Skip { reason: format!("no start method `{method}`, {others}"), hint: None }
        })
    }

    /// Why a case is skipped whose interpreter lacks a package.
    fn lacks(&self, package: &str, interpreter: &Interpreter, state: &InterpreterState) -> Skip {
        let (id, _) = Interpreter::definition_id(&interpreter.id);
        let lock = self.catalog.locks.get(&id);
        if let Some(reason) = lock.and_then(|lock| lock.without_wheel(package)) {
            return Skip { reason: format!("no wheel of {package} for {id}: {reason}"), hint: None };
        }
        // One that was named by its path is used as it is, whatever is installed beside it.
        let explicit = state.provider.as_deref() == Some("explicit");
        let hint = if !explicit && lock.is_some_and(|lock| lock.get(package).is_some()) {
            Some(format!("gilbench interpreters install {id} --with {package}"))
        } else {
            state.executable.as_ref().map(|path| format!("{} -m pip install {package}", typed(path)))
        };
        Skip { reason: format!("needs {package}"), hint }
    }
}

/// The independent pieces of work of a size, where the workload counts them.
fn units(workload: &Workload, parameters: &BTreeMap<Name, Parameter>) -> Option<u64> {
    parameters.get(workload.units.as_ref()?).copied()
}

fn why(skipped: Option<&(String, Skip)>) -> String {
    skipped.map(|(case, skip)| format!("; {case}, for example: {}", skip.reason)).unwrap_or_default()
}

/// Sets every axis that makes no difference to its neutral value, so that equal cases get equal ids.
fn reduce(mut conditions: Conditions, strategy: &Strategy, interpreter: &Interpreter) -> Conditions {
    if !strategy.uses.contains(&Axis::Workers) {
        conditions.workers = 1;
    }
    let native = interpreter.worker == WorkerKind::Native;
    if !strategy.uses.contains(&Axis::Omp) || native {
        conditions.omp = Omp::default();
    }
    if !strategy.uses.contains(&Axis::StartMethod) || native {
        conditions.start_method = None;
    }
    if !interpreter.gil_switch {
        conditions.gil = Gil::Default;
    }
    conditions
}

/// A recorded path as it is typed: a shell knows the home folder only by a `~` outside of quotes.
fn typed(path: &str) -> String {
    path.strip_prefix("~/").map_or_else(|| quoted(path).into_owned(), |below| format!("~/{}", quoted(below)))
}
