//! Against small servers that list as services do.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::response::sse::{self, Sse};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};

use super::*;

const FIRST: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
const SECOND: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa7";

fn session(id: &str, at: &str) -> Value {
    json!({ "session_id": id, "title": format!("of {at}"), "owner_name": "Ada", "created_at": at, "status": "active" })
}

/// What `follow` tells about the server with these routes under `/api`.
async fn followed(routes: Router) -> (mpsc::UnboundedReceiver<LiveList>, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = BaseUrl::parse(&format!("http://{}/api", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().nest("/api", routes)).await });
    let (tell, told) = mpsc::unbounded_channel();
    let follow = async move {
        let tell = changed_only(move |list| drop(tell.send(list)));
        follow(ApiClient::new(base, None), (Duration::from_secs(30), Duration::from_millis(100)), &tell).await;
    };
    (told, tokio::spawn(follow))
}

async fn next(told: &mut mpsc::UnboundedReceiver<LiveList>) -> LiveList {
    tokio::time::timeout(Duration::from_secs(20), told.recv()).await.expect("told in time").expect("still followed")
}

fn ids(list: &LiveList) -> Vec<&str> {
    match list {
        LiveList::Current { sessions, .. } => sessions.iter().map(|session| session.session_id.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn events_change_the_list_at_once() {
    let events = broadcast::Sender::<String>::new(8);
    let sent = events.clone();
    let stream = get(async move || {
        let texts = futures_util::stream::unfold(sent.subscribe(), async |mut sent| {
            let event = sse::Event::default().data(sent.recv().await.ok()?);
            Some((Ok::<_, Infallible>(event), sent))
        });
        Sse::new(texts)
    });
    let list =
        get(async || Json(json!({ "sessions": [session(FIRST, "2026-01-01T10:00:00+02:00")], "total_count": 1 })));
    let routes = Router::new().route("/live/sessions", list).route("/live/sessions/stream", stream);
    let (mut told, _) = followed(routes).await;
    assert_eq!(next(&mut told).await, LiveList::Loading);
    let first = next(&mut told).await;
    assert_eq!(ids(&first), [FIRST]);
    let LiveList::Current { sessions, .. } = &first else { unreachable!() };
    assert_eq!(sessions[0].created_at.as_deref(), Some("2026-01-01T08:00:00Z"));
    let created = json!({ "type": "created", "session": session(SECOND, "2026-01-01T09:00:00Z") });
    events.send(created.to_string()).unwrap();
    assert_eq!(ids(&next(&mut told).await), [SECOND, FIRST], "the newest first");
    events.send(json!({ "type": "ended", "session_id": FIRST }).to_string()).unwrap();
    assert_eq!(ids(&next(&mut told).await), [SECOND]);
}

#[tokio::test]
async fn a_service_without_events_is_asked_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let list = get(async move || {
        let asked = asked.fetch_add(1, Ordering::Relaxed);
        let sessions: Vec<_> = [FIRST, SECOND].into_iter().take(asked).map(|id| json!({ "session_id": id })).collect();
        Json(json!({ "sessions": sessions }))
    });
    let (mut told, _) = followed(Router::new().route("/live/sessions", list)).await;
    assert_eq!(next(&mut told).await, LiveList::Loading);
    assert!(ids(&next(&mut told).await).is_empty());
    assert_eq!(ids(&next(&mut told).await), [FIRST]);
    assert_eq!(ids(&next(&mut told).await), [FIRST, SECOND]);
}

#[tokio::test]
async fn a_service_without_a_list_shows_none() {
    let (mut told, follow) = followed(Router::new()).await;
    assert_eq!(next(&mut told).await, LiveList::Loading);
    assert_eq!(next(&mut told).await, LiveList::None);
    follow.await.unwrap();
}

#[tokio::test]
async fn a_sign_in_that_is_wanted_is_said() {
    let no = get(async || (axum::http::StatusCode::UNAUTHORIZED, Json(json!({ "error": "no" }))));
    let routes = Router::new().route("/live/sessions", no.clone()).route("/live/sessions/stream", no);
    let (mut told, _) = followed(routes).await;
    assert_eq!(next(&mut told).await, LiveList::Loading);
    let LiveList::Failed { error } = next(&mut told).await else { panic!("no error") };
    assert_eq!(error.code, "sign_in_required");
}

#[test]
fn what_cannot_be_joined_is_not_listed() {
    let listed = |value: Value| fit(serde_json::from_value(value).unwrap());
    assert!(listed(json!({ "session_id": "nonsense" })).is_none());
    assert!(listed(json!({ "session_id": FIRST, "status": "Ended" })).is_none());
    let shown =
        listed(json!({ "session_id": FIRST.to_uppercase(), "title": "\u{202e}", "created_at": "noon" })).unwrap();
    assert_eq!(shown.session_id, FIRST);
    assert_eq!((shown.title, shown.created_at), (None, None));
}

#[test]
fn a_crowd_of_sessions_is_bounded() {
    let mut sessions: Vec<_> = (0..1000)
        .filter_map(|_| fit(serde_json::from_value(json!({ "session_id": uuid::Uuid::new_v4() })).unwrap()))
        .collect();
    let LiveList::Current { sessions, total } = current(&mut sessions) else { panic!() };
    assert_eq!((sessions.len(), total), (MOST, 1000));
}
