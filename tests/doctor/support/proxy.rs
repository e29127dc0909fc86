//! A reverse proxy as people put before their servers, with or without TLS, for better or worse.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// Where a path leads.
#[derive(Clone)]
pub struct Route {
    /// What the path begins with; it is taken away if `strip`.
    pub prefix: &'static str,
    /// The server behind.
    pub to: SocketAddr,
    /// Whether that server does not know the prefix.
    pub strip: bool,
}

impl Route {
    /// Everything to one server.
    pub fn all(to: SocketAddr) -> Self {
        Self { prefix: "/", to, strip: false }
    }
}

/// How the proxy is.
#[derive(Clone, Default)]
pub struct Proxy {
    /// The first that fits is taken; where none does, the answer is a web page.
    pub routes: Vec<Route>,
    /// Whether it forgets to pass on that a WebSocket is wanted, as proxies do that were not told.
    pub eats_websockets: bool,
    /// The certificate it shows.
    pub tls: Option<Arc<ServerConfig>>,
}

const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 38\r\nConnection: close\r\n\r\n\
                      <!doctype html><h1>Welcome here!</h1>\n";

impl Proxy {
    /// Serves on loopback.
    pub async fn serve(self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let proxy = self.clone();
                tokio::spawn(async move {
                    let _ = match proxy.tls.clone() {
                        Some(config) => match TlsAcceptor::from(config).accept(client).await {
                            Ok(client) => proxy.pass(client).await,
                            Err(error) => Err(error),
                        },
                        None => proxy.pass(client).await,
                    };
                });
            }
        });
        address
    }

    /// Passes one request on, and the connection if it becomes a WebSocket.
    async fn pass(&self, mut client: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
        let Some(route) = self.routes.iter().find(|route| path.starts_with(route.prefix)) else {
            return client.write_all(PAGE).await;
        };
        let mut server = TcpStream::connect(route.to).await?;
        server.write_all(self.rewritten(&head, &path, route).as_bytes()).await?;
        copy_bidirectional(&mut client, &mut server).await.map(|_| ())
    }

    /// The request as the server behind gets it: one to a connection.
    fn rewritten(&self, head: &str, path: &str, route: &Route) -> String {
        let upgrades = head.to_lowercase().contains("\r\nupgrade:") && !self.eats_websockets;
        let own =
            if route.strip { format!("/{}", path[route.prefix.len()..].trim_start_matches('/')) } else { path.into() };
        let mut lines = head.trim_end().split("\r\n");
        let first = lines.next().unwrap_or_default().replacen(path, &own, 1);
        let gone = |line: &str| {
            let name = line.split(':').next().unwrap_or_default().to_lowercase();
            !upgrades && matches!(name.as_str(), "connection" | "upgrade")
        };
        let kept: Vec<&str> = lines.filter(|line| !gone(line)).collect();
        let close = if upgrades { "" } else { "\r\nConnection: close" };
        format!("{first}\r\n{}{close}\r\n\r\n", kept.join("\r\n"))
    }
}
