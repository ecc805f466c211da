"""The report of documents as one HTML file that needs nothing else: facts in, text out.

Everything a document brings goes through jinja's escapes or into JSON that a script places as text, never as markup.
The page's own scripts are named by their hashes in its content policy: no other script runs in it, and nothing is
fetched.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from bronnen.report.templates import FOLDER, environment
from bronnen.report.voice import Facts

_HERE = "<!-- passages and scripts -->"  # where the template leaves room; the text of documents is escaped


def documents_page(facts: Facts, passages: Iterable[Iterable[Facts]]) -> Iterator[str]:
    """The page in parts, to be written one after the other; `passages` per document, in the order of the facts."""
    from plotly.offline import get_plotlyjs

    scripts = (get_plotlyjs(), (FOLDER / "report.js").read_text(encoding="utf-8"))
    template = environment().get_template("report.html.jinja")
    before, after = template.render(
        facts=facts,
        said=facts["said"],
        style=(FOLDER / "report.css").read_text(encoding="utf-8"),
        hashes=" ".join(f"'sha256-{_digest(script)}'" for script in scripts),
        data=in_script(_drawn(facts)),
    ).split(_HERE)
    yield before
    for number, told in enumerate(passages):
        rows = ",\n".join(_json(row) for row in told)
        yield f'<script type="application/json" id="p{number}">[{in_script(rows)}]</script>\n'
    for script in scripts:
        yield f"<script>{script}</script>\n"
    yield after


def in_script(text: str) -> str:
    """JSON as it may stand in a script element: without anything that could end the element or open a comment."""
    return text.replace("<", "\\u003c").replace(">", "\\u003e")


def _drawn(facts: Facts) -> str:
    """What the script draws and lists, as JSON."""
    keys = ("name", "link", "place", "balance", "chapters", "heard")
    documents = [{key: one[key] for key in keys} for one in facts["documents"]]
    told: dict[str, Any] = {key: facts[key] for key in ("language", "said", "sources", "uses", "trends", "outlines")}
    return _json({**told, "documents": documents})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
