//! Integration tests.

mod kernel_rootcmd;
mod kernel_stack;
mod sandbox;
