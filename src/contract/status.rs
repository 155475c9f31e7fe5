//! The status document.

use std::collections::BTreeMap;

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

use crate::model::{ServiceId, Setting};

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

/// Documents, as JSON, put together to one object from id to document, in one buffer of the right size.
pub fn object<D: AsRef<[u8]>>(documents: &[(ServiceId, D)]) -> Bytes {
    let mut text = ServiceId::buffer();
    // An id has two quotes, a colon and a separator.
    let around = text.len() + 4;
    let size: usize = documents.iter().map(|(_, document)| document.as_ref().len() + around).sum();
    let mut body = BytesMut::with_capacity(size + 2);
    body.put_u8(b'{');
    for (number, (id, document)) in documents.iter().enumerate() {
        body.put_slice(if number == 0 { b"\"" } else { b",\"" });
        body.put_slice(id.text(&mut text).as_bytes());
        body.put_slice(b"\":");
        body.put_slice(document.as_ref());
    }
    body.put_u8(b'}');
    body.freeze()
}

/// Ids as a JSON array, in the order given: in a buffer that need not grow, without a copy of each.
#[must_use]
pub fn array(ids: &[ServiceId]) -> Bytes {
    let mut text = ServiceId::buffer();
    // An id has two quotes and a separator.
    let mut body = BytesMut::with_capacity(ids.len() * (text.len() + 3) + 2);
    body.put_u8(b'[');
    for (number, id) in ids.iter().enumerate() {
        body.put_slice(if number == 0 { b"\"" } else { b",\"" });
        body.put_slice(id.text(&mut text).as_bytes());
        body.put_u8(b'"');
    }
    body.put_u8(b']');
    body.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_make_an_array_in_a_buffer_that_need_not_grow() {
        let ids = ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"];
        let listed: Vec<ServiceId> = ids.iter().map(|id| id.parse().unwrap()).collect();
        assert_eq!(array(&listed), serde_json::to_vec(&ids).unwrap());
        assert_eq!(array(&[]), "[]");
    }

    #[test]
    fn documents_make_an_object_in_a_buffer_that_need_not_grow() {
        let ids = ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"];
        let documents: Vec<(ServiceId, &[u8])> = ids.map(|id| (id.parse().unwrap(), &b"{}"[..])).into();
        assert_eq!(object::<&[u8]>(&[]), "{}");
        assert_eq!(object(&documents[..1]), format!("{{\"{}\":{{}}}}", ids[0]));
        assert_eq!(object(&documents), format!("{{\"{}\":{{}},\"{}\":{{}}}}", ids[0], ids[1]));
    }
}
