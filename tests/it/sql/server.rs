//! An instance of the local RDS as a server to test with.

use std::time::Duration;

use aws_sdk_rds::types::{ApplyMethod, DbInstance, Parameter};
use rds_broker::model::Provider;
use secrecy::ExposeSecret;

use super::{TestServer, password};
use crate::lab::lab;

/// How long an instance may take to become available, with all of them made at once.
const DEADLINE: Duration = Duration::from_secs(60);

/// The versions of an engine that the lab can run on this machine.
pub(super) async fn versions(provider: Provider) -> Vec<String> {
    let engine = provider.traits().rds_engine;
    let answer = lab().rds().describe_db_engine_versions().engine(engine).send().await.unwrap();
    answer.db_engine_versions().iter().filter_map(|one| one.engine_version().map(str::to_owned)).collect()
}

impl TestServer {
    /// A new instance of this version with these settings, ready for logins.
    pub(super) async fn start(provider: Provider, version: &str, settings: &[(&str, &str)]) -> Self {
        let engine = provider.traits().rds_engine;
        let identifier = format!("sql-{}", uuid::Uuid::new_v4());
        let password: String = password().expose_secret().chars().rev().take(40).collect();
        let password = password.replace(['/', '"', '@', ' '], "-");
        let create = lab().rds().create_db_instance().db_instance_identifier(&identifier);
        let create = create.engine(engine).engine_version(version).db_instance_class("db.t4g.micro");
        let create = create.allocated_storage(20).master_username("cs_admin").master_user_password(&password);
        let group = match settings {
            [] => None,
            _ => Some(parameter_group(&identifier, engine, version, settings).await),
        };
        create.set_db_parameter_group_name(group).send().await.unwrap();
        let endpoint = available(&identifier).await.endpoint.unwrap();
        Self {
            provider,
            identifier,
            host: endpoint.address.unwrap(),
            port: endpoint.port.unwrap().try_into().unwrap(),
            master: "cs_admin".into(),
            password: password.into(),
            ca_pem: std::fs::read(&lab().ca_file).unwrap(),
        }
    }

    /// Ends it; what a failed test leaves ends with the lab.
    pub(super) async fn remove(self) {
        let delete = lab().rds().delete_db_instance().db_instance_identifier(&self.identifier);
        delete.skip_final_snapshot(true).send().await.unwrap();
    }
}

async fn parameter_group(name: &str, engine: &str, version: &str, settings: &[(&str, &str)]) -> String {
    let major = version.rsplit_once('.').unwrap().0;
    let rds = lab().rds();
    let group = rds.create_db_parameter_group().db_parameter_group_name(name);
    let group = group.db_parameter_group_family(format!("{engine}{major}")).description("strange settings");
    group.send().await.unwrap();
    let parameters = settings.iter().map(|(name, value)| {
        let parameter = Parameter::builder().parameter_name(*name).parameter_value(*value);
        parameter.apply_method(ApplyMethod::PendingReboot).build()
    });
    let change = rds.modify_db_parameter_group().db_parameter_group_name(name);
    change.set_parameters(Some(parameters.collect())).send().await.unwrap();
    name.to_owned()
}

async fn available(identifier: &str) -> DbInstance {
    let described = async {
        loop {
            let answer = lab().rds().describe_db_instances().db_instance_identifier(identifier).send().await;
            let instance = answer.unwrap().db_instances.unwrap_or_default().swap_remove(0);
            if instance.db_instance_status() == Some("available") && instance.endpoint.is_some() {
                return instance;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(DEADLINE, described).await.expect("the instance becomes available")
}
