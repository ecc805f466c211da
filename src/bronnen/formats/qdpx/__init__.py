"""Projects of programs for qualitative analysis (ATLAS.ti, MAXQDA, NVivo, QualCoder), after REFI-QDA 1.5.

A `.qdpx` is a zip with `project.qde` (XML) and a folder `sources`. Its spans count Unicode code points over the plain
text in that folder (section 10.2 of the standard), as ours do; programs that count otherwise are seen through when
their file is read (`counting`). What stands in a project is in `coded`; `writing` and `reading` have the two ways.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from bronnen.formats.coded import OURS, Code, Left, Text

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"

_NAMESPACE = UUID("6f0f3c0e-2a55-5d8c-9d0b-3f2b8f6a1c77")


@dataclass(frozen=True, slots=True)
class Project:
    """A project. `texts` are taken one at a time when it is written; `created` is a time in ISO 8601.

    `counting` says how the offsets of a project that was read are counted; `left` is what could not be used of it.
    """

    name: str
    created: str
    codes: tuple[Code, ...]
    texts: Iterable[Text]
    description: str = ""
    origin: str = OURS
    counting: str = ""
    left: tuple[Left, ...] = ()


def guid(*parts: object) -> str:
    """An identifier that is the same for the same parts, in the form that the standard asks.

    >>> guid("user", "bronnen") == guid("user", "bronnen"), len(guid("user", "anna"))
    (True, 36)
    """
    return str(uuid5(_NAMESPACE, "\n".join(map(str, parts))))
