"""Plots as inline SVG: small pure functions of figures; colours come from the page's style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from eval.metrics import percentile
from eval.reliability import Bin

WIDTH, HEIGHT = 380, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 38
_BAR = 22
_LABEL = 190
_BUCKETS = 24


@dataclass(frozen=True, slots=True)
class Share:
    """A bar: what it is of, how large (0 to 1), over how many items."""

    name: str
    value: float
    items: int


@dataclass(frozen=True, slots=True)
class Line:
    """A metric over several runs; None where a run has no such figure."""

    name: str
    values: tuple[float | None, ...]


def risk_coverage_plot(curve: Sequence[tuple[float, float]]) -> Markup:
    """Draw risk against coverage, surest items first."""
    top = max(0.1, math.ceil(max(risk for _, risk in curve) * 10) / 10)
    points = [(coverage, risk / top) for coverage, risk in curve]
    body = _polyline(points, "line") + Markup("").join(
        Markup('<circle class="dot" cx="{}" cy="{}" r="2.2"><title>{}</title></circle>').format(
            _x(coverage), _y(risk / top), f"{coverage:.0%} answered, {risk:.1%} of them wrong"
        )
        for coverage, risk in curve
    )
    ticks = [(share, f"{share * top:.0%}") for share in (0.0, 0.5, 1.0)]
    return _frame(body, ticks, _SHARES, "share answered, surest first", "wrong", f"{len(curve)} points")


def reliability_plot(bins: Sequence[Bin]) -> Markup:
    """Draw how often items are right against how sure they were; on the diagonal confidence is what it says."""
    most = max(one.items for one in bins)
    diagonal = _polyline([(0.0, 0.0), (1.0, 1.0)], "guide")
    dots = Markup("").join(
        Markup('<circle class="dot" cx="{}" cy="{}" r="{}"><title>{}</title></circle>').format(
            _x(one.confidence),
            _y(one.right),
            round(3 + 7 * math.sqrt(one.items / most), 1),
            f"confidence {one.confidence:.2f}, right {one.right:.2f}, {one.items} items",
        )
        for one in bins
    )
    path = _polyline([(one.confidence, one.right) for one in bins], "line")
    return _frame(diagonal + path + dots, _SHARES, _SHARES, "confidence", "right", f"{len(bins)} bins")


def bars(shares: Sequence[Share]) -> Markup:
    """Draw one bar for each share, its figure and number of items at its end."""
    room = WIDTH - _LABEL - 80
    rows = Markup("").join(
        Markup(
            '<text class="label" x="{}" y="{}" text-anchor="end">{}</text>'
            '<rect class="track" x="{}" y="{}" width="{}" height="12" rx="2"/>'
            '<rect class="bar" x="{}" y="{}" width="{}" height="12" rx="2"/>'
            '<text class="label" x="{}" y="{}">{}</text>'
        ).format(
            *(_LABEL - 8, place * _BAR + 15, _cut(one.name)),
            *(_LABEL, place * _BAR + 5, room),
            *(_LABEL, place * _BAR + 5, round(room * one.value, 1)),
            *(_LABEL + room + 6, place * _BAR + 15, f"{one.value:.0%} of {one.items}"),
        )
        for place, one in enumerate(shares)
    )
    return _svg(rows, len(shares) * _BAR + 8, f"{len(shares)} bars")


def histogram(milliseconds: Sequence[float]) -> Markup:
    """Draw how many answers took how long; the slowest hundredth is counted in the last bar."""
    top = max(percentile(milliseconds, 99), 1.0)
    counts = [0] * _BUCKETS
    for value in milliseconds:
        counts[min(int(value / top * _BUCKETS), _BUCKETS - 1)] += 1
    most = max(counts)
    width = (WIDTH - _LEFT - _RIGHT) / _BUCKETS
    body = Markup("").join(
        Markup('<rect class="bar" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>').format(
            round(_LEFT + place * width + 0.5, 1),
            _y(count / most),
            round(width - 1, 1),
            round(_y(0.0) - _y(count / most), 1),
            f"{count} answers, {place * top / _BUCKETS:.0f} to {(place + 1) * top / _BUCKETS:.0f} ms",
        )
        for place, count in enumerate(counts)
    )
    across = [(share, f"{share * top:.0f}") for share in (0.0, 0.5, 1.0)]
    return _frame(body, [(1.0, str(most))], across, "milliseconds", "answers", f"{len(milliseconds)} answers")


def history_plot(line: Line, runs: Sequence[str]) -> Markup:
    """Draw a metric over runs, in their order."""
    last = max(len(runs) - 1, 1)
    known = [(place / last, value) for place, value in enumerate(line.values) if value is not None]
    dots = Markup("").join(
        Markup('<circle class="dot" cx="{}" cy="{}" r="3"><title>{}</title></circle>').format(
            _x(place / last), _y(value), f"{name}: {value:.3f}"
        )
        for place, (name, value) in enumerate(zip(runs, line.values, strict=True))
        if value is not None
    )
    across = [(0.0, "first"), (1.0, "latest")] if len(runs) > 1 else []
    return _frame(_polyline(known, "line") + dots, _SHARES, across, "run", line.name, f"{len(known)} runs")


_SHARES: list[tuple[float, str]] = [(share, f"{share:.0%}") for share in (0.0, 0.5, 1.0)]


def _x(share: float) -> float:
    return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM), 1)


def _polyline(points: Sequence[tuple[float, float]], kind: str) -> Markup:
    places = " ".join(f"{_x(across)},{_y(up)}" for across, up in points)
    return Markup('<polyline class="{}" points="{}"/>').format(kind, places)


def _frame(
    body: Markup,
    up: Sequence[tuple[float, str]],
    across: Sequence[tuple[float, str]],
    below: str,
    beside: str,
    what: str,
) -> Markup:
    """Put axes with their labels around a plot."""
    rules = Markup("").join(
        Markup('<line class="rule" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>')
        .format(_LEFT, WIDTH - _RIGHT, _y(share), _y(share), _LEFT - 6, _y(share) + 4, label)
        for share, label in up
    )  # fmt: skip
    marks = Markup("").join(
        Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(
            _x(share), HEIGHT - _BOTTOM + 16, {0.0: "start", 1.0: "end"}.get(share, "middle"), label
        )
        for share, label in across
    )
    named = Markup('<text class="axis" x="{}" y="{}" text-anchor="middle">{}</text>').format(_x(0.5), HEIGHT - 6, below)
    side = Markup('<text class="axis" transform="translate(11 {}) rotate(-90)" text-anchor="middle">{}</text>').format(
        _y(0.5), beside
    )
    return _svg(rules + marks + named + side + body, HEIGHT, f"{beside} against {below}: {what}")


def _svg(body: Markup, height: int, label: str) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(WIDTH, height, label, body)


def _cut(name: str) -> str:
    return name if len(name) <= 28 else name[:27] + "…"
