//! Several requests, as the platform sends them, over a local AWS with real databases.

mod book;
mod change;
mod check;
mod crash;
mod delete;
mod drift;
mod engines;
mod failure;
mod late;
mod lost_reply;
mod moment;
mod options;
mod orphans;
mod parameters;
mod quota;
mod repeat;
mod replicas;
mod rotate;
mod secrets;
mod services;
mod status;
mod storage;
mod throttle;
mod traces;
mod upgrade;
mod window;
