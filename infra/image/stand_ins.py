"""What the image meets when it is checked: a name server, and AWS over TLS.

Only as much of AWS as a start needs: a role by web identity, an account without databases and secrets.
"""

import json
import socket
import ssl
import struct
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

DOMAIN = b"\x03aws\x04test\x00"
CREDENTIALS = """<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKIAIMAGECHECK</AccessKeyId>
<SecretAccessKey>stand-in</SecretAccessKey><SessionToken>stand-in</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>"""
EMPTY = '<{0}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><{0}Result/></{0}Response>'


def certificates(directory: Path, host: str) -> Path:
    """Makes a certificate authority, and leaf.pem and leaf.key for `host`; returns its file."""
    authority = directory / "authority.pem"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    common = ["openssl", "req", "-x509", *key]
    run = {"check": True, "capture_output": True, "cwd": directory}
    subprocess.run([*common, "-subj", "/CN=authority", "-keyout", "authority.key", "-out", authority], **run)
    signed = ["-CA", authority, "-CAkey", "authority.key", "-addext", f"subjectAltName=DNS:{host}"]
    signed += ["-addext", "basicConstraints=critical,CA:FALSE", "-subj", f"/CN={host}"]
    subprocess.run([*common, *signed, "-keyout", "leaf.key", "-out", "leaf.pem"], **run)
    return authority


def name_server() -> list[bytes]:
    """Answers that names below aws.test are this machine; returns those that were asked for."""
    asked: list[bytes] = []
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))

    def serve() -> None:
        while True:
            question, client = server.recvfrom(512)
            # What stands after the question, extensions of the protocol, is not answered.
            end = question.index(b"\x00", 12) + 5
            name, kind = question[12 : end - 4], struct.unpack("!H", question[end - 4 : end - 2])[0]
            asked.append(name)
            known = name.endswith(DOMAIN)
            answer = (
                b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x01"
                if known and kind == 1
                else b""
            )
            head = question[:2] + (b"\x81\x80" if known else b"\x81\x83")
            head += b"\x00\x01" + struct.pack("!H", bool(answer)) + b"\x00" * 4
            server.sendto(head + question[12:end] + answer, client)

    threading.Thread(target=serve, daemon=True).start()
    return asked


def aws(directory: Path, port: int) -> list[str]:
    """Serves on `port` with leaf.pem; returns the operations that were called."""
    called: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            target = self.headers.get("X-Amz-Target")
            operation = target.partition(".")[2] if target else parse_qs(body.decode())["Action"][0]
            called.append(operation)
            if target:
                kind, answer = "application/x-amz-json-1.1", json.dumps({"SecretList": []})
            else:
                kind = "text/xml"
                answer = CREDENTIALS if operation == "AssumeRoleWithWebIdentity" else EMPTY.format(operation)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_):
            """A client that does not trust the certificate hangs up, which is as it should be."""

    server = Server(("127.0.0.1", port), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "leaf.pem", directory / "leaf.key")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return called
