"""A real, tiny training run: what it writes, that it repeats bit for bit, and that an interrupted one goes on."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from training_files import SOURCES, pair_rows, reader_rows, write_lines

from index.encoder import WEIGHTS
from service.evidence import train
from service.evidence.training import batches, loop, mix
from service.evidence.training.batches import Item, make_item
from service.evidence.training.examples import entailing, reading
from service.evidence.training.network import WIDTH, EvidenceNetwork, new_network
from service.evidence.windows import Tokenizer

STEPS = 4


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder with the three sources; removed at once, for a checkpoint takes a quarter of a gigabyte."""
    with TemporaryDirectory() as name:
        path = Path(name)
        write_lines(path / "reader.jsonl", reader_rows())
        write_lines(path / "nli.jsonl", pair_rows("painted"))
        write_lines(path / "verifier.jsonl", pair_rows("burned"))
        yield path


@pytest.fixture(scope="module", autouse=True)
def _small() -> Iterator[None]:
    """Few tables, small batches, one thread, a checkpoint every two steps."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mix, "TABLE_ROWS", 12)
        patch.setattr(batches, "BATCH_TOKENS", 256)
        patch.setattr(loop, "SAVE_EVERY", 2)
        yield
    torch.set_num_threads(threads)


def start(folder: Path, out: str, steps: int = STEPS) -> Path:
    """Run `python -m service.evidence.train` in this process."""
    sources = [word for name in SOURCES for word in (f"--{name}", str(folder / f"{name}.jsonl"))]
    command = ["train", *sources, "--out", str(folder / out), "--steps", str(steps), "--device", "cpu"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", command)
        train.main()
    return folder / out


@pytest.fixture(scope="module")
def finished(folder: Path) -> Path:
    return start(folder, "finished")


def weights(out: Path) -> dict[str, torch.Tensor]:
    return dict(torch.load(out / "checkpoint.pt", weights_only=True)["network"])


def differing(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> list[str]:
    assert one.keys() == other.keys()
    return [name for name, values in one.items() if not torch.equal(values, other[name])]


def read_log(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_run_writes_its_checkpoint_and_log(finished: Path) -> None:
    state = torch.load(finished / "checkpoint.pt", weights_only=True)
    assert (state["step"], state["steps"]) == (STEPS, STEPS)
    (line,) = read_log(finished)
    assert (line["step"], line["of"], line["minutes_left"]) == (STEPS, STEPS, 0)
    assert not (finished / "checkpoint.pt.new").exists()


def test_the_card_names_the_data_and_the_settings(folder: Path, finished: Path) -> None:
    card = json.loads((finished / "card.json").read_text(encoding="utf-8"))
    for name in SOURCES:
        checksum = hashlib.sha256((folder / f"{name}.jsonl").read_bytes()).hexdigest()
        assert card["data"][name] == {"file": f"{name}.jsonl", "sha256": checksum}
    assert (card["seed"], card["scale"], card["steps"], card["device"]) == (0, 1.0, STEPS, "cpu")
    assert sum(count for kind, count in card["mix"].items() if kind.startswith(("row", "field"))) == 12
    assert {"nli", "verifier", "retrieved", "question changed", "impossible by its source"} <= card["mix"].keys()


def test_training_moves_every_part_of_the_network(finished: Path) -> None:
    moved = set(differing(weights(finished), new_network(0).state_dict()))
    parts = {"encoder.embeddings.word_embeddings.weight", "span.weight", "pool.weight", "entailment.weight"}
    assert parts <= moved


def test_the_same_run_gives_the_same_weights_bit_for_bit(folder: Path, finished: Path) -> None:
    assert differing(weights(finished), weights(start(folder, "again"))) == []


def test_an_interrupted_run_goes_on_to_the_same_weights(
    folder: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collated: list[int] = []

    def interrupting(items: list[Item]) -> batches.Batch:
        collated.append(len(items))
        if len(collated) == 4:
            raise KeyboardInterrupt
        return batches.collate(items)

    monkeypatch.setattr(loop, "collate", interrupting)
    with pytest.raises(KeyboardInterrupt):
        start(folder, "interrupted")
    assert torch.load(folder / "interrupted" / "checkpoint.pt", weights_only=True)["step"] == 2
    assert differing(weights(finished), weights(start(folder, "interrupted"))) == []
    # Steps 1 to 3 and the interrupted fourth, then 3 and 4 again: the first two were not repeated.
    assert len(collated) == 6


def test_a_folder_with_another_number_of_steps_is_refused(folder: Path, finished: Path) -> None:
    before = (finished / "checkpoint.pt").stat().st_mtime_ns
    with pytest.raises(SystemExit, match=r"plans 4 steps, not 6; train into another folder"):
        start(folder, "finished", steps=6)
    assert (finished / "checkpoint.pt").stat().st_mtime_ns == before


def test_a_finished_run_started_again_stays_as_it_is(folder: Path, finished: Path) -> None:
    before = weights(finished)
    log = read_log(finished)
    start(folder, "finished")
    assert differing(before, weights(finished)) == []
    assert read_log(finished) == log


# The loop alone, over a stand-in for the encoder


class Lookup(torch.nn.Module):
    """An encoder whose state for a token is its embedding plus the mean over its row."""

    def __init__(self) -> None:
        super().__init__()
        self.table = torch.nn.Embedding(512, WIDTH)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor) -> Any:
        states = self.table(input_ids % 512)
        return SimpleNamespace(last_hidden_state=states + states.mean(dim=1, keepdim=True))


def light_network() -> EvidenceNetwork:
    torch.manual_seed(0)
    return EvidenceNetwork(Lookup())


def items_of_both_tasks() -> list[Item]:
    tokenizer, rng = Tokenizer(WEIGHTS / "tokenizer.json"), random.Random(0)
    examples = [
        reading("Who ran Orvik?", "Ada ran Orvik.", (0, 3), relevant=True, kind="x"),
        reading("Who sold Orvik?", "Ada ran Orvik.", None, relevant=None, kind="x"),
        entailing("Ada ran it.", "Ada ran Orvik.", "entailment", kind="x"),
    ]
    return [item for example in examples if (item := make_item(example, tokenizer, rng)) is not None]


@pytest.mark.parametrize(
    ("batch", "heads"),
    [([0, 1], {"span", "relevance"}), ([1], {"span"}), ([2], {"entailment"})],
)
def test_only_heads_with_something_to_learn_have_a_loss(tmp_path: Path, batch: list[int], heads: set[str]) -> None:
    loop.train(light_network(), items_of_both_tasks(), loop.Plan([batch], 1, tmp_path, "cpu", loop.LEARNING_RATE, 0.0))
    (line,) = read_log(tmp_path)
    assert line.keys() & {"span", "relevance", "entailment"} == heads


def test_the_loop_learns_what_it_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "LOG_EVERY", 1)
    for name, steps in (("short", 1), ("long", 30)):
        (tmp_path / name).mkdir()
        loop.train(
            light_network(), items_of_both_tasks(), loop.Plan([[0, 1]], steps, tmp_path / name, "cpu", 3e-3, 0.1)
        )
    assert read_log(tmp_path / "long")[-1]["span"] < 0.5 * read_log(tmp_path / "short")[-1]["span"]


def test_a_checkpoint_of_a_plan_with_other_steps_is_refused(tmp_path: Path) -> None:
    items = items_of_both_tasks()
    loop.train(light_network(), items, loop.Plan([[0]], 1, tmp_path, "cpu", loop.LEARNING_RATE, 0.0))
    with pytest.raises(ValueError, match=r"belongs to a run of 1 steps; train into another folder"):
        loop.train(light_network(), items, loop.Plan([[0]], 2, tmp_path, "cpu", loop.LEARNING_RATE, 0.0))


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_rate_rises_through_the_warm_up_then_falls_to_zero(one: float, other: float) -> None:
    early, late = sorted((one, other))
    assert 0 <= loop.rate(early) <= 1
    if early > 0 and late <= loop.WARM_UP:
        assert loop.rate(early) <= loop.rate(late)
    if early >= loop.WARM_UP:
        assert loop.rate(early) >= loop.rate(late)
    assert (loop.rate(loop.WARM_UP), loop.rate(1.0)) == (1.0, 0.0)
