"""Outside formats, read and written: values in, files out, and the other way round.

Every file is written beside its place and moved there when it is whole, so that an interruption leaves the old file
or none, never half of one.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bronnen.errors import StoreError

FORMULA = re.compile(r"[=+\-@\t\r]")
"""What a cell begins with that a spreadsheet takes for a formula."""

_SURROGATES = re.compile(r"[\ud800-\udfff]")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which takes the place of `path` at the end; nothing is left of it after an error.

    Raises:
        StoreError: the folder is not there or full, or the file is open in another program (Excel on Windows).
    """
    draft = path.with_name(f".bronnen-{secrets.token_hex(6)}.tmp")
    try:
        with draft.open("xb") as stream:
            yield stream
        draft.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(
            f"Cannot write {path}: {reason}.", "Close it in other programs, and check the folder and the disk."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def without_surrogates(text: str) -> str:
    """The text with U+FFFD for lone surrogates, which file names on Linux can hold and UTF-8 cannot.

    >>> without_surrogates("nota\\udce9.pdf")
    'nota\\ufffd.pdf'
    """
    return _SURROGATES.sub("\ufffd", text)
