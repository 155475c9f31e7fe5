//! All integration tests in one binary: it links once.

mod http;
mod lab;
mod proxy;
mod story;
mod tidy;
mod world;
