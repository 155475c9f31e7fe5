//! All integration tests in one binary: it links once.

mod broker;
mod database;
mod http;
mod lab;
mod proxy;
mod story;
mod tidy;
mod world;
