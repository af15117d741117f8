//! Ranks of values, ties sharing their mean rank.

/// Twice each value's rank, counted from 1; equal values share the mean of their ranks.
///
/// Doubled because a mean rank is a whole or a half: whole numbers keep sums of ranks exact. Values are finite, and
/// ties are exact equality (`-0.0` ties with `0.0`).
pub(super) fn doubled_mid_ranks(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&left, &right| values[left].total_cmp(&values[right]));
    let mut ranks = vec![0; values.len()];
    let mut before = 0;
    #[expect(clippy::float_cmp, reason = "a tie is exact equality")]
    for tied in order.chunk_by(|&left, &right| values[left] == values[right]) {
        for &index in tied {
            // The tied values hold the ranks before + 1 to before + len; this is the first plus the last.
            ranks[index] = 2 * before + 1 + tied.len();
        }
        before += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_mean_rank() {
        assert_eq!(doubled_mid_ranks(&[5.0, 1.0, 5.0, 9.0]), [5, 2, 5, 8]);
        assert_eq!(doubled_mid_ranks(&[0.0, -0.0, 0.0]), [4, 4, 4]);
        assert!(doubled_mid_ranks(&[]).is_empty());
    }
}
