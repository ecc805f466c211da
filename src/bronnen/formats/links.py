"""Links from an export to a page of a document on this computer, whatever its path is made of."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bronnen.formats import without_surrogates

_MEANING = re.compile(rb"[^A-Za-z0-9/._~-]")


def page_link(path: str, page: int | None, folder: Path) -> str | None:
    """What opens a document on a page, from a file in `folder`: 'map/nota.pdf#page=4'.

    Relative where it can be, so that a folder may move as a whole; on another drive 'file:///D:/nota.pdf#page=4'.
    Every character that means something in an address is escaped: a name can never become a link to a site. None for
    a path on a server (`\\\\server\\share`, `//server/share`), which would send the reader's name there on a click.

    >>> page_link("map/nota 1#2.pdf", 4, Path(".")), page_link("http:/nota.pdf", None, Path("."))
    ('map/nota%201%232.pdf#page=4', './http%3A/nota.pdf')
    """
    if re.match(r"[\\/]{2}", path):
        return None
    place = f"#page={page}" if page is not None else ""
    path = without_surrogates(path)
    try:
        near = _escaped(os.path.relpath(path, folder))
        return ("./" if "%3A" in near.split("/")[0] else "") + near + place
    except ValueError:  # another drive of Windows
        drive, rest = os.path.splitdrive(path)
        return f"file:///{drive}{_escaped(rest)}{place}" if re.fullmatch("[A-Za-z]:", drive) else None


def _escaped(path: str) -> str:
    """The path with slashes, everything else that is no plain letter or digit escaped."""
    return _MEANING.sub(lambda found: b"%%%02X" % found[0][0], path.replace(os.sep, "/").encode()).decode()
