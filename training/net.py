"""The reader as a network that can be trained (`bronnen.classifier.reader` reads what it learned, without torch)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bronnen.classifier.reader import capitals

PADDING, MASKED, UNKNOWN, BREAK, FREE = range(5)
WORDS, PIECES, WIDTH = 40_000, 12_000, 128
MARKS = {
    name: np.array([number, number, number, 0], dtype=np.int32)
    for name, number in (("masked", MASKED), ("break", BREAK))
}


def numbered(words: Sequence[str], vocabulary: Mapping[str, int]) -> np.ndarray:
    """Words as they are written -> [n, 4]: the word, its begin, its end, its capitals."""

    def piece(kind: str, text: str) -> int:
        return FREE + zlib.crc32(f"{kind}{text}".encode()) % (PIECES - FREE)

    low = [word.lower() for word in words]
    rows = [
        (vocabulary.get(word, UNKNOWN), piece("p", word[:4]), piece("s", word[-5:]), capitals(written))
        for word, written in zip(low, words, strict=True)
    ]
    return np.array(rows, dtype=np.int32).reshape(-1, 4)


class Gated(nn.Module):
    """Gated convolutions over three places `step` apart, each added to what it was given."""

    def __init__(self, width: int, steps: Sequence[int]) -> None:
        super().__init__()
        self.steps = tuple(steps)
        self.layers = nn.ModuleList(nn.Linear(3 * width, 2 * width) for _ in steps)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in steps)

    def forward(self, state: Tensor, there: Tensor | float, drop: float) -> Tensor:
        for layer, norm, step in zip(self.layers, self.norms, self.steps, strict=True):
            given = norm(state) * there
            left, right = F.pad(given, (0, 0, step, 0))[:, :-step], F.pad(given, (0, 0, 0, step))[:, step:]
            made, gate = layer(torch.cat([left, given, right], -1)).chunk(2, -1)
            state = state + F.dropout(made * torch.sigmoid(gate), drop, self.training)
        return state


class Words(nn.Module):
    """The lower half: words in their surroundings."""

    def __init__(self) -> None:
        super().__init__()
        self.word, self.begin, self.end = (nn.Embedding(size, WIDTH) for size in (WORDS, PIECES, PIECES))
        self.capitals = nn.Embedding(8, WIDTH)
        for table in (self.begin, self.end, self.capitals):
            nn.init.normal_(table.weight, std=0.02)
        self.norm, self.gated, self.out = nn.LayerNorm(WIDTH), Gated(WIDTH, (1, 1, 2, 4)), nn.LayerNorm(WIDTH)

    def forward(self, told: Tensor, drop: float = 0.0) -> Tensor:
        tables = (self.word, self.begin, self.end, self.capitals)
        state = self.norm(sum(table(told[..., column]) for column, table in enumerate(tables)))
        there = (told[..., :1] != PADDING).float()  # nothing stands beyond a run's end, as in use
        return self.out(self.gated(F.dropout(state, drop, self.training), there, drop))


class Net(nn.Module):
    """The whole reader: sentences alone, in context, and passages."""

    HEADS = 4

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.words = words
        self.pull, self.pooled = nn.Linear(WIDTH, self.HEADS), nn.Linear((self.HEADS + 1) * WIDTH, WIDTH)
        self.place, self.gated, self.out = nn.Linear(4, WIDTH), Gated(WIDTH, (1, 2, 4)), nn.LayerNorm(WIDTH)
        self.alone, self.sentence, self.passage = nn.Linear(WIDTH, 6), nn.Linear(WIDTH, 6), nn.Linear(2 * WIDTH, 6)

    def forward(self, batch: dict[str, Tensor], drop: float = 0.0) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of a batch as `finetune.batch` makes it."""
        state, belongs = self.words(batch["words"], drop), batch["sentence_of"]
        count, word, of = len(batch["place"]), state[belongs >= 0].float(), belongs[belongs >= 0]
        pull = torch.exp(self.pull(word).float().clamp(-8, 8))
        total = torch.zeros(count, self.HEADS).index_add_(0, of, pull) + 1e-6
        summed = torch.zeros(count, self.HEADS * WIDTH).index_add_(0, of, (pull[:, :, None] * word[:, None]).flatten(1))
        peak = torch.full((count, WIDTH), -9.0).scatter_reduce(0, of[:, None].expand(-1, WIDTH), word, "amax")
        own = F.silu(
            self.pooled(torch.cat([(summed.view(count, self.HEADS, -1) / total[:, :, None]).flatten(1), peak], 1))
        )
        own = F.dropout(own, drop * 1.5, self.training)
        run, at = batch["run"], batch["at"]
        grid, there = (
            torch.zeros(int(run.max()) + 1, int(at.max()) + 1, WIDTH),
            torch.zeros(int(run.max()) + 1, int(at.max()) + 1, 1),
        )
        grid[run, at], there[run, at] = (own + self.place(batch["place"])).float(), 1.0
        seen = self.out(self.gated(grid, there, drop).float()).float()[run, at]
        passage = batch["passage"]
        size = torch.zeros(int(passage.max()) + 1).index_add_(0, passage, torch.ones(count))
        mean = torch.zeros(len(size), WIDTH).index_add_(0, passage, seen) / size[:, None]
        most = torch.full_like(mean, -9.0).scatter_reduce(0, passage[:, None].expand(-1, WIDTH), seen, "amax")
        return self.alone(own).float(), self.sentence(seen).float(), self.passage(torch.cat([mean, most], 1)).float()


def arrays(net: Net, vocabulary: Sequence[str]) -> dict[str, np.ndarray]:
    """What `bronnen.classifier.Reader` reads: tables as bytes with a scale per row, the rest as halves."""
    state = {name: value.detach().numpy().astype(np.float32) for name, value in net.state_dict().items()}
    made: dict[str, np.ndarray] = {"vocabulary": np.frombuffer("\n".join(vocabulary).encode(), dtype=np.uint8).copy()}
    for name in ("word", "begin", "end", "capitals"):
        table = state.pop(f"words.{name}.weight")
        scale = np.abs(table).max(axis=1) / 127 + 1e-12
        made[f"{name}_bytes"], made[f"{name}_scale"] = np.round(table / scale[:, None]).astype(np.int8), scale
    for name, value in state.items():
        made[_named(name)] = value.astype(np.float16)
    return made


def _named(name: str) -> str:
    """'words.gated.layers.0.weight' -> 'word.layer0.weight'; the upper half has no first part."""
    part, _, rest = name.partition(".") if name.startswith("words.") else ("sentence", "", name)
    part = "word" if part == "words" else part
    for old, new in (("gated.layers.", "layer"), ("gated.norms.", "norm"), ("norm.", "in.")):
        if rest.startswith(old):
            return f"{part}.{new}{rest.removeprefix(old)}"
    return f"{part}.{rest}" if rest.startswith("out.") else rest
