//! How much one client may write: a token bucket for each address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;

use crate::config::RateLimit;
use crate::error::ApiError;
use crate::server::AppState;

/// Token buckets by client address.
pub(crate) struct Limiter {
    limit: RateLimit,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, buckets: Mutex::default() }
    }

    /// Takes one token of this address; the seconds to wait if there is none.
    fn take(&self, address: IpAddr, now: Instant) -> Result<(), u64> {
        let RateLimit { burst, per_second } = self.limit;
        if burst == 0 {
            return Ok(());
        }
        let mut buckets = self.buckets.lock();
        let bucket = buckets.entry(address).or_insert(Bucket { tokens: f64::from(burst), filled: now });
        let elapsed = now.duration_since(bucket.filled).as_secs_f64();
        bucket.tokens = (bucket.tokens + elapsed * per_second).min(f64::from(burst));
        bucket.filled = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(((1.0 - bucket.tokens) / per_second).ceil().max(1.0) as u64)
    }

    /// Forgets the addresses whose bucket is full again.
    pub(crate) fn sweep(&self) {
        let RateLimit { burst, per_second } = self.limit;
        self.buckets
            .lock()
            .retain(|_, bucket| bucket.tokens + bucket.filled.elapsed().as_secs_f64() * per_second < f64::from(burst));
    }
}

/// Refuses a write of who has written too much.
pub(crate) async fn limit_writes(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let address = client_address(peer.ip(), request.headers(), state.config.trust_forwarded_for);
    match state.limiter.take(address, Instant::now()) {
        Ok(()) => next.run(request).await,
        Err(seconds) => ApiError::RateLimited(seconds).into_response(),
    }
}

/// Behind a proxy, the address that the proxy saw: the last one, since who writes the others is not known.
fn client_address(peer: IpAddr, headers: &HeaderMap, trust_forwarded_for: bool) -> IpAddr {
    let forwarded = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    let address: IpAddr = if trust_forwarded_for { forwarded().unwrap_or(peer) } else { peer };
    match address.to_canonical() {
        // One household or office has a whole /64.
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_empties_refills_and_is_forgotten() {
        let limiter = Limiter::new(RateLimit { burst: 3, per_second: 2.0 });
        let (a, b) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let start = Instant::now() - Duration::from_secs(60);
        for _ in 0..3 {
            assert_eq!(limiter.take(a, start), Ok(()));
        }
        assert_eq!(limiter.take(a, start), Err(1));
        assert_eq!(limiter.take(b, start), Ok(()), "another client is not held up");
        assert_eq!(limiter.take(a, start + Duration::from_millis(500)), Ok(()));
        assert_eq!(limiter.take(a, start + Duration::from_millis(600)), Err(1));
        limiter.sweep();
        assert!(limiter.buckets.lock().is_empty());
    }

    #[test]
    fn a_forwarded_address_counts_only_behind_a_proxy() {
        let peer = "192.0.2.1".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "1.2.3.4, 203.0.113.9".parse().unwrap());
        assert_eq!(client_address(peer, &headers, false), peer);
        assert_eq!(client_address(peer, &headers, true), "203.0.113.9".parse::<IpAddr>().unwrap());
        let (one, two) = ("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap());
        assert_eq!(client_address(one, &headers, false), client_address(two, &headers, false));
    }
}
