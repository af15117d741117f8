//! `libgilbench_kernel.so`: one native function for foreign-function interfaces to call, with the lock held or without.
//!
//! The same work as the workload `integer-chain`, so that its native baseline is the ceiling. No library is needed at
//! run time, not even the C library: it loads into whatever an interpreter was linked with.

#![no_std]

/// The generator's state after so many steps from `seed`, which is not 0: shifts by 13, 7 and 17.
#[unsafe(no_mangle)]
pub extern "C" fn gilbench_xorshift(seed: u64, steps: u64) -> u64 {
    let mut state = seed;
    for _ in 0..steps {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    state
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
