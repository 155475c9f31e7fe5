"""Never 500 on bad input (rds-semantics §11, 10): what cannot be parsed is the caller's mistake."""

import urllib.error
import urllib.parse
import urllib.request

import pytest


@pytest.mark.parametrize(
    "wrong",
    [
        {"MaxRecords": "many"},
        {"MaxRecords": "1.5"},
    ],
)
def test_malformed_scalars_are_refused(lab, wrong: dict[str, str]) -> None:
    body = urllib.parse.urlencode({"Action": "DescribeDBInstances", "Version": "2014-10-31", **wrong})
    request = urllib.request.Request(lab.endpoint, body.encode())
    request.add_header(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/rds/aws4_request, "
        "SignedHeaders=host, Signature=x",
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 400
    assert b"<Code>MalformedInput</Code>" in refused.value.read()
