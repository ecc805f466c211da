"""Makes the pictures in the README and the tutorial: a scan of some example documents, the report, the review page.

python -m uv run --group dev python docs/picture.py

Those of pages need Chromium.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from click.testing import CliRunner
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

import bronnen
from bronnen.cli import main as cli
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


def picture_of_report() -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "report.html"
        examples = str(ROOT / "corpus" / "voorbeelden")
        for words in (["scan", examples, "--out", folder], ["report", folder, "--out", str(page_file)]):
            CliRunner().invoke(cli, words, catch_exceptions=False)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 2150})
        page.goto(page_file.as_uri())
        page.wait_for_selector("#ternary .scatterlayer")
        page.screenshot(path=ROOT / "docs" / "report.png")
        browser.close()


def picture_of_review() -> None:
    from playwright.sync_api import sync_playwright

    port = "8764"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        documents = [str(ROOT / "corpus" / "voorbeelden" / f"{name}.pdf") for name in SHOWN]
        CliRunner().invoke(cli, ["scan", *documents, "--out", folder], catch_exceptions=False)
        words = ["review", folder, "--name", "An", "--order", "document", "--port", port, "--no-browser"]
        server = subprocess.Popen([sys.executable, "-m", "bronnen", *words], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        link = server.stdout.readline().split()[-1]  # it says when it listens
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 1000})
        page.goto(link)
        for key in (*["Enter"] * 9, "1", "1", "1"):
            page.evaluate("document.getElementById('werk').dataset.old = 'yes'")
            page.keyboard.press(key)
            page.wait_for_selector("#werk:not([data-old])")
        page.wait_for_function("() => [...document.querySelectorAll('#beeld img')].every((one) => one.complete)")
        page.wait_for_selector("#invloed table")
        page.screenshot(path=ROOT / "docs" / "review.png")
        browser.close()
        server.terminate()
        server.wait()
        server.stdout.close()


if __name__ == "__main__":
    main()
    picture_of_report()
    picture_of_review()
