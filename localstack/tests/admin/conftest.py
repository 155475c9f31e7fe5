"""Clients of a running lab that show every answer: the SDK must not retry."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import boto3
import pytest
from botocore.config import Config

OPENER = build_opener(ProxyHandler({}))


@pytest.fixture
def aws(lab) -> Callable[[str], Any]:
    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=lab.endpoint,
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    return client


@pytest.fixture
def admin(lab) -> Iterator[Callable[..., tuple[int, Any]]]:
    """Call an admin route; faults do not outlive the test."""

    def call(method: str, route: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{lab.endpoint}/_localstack/rds-lab/{route}", method=method, data=data)
        try:
            with OPENER.open(request) as response:
                status, text = response.status, response.read()
        except HTTPError as error:
            status, text = error.code, error.read()
        return status, json.loads(text) if text else None

    yield call
    call("DELETE", "faults")
    call("DELETE", "happenings")
