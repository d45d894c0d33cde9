"""The report in a real browser: hostile words do nothing, filters and keys work, many items open at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import page_browser
import pytest
from page_browser import HOSTILE, SCREENSHOTS, Browser, Page, expect
from scored_items import scored

from eval.html.page import report_page
from eval.results import Provenance, Run
from eval.scored import Quoted

pytestmark = pytest.mark.browser
browser = page_browser.browser
ENDING = '</script><script>document.title = "taken"</script><!--<script>'
ORIGIN = Provenance({}, {}, "0123", "4567", f"code {HOSTILE}", {}, "2026-01-01")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


def opened(page: Page, folder: Path, count: int) -> list[str]:
    """Open a report of so many items and the hostile one before them; returns what happens that should not."""
    quotes = (Quoted(HOSTILE, ENDING),)
    words = {"asked": f"{HOSTILE}{ENDING}", "said": ENDING, "wanted": HOSTILE, "group": HOSTILE}
    hostile = scored(f"{ENDING}x", 0, quotes=quotes, evidence=quotes, violations=(HOSTILE,), **words)
    secret = scored("secret", split="test", asked="When did Orvik burn?")
    rest = [scored(f"q{number}", float(number % 3 > 0), group=f"type {number % 5}") for number in range(count)]
    run = Run(ORIGIN, (), (hostile, secret, *rest))
    path = folder / "report.html"
    path.write_text(report_page(run, [scored("q1", 0), scored("q2")], show_test=False), encoding="utf-8")
    happened: list[str] = []
    page.on("dialog", lambda dialog: (happened.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: happened.append(str(error)))
    page.on("request", lambda request: None if request.url == path.as_uri() else happened.append(request.url))
    page.goto(path.as_uri())
    return happened


def test_hostile_words_are_shown_and_do_nothing(page: Page, tmp_path: Path) -> None:
    happened = opened(page, tmp_path, 3)
    first = page.locator("#list > li").first
    expect(first).to_contain_text(ENDING)
    first.get_by_role("button").click()
    expect(first.locator("blockquote")).to_have_count(2)
    expect(first).to_contain_text('<img src=x onerror="alert(1)">')
    assert page.locator("img, svg svg, #list script").count() == 0
    assert page.title() == "Evaluation 2026-01-01"
    assert happened == []


def test_items_are_filtered_by_set_type_outcome_and_words(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, 30)
    count = page.locator("#count")
    expect(count).to_have_text("32 of 32 items")
    page.get_by_label("outcome").select_option("wrong")
    expect(count).to_have_text("10 of 32 items")
    page.get_by_label("type").select_option("type 0")
    expect(count).to_have_text("2 of 32 items")
    page.get_by_label("outcome").select_option("")
    page.get_by_label("text").fill("was Q25?")
    expect(page.locator("#list > li")).to_have_count(1)
    page.get_by_label("text").fill("")
    page.get_by_label("type").select_option("")
    page.get_by_label("outcome").select_option("newly right")
    expect(page.locator("#list > li")).to_have_count(1)


def test_it_is_used_with_keys_alone(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, 90)
    page.get_by_label("text").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    first = page.locator("#list > li").first
    expect(first.get_by_role("button")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(first.locator(".detail")).to_have_count(0)
    page.locator("#more").focus()
    page.keyboard.press("Enter")
    # What was just added is where the reader goes on.
    expect(page.locator("#list > li").nth(60).get_by_role("button")).to_be_focused()


def test_words_of_test_items_are_not_in_the_file(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, 0)
    assert "Orvik" not in page.content()
    item = page.locator("#list > li").nth(1)
    item.get_by_role("button").click()
    expect(item).to_contain_text("its words are kept back")


def test_two_thousand_items_are_drawn_a_screenful_at_a_time(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, 2_000)
    expect(page.locator("#count")).to_have_text("2002 of 2002 items")
    assert page.locator("#list > li").count() == 60
    page.locator("#more").click()
    assert page.locator("#list > li").count() == 120


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_barriers_in_light_and_dark(browser: Browser, tmp_path: Path, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = browser.new_page(color_scheme=scheme, bypass_csp=True)
    opened(page, tmp_path, 20)
    page.locator("#list button").first.click()
    found = axe.run(page).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"report-{scheme}.png", full_page=True)
    page.close()
