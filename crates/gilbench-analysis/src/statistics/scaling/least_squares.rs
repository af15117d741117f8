//! Linear least squares of relative residuals, in closed form.
//!
//! Relative, because noise grows with the time: a residual of 1 % counts the same for 2 s as for 20 ms. Each row is
//! therefore divided by its own time, which makes every right-hand side 1.
//!
//! By modified Gram-Schmidt with the right-hand side as one more column, which is as accurate as Householder's method
//! (Björck, "Numerical Methods for Least Squares Problems", 1996, section 2.4); the normal equations would square the
//! condition number, and the columns of 1/n and n differ by orders of magnitude.

/// The coefficients of `basis` that come closest to `times`, by the sum of squared relative residuals.
///
/// `basis` has one row per time, with linearly independent columns and no fewer rows than columns; times are positive.
pub(super) fn relative_least_squares<const COLUMNS: usize>(
    basis: &[[f64; COLUMNS]],
    times: &[f64],
) -> [f64; COLUMNS] {
    let mut columns: [Vec<f64>; COLUMNS] =
        std::array::from_fn(|column| basis.iter().zip(times).map(|(row, time)| row[column] / time).collect());
    let mut target = vec![1.0; times.len()];
    // Upper triangular, and what the target has of each direction.
    let mut triangle = [[0.0; COLUMNS]; COLUMNS];
    let mut along = [0.0; COLUMNS];
    for step in 0..COLUMNS {
        let (done, rest) = columns.split_at_mut(step + 1);
        let direction = &mut done[step];
        let length = dot(direction, direction).sqrt();
        for value in direction.iter_mut() {
            *value /= length;
        }
        triangle[step][step] = length;
        for (column, other) in (step + 1..).zip(rest) {
            triangle[step][column] = take_out(other, direction);
        }
        along[step] = take_out(&mut target, direction);
    }
    let mut coefficients = [0.0; COLUMNS];
    for row in (0..COLUMNS).rev() {
        let known: f64 = (row + 1..COLUMNS).map(|column| triangle[row][column] * coefficients[column]).sum();
        coefficients[row] = (along[row] - known) / triangle[row][row];
    }
    coefficients
}

/// Removes from `column` what it has of `direction`, whose length is 1, and returns how much that was.
fn take_out(column: &mut [f64], direction: &[f64]) -> f64 {
    let share = dot(column, direction);
    for (value, unit) in column.iter_mut().zip(direction) {
        *value -= share * unit;
    }
    share
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_points_as_coefficients_are_met_exactly() {
        let found = relative_least_squares(&[[1.0, 1.0], [1.0, 0.5]], &[5.0, 3.0]);
        assert!((found[0] - 1.0).abs() < 1e-14 && (found[1] - 4.0).abs() < 1e-14, "{found:?}");
    }

    #[test]
    fn residuals_are_relative() {
        // One constant for 1 and 2: the sum of (1 - c)² and (1 - c/2)² is least at 6/5.
        let found = relative_least_squares(&[[1.0], [1.0]], &[1.0, 2.0]);
        assert!((found[0] - 1.2).abs() < 1e-14, "{found:?}");
    }

    #[test]
    fn thousands_of_workers_lose_no_digits() {
        let counts = [1.0, 2.0, 16.0, 256.0, 4096.0];
        let basis = counts.map(|n: f64| [n.recip(), 1.0, n]);
        let times = counts.map(|n: f64| 3.0 / n + 0.1 + 1e-7 * n);
        let found = relative_least_squares(&basis, &times);
        for (found, truth) in found.into_iter().zip([3.0, 0.1, 1e-7]) {
            assert!((found / truth - 1.0).abs() < 1e-9, "{found}, {truth}");
        }
    }
}
