//! A chain of integer operations on one thread, each waiting for the one before: how fast a CPU's clock runs.

/// The generator's state after so many steps from `seed`, which is not 0: shifts by 13, 7 and 17 (Marsaglia,
/// "Xorshift RNGs", Journal of Statistical Software 8, 2003). No compiler knows a shorter way to the end of it.
pub fn xorshift(seed: u64, steps: u64) -> u64 {
    (0..steps).fold(seed, |mut state, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^ (state << 17)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_is_the_one_that_can_be_done_by_hand() {
        // 1 ^ 1 << 13 is 0x2001, and that ^ itself >> 7 is 0x2041.
        assert_eq!(xorshift(1, 1), 0x2041 ^ (0x2041 << 17));
        assert_eq!(xorshift(xorshift(1, 3), 4), xorshift(1, 7));
    }
}
