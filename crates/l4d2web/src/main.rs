//! `l4d2web`: see [`l4d2web::cli`].

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(l4d2web::cli::main())
}
