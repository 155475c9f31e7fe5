//! The process: everything is the library's.

use std::process::ExitCode;

fn main() -> ExitCode {
    rds_broker::cli::run()
}
