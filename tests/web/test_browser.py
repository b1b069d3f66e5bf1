"""The main story in a real Chromium, without JavaScript and by keyboard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from triage.desk.cases import Desk
from triage.desk.states import State
from triage.desk.store import Store

pytestmark = pytest.mark.browser
ARTEFACTS = Path(__file__).parents[2] / "artefacts"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-dev-shm-usage"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("TRIAGE_SKIP_SERVERS") == "1":
            pytest.skip("TRIAGE_SKIP_SERVERS=1: not tried in a real browser")
        pytest.fail("Chromium is not installed: run scripts/install-test-parts, or set TRIAGE_SKIP_SERVERS=1.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS.split())
        yield opened
        opened.close()


@pytest.mark.parametrize(("name", "width", "height"), [("desktop", 1280, 900), ("phone", 390, 844)])
def test_read_edit_and_approve(
    browser: Browser, address: str, database: Path, name: str, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height}, java_script_enabled=False)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"queue-{name}.png", full_page=True)
    page.get_by_role("link", name="Credit for March").click()
    page.screenshot(path=ARTEFACTS / f"case-{name}.png", full_page=True)
    page.get_by_label("Text", exact=True).fill("Dear Dana,\n\nyes.")
    page.get_by_role("button", name="Approve this text").click()
    expect(page.get_by_text("Approved. The program sends nothing by itself")).to_be_visible()
    overflow = page.locator("html").bounding_box()
    assert overflow is not None
    assert overflow["width"] <= width
    page.get_by_role("button", name="I have sent it").click()
    with Store(database) as store:
        assert Desk(store).case(1).row.state is State.ANSWERED
    assert all(url.startswith(address) for url in requests)
    page.close()


def test_the_keyboard_alone_reaches_approval(browser: Browser, address: str, database: Path) -> None:
    page = browser.new_page()
    page.goto(f"{address}/case/1")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == "Approve this text":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="I have sent it")).to_be_visible()
    with Store(database) as store:
        assert Desk(store).case(1).row.state is State.APPROVED
    page.close()
