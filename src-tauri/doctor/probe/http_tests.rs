use super::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn url(address: std::net::SocketAddr, scheme: &str) -> Url {
    Url::parse(&format!("{scheme}://{address}/x")).unwrap()
}

async fn ask(url: Url) -> Result<Answer, Fault> {
    Asker::new(&url, None).get(url).await
}

/// Says `text` to whoever says something, then closes.
async fn says(text: &'static str) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(text.as_bytes()).await;
        }
    });
    address
}

#[tokio::test]
async fn nobody_another_program_and_no_tls_are_told_apart() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(ask(url(closed, "http")).await.unwrap_err(), Fault::Refused);
    assert_eq!(ask(url(closed, "https")).await.unwrap_err(), Fault::Refused);
    let other = says("SSH-2.0-OpenSSH_9.2p1\r\n").await;
    assert_eq!(ask(url(other, "http")).await.unwrap_err(), Fault::NotHttp);
    assert_eq!(ask(url(other, "https")).await.unwrap_err(), Fault::NotTls);
    let unknown = Url::parse("http://no-such-host.invalid/").unwrap();
    assert_eq!(ask(unknown).await.unwrap_err(), Fault::Unresolved);
}

#[tokio::test]
async fn an_answer_is_kept_as_it_came() {
    let address = says(
        "HTTP/1.1 302 Found\r\nContent-Type: Text/HTML; charset=utf-8\r\nLocation: /login\r\n\
         Date: Thu, 01 Jan 1970 00:00:10 GMT\r\nContent-Length: 6\r\n\r\n<html>",
    )
    .await;
    let answer = ask(url(address, "http")).await.unwrap();
    assert_eq!((answer.status, answer.content_type.as_str()), (302, "text/html"));
    assert_eq!(answer.location.as_ref().unwrap().path(), "/login");
    assert!(answer.is_html());
    let now = OffsetDateTime::now_utc().unix_timestamp();
    assert!((answer.clock.unwrap() + now - 10).abs() < 5);
    assert_eq!(answer.seen(), "HTTP status 302, text/html");
}
