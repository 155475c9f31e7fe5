"""Who may call the admin routes."""

import json

import pytest
from rolo import Request, Router
from rolo.routing.handler import handler_dispatcher

from rds_lab.admin import routes
from rds_lab.admin.calls import Calls, register


def call(peer: str) -> int:
    router = Router(dispatcher=handler_dispatcher())
    calls = Calls()
    calls.record("rds", "X")
    register(router, calls)
    request = Request("GET", f"{routes.PREFIX}/calls", remote_addr=peer)
    return router.dispatch(request).status_code


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_may(peer):
    assert call(peer) == 200


@pytest.mark.parametrize("peer", ["10.0.0.1", "192.168.1.2", "2001:db8::1", "", "localhost"])
def test_others_may_not(peer):
    assert call(peer) == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"1", b"\xff"])
def test_only_json_objects_are_read(body):
    with pytest.raises(ValueError, match="The body is not"):
        routes.read(Request("POST", "/", body=body))
    assert routes.read(Request("POST", "/", body=json.dumps({"a": 1}))) == {"a": 1}
