"""The shipped int8 file says what the network it was made from says."""

from __future__ import annotations

import json
import random

import pytest
import torch

from eval.metrics import token_f1
from service.evidence.formats import LABELS
from service.evidence.model import CHECKSUM, WEIGHTS, EvidenceModel, Pair
from service.evidence.spans import best_spans
from service.evidence.training.batches import Item, collate
from service.evidence.training.export import compare, export
from service.evidence.training.network import EvidenceNetwork
from service.evidence.training.packaged import load_packaged
from service.evidence.windows import Window, make_windows

CARD = json.loads((WEIGHTS / "card.json").read_text(encoding="utf-8"))
HALF_A_POINT = 0.005
FIGURES = {figure["name"]: figure for figure in CARD["figures"]}
SPANS = ("SQuAD v2 dev, answerable: F1", "SQuAD v2 dev, whole: F1")
LABELLED = ("FEVER-Symmetric", "FM2", "Check-COVID", "SciFact", "Linguist in the loop")
TOWNS = ("Brelholm", "Kerrvandra", "Ostwick", "Maravel", "Tintagorn", "Ulvdal", "Serrano", "Quillmouth")
PEOPLE = (
    "Ada Merrin",
    "Jonas Vale",
    "Oumar Keïta",
    "Lise Brandt",
    "Tomas Ruiz",
    "Mina Sato",
    "Ivo Petrov",
    "Ruth Adler",
)
MONTHS = ("January", "March", "May", "July", "September", "November")


def test_the_card_belongs_to_the_shipped_file() -> None:
    assert CARD["sha256"] == CHECKSUM


@pytest.mark.parametrize("name", SPANS)
def test_the_card_tells_span_f1_of_int8_within_half_a_point_of_fp32(name: str) -> None:
    assert abs(FIGURES[name]["int8"] - FIGURES[name]["fp32"]) <= HALF_A_POINT


def test_the_card_tells_entailment_accuracy_of_int8_within_half_a_point_of_fp32() -> None:
    """Over all pairs of the five sets together: on the smallest alone one pair is half a point."""
    held = [figure for name, figure in FIGURES.items() if name.startswith(LABELLED)]
    assert len(held) == len(LABELLED)
    pairs = sum(figure["rows"] for figure in held)
    right = {kind: sum(figure["rows"] * figure[kind] for figure in held) for kind in ("int8", "fp32")}
    assert abs(right["int8"] - right["fp32"]) / pairs <= HALF_A_POINT


def make_rows(count: int) -> list[tuple[str, str, str]]:
    """Return questions, paragraphs and answers about made-up sieges."""
    rng = random.Random(7)
    rows = []
    for _ in range(count):
        town, other = rng.sample(TOWNS, 2)
        leader, rival = rng.sample(PEOPLE, 2)
        date = f"{rng.randint(1, 28)} {rng.choice(MONTHS)} {rng.randint(1700, 1990)}"
        dead = f"{rng.randint(2, 90) * 10}"
        paragraph = (
            f"The siege of {town} began on {date}, when {leader} crossed the river with the northern garrison. "
            f"{rival}, who had held {other} since spring, sent no help. Some {dead} died before the gates opened."
        )
        asked = rng.choice(
            (
                (f"When did the siege of {town} begin?", date),
                ("Who crossed the river with the northern garrison?", leader),
                ("How many died before the gates opened?", dead),
                (f"Who had held {other} since spring?", rival),
            )
        )
        rows.append((asked[0], paragraph, asked[1]))
    return rows


def test_quantised_activations_change_neither_spans_nor_labels() -> None:
    """Held against the same int8 weights in float arithmetic; what their rounding costs, the card tells."""
    model, network = EvidenceModel(), load_packaged()
    rows = make_rows(150)
    scores: dict[str, list[float]] = {"int8": [], "fp32": []}
    same_label = 0
    for question, paragraph, answer in rows:
        (int8,) = model.judge([Pair(question, "", paragraph)])
        label, text = ask_network(model, network, question, paragraph)
        span = best_spans(int8, 1)[0]
        scores["int8"].append(token_f1(paragraph[span.start : span.end], [answer]))
        scores["fp32"].append(token_f1(text, [answer]))
        same_label += LABELS[int(int8[0].entailment.argmax())] == label
    assert abs(sum(scores["int8"]) - sum(scores["fp32"])) / len(rows) <= 0.02
    assert same_label >= 0.95 * len(rows)


def ask_network(model: EvidenceModel, network: EvidenceNetwork, question: str, paragraph: str) -> tuple[str, str]:
    """Return the label and the best span's text by torch."""
    tokens = model.tokenizer.tokens
    (window,) = make_windows(tokens(question), tokens(""), tokens(paragraph))
    batch = collate([as_item(window)])
    with torch.no_grad():
        spans, _, entailment = network(*(torch.from_numpy(array) for array in (batch.ids, batch.mask, batch.types)))
    held = spans[0, window.first : window.first + len(window.offsets)]
    sums = held[:, None, 0] + held[None, :, 1]
    allowed = torch.ones_like(sums).triu() - torch.ones_like(sums).triu(40)
    first, last = divmod(int(sums.masked_fill(allowed == 0, -1e9).argmax()), len(window.offsets))
    return LABELS[int(entailment.argmax())], paragraph[window.offsets[first][0] : window.offsets[last][1]]


def as_item(window: Window) -> Item:
    import numpy as np

    return Item(np.array(window.ids, dtype=np.uint16), window.second, window.first, 0, 0, 0, 0)


def test_an_export_agrees_with_torch_at_every_length(tmp_path) -> None:
    network = load_packaged()
    export(network, tmp_path / "full.onnx")
    assert compare(network, tmp_path / "full.onnx") < 1e-3
