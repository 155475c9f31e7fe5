//! Several requests, as the platform sends them, over a local AWS with real databases.

mod book;
mod change;
mod crash;
mod delete;
mod drift;
mod lost_reply;
mod repeat;
mod replicas;
mod rotate;
mod secrets;
mod throttle;
