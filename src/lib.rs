//! A broker that provisions AWS RDS databases for Codesphere's managed services.
//!
//! ```text
//!          POST PATCH DELETE                                GET
//!                 │                                          │
//!   http      routes, guard, one status table              http
//!                 │                                          │
//!   contract  JSON ─► model::request                         │  Status ─► JSON
//!                 │                                          │
//!   engine    the wish ─► tags + secrets            snapshot (aged, lock-free)
//!                 │  push                                    ▲
//!                 ▼                                          │ refresh: single flight,
//!             worker: observe ─► decide ─► execute           │ batched, paced
//!                                   │                        │
//!   aws, sql                        ▼                        │
//!             RDS, Secrets Manager, PostgreSQL ──────────────┘
//! ```
//!
//! Modules in the order a request meets them. Imports point downwards: `model` knows nothing of
//! ours, `decide` only `model`; only `http` names axum, only `aws` the SDK, only `sql` a driver.

pub mod cli;
pub mod config;
pub mod telemetry;
pub mod tokens;

pub mod app;
pub mod http;

pub mod contract;

pub mod engine;

pub mod preflight;

pub mod decide;

pub mod model;

pub mod aws;
pub mod sql;

pub mod metrics;
pub mod spans;

pub mod error;
