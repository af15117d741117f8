//! Products of two matrices on one thread each: the ceiling of the workloads that call BLAS or a compiled kernel.
//!
//! By `ndarray`, whose products are those of the `matrixmultiply` crate: the widest registers that the machine has, and
//! blocks that fit its caches. The bench `numeric` shows its rate.

use std::hint::black_box;

use gilbench_model::protocol::Request;
use ndarray::{Array1, Array2};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use crate::baseline::{Baseline, PrepareError, count, each, whole};

/// Two matrices to be multiplied.
pub type Pair<T> = (Array2<T>, Array2<T>);

/// Prepares a strategy of `numpy-dot`.
pub(crate) fn prepare_dot(request: &Request) -> Result<Baseline, PrepareError> {
    let n = count(request, "n")?;
    let pairs = (0..count(request, "tasks")?).map(|index| whole_numbers(index, n)).collect();
    each(request, pairs, multiply)
}

/// Prepares a strategy of `jax-matmul`.
pub(crate) fn prepare_jax(request: &Request) -> Result<Baseline, PrepareError> {
    let n = count(request, "n")?;
    let pairs = (0..count(request, "tasks")?).map(|index| single_precision(index, n)).collect();
    each(request, pairs, multiply_single)
}

/// Prepares a strategy of `matrix-multiply`.
pub(crate) fn prepare_drawn(request: &Request) -> Result<Baseline, PrepareError> {
    let n = count(request, "n")?;
    let tasks = (0..count(request, "tasks")?).map(|seed| (seed as u64, n)).collect();
    each(request, tasks, |&(seed, n)| draw_and_multiply(seed, n))
}

/// Matrices of whole numbers from 0 to 18, other ones for each index below 16.
pub fn whole_numbers(index: usize, n: usize) -> Pair<f64> {
    let a = Array2::from_shape_fn((n, n), |(row, column)| ((row * n + column) * (index + 1) % 19) as f64);
    let b =
        Array2::from_shape_fn((n, n), |(row, column)| (((row * n + column) * (index + 2) + row) % 19) as f64);
    (a, b)
}

fn single_precision(index: usize, n: usize) -> Pair<f32> {
    let a = Array2::from_shape_fn((n, n), |(row, column)| ((row * n + column) * (index + 1) % 19) as f32);
    let b = Array2::from_shape_fn((n, n), |(row, column)| ((row * n + column) % (index + 13)) as f32);
    (a, b)
}

/// The sum of the product's elements, those of its diagonal counted twice. All of them are whole numbers.
pub fn multiply((a, b): &Pair<f64>) -> u128 {
    let c = black_box(a).dot(b);
    whole(c.sum() + c.diag().sum())
}

/// The smallest and the largest element of the product, added.
fn multiply_single((a, b): &Pair<f32>) -> u128 {
    let c = black_box(a).dot(b);
    let least = c.iter().copied().fold(f32::INFINITY, f32::min);
    let greatest = c.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    whole(f64::from(least) + f64::from(greatest))
}

/// Draws two matrices and multiplies them; whether the product is right, by the sums of its rows (Freivalds).
pub fn draw_and_multiply(seed: u64, n: usize) -> u128 {
    let mut generator = Pcg64::seed_from_u64(seed);
    let mut draw = || Array2::from_shape_simple_fn((n, n), || generator.random::<f64>());
    let (a, b) = (draw(), draw());
    let c = a.dot(&b);
    let ones = Array1::<f64>::ones(n);
    let (found, expected) = (c.dot(&ones), a.dot(&b.dot(&ones)));
    let close = |(found, expected): (&f64, &f64)| (found - expected).abs() <= 1e-8 + 1e-5 * expected.abs();
    u128::from(found.iter().zip(&expected).all(close))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_that_of_rows_and_columns() {
        let n = 7;
        let (a, b) = whole_numbers(2, n);
        let element = |row: usize, column: usize| (0..n).map(|k| a[[row, k]] * b[[k, column]]).sum::<f64>();
        let all: f64 = (0..n * n).map(|at| element(at / n, at % n)).sum();
        let diagonal: f64 = (0..n).map(|at| element(at, at)).sum();
        assert_eq!(multiply(&(a.clone(), b.clone())), whole(all + diagonal));
    }

    #[test]
    fn the_product_of_drawn_matrices_is_right() {
        assert_eq!(draw_and_multiply(0, 50), 1);
    }

    #[test]
    fn single_precision_holds_these_numbers_exactly() {
        // The answer in `workloads/jax-matmul/README.md`.
        let found: Vec<u128> = (0..4).map(|index| multiply_single(&single_precision(index, 100))).collect();
        assert_eq!(found, [5073 + 5861, 5002 + 6583, 4290 + 8359, 5288 + 8275]);
    }
}
