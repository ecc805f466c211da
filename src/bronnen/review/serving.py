"""The server under the pages: werkzeug's, one thread per browser, for some people on one machine or one network."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from bronnen.errors import UsageError
from bronnen.review.guard import Door

_QUIET = 30  # seconds that a connection may say nothing


class _Asked(WSGIRequestHandler):
    """Writes no line per request, and hangs up on who says nothing."""

    timeout = _QUIET

    def version_string(self) -> str:
        return "bronnen"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: requests name passages."""


def serve(app: Flask, door: Door, ready: Callable[[], None]) -> None:
    """Serves until it is interrupted; calls `ready` once browsers can come.

    Raises:
        UsageError: the port is taken, or the host is none of this machine.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    try:
        server = make_server(door.host, door.port, app, threaded=True, request_handler=_Asked)
    except (OSError, SystemExit) as error:  # werkzeug leaves by SystemExit where a port is taken
        raise UsageError(
            f"Cannot listen on {door.host}:{door.port}.", "Give another --port, or stop what uses it."
        ) from error
    try:
        ready()
        server.serve_forever()
    finally:
        server.server_close()
