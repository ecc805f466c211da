"""What other people's codes stand for, as they tell it in a small TOML file.

```toml
[codes]
"Mijn code" = "experiential used"
"Kennis > Praktijk" = "professional called_for"
"Geen onderzoek" = "scientific none"     # looked, and it is not there
"Citaat" = "skip"                        # says nothing of sources
```
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from unicodedata import normalize

from bronnen.errors import UsageError
from bronnen.records import Source, Use
from bronnen.toml import bounded

Meaning = tuple[Source, Use | None] | None
"""A source and its use, None for 'looked at, not there'; or None for a code that says nothing of sources."""

_STEP = "docs/file-formats.md, 'Labels from other programs', shows the form."
_USES: dict[str, Use | None] = {**{use.value: use for use in Use}, "none": None}


def read_meanings(path: Path) -> dict[str, Meaning]:
    """What each code in a file stands for, by `folded` name.

    Raises:
        UsageError: the file is missing, is not TOML, or says of a code what no code can stand for.
    """
    try:
        told = tomllib.loads(bounded(path).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML and numbers too long are ValueErrors
        said = " ".join(str(error).split())[:120]
        raise UsageError(f"Cannot read the codes in {path}: {said}.", _STEP) from error
    if set(told) != {"codes"} or not isinstance(told["codes"], dict):
        raise UsageError(f"{path} must have one table, [codes].", _STEP)
    found: dict[str, Meaning] = {}
    for code, value in told["codes"].items():
        words = value.split() if isinstance(value, str) else []
        if words == ["skip"]:
            found[folded(code)] = None
        elif len(words) == 2 and words[0] in set(Source) and words[1] in _USES:
            found[folded(code)] = (Source(words[0]), _USES[words[1]])
        else:
            said = f"{path}: '{code:.60}' stands for {value!r:.60}."
            raise UsageError(said, f"Give a source ({', '.join(Source)}) and {', '.join(_USES)}; or 'skip'.")
    return found


def folded(name: str) -> str:
    """A code's name, the same for all ways to write it.

    >>> folded("  Mijn  CODE")
    'mijn code'
    """
    return " ".join(normalize("NFC", name).casefold().split())
