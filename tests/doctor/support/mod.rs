//! What the worlds are made of.

pub mod doctor;
pub mod proxy;
pub mod stand_in;
pub mod world;

pub use doctor::{Doctor, Report};
pub use proxy::{Proxy, Route};
pub use stand_in::StandIn;
pub use world::World;
