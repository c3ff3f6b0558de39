mod fake_host;
mod host_lifecycle;
mod host_standin;
mod kernel_standin;
mod kernel_stress;
mod lab;
mod sandbox;
mod standin;
