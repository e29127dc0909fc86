//! The socket, met by a page of the test's own.

use livekit::webrtc::video_frame::{I420Buffer, VideoFrame, VideoRotation};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::*;
use crate::video::{Fit, TileSource};

type Page = WebSocketStream<TcpStream>;

async fn connect(layer: &PortableLayer, origin: &str) -> Result<Page, Error> {
    let mut request = layer.url.as_str().into_client_request()?;
    request.headers_mut().insert("origin", origin.parse().unwrap());
    let stream = TcpStream::connect(layer.url.trim_start_matches("ws://")).await?;
    client_async(request, stream).await.map(|(page, _)| page)
}

async fn page(layer: &PortableLayer) -> Page {
    let mut page = connect(layer, "tauri://localhost").await.unwrap();
    page.send(Message::text(layer.token.expose_secret())).await.unwrap();
    let about = r#"{"scale":1.0,"shown":true,"width":640.0,"height":480.0}"#;
    page.send(Message::text(about)).await.unwrap();
    page
}

async fn hear(page: &mut Page) -> Option<Message> {
    tokio::time::timeout(Duration::from_secs(20), page.next()).await.unwrap().and_then(Result::ok)
}

fn tile() -> TileId {
    TileId { identity: "a".into(), source: TileSource::Camera }
}

fn layout() -> Vec<TileLayout> {
    let (x, y, width, height) = (0.0, 0.0, 32.0, 18.0);
    vec![TileLayout { tile: tile(), x, y, width, height, fit: Fit::Cover, mirror: false, radius: 0.0 }]
}

fn frame(luma: u8) -> VideoFrame<I420Buffer> {
    let mut buffer = I420Buffer::new(64, 36);
    buffer.data_mut().0.fill(luma);
    VideoFrame::new(VideoRotation::VideoRotation0, buffer)
}

/// The first luma sample and the acknowledgement of a picture.
fn picture(message: Option<Message>) -> (u8, Vec<u8>) {
    let Some(Message::Binary(bytes)) = message else { panic!("no picture: {message:?}") };
    assert_eq!(bytes.len(), wire::HEADER + 32 * 18 * 3 / 2, "as small as the tile");
    (bytes[wire::HEADER], bytes[..8].to_vec())
}

#[tokio::test]
async fn pages_of_elsewhere_are_refused() {
    let layer = PortableLayer::start(&Frames::new()).await.unwrap();
    for origin in ["https://example.com", "null", "http://127.0.0.1", "tauri://localhost.example"] {
        let refused = connect(&layer, origin).await;
        assert!(matches!(refused, Err(Error::Http(ref answer)) if answer.status() == 403), "{origin}: {refused:?}");
    }
}

#[tokio::test]
async fn without_the_token_nothing_comes() {
    let frames = Frames::new();
    let layer = PortableLayer::start(&frames).await.unwrap();
    layer.set_tiles(layout());
    let sink = frames.sink(tile());
    sink.push(&frame(100));
    let mut page = connect(&layer, "tauri://localhost").await.unwrap();
    page.send(Message::text("0".repeat(64))).await.unwrap();
    let heard = hear(&mut page).await;
    assert!(matches!(heard, None | Some(Message::Close(_))), "{heard:?}");
}

#[tokio::test]
async fn one_picture_waits_and_the_newest_comes_next() {
    let frames = Frames::new();
    let layer = PortableLayer::start(&frames).await.unwrap();
    layer.set_tiles(layout());
    let sink = frames.sink(tile());
    let mut page = page(&layer).await;
    sink.push(&frame(100));
    let Some(Message::Text(naming)) = hear(&mut page).await else { panic!("the tile is named first") };
    assert_eq!(naming.as_str(), r#"{"key":0,"tile":{"identity":"a","source":"camera"}}"#);
    let (luma, drawn) = picture(hear(&mut page).await);
    assert_eq!(luma, 100);

    // Three more while that one is not drawn: two of them are skipped.
    (110..=112).for_each(|luma| sink.push(&frame(luma)));
    let early = tokio::time::timeout(Duration::from_millis(200), page.next()).await;
    assert!(early.is_err(), "a second picture is on its way: {early:?}");
    assert_eq!(frames.meters()[0].frames, 0);
    page.send(Message::binary(drawn)).await.unwrap();
    let (luma, drawn) = picture(hear(&mut page).await);
    assert_eq!(luma, 112);
    assert_eq!(frames.meters()[0].frames, 1);

    // A page that was loaded again gets the picture again; the old page is dropped.
    let mut again = self::page(&layer).await;
    hear(&mut again).await;
    assert_eq!(picture(hear(&mut again).await).0, 112);
    assert!(page.send(Message::binary(drawn)).await.is_err() || hear(&mut page).await.is_none());
}
