//! All integration tests in one binary: it links once.

#![expect(clippy::unwrap_used, reason = "a test that meets what it does not expect ends there")]

mod broker;
mod cli;
mod database;
mod http;
mod lab;
mod neighbours;
mod proxy;
mod role;
mod sql;
mod story;
mod tidy;
mod world;
