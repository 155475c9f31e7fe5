"""§1: protocol, error envelope, throttling."""

from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener
from xml.etree import ElementTree

import pytest

from rds_lab.rds import errors

SPACE = "{http://rds.amazonaws.com/doc/2014-10-31/}"
HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/rds/aws4_request, "
    "SignedHeaders=host, Signature=0",
}


@pytest.fixture
def post(lab):
    opener = build_opener(ProxyHandler({}))

    def call(action, **form):
        body = urlencode({"Action": action, "Version": "2014-10-31", **form}).encode()
        try:
            with opener.open(Request(lab.endpoint, data=body, headers=HEADERS)) as answer:
                return answer.status, ElementTree.fromstring(answer.read())
        except HTTPError as error:
            return error.code, ElementTree.fromstring(error.read())

    return call


@pytest.mark.row("1", "Wire")
def test_a_form_is_answered_with_xml_and_an_error_with_its_envelope(post):
    status, root = post("DescribeDBInstances")
    assert (status, root.tag) == (200, f"{SPACE}DescribeDBInstancesResponse")
    status, root = post("DescribeDBInstances", DBInstanceIdentifier="zz")
    bare = {each.tag.removeprefix(SPACE): each.text for each in root.iter()}
    assert (status, root.tag.removeprefix(SPACE)) == (404, "ErrorResponse")
    assert (bare["Type"], bare["Code"]) == ("Sender", "DBInstanceNotFound")
    assert bare["Message"] == "DBInstance zz not found."
    assert bare["RequestId"]


@pytest.mark.row("1", "Lists on the wire")
def test_lists_are_numbered_by_their_members_name(post):
    form = {"Filters.Filter.1.Name": "no-such-filter", "Filters.Filter.1.Values.Value.1": "x"}
    status, root = post("DescribeDBInstances", **form)
    assert (status, "Unrecognized filter name: no-such-filter" in "".join(root.itertext())) == (400, True)
    group = {
        "DBParameterGroupName": "on-the-wire",
        "DBParameterGroupFamily": "postgres16",
        "Description": "mine",
        "Tags.Tag.1.Key": "a",
        "Tags.Tag.1.Value": "b",
    }
    assert post("CreateDBParameterGroup", **group)[0] == 200
    _, root = post("ListTagsForResource", ResourceName="arn:aws:rds:eu-central-1:000000000000:pg:on-the-wire")
    assert [each.text for each in root.iter(f"{SPACE}Key")] == ["a"]


@pytest.mark.row("1", "Idempotency")
def test_a_create_that_is_tried_again_is_told_by_the_tags_of_the_first(rds):
    tags = [{"Key": "wish", "Value": "1"}]
    rds.create(Tags=tags)
    assert rds.create_refused(Tags=tags)[:2] == ("DBInstanceAlreadyExists", 400)
    assert rds.describe()["TagList"] == tags


CODES = {
    "DBInstanceNotFoundFault": ("DBInstanceNotFound", 404),
    "DBInstanceAlreadyExistsFault": ("DBInstanceAlreadyExists", 400),
    "InvalidDBInstanceStateFault": ("InvalidDBInstanceState", 400),
    "InstanceQuotaExceededFault": ("InstanceQuotaExceeded", 400),
    "StorageQuotaExceededFault": ("StorageQuotaExceeded", 400),
    "InsufficientDBInstanceCapacityFault": ("InsufficientDBInstanceCapacity", 400),
    "DBParameterGroupNotFoundFault": ("DBParameterGroupNotFound", 404),
    "DBParameterGroupAlreadyExistsFault": ("DBParameterGroupAlreadyExists", 400),
    "DBParameterGroupQuotaExceededFault": ("DBParameterGroupQuotaExceeded", 400),
    "InvalidDBParameterGroupStateFault": ("InvalidDBParameterGroupState", 400),
    "DBSubnetGroupNotFoundFault": ("DBSubnetGroupNotFoundFault", 404),
    "InvalidVPCNetworkStateFault": ("InvalidVPCNetworkStateFault", 400),
    "DBSubnetGroupDoesNotCoverEnoughAZs": ("DBSubnetGroupDoesNotCoverEnoughAZs", 400),
    "DBSnapshotNotFoundFault": ("DBSnapshotNotFound", 404),
    "DBSnapshotAlreadyExistsFault": ("DBSnapshotAlreadyExists", 400),
    "InvalidDBSnapshotStateFault": ("InvalidDBSnapshotState", 400),
    "SnapshotQuotaExceededFault": ("SnapshotQuotaExceeded", 400),
    "CertificateNotFoundFault": ("CertificateNotFound", 404),
}


@pytest.mark.row("1", "Code ≠ shape name")
@pytest.mark.parametrize("shape", CODES)
def test_a_fault_has_its_own_code_on_the_wire(shape):
    fault = errors.fault(shape, "")
    assert (fault.code, fault.status_code) == CODES[shape]
