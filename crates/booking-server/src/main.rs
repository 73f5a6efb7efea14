//! The ReserveEasy server. Everything is in the library; this says how it ended.

use std::io::Write;
use std::process::ExitCode;

use booking_server::config::{Config, ConfigError};
use booking_server::telemetry;

/// The operator has said something that makes no sense.
const WRONG_USAGE: u8 = 2;

fn main() -> ExitCode {
    let config = match Config::from_process() {
        Ok(config) => config,
        Err(ConfigError::Information(text)) => return answer(&text),
        Err(ConfigError::Routes) => {
            return match booking_server::routes() {
                Ok(routes) => answer(&routes),
                Err(error) => fail(&error, 1),
            };
        }
        Err(error) => return fail(&error, WRONG_USAGE),
    };
    telemetry::start(config.log_level, config.log_format);
    match booking_server::run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_wrong_value() => fail(&error, WRONG_USAGE),
        Err(error) => fail(&error, 1),
    }
}

/// Says what was asked for.
fn answer(text: &str) -> ExitCode {
    // Whoever reads may have closed the pipe: that is their choice.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

/// Says why: in one line, but for a machine without PostgreSQL, where it is a list of what
/// was looked at.
fn fail(error: &dyn std::error::Error, code: u8) -> ExitCode {
    // There is nowhere left to say that stderr is closed.
    let _ = writeln!(std::io::stderr(), "error: {error}");
    ExitCode::from(code)
}
