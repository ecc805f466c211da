"""Makes `docs/scan.svg`, the picture in the README: what a scan of some example documents shows on a terminal.

python -m uv run python docs/picture.py
"""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

import bronnen
from bronnen.cli.summary import Summary, line_of, show

ROOT = Path(__file__).parents[1]
SHOWN = (
    "advies-adviesraad-regiotaxi",
    "inspectierapport-verpleeghuis",
    "kamerbrief-schuldregeling",
    "omgevingsvisie-waterdrecht",
    "raadsvoorstel-huisvesting-arbeidsmigranten",
    "rapport-wisselend-inkomen",
    "reactienota-n739",
    "verslag-bewonersavond-dorpsweg",
)


def main() -> None:
    found = [bronnen.analyse(ROOT / "corpus" / "voorbeelden" / f"{name}.pdf") for name in SHOWN]
    screen = Console(file=StringIO(), record=True, width=122, force_terminal=True, markup=False, highlight=False)
    show(Summary([line_of(analysis) for analysis in found], [], [], Path("resultaat")), screen)
    without_fonts = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)  # they are on the web
    svg = screen.export_svg(title="bronnen scan", code_format=without_fonts, unique_id="bronnen")
    (ROOT / "docs" / "scan.svg").write_text(svg, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
