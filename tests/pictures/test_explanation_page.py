"""The page: nothing of a score can break out of it, nothing leads out of it, and in a browser it answers."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scoregen.pictures.explanation_page import STEPS, step_of
from scoregen.score.elements import Metadata
from scoregen.tasks.explain import explain, page
from tests.chorales import chorale

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
EVIL = "</script><script>document.title='broken'</script>&amp;<b>"


@pytest.fixture(scope="module")
def text(untrained: Path) -> str:
    score = chorale(1, measures=4)
    parts = (replace(score.parts[0], name=f"Soprano {EVIL}"), *score.parts[1:])
    evil = replace(score, metadata=Metadata(EVIL, composer=EVIL), parts=parts)
    return page(explain(evil, given=["soprano"], checkpoint=untrained), f"scoregen explain {EVIL}").decode()


def test_text_of_the_score_stays_text(text: str) -> None:
    assert "<script>document" not in text
    assert len(re.findall("<script", text)) == 2
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert json.loads(data)["title"] == EVIL


def test_the_policy_lets_in_only_what_is_inside(text: str) -> None:
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for name, pattern in (("style-src", r"<style>(.*?)</style>"), ("script-src", r"<script>(.*?)</script>")):
        (inside,) = re.findall(pattern, text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"
    outside = re.findall(r'\b(?:href|src)="(?!#)[^"]*"|url\((?!data:)[^)]*\)', text)
    assert outside == []


def test_every_note_has_its_colour(text: str) -> None:
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    for note in json.loads(data)["notes"]:
        assert re.search(rf'<g id="{note["id"]}" class="note s{step_of(note["nats"])}"', text)
    assert len(re.findall(r'<g id="g\d+" class="note given"', text)) == len(json.loads(data)["given_notes"])


def test_a_colour_is_a_bit() -> None:
    assert [step_of(nats) for nats in (0.0, 0.69, 0.7, 1.4, 9.0)] == [0, 0, 1, 2, STEPS - 1]


@pytest.fixture(scope="module")
def browser(text: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Debian's Chromium with the page open, its requests and its console on record."""
    if not (CHROMIUM.exists() and DRIVER.exists()):
        pytest.skip("Chromium is not there; install the Debian packages chromium and chromium-driver")
    selenium = pytest.importorskip("selenium.webdriver", reason="selenium is not installed; `pip install .[dev]`")
    from selenium.webdriver.chrome.service import Service

    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(text, encoding="utf-8")
    options = selenium.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1360,1000"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = selenium.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        driver.get(path.as_uri())
        yield driver
    finally:
        driver.quit()


def test_a_reader_clicks_and_goes_on_by_keyboard(browser: Any, text: str) -> None:
    from selenium.webdriver import ActionChains, Keys
    from selenium.webdriver.common.by import By

    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    altos = sorted((n for n in json.loads(data)["notes"] if n["voice"] == 1), key=lambda note: note["onset"])
    panel = browser.find_element(By.ID, "panel")
    assert "Choose a note" in panel.text
    head = browser.find_element(By.CSS_SELECTOR, f"#{altos[0]['id']} .notehead")
    ActionChains(browser).move_to_element(head).click().perform()
    assert panel.text.startswith("Alto: ")
    assert "Measure 1, beat 1" in panel.text
    assert "Chosen after soprano (given) and bass." in panel.text
    for heading in ("alternatives", "measures it depends on"):
        assert heading.upper() in panel.text.upper()
    assert panel.find_element(By.CSS_SELECTOR, ".option.chosen .name").text in panel.text.partition("\n")[0]
    assert len(panel.find_elements(By.CSS_SELECTOR, ".strip button")) == 4
    assert browser.find_elements(By.CSS_SELECTOR, f"#{altos[0]['id']} circle.halo")

    def chosen() -> str:
        return str(browser.execute_script("return location.hash"))

    body = browser.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.ARROW_RIGHT)
    assert chosen() == f"#{altos[1]['id']}"
    body.send_keys(Keys.ARROW_LEFT)
    assert chosen() == f"#{altos[0]['id']}"
    body.send_keys(Keys.ARROW_DOWN)
    assert panel.text.startswith("Tenor: ")
    body.send_keys(Keys.ARROW_UP)
    assert panel.text.startswith("Alto: ")
    panel.find_elements(By.CSS_SELECTOR, ".strip button")[3].click()
    assert browser.title.startswith(EVIL), "the title is text, and nothing has run"


def test_the_page_asks_nobody_and_complains_of_nothing(browser: Any) -> None:
    assert browser.get_log("browser") == []
    sent = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = [m["params"]["request"]["url"] for m in sent if m["method"] == "Network.requestWillBeSent"]
    assert urls
    assert all(url.startswith(("file:", "data:")) for url in urls)


def test_on_a_phone_the_page_is_as_wide_as_the_screen(browser: Any) -> None:
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
