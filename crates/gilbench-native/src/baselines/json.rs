//! Documents to JSON and back, without a type of their own: as `serde_json::Value`, which any document fits into.

use gilbench_model::protocol::Request;
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::baseline::{Baseline, PrepareError, parameter, threads, unsupported, widen};

/// Prepares a strategy.
pub(crate) fn prepare(request: &Request) -> Result<Baseline, PrepareError> {
    let tasks = parameter(request, "tasks")?;
    let (records, times) = (parameter(request, "records")?, parameter(request, "times")?);
    Ok(match request.strategy.as_str() {
        "sequential" => Box::new(move || Ok(widen(sequential(records, times, tasks)?))),
        "rayon" => {
            let threads = threads(request)?;
            Box::new(move || Ok(widen(threads.install(|| rayon(records, times, tasks))?)))
        }
        _ => return Err(unsupported(request)),
    })
}

fn document(records: u64, seed: u64) -> Value {
    let record = |k: u64| {
        let tags: Vec<&str> =
            ["red", "green", "blue"].into_iter().zip(0..k % 4).map(|(tag, _)| tag).collect();
        json!({
            "id": k * 7919 + seed,
            "name": format!("item {k}"),
            "tags": tags,
            "size": {"width": k % 100, "height": k % 37},
            "parent": k.is_multiple_of(3).then_some(k),
            "sold": k.is_multiple_of(2),
        })
    };
    (0..records).map(record).collect()
}

/// How long the text is, and what the ids are in all, of the last of its copies.
pub fn there_and_back(records: u64, times: u64, seed: u64) -> serde_json::Result<u64> {
    let mut copy = document(records, seed);
    let mut text = String::new();
    for _ in 0..times {
        text = serde_json::to_string(&copy)?;
        copy = serde_json::from_str(&text)?;
    }
    let ids = copy.as_array().into_iter().flatten().filter_map(|record| record["id"].as_u64());
    Ok(text.len() as u64 + ids.sum::<u64>())
}

/// All tasks, one after another.
pub fn sequential(records: u64, times: u64, tasks: u64) -> serde_json::Result<Vec<u64>> {
    (0..tasks).map(|seed| there_and_back(records, times, seed)).collect()
}

/// All tasks, on as many threads as the current rayon pool has.
pub fn rayon(records: u64, times: u64, tasks: u64) -> serde_json::Result<Vec<u64>> {
    (0..tasks).into_par_iter().map(|seed| there_and_back(records, times, seed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_the_shortest_there_is() {
        let text =
            r#"[{"id":5,"name":"item 0","parent":0,"size":{"height":0,"width":0},"sold":true,"tags":[]}]"#;
        assert_eq!(document(1, 5).to_string().len(), text.len());
        assert_eq!(there_and_back(1, 2, 5).unwrap(), text.len() as u64 + 5);
        assert_eq!(document(4, 0)[3]["tags"], json!(["red", "green", "blue"]));
        assert_eq!(sequential(5, 2, 3).unwrap(), rayon(5, 2, 3).unwrap());
    }
}
