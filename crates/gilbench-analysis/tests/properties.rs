//! What holds for every sample.

use std::cmp::Ordering;

use gilbench_analysis::statistics::{
    CONFIDENCE, Estimate, Partition, RESERVE, StatisticsError, detect_drift, location, log_location, median,
    median_interval, paired_ratio, signed_rank_p_value, unpaired_ratio,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Times from a nanosecond to a day, in seconds, spread over the orders of magnitude.
fn time() -> impl Strategy<Value = f64> {
    (-9.0..5.0_f64).prop_map(|exponent| 10.0_f64.powf(exponent))
}

fn times() -> impl Strategy<Value = Vec<f64>> {
    vec(time(), 6..40)
}

fn pairs() -> impl Strategy<Value = Vec<(f64, f64)>> {
    vec((time(), time()), 6..40)
}

/// Few different values, so that most samples have ties and zeros.
fn coarse() -> impl Strategy<Value = Vec<f64>> {
    vec((-4..=4).prop_map(f64::from), 0..30)
}

/// A value that has no logarithm.
fn unusable() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(0.0),
        Just(-0.0),
        -1e9..-1e-9
    ]
}

/// What a partition costs: each segment by its own mean and variance, in two passes.
fn cost(values: &[f64], change_points: &[usize], partition: Partition) -> f64 {
    let begins = std::iter::once(0).chain(change_points.iter().copied());
    let ends = change_points.iter().copied().chain([values.len()]);
    let segments = begins.zip(ends).map(|(begin, end)| {
        let segment = &values[begin..end];
        let count = segment.len() as f64;
        let mean = segment.iter().sum::<f64>() / count;
        let squares: f64 = segment.iter().map(|value| (value - mean).powi(2)).sum();
        let variance = (squares / count).max(partition.least_deviation.powi(2));
        count * variance.ln() + squares / variance
    });
    segments.sum::<f64>() + partition.penalty * change_points.len() as f64
}

/// The cost of the best of all partitions: each set of bits is one.
fn least_cost(values: &[f64], partition: Partition) -> f64 {
    let partitions = 0..1_u32 << (values.len() - 1);
    let costs = partitions.map(|chosen| {
        let changes: Vec<usize> = (1..values.len()).filter(|index| chosen >> (index - 1) & 1 == 1).collect();
        cost(values, &changes, partition)
    });
    costs.fold(f64::INFINITY, f64::min)
}

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-9 * left.abs().max(right.abs())
}

fn alike(left: Estimate, right: Estimate) -> bool {
    close(left.point, right.point)
        && close(left.low, right.low)
        && close(left.high, right.high)
        && left.count == right.count
}

fn ratio(pairs: &[(f64, f64)]) -> Estimate {
    let (numerators, denominators): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    paired_ratio(&numerators, &denominators).expect("positive values, paired")
}

/// The chance of each number of positive differences of `left` and `right` values that nothing tells apart, from every
/// choice of which values are on the left.
fn rank_sum_chances(left: usize, right: usize) -> Vec<f64> {
    let mut chances = vec![0.0; left * right + 1];
    let choices = (0_u32..1 << (left + right)).filter(|choice| choice.count_ones() as usize == left);
    let mut all = 0.0;
    for choice in choices {
        let on_the_left = |index: &usize| choice >> index & 1 == 1;
        let above = |index: usize| (0..index).filter(|other| !on_the_left(other)).count();
        chances[(0..left + right).filter(on_the_left).map(above).sum::<usize>()] += 1.0;
        all += 1.0;
    }
    chances.iter().map(|chance| chance / all).collect()
}

