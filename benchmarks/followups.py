"""How well follow-ups are understood: python -m benchmarks.followups --rewrite FILE --cast FILE --doc2dial FILE.

Rewrites are held against those that people wrote (CAsT 2019, and the fifth of the fitting data that nothing was fitted
or chosen on), beside the message as it was typed and with the question before it put in front. On Doc2Dial the
evidence model reads the document with the last message, with our reading of it, and with the whole dialogue.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.evidence_reading import read_spans
from benchmarks.judging import sample
from eval import metrics
from eval.rewrites import Follow, overlap, read_follows
from service.conversation.exchange import Exchange
from service.conversation.followup.reading import Reader
from service.evidence.formats import SquadRow, read_squad
from service.evidence.model import EvidenceModel

_HEAD = (
    "| set | turns | exact: typed | before + typed | ours | ROUGE-1: typed | before + typed | ours | alone, untouched "
    "| changed for the better | asked back |\n| --- |" + " ---: |" * 10
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A follow-up turn, our reading of it, and whether we would ask back."""

    follow: Follow
    read: str
    asked: bool


def main() -> None:
    """Measure what there are files for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rewrite", type=Path, help="the rows that eval.fit_followups was given")
    parser.add_argument("--cast", type=Path, help="CAsT 2019 with the rewrites of its organisers")
    parser.add_argument("--doc2dial", type=Path, help="Doc2Dial turns as rows of a document and its answer")
    parser.add_argument("--limit", type=int, default=300, help="Doc2Dial follow-ups to read; every k-th is taken")
    options = parser.parse_args()
    reader = Reader()
    if options.rewrite or options.cast:
        print(_HEAD)
    if options.rewrite:
        held_out = [one for one in read_follows(options.rewrite) if one.part == "report"]
        for source in sorted({one.source for one in held_out}):
            of_source = [one for one in held_out if one.source == source]
            print(row(f"held out, {source}, earlier turns as people rewrote them", given(reader, of_source)))
        print(row("held out, all", given(reader, held_out)))
    if options.cast:
        cast = read_follows(options.cast)
        print(row("CAsT 2019, earlier turns as people rewrote them", given(reader, cast)))
        print(row("CAsT 2019, earlier turns as we read them", chained(reader, cast)))
        print(f"\nReading a message, CAsT 2019: {_durations(reader, cast)}")
    if options.doc2dial:
        print(f"\n{doc2dial(reader, options.doc2dial, options.limit)}")


def given(reader: Reader, follows: Sequence[Follow]) -> list[Scored]:
    """Read every turn that has a history, with its earlier turns as people rewrote them."""
    return [_scored(reader, one, one.history) for one in follows if one.history]


def chained(reader: Reader, follows: Sequence[Follow]) -> list[Scored]:
    """Read whole conversations in order, each turn after our own readings of the turns before it."""
    scored: list[Scored] = []
    before: dict[str, list[Exchange]] = defaultdict(list)
    for one in follows:
        history = before[one.conversation]
        new = _scored(reader, one, history)
        history.append(Exchange(new.read, None, ()))
        if one.history:
            scored.append(new)
    return scored


def _scored(reader: Reader, one: Follow, history: Sequence[Exchange]) -> Scored:
    understood = reader.read(one.message, history, {})
    return Scored(one, understood.standalone_question, bool(understood.candidates))


def row(name: str, scored: Sequence[Scored]) -> str:
    """Return a line of the table."""
    ways: tuple[Callable[[Scored], str], ...] = (
        lambda one: one.follow.message,
        lambda one: f"{one.follow.history[-1].question} {one.follow.message}",
        lambda one: one.read,
    )
    exact = [metrics.mean([metrics.exact_match(way(one), [one.follow.rewrite]) for one in scored]) for way in ways]
    rouge = [metrics.mean([overlap(way(one), one.follow.rewrite) for one in scored]) for way in ways]
    alone = [float(one.read == one.follow.message) for one in scored if one.follow.is_standalone]
    changed = [one for one in scored if one.read != one.follow.message]
    better = [float(_gain(one) > 0) for one in changed]
    asked = metrics.mean([float(one.asked) for one in scored])
    shares = " | ".join(f"{share:.3f}" for share in (*exact, *rouge))
    return (
        f"| {name} | {len(scored)} | {shares} | {_share(alone)} of {len(alone)} | {_share(better)} of {len(changed)} "
        f"| {asked:.3f} |"
    )


def _gain(one: Scored) -> float:
    return overlap(one.read, one.follow.rewrite) - overlap(one.follow.message, one.follow.rewrite)


def _share(values: Sequence[float]) -> str:
    return f"{metrics.mean(values):.3f}" if values else "-"


def _durations(reader: Reader, follows: Sequence[Follow]) -> str:
    taken = []
    for one in follows:
        start = time.perf_counter()
        reader.read(one.message, one.history, {})
        taken.append((time.perf_counter() - start) * 1000)
    return f"median {metrics.percentile(taken, 50):.1f} ms, 95 % within {metrics.percentile(taken, 95):.1f} ms"


def doc2dial(reader: Reader, path: Path, limit: int) -> str:
    """Return how well spans are read with a follow-up as typed, as we read it, and with all that was said before."""
    rows = [one for one in read_squad(path) if "\t" in one.question]
    rows = list(sample(rows, limit))
    forms: dict[str, list[SquadRow]] = {"the last message alone": [], "as we read it": [], "the whole dialogue": []}
    changed = 0
    for one in rows:
        message, history = dialogue(reader, one.question)
        read = reader.read(message, history, {}).standalone_question
        changed += read != message
        said = " ".join(part for text in reversed(_said(one.question)) for part in text[1:])
        for name, question in zip(forms, (message, read, said), strict=True):
            forms[name].append(replace(one, question=question))
    model = EvidenceModel()
    lines = [f"Doc2Dial validation, {len(rows)} follow-ups (every k-th), {changed} of them changed by our reading", ""]
    lines += ["| question | exact match | F1 |", "| --- | ---: | ---: |"]
    for name, asked in forms.items():
        answered = read_spans(model, asked, None, name)
        exact, f1 = (metrics.mean([getattr(one, what) for one in answered]) for what in ("exact", "f1"))
        lines.append(f"| {name} | {exact:.3f} | {f1:.3f} |")
    return "\n".join(lines)


def dialogue(reader: Reader, question: str) -> tuple[str, list[Exchange]]:
    """Return the last message and the exchanges before it, each message as we read it after those before it."""
    said = _said(question)
    history: list[Exchange] = []
    for who, text in reversed(said[1:]):
        if who == "user":
            read = reader.read(text, history, {}).standalone_question
            history.append(Exchange(read, None, ()))
        elif history and history[-1].answer is None:
            history[-1] = Exchange(history[-1].question, text, ())
    return said[0][1], history


def _said(question: str) -> list[tuple[str, str]]:
    """Return who said what, the newest first."""
    return list(_turns(question))


def _turns(question: str) -> Iterator[tuple[str, str]]:
    for turn in question.split("\t"):
        who, _, text = turn.strip().partition(":")
        yield who, text.strip()


if __name__ == "__main__":
    main()
