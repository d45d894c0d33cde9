"""A run's summary as terminal tables and as Markdown, both from the same cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Group as Stack
from rich.text import Text

from eval.claim_scoring import ClaimFigures
from eval.conversation_scoring import MEASURES, ConversationFigures, Paired
from eval.results import ItemResult, Provenance, Run
from eval.scored import Scored
from eval.scoring import METRICS
from eval.summary import FAILURE_KINDS, Group, Summary, set_figures, summarise
from eval.tables import Table, markdown_table, number, rich_table, shortened, stacked

_COLUMNS = ("hit@1", "hit@5", "answer_rate", "f1", "contains", "citation_accuracy", "refusal_recall")
_SHORT = {"answer_rate": "answered", "citation_accuracy": "cited", "refusal_recall": "refused"}


def tables(summary: Summary) -> tuple[Table, ...]:
    """Lay out the figures that the same code and documents always reproduce: overall, breakdowns, kinds of failure."""
    return (
        _overall(summary.overall),
        *(_breakdown(f"By {key}", groups) for key, groups in summary.breakdowns.items()),
        _kinds(summary),
    )


def latency_table(summary: Summary) -> Table:
    """Lay out the time `ask` took, which differs from machine to machine."""
    columns = tuple(summary.latency_ms)
    row = tuple(f"{value:.1f}" for value in summary.latency_ms.values())
    return Table("Latency of ask, ms", columns, frozenset(range(len(columns))), (row,))


def terminal(run: Run) -> Stack:
    """Render for a terminal: all but the list of failed items, which is long and stands in report.md."""
    if not run.items:
        return stacked([sets_table(run.scored)])
    summary = summarise(run.items)
    return stacked([*tables(summary), latency_table(summary), sets_table(run.scored)])


def claims_terminal(figures: ClaimFigures) -> Stack:
    """Render the figures of checked claims for a terminal."""
    overall = (
        ("accuracy", figures.accuracy, "the share of right verdicts"),
        ("macro F1", figures.macro_f1, "the mean of the labels' F1"),
        ("false supported", figures.false_supported, "of refuted and undecided claims, how many came out supported"),
        ("evidence", figures.evidence, "of right verdicts, how many have gold evidence on every side"),
    )
    confusion = tuple(
        (label, *(str(count) for count in figures.confusion[label].values())) for label in figures.confusion
    )
    return Stack(
        rich_table(
            Table(
                f"All {figures.claims} claims",
                ("metric", "value", "what it is"),
                frozenset({1}),
                tuple((name, number(value), meaning) for name, value, meaning in overall),
            )
        ),
        rich_table(
            Table("Gold (rows) and verdicts (columns)", ("", *figures.confusion), frozenset(range(1, 5)), confusion)
        ),
        *(
            rich_table(
                Table(
                    f"Accuracy by {name}",
                    ("", "value"),
                    frozenset({1}),
                    tuple((key, number(value)) for key, value in groups.items()),
                )
            )
            for name, groups in (("kind", figures.by_kind), ("style", figures.by_style))
        ),
    )


def conversations_terminal(figures: ConversationFigures) -> Stack:
    """Render the figures of held conversations for a terminal."""
    counted = ", ".join(f"{count} {part.replace('_', '-')}" for part, count in figures.turns.items())
    measures = Table("What is measured", ("measure", "what it is"), frozenset(), tuple(MEASURES.items()))
    made = (*_compared(figures), measures, _understood(figures), _kinds_of_turn(figures))
    return Stack(Text(f"Conversations: {figures.conversations}; turns: {counted}"), *map(rich_table, made))


def _compared(figures: ConversationFigures) -> tuple[Table, ...]:
    columns = ("", "turns", "in talk", "alone", "difference [95 %]", "lost", "gained")
    return tuple(
        Table(
            f"{part.replace('_', '-').capitalize()} turns, asked in the conversation and alone",
            columns,
            frozenset(range(1, len(columns))),
            tuple((measure, *_pair_cells(one)) for measure, one in measures.items()),
        )
        for part, measures in figures.parts.items()
    )


def _pair_cells(one: Paired) -> tuple[str, ...]:
    difference = f"{one.difference:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
    return str(one.turns), number(one.conversation), number(one.alone), difference, str(one.lost), str(one.gained)


def _understood(figures: ConversationFigures) -> Table:
    reading = figures.reading
    rows = (
        ("rewriting", reading.rewriting, "token F1 of the rewritten follow-up with the gold one"),
        ("as typed", reading.as_typed, "the same had nothing been rewritten"),
        ("untouched", reading.untouched, "self-contained messages left as they are, openings too"),
        ("asked back", reading.asked_back, "ambiguous messages that were asked back"),
        ("readings", reading.readings, "token F1 of the readings offered with the gold ones"),
        ("needlessly", reading.needlessly, "other messages that were asked back"),
    )
    cells = tuple((name, number(value), meaning) for name, value, meaning in rows)
    return Table("How messages were understood", ("metric", "value", "what it is"), frozenset({1}), cells)


def _kinds_of_turn(figures: ConversationFigures) -> Table:
    rows = tuple(
        (kind, str(one.turns), *map(number, (one.right, one.alone, one.rewriting)))
        for kind, one in figures.by_kind.items()
    )
    columns = ("", "turns", "right in talk", "right alone", "rewriting")
    return Table("By kind", columns, frozenset(range(1, 5)), rows)


def markdown(run: Run, provenance: Provenance | None) -> str:
    """Render as Markdown; without `provenance`, as the baseline is kept: nothing of the machine or the moment."""
    parts = ["# Evaluation", markdown_table(sets_table(run.scored))]
    if run.items:
        summary = summarise(run.items)
        parts += [markdown_table(table) for table in (*tables(summary), _failures(summary))]
        if provenance is not None:
            parts.append(markdown_table(latency_table(summary)))
    if provenance is not None:
        parts.append(markdown_table(_origin(provenance)))
    return "\n\n".join(parts) + "\n"


def sets_table(scored: Sequence[Scored]) -> Table:
    """Lay out the figures of every gold set."""
    rows = tuple(
        (gold_set, name, number(figure.value), str(figure.count))
        for gold_set, figures in set_figures(scored).items()
        for name, figure in figures.items()
    )
    return Table("Every gold set", ("set", "metric", "value", "items"), frozenset({2, 3}), rows)


def _overall(overall: Group) -> Table:
    rows = []
    for metric in METRICS:
        figure = overall.figures[metric.name]
        rows.append((metric.name, number(figure.value), str(figure.count), metric.definition))
    return Table(
        f"All {overall.items} items", ("metric", "value", "items", "what it is"), frozenset({1, 2}), tuple(rows)
    )


def _breakdown(title: str, groups: Sequence[Group]) -> Table:
    rows = tuple(
        (group.name, str(group.items), *(number(group.figures[name].value) for name in _COLUMNS)) for group in groups
    )
    columns = ("", "items", *(_SHORT.get(name, name) for name in _COLUMNS))
    return Table(title, columns, frozenset(range(1, len(columns))), rows)


def _kinds(summary: Summary) -> Table:
    counts = Counter((failure.kind, failure.item.split) for failure in summary.failures)
    rows = tuple((kind, str(counts[kind, "dev"]), str(counts[kind, "test"])) for kind in FAILURE_KINDS)
    title = f"What went wrong: {len(summary.failures)} of {summary.overall.items} items"
    return Table(title, ("how", "dev", "test"), frozenset({1, 2}), rows)


def _failures(summary: Summary) -> Table:
    # Test items are counted above, never shown: whoever reads their failures can no longer measure with them.
    shown = [failure for failure in summary.failures if failure.item.split == "dev"]
    rows = tuple((failure.item.id, failure.kind, failure.item.question, _said(failure.item)) for failure in shown)
    return Table("Which dev items went wrong", ("item", "how", "question", "answer"), frozenset(), rows)


def _said(item: ItemResult) -> str:
    return shortened(item.answer if item.answer is not None else item.reason or "")


def _origin(provenance: Provenance) -> Table:
    rows = [
        ("started", provenance.started),
        ("code", provenance.code),
        ("gold", provenance.gold),
        ("index", provenance.index),
        *((f"model: {name}", value) for name, value in provenance.models.items()),
        *((f"machine: {name}", str(value)) for name, value in provenance.machine.items()),
        *((f"setting: {name}", str(value)) for name, value in provenance.settings.items()),
    ]
    return Table("Where this came from", ("", "value"), frozenset(), tuple(rows))