proptest! {
    #[test]
    fn swapping_cases_that_do_not_pair_inverts_the_ratio(left in times(), right in times()) {
        let (ratio, swapped) = (unpaired_ratio(&left, &right).unwrap(), unpaired_ratio(&right, &left).unwrap());
        prop_assert!(alike(ratio, swapped.reciprocal().unwrap()));
    }

    #[test]
    fn a_ratio_that_does_not_pair_knows_no_unit_no_order_and_follows_a_factor(
        (left, shuffled) in times().prop_flat_map(|times| (Just(times.clone()), Just(times).prop_shuffle())),
        right in times(),
        factor in time(),
    ) {
        let scaled = |values: &[f64]| values.iter().map(|value| value * factor).collect::<Vec<_>>();
        let ratio = unpaired_ratio(&left, &right).unwrap();
        prop_assert_eq!(ratio, unpaired_ratio(&shuffled, &right).unwrap());
        prop_assert!(alike(ratio, unpaired_ratio(&scaled(&left), &scaled(&right)).unwrap()));
        prop_assert!(alike(ratio.scale(factor), unpaired_ratio(&scaled(&left), &right).unwrap()));
        prop_assert!(ratio.contains(ratio.point));
    }

    #[test]
    fn an_unpaired_interval_holds_exactly_the_shifts_that_the_rank_sum_accepts(
        left in vec(-1.0..1.0_f64, 6),
        right in vec(-1.0..1.0_f64, 6..8),
    ) {
        let exponentials = |values: &[f64]| values.iter().map(|value| value.exp()).collect::<Vec<_>>();
        let estimate = unpaired_ratio(&exponentials(&left), &exponentials(&right)).unwrap();
        let chances = rank_sum_chances(left.len(), right.len());
        let p_value = |shift: f64| {
            let differences = left.iter().flat_map(|one| right.iter().map(move |other| one - shift - other));
            let positive = differences.filter(|difference| *difference > 0.0).count();
            let fewer = positive.min(chances.len() - 1 - positive);
            2.0 * chances[..=fewer].iter().sum::<f64>()
        };
        let step = 1e-10;
        for (bound, inwards) in [(estimate.low.ln(), step), (estimate.high.ln(), -step)] {
            prop_assert!(p_value(bound + inwards) > 1.0 - CONFIDENCE, "{estimate:?}");
            prop_assert!(p_value(bound - inwards) <= 1.0 - CONFIDENCE, "{estimate:?}");
        }
    }

    #[test]
    fn too_few_rounds_of_either_side_are_refused(few in vec(time(), 0..6), many in times()) {
        let refusal = Err(StatisticsError::TooFew { count: few.len(), needed: 6 });
        prop_assert_eq!(unpaired_ratio(&few, &many), refusal);
        prop_assert_eq!(unpaired_ratio(&many, &few), refusal);
    }

    #[test]
    fn swapping_the_cases_inverts_the_ratio(pairs in pairs()) {
        let swapped: Vec<(f64, f64)> = pairs.iter().map(|&(numerator, denominator)| (denominator, numerator)).collect();
        prop_assert!(alike(ratio(&pairs), ratio(&swapped).reciprocal().unwrap()));
    }

    #[test]
    fn the_ratio_knows_no_unit_and_follows_a_factor(pairs in pairs(), factor in time()) {
        let both: Vec<_> = pairs.iter().map(|&(numerator, denominator)| (numerator * factor, denominator * factor)).collect();
        prop_assert!(alike(ratio(&pairs), ratio(&both)));
        let one: Vec<_> = pairs.iter().map(|&(numerator, denominator)| (numerator * factor, denominator)).collect();
        prop_assert!(alike(ratio(&pairs).scale(factor), ratio(&one)));
    }

    #[test]
    fn what_happens_to_both_cases_in_a_round_cancels(pairs in vec((time(), time(), time()), 6..40)) {
        let calm: Vec<_> = pairs.iter().map(|&(numerator, denominator, _)| (numerator, denominator)).collect();
        let shaken: Vec<_> =
            pairs.iter().map(|&(numerator, denominator, shock)| (numerator * shock, denominator * shock)).collect();
        prop_assert!(alike(ratio(&calm), ratio(&shaken)));
    }

    #[test]
    fn estimates_of_one_case_follow_the_unit(values in times(), factor in time()) {
        let scaled: Vec<f64> = values.iter().map(|value| value * factor).collect();
        prop_assert!(alike(median_interval(&values).unwrap().scale(factor), median_interval(&scaled).unwrap()));
        prop_assert!(alike(log_location(&values).unwrap().scale(factor), log_location(&scaled).unwrap()));
    }

    #[test]
    fn the_order_of_rounds_is_irrelevant_but_for_drift(
        (sorted, shuffled) in pairs().prop_flat_map(|pairs| (Just(pairs.clone()), Just(pairs).prop_shuffle())),
    ) {
        prop_assert_eq!(ratio(&sorted), ratio(&shuffled));
        let first = |pairs: &[(f64, f64)]| pairs.iter().map(|pair| pair.0).collect::<Vec<_>>();
        let (sorted, shuffled) = (first(&sorted), first(&shuffled));
        let middle = |values: &[f64]| median_interval(values).unwrap().point;
        prop_assert_eq!(middle(&sorted).total_cmp(&middle(&shuffled)), Ordering::Equal);
        prop_assert_eq!(log_location(&sorted).unwrap(), log_location(&shuffled).unwrap());
        prop_assert_eq!(median(&sorted), median(&shuffled));
    }

    #[test]
    fn ascending_rounds_widen_the_interval_of_the_median_and_alternating_ones_do_not(values in times()) {
        let mut ascending = values.clone();
        ascending.sort_unstable_by(f64::total_cmp);
        let (slow, fast) = ascending.split_at(values.len() / 2);
        let alternating: Vec<f64> = slow.iter().zip(fast).flat_map(|(slow, fast)| [*slow, *fast]).collect();
        prop_assume!(alternating.len() == values.len());
        let (drifting, steady) = (median_interval(&ascending).unwrap(), median_interval(&alternating).unwrap());
        prop_assert!(drifting.low <= steady.low && steady.high <= drifting.high);
        prop_assert!(drifting.low < steady.low || steady.high < drifting.high);
        prop_assert!(drifting.low > 0.0);
    }

    #[test]
    fn points_lie_inside_intervals_inside_the_data(values in times()) {
        let least = values.iter().copied().fold(f64::INFINITY, f64::min) * (1.0 - 1e-12);
        let greatest = values.iter().copied().fold(0.0, f64::max) * (1.0 + 1e-12);
        let estimate = log_location(&values).unwrap();
        prop_assert!(least <= estimate.low && estimate.high <= greatest);
        for estimate in [median_interval(&values).unwrap(), estimate] {
            prop_assert!(estimate.low > 0.0 && estimate.contains(estimate.point));
            prop_assert!(estimate.half_width_relative() >= 0.0);
        }
    }

    #[test]
    fn the_interval_holds_only_shifts_that_the_test_accepts_and_ends_before_the_first_that_it_rejects(
        values in vec(-1.0..1.0_f64, 6..30),
    ) {
        let estimate = location(&values).unwrap();
        let p_value = |shift: f64| {
            let shifted: Vec<f64> = values.iter().map(|value| value - shift).collect();
            signed_rank_p_value(&shifted).unwrap()
        };
        let averages = |value: f64| values.iter().map(move |other| f64::midpoint(value, *other));
        let averages: Vec<f64> = values.iter().copied().flat_map(averages).collect();
        let below = averages.iter().copied().filter(|&average| average <= estimate.low).fold(f64::MIN, f64::max);
        let above = averages.iter().copied().filter(|&average| average >= estimate.high).fold(f64::MAX, f64::min);
        let accepted = 1.0 - CONFIDENCE - RESERVE;
        // Closer than any two Walsh averages of such samples are, further than rounding.
        let step = 1e-12;
        for (bound, inside, outside) in
            [(estimate.low, estimate.low + step, below - step), (estimate.high, estimate.high - step, above + step)]
        {
            prop_assert!(p_value(inside) > accepted, "{bound} {estimate:?}");
            prop_assert!(p_value(outside) <= accepted, "{bound} {estimate:?}");
        }
    }

    #[test]
    fn p_values_are_chances_and_see_no_sign(differences in coarse()) {
        let negated: Vec<f64> = differences.iter().map(|difference| -difference).collect();
        let found = signed_rank_p_value(&differences).unwrap();
        prop_assert!(found > 0.0 && found <= 1.0);
        prop_assert_eq!(signed_rank_p_value(&differences), signed_rank_p_value(&negated));
    }

    #[test]
    fn drift_depends_on_the_order_of_the_values_only(values in times(), seed: u64) {
        let logarithms: Vec<f64> = values.iter().map(|value| value.ln()).collect();
        prop_assert_eq!(detect_drift(&values, seed).unwrap(), detect_drift(&logarithms, seed).unwrap());
    }

    #[test]
    fn drift_p_values_are_chances(values in times(), seed: u64) {
        let drift = detect_drift(&values, seed).unwrap();
        prop_assert!(drift.p_value > 0.0 && drift.p_value <= 1.0);
        prop_assert!(drift.autocorrelation.is_none_or(|autocorrelation| autocorrelation.abs() <= 1.0));
    }

    #[test]
    fn a_value_without_a_logarithm_is_named(values in times(), bad in unusable(), place: prop::sample::Index) {
        let index = place.index(values.len());
        let mut spoilt = values.clone();
        spoilt[index] = bad;
        let names_it = |found: Result<Estimate, StatisticsError>| match found {
            Err(StatisticsError::NotFinite { index: found, .. }) => !bad.is_finite() && found == index,
            Err(StatisticsError::NotPositive { index: found, .. }) => bad.is_finite() && found == index,
            _ => false,
        };
        prop_assert!(names_it(paired_ratio(&spoilt, &values)));
        prop_assert!(names_it(paired_ratio(&values, &spoilt)));
        prop_assert!(names_it(unpaired_ratio(&spoilt, &values)));
        prop_assert!(names_it(unpaired_ratio(&values, &spoilt)));
        prop_assert!(names_it(log_location(&spoilt)));
        // Any finite values have a median.
        prop_assert_eq!(names_it(median_interval(&spoilt)), !bad.is_finite());
        prop_assert_eq!(names_it(location(&spoilt)), !bad.is_finite());
    }

    #[test]
    fn too_few_rounds_are_refused(values in vec(time(), 0..6)) {
        let refusal = Err(StatisticsError::TooFew { count: values.len(), needed: 6 });
        prop_assert_eq!(paired_ratio(&values, &values), refusal);
        prop_assert_eq!(log_location(&values), refusal);
        prop_assert_eq!(median_interval(&values), refusal);
    }

    #[test]
    fn unequal_lengths_are_refused(values in times()) {
        let refusal =
            Err(StatisticsError::UnequalLengths { numerators: values.len(), denominators: values.len() - 1 });
        prop_assert_eq!(paired_ratio(&values, &values[1..]), refusal);
    }

    #[test]
    fn estimates_survive_json(values in times()) {
        let estimate = median_interval(&values).unwrap();
        let written = serde_json::to_string(&estimate).unwrap();
        prop_assert!(alike(serde_json::from_str(&written).unwrap(), estimate));
    }

    #[test]
    fn change_points_are_those_of_the_best_of_all_partitions(
        values in vec(prop_oneof![-1.0..1.0_f64, 4.0..5.0_f64, (-3..3).prop_map(f64::from)], 1..11),
        penalty in 0.0..12.0_f64,
        least_deviation in 0.01..1.0_f64,
    ) {
        let partition = Partition { penalty, least_deviation };
        let found = partition.change_points(&values).unwrap();
        prop_assert!(found.is_sorted() && found.iter().all(|&index| 0 < index && index < values.len()));
        let (found, least) = (cost(&values, &found, partition), least_cost(&values, partition));
        prop_assert!((found - least).abs() <= 1e-6 * (1.0 + least.abs()), "{found}, least {least}");
    }

    #[test]
    fn change_points_do_not_depend_on_unit_or_zero(
        values in vec(-10.0..10.0_f64, 2..40), scale in 0.01..100.0_f64, shift in -50.0..50.0_f64,
    ) {
        let partition = Partition { penalty: 8.0, least_deviation: 0.5 };
        let moved: Vec<f64> = values.iter().map(|value| value * scale + shift).collect();
        let wider = Partition { least_deviation: 0.5 * scale, ..partition };
        prop_assert_eq!(partition.change_points(&values), wider.change_points(&moved));
    }
}
