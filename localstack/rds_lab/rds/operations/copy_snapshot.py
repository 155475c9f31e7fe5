"""CopyDBSnapshot within a region (rds-semantics §6): for another key, or another name."""

from typing import Any

from rds_lab.rds import encryption, errors
from rds_lab.rds.cloud import Cloud, Region
from rds_lab.rds.describe import timestamp
from rds_lab.rds.operations import look, snapshot
from rds_lab.rds.validation import names, tags


def copy(cloud: Cloud, region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Done at once; the answer shows it on its way."""
    for required in ("SourceDBSnapshotIdentifier", "TargetDBSnapshotIdentifier"):
        if not request.get(required):
            raise errors.missing(required)
    source = look.usable_snapshot(region, request["SourceDBSnapshotIdentifier"])
    name = names.identifier(request["TargetDBSnapshotIdentifier"], "TargetDBSnapshotIdentifier", longest=255)
    snapshot.check_new(region, name)
    key = request.get("KmsKeyId")
    wanted = {"StorageEncrypted": bool(key or source["Encrypted"]), "KmsKeyId": key or source["KmsKeyId"]}
    own = [{"Key": each, "Value": value} for each, value in tags.tags(request.get("Tags")).items()]
    copied = {
        **source,
        "DBSnapshotIdentifier": name,
        "DBSnapshotArn": region.arn("snapshot", name),
        "SourceDBSnapshotIdentifier": source["DBSnapshotArn"],
        "SnapshotCreateTime": timestamp(cloud.now()),
        "Encrypted": wanted["StorageEncrypted"],
        "KmsKeyId": encryption.key_of(region, wanted) or "",
        "TagList": own or (source["TagList"] if request.get("CopyTags") else []),
    }
    region.snapshots[name] = copied
    region.origins[copied["DBSnapshotArn"]] = region.origins[source["DBSnapshotArn"]]
    return {**copied, "Status": "creating", "PercentProgress": 0}
