//! EC2: the VPC security groups that databases are put behind.

use roxmltree::{Document, Node};

use super::Aws;
use super::failure::{Failure, Outcome};
use super::signed::{self, Question};

const OPERATION: &str = "DescribeSecurityGroups";
/// All protocols, in EC2's words.
const ANY_PROTOCOL: &str = "-1";

/// A VPC security group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityGroup {
    /// The VPC it is in.
    pub vpc: String,
    /// First and last TCP port of each rule that lets someone in.
    pub admits: Vec<(u16, u16)>,
}

impl SecurityGroup {
    /// Whether it lets anyone in at a TCP port.
    #[must_use]
    pub fn admits(&self, port: u16) -> bool {
        self.admits.iter().any(|&(first, last)| (first..=last).contains(&port))
    }
}

impl Aws {
    /// DescribeSecurityGroups of one by its id; `None` where there is none in this region.
    pub async fn security_group(&self, id: &str) -> Outcome<Option<SecurityGroup>> {
        let body = format!("Action={OPERATION}&Version=2016-11-15&GroupId.1={id}");
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let question = Question { service: "ec2", operation: OPERATION, headers: &headers, body: &body };
        let answer = signed::ask(&self.config, question).await?;
        let document = Document::parse(&answer.body)
            .map_err(|error| Failure::unreachable(OPERATION, Box::new(error)))?;
        if answer.status != 200 {
            let said = |name| document.descendants().find(|node| node.has_tag_name(name));
            let text = |name| said(name).and_then(|node: Node<'_, '_>| node.text());
            let failure = Failure::answered(OPERATION, answer.status, text("Code"), text("Message"));
            let is_unknown = ["InvalidGroup.NotFound", "InvalidGroupId.Malformed"];
            return if is_unknown.iter().any(|code| failure.is_code(code)) { Ok(None) } else { Err(failure) };
        }
        let groups = child(document.root_element(), "securityGroupInfo");
        Ok(groups.into_iter().flat_map(|groups| groups.children()).find(Node::is_element).map(group))
    }
}

fn group(node: Node<'_, '_>) -> SecurityGroup {
    let rules = child(node, "ipPermissions");
    SecurityGroup {
        vpc: text(node, "vpcId").to_owned(),
        admits: rules.into_iter().flat_map(|rules| rules.children()).filter_map(ports).collect(),
    }
}

/// The TCP ports of a rule that names anyone.
fn ports(rule: Node<'_, '_>) -> Option<(u16, u16)> {
    let names_anyone = ["groups", "ipRanges", "ipv6Ranges", "prefixListIds"]
        .iter()
        .any(|list| child(rule, list).is_some_and(|list| list.children().any(|one| one.is_element())));
    match text(rule, "ipProtocol") {
        ANY_PROTOCOL if names_anyone => Some((0, u16::MAX)),
        "tcp" | "6" if names_anyone => {
            Some((text(rule, "fromPort").parse().ok()?, text(rule, "toPort").parse().ok()?))
        }
        _ => None,
    }
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    child(node, name).and_then(|child| child.text()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_admits_at_its_ports_whoever_it_names() {
        let xml = "<item><groupId>sg-1</groupId><vpcId>vpc-1</vpcId><ipPermissions>\
            <item><ipProtocol>tcp</ipProtocol><fromPort>5432</fromPort><toPort>5432</toPort>\
            <groups/><ipRanges><item><cidrIp>10.0.0.0/8</cidrIp></item></ipRanges></item>\
            <item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort><ipRanges/></item>\
            <item><ipProtocol>udp</ipProtocol><fromPort>3306</fromPort><toPort>3306</toPort>\
            <ipRanges><item/></ipRanges></item></ipPermissions></item>";
        let document = Document::parse(xml).unwrap();
        let group = group(document.root_element());
        assert_eq!(group, SecurityGroup { vpc: "vpc-1".into(), admits: vec![(5432, 5432)] });
        assert!(group.admits(5432) && !group.admits(3306) && !group.admits(22));
    }

    #[test]
    fn a_rule_for_all_protocols_admits_everywhere() {
        let xml = "<item><ipPermissions><item><ipProtocol>-1</ipProtocol><groups><item/></groups></item>\
            </ipPermissions></item>";
        assert!(group(Document::parse(xml).unwrap().root_element()).admits(3306));
    }
}
