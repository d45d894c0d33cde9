"""A gated run as JUnit XML, the form that CI servers show: one test case for each item and each gated metric."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from eval.comparison import Comparison, ItemChange
from eval.gating import Decision
from eval.scored import Scored

# What XML 1.0 cannot hold.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(comparison: Comparison, decision: Decision) -> str:
    """Render a gate: broken items are errors, significant losses failures; what is newly wrong says so in its output.

    Items that did not change are counted, not listed.
    """
    suite = ElementTree.Element("testsuite", name="citecheck eval gate")
    gate = _case(suite, "gate", "decision")
    if decision.outcome != "passed":
        kind = "failure" if decision.outcome == "failed" else "skipped"
        ElementTree.SubElement(gate, kind, message=_fit("; ".join(decision.reasons)))
    for loss in decision.losses:
        case = _case(suite, loss.gold_set, loss.metric)
        ElementTree.SubElement(case, "failure", message=f"p {loss.p_adjusted:.4f}")
    for item in comparison.violations:
        case = _case(suite, item.gold_set, item.id)
        ElementTree.SubElement(case, "error", message=_fit(", ".join(item.violations)))
    for change in comparison.newly_wrong:
        _newly_wrong(suite, change)
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for name, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(name) is not None for case in cases)))
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ElementTree.Element, group: str, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(suite, "testcase", classname=f"citecheck.{group}", name=_fit(name))


def _newly_wrong(suite: ElementTree.Element, change: ItemChange) -> None:
    after: Scored = change.after
    case = _case(suite, after.gold_set, f"{after.id} (newly wrong)")
    said = ElementTree.SubElement(case, "system-out")
    shown = after.split != "test"
    said.text = _fit(f"{after.asked}\nbefore: {change.before.said}\nafter: {after.said}") if shown else "a test item"


def _fit(text: str) -> str:
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
