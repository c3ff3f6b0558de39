//! Integration tests, in one binary. The first part of a module's name says what its tests need: see
//! `.config/nextest.toml`.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on ends by a panic, and runs programs as a user would"
)]

mod cli_doctor;
mod cli_files;
mod cli_game;
mod cli_install;
mod cli_overlays;
mod cli_reads;
mod cli_specs;
mod fake_host;
mod game;
mod golden;
mod host_attacks;
mod host_confinement;
mod host_deploy;
mod host_drift;
mod host_endurance;
mod host_firewall;
mod host_install;
mod host_kills;
mod host_lifecycle;
mod host_operator;
mod host_overlays;
mod host_panel;
mod host_panel_cancel;
mod host_panel_kills;
mod host_panel_log;
mod host_panel_stop;
mod host_power;
mod host_proxy;
mod host_sandbox;
mod host_standin;
mod host_update;
mod kernel_files;
mod kernel_install;
mod kernel_kills;
mod kernel_kills_overlays;
mod kernel_overlays;
mod kernel_owners;
mod kernel_power;
mod kernel_power_overlays;
mod kernel_rootcmd;
mod kernel_stack;
mod kernel_standin;
mod kernel_stress;
mod lab;
mod panel;
mod power;
mod probe;
mod relaxed;
mod sandbox;
mod standin;
mod traced;
mod verb;
mod vm_limits;
mod vm_power;
mod vm_scripts;
