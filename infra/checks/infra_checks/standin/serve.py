"""Serves the stand-in out of this process: Terraform is told where it is, and starts no program of its own.

Terraform calls such a provider reattached. It takes neither a registry nor a mirror for it, and asks for no version.
"""

import atexit
import json
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import grpc
from tf.gen import tfplugin_pb2_grpc as rpc

from infra_checks.schema.subset import PROVIDER
from infra_checks.standin.server import Standin


@cache
def reattach() -> str:
    """Starts it, once, and returns the value of TF_REATTACH_PROVIDERS that leads to it."""
    # A socket's path is at most 107 bytes long, so it stands as near to the root as can be.
    folder = tempfile.TemporaryDirectory(prefix="tf-")
    socket = Path(folder.name) / "provider"
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    rpc.add_ProviderServicer_to_server(Standin(), server)
    server.add_insecure_port(f"unix://{socket}")
    server.start()

    def end() -> None:
        server.stop(grace=None).wait()
        folder.cleanup()

    atexit.register(end)
    where = {"Network": "unix", "String": str(socket)}
    # `Test`: whoever leads Terraform ends the provider, not Terraform.
    provider = {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.getpid(), "Test": True, "Addr": where}
    return json.dumps({PROVIDER: provider})
