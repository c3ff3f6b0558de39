mod cli_specs;
mod fake_host;
mod host_lifecycle;
mod kernel_kills;
mod kernel_stress;
mod lab;
mod sandbox;
