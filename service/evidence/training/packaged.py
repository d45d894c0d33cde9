"""The shipped int8 graph back as a torch network, to train further from it or to hold the graph against."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper

from service.evidence.model import EVIDENCE_FILE
from service.evidence.training.network import EvidenceNetwork, new_network

FloatArray = npt.NDArray[np.float32]


def load_packaged(path: Path = EVIDENCE_FILE) -> EvidenceNetwork:
    """Return the network with the graph's weights, each an int8 number times its scale; ready to be asked.

    Raises ValueError when the graph lacks a weight of the network.
    """
    graph = onnx.load(path).graph
    values = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    makers = {name: node for node in graph.node for name in node.output}
    plain = {
        name.removesuffix("_quantized"): _dequantised(name.removesuffix("_quantized"), values)
        for name in values
        if name.endswith("_quantized")
    }
    found = {name: value for name, value in {**values, **plain}.items() if "embeddings" in name or "Norm" in name}
    for node in graph.node:
        bias = next((name for name in node.input if name.endswith(".bias") and name in values), None)
        if node.op_type == "Add" and bias is not None:
            found[bias] = values[bias]
            found[bias.removesuffix("bias") + "weight"] = plain[_multiplied(node, bias, makers)].T
    network = new_network(0)
    missing = [name for name in network.state_dict() if name not in found and not name.startswith("encoder.pooler")]
    if missing:
        raise ValueError(f"{path} has no {missing[0]}; it was not written by service.evidence.training.export")
    network.load_state_dict(
        {name: torch.from_numpy(np.array(found[name], order="C")) for name in network.state_dict() if name in found},
        strict=False,
    )
    return network.eval()


def _dequantised(name: str, values: dict[str, npt.NDArray[Any]]) -> FloatArray:
    """Return a tensor as the int8 numbers less their zero point, times the scale (of each output channel)."""
    whole = values[f"{name}_quantized"].astype(np.float32) - values[f"{name}_zero_point"].astype(np.float32)
    plain: FloatArray = (whole * values[f"{name}_scale"]).astype(np.float32)
    return plain


def _multiplied(add: Any, bias: str, makers: dict[str, Any]) -> str:  # noqa: ANN401 - onnx nodes are not typed
    """Return the name of the matrix (in, out) whose product a bias is added to."""
    product = makers[next(name for name in add.input if name != bias)]
    if product.op_type == "Mul":  # a product of int8 by int8, scaled
        casts = (makers[name] for name in product.input)
        product = makers[next(node for node in casts if node.op_type == "Cast").input[0]]
    return str(product.input[1]).removesuffix("_quantized")
