//! DB parameter groups.

use std::collections::BTreeMap;

use aws_sdk_rds::types::{ApplyMethod, Parameter};

use super::rds_tags;
use crate::aws::failure::{Cause, Failure, Outcome};
use crate::aws::{Aws, Lane, Service, now};
use crate::model::desired::ServerParameter;
use crate::model::{Tags, tag};

/// RDS's largest page.
const PAGE: i32 = 100;

/// A DB parameter group as DescribeDBParameterGroups lists it.
#[derive(Clone, Debug)]
pub struct ListedGroup {
    /// Its name.
    pub name: String,
    /// Its ARN, for the tagging calls.
    pub arn: String,
}

impl Aws {
    /// CreateDBParameterGroup.
    pub async fn create_group(&self, name: &str, family: &str, about: &str, tags: &Tags) -> Outcome<()> {
        let call = self
            .rds
            .create_db_parameter_group()
            .db_parameter_group_name(name)
            .db_parameter_group_family(family)
            .description(about)
            .set_tags(Some(rds_tags(tags)));
        self.call(Service::Rds, Lane::Write, "CreateDBParameterGroup", call.send()).await?;
        Ok(())
    }

    /// ModifyDBParameterGroup: at once where the server takes it at once, unless `all_wait`.
    pub async fn set_parameters(
        &self,
        name: &str,
        parameters: &BTreeMap<String, ServerParameter>,
        all_wait: bool,
    ) -> Outcome<()> {
        let parameters = parameters.iter().map(|(name, wanted)| {
            Parameter::builder()
                .parameter_name(name)
                .parameter_value(&wanted.value)
                .apply_method(apply_method(all_wait || wanted.needs_reboot))
                .build()
        });
        let call = self
            .rds
            .modify_db_parameter_group()
            .db_parameter_group_name(name)
            .set_parameters(Some(parameters.collect()));
        match self.call(Service::Rds, Lane::Write, "ModifyDBParameterGroup", call.send()).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(self.why_group_denied(name, failure).await),
        }
    }

    /// ResetDBParameterGroup for some parameters. RDS does not say which of them take a reboot, so at
    /// once is tried by the caller first.
    pub async fn reset_parameters(&self, name: &str, parameters: &[String], all_wait: bool) -> Outcome<()> {
        let parameters = parameters.iter().map(|name| {
            Parameter::builder().parameter_name(name).apply_method(apply_method(all_wait)).build()
        });
        let call = self
            .rds
            .reset_db_parameter_group()
            .db_parameter_group_name(name)
            .reset_all_parameters(false)
            .set_parameters(Some(parameters.collect()));
        match self.call(Service::Rds, Lane::Write, "ResetDBParameterGroup", call.send()).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(self.why_group_denied(name, failure).await),
        }
    }

    /// DescribeDBParameters: what is set in a group by its user; `None` for a group that does not exist.
    pub async fn group_parameters(
        &self,
        lane: Lane,
        name: &str,
    ) -> Outcome<Option<BTreeMap<String, String>>> {
        let mut all = BTreeMap::new();
        let mut marker: Option<String> = None;
        loop {
            let call = self
                .rds
                .describe_db_parameters()
                .db_parameter_group_name(name)
                .source("user")
                .max_records(PAGE)
                .set_marker(marker);
            let answer = match self.call(Service::Rds, lane, "DescribeDBParameters", call.send()).await {
                Ok(answer) => answer,
                Err(failure) if failure.is_code("DBParameterGroupNotFound") => return Ok(None),
                Err(failure) => return Err(failure),
            };
            all.extend(answer.parameters().iter().filter_map(|parameter| {
                Some((
                    parameter.parameter_name()?.to_owned(),
                    parameter.parameter_value().unwrap_or_default().to_owned(),
                ))
            }));
            marker = answer.marker().filter(|marker| !marker.is_empty()).map(str::to_owned);
            if marker.is_none() {
                return Ok(Some(all));
            }
        }
    }

    /// DescribeDBParameterGroups: one page, and the marker of the next.
    pub async fn list_groups(&self, marker: Option<String>) -> Outcome<(Vec<ListedGroup>, Option<String>)> {
        let call = self.rds.describe_db_parameter_groups().max_records(PAGE).set_marker(marker);
        let answer = self.call(Service::Rds, Lane::Read, "DescribeDBParameterGroups", call.send()).await?;
        let groups = answer.db_parameter_groups().iter().filter_map(|group| {
            Some(ListedGroup {
                name: group.db_parameter_group_name()?.to_owned(),
                arn: group.db_parameter_group_arn()?.to_owned(),
            })
        });
        let next = answer.marker().filter(|marker| !marker.is_empty()).map(str::to_owned);
        Ok((groups.collect(), next))
    }

    /// ListTagsForResource: for parameter groups only, whose tags no description holds.
    pub async fn group_tags(&self, lane: Lane, arn: &str) -> Outcome<Tags> {
        let call = self.rds.list_tags_for_resource().resource_name(arn);
        let answer = self.call(Service::Rds, lane, "ListTagsForResource", call.send()).await?;
        let tags = answer.tag_list().iter();
        Ok(tags
            .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
            .collect())
    }

    /// DeleteDBParameterGroup. One that does not exist is gone already; one that an instance uses
    /// fails with [`Cause::Busy`].
    pub async fn delete_group(&self, name: &str) -> Outcome<()> {
        let call = self.rds.delete_db_parameter_group().db_parameter_group_name(name);
        match self.call(Service::Rds, Lane::Write, "DeleteDBParameterGroup", call.send()).await {
            Err(failure)
                if failure.is_code("DBParameterGroupNotFound") || failure.cause == Cause::NotFound =>
            {
                Ok(())
            }
            // Policies that go by a group's tags also refuse one that does not exist, since it has none.
            Err(failure) if failure.cause == Cause::Denied => {
                match self.group_parameters(Lane::Write, name).await {
                    Ok(None) => Ok(()),
                    _ => Err(self.why_group_denied(name, failure).await),
                }
            }
            ended => ended.map(drop),
        }
    }

    /// What a refusal means: of a new group AWS may not know the tags yet, by which it permits what is done to it. When it was
    /// made the group itself says, in a tag, also to a broker that has started since.
    async fn why_group_denied(&self, name: &str, failure: Failure) -> Failure {
        if failure.cause != Cause::Denied {
            return failure;
        }
        let made_at = self.group_made_at(name).await.ok().flatten();
        failure.about_young(made_at.is_some_and(|at| tag::may_be_unknown(at, now())))
    }

    /// When a group of this broker's was made, in seconds since 1970. It may be asked whatever the group's tags are.
    async fn group_made_at(&self, name: &str) -> Outcome<Option<u64>> {
        let call = self.rds.describe_db_parameter_groups().db_parameter_group_name(name);
        let answer = self.call(Service::Rds, Lane::Write, "DescribeDBParameterGroups", call.send()).await?;
        let group = answer.db_parameter_groups().first();
        let Some(arn) = group.and_then(|group| group.db_parameter_group_arn()) else { return Ok(None) };
        Ok(self.group_tags(Lane::Write, arn).await?.get(tag::MADE_AT).and_then(|at| at.parse().ok()))
    }
}

fn apply_method(waits: bool) -> ApplyMethod {
    if waits { ApplyMethod::PendingReboot } else { ApplyMethod::Immediate }
}
