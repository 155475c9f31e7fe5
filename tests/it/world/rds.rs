//! RDS over the state.

use std::sync::{Arc, Mutex};

use aws_sdk_rds::Client;
use aws_sdk_rds::config::retry::RetryConfig;
use aws_sdk_rds::operation::add_tags_to_resource::{AddTagsToResourceError, AddTagsToResourceOutput};
use aws_sdk_rds::operation::create_db_instance::{CreateDBInstanceError, CreateDbInstanceOutput};
use aws_sdk_rds::operation::delete_db_instance::{DeleteDBInstanceError, DeleteDbInstanceOutput};
use aws_sdk_rds::operation::describe_db_engine_versions::DescribeDbEngineVersionsOutput;
use aws_sdk_rds::operation::describe_db_instances::{DescribeDBInstancesError, DescribeDbInstancesOutput};
use aws_sdk_rds::operation::describe_db_parameter_groups::DescribeDbParameterGroupsOutput;
use aws_sdk_rds::operation::modify_db_instance::{ModifyDBInstanceError, ModifyDbInstanceOutput};
use aws_sdk_rds::types::{DbInstance, Tag};
use aws_smithy_mocks::{MockResponse, RuleMode, mock, mock_client};

use super::{Instance, State, failure};

const PAGE: usize = 100;

pub(super) fn resource_id(identifier: &str) -> String {
    format!("db-{identifier}").to_uppercase()
}

fn described(identifier: &str, instance: &Instance) -> DbInstance {
    let tags = instance.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    DbInstance::builder()
        .db_instance_identifier(identifier)
        .db_instance_arn(format!("arn:aws:rds:eu-central-1:123456789012:db:{identifier}"))
        .dbi_resource_id(resource_id(identifier))
        .db_instance_status(&instance.status)
        .engine("postgres")
        .engine_version(&instance.version)
        .db_instance_class(&instance.class)
        .allocated_storage(instance.storage)
        .storage_type("gp3")
        .backup_retention_period(7)
        .set_tag_list(Some(tags.collect()))
        .build()
}

macro_rules! enter {
    ($state:expr, $operation:literal, $error:ident) => {{
        let mut state = $state.lock().unwrap();
        if let Err(meta) = state.enter($operation) {
            return MockResponse::Error($error::generic(meta));
        }
        state
    }};
}

pub(super) fn client(state: &Arc<Mutex<State>>) -> Client {
    let world = Arc::clone(state);
    let create = mock!(Client::create_db_instance).then_compute_response(move |input| {
        let mut state = enter!(world, "CreateDBInstance", CreateDBInstanceError);
        let identifier = input.db_instance_identifier().unwrap().to_owned();
        if state.instances.contains_key(&identifier) {
            let meta = failure("DBInstanceAlreadyExists", "DB instance already exists");
            return MockResponse::Error(CreateDBInstanceError::generic(meta));
        }
        let tags = input.tags().iter();
        let instance = Instance {
            status: "creating".into(),
            class: input.db_instance_class().unwrap().into(),
            version: input.engine_version().unwrap().into(),
            storage: input.allocated_storage().unwrap(),
            tags: tags.map(|tag| (tag.key().unwrap().into(), tag.value().unwrap().into())).collect(),
        };
        let answer = described(&identifier, &instance);
        state.instances.insert(identifier, instance);
        MockResponse::Output(CreateDbInstanceOutput::builder().db_instance(answer).build())
    });
    let world = Arc::clone(state);
    let describe = mock!(Client::describe_db_instances).then_compute_response(move |input| {
        let mut state = world.lock().unwrap();
        let wanted = input.filters().first().map(|filter| filter.values().to_vec());
        let named = wanted.clone().unwrap_or_default();
        let fate = state.enter_about("DescribeDBInstances", &named);
        state.asked.push(named);
        if let Err(meta) = fate {
            return MockResponse::Error(DescribeDBInstancesError::generic(meta));
        }
        let after = input.marker().unwrap_or_default();
        let mut rows: Vec<_> = state
            .instances
            .iter()
            .filter(|(identifier, _)| wanted.as_ref().is_none_or(|wanted| wanted.contains(identifier)))
            .filter(|(identifier, _)| identifier.as_str() > after)
            .map(|(identifier, instance)| described(identifier, instance))
            .take(PAGE + 1)
            .collect();
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let marker = more.then(|| rows[PAGE - 1].db_instance_identifier().unwrap().to_owned());
        MockResponse::Output(
            DescribeDbInstancesOutput::builder().set_db_instances(Some(rows)).set_marker(marker).build(),
        )
    });
    let world = Arc::clone(state);
    let modify = mock!(Client::modify_db_instance).then_compute_response(move |input| {
        let mut state = enter!(world, "ModifyDBInstance", ModifyDBInstanceError);
        let identifier = input.db_instance_identifier().unwrap();
        let instance = state.instances.get_mut(identifier).unwrap();
        if let Some(storage) = input.allocated_storage() {
            instance.storage = storage;
        }
        if let Some(class) = input.db_instance_class() {
            instance.class = class.into();
        }
        let answer = described(identifier, instance);
        MockResponse::Output(ModifyDbInstanceOutput::builder().db_instance(answer).build())
    });
    let world = Arc::clone(state);
    let delete = mock!(Client::delete_db_instance).then_compute_response(move |input| {
        let mut state = enter!(world, "DeleteDBInstance", DeleteDBInstanceError);
        let identifier = input.db_instance_identifier().unwrap();
        let instance = state.instances.get_mut(identifier).unwrap();
        instance.status = "deleting".into();
        let answer = described(identifier, instance);
        MockResponse::Output(DeleteDbInstanceOutput::builder().db_instance(answer).build())
    });
    let world = Arc::clone(state);
    let add_tags = mock!(Client::add_tags_to_resource).then_compute_response(move |input| {
        let mut state = enter!(world, "AddTagsToResource", AddTagsToResourceError);
        let identifier = input.resource_name().unwrap().rsplit(':').next().unwrap().to_owned();
        let instance = state.instances.get_mut(&identifier).unwrap();
        for tag in input.tags() {
            instance.tags.insert(tag.key().unwrap().into(), tag.value().unwrap().into());
        }
        MockResponse::Output(AddTagsToResourceOutput::builder().build())
    });
    let world = Arc::clone(state);
    let versions = mock!(Client::describe_db_engine_versions).then_compute_response(move |_| {
        world.lock().unwrap().calls.push("DescribeDBEngineVersions".into());
        // Nothing is said of any version: what is newer counts as reachable then.
        MockResponse::Output(DescribeDbEngineVersionsOutput::builder().build())
    });
    let world = Arc::clone(state);
    let groups = mock!(Client::describe_db_parameter_groups).then_compute_response(move |_| {
        world.lock().unwrap().calls.push("DescribeDBParameterGroups".into());
        MockResponse::Output(DescribeDbParameterGroupsOutput::builder().build())
    });
    mock_client!(
        aws_sdk_rds,
        RuleMode::MatchAny,
        [&create, &describe, &modify, &delete, &add_tags, &versions, &groups],
        |config| config.retry_config(RetryConfig::disabled())
    )
}
