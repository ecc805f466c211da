"""How good the language pipeline is: sentence F on gold sentences, word classes and lemmas on a treebank.

A sentence counts as found when both its ends are right, white space aside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from bronnen import language

Span = tuple[int, int]
Gold = tuple[str, list[Span]]  # a text and its sentences
BOUNDARY = "‖"
_BLOCK_LINE = "====\n"


def gold_blocks(path: Path) -> list[Gold]:
    """The blocks of a gold file: parted by lines of ====, with '‖' where a sentence begins, comments before the first.

    A sentence's span is half-open and has no white space at its ends.
    """
    found = []
    for told in path.read_text(encoding="utf-8").split(_BLOCK_LINE)[1:]:
        pieces = told.rstrip("\n").split(BOUNDARY)
        starts = [sum(map(len, pieces[:index])) for index in range(len(pieces))]
        text = "".join(pieces)
        found.append((text, trimmed(text, zip(starts, [*starts[1:], len(text)], strict=True))))
    return found


def gold_docs(path: Path, nlp: Language) -> list[Doc]:
    return list(DocBin().from_disk(path).get_docs(nlp.vocab))


def gold_of(docs: Iterable[Doc]) -> list[Gold]:
    """Texts and sentences of treebank documents."""
    return [(doc.text, trimmed(doc.text, ((s.start_char, s.end_char) for s in doc.sents))) for doc in docs]


def trimmed(text: str, spans: Iterable[Span]) -> list[Span]:
    """The spans without white space at their ends; spans of nothing else are gone."""
    found = []
    for start, end in spans:
        piece = text[start:end]
        if piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            found.append((first, first + len(piece.strip())))
    return found


def sentence_f(gold: Sequence[Gold], cut: Callable[[str], list[Span]]) -> float:
    """F1 of the sentences that `cut` finds, over all texts together."""
    right = told = wanted = 0
    for text, spans in gold:
        found = cut(text)
        right += len(set(found) & set(spans))
        told += len(found)
        wanted += len(spans)
    return 2 * right / (told + wanted)


def word_accuracy(nlp: Language, gold: Sequence[Doc]) -> tuple[float, float]:
    """Accuracy of word classes (all tokens but white space) and of lemmas (words with a letter, case ignored).

    A gold token that the tokenizer cuts in another way has no counterpart; as in spaCy's own scorer it is left out.
    """
    classes: list[bool] = []
    lemmas: list[bool] = []
    for doc in gold:
        example = Example(language.parsed(nlp, doc.text), doc)
        aligned = zip(
            example.predicted,
            example.get_aligned("POS", as_string=True),
            example.get_aligned("LEMMA", as_string=True),
            strict=True,
        )
        for token, kind, lemma in aligned:
            if kind and not token.is_space:
                classes.append(token.pos_ == kind)
            if lemma and any(character.isalpha() for character in token.text):
                lemmas.append(token.lemma_.lower() == lemma.lower())
    return sum(classes) / len(classes), sum(lemmas) / len(lemmas)
