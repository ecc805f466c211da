"""bronnen shows what knowledge a Dutch policy document draws on.

`analyse` is the whole of the Python interface: the same walk as `bronnen scan`. This module imports nothing
heavy, so that `bronnen --help` answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from bronnen.records import Analysis
    from bronnen.settings import Settings

__all__ = ["__version__", "analyse"]
__version__ = "0.1.0"


def analyse(path: str | PathLike[str], settings: Settings | None = None) -> Analysis:
    """What one document draws on: its passages, the verdicts on them and the balance.

    The models are loaded at the first call and kept for the next ones with the same settings.

    Args:
        path: a .pdf, .docx, .odt, .html, .md or .txt file.
        settings: see `bronnen.settings.load_settings`; the defaults where left out.

    Raises:
        bronnen.errors.BronnenError: the file cannot be read or has no text; the message says what to do next.

    Example:
        >>> from bronnen import analyse
        >>> analysis = analyse("corpus/voorbeelden/raadsvoorstel.pdf")   # doctest: +SKIP
        >>> analysis.balance.used["experiential"].value                   # doctest: +SKIP
        7.0
    """
    from pathlib import Path

    from bronnen.pipeline import analyse as walk
    from bronnen.pipeline import load_tools
    from bronnen.settings import Settings

    return walk(Path(path), load_tools(settings or Settings()))
