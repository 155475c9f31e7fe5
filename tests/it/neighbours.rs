//! EC2, KMS and IAM of the local AWS, as far as stories need something there. Its signatures are not checked, but the service
//! must be named.

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::lab::{REGION, http, lab};

/// The KMS key that the policies of a story's role name.
pub(crate) const KEY: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";
/// Where databases of all engines listen.
pub(crate) const ENGINES: (u16, u16) = (3306, 5432);

fn credential(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=none"
    )
}

/// One call of EC2's; its answer as XML.
async fn ec2(action: &str, parameters: &[(&str, &str)]) -> String {
    let (status, text) = query("ec2", "2016-11-15", action, parameters).await;
    assert!(status.is_success(), "{action}: {text}");
    text
}

/// Status and answer of a call in AWS's oldest form.
async fn query(
    service: &str,
    version: &str,
    action: &str,
    parameters: &[(&str, &str)],
) -> (reqwest::StatusCode, String) {
    let mut form = vec![("Action", action), ("Version", version)];
    form.extend(parameters);
    let body = reqwest::Url::parse_with_params("http://form", form).unwrap().query().unwrap().to_owned();
    let call = http()
        .post(&lab().endpoint)
        .header("authorization", credential(service))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let answer = call.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// ARN of a role that this service may assume. One of that name which is there already is the same: names say what it is.
pub(crate) async fn role(name: &str, trusted: &str) -> String {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": trusted}},
    ]});
    let policy = policy.to_string();
    let parameters = [("RoleName", name), ("AssumeRolePolicyDocument", policy.as_str())];
    let (status, text) = query("iam", "2010-05-08", "CreateRole", &parameters).await;
    assert!(status.is_success() || text.contains("EntityAlreadyExists"), "{text}");
    format!("arn:aws:iam::000000000000:role/{name}")
}

/// The text of the first element of a name.
fn element(xml: &str, name: &str) -> String {
    let rest = xml.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {xml}")).1;
    rest.split_once("</").unwrap().0.to_owned()
}

/// A VPC security group that admits 10.0.0.0/8 at these ports, if any: in the default VPC, or in one of its own.
pub(crate) async fn security_group(ports: Option<(u16, u16)>, elsewhere: bool) -> String {
    let name = crate::broker::unique_name();
    let mut parameters = vec![("GroupName", name.as_str()), ("GroupDescription", "story")];
    let vpc;
    if elsewhere {
        vpc = element(&ec2("CreateVpc", &[("CidrBlock", "10.9.0.0/16")]).await, "vpcId");
        parameters.push(("VpcId", &vpc));
    }
    let id = element(&ec2("CreateSecurityGroup", &parameters).await, "groupId");
    if let Some((first, last)) = ports {
        let (first, last) = (first.to_string(), last.to_string());
        let rule = [
            ("GroupId", id.as_str()),
            ("IpPermissions.1.IpProtocol", "tcp"),
            ("IpPermissions.1.FromPort", &first),
            ("IpPermissions.1.ToPort", &last),
            ("IpPermissions.1.IpRanges.1.CidrIp", "10.0.0.0/8"),
        ];
        ec2("AuthorizeSecurityGroupIngress", &rule).await;
    }
    id
}

async fn kms(operation: &str, body: &Value) -> Value {
    let call = http()
        .post(&lab().endpoint)
        .header("authorization", credential("kms"))
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("TrentService.{operation}"))
        .body(body.to_string());
    let answer = call.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{operation}: {text}");
    serde_json::from_str(&text).unwrap_or_default()
}

/// ARN of [`KEY`], which is made once.
pub(crate) async fn key() -> &'static str {
    static MADE: OnceCell<String> = OnceCell::const_new();
    MADE.get_or_init(async || {
        let tags = json!({"Tags": [{"TagKey": "_custom_id_", "TagValue": KEY}]});
        arn_of(&kms("CreateKey", &tags).await)
    })
    .await
}

/// ARN of a key of nobody else's that is disabled.
pub(crate) async fn disabled_key() -> String {
    let made = kms("CreateKey", &json!({})).await;
    kms("DisableKey", &json!({"KeyId": made["KeyMetadata"]["KeyId"]})).await;
    arn_of(&made)
}

fn arn_of(made: &Value) -> String {
    made["KeyMetadata"]["Arn"].as_str().unwrap().to_owned()
}
