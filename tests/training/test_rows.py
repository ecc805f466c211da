"""The training rows that ship: no sentence can be put together from them, and they make the model that ships."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction import FeatureHasher

from bronnen.classifier import Examples, Model, recipe
from bronnen.classifier import examples as kept_examples
from bronnen.classifier.first import RECIPE
from bronnen.settings import resource
from bronnen.training.train import ROWS, SEED, shipped_rows, train

SHIPPED = resource("models", "sources")
FAR = 6  # words in a row from which a sentence can be known again


@pytest.fixture(scope="module")
def rows() -> Examples:
    return shipped_rows()


def hashes(family: str, names: list[str]) -> np.ndarray:
    hasher = FeatureHasher(2 ** RECIPE[family].bits, input_type="string", alternate_sign=False)
    return hasher.transform([[name] for name in names]).indices


def put_together(rows: Examples, sentences: np.ndarray, vocabulary: list[str]) -> list[list[str]]:
    """What one who knows all Dutch words can make of sentences: the longest row of words that leaves no choice."""
    known: dict[int, list[str]] = {}
    for word, number in zip(vocabulary, hashes("word", [f"word_{word}" for word in vocabulary]).tolist(), strict=True):
        known.setdefault(number, []).append(word)
    found = []
    for sentence in sentences:
        words = [known.get(number, [""])[0] for number in rows.counts["word"][sentence].indices.tolist()]
        words = [word for word in words if word]
        both = [(one, other) for one in words for other in words]
        held = set(rows.counts["pair"][sentence].indices.tolist())
        numbers = hashes("pair", [f"pair_{one} {other}" for one, other in both]).tolist() if both else []
        after: dict[str, list[str]] = {}
        for (one, other), number in zip(both, numbers, strict=True):
            if number in held:
                after.setdefault(one, []).append(other)
        best: list[str] = []
        for word in words:
            chain = [word]
            while len(after.get(chain[-1], ())) == 1 and after[chain[-1]][0] not in chain:
                chain.append(after[chain[-1]][0])
            best = max(best, chain, key=len)
        found.append(best)
    return found


@pytest.mark.slow
def test_no_sentence_can_be_put_together_again(rows: Examples) -> None:
    """A dictionary attack on 1,500 sentences of ten words and more: all words are hashed, then all pairs of them."""
    vocabulary = bytes(Model.load(SHIPPED).reader.arrays["vocabulary"]).decode().split("\n")
    long = np.flatnonzero((rows.place.lengths >= 10) & (rows.origins[rows.place.documents] == kept_examples.REAL))
    drawn = np.random.default_rng(0).choice(long, 1500, replace=False)
    chains = put_together(rows, drawn, vocabulary)
    share = np.array([len(chain) / rows.place.lengths[at] for chain, at in zip(chains, drawn, strict=True)])
    whole = np.array([len(chain) >= FAR for chain in chains]) & (share >= 0.75)
    print(f"whole: {whole.mean():.2%}; half: {(share >= 0.5).mean():.2%}; longest row {max(map(len, chains))}")
    assert whole.mean() < 0.01
    assert (share >= 0.5).mean() < 0.05


def test_the_rows_are_small_and_hold_no_words(rows: Examples) -> None:
    assert (SHIPPED / ROWS).stat().st_size < 20_000_000
    assert set(rows.counts) == {"word", "pair", "cue", "shape"}
    assert all(block.data.dtype == np.float32 for block in rows.counts.values())
    assert rows.sentences[:, :, 0].any(axis=0).all()
    groups = rows.groups[rows.place.documents]
    block = rows.counts["pair"].tocsc()
    for column in np.random.default_rng(1).choice(np.flatnonzero(np.diff(block.indptr)), 300, replace=False):
        seen = block.indices[block.indptr[column] : block.indptr[column + 1]]
        assert len(np.unique(groups[seen])) >= RECIPE["pair"].shared


@pytest.mark.slow
def test_training_again_from_the_rows_gives_the_shipped_model(rows: Examples, tmp_path: Path) -> None:
    shipped = Model.load(SHIPPED)
    again = train(rows, None, shipped.reader, np.random.default_rng(SEED))
    assert again.card["cross_validated"] == shipped.card["cross_validated"]
    assert again.thresholds == shipped.thresholds
    page = kept_examples.part(rows, np.arange(20))
    for unit, scores in shipped.score_examples(page).items():
        assert np.allclose(again.score_examples(page)[unit], scores, atol=1e-4)


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_holds_no_rows_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / ROWS).write_bytes(data)
    with pytest.raises(kept_examples.MissingError, match="training rows"):
        kept_examples.load(tmp_path / ROWS, recipe())
