//! Integration tests, in one binary. The first part of a module's name says what its tests need: see
//! `.config/nextest.toml`.

mod host_lifecycle;
mod kernel_stress;
mod lab;
