//! The command line: `donfra-live [join <session_id> | doctor] [--name NAME] [--api URL]`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Live sessions: create one, hand over its id, see and hear each other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Parser)]
#[command(name = "donfra-live", version, about)]
pub struct Cli {
    /// The name to go under.
    #[arg(long, global = true, value_name = "NAME")]
    pub name: Option<String>,
    /// The session server of this run, e.g. http://localhost:8080/api; the settings stay as they are.
    #[arg(long, global = true, value_name = "URL")]
    pub api: Option<String>,
    /// Writes the session's statistics to this file, every two seconds a line of JSON.
    #[arg(long, global = true, value_name = "FILE")]
    pub stats: Option<PathBuf>,
    /// What to do at start; home without it.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do at start.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Go to a session.
    Join {
        /// Its id, or an invitation with the id in it.
        session_id: String,
    },
    /// Check the connection, link by link, and say which is broken. Needs no window. Exits with 1 if one is.
    Doctor {
        /// The session to enter, instead of one made for the check: its id, or an invitation with the id in it.
        #[arg(long, value_name = "ID")]
        session: Option<String>,
        /// Print the whole report as JSON at the end.
        #[arg(long)]
        json: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn join_takes_name_and_api_after_the_id() {
        let cli = Cli::parse_from(["donfra-live", "join", "ID", "--name", "Ada", "--api", "http://h/api"]);
        assert_eq!(cli.command, Some(Command::Join { session_id: "ID".into() }));
        assert_eq!(cli.name.as_deref(), Some("Ada"));
        assert_eq!(cli.api.as_deref(), Some("http://h/api"));
    }

    #[test]
    fn the_doctor_takes_api_session_and_json() {
        let cli = Cli::parse_from(["donfra-live", "doctor", "--api", "http://h/api", "--session", "ID", "--json"]);
        assert_eq!(cli.command, Some(Command::Doctor { session: Some("ID".into()), json: true }));
        assert_eq!(cli.api.as_deref(), Some("http://h/api"));
        let cli = Cli::parse_from(["donfra-live", "doctor"]);
        assert_eq!(cli.command, Some(Command::Doctor { session: None, json: false }));
    }

    #[test]
    fn nothing_is_needed() {
        assert_eq!(Cli::parse_from(["donfra-live"]), Cli::default());
        assert_eq!(Cli::parse_from(["donfra-live", "--name", "Ada"]).name.as_deref(), Some("Ada"));
    }
}
