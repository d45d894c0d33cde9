"""The evidence model as served: one int8 ONNX graph that ranks, reads and judges a pair of texts in one pass."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache

from index.encoder import WEIGHTS as ENCODER_WEIGHTS
from index.encoder import check_file
from service.evidence.windows import MAX_QUESTION_TOKENS, Tokenizer, Window, make_windows

WEIGHTS = Path(__file__).parent / "weights"
EVIDENCE_FILE, VERIFIER_FILE = WEIGHTS / "evidence.onnx", WEIGHTS / "verifier.onnx"
CHECKSUM = "46e900129018862f645fa5b672ec9df1561a65fb87f0155b8eeb6fcbe8c508cf"
VERIFIER_CHECKSUM = "eeaabbfb1f971c66eed4b2ec046432a8b17cb6bad0bba4868e20653067db821c"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("span_logits", "relevance_logit", "entailment_logits")
FloatArray = npt.NDArray[np.float64]
# The pairs of some thirty questions, about 10 MB: whoever asks often also searches, retries and asks again in a chat.
_REMEMBERED = 768


def fingerprint_of(path: Path, checksum: str) -> str:
    """Name the weights in a file."""
    return f"{path.stem}-int8-{checksum[:12]}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A question or claim, and the text it is held against with its section headings (`header`)."""

    question: str
    header: str
    text: str


@dataclass(frozen=True, slots=True)
class WindowLogits:
    """What the model says of one window of a pair's text.

    `start` and `end` are one logit for each of the window's tokens, which stand in the text at `offsets`; `null` is
    the sum of both logits for "no answer here". `relevance` is a logit; `entailment` three, in the order of
    service.evidence.formats.LABELS.
    """

    offsets: tuple[tuple[int, int], ...]
    start: FloatArray
    end: FloatArray
    null: float
    relevance: float
    entailment: FloatArray


class EvidenceModel:
    """Reads pairs of texts. Thread-safe and deterministic.

    Windows run one by one: dynamic quantisation scales activations over a whole batch, so in a batch a passage's
    scores would depend on its neighbours. Several cores work on several windows at once.
    """

    def __init__(self, path: Path = EVIDENCE_FILE, checksum: str = CHECKSUM) -> None:
        """Load the weights; raises ModelError when the file is missing or altered."""
        import onnxruntime

        check_file(path, checksum)
        self.fingerprint = fingerprint_of(path, checksum)
        self.tokenizer = Tokenizer(ENCODER_WEIGHTS / "tokenizer.json")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._known: LRUCache[Pair, list[WindowLogits]] = LRUCache(_REMEMBERED)
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="evidence")

    def reads_whole(self, question: str) -> bool:
        """Whether all of a question or claim reaches the model; of a longer one the end is cut."""
        return len(self.tokenizer.tokens(question).ids) <= MAX_QUESTION_TOKENS

    def judge(self, pairs: Sequence[Pair]) -> list[list[WindowLogits]]:
        """Return for each pair its windows' logits, in the order of the text; most pairs have one window."""
        found = self._remembered(pairs)
        new = list(dict.fromkeys(pair for pair in pairs if pair not in found))
        found.update(zip(new, self._judged(new), strict=True))
        with self._lock:
            self._known.update((pair, found[pair]) for pair in new)
        return [found[pair] for pair in pairs]

    def _remembered(self, pairs: Sequence[Pair]) -> dict[Pair, list[WindowLogits]]:
        with self._lock:
            return {pair: self._known[pair] for pair in pairs if pair in self._known}

    def _judged(self, pairs: Sequence[Pair]) -> list[list[WindowLogits]]:
        windows = [self._windows(pair) for pair in pairs]
        # Longest first, so that no core is left alone with the longest at the end.
        flat = sorted(
            ((place, number) for place, made in enumerate(windows) for number in range(len(made))),
            key=lambda key: -len(windows[key[0]][key[1]].ids),
        )
        results = dict(zip(flat, self._workers.map(lambda key: self._run(windows[key[0]][key[1]]), flat), strict=True))
        return [[results[place, number] for number in range(len(made))] for place, made in enumerate(windows)]

    def _windows(self, pair: Pair) -> list[Window]:
        tokens = self.tokenizer.tokens
        return make_windows(tokens(pair.question), tokens(pair.header), tokens(pair.text))

    def _run(self, window: Window) -> WindowLogits:
        ids = np.array([window.ids], dtype=np.int64)
        types = np.zeros_like(ids)
        types[0, window.second :] = 1
        spans, relevance, entailment = self._session.run(
            list(OUTPUTS), dict(zip(INPUTS, (ids, np.ones_like(ids), types), strict=True))
        )
        held = slice(window.first, window.first + len(window.offsets))
        logits = spans[0].astype(np.float64)
        return WindowLogits(
            offsets=window.offsets,
            start=logits[held, 0],
            end=logits[held, 1],
            null=float(logits[0].sum()),
            relevance=float(relevance[0]),
            entailment=entailment[0].astype(np.float64),
        )
