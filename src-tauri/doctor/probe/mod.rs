//! What the checks look with: names, TCP, HTTP, certificates, proxies.

pub mod http;
pub mod proxy;
pub mod tcp;
