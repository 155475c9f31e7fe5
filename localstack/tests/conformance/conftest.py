"""Tests of the rows of rds-semantics that no test elsewhere is for; see `test_table.py` for those."""

import importlib.util
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

_NEIGHBOURS = Path(__file__).parents[1] / "rds" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("conformance_rds", _NEIGHBOURS)
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)
# The emulated RDS with a clock to turn, as the tests in rds/ have it.
rds, make_rds = _MODULE.rds, _MODULE.make_rds


@pytest.fixture
def aws(lab):
    """A client of a running lab that shows every answer."""

    def client(service):
        return boto3.client(
            service,
            endpoint_url=lab.endpoint,
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    return client
