"""Notes in the file that BRONNEN_SPY names what a process, or any process that it starts, does outside itself.

Python imports a module of this name by itself, so that workers are watched from their first instruction too.
"""

from __future__ import annotations

import os
import sys
from typing import Any

_OUTSIDE = ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind")
_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn")
_ADDRESSES = ("urllib.Request", "http.client.connect", "ftplib.connect", "smtplib.connect", "webbrowser.open")
_OWN_PICKLES = (  # of bytes that this very process or its own parent made a moment before, never of a file
    "multiprocessing",
    "dask/tokenize.py",  # imported by scikit-learn where it is installed; pickles functions to give them a name
)


def _watch(event: str, told: tuple[Any, ...]) -> None:
    if event in _OUTSIDE + _PROGRAMS + _ADDRESSES:
        _note(event, told)
    elif event == "pickle.find_class":
        callers = set()
        frame = sys._getframe()
        while frame is not None:
            callers.add(frame.f_code.co_filename)
            frame = frame.f_back  # type: ignore[assignment]
        if not any(own in name for name in callers for own in _OWN_PICKLES):
            _note(event, told)


def _note(event: str, told: tuple[Any, ...]) -> None:
    line = f"{os.getpid()} {event} {told!r}"[:600].replace("\n", " ")
    with open(os.environ["BRONNEN_SPY"], "a", encoding="utf-8", errors="replace") as stream:  # noqa: PTH123
        stream.write(f"{line}\n")


if "BRONNEN_SPY" in os.environ:
    sys.addaudithook(_watch)
    _note("watched", ())
