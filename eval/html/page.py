"""Puts a run's figures, plots and items into the report's page; with a baseline, what changed beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from eval.aggregates import AGGREGATES, trust
from eval.claim_scoring import CLAIM_METRICS
from eval.comparison import Comparison, MetricChange, compare
from eval.html.plots import Line, Share, bars, histogram, history_plot, reliability_plot, risk_coverage_plot
from eval.html.rows import as_script, rows
from eval.lookup_scoring import LOOKUP_METRICS
from eval.metrics import mean
from eval.query_scoring import QUERY_METRICS
from eval.results import Provenance, Run
from eval.scored import GOLD_SETS, GoldSet, Scored
from eval.scoring import METRICS, RIGHT
from eval.summary import Figure, set_figures

_MEANING = {
    "questions": {metric.name: metric.definition for metric in (*METRICS, *AGGREGATES)},
    "claims": {metric.name: metric.definition for metric in (*CLAIM_METRICS, *AGGREGATES)},
    "lookups": {metric.name: metric.definition for metric in (*LOOKUP_METRICS, *AGGREGATES)},
    "queries": {metric.name: metric.definition for metric in QUERY_METRICS},
    "conversations": {
        RIGHT: "answered with a gold answer and its evidence; declined or asked back where that is right",
        "rewriting": "token F1 of what the message was understood as with what it means",
        "answer": "the answer holds a gold answer; answerable turns, declined is 0",
        "citation": "the first quote shows gold evidence; answerable turns, declined is 0",
        "refusal": "declined; unanswerable turns, asking back is 0",
    },
}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A metric as the page shows it; `change` is None without a baseline that has it."""

    name: str
    meaning: str
    value: str
    items: int
    change: MetricChange | None


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing and what stands over it."""

    title: str
    drawing: Markup


@dataclass(frozen=True, slots=True)
class SetPart:
    """What the page shows of a gold set."""

    name: GoldSet
    figures: tuple[FigureRow, ...]
    plots: tuple[Plot, ...]


def report_page(run: Run, baseline: Sequence[Scored] | None, *, show_test: bool) -> str:
    """Render a run, held against a baseline where one is given; items of the test split only with `show_test`."""
    comparison = None if baseline is None else compare(baseline, run.scored)
    before = {(item.gold_set, item.id): item for item in baseline or ()}
    return _template("report.html").render(
        provenance=_origin(run.provenance),
        started=run.provenance.started,
        sets=_parts(run.scored, comparison),
        comparison=comparison,
        broken=[item for item in run.scored if item.violations],
        total=len(run.scored),
        data=Markup(as_script(rows(run.scored, before, show_test=show_test))),  # noqa: S704 - escaped for a script
    )


def history_page(runs: Sequence[tuple[str, Run]]) -> str:
    """Render each metric over several runs, given by name in their order."""
    names = [name for name, _ in runs]
    figures = [set_figures(run.scored) for _, run in runs]
    sets = {
        gold_set: [
            Plot(line.name, history_plot(line, names))
            for metric in dict.fromkeys(name for held in figures for name in held.get(gold_set, {}))
            if (line := _line(metric, [held.get(gold_set, {}).get(metric) for held in figures]))
        ]
        for gold_set in GOLD_SETS
        if any(gold_set in held for held in figures)
    }
    return _template("history.html").render(sets=sets, runs=[(name, run.provenance) for name, run in runs])


def _line(metric: str, figures: Sequence[Figure | None]) -> Line:
    return Line(metric, tuple(None if figure is None else figure.value for figure in figures))


def _parts(scored: Sequence[Scored], comparison: Comparison | None) -> tuple[SetPart, ...]:
    changes = {(one.gold_set, one.metric): one for one in comparison.metrics} if comparison else {}
    return tuple(
        SetPart(
            gold_set,
            tuple(
                FigureRow(
                    name,
                    _MEANING[gold_set].get(name, ""),
                    "–" if figure.value is None else f"{figure.value:.3f}",
                    figure.count,
                    changes.get((gold_set, name)),
                )
                for name, figure in figures.items()
            ),
            tuple(_plots([item for item in scored if item.gold_set == gold_set], gold_set)),
        )
        for gold_set, figures in set_figures(scored).items()
    )


def _plots(scored: Sequence[Scored], gold_set: GoldSet) -> list[Plot]:
    plots = [Plot("Right, by type", bars(_shares(scored)))]
    if (sure := trust(scored, gold_set)) is not None:
        plots.append(Plot("Risk and coverage", risk_coverage_plot(sure.curve)))
        plots.append(Plot("Reliability", reliability_plot(sure.bins)))
    times = [item.latency_ms for item in scored if item.latency_ms is not None]
    if times:
        plots.append(Plot("Latency", histogram(times)))
    return plots


def _shares(scored: Sequence[Scored]) -> list[Share]:
    groups: dict[str, list[float]] = {}
    for item in scored:
        groups.setdefault(item.group, []).append(item.scores.get(RIGHT, 0.0))
    return [Share(name, mean(held), len(held)) for name, held in sorted(groups.items())]


def _origin(provenance: Provenance) -> list[tuple[str, str]]:
    return [
        ("code", provenance.code),
        ("gold", provenance.gold),
        ("index", provenance.index),
        *((f"model: {name}", value) for name, value in provenance.models.items()),
        *((f"machine: {name}", str(value)) for name, value in provenance.machine.items()),
        *((f"setting: {name}", str(value)) for name, value in provenance.settings.items()),
    ]


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("eval.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
