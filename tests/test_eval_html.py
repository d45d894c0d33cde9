"""The report as text: what stands in it, what is kept back, and that no words can act or reach outside."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_items import rights, scored
from typer.testing import CliRunner

from eval import rundir
from eval.cli import eval_app
from eval.html.page import history_page, report_page
from eval.html.plots import Line, Share, bars, histogram, history_plot, reliability_plot, risk_coverage_plot
from eval.html.rows import as_script, rows
from eval.metrics import risk_coverage
from eval.reliability import reliability_bins
from eval.results import Provenance, Run
from eval.scored import GOLD_SETS, Quoted, Scored

ORIGIN = Provenance({"top_k": 8}, {"encoder": "tiny"}, "0123", "gold 4567", "citecheck 0", {"cores": 2}, "2026-01-01")
PAIRS = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=1, max_size=30)
QUOTED = {"citations": ("c1:towns@0123456789ab:0-5",), "latency_ms": 20.0}


def made_of(items: list[Scored], **changes: Any) -> Run:
    return Run(replace(ORIGIN, **changes), (), tuple(items))


def data_of(page: str) -> list[dict[str, Any]]:
    (text,) = re.findall(r'<script type="application/json" id="items">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10))
def test_data_survives_its_script_element_and_cannot_end_it(value: object) -> None:
    text = as_script(value)
    assert "<" not in text
    assert json.loads(text) == value


def test_rows_say_how_an_item_went_and_what_changed() -> None:
    before = {("questions", name): scored(name, right) for name, right in (("a", 1), ("b", 0), ("c", 1))}
    items = [scored("a", 0), scored("b"), scored("c", violations=("it failed",)), scored("new")]
    made = rows(items, before, show_test=False)
    assert [(row["state"], row["change"], row["before"]) for row in made] == [
        ("wrong", "newly wrong", "1911"),
        ("right", "newly right", "1921"),
        ("broken", "newly wrong", None),
        ("right", None, None),
    ]


@pytest.mark.parametrize("show_test", [False, True])
def test_test_items_are_counted_and_their_words_kept_back(show_test: bool) -> None:
    words = {"asked": "When did Orvik burn?", "said": "in 1911", "wanted": "1911 it was"}
    quotes = (Quoted("towns", "Orvik burned then."),)
    item = scored("secret", split="test", quotes=quotes, evidence=quotes, **words)
    page = report_page(made_of([item, *rights("11")]), [replace(item, said="in 1921")], show_test=show_test)
    assert len(data_of(page)) == 3
    assert "secret" in page
    for said in (*words.values(), "Orvik burned then.", "in 1921"):
        assert (said in page) == show_test


def test_a_report_shows_every_figure_of_every_set_and_where_it_came_from() -> None:
    items = [scored(f"{name}-1", gold_set=name, **QUOTED) for name in GOLD_SETS]
    page = report_page(made_of(items), None, show_test=False)
    for name in GOLD_SETS:
        assert f'<h2 id="set-{name}">{name}</h2>' in page
    assert page.count("<svg") == len(GOLD_SETS) * 2 + 2 * 2  # bars, the two of questions and of claims, latencies
    for words in ("aurc", "macro_f1", "setting: top_k", "citecheck 0", "gold 4567"):
        assert words in page
    assert "95 % interval" not in page


def test_against_a_baseline_it_shows_differences_and_their_intervals() -> None:
    page = report_page(made_of(list(rights("0" * 9 + "1" * 91))), rights("1" * 100), show_test=False)
    assert "9 newly wrong, 0 newly right" in page
    assert '<td class="number bad">-0.090</td>' in page
    assert re.search(r'<td class="number">-0\.\d{3} to -0\.\d{3}</td><td class="number">9 / 0</td>', page)


def test_what_broke_is_said_first() -> None:
    page = report_page(made_of([scored("a", violations=("quote not verbatim",))]), None, show_test=False)
    assert '<p class="alarm" role="alert">1 item breaks an invariant: a (quote not verbatim)</p>' in page


def test_nothing_is_fetched_from_anywhere() -> None:
    page = report_page(made_of([scored("a", asked="see https://example.org/x", **QUOTED)]), None, show_test=False)
    before_data = re.sub(r"<meta http-equiv.*?>", "", page.split("<script")[0])
    outside = re.findall(r"(?:\b(?:src|href|action|srcset)\s*=|url\(|@import)", before_data)
    assert outside == []
    assert "default-src 'none'" in page
    assert len(re.findall(r"<script", page)) == 2


@given(st.text(min_size=1), st.text(min_size=1))
def test_words_in_names_of_types_and_items_are_text(group: str, identity: str) -> None:
    item = scored(identity, group=group, violations=("it failed",), **QUOTED)
    page = report_page(made_of([item]), None, show_test=False)
    (row,) = data_of(page)
    assert (row["id"], row["type"]) == (identity, group)
    assert len(re.findall(r"<script", page)) == 2


@given(PAIRS)
def test_plots_of_confidence_are_well_formed_and_inside_their_frame(pairs: list[tuple[float, float]]) -> None:
    sure, right = [one for one, _ in pairs], [score for _, score in pairs]
    curve, bins = risk_coverage(sure, right), reliability_bins(sure, right)
    for svg, dots in ((risk_coverage_plot(curve), len(curve)), (reliability_plot(bins), len(bins))):
        root = drawn(svg)
        circles = root.findall("circle")
        assert len(circles) == dots
        for circle in circles:
            assert 52 <= float(circle.get("cx", "")) <= 368
            assert 12 <= float(circle.get("cy", "")) <= 212


@given(st.lists(st.tuples(st.text("<&>\"'abc é", min_size=1), st.floats(0, 1)), min_size=1, max_size=8))
def test_a_bar_is_as_long_as_its_share_whatever_its_name(shares: list[tuple[str, float]]) -> None:
    root = drawn(bars([Share(name, value, 3) for name, value in shares]))
    lengths = [float(one.get("width", "")) for one in root.findall("rect") if one.get("class") == "bar"]
    assert lengths == pytest.approx([110 * value for _, value in shares], abs=0.06)


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=60))
def test_every_answer_is_in_a_bar_of_the_histogram(times: list[float]) -> None:
    titles = [title.text or "" for title in drawn(histogram(times)).iter("title")]
    assert sum(int(title.split()[0]) for title in titles) == len(times)


def test_a_history_leaves_out_what_a_run_has_not() -> None:
    root = drawn(history_plot(Line("right", (0.5, None, 1.0)), ["a", "b", "c"]))
    assert [title.text for title in root.iter("title")] == ["a: 0.500", "c: 1.000"]
    page = history_page([("one", made_of(list(rights("10")))), ("two", made_of([scored("x", gold_set="claims")]))])
    assert '<h2 id="set-questions">' in page
    assert '<h2 id="set-claims">' in page
    assert "one: 0.500" in page


def test_the_command_writes_reports_and_histories(tmp_path: Path) -> None:
    for number, pattern in enumerate(("11", "10")):
        started = f"2026-01-0{2 - number}"
        rundir.write_run(made_of(list(rights(pattern)), started=started), tmp_path / f"run{number}")
    assert (tmp_path / "run0" / "report.html").read_text() == report_page(
        rundir.read_run(tmp_path / "run0"), None, show_test=False
    )
    out = tmp_path / "out.html"
    options = ["--baseline", str(tmp_path / "run0"), "--out", str(out)]
    assert CliRunner().invoke(eval_app, ["report", str(tmp_path / "run1"), *options]).exit_code == 0
    assert "1 newly wrong" in out.read_text()
    assert CliRunner().invoke(eval_app, ["report", "--history", str(tmp_path)]).exit_code == 0
    history = (tmp_path / "history.html").read_text()
    assert history.index("run1: 0.500") < history.index("run0: 1.000")


@pytest.mark.parametrize("arguments", [["report"], ["report", "x", "--history", "y"], ["report", "--history", "none"]])
def test_a_report_of_nothing_is_refused(arguments: list[str]) -> None:
    assert CliRunner().invoke(eval_app, arguments).exit_code != 0
