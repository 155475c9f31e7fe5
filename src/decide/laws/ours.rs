//! What is not ours is never acted on.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::generate::an_rds;
use crate::decide::{Evidence, Step, decide};
use crate::model::{
    BrokerName, Catalog, Change, Create, Desired, Instance, Observed, Owner, Provider, ProviderCatalog,
    Record, ServiceId, Tags, Which, group, resolve, tag,
};

const INCARNATION: &str = "0f0f0f0f-1111-4222-8333-444444444444";

fn broker() -> BrokerName {
    "codesphere".parse().unwrap()
}

fn catalog() -> &'static ProviderCatalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::builtin);
    CATALOG.provider(Provider::Postgres)
}

fn an_id() -> impl Strategy<Value = ServiceId> {
    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}".prop_map(|text| text.parse().unwrap())
}

fn arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:eu-central-1:123456789012:secret:{name}-AbCdEf")
}

/// The tags that the broker writes with a create, and those of its secrets.
fn own_tags(id: ServiceId, deleting: bool) -> Tags {
    let request = Create { id, provider: Provider::Postgres, change: Change::default() };
    let made = resolve::create(&broker(), &request, catalog(), INCARNATION, "wish");
    let mut tags = made.expect("a request for nothing in particular").tags;
    for &which in Which::ALL {
        let own = arn(&broker().secret_name(id, INCARNATION, which));
        tags.insert(tag::secret_arn(which), tag::encode(Some(&own)));
        tags.insert(tag::secret_version(which), "version".into());
    }
    if deleting {
        tags.insert(tag::DELETING.into(), "yes".into());
    }
    tags
}

fn own_instance(instance: Instance, id: ServiceId, deleting: bool) -> Instance {
    Instance { identifier: broker().instance_identifier(id), tags: own_tags(id, deleting), ..instance }
}

fn desired(instance: &Instance) -> Option<Desired> {
    Desired::of(&Record::owner(&broker(), instance), instance, &broker(), catalog())
}

/// One thing that makes an instance someone else's.
#[derive(Clone, Debug)]
enum Loss {
    Missing(&'static str),
    Changed(&'static str, String),
    Identifier(String),
}

fn a_loss() -> impl Strategy<Value = Loss> {
    let owner_tag = || prop_oneof![Just(tag::BROKER), Just(tag::SERVICE)];
    let value = prop_oneof![
        Just(String::new()),
        Just("codesphere-two".to_owned()),
        Just("Codesphere".to_owned()),
        Just("codespher".to_owned()),
        an_id().prop_map(|id| id.to_string()),
        "[ -~]{1,20}",
    ];
    let identifier = prop_oneof![
        an_id().prop_map(|id| format!("codesphere-two-{id}")),
        an_id().prop_map(|id| format!("other-{id}")),
        an_id().prop_map(|id| id.to_string()),
        // This broker's, but another service's: a restored copy brings the tags of its source.
        an_id().prop_map(|id| format!("codesphere-{id}")),
        "[a-z][a-z0-9-]{0,40}",
    ];
    prop_oneof![
        owner_tag().prop_map(Loss::Missing),
        (owner_tag(), value).prop_map(|(tag, value)| Loss::Changed(tag, value)),
        identifier.prop_map(Loss::Identifier),
    ]
}

/// An ARN that a tag of the service may name although it is not that of one of its secrets.
fn a_foreign_arn(id: ServiceId) -> impl Strategy<Value = String> {
    prop_oneof![
        an_id().prop_map(|other| arn(&format!("codesphere/{other}/{INCARNATION}/user"))),
        Just(arn(&format!("codesphere-two/{id}/{INCARNATION}/user"))),
        Just(arn(&format!("shop/codesphere/{id}/{INCARNATION}/user"))),
        Just(arn(&format!("codesphere/{id}x/{INCARNATION}/user"))),
        Just(format!("codesphere/{id}/{INCARNATION}/user")),
        Just(arn("production")),
        "[ -~]{0,60}",
    ]
    .prop_filter("another's", move |arn| !arn.contains(&format!(":codesphere/{id}/")))
}

proptest! {
    #[test]
    fn an_instance_that_lacks_one_sign_of_its_owner_is_never_acted_on(
        id in an_id(), rds in an_rds(), deleting in any::<bool>(), loss in a_loss()
    ) {
        let mut instance = own_instance(rds.instance, id, deleting);
        // With all of them it is: else this law would hold of anything.
        prop_assert!(matches!(Record::owner(&broker(), &instance), Owner::Ours(_)));
        let is_gone = matches!(desired(&instance), Some(Desired::Gone { .. }));
        prop_assert!(desired(&instance).is_some() && is_gone == deleting);
        match &loss {
            Loss::Missing(key) => {
                instance.tags.remove(*key);
            }
            Loss::Changed(key, value) => {
                let before = instance.tags.insert((*key).to_owned(), value.clone());
                prop_assume!(before.as_ref() != Some(value));
            }
            Loss::Identifier(other) => {
                prop_assume!(*other != instance.identifier);
                instance.identifier.clone_from(other);
            }
        }
        prop_assert_eq!(Record::owner(&broker(), &instance), Owner::Foreign);
        prop_assert_eq!(desired(&instance), None);
    }

    #[test]
    fn a_deletion_names_no_secret_that_is_not_the_services_own(
        (id, foreign) in an_id().prop_flat_map(|id| (Just(id), a_foreign_arn(id))),
        rds in an_rds(),
        which in proptest::sample::select(Which::ALL.to_vec()),
    ) {
        let mut instance = own_instance(rds.instance, id, true);
        instance.tags.insert(tag::secret_arn(which), tag::encode(Some(&foreign)));
        let Some(Desired::Gone { secrets, groups, final_snapshot }) = desired(&instance) else {
            return Err(TestCaseError::fail("what is to be deleted is"));
        };
        // The other one is the service's own, and goes.
        prop_assert_eq!(secrets.len(), 1);
        prop_assert!(!secrets.contains(&foreign));
        // What decides goes by that alone, when the instance is being deleted and when it is gone.
        instance.status = crate::model::Status::new("deleting");
        let wish = Desired::Gone { secrets: secrets.clone(), groups, final_snapshot };
        for observed in [Observed::Present(&instance), Observed::Absent] {
            prop_assert_eq!(decide(&wish, &observed, &Evidence::default(), 0), Step::DeleteSecrets(secrets.clone()));
        }
        // One that should run is not acted on either.
        instance.tags.remove(tag::DELETING);
        prop_assert!(matches!(desired(&instance), Some(Desired::Unreadable(_))));
    }

    #[test]
    fn the_group_of_a_service_goes_with_it_and_no_other(
        id in an_id(), rds in an_rds(), their_group in "[a-z][a-z0-9-]{0,40}"
    ) {
        let mut instance = own_instance(rds.instance, id, true);
        let prefix = group::prefix(&instance.identifier, INCARNATION);
        let own = group::own(&prefix, "postgres17");
        // Another's: of another incarnation of the service, of RDS, of anybody.
        let before = group::own(&group::prefix(&instance.identifier, "11111111"), "postgres17");
        for used in [own.clone(), before, group::default("postgres17"), their_group] {
            instance.parameter_group.name.clone_from(&used);
            let Some(Desired::Gone { secrets, groups, .. }) = desired(&instance) else {
                return Err(TestCaseError::fail("what is to be deleted is"));
            };
            prop_assert_eq!(secrets.len(), Which::ALL.len());
            prop_assert_eq!(groups, if used == own { vec![used] } else { Vec::new() });
        }
    }
}
