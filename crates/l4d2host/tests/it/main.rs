mod cli_install;
mod fake_host;
mod host_lifecycle;
mod kernel_stress;
mod lab;
mod sandbox;
