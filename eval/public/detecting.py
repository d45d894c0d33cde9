"""Tells the format of gold by what it holds, and reads what is of a public one."""

from __future__ import annotations

import json
from pathlib import Path

from eval.goldfiles import FILES
from eval.public.beir import read_beir_collection
from eval.public.collection import Collection
from eval.public.pairs import read_pair_collection
from eval.public.reading import first_line
from eval.public.scifact import read_scifact_collection
from eval.public.squad import is_nested, read_squad_collection
from eval.request import Form, Request
from index.errors import InputError

# What a line of each format has, the most telling first.
_KEYS: tuple[tuple[Form, frozenset[str]], ...] = (
    ("gold", frozenset({"question", "answerable"})),
    ("squad", frozenset({"question", "context"})),
    ("pairs", frozenset({"premise", "hypothesis"})),
    ("scifact", frozenset({"claim", "evidence"})),
)


def form_of(path: Path) -> Form:
    """Tell the format of a file or folder; raises InputError where it shows none."""
    if path.is_dir():
        return _form_of_folder(path)
    if is_nested(path):
        return "squad"
    try:
        row = json.loads(first_line(path))
    except (ValueError, RecursionError):
        row = None
    keys = set(row) if isinstance(row, dict) else set()
    found = next((form for form, wanted in _KEYS if wanted <= keys), None)
    # Gold of our own is refused by its loader, which says what is wrong with the line.
    return found or "gold"


def read_collection(request: Request) -> Collection | None:
    """Read gold of a public format with its documents; None where it is gold of our own.

    Raises InputError for a malformed file, and for options that mean nothing with it.
    """
    if request.gold is None:
        _refuse_options(request, "gold")
        return None
    form = request.form or form_of(request.gold)
    _refuse_options(request, form)
    if form == "squad":
        return read_squad_collection(request.gold, request.limit)
    if form == "beir":
        return read_beir_collection(request.gold, request.qrels, request.limit)
    if form == "pairs":
        return read_pair_collection(request.gold, request.limit)
    if form == "scifact":
        return read_scifact_collection(request.gold, request.limit)
    return None


def _form_of_folder(path: Path) -> Form:
    own = any((path / name).is_file() for name in FILES.values())
    beir = any((path / name).is_file() for name in ("corpus.jsonl", "corpus.jsonl.gz")) and (path / "qrels").is_dir()
    if own and beir:
        raise InputError(f"{path} holds both gold sets and a BEIR collection; choose with --format.", code="bad_option")
    return "beir" if beir else "gold"


def _refuse_options(request: Request, form: Form) -> None:
    if form != "beir" and request.qrels is not None:
        raise InputError("--qrels is for a BEIR folder; leave it away.", code="bad_option")
    if form == "gold":
        return
    given = {
        "--documents": request.documents is not None,
        "--data": request.data is not None,
        "--only": bool(request.only),
        "--split": request.split != "all",
    }
    for option, is_given in given.items():
        if is_given:
            raise InputError(f"{option} means nothing with a {form} file; leave it away.", code="bad_option")
