"""Train a model: python -m service.evidence.train [--model verifier] --reader R --nli N --verifier V --out FOLDER.

Reads public formats (see service/evidence/formats.py), builds the mix (training/mix.py), trains the three heads
together and writes `checkpoint.pt`, `log.jsonl` and `card.json` into FOLDER; run it again with the same arguments to
resume. `--model verifier` trains a network further from the evidence model to hold sentences against claims and
nothing else (training/verifying/mix.py). `python -m service.evidence.training.export FOLDER` makes the int8 file that
ships. Needs torch and lemminflect (the development dependencies). On a CPU set MALLOC_MMAP_MAX_=0
MALLOC_TRIM_THRESHOLD_=20000000000 MALLOC_TOP_PAD_=1000000000: without them batches of changing length spend most of
their time in page faults.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections import Counter
from pathlib import Path

import torch

from index.encoder import PACKAGED, WEIGHTS, load_encoder
from service.evidence.training import loop, mix
from service.evidence.training.batches import BATCH_TOKENS, Item, make_item, order_batches
from service.evidence.training.examples import Example
from service.evidence.training.export import load_run
from service.evidence.training.mix import Sources
from service.evidence.training.network import EvidenceNetwork, new_network
from service.evidence.training.packaged import load_packaged
from service.evidence.training.prepared import load_items, save_items
from service.evidence.training.verifying import mix as verifying
from service.evidence.windows import Tokenizer

_MEASURED_STEPS = 12


def main() -> None:
    """Prepare, plan, train, write the card."""
    arguments = _parse()
    arguments.out.mkdir(parents=True, exist_ok=True)
    sources = Sources(arguments.reader, arguments.nli, arguments.verifier)
    key = _key(sources, arguments)
    items = _items(sources, key, arguments)
    batches = order_batches(items, arguments.seed)
    steps = _steps(items, batches, key, arguments)
    plan = loop.Plan(batches, steps, arguments.out, arguments.device, arguments.learning_rate, arguments.dropout)
    network = _beginning(arguments)
    seconds = loop.train(network, items, plan)
    _write_card(arguments, sources, plan, seconds)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=("evidence", "verifier"), default="evidence", help="which one to train")
    parser.add_argument("--reader", type=Path, required=True, help="SQuAD-style JSON lines, .gz or not")
    parser.add_argument("--nli", type=Path, required=True, help="premise, hypothesis, label: inference pairs")
    parser.add_argument("--verifier", type=Path, required=True, help="the same: claims against evidence")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint, log and card")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0, help="how often each source is used, times its usual share")
    parser.add_argument("--written", type=int, default=6, help="how often the verifier sees each written claim")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, help="stop after so many batches; with the seed it fixes the run")
    length.add_argument("--minutes", type=float, help="plan as many steps as fit, from the speed measured first")
    parser.add_argument(
        "--start",
        help="begin at MiniLM ('encoder'), at the shipped evidence model ('packaged', as the verifier does), "
        "or where the run in a folder ended",
    )
    parser.add_argument("--learning-rate", type=float, default=loop.LEARNING_RATE)
    parser.add_argument("--dropout", type=float, default=0.0, help="share of hidden values dropped, for later passes")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    arguments.start = arguments.start or ("packaged" if arguments.model == "verifier" else "encoder")
    return arguments


def _beginning(arguments: argparse.Namespace) -> EvidenceNetwork:
    if arguments.start == "encoder":
        return new_network(arguments.seed)
    return load_packaged() if arguments.start == "packaged" else load_run(Path(arguments.start))


def _key(sources: Sources, arguments: argparse.Namespace) -> str:
    """Name the run by its data, code and settings: a folder is resumed only by the run that began it."""
    parts = [_checksum(path) for path in (sources.reader, sources.nli, sources.verifier)]
    folder = Path(mix.__file__).parent
    code = [_checksum(path) for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.gz")])]
    chosen = (
        code,
        arguments.model,
        torch.get_num_threads(),
        arguments.seed,
        arguments.scale,
        arguments.written,
        arguments.start,
        arguments.learning_rate,
        arguments.dropout,
    )
    return hashlib.sha256(f"{parts} {chosen}".encode()).hexdigest()[:12]


def _items(sources: Sources, key: str, arguments: argparse.Namespace) -> list[Item]:
    """Make the training items, or take those an earlier start of the same run left in the folder."""
    path = arguments.out / f"items-{key}.npz"
    if path.exists():
        return load_items(path)
    examples = _mixed(sources, arguments)
    tokenizer = Tokenizer(WEIGHTS / "tokenizer.json")
    rng = random.Random(arguments.seed)  # noqa: S311 - reproducible, nothing secret
    items = []
    for number, example in enumerate(examples):
        item = make_item(example, tokenizer, rng)
        if item is not None:
            items.append(item)
        if number % 20_000 == 0:
            _progress("windows", number, len(examples))
    kinds = dict(Counter(example.kind for example in examples).most_common())
    (arguments.out / "mix.json").write_text(json.dumps(kinds, indent=1), encoding="utf-8")
    save_items(items, path)
    return items


def _mixed(sources: Sources, arguments: argparse.Namespace) -> list[Example]:
    if arguments.model == "verifier":
        return verifying.build_mix(sources, arguments.seed, arguments.scale, arguments.written, _progress)
    return mix.build_mix(sources, load_encoder(PACKAGED), arguments.seed, arguments.scale, _progress)


def _steps(items: list[Item], batches: list[list[int]], key: str, arguments: argparse.Namespace) -> int:
    """Return the number of steps: as asked, or what the minutes allow, or one pass; kept in the folder to resume."""
    path: Path = arguments.out / "plan.json"
    if path.exists():
        plan = json.loads(path.read_text(encoding="utf-8"))
        if plan["key"] != key:
            raise SystemExit(f"{path} was made for other data, code or settings; train into another folder")
        if arguments.steps not in (None, plan["steps"]):
            raise SystemExit(f"{path} plans {plan['steps']} steps, not {arguments.steps}; train into another folder")
        return int(plan["steps"])
    steps = len(batches) if arguments.steps is None else arguments.steps
    if arguments.minutes:
        steps = min(len(batches), round(arguments.minutes * 60 / _seconds_a_step(items, batches, arguments)))
    path.write_text(json.dumps({"key": key, "steps": steps, "batches": len(batches)}), encoding="utf-8")
    return steps


def _seconds_a_step(items: list[Item], batches: list[list[int]], arguments: argparse.Namespace) -> float:
    trial = arguments.out / "speed"
    trial.mkdir(exist_ok=True)
    network = new_network(arguments.seed)
    loop.train(
        network, items, loop.Plan(batches[-2:], 2, trial, arguments.device, arguments.learning_rate, arguments.dropout)
    )
    (trial / "checkpoint.pt").unlink()
    started = time.monotonic()
    measured = batches[:_MEASURED_STEPS]
    loop.train(
        network,
        items,
        loop.Plan(measured, len(measured), trial, arguments.device, arguments.learning_rate, arguments.dropout),
    )
    (trial / "checkpoint.pt").unlink()
    return (time.monotonic() - started) / len(measured)


def _write_card(arguments: argparse.Namespace, sources: Sources, plan: loop.Plan, seconds: float) -> None:
    card = {
        "model": arguments.model,
        "data": {
            name: {"file": getattr(sources, name).name, "sha256": _checksum(getattr(sources, name))}
            for name in ("reader", "nli", "verifier")
        },
        "mix": json.loads((arguments.out / "mix.json").read_text(encoding="utf-8")),
        "seed": arguments.seed,
        "scale": arguments.scale,
        "written": arguments.written,
        "steps": plan.steps,
        "batches_in_one_pass": len(plan.batches),
        "tokens_a_batch": BATCH_TOKENS,
        "start": arguments.start,
        "learning_rate": plan.learning_rate,
        "dropout": plan.dropout,
        "weight_decay": loop.WEIGHT_DECAY,
        "relevance_weight": loop.RELEVANCE_WEIGHT,
        "device": plan.device,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "minutes": round(seconds / 60, 1),
    }
    (arguments.out / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _progress(what: str, done: int, total: int) -> None:
    print(f"{what}: {done} of {total}", flush=True)  # noqa: T201 - progress for the person


if __name__ == "__main__":
    main()
