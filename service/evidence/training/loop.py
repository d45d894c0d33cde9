"""The training loop: a fixed plan of steps, checkpoints to resume from, a log line every few steps."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from service.evidence.training.batches import IGNORED, Batch, Item, collate
from service.evidence.training.network import EvidenceNetwork

LEARNING_RATE = 1.8e-4
WARM_UP = 0.04
WEIGHT_DECAY = 0.01
CLIP = 1.0
# The span and entailment heads are what the model is for; ranking comes along.
RELEVANCE_WEIGHT = 0.5
LOG_EVERY = 20
SAVE_EVERY = 500
_MASKED = -1e4


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does: its batches in order, cut to `steps`, how fast at most, and where checkpoint and log go."""

    batches: Sequence[Sequence[int]]
    steps: int
    folder: Path
    device: str
    learning_rate: float
    dropout: float


def train(network: EvidenceNetwork, items: Sequence[Item], plan: Plan) -> float:
    """Train in place, from the folder's checkpoint if it holds one, and return the seconds it took in all.

    Interrupting loses at most SAVE_EVERY steps.
    """
    network.to(plan.device).train()
    set_dropout(network, plan.dropout)
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.learning_rate, weight_decay=WEIGHT_DECAY, fused=True)
    done, before = _resume(network, optimizer, plan)
    started, first = time.monotonic(), done
    losses: dict[str, list[float]] = {}
    while done < plan.steps:
        for group in optimizer.param_groups:
            group["lr"] = plan.learning_rate * rate(done / plan.steps)
        batch = collate([items[number] for number in plan.batches[done % len(plan.batches)]])
        torch.manual_seed(done)  # what is dropped depends on the step alone, so that a resumed run is the same run
        for name, value in _step(network, optimizer, batch, plan.device).items():
            losses.setdefault(name, []).append(value)
        done += 1
        if done % LOG_EVERY == 0 or done == plan.steps:
            per_step = (time.monotonic() - started) / (done - first)
            _log(plan, done, losses, per_step)
            losses = {}
        if done % SAVE_EVERY == 0 or done == plan.steps:
            _save(network, optimizer, done, before + time.monotonic() - started, plan)
    return before + time.monotonic() - started


def set_dropout(network: torch.nn.Module, share: float) -> None:
    """Drop `share` of the hidden values in training; not of the attention weights, which is slow on a CPU."""
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.Dropout) and not name.endswith("attention.self.dropout"):
            module.p = share


def rate(progress: float) -> float:
    """Return the learning rate's share at `progress` in [0, 1]: a short warm-up, then straight down to zero."""
    return min(progress / WARM_UP, 1.0, (1.0 - progress) / (1.0 - WARM_UP)) if progress > 0 else 1e-3


def _step(network: EvidenceNetwork, optimizer: torch.optim.Optimizer, batch: Batch, device: str) -> dict[str, float]:
    def tensor(array: Any) -> torch.Tensor:  # noqa: ANN401 - numpy arrays of several kinds
        return torch.from_numpy(array).to(device)

    with torch.autocast(device, dtype=torch.bfloat16):
        spans, relevance, entailment = network(tensor(batch.ids), tensor(batch.mask), tensor(batch.types))
    losses = _losses(spans.float(), relevance.float(), entailment.float(), batch, tensor)
    total: torch.Tensor = torch.stack(list(losses.values())).sum()
    total.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return {name: float(loss.detach()) for name, loss in losses.items()}


def _losses(
    spans: torch.Tensor,
    relevance: torch.Tensor,
    entailment: torch.Tensor,
    batch: Batch,
    tensor: Any,  # noqa: ANN401
) -> dict[str, torch.Tensor]:
    """Cross-entropy for the span's two ends and the label, binary for relevance; only for heads with a target."""
    losses = {}
    if (batch.start != IGNORED).any():
        masked = spans.masked_fill(~tensor(batch.allowed).unsqueeze(-1), _MASKED)
        ends = [
            torch.nn.functional.cross_entropy(masked[..., side], tensor(target), ignore_index=IGNORED)
            for side, target in enumerate((batch.start, batch.end))
        ]
        losses["span"] = (ends[0] + ends[1]) / 2
    known = batch.relevant != IGNORED
    if known.any():
        losses["relevance"] = RELEVANCE_WEIGHT * torch.nn.functional.binary_cross_entropy_with_logits(
            relevance[tensor(known)], tensor(batch.relevant[known]).float()
        )
    if (batch.label != IGNORED).any():
        losses["entailment"] = entailment_loss(entailment, tensor(batch.label))
    return losses


def entailment_loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return the mean of -log p(target), where p("unsupported") is that of neutral and contradiction together."""
    chances = torch.log_softmax(logits, dim=-1)
    unsupported = torch.logsumexp(chances[:, 1:], dim=-1, keepdim=True)
    return torch.nn.functional.nll_loss(torch.cat([chances, unsupported], dim=-1), targets, ignore_index=IGNORED)


def _log(plan: Plan, done: int, losses: dict[str, list[float]], per_step: float) -> None:
    line = {
        "step": done,
        "of": plan.steps,
        **{name: round(sum(values) / len(values), 4) for name, values in sorted(losses.items())},
        "seconds_a_step": round(per_step, 3),
        "minutes_left": round((plan.steps - done) * per_step / 60, 1),
    }
    print(json.dumps(line), flush=True)  # noqa: T201 - progress for the person
    with (plan.folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")


def _save(network: EvidenceNetwork, optimizer: torch.optim.Optimizer, done: int, seconds: float, plan: Plan) -> None:
    """Write the checkpoint beside the old one, then put it in its place."""
    state = {
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": done,
        "steps": plan.steps,
        "seconds": seconds,
    }
    waiting = plan.folder / "checkpoint.pt.new"
    torch.save(state, waiting)
    waiting.replace(plan.folder / "checkpoint.pt")


def _resume(network: EvidenceNetwork, optimizer: torch.optim.Optimizer, plan: Plan) -> tuple[int, float]:
    """Return the steps done and the seconds they took, 0 without a checkpoint."""
    path = plan.folder / "checkpoint.pt"
    if not path.exists():
        return 0, 0.0
    state = torch.load(path, map_location=plan.device, weights_only=True)
    if state["steps"] != plan.steps:
        raise ValueError(f"{path} belongs to a run of {state['steps']} steps; train into another folder")
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"]), float(state["seconds"])
