//! The addresses at which LiveKit takes media, as its descriptions and candidates name them.

use std::net::{IpAddr, SocketAddr};

use serde_json::Value;

/// Most candidates that are kept; a server with many interfaces has some dozens.
const MAX_CANDIDATES: usize = 64;

/// An address at which the server takes media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Address and port.
    pub address: SocketAddr,
    /// UDP, or else TCP.
    pub udp: bool,
}

/// Those that were named, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates(pub Vec<Candidate>);

impl Candidates {
    /// The addresses that they name, each once.
    pub fn addresses(&self) -> Vec<IpAddr> {
        let mut all = Vec::new();
        for candidate in &self.0 {
            if !all.contains(&candidate.address.ip()) {
                all.push(candidate.address.ip());
            }
        }
        all
    }

    /// Takes those of a session description (SDP).
    pub fn description(&mut self, sdp: &str) {
        for line in sdp.lines() {
            if let Some(candidate) = line.strip_prefix("a=") {
                self.line(candidate);
            }
        }
    }

    /// Takes the one of a trickled candidate, which is JSON.
    pub fn trickled(&mut self, init: &str) {
        let init = serde_json::from_str::<Value>(init).unwrap_or_default();
        self.line(init.get("candidate").and_then(Value::as_str).unwrap_or_default());
    }

    /// One line of the form `candidate:foundation component protocol priority address port typ kind …` (RFC 8839).
    fn line(&mut self, line: &str) {
        let Some(fields) = line.strip_prefix("candidate:") else { return };
        let mut fields = fields.split_whitespace();
        let mut next = || fields.next();
        let (Some(_), Some(component), Some(protocol), Some(_)) = (next(), next(), next(), next()) else { return };
        let (Some(ip), Some(port)) = (next(), next()) else { return };
        let (Ok(ip), Ok(port)) = (ip.parse::<IpAddr>(), port.parse::<u16>()) else { return };
        let candidate = Candidate { address: (ip, port).into(), udp: protocol.eq_ignore_ascii_case("udp") };
        // Only the first component is used: RTP and RTCP share it.
        if component == "1" && self.0.len() < MAX_CANDIDATES && !self.0.contains(&candidate) {
            self.0.push(candidate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_read_from_a_description_and_each_counts_once() {
        let mut candidates = Candidates::default();
        candidates.description(
            "v=0\r\na=candidate:1 1 udp 2130706431 172.17.0.2 7882 typ host ufrag x\r\n\
             a=candidate:1 2 udp 2130706431 172.17.0.2 7882 typ host\r\n\
             a=candidate:2 1 tcp 1671430143 172.17.0.2 7881 typ host tcptype passive\r\n\
             a=candidate:3 1 udp 1 name.local 7881 typ host\r\na=end-of-candidates\r\n",
        );
        candidates.trickled(r#"{"candidate":"candidate:1 1 udp 2130706431 172.17.0.2 7882 typ host"}"#);
        for nothing in [r#"{"candidate":"candidate:"}"#, "", "[1]", r#"{"candidate":7}"#] {
            candidates.trickled(nothing);
        }
        let udp = Candidate { address: "172.17.0.2:7882".parse().unwrap(), udp: true };
        let tcp = Candidate { address: "172.17.0.2:7881".parse().unwrap(), udp: false };
        assert_eq!(candidates.0, [udp, tcp]);
        assert_eq!(candidates.addresses(), ["172.17.0.2".parse::<IpAddr>().unwrap()]);
    }
}
