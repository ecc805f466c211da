"""Trains the Dutch pipeline in `models/nl` again from Universal Dependencies treebanks.

    OMP_NUM_THREADS=1 python -m bronnen.training.language ../shared/data/nl_ud models/nl \\
        --text ../shared/data/text/policy_text.txt.xz

Takes some 10 minutes on one core. The same data, configs and versions give the same weights. The sentence rules
need no training and are not touched.
"""

from __future__ import annotations

import argparse
import lzma
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import train as run_training
from spacy.util import load_config, registry

from bronnen.language import LOOKUP, RULES
from bronnen.language.lemmas import Table
from bronnen.language.stems import stems
from bronnen.language.tokens import BARE, mend_tokenizer
from bronnen.settings import resource

VERSION = "1.0.0"
_LINES = 20_000  # paragraphs of policy text whose words teach the look-up
_MORPHOLOGY = ("tok2vec", "morphologizer", "trainable_lemmatizer")
_CLASSES = ("NOUN", "VERB", "ADJ", "AUX")  # classes whose forms differ from their lemmas in policy text
Readings = dict[tuple[str, str], Counter[str]]  # lower-case form and word class -> lemmas


def _tokenizer_callback() -> Any:
    return mend_tokenizer


registry.callbacks.register("bronnen.tokenizer.v1", func=_tokenizer_callback)


def train(data: Path, out: Path, text: Path | None, work: Path) -> None:
    """Writes a pipeline to `out`: sentence rules, senter, word classes and features, lemmas.

    `data` holds train_all.spacy and dev_nl.spacy, `text` policy text (xz, a paragraph a line) for the look-up;
    without it the look-up knows the treebank's words only. `work` keeps what is trained on the way.
    """
    senter = fitted("nl_senter.cfg", data, work)
    nlp = fitted("nl.cfg", data, work)
    table = lookup_table(nlp, data / "train_all.spacy", text)
    assembled(nlp, senter, table).to_disk(out)


def fitted(config: str, data: Path, work: Path) -> Language:
    """A pipeline trained by one of the configs: the best one on the dev file, weights averaged over steps."""
    overrides = {"paths.train": str(data / "train_all.spacy"), "paths.dev": str(data / "dev_nl.spacy")}
    nlp = init_nlp(load_config(resource("configs", config), overrides=overrides, interpolate=False))
    (work / config).mkdir(parents=True, exist_ok=True)
    run_training(nlp, work / config, stdout=sys.stderr, stderr=sys.stderr)
    return spacy.load(work / config / "model-best")


def assembled(nlp: Language, senter: Language, table: Table) -> Language:
    """One pipeline of the trained parts, with the sentence rules before the senter and the look-up at the end."""
    whole = spacy.blank("nl", config=BARE)
    whole.tokenizer.from_bytes(mend_tokenizer(spacy.blank("nl")).tokenizer.to_bytes())
    whole.add_pipe(RULES)
    whole.add_pipe("senter", source=senter)
    for name in _MORPHOLOGY:
        whole.add_pipe(name, source=nlp)
    whole.add_pipe(LOOKUP).table = table
    whole.meta.update(
        name="bronnen",
        version=VERSION,
        license="CC BY-SA 4.0",
        author="The bronnen developers",
        description="Sentences, word classes, features and lemmas for Dutch policy text; see README.md beside this.",
        sources=[
            {
                "name": f"Universal Dependencies, {name}",
                "url": f"https://github.com/UniversalDependencies/{name}",
                "license": "CC BY-SA 4.0",
                "author": "Gosse Bouma, Gertjan van Noord and others",
            }
            for name in ("UD_Dutch-Alpino", "UD_Dutch-LassySmall")
        ],
    )
    return whole


def lookup_table(nlp: Language, treebank: Path, text: Path | None) -> Table:
    """Per form the lemmas by word class, the class it has most often first; forms and classes that are rare are out."""
    gold = _treebank_readings(nlp, treebank)
    chosen = {key: lemmas.most_common(1)[0][0] for key, lemmas in gold.items()}
    weight = Counter({key: 5 * lemmas.total() for key, lemmas in gold.items()})
    if text is not None:
        counts, lines = _policy_words(text)
        known = Counter({lemma.lower(): 20 for lemmas in gold.values() for lemma in lemmas}) + counts
        for key, lemmas in _silver_readings(nlp, lines).items():
            lemma = _attested(key, lemmas, known)
            if lemma is not None and lemmas.total() >= 2:
                chosen.setdefault(key, lemma)
                weight[key] += lemmas.total()
    table: Table = {}
    for (form, kind), _ in sorted(weight.items(), key=lambda item: (item[0][0], -item[1], item[0][1])):
        table.setdefault(form, {})[kind] = chosen[form, kind]
    return table


def _attested(key: tuple[str, str], lemmas: Counter[str], known: Counter[str]) -> str | None:
    """The lemma that the lemmatizer gives most often among those that are words, unless spelling knows far better.

    Spelling wins over what is no infinitive, over what is thirty times as rare, and over a long noun's plural in s.
    """
    form, kind = key
    is_verb = kind in ("VERB", "AUX")
    words = [lemma for lemma, _ in sorted(lemmas.items(), key=lambda item: (-item[1], item[0])) if known[lemma] >= 3]
    words = [lemma for lemma in words if not is_verb or lemma.endswith("n")]
    ruled = [stem for stem in stems(form, kind) if known[stem] >= 20 and (not is_verb or stem.endswith("n"))]
    best = max(ruled, key=lambda stem: (known[stem], stem), default=None)
    if not words:
        return best
    if best is not None and is_verb and known[best] > 30 * known[words[0]]:
        return best
    if kind == "NOUN" and words[0] == form and form.endswith("s") and len(form) >= 9 and known[form[:-1]] >= 20:
        return form[:-1]
    return words[0]


def _treebank_readings(nlp: Language, treebank: Path) -> Readings:
    readings: Readings = {}
    for doc in DocBin().from_disk(treebank).get_docs(nlp.vocab):
        for token in doc:
            if token.lemma_ and any(character.isalpha() for character in token.text):
                readings.setdefault((token.lower_, token.pos_), Counter())[token.lemma_] += 1
    return readings


def _silver_readings(nlp: Language, lines: list[str]) -> Readings:
    readings: Readings = {}
    for doc in nlp.pipe(lines):
        for token in doc:
            if token.pos_ in _CLASSES and token.is_alpha:
                readings.setdefault((token.lower_, token.pos_), Counter())[token.lemma_.lower()] += 1
    return readings


def _policy_words(text: Path) -> tuple[Counter[str], list[str]]:
    """How often each word stands in the text, and paragraphs drawn from all over it."""
    counts: Counter[str] = Counter()
    lines = []
    with lzma.open(text, "rt", encoding="utf-8") as told:
        for number, line in enumerate(told):
            words = line.lower().split()
            counts.update(word.strip(".,;:!?()'\"‘’“”") for word in words)
            if number % 12 == 0 and len(words) > 8:
                lines.append(line.strip()[:1500])
    random.Random(5).shuffle(lines)
    return counts, lines[:_LINES]


def main() -> None:
    parser = argparse.ArgumentParser(description="Train models/nl again.")
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--text", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        train(options.data, options.out, options.text, Path(work))


if __name__ == "__main__":
    main()
