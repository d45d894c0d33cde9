"""docs/evaluation.md says what there is: every command, every metric, and the figures that were simulated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from benchmarks import gate_power
from eval.aggregates import AGGREGATES
from eval.claim_scoring import CLAIM_METRICS
from eval.cli import eval_app
from eval.conversation_scoring import MEASURES
from eval.gating import GATED, items_needed
from eval.lookup_scoring import LOOKUP_METRICS
from eval.query_scoring import QUERY_METRICS
from eval.request import FORMS
from eval.scoring import METRICS

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")


def test_every_command_and_metric_is_documented() -> None:
    commands = {command.name for command in eval_app.registered_commands}
    assert set(re.findall(r"`citecheck eval (\w+)", TEXT)) == commands
    metrics = {
        metric.name for metric in (*METRICS, *CLAIM_METRICS, *LOOKUP_METRICS, *QUERY_METRICS, *AGGREGATES)
    } | set(MEASURES)
    assert metrics - set(re.findall(r"`([\w@]+)`", TEXT)) == set()
    assert {form for form in FORMS if form != "gold"} <= set(re.findall(r"`([\w@]+)`", TEXT))
    assert {name for names in GATED.values() for name in names} <= set(re.findall(r"`([\w@]+)`", TEXT))


@pytest.mark.parametrize(
    ("figure", "items", "column", "heading"),
    [
        (gate_power.power, 200, 0.02, "gained beside"),
        (gate_power.power, 100, 0.0, "gained beside"),
        (gate_power.false_alarms, 200, 0.1, "differ by chance"),
    ],
)
def test_the_simulated_figures_are_those_that_come_out(figure, items: int, column: float, heading: str) -> None:
    table = TEXT.split(f"| {heading} |")[1].split("\n\n")[0]
    columns = [cell.strip() for cell in table.split("\n")[0].split("|")[:-1]]
    (row,) = re.findall(rf"^\| {items} items \| (.*) \|$", table, re.MULTILINE)
    assert row.split(" | ")[columns.index(f"{column:.0%}")] == f"{figure(items, column):.3f}"


def test_the_promise_is_kept_where_it_is_made() -> None:
    assert gate_power.power(200, 0.02) >= 0.9
    assert gate_power.false_alarms(200, 0.05) <= 0.05
    assert f"{items_needed(0.08)} items tell a loss of 8 % from chance" in TEXT


def test_the_workflows_are_yaml_and_run_what_exists() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    steps = yaml.safe_load(example)["jobs"]["gate"]["steps"]
    assert any("citecheck eval gate" in step.get("run", "") for step in steps)
    own = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert [step["run"] for step in own["jobs"]["check"]["steps"] if "run" in step] == ["bash .ci/run"]
