"""What the data sources answer that the modules ask."""

from typing import Any

from infra_checks.standin.plan import ACCOUNT, REGION

ANSWERS: dict[str, dict[str, Any]] = {
    "aws_caller_identity": {
        "account_id": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:role/terraform",
        "id": ACCOUNT,
        "user_id": "AROAEXAMPLE:terraform",
    },
    "aws_partition": {
        "dns_suffix": "amazonaws.com",
        "id": "aws",
        "partition": "aws",
        "reverse_dns_prefix": "com.amazonaws",
    },
    "aws_region": {
        "description": "Europe (Frankfurt)",
        "endpoint": f"ec2.{REGION}.amazonaws.com",
        "id": REGION,
        "name": REGION,
        "region": REGION,
    },
}
"""By data source. One that is missing here fails a plan: an invented answer would check nothing."""
