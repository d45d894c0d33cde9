"""What an evaluation is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from eval.anchoring import Split
from eval.scored import GoldSet

Form = Literal["gold", "squad", "beir", "pairs", "scifact"]
FORMS: tuple[Form, ...] = get_args(Form)


@dataclass(frozen=True, slots=True)
class Request:
    """What to evaluate; None means: the built-in gold, the seeds, a temporary data folder, a new folder by date.

    `only` names the gold sets wanted, empty for all. `form` is the format of the gold (None: as its content tells),
    `qrels` the judgements of a BEIR folder to use, `limit` the most items of each set, evenly chosen.
    """

    split: Split | Literal["all"]
    only: frozenset[GoldSet]
    gold: Path | None
    documents: Path | None
    data: Path | None
    out: Path | None
    # Most requests are for the whole of gold that was written for citecheck.
    form: Form | None = None
    qrels: str | None = None
    limit: int | None = None

    def anywhere(self) -> Request:
        """Return the same request with paths that mean the same from every working folder."""
        paths = {name: getattr(self, name) for name in ("gold", "documents", "data")}
        return replace(self, **{name: path and path.resolve() for name, path in paths.items()})


NOTHING_SAID = Request("all", frozenset(), None, None, None, None)
"""All of the built-in gold over the seeds."""
