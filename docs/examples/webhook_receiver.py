"""Receives signed alerts, with nothing but the standard library: ``python webhook_receiver.py [PORT]``.

The secret stands in the environment: ``WEBHOOK_SECRET=whsec_…``. The form is that of Standard Webhooks, so a
library of any language does as well.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import sys
import time
from collections.abc import Mapping
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_SECONDS = 300
SECRET = os.environ.get("WEBHOOK_SECRET", "")
if not SECRET:
    sys.exit("set WEBHOOK_SECRET to the secret that `sitrep deliver` signs with (whsec_…)")
KEY = base64.b64decode(SECRET.removeprefix("whsec_"))
seen: set[str] = set()  # keep it in a database, so that it outlives the process


def is_genuine(headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Return whether the holder of the secret sent this, and lately."""
    message_id, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent.isdecimal() or abs(now - int(sent)) > TOLERANCE_SECONDS:
        return False
    signed = b".".join((message_id.encode(), sent.encode(), body))
    wanted = "v1," + base64.b64encode(hmac.digest(KEY, signed, sha256)).decode()
    # Several signatures, separated by spaces, while a secret is being changed.
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_genuine(self.headers, body, time.time()):
            self.answer(401)
            return
        if (message_id := self.headers["webhook-id"]) not in seen:
            alert = json.loads(body)["data"]
            print(alert["event"], alert["severity"], alert["headline"], flush=True)
            seen.add(message_id)  # after the work: what fails is sent again
        self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped", flush=True)
