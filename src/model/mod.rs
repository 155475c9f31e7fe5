//! NOUNS. Pure values: no async, no clock, no randomness, no SDK, no HTTP.

pub mod catalog;
pub mod concern;
pub mod desired;
pub mod group;
pub mod id;
pub mod instance;
pub mod provider;
pub mod record;
pub mod request;
pub mod resolve;
pub mod setting;
pub mod status;
pub mod tag;
pub mod upgrade;
pub mod version;
pub mod window;

pub use catalog::{Catalog, ProviderCatalog};
pub use concern::Concern;
pub use desired::Desired;
pub use id::{BrokerName, ServiceId};
pub use instance::{ApplyStatus, Endpoint, Instance, Observed, ParameterGroup, Pending, Tags};
pub use provider::Provider;
pub use record::{Owner, Record};
pub use request::{Change, ConfigKey, Create, Parameter, Update, Which};
pub use setting::{Scalar, Setting, SettingKind};
pub use status::{Meaning, Status};
pub use upgrade::Upgrades;
pub use window::Window;
