//! LiveKit after a crash: started again where it was, else elsewhere, else given up.

use std::time::{Duration, Instant};

use donfra_session_server::{Handle, LiveKitUrls};
use tokio::sync::{oneshot, watch};

use super::HostError;
use super::livekit::{LiveKit, Plan};

/// First and longest pause before LiveKit is started again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));

/// So long it is tried on the ports it had, where clients look for it first. A port that another program has taken may
/// be free again soon: a connection that lingers holds one for moments only.
const SAME_PORTS: Duration = Duration::from_secs(4);

/// So long it is tried at all, which is a dozen times: what has not worked by then is not in passing. Clients give up after
/// two minutes.
const GIVES_UP: Duration = Duration::from_secs(25);

/// Starts LiveKit again whenever it ends by itself, with the same keys and on the same ports: clients reconnect. Where
/// another program has taken a port, others are used, which clients learn from the session server and `moves` tells. Ends when told to, or
/// when LiveKit does not start any more.
pub(super) async fn keep_running(
    mut plan: Plan,
    mut livekit: LiveKit,
    handle: Handle,
    mut stop: oneshot::Receiver<()>,
    moves: watch::Sender<String>,
) {
    loop {
        tokio::select! {
            _ = &mut stop => return livekit.stop().await,
            _ = livekit.ended() => tracing::warn!(said = livekit.last_words(), "LiveKit ended by itself"),
        }
        let started = tokio::select! {
            _ = &mut stop => return,
            started = start_again(&mut plan, &handle) => started,
        };
        livekit = match started {
            Ok(livekit) => livekit,
            Err(error) => {
                tracing::error!(%error, "LiveKit does not start again: given up");
                return;
            }
        };
        moves.send_if_modified(|url| {
            let now = plan.url();
            std::mem::replace(url, now.clone()) != now
        });
        let restored = handle.restore_rooms().await;
        tracing::info!(restored, "LiveKit runs again");
    }
}

/// Tries until it runs, or it makes no sense any more. Said in the log at the first failure and at the end.
async fn start_again(plan: &mut Plan, handle: &Handle) -> Result<LiveKit, HostError> {
    let (since, mut pause, mut told) = (Instant::now(), PAUSE.0, false);
    loop {
        tokio::time::sleep(pause).await;
        let elsewhere = since.elapsed() >= SAME_PORTS;
        let result = if elsewhere { plan.start().await } else { plan.start_again().await };
        let error = match result {
            Ok(livekit) if elsewhere => {
                handle.set_livekit(LiveKitUrls::same(plan.url())).map_err(donfra_session_server::ServerError::from)?;
                tracing::info!(livekit = plan.url(), "LiveKit has an address of which clients learn");
                return Ok(livekit);
            }
            Ok(livekit) => return Ok(livekit),
            Err(error) => error,
        };
        if since.elapsed() >= GIVES_UP {
            return Err(error);
        }
        if !std::mem::replace(&mut told, true) {
            tracing::warn!(%error, "LiveKit does not start again: tried on");
        } else {
            tracing::debug!(%error, "LiveKit does not start again yet");
        }
        pause = (pause * 2).min(PAUSE.1);
    }
}
