"""Who may ask the server something: those who got the link, which has a token; it is opened for them on this machine.

Others can be logged in on this machine too, and reach 127.0.0.1 as well. Other pages in the same browser can send
requests there. What stops those: the Host header must be ours (so that no foreign name can be pointed at this address),
a write must come from a page of our own, and no page of ours can be framed, run a foreign script or be read from
elsewhere.
"""

from __future__ import annotations

import ipaddress
import platform
import secrets
from dataclasses import dataclass

from flask import Flask, Request, Response, abort, make_response, redirect, request

from bronnen.errors import UsageError

MAX_BODY = 64 * 1024
_ALL = ("0.0.0.0", "::")  # every name of this machine, and only when asked
_LOCAL = ("127.0.0.1", "localhost", "[::1]")
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer a form of our own would say that its origin is 'null'
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Door:
    """Where the server listens, and what opens it; with `remote` other machines reach it too."""

    token: str
    host: str = "127.0.0.1"
    port: int = 0
    remote: bool = False

    @property
    def address(self) -> str:
        """The address to open, with the token."""
        host = platform.node() if self.host in _ALL else f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/?sleutel={self.token}"

    @property
    def cookie(self) -> str:
        """The name of the cookie with the token; two servers on one machine have each their own."""
        return f"bronnen_sleutel_{self.port}"


def door(host: str | None, port: int) -> Door:
    """Where to listen, with a new token: this machine only, or the host that is asked for.

    Raises:
        UsageError: that cannot be the name of a machine.
    """
    token = secrets.token_urlsafe(24)
    if host is None or host in ("127.0.0.1", "localhost"):
        return Door(token, port=port)
    if not host or len(host) > 253 or not all(sign.isalnum() or sign in "-.:" for sign in host):
        raise UsageError(
            f"--host '{host[:40]}' is no name of a machine.", "Give a name or an address, such as 0.0.0.0."
        )
    return Door(token, host, port, remote=True)


def guarded(app: Flask, door: Door) -> None:
    """Puts the guard before every request, and the headers on every answer."""
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, MAX_FORM_PARTS=20)

    @app.before_request
    def refuse() -> Response | None:
        if not is_ours(request.host, door):
            abort(403, "Host")
        if not _has_token(door):
            told = request.args.get("sleutel", "")
            if request.method != "GET" or not secrets.compare_digest(told.encode(), door.token.encode()):
                abort(403, "token")
            answer = make_response(redirect("/"))
            answer.set_cookie(door.cookie, door.token, httponly=True, samesite="Lax")
            return answer
        if request.method not in ("GET", "HEAD") and not is_same_origin(request):
            abort(403, "origin")
        return None

    @app.after_request
    def sealed(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers[name] = value
        return answer


def is_ours(host: str, door: Door) -> bool:
    """Whether a Host header is one under which this server is known.

    >>> here = Door("key", port=8765)
    >>> is_ours("127.0.0.1:8765", here), is_ours("example.com:8765", here)
    (True, False)
    """
    name, _, port = host.rpartition(":")
    if not name or port != str(door.port):
        return False
    bare = name.strip("[]").lower()
    if name in _LOCAL or (door.remote and bare == door.host.lower()):
        return True
    return door.remote and door.host in _ALL and (bare == platform.node().lower() or _is_address(bare))


def is_same_origin(asked: Request) -> bool:
    """Whether a page of our own sent this: every browser says so in one header or the other.

    A form may have the origin 'null' where a browser hides it; then its site must be told, and be ours.
    """
    site, origin = asked.headers.get("Sec-Fetch-Site"), asked.headers.get("Origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    if origin in (None, "null"):
        return site is not None
    return origin == f"http://{asked.host}"


def _has_token(door: Door) -> bool:
    return secrets.compare_digest(request.cookies.get(door.cookie, "").encode(), door.token.encode())


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
