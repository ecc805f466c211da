"""`bronnen show --why`: for each label of the model the sentence that carries it, and what weighed most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bronnen.records import Analysis, Passage, Sentence, Source, Use

if TYPE_CHECKING:
    from bronnen.classifier import Model


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the model gave one label to a passage."""

    source: Source
    use: Use
    chance: float  # of the passage
    sentence: Sentence  # that carries it most
    sentence_chance: float
    phrases: tuple[str, ...]  # what weighed most in that sentence


def reasons(analysis: Analysis, model: Model) -> dict[tuple[int, int], list[Reason]]:
    """The reasons for the model's labels, by the span of their passage; passages without a label have none."""
    import numpy as np

    from bronnen import explain, features
    from bronnen.classifier import SOURCES, USES
    from bronnen.pipeline import paragraph
    from bronnen.records import Unit

    told = [paragraph(analysis.document.text, passage) for passage in analysis.passages]
    rows = features.rows(told)
    scored = model.score(rows)
    found: dict[tuple[int, int], list[Reason]] = {}
    first = 0
    for number, passage in enumerate(analysis.passages):
        at = slice(first, first + len(passage.sentences))
        first = at.stop
        for source, use in model.labels(scored.passages[number], Unit.PASSAGE).items():
            i, j = SOURCES.index(source), USES.index(use)
            best = at.start + int(np.argmax(scored.sentences[at, i, j]))
            sentence = passage.sentences[best - at.start]
            words = features.words_of(analysis.document.text[sentence.start : sentence.end])
            weighed = model.reasons(rows, best, source, use)
            found.setdefault(_span(passage), []).append(
                Reason(
                    source=source,
                    use=use,
                    chance=float(scored.passages[number, i, j]),
                    sentence=sentence,
                    sentence_chance=float(scored.sentences[best, i, j]),
                    phrases=tuple(explain.phrases(weighed, words)),
                )
            )
    return found


def told(reason: Reason, text: str, name: str) -> str:
    """A reason as lines for a terminal; `name` is that of the source and its use."""
    quote = " ".join(text[reason.sentence.start : reason.sentence.end].split())
    quote = quote if len(quote) <= 160 else quote[:157] + "..."
    lines = [f"   {name} ({reason.chance:.0%}), carried by ({reason.sentence_chance:.0%}): {quote}"]
    if reason.phrases:
        lines.append(f"      weighed most: {'; '.join(reason.phrases)}")
    return "\n".join(lines)


def _span(passage: Passage) -> tuple[int, int]:
    return passage.start, passage.end
