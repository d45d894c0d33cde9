"""The served evidence model: refused when altered, deterministic, and blind to a pair's neighbours."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.encoder import WEIGHTS as ENCODER_WEIGHTS
from index.errors import ModelError
from service.evidence.formats import LABELS
from service.evidence.model import CHECKSUM, WEIGHTS, EvidenceModel, Pair, WindowLogits
from service.evidence.windows import OVERLAP_TOKENS, Tokenizer

HEADER = "Port of Veldhaven\n"
QUESTION = "When was the lighthouse built?"
FILE = WEIGHTS / "evidence.onnx"
PAIRS = [
    Pair(QUESTION, HEADER, "The lighthouse was built on 14 May 1887."),
    Pair("Who is the mayor?", "", "Mayor: Peter Grant"),
    Pair("Ménaka 🎯?", HEADER, "The market of Ménaka “opens” on Mondays — and never on Sundays."),
    Pair(QUESTION, HEADER, "The harbour lies on the west coast. " * 60),
]


@cache
def model() -> EvidenceModel:
    return EvidenceModel()


def numbers(windows: Sequence[WindowLogits]) -> list[list[float]]:
    """Everything that was said of one pair, as plain numbers that compare exactly."""
    return [
        [*one.start.tolist(), *one.end.tolist(), one.null, one.relevance, *one.entailment.tolist()] for one in windows
    ]


def check_shapes(pair: Pair, windows: Sequence[WindowLogits]) -> None:
    assert windows
    for window in windows:
        assert window.start.shape == window.end.shape == (len(window.offsets),)
        assert window.entailment.shape == (len(LABELS),)
        assert all(0 <= start <= end <= len(pair.text) for start, end in window.offsets)
    assert all(np.isfinite(row).all() for row in numbers(windows))


def refusal(path: Path) -> ModelError:
    with pytest.raises(ModelError) as refused:
        EvidenceModel(path)
    return refused.value


def test_the_checksum_in_the_code_is_that_of_the_file() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == CHECKSUM
    assert model().fingerprint.endswith(CHECKSUM[:12])


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path / "evidence.onnx")
    assert error.code == "model_missing"
    assert "evidence.onnx" in error.message


@pytest.mark.parametrize("place", [0, 1_000_000, FILE.stat().st_size - 1])
def test_one_altered_byte_is_refused(tmp_path: Path, place: int) -> None:
    altered = Path(shutil.copy(FILE, tmp_path))
    with altered.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1]))
    assert refusal(altered).code == "model_altered"


def test_a_cut_off_file_is_refused(tmp_path: Path) -> None:
    cut = tmp_path / "evidence.onnx"
    cut.write_bytes(FILE.read_bytes()[:-1])
    assert refusal(cut).code == "model_altered"


def test_a_pair_is_judged_alike_in_any_company_and_order() -> None:
    alone = [numbers(model().judge([pair])[0]) for pair in PAIRS]
    together = [numbers(windows) for windows in model().judge(PAIRS)]
    backwards = [numbers(windows) for windows in model().judge(PAIRS[::-1])]
    assert together == alone
    assert backwards[::-1] == alone


def test_judging_twice_or_in_a_second_model_says_the_same() -> None:
    first = [numbers(windows) for windows in model().judge(PAIRS)]
    assert [numbers(windows) for windows in model().judge(PAIRS)] == first
    assert [numbers(windows) for windows in EvidenceModel().judge(PAIRS)] == first


def test_calls_from_several_threads_do_not_mix() -> None:
    first = [numbers(windows) for windows in model().judge(PAIRS)]
    with ThreadPoolExecutor(4) as workers:
        results = list(workers.map(lambda pair: numbers(model().judge([pair])[0]), PAIRS * 3))
    assert results == first * 3


def test_a_pair_given_twice_is_judged_twice() -> None:
    one, other = model().judge([PAIRS[0], PAIRS[0]])
    assert numbers(one) == numbers(other)


def test_nothing_to_judge_gives_nothing() -> None:
    assert model().judge([]) == []


def test_the_windows_of_a_long_text_cover_it() -> None:
    text = " ".join(f"Sentence {number} tells of a ship called Ship{number}." for number in range(120))
    windows = model().judge([Pair(QUESTION, HEADER, text)])[0]
    check_shapes(Pair(QUESTION, HEADER, text), windows)
    assert len(windows) > 2
    tokens = Tokenizer(ENCODER_WEIGHTS / "tokenizer.json").tokens(text)
    assert {offset for window in windows for offset in window.offsets} == set(tokens.offsets)
    assert windows[0].offsets[0][0] == 0
    assert windows[-1].offsets[-1][1] == len(text)
    for one, following in pairwise(windows):
        assert one.offsets[-OVERLAP_TOKENS:] == following.offsets[:OVERLAP_TOKENS]


def test_an_answer_far_down_a_long_text_is_found_there() -> None:
    text = "The harbour lies on the west coast. " * 40 + "The lighthouse was built on 14 May 1887."
    windows = model().judge([Pair(QUESTION, HEADER, text)])[0]
    assert len(windows) > 1
    best = max(windows, key=lambda window: window.start.max() + window.end.max() - window.null)
    assert best.offsets[int(best.start.argmax())][0] >= text.index("The lighthouse")


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b\u200d\ufeff", "🎯", "👩‍🚀👩‍🚀", "\n\t\n", "\u0301", "\x00", "\u202e"]
)
def test_a_text_without_words_is_judged_all_the_same(text: str) -> None:
    for pair in (Pair(QUESTION, HEADER, text), Pair(text, text, text), Pair(text, "", PAIRS[0].text)):
        windows = model().judge([pair])[0]
        check_shapes(pair, windows)
        assert len(windows) == 1


@settings(max_examples=15, deadline=None, derandomize=True)
@given(question=st.text(max_size=200), header=st.text(max_size=100), text=st.text(max_size=400))
def test_any_texts_can_be_judged(question: str, header: str, text: str) -> None:
    pair = Pair(question, header, text)
    check_shapes(pair, model().judge([pair])[0])


def test_a_question_and_a_header_without_end_leave_room_for_the_text() -> None:
    pair = Pair("why " * 500, "Part " * 500, PAIRS[0].text)
    windows = model().judge([pair])[0]
    check_shapes(pair, windows)
    assert windows[-1].offsets[-1][1] == len(pair.text)
