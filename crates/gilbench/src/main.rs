//! The gilbench command line.
fn main() {}
