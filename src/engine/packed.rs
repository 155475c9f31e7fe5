//! An instance in as few bytes as it takes: what all instances of a broker have in common (keys of tags, parts of ARNs,
//! windows) is not kept for each. The first one packed in this process is the dictionary of all others.

use std::sync::OnceLock;

use lz4_flex::block::{compress_with_dict, decompress_with_dict};

use crate::model::Instance;

/// A packed instance.
#[derive(Debug)]
pub(super) struct Packed {
    bytes: Box<[u8]>,
    /// How many bytes they stand for.
    length: usize,
}

fn dictionary(first: &[u8]) -> &'static [u8] {
    static DICTIONARY: OnceLock<Box<[u8]>> = OnceLock::new();
    DICTIONARY.get_or_init(|| first.into())
}

impl Packed {
    pub(super) fn new(instance: &Instance) -> Self {
        let plain = plain(instance);
        let bytes = compress_with_dict(&plain, dictionary(&plain)).into_boxed_slice();
        Self { bytes, length: plain.len() }
    }

    /// Whether it is this very instance, in every field.
    pub(super) fn is(&self, instance: &Instance) -> bool {
        self.unpacked() == plain(instance)
    }

    /// The instance.
    #[expect(clippy::expect_used, reason = "this process packed these very bytes from the same type")]
    pub(super) fn instance(&self) -> Instance {
        postcard::from_bytes(&self.unpacked()).expect("what was packed can be read")
    }

    #[expect(clippy::expect_used, reason = "this process packed these very bytes with the same dictionary")]
    fn unpacked(&self) -> Vec<u8> {
        // There is a dictionary since the first was packed.
        decompress_with_dict(&self.bytes, self.length, dictionary(&[]))
            .expect("what was packed can be unpacked")
    }
}

#[expect(clippy::expect_used, reason = "strings, numbers and maps of them always have such a form")]
fn plain(instance: &Instance) -> Vec<u8> {
    postcard::to_allocvec(instance).expect("an instance has a binary form")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ApplyStatus, Endpoint, ParameterGroup, Pending, Status, Tags};

    fn instance(number: u32) -> Instance {
        let id =
            uuid::Uuid::from_u128(u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        let tags: Tags =
            (0..30).map(|tag| (format!("codesphere:config/key-{tag}"), format!("{id}-{tag}"))).collect();
        Instance {
            identifier: format!("codesphere-{id}"),
            arn: format!("arn:aws:rds:eu-central-1:123456789012:db:codesphere-{id}"),
            resource_id: format!("db-{id}"),
            created_at: Some(1_800_000_000 + u64::from(number)),
            status: Status::new("available"),
            engine: "postgres".to_owned(),
            engine_version: "17.10".to_owned(),
            class: "db.t4g.micro".to_owned(),
            allocated_storage: 20,
            max_allocated_storage: None,
            storage_type: "gp3".to_owned(),
            iops: Some(3000),
            multi_az: false,
            backup_retention: 7,
            deletion_protection: false,
            backup_window: "03:00-03:30".to_owned(),
            maintenance_window: "sun:05:00-sun:06:00".to_owned(),
            parameter_group: ParameterGroup {
                name: "default.postgres17".to_owned(),
                status: ApplyStatus::InSync,
            },
            endpoint: Some(Endpoint { host: format!("codesphere-{id}.example.com"), port: 5432 }),
            pending: Pending { password: number.is_multiple_of(2), ..Pending::default() },
            applying: false,
            tags,
        }
    }

    #[test]
    fn what_is_packed_comes_out_the_same_and_differs_from_all_others() {
        let packed: Vec<Packed> = (0..50).map(|number| Packed::new(&instance(number))).collect();
        for (number, packed) in (0..50).zip(&packed) {
            assert_eq!(packed.instance(), instance(number));
            assert!(packed.is(&instance(number)) && !packed.is(&instance(number + 1)));
            let mut changed = instance(number);
            changed.tags.insert("codesphere:done".to_owned(), "later".to_owned());
            assert!(!packed.is(&changed));
        }
    }

    #[test]
    fn what_instances_have_in_common_is_not_kept_for_each() {
        let first = Packed::new(&instance(1));
        let second = Packed::new(&instance(2));
        assert!(first.bytes.len() + second.bytes.len() < first.length, "{first:?}");
    }
}
