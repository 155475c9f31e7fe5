//! WIRE. What the platform sends and expects, and the pure way in and out.
//!
//! Parsing checks the form of a document and reports all its field errors together, without ever
//! repeating a value (it may be a secret). What the catalogue or the service's record has to say
//! about it is `model::resolve`'s: a stored wish must be accepted again after the catalogue changed.

mod body;
mod check;
pub mod openapi;
mod parse;
pub mod registration;
pub mod schema;
pub mod status;

pub use parse::{create, update};
