"""The brand pages in a real browser: from a new brand to its second version, and what axe says of every page."""

import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.everything_up import PATIENCE_SECONDS, everything_up
from tests.workplace import ANSWERS, Workplace, workplace

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="axe-playwright-python, which brings axe, is not installed")

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")

DEMO = Path(__file__).parents[2] / "demo" / "apify"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


@pytest.fixture
def place(tmp_path: Path, ledger_url: str) -> Iterator[Workplace]:
    """Everything up over the demo's rows; only what the test asks for is compiled."""
    with workplace(tmp_path / "home", ledger_url, DEMO) as found:
        yield found.with_environment(BRANDBRAIN_INPUT_DEBOUNCE_SECONDS="3600")


@pytest.fixture
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


class Visitor:
    """A person with a browser, who notes what it asks for and what goes wrong in it."""

    def __init__(self, browser: Any, site: str) -> None:
        self.site = site
        self.page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.page.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.asked: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)

    def look_closely(self) -> None:
        """In every size and colour: no serious finding of axe, and nothing beyond the edge of the screen."""
        axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        for width, height in SIZES.values():
            self.page.set_viewport_size({"width": width, "height": height})
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width, self.page.url
            for colours in ("light", "dark"):
                self.page.emulate_media(color_scheme=colours, reduced_motion="reduce")
                self.page.evaluate(f"() => {{ {axe} }}")
                findings = self.page.evaluate("() => axe.run().then((found) => found.violations)")
                serious = [
                    (finding["id"], finding["nodes"][0]["html"])
                    for finding in findings
                    if finding["impact"] in ("serious", "critical")
                ]
                assert serious == [], (self.page.url, width, colours)
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def tab(self, name: str) -> None:
        """Opens a tab of the brand."""
        with self.page.expect_navigation():
            self.page.get_by_role("navigation", name="Brand").get_by_role("link", name=name, exact=True).click()

    def sees(self, text: str) -> None:
        """Waits until a text is there."""
        self.page.get_by_text(re.compile(text)).first.wait_for()


def test_a_brand_is_made_compiled_read_corrected_and_compared(place: Workplace, browser: Any) -> None:
    with everything_up(place) as (api, _):
        visitor = Visitor(browser, str(api.base_url).removesuffix("/api/"))
        page = visitor.page
        create(visitor)
        compile_once(visitor)
        visitor.look_closely()
        pin_a_field(visitor)
        compile_again(visitor)
        compare(visitor)
        for name in ("Platforms", "Evidence", "Sources", "Answers", "Costs"):
            visitor.tab(name)
            visitor.look_closely()
        snooze_an_idea(visitor)
        page.goto(f"{visitor.site}/brands")
        visitor.look_closely()
    assert {address.partition("://")[2].partition("/")[0] for address in visitor.asked} == {
        visitor.site.partition("://")[2]
    }
    assert visitor.errors == []


def create(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(f"{visitor.site}/brands")
    visitor.look_closely()
    page.get_by_role("link", name="Add the first brand").click()
    page.get_by_label("Name").fill("Darnaby")
    page.get_by_label("Website").fill("www.darnaby.example")
    page.get_by_role("button", name="Create brand").click()
    page.get_by_label("What does the brand do?").fill(ANSWERS["tier0.what_we_do"])
    page.get_by_label("Who is it for?").fill(ANSWERS["tier0.who_for"])
    page.get_by_label("What should its content achieve?").fill(ANSWERS["tier0.primary_goal"])
    page.get_by_label("Invites gently").check()
    page.get_by_role("button", name="Save answers").click()
    visitor.sees("The next compile uses these answers")
    visitor.tab("Sources")
    for kind in ("instagram.posts", "instagram.reels"):
        page.get_by_label("Where").select_option(kind)
        page.get_by_label("Account, channel or address").fill("@darnaby.mends")
        page.get_by_role("button", name="Add source").click()
        visitor.sees("Would be collected again")
    visitor.tab("Profile")
    visitor.look_closely()


def compile_once(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("button", name="Compile now").first.click()
    visitor.sees("Version 1 is published")  # without loading the page again by hand
    visitor.look_closely()
    page.get_by_role("link", name="Read the profile").click()
    visitor.sees(ANSWERS["tier0.what_we_do"])


def pin_a_field(visitor: Visitor) -> None:
    page = visitor.page
    field = page.locator("#voice-tone_tags")
    field.get_by_role("link", name="Edit").click()
    field.get_by_label("Value").fill("dry\npatient")
    field.get_by_label("Pin it").check()
    field.get_by_role("button", name="Save").click()
    page.locator("#voice-tone_tags .pending").get_by_text("patient").wait_for()


def compile_again(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("button", name="Compile now").first.click()
    visitor.sees("Version 2 is published")
    page.get_by_role("link", name="Read the profile").click()
    locked = page.locator("#voice-tone_tags")
    locked.get_by_text("Pinned").wait_for()
    assert locked.locator(".tags").inner_text().split() == ["dry", "patient"]


def compare(visitor: Visitor) -> None:
    page = visitor.page
    visitor.tab("History")
    visitor.look_closely()
    page.get_by_role("button", name="Compare").click()
    visitor.sees("From version 1 to 2")
    visitor.sees("Because your team decided otherwise")
    page.locator("ins", has_text="patient").wait_for()
    visitor.look_closely()


def snooze_an_idea(visitor: Visitor) -> None:
    page = visitor.page
    visitor.tab("Today")
    visitor.sees(r"\d+ ideas? for today")
    visitor.look_closely()
    title = page.locator(".idea h3").first.inner_text()
    page.get_by_role("button", name=f"Snooze for a week {title}").click()
    visitor.sees("Snoozed for 7 days")
    assert page.get_by_role("heading", name=title, exact=True).count() == 0
