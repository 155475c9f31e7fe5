"""What the lab adds to LocalStack's gateway: it counts calls and applies faults to them."""

import threading
import time
from functools import partial
from types import SimpleNamespace

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response
from localstack.runtime.server import twisted as server
from rolo.serving import twisted
from twisted.internet import endpoints

from rds_lab.admin import texts
from rds_lab.admin.calls import Calls
from rds_lab.admin.fault import Fault, Kind
from rds_lab.admin.faults import Faults
from rds_lab.identifiers import identifiers

LOOPBACK = "127.0.0.1"
_TWISTED_REQUEST = "rds_lab.twisted_request"
_DROP_AFTER = "rds_lab.drop_after"
_ABORT_DEADLINE = 5.0
# Both are seen in the wild; each service's own is the default (rds-semantics.md, 1 and 8).
_THROTTLE_CODES = {"secretsmanager": "ThrottlingException"}
_THROTTLE_CODE = "Throttling"


class Gateway:
    """A request handler that acts before the service, and a response handler that acts after."""

    def __init__(self, calls: Calls, faults: Faults) -> None:
        self._calls = calls
        self._faults = faults

    def before(self, chain: HandlerChain, context: RequestContext, response: Response) -> None:
        """Count the call and apply what is to happen before the service sees it."""
        if not context.service or not context.operation or context.is_internal_call:
            return
        service, operation = context.service.service_name, context.operation.name
        self._calls.record(service, operation)
        for fault in self._faults.take(service, operation, identifiers(context.service_request)):
            if fault.kind is Kind.DELAY:
                time.sleep(fault.delay_seconds or 0)
            elif fault.kind is Kind.DROP_BEFORE:
                _drop(context)
                chain.respond(500)
            elif fault.kind is Kind.DROP_AFTER:
                context.request.environ[_DROP_AFTER] = True
            else:
                raise _failure(fault, service)

    def after(self, chain: HandlerChain, context: RequestContext, response: Response) -> None:
        """Drop the connection of a call that was applied and is to get no answer."""
        if context.request.environ.pop(_DROP_AFTER, False):
            _drop(context)


def patch_server() -> None:
    """Correct two things of LocalStack's server, before it listens.

    It listens on all interfaces, whatever host GATEWAY_LISTEN names; and it does not pass on the
    connection of a request.
    """
    server.endpoints = SimpleNamespace(
        TCP4ServerEndpoint=partial(endpoints.TCP4ServerEndpoint, interface=LOOPBACK),
        TCP6ServerEndpoint=endpoints.TCP6ServerEndpoint,
    )
    original = twisted.update_wsgi_environment

    def update(environ: dict, request: twisted.TwistedRequest) -> None:
        original(environ, request)
        environ[_TWISTED_REQUEST] = request

    twisted.update_wsgi_environment = update


def _failure(fault: Fault, service: str) -> CommonServiceException:
    if fault.kind is Kind.THROTTLE:
        code = fault.code or _THROTTLE_CODES.get(service, _THROTTLE_CODE)
        return CommonServiceException(code, "Rate exceeded", status_code=400, sender_fault=True)
    code, status = fault.code or "InternalFailure", fault.status or 500
    return CommonServiceException(
        code,
        fault.message or texts.of(code),
        status_code=status,
        sender_fault=status < 500,
    )


def _drop(context: RequestContext) -> None:
    """Reset the TCP connection: the client sees it break, without an answer."""
    from twisted.internet import reactor

    request = context.request.environ[_TWISTED_REQUEST]
    done = threading.Event()

    def abort() -> None:
        try:
            if request.transport is not None:
                request.transport.abortConnection()
        finally:
            done.set()

    reactor.callFromThread(abort)
    done.wait(_ABORT_DEADLINE)
