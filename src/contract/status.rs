//! The status document.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::Setting;

/// One service, as the platform polls it. Never holds a secret.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The plan that was sent.
    pub plan: Plan,
    /// The config that was sent.
    pub config: BTreeMap<String, Setting>,
    /// What users see.
    pub details: Details,
    /// One sentence, only while something is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The plan that was sent.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Plan {
    /// Its id, if one was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// The parameters that were sent, or the plan's.
    pub parameters: BTreeMap<String, u64>,
}

/// What users see; the published schema lists exactly these.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// DNS name, once RDS has assigned one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// TCP port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Connection string of the user, without password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dsn: Option<String>,
    /// Whether the user's wanted password was seen to work and clients are served.
    pub ready: bool,
    /// The RDS master user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superuser_name: Option<String>,
    /// Phase: creating, updating, available, deleting, stopped or failed.
    pub state: String,
    /// Why nothing happens at the moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting_for: Option<String>,
    /// RDS's instance class.
    pub instance_class: String,
    /// GiB.
    pub allocated_storage: u32,
    /// Full version that runs.
    pub engine_version: String,
    /// Where the certificate authorities of RDS are published.
    pub ca_bundle_url: String,
}
