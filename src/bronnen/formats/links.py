"""Links from an export to a page of a document on this computer, whatever its path is made of."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote

from bronnen.formats import without_surrogates


def page_link(path: str, page: int | None, folder: Path) -> str | None:
    """What opens a document on a page, from a file in `folder`: 'map/nota.pdf#page=4'.

    Relative where it can be, so that a folder may move as a whole; on another drive 'file:///D:/nota.pdf#page=4'.
    Every character that means something in an address is escaped: a name can never become a link to a site. None for
    a path on a server (`\\\\server\\share`, `//server/share`), which would send the reader's name there on a click.

    >>> page_link("map/http:nota 1#2.pdf", 4, Path("."))
    'map/http%3Anota%201%232.pdf#page=4'
    """
    if re.match(r"[\\/]{2}", path):
        return None
    place = f"#page={page}" if page is not None else ""
    path = without_surrogates(path)
    try:
        return _escaped(os.path.relpath(path, folder)) + place
    except ValueError:  # another drive of Windows
        drive, rest = os.path.splitdrive(path)
        return f"file:///{drive}{_escaped(rest)}{place}" if re.fullmatch("[A-Za-z]:", drive) else None


def _escaped(path: str) -> str:
    """The path with slashes, everything else that is no plain letter or digit escaped."""
    return quote(path.replace(os.sep, "/"), safe="/")
