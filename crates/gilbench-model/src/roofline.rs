//! What a native workload tells of the machine: an amount of something, so that its time becomes a rate or a cost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Name;
use crate::workload::Parameter;

/// How a workload's native time is read as a limit of the machine (the roofs of Williams, Waterman & Patterson,
/// "Roofline: An Insightful Visual Performance Model", CACM 52, 2009, and what the system's services cost).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roofline {
    /// The size parameter that counts what an iteration does.
    pub amount: Name,
    /// So many units for each that it counts.
    #[serde(default = "one")]
    pub each: u64,
    /// As what it is shown.
    pub shown: Shown,
    /// One of what is counted: `FLOP`, `B`, `call`.
    pub unit: String,
}

/// As what a limit is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// Units per second: more is better.
    Rate,
    /// Seconds per unit: less is better.
    Time,
}

fn one() -> u64 {
    1
}

impl Roofline {
    /// How many units an iteration with these parameters does; `None` if they do not say.
    pub fn units(&self, parameters: &BTreeMap<Name, Parameter>) -> Option<f64> {
        parameters.get(&self.amount).map(|amount| *amount as f64 * self.each as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_counted_by_a_parameter() {
        let name = |text: &str| -> Name { text.parse().unwrap() };
        let roofline =
            Roofline { amount: name("mebibytes"), each: 1 << 21, shown: Shown::Rate, unit: "B".to_owned() };
        let parameters = BTreeMap::from([(name("mebibytes"), 64)]);
        assert_eq!(roofline.units(&parameters), Some(134_217_728.0));
        assert_eq!(roofline.units(&BTreeMap::new()), None);
    }
}
