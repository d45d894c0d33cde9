"""The list of conversations in a real browser: what was asked is still there, as it was answered then."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api")
import page_browser
from page_browser import HOSTILE, QUESTION, UNANSWERABLE, ask, cite, raw, texts
from playwright.sync_api import Browser, Locator, Page, expect

from conftest import serving

pytestmark = pytest.mark.browser

browser, problems, page, add = page_browser.browser, page_browser.problems, page_browser.page, page_browser.add


def current(page: Page) -> Locator:
    """The list item of the conversation that is shown."""
    return page.locator(".conversation:has([aria-current])")


def conversation_id(page: Page) -> str:
    found = re.search(r"#c=([^&]+)", page.url)
    assert found, page.url
    return found[1]


def options(page: Page, choice: str) -> None:
    current(page).get_by_role("button", name="Options").click()
    current(page).get_by_text(choice, exact=True).click()


def test_a_reload_and_a_restart_show_the_same(browser: Browser, seeded_folder: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(seeded_folder, tmp_path / "data"))
    page = browser.new_page()
    with serving(data) as address:
        page.goto(address)
        ask(page, QUESTION)
        ask(page, UNANSWERABLE)
        shown = raw(page, "#thread")
        page.reload()
        expect(page.locator(".turn")).to_have_count(2)
        assert raw(page, "#thread").replace("Show earlier questions", "") == shown
        chosen = conversation_id(page)
    with serving(data) as address:
        page.goto(f"{address}/#c={chosen}")
        expect(page.locator(".turn")).to_have_count(2)
        assert raw(page, "#thread").replace("Show earlier questions", "") == shown
        expect(current(page).locator(".conversation-title")).to_have_text(QUESTION)
    page.close()


def test_back_and_forward_walk_through_conversations(page: Page) -> None:
    page.goto("")
    ask(page, QUESTION)
    first = conversation_id(page)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#welcome")).to_be_visible()
    expect(page.get_by_label("Your question")).to_be_focused()
    ask(page, UNANSWERABLE)
    second = conversation_id(page)
    assert first != second
    page.locator(f"[data-conversation='{first}'] a").click()
    expect(page.locator(".turn .asked")).to_have_text(QUESTION)
    expect(current(page)).to_have_attribute("data-conversation", first)
    expect(page).to_have_title(f"{QUESTION} – citecheck")
    page.go_back()
    expect(page.locator(".turn .asked")).to_have_text(UNANSWERABLE)
    page.go_forward()
    expect(page.locator(".turn .asked")).to_have_text(QUESTION)
    turn = ask(page, "And who led them?")
    expect(turn).to_be_in_viewport()
    assert conversation_id(page) == first
    expect(page.locator(".conversation").first).to_have_attribute("data-conversation", first)
    expect(current(page)).to_contain_text("2 questions")


def test_the_address_holds_the_conversation_and_the_source(page: Page) -> None:
    page.goto("")
    turn = ask(page, QUESTION)
    turn.locator(".pill").first.click()
    expect(page.locator("mark.quote")).to_be_visible()
    page.reload()
    expect(page.locator(".turn .asked")).to_have_text(QUESTION)
    expect(page.locator("mark.quote")).to_be_in_viewport()
    expect(page.locator(".card[aria-current]")).to_have_count(1)
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".turn .asked")).to_have_text(QUESTION)


def test_renames_in_place(page: Page) -> None:
    page.goto("")
    ask(page, QUESTION)
    options(page, "Rename")
    field = page.get_by_label("Title of the conversation")
    expect(field).to_be_focused()
    expect(field).to_have_value(QUESTION)
    field.fill("Not kept")
    page.keyboard.press("Escape")
    expect(current(page).get_by_role("button", name="Options")).to_be_focused()
    options(page, "Rename")
    field.fill(f"Timbuktu {HOSTILE}"[:200])
    page.keyboard.press("Enter")
    expect(current(page).locator(".conversation-title")).to_have_text(f"Timbuktu {HOSTILE}"[:200])
    page.reload()
    expect(current(page).locator(".conversation-title")).to_have_text(f"Timbuktu {HOSTILE}"[:200])
    assert page.locator("img, svg, body script").count() == 0


def test_a_title_that_is_refused_is_kept_to_change(page: Page, problems: list[str]) -> None:
    page.goto("")
    ask(page, QUESTION)
    options(page, "Rename")
    field = page.get_by_label("Title of the conversation")
    field.fill("    ")
    page.keyboard.press("Enter")
    expect(current(page).locator(".problem")).to_contain_text("A title has 1 to 200 characters")
    expect(field).to_be_visible()
    assert len(problems) == 1, "only the refused request"
    problems.clear()


def test_deletes_after_asking(page: Page) -> None:
    page.goto("")
    ask(page, QUESTION)
    chosen = conversation_id(page)
    options(page, "Delete")
    expect(current(page).get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(current(page).get_by_role("button", name="Options")).to_be_focused()
    options(page, "Delete")
    current(page).get_by_role("button", name="Delete").click()
    expect(page.locator(f"[data-conversation='{chosen}']")).to_have_count(0)
    expect(page.locator("#welcome")).to_be_visible()
    assert "#c=" not in page.url
    assert page.request.get(f"v1/conversations/{chosen}").status == 404


def test_a_conversation_that_is_gone_says_so(page: Page, problems: list[str]) -> None:
    page.goto("#c=nothing")
    expect(page.locator("#thread .problem")).to_contain_text("conversation")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#welcome")).to_be_visible()
    assert len(problems) == 1, "only the request for what is not there"
    problems.clear()


def test_saves_a_conversation(page: Page) -> None:
    page.goto("")
    ask(page, QUESTION)
    chosen = conversation_id(page)
    said = page.request.get(f"v1/conversations/{chosen}").json()
    for choice, suffix in (("Save as JSON", ".json"), ("Save as Markdown", ".md")):
        with page.expect_download() as download:
            options(page, choice)
        assert download.value.suggested_filename.endswith(suffix)
        text = download.value.path().read_text(encoding="utf-8")
        page.keyboard.press("Escape")
        if suffix == ".json":
            assert json.loads(text) == said
        else:
            assert said["turns"][0]["citations"][0]["id"] in text


def test_feedback_is_kept(page: Page) -> None:
    page.goto("")
    turn = ask(page, QUESTION)
    chosen = conversation_id(page)

    def held() -> Any:
        return page.request.get(f"v1/conversations/{chosen}").json()["turns"][0]["feedback"]

    turn.get_by_role("button", name="Right").click()
    expect(turn.get_by_role("button", name="Right")).to_have_attribute("aria-pressed", "true")
    assert held() == {"verdict": "right", "comment": ""}
    turn.get_by_role("button", name="Evidence wrong").click()
    expect(turn.get_by_role("button", name="Evidence wrong")).to_have_attribute("aria-pressed", "true")
    expect(turn.get_by_role("button", name="Right")).to_have_attribute("aria-pressed", "false")
    turn.get_by_role("button", name="Add a comment").click()
    page.get_by_label("Comment (optional)").fill(f"Another town. {HOSTILE}")
    page.get_by_role("button", name="Save comment").click()
    expect(turn.locator(".comment")).to_have_text(f"Another town. {HOSTILE}")
    assert held() == {"verdict": "evidence_wrong", "comment": f"Another town. {HOSTILE}"}
    page.reload()
    turn = page.locator(".turn")
    expect(turn.get_by_role("button", name="Evidence wrong")).to_have_attribute("aria-pressed", "true")
    expect(turn.locator(".comment")).to_have_text(f"Another town. {HOSTILE}")
    assert page.locator("img, svg, body script").count() == 0


def test_feedback_that_is_lost_is_not_shown_as_given(page: Page, problems: list[str]) -> None:
    page.goto("")
    turn = ask(page, QUESTION)
    page.route("**/v1/feedback", lambda route: route.abort(), times=1)
    turn.get_by_role("button", name="Wrong", exact=True).click()
    expect(turn.locator(".problem")).to_contain_text("cannot be reached")
    expect(turn.get_by_role("button", name="Wrong", exact=True)).to_have_attribute("aria-pressed", "false")
    turn.get_by_role("button", name="Try again").click()
    expect(turn.get_by_role("button", name="Wrong", exact=True)).to_have_attribute("aria-pressed", "true")
    assert len(problems) == 1, "only the request that was cut"
    problems.clear()


def test_an_old_turn_opens_the_version_it_quoted(page: Page, add: Callable[[str, str], None]) -> None:
    words = "The lamplighter of Quillhaven painted the seven doors cobalt in 1931."
    add("page-test-turns", f"Doors\n\n{words}\n")
    quote = cite(page, words)
    page.goto("")
    turn = ask(page, "In which year were the doors of Quillhaven painted cobalt?")
    expect(turn.locator(".answer, .nearest").first).to_be_visible()
    add("page-test-turns", f"Doors\n\nA line before.\n\n{words.replace('1931', '1932')}\n")
    page.reload()
    card = page.locator(f".card[data-citation='{quote['id']}']").first
    expect(card.locator("blockquote")).to_have_text(words)
    card.get_by_role("button", name="Open in source").click()
    assert raw(page, "mark.quote") == words
    assert "A line before." not in raw(page, ".document-text")
    expect(page.locator("#source-note")).to_contain_text("now says this differently")


def test_an_answer_on_its_way_is_kept_where_it_belongs(page: Page) -> None:
    held: list[Any] = []
    page.goto("")
    ask(page, QUESTION)
    first = conversation_id(page)
    page.route("**/v1/chat", lambda route: held.append(route), times=1)
    page.get_by_label("Your question").fill(UNANSWERABLE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    held[0].continue_()
    expect(page.locator(f"[data-conversation='{first}']")).to_contain_text("2 questions")
    expect(page.locator("#welcome")).to_be_visible()
    page.locator(f"[data-conversation='{first}'] a").click()
    assert texts(page.locator(".asked")) in ([], [QUESTION, UNANSWERABLE])
    expect(page.locator(".asked")).to_have_text([QUESTION, UNANSWERABLE])


def test_a_long_conversation_shows_its_end_first(page: Page) -> None:
    page.goto("")
    ask(page, QUESTION)
    chosen = conversation_id(page)
    said = page.request.get(f"v1/conversations/{chosen}").json()
    turns = [said["turns"][0] | {"turn": at, "message": f"Question {at}"} for at in range(1, 66)]
    page.route(f"**/v1/conversations/{chosen}", lambda route: route.fulfill(json=said | {"turns": turns}))
    page.reload()
    expect(page.locator(".asked")).to_have_count(30)
    expect(page.locator(".asked").last).to_be_in_viewport()
    earlier = page.get_by_role("button", name="Show earlier questions")
    earlier.click()
    expect(page.locator(".asked")).to_have_count(60)
    earlier.click()
    expect(page.locator(".asked")).to_have_count(65)
    assert texts(page.locator(".asked")) == [f"Question {at}" for at in range(1, 66)]
    expect(earlier).to_be_hidden()


def test_the_list_is_a_drawer_on_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("")
    ask(page, QUESTION)
    sidebar = page.get_by_role("navigation", name="Conversations")
    expect(sidebar).to_be_hidden()
    menu = page.get_by_role("button", name="Conversations")
    menu.click()
    expect(sidebar).to_be_in_viewport()
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("button", name="New conversation")).to_be_focused()
    page.keyboard.press("Escape")
    expect(sidebar).to_be_hidden()
    expect(menu).to_be_focused()
    menu.click()
    page.get_by_role("button", name="New conversation").click()
    expect(sidebar).to_be_hidden()
    expect(page.locator("#welcome")).to_be_visible()
    menu.click()
    page.locator(".conversation a").first.click()
    expect(sidebar).to_be_hidden()
    expect(page.locator(".turn .asked")).to_have_text(QUESTION)
