"""The reader: a small network that reads a document word by word and scores its sentences and passages in context.

It learned Dutch from unlabelled policy text and the sources from labelled sentences; it was trained outside this
package (`training/` in the project) and only read here, with numpy and scipy: no torch, nothing to install. Its scores
are features of the second stage, beside those of the first; what labels come of them is scikit-learn's to say.

The words of a document are one stream. A word is the sum of four learned vectors (the word, how it begins, how it
ends, its capitals); four gated convolutions (Dauphin et al. 2017, arXiv:1612.08083) let it see eight words to each
side; the words of a sentence are pooled by attention and maximum; three more convolutions over the sentences let each
see seven to each side; a passage pools its sentences.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from bronnen.classifier.first import Array
from bronnen.features import Row

LONGEST = 120  # words of a sentence that are read
_REMEMBERED = 200_000  # words
_BLOCK, _OVERLAP = 256, 16  # sentences read at once; more than the network sees to each side
_UNKNOWN, _BREAK, _FREE = 2, 3, 4  # numbers of a word not in the vocabulary, a sentence's begin, the first free one
_MARK = "\n"  # stands before each sentence
_AT_ONCE = 256  # pairs of places that a layer makes at once
_LAYER = re.compile(r"\w+\.layer\d\.weight")
_STEPS = {"word": (1, 1, 2, 4), "sentence": (1, 2, 4)}  # how far apart what each layer joins stands


@dataclass(frozen=True, slots=True)
class Read:
    """Logarithms of odds [n, targets]: of sentences on their own, of sentences in context, of passages."""

    alone: Array
    sentences: Array
    passages: Array


class Reader:
    """A trained network. `arrays` is what `model.skops` holds: tables of bytes with a scale, and weights."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self.arrays = dict(arrays)
        words = bytes(np.asarray(arrays["vocabulary"], dtype=np.uint8)).decode("utf-8").split("\n")
        self._numbers = {word: number for number, word in enumerate(words, start=_FREE)}
        self._tables = {name: _table(arrays, name) for name in ("word", "begin", "end", "capitals")}
        self._weights = {name: np.asarray(value, dtype=np.float32) for name, value in arrays.items() if "." in name}
        self._quick = {name[:-7]: _quick(value) for name, value in self._weights.items() if _LAYER.fullmatch(name)}
        self._known: dict[str, tuple[int, int, int, int]] = {}  # words looked up before

    def read(self, rows: Sequence[Row]) -> Read:
        """Scores for the sentences of ONE document, in reading order, and for its passages."""
        count = int(self._weights["alone.weight"].shape[0])
        if not rows:
            return Read(*(np.zeros((0, count)) for _ in range(3)))
        alone, context = [], []
        for start in range(0, len(rows), _BLOCK):
            left, right = max(0, start - _OVERLAP), min(len(rows), start + _BLOCK + _OVERLAP)
            one, other = self._block(rows, left, right)
            kept = slice(start - left, start - left + min(_BLOCK, len(rows) - start))
            alone.append(one[kept])
            context.append(other[kept])
        seen = np.concatenate(context)
        begins = _begins(rows)
        counts = np.diff(np.r_[begins, len(rows)])[:, None]
        pooled = np.hstack([np.add.reduceat(seen, begins) / counts, np.maximum.reduceat(seen, begins)])
        found = np.concatenate(alone), self._linear("sentence", seen), self._linear("passage", pooled)
        return Read(*(np.asarray(part, dtype=np.float64) for part in found))

    def _block(self, rows: Sequence[Row], left: int, right: int) -> tuple[Array, Array]:
        """Of the sentences from `left` to `right`: their scores alone, and what is known of each in context."""
        told = [(_MARK, *(row.tokens[:LONGEST] or ("•",))) for row in rows[left:right]]
        lengths = np.array([len(tokens) for tokens in told])
        words = self._words([token for tokens in told for token in tokens])
        starts = np.r_[0, np.cumsum(lengths)[:-1]]
        own = np.ones(len(words), dtype=bool)
        own[starts] = False  # the mark before each sentence
        words, starts, lengths = words[own], starts - np.arange(len(starts)), lengths - 1
        pull = np.exp(np.clip(self._linear("pull", words), -8, 8))
        total = np.add.reduceat(pull, starts) + np.float32(1e-6)
        at, ends = np.arange(len(words)), np.r_[starts, len(words)]
        heads = [sparse.csr_matrix((column, at, ends), (len(starts), len(words))) @ words for column in pull.T]
        pooled = [head / total[:, [number]] for number, head in enumerate(heads)]
        state = self._linear("pooled", np.hstack([*pooled, np.maximum.reduceat(words, starts)]))
        state = state * _sigmoid(state)
        alone = self._linear("alone", state)
        edges = np.r_[_begins(rows), len(rows)]
        first, last = np.isin(np.arange(left, right), edges), np.isin(np.arange(left, right) + 1, edges)
        place = np.stack([first, last, np.log1p(lengths) / 3, np.ones(len(lengths))], axis=1).astype(np.float32)
        state = self._layers("sentence", state + self._linear("place", place))
        return alone, state

    def _words(self, tokens: Sequence[str]) -> Array:
        """What is known of each word in its surroundings.

        What the first layer makes of a word by itself, it makes once for all its occurrences, a third of all words.
        """
        number: dict[str, int] = {}
        places = np.array([number.setdefault(token, len(number)) for token in tokens])
        about = np.array([self._number(token) for token in number], dtype=np.int64)
        summed = sum(table[about[:, column]] for column, table in enumerate(self._tables.values()))
        state = self._norm("word.in", np.asarray(summed))
        given, step = self._norm("word.norm0", state), _STEPS["word"][0]
        left, own, right = (given @ part.T for part in np.split(self._weights["word.layer0.weight"], 3, axis=1))
        made = own[places] + self._weights["word.layer0.bias"]
        made[step:] += left[places[:-step]]
        made[:-step] += right[places[step:]]
        return self._layers("word", state[places] + _gated(made), done=1)

    def _layers(self, name: str, state: Array, done: int = 0) -> Array:
        """Gated convolutions over a stream, each adding to what it was given; the first `done` are done."""
        for number, step in list(enumerate(_STEPS[name]))[done:]:
            self._convolve(f"{name}.layer{number}", self._norm(f"{name}.norm{number}", state), step, state)
        return self._norm(f"{name}.out", state)

    def _convolve(self, name: str, given: Array, step: int, state: Array) -> None:
        """Add to the state what a layer makes of each place and of those a step before and after it.

        Two places a step apart are made together, in four products instead of six (F(2,3) of Lavin & Gray 2016,
        arXiv:1509.09308), and some hundreds at a time, which stay in the computer's cache.
        """
        parts, bias, width = self._quick[name], self._weights[f"{name}.bias"], given.shape[1]
        pairs = -(-len(given) // (2 * step))
        stream = np.zeros((2 * pairs + 2, step, width), dtype=np.float32)  # nothing before it, and nothing after it
        stream.reshape(-1, width)[step : step + len(given)] = given
        for begin in range(0, pairs, _AT_ONCE // step):
            end = min(pairs, begin + _AT_ONCE // step)
            before, one, other, after = (stream[2 * begin + place : 2 * end + place : 2] for place in range(4))
            joined = np.empty((4, *one.shape), dtype=np.float32)
            np.subtract(before, other, out=joined[0])
            np.add(one, other, out=joined[1])
            np.subtract(other, one, out=joined[2])
            np.subtract(one, after, out=joined[3])
            made = (joined.reshape(4, -1, width) @ parts).reshape(4, end - begin, step, -1)
            made[1] += bias
            made[0] += made[1]
            both = np.empty((end - begin, 2, *made.shape[2:]), dtype=np.float32)
            np.add(made[0], made[2], out=both[:, 0])
            made[1] -= made[2]
            np.subtract(made[1], made[3], out=both[:, 1])
            rows = slice(2 * begin * step, min(2 * end * step, len(state)))
            state[rows] += _gated(both.reshape(-1, both.shape[-1]))[: rows.stop - rows.start]

    def _linear(self, name: str, given: Array) -> Array:
        made = given @ self._weights[f"{name}.weight"].T
        made += self._weights[f"{name}.bias"]
        return np.asarray(made)

    def _norm(self, name: str, given: Array) -> Array:
        centred = given - (given @ np.full(given.shape[1], 1 / given.shape[1], dtype=np.float32))[:, None]
        spread = np.einsum("ij,ij->i", centred, centred) / given.shape[1]
        centred *= (1 / np.sqrt(spread + np.float32(1e-5)))[:, None]
        centred *= self._weights[f"{name}.weight"]
        centred += self._weights[f"{name}.bias"]
        return np.asarray(centred)

    def _number(self, token: str) -> tuple[int, int, int, int]:
        """A word, its begin, its end, its capitals."""
        if token == _MARK:
            return _BREAK, _BREAK, _BREAK, 0
        found = self._known.get(token)
        if found is None:
            word, size = token.lower(), len(self._tables["begin"])
            known = self._numbers.get(word, _UNKNOWN)
            found = known, _hashed("p", word[:4], size), _hashed("s", word[-5:], size), capitals(token)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[token] = found
        return found


def capitals(token: str) -> int:
    """How a word is written: 1 a masked number, 2 a mark, 3 small letters, 4 a capital, 5 capitals, 6 mixed."""
    if token in ("0", "<jaar>", "<proc>", "<link>"):
        return 1
    if not token[0].isalpha():
        return 2
    if token.isupper():
        return 5 if len(token) > 1 else 4
    if token[0].isupper():
        return 4 if token[1:].islower() or len(token) == 1 else 6
    return 3


def _hashed(kind: str, piece: str, size: int) -> int:
    return _FREE + zlib.crc32(f"{kind}{piece}".encode()) % (size - _FREE)


def _table(arrays: Mapping[str, Any], name: str) -> Array:
    """A table of vectors, kept as bytes with one scale per row."""
    vectors: Array = np.asarray(arrays[f"{name}_bytes"], dtype=np.float32)
    return np.asarray(vectors * np.asarray(arrays[f"{name}_scale"])[:, None])


def _quick(weights: Array) -> Array:
    """The four matrices of `Reader._convolve`, of what a layer gives what stands before, here and after."""
    before, here, after = (part.T for part in np.split(weights, 3, axis=1))
    return np.stack([before, (before + here + after) / 2, (before - here + after) / 2, after])


def _begins(rows: Sequence[Row]) -> Array:
    return np.asarray(np.flatnonzero(np.diff([row.passage for row in rows], prepend=-1)))


def _gated(made: Array) -> Array:
    """One half of what a layer made, weighed by the other; in place, since new arrays cost as much as the sums."""
    half = made.shape[1] // 2
    gate = made[:, half:]
    np.exp(np.negative(gate, out=gate), out=gate)
    gate += 1
    return np.asarray(made[:, :half] / gate)


def _sigmoid(values: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-values)))
