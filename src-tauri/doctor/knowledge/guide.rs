//! `docs/troubleshooting.md`: the same knowledge for who reads instead of clicks. Made from the table, committed, and
//! never stale.

use std::fmt::Write;
use std::path::Path;

use super::{Cause, SENTENCES};
use crate::doctor::check::CheckId;

const FILE: &str = "docs/troubleshooting.md";

/// Longest line of the guide, in characters.
const WIDTH: usize = 118;

const HEAD: &str = "\
<!-- Made by `cargo xtask generate` from src-tauri/doctor/knowledge. -->

# It does not connect

Ask the doctor. In the app: **Check the connection**, on the home page and in the settings; at a connection that failed it is
at work already. Or from a shell, without a window:

    donfra-live doctor                                      # the session server of the settings
    donfra-live doctor --api http://localhost:8080/api      # another one
    donfra-live doctor --session 1b4e28ba-2fa1-11d2-883f-0016d3cca427   # in this session, and not in one of its own
    donfra-live doctor --json                               # the whole report for programs

It goes along the chain from the app to the media and back, says which link is the first broken one, and what to do for
who hosts and for who joins. It exits with 0 if nothing failed. Its report holds no secret and no whole address of yours:
send it to whoever helps you.

What follows is everything it knows. `LIVEKIT_…` are settings of the session server, `rtc.…` and `keys` stand in LiveKit's
`livekit.yaml`; [deploy/](../deploy/README.md) has both for one machine.

## The chain

| check | what it looks at |
| --- | --- |
";

const BY_HAND: &str = "
## By hand

    curl http://localhost:8080/api/live/health     # does the session server run, and does it reach LiveKit?
    curl http://localhost:7880/                    # is LiveKit there? It says OK
    ss -tlnp | grep -E '7880|8080'                 # who listens on the ports?
    ss -ulnp | grep 7882                           # and for media?
    docker ps; docker logs donfra-livekit --tail 20

A server that works logs `starting RTC session` and then a connected ICE state for each person who joins.
";

fn looks_at(check: CheckId) -> &'static str {
    match check {
        CheckId::ApiAddress => {
            "the address in the settings is one, and its name is known; or this computer's servers start"
        }
        CheckId::ApiAnswers => "TCP by IPv4 and by IPv6, TLS with its certificate, HTTP, the system's proxy",
        CheckId::SessionApi => "what answers is a session API, and no web site or sign-in page of the network",
        CheckId::SignIn => "whether a sign-in is wanted, and the one in the settings is taken",
        CheckId::Session => "create gives a token (or join, with `--session`)",
        CheckId::Token => "the token's room, rights and time",
        CheckId::Clock => "this computer's clock against the session server's",
        CheckId::ServerUrl => "LiveKit's address, which the session server gives, can be one from here",
        CheckId::LivekitPort => "TCP, TLS, HTTP at that address, and that it is LiveKit",
        CheckId::LivekitToken => {
            "LiveKit knows the token's key, its signature fits, its time is right, its room exists"
        }
        CheckId::Websocket => "a WebSocket gets through the proxies in between",
        CheckId::Ice => {
            "the addresses that LiveKit names for media: UDP, TCP, TURN; which pair wins, and its round trip"
        }
        CheckId::Media => "a test track goes out and comes back: rate, loss, round trip",
    }
}

fn guide() -> String {
    let mut text = HEAD.to_owned();
    for check in CheckId::ALL {
        writeln!(text, "| {} | {} |", check.title(), looks_at(check)).unwrap();
    }
    text.push_str("\n## Sentences that people look for\n");
    for sentence in SENTENCES {
        let causes: Vec<String> = sentence.causes.iter().map(|cause| format!("[{0}](#{0})", cause.code())).collect();
        let see = if causes.is_empty() { String::new() } else { format!(" See {}.", causes.join(", ")) };
        let seen_in = sentence.seen_in;
        let about = format!("In {seen_in}. {}{see}", sentence.means);
        write!(text, "\n**{}**\n\n{}\n", sentence.text, wrapped("", &about)).unwrap();
    }
    text.push_str("\n## Every cause\n");
    for cause in Cause::ALL {
        let known = cause.knowledge();
        let message = known.message.replace("{about}", "…");
        write!(text, "\n### {}\n\n{}\n\n", cause.code(), wrapped("", &format!("**{message}** {}", known.why))).unwrap();
        writeln!(text, "{}", wrapped("- ", &format!("Who hosts: {}", known.host))).unwrap();
        writeln!(text, "{}", wrapped("- ", &format!("Who joins: {}", known.guest))).unwrap();
    }
    text.push_str(BY_HAND);
    text
}

fn wrapped(bullet: &str, text: &str) -> String {
    let indent = " ".repeat(bullet.len());
    let mut lines = vec![bullet.to_owned()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().unwrap();
        if line.trim().is_empty() || line.ends_with("- ") {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{indent}{word}"));
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// `DONFRA_LIVE_GENERATE=1` (`cargo xtask generate`) writes the file; without it the test compares.
#[test]
fn troubleshooting_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let fresh = guide();
    if std::env::var_os("DONFRA_LIVE_GENERATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    for cause in Cause::ALL {
        assert!(committed.contains(&format!("\n### {}\n", cause.code())), "{FILE} lacks {}", cause.code());
    }
    assert!(committed == fresh, "{FILE} is stale: run `cargo xtask generate`");
}
