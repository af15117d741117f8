//! Amdahl's serial fraction from times at several worker counts.

/// The serial fraction a/(a + b) of T(n) = a + b/n, by least squares with residuals relative to the times.
pub(crate) fn serial_fraction(workers: &[f64], times: &[f64]) -> f64 {
    // Divided by T: 1 = a·x + b·y with x = 1/T and y = 1/(n·T).
    let (mut xx, mut xy, mut yy, mut x_sum, mut y_sum) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (workers, time) in workers.iter().zip(times) {
        let (x, y) = (1.0 / time, 1.0 / (workers * time));
        xx += x * x;
        xy += x * y;
        yy += y * y;
        x_sum += x;
        y_sum += y;
    }
    let serial = yy * x_sum - xy * y_sum;
    let parallel = xx * y_sum - xy * x_sum;
    serial / (serial + parallel)
}
