//! Integration tests.

#[cfg(test)]
mod fake_host;
