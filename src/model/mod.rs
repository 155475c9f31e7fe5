//! NOUNS. Pure values: no async, no clock, no randomness, no SDK, no HTTP.

pub mod catalog;
pub mod desired;
pub mod id;
pub mod instance;
pub mod provider;
pub mod record;
pub mod request;
pub mod resolve;
pub mod status;
pub mod tag;
pub mod version;

pub use catalog::{Catalog, ProviderCatalog};
pub use desired::Desired;
pub use id::{BrokerName, ServiceId};
pub use instance::{Endpoint, Instance, Observed, Pending, Tags};
pub use provider::Provider;
pub use record::{Owner, Record};
pub use request::{Change, ConfigKey, Create, Parameter, Update, Which};
pub use status::{Meaning, Status};
