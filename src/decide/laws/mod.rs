//! What holds for every wish, every observation and every history, checked against a small model of RDS and of a worker
//! that does what is decided.

mod arguments;
mod deletion;
mod found;
mod generate;
mod giving_up;
mod matching;
mod ours;
mod rds;
mod reaching;
mod windows;
mod worker;
