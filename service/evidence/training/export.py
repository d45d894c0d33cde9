"""Export a trained run to the int8 ONNX file that ships: python -m service.evidence.training.export RUN_FOLDER.

One graph holds all heads. It is compared with torch on other lengths than the example before anything is written.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from service.evidence.model import EVIDENCE_FILE, INPUTS, OUTPUTS
from service.evidence.training.network import WIDTH, EvidenceNetwork, new_network
from service.evidence.training.packaged import load_packaged

# Largest difference between the fp32 graph and torch that rounding explains.
TOLERANCE = 1e-3
_LENGTHS = (5, 8, 17, 64, 129, 192)


def main() -> None:
    """Export, compare, quantise, and print the checksum to put into service/evidence/model.py."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="the folder service.evidence.train wrote")
    parser.add_argument("--out", type=Path, default=EVIDENCE_FILE, help="the file to write")
    parser.add_argument(
        "--share", type=float, default=1.0, help="take so much of the run's weights, the rest of the evidence model's"
    )
    parser.add_argument("--full", type=Path, help="keep the fp32 graph here, to hold int8 against")
    arguments = parser.parse_args()
    network = blend(load_run(arguments.run), arguments.share)
    with tempfile.TemporaryDirectory() as folder:
        full, small = Path(folder) / "full.onnx", Path(folder) / "small.onnx"
        export(network, full)
        difference = compare(network, full)
        if difference > TOLERANCE:
            raise SystemExit(f"the exported graph differs from torch by {difference:.5f}; nothing was written")
        quantise(full, small)
        print(f"largest difference to torch: fp32 {difference:.6f}, int8 {compare(network, small):.3f}")  # noqa: T201
        arguments.out.parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(small, arguments.out)
        if arguments.full:
            shutil.copy(full, arguments.full)
    print(hashlib.sha256(arguments.out.read_bytes()).hexdigest())  # noqa: T201


def load_run(folder: Path) -> EvidenceNetwork:
    """Return the network of a run's checkpoint, ready to be asked."""
    network = new_network(0)
    state = torch.load(folder / "checkpoint.pt", map_location="cpu", weights_only=True)
    network.load_state_dict(state["network"])
    return network.eval()


def blend(network: EvidenceNetwork, share: float) -> EvidenceNetwork:
    """Return the network with `share` of its weights and the rest of the shipped evidence model's.

    What a network was trained further from holds up better on other text than training left it; a mean keeps much of
    both (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
    """
    if share < 1.0:
        shipped = load_packaged().state_dict()
        trained = network.state_dict()
        network.load_state_dict({name: share * trained[name] + (1 - share) * shipped[name] for name in trained})
    return network


def export(network: EvidenceNetwork, path: Path) -> None:
    """Write the fp32 graph with free batch and sequence lengths."""
    ids, mask, types = (torch.from_numpy(array) for array in _example(17, 2))
    free = {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=512)}
    torch.onnx.export(
        network,
        (ids, mask, types),
        path,
        dynamo=True,
        input_names=list(INPUTS),
        output_names=list(OUTPUTS),
        dynamic_shapes=dict.fromkeys(INPUTS, free),
        external_data=False,
    )
    # The shapes the exporter notes for inner values do not fit the heads' weights once the quantiser has turned
    # them; it works them out again where there are none.
    graph = onnx.load(path)
    del graph.graph.value_info[:]
    onnx.save(graph, path)


def quantise(full: Path, small: Path) -> None:
    """Write the int8 graph: products of int8 by int8, but for those that the feed-forward layers end in.

    Their inputs have outliers that eight bits for all cannot hold: left as float products with int8 weights, they halve
    the error of the span logits and cost a third of the time (docs/decisions/0007).
    """
    kept = _wide_products(onnx.load(full).graph)
    # Seven-bit weights: on processors without VNNI, eight-bit products saturate and results would differ.
    quantize_dynamic(
        full,
        small,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        nodes_to_exclude=[node.name for node in kept],
    )
    model = onnx.load(small)
    for node in kept:
        _store_as_int8(model.graph, node.input[1])
    onnx.save(model, small)


def _wide_products(graph: Any) -> list[Any]:  # noqa: ANN401 - onnx's classes are not typed
    """Return the MatMul nodes from the wide feed-forward layer back to the states."""
    sizes = {one.name: tuple(one.dims) for one in graph.initializer}
    return [node for node in graph.node if node.op_type == "MatMul" and sizes.get(node.input[1]) == (4 * WIDTH, WIDTH)]


def _store_as_int8(graph: Any, name: str) -> None:  # noqa: ANN401
    """Replace a float matrix (in, out) by int8 numbers and a scale for each output, put together as the graph runs."""
    old = next(one for one in graph.initializer if one.name == name)
    matrix = numpy_helper.to_array(old)
    scale = (np.abs(matrix).max(axis=0) / 127).astype(np.float32)
    whole = np.round(matrix / scale).astype(np.int8)
    graph.initializer.remove(old)
    parts = {"quantized": whole, "scale": scale, "zero_point": np.zeros(len(scale), dtype=np.int8)}
    for suffix, values in parts.items():
        graph.initializer.append(numpy_helper.from_array(values, f"{name}_{suffix}"))
    inputs = [f"{name}_{suffix}" for suffix in parts]
    graph.node.insert(0, onnx.helper.make_node("DequantizeLinear", inputs, [name], name=f"{name}_plain", axis=1))


def compare(network: EvidenceNetwork, path: Path) -> float:
    """Return the largest difference of any logit to torch's, over lengths from 5 to 192 tokens."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    largest = 0.0
    for length in _LENGTHS:
        arrays = _example(length, 1)
        with torch.no_grad():
            expected = network(*(torch.from_numpy(array) for array in arrays))
        got = session.run(list(OUTPUTS), dict(zip(INPUTS, arrays, strict=True)))
        for one, other in zip(expected, got, strict=True):
            largest = max(largest, float(np.abs(one.numpy() - other).max()))
    return largest


def _example(length: int, batch: int) -> tuple[npt.NDArray[np.int64], ...]:
    generator = np.random.default_rng(length)
    ids = generator.integers(1000, 20_000, (batch, length))
    ids[:, 0], ids[:, -1] = 101, 102
    types = np.zeros_like(ids)
    types[:, length // 3 :] = 1
    return ids, np.ones_like(ids), types


if __name__ == "__main__":
    main()
