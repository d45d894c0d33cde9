"""Sentence encoders: the packaged MiniLM through onnxruntime, or any sentence-transformers model by name or path."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import ModelError

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int], None]

PACKAGED = "all-MiniLM-L6-v2"
WEIGHTS = Path(__file__).parent / "weights"
CHECKSUMS = {
    "encoder.onnx": "e9872e70c5d50335c1fb0aa65265583dc0124ceca14b3ef659fc015f2f86b8b9",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_MAX_TOKENS = 256
_SPECIAL_TOKENS = 2


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def fingerprint(self) -> str:
        """Names the model and its exact weights; vectors of different fingerprints never mix."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text reach the model, special tokens not counted."""

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of `text`, special tokens not counted."""

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """Return unit vectors, shape (len(texts), dimensions); `on_progress` is told how many are newly done."""


class OnnxEncoder:
    """all-MiniLM-L6-v2, dynamic int8, exported by scripts/export_encoder.py.

    Texts run one by one: dynamic quantisation scales activations over a whole batch, so in a batch a text's vector
    would depend on its neighbours. One by one it depends on the text alone, and on a CPU it is also faster (measured
    1.7 to 2 times). Several cores work on several texts at once.
    """

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Load the packaged weights; raises ModelError when a file is missing or altered."""
        import onnxruntime
        from tokenizers import Tokenizer

        for name, checksum in CHECKSUMS.items():
            check_file(folder / name, checksum)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )

    @property
    def fingerprint(self) -> str:
        """See Encoder."""
        return f"{PACKAGED}-int8-{CHECKSUMS['encoder.onnx'][:12]}"

    @property
    def dimensions(self) -> int:
        """See Encoder."""
        return 384

    @property
    def max_tokens(self) -> int:
        """See Encoder."""
        return _MAX_TOKENS - _SPECIAL_TOKENS

    def count_tokens(self, text: str) -> int:
        """See Encoder."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """See Encoder."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        if len(texts) <= 1:
            for position, text in enumerate(texts):
                vectors[position] = self._encode_one(text)
            return vectors
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            for position, vector in enumerate(pool.map(self._encode_one, texts)):
                vectors[position] = vector
                if on_progress is not None:
                    on_progress(1)
        return vectors

    def _encode_one(self, text: str) -> Vectors:
        ids = self._tokenizer.encode(text).ids
        if len(ids) > _MAX_TOKENS:
            ids = ids[: _MAX_TOKENS - 1] + ids[-1:]
        tokens = np.array([ids], dtype=np.int64)
        inputs = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        vector: Vectors = self._session.run(["vector"], inputs)[0][0]
        return vector


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by name (from the local cache) or path. Needs `citecheck[models]`."""

    def __init__(self, name: str) -> None:
        """Load the model; raises ModelError when the library or the model is not there."""
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ModelError(
                "Another encoder needs sentence-transformers; install citecheck[models].", code="encoder_unavailable"
            ) from error
        try:
            # Offline unless the user says otherwise: a model that is not at hand is an error, not a download.
            self._model: Any = SentenceTransformer(name, device="cpu", local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The encoder {name!r} is neither a folder nor in the local model cache; download it first.",
                code="encoder_unavailable",
            ) from error
        self._name = name

    @property
    def fingerprint(self) -> str:
        """See Encoder. The weights are told apart by a hash of their values."""
        digest = hashlib.sha256()
        for parameter in self._model.parameters():
            digest.update(parameter.detach().numpy().tobytes())
        return f"{Path(self._name).name}-{digest.hexdigest()[:12]}"

    @property
    def dimensions(self) -> int:
        """See Encoder."""
        return int(self._model.get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        """See Encoder."""
        return int(self._model.max_seq_length) - _SPECIAL_TOKENS

    def count_tokens(self, text: str) -> int:
        """See Encoder."""
        return len(self._model.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """See Encoder."""
        vectors: Vectors = self._model.encode(list(texts), normalize_embeddings=True, convert_to_numpy=True)
        if on_progress is not None:
            on_progress(len(texts))
        return vectors.reshape(len(texts), self.dimensions).astype(np.float32)


def load_encoder(name: str) -> Encoder:
    """Return the packaged encoder for its own name, else a sentence-transformers model by name or path."""
    return OnnxEncoder() if name == PACKAGED else SentenceTransformerEncoder(name)


def check_file(path: Path, checksum: str) -> None:
    """Raise ModelError unless the model file is there and has this SHA-256."""
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(
            f"The model file {path.name} is missing; reinstall citecheck.", code="model_missing"
        ) from error
    if found != checksum:
        raise ModelError(
            f"The model file {path.name} does not match its checksum; reinstall citecheck.", code="model_altered"
        )
