"""A walk through every page, on a telephone and at a desk: it fits, has no barrier that axe knows of, and is no heavier than its budget.

``make screenshots`` runs this walk for its pictures and its figures. Every other state of pages is examined where a test brings it about.
"""

import csv
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.screens import (
    EDITING,
    EDITOR,
    FILES,
    MADE,
    OF_WAGTAIL,
    PUBLISHER,
    SCREENS,
    Screen,
    enter,
    open_screen,
    url_of,
)
from tests.portal.test_policies import LISTED

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
PHONE, DESK = (360, 780), (1280, 800)
FIRST, THEN, PLOTS = 250_000, 40_000, 400_000
# The content system's own bundle, which editors load once, and its pages, which aren't compressed (0022 point 10): as it ships them.
FIRST_OF_WAGTAIL, THEN_OF_WAGTAIL = 2_250_000, 220_000
FIGURES = ("page", "first_bytes", "then_bytes", "first_paint_ms", "then_paint_ms")
# What a page and all it loads took from the net, as the browser itself counts; what it had kept counts nothing.
WEIGHT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .reduce((sum, entry) => sum + entry.transferSize, 0)"""

PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
    const found = list.getEntriesByName("first-contentful-paint")[0];
    if (found) { done(found.startTime); }
}).observe({type: "paint", buffered: true}))"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def by_reader(face: str) -> Iterator[tuple[str, list[Screen]]]:
    """Give the pages of a face by who opens them, so that everybody logs in once."""
    for who, screens in groupby(sorted(SCREENS[face], key=lambda one: one.who), key=lambda one: one.who):
        yield who, list(screens)


def file_name(face: str, screen: Screen, width: int) -> str:
    return "-".join(filter(None, (face, screen.name.replace(":", "-"), screen.state, str(width))))


@pytest.mark.parametrize("face", sorted(SCREENS.keys() & LISTED.keys()))
def test_every_page_is_in_the_list(face: str) -> None:
    named = {screen.name for screen in SCREENS[face]}
    made = {name for names in MADE.values() for name in names}
    pages = {name for name, methods in LISTED[face].items() if "GET" in methods} - FILES
    missing = pages - named - made - ({"offline"} if face != "public" else set())
    assert missing == set(), "a page is in no list that the walk and the screenshots go through"


@pytest.mark.parametrize("who", [EDITOR, PUBLISHER])
def test_everything_in_the_content_systems_menu_is_in_the_list(
    browser: Browser, installation: Running, who: str
) -> None:
    """Its menu is put together from what it ships: what another version adds is walked too, or left out on purpose."""
    with reader(browser, installation.editing) as one:
        enter(one, installation, "editing", who)
        one.go("/edit/")
        one.page.locator("nav a[href='/edit/images/']").wait_for()
        links = one.page.locator("a[href]").evaluate_all(
            "all => all.map(one => one.getAttribute('href').split('#')[0])"
        )
    assert {link for link in links if link.startswith("/")} <= {screen.path for screen in EDITING}


@pytest.mark.parametrize("module", MADE)
def test_what_a_test_makes_first_is_examined_there(module: str) -> None:
    assert ".examine(" in (Path(__file__).parent / f"{module}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("face", SCREENS)
def test_every_page_fits_and_has_no_barrier(
    browser: Browser, installation: Running, face: str, size: tuple[int, int]
) -> None:
    with reader(browser, url_of(installation, face), width=size[0], height=size[1], bypass_csp=True) as one:
        for who, screens in by_reader(face):
            enter(one, installation, face, who)
            for screen in screens:
                open_screen(one, screen)
                one.examine(file_name(face, screen, size[0]), left=OF_WAGTAIL if screen.apart else {})


@pytest.mark.parametrize("face", SCREENS)
def test_no_page_is_heavier_than_its_budget(browser: Browser, installation: Running, face: str) -> None:
    """The first visit of all begins with nothing kept; the later ones keep what has a name of its own."""
    heavy, figures = [], []
    with reader(browser, url_of(installation, face)) as one:
        for who, screens in by_reader(face):
            enter(one, installation, face, who)
            for screen in screens:
                (first, painted), (then, painted_then) = weigh(one, screen)
                figures.append(
                    [f"{screen.name} {screen.state}".strip(), first, then, round(painted), round(painted_then)]
                )
                budget = FIRST_OF_WAGTAIL if screen.apart else PLOTS if screen.plots else FIRST
                if first > budget or then > (THEN_OF_WAGTAIL if screen.apart else THEN):
                    heavy.append((screen.name, first, then))
    with (SCREENSHOTS / f"{face}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([FIGURES, *figures])
    assert heavy == []


def weigh(one: Reader, screen: Screen) -> list[tuple[int, float]]:
    """Give what a page weighs and when something of it is seen, with an empty cache, and again with what the first visit kept."""
    session: Any = one.page.context.new_cdp_session(one.page)
    open_screen(one, screen)
    address, weights = one.page.url, []
    session.send("Network.clearBrowserCache")
    for _ in range(2):
        one.page.goto("about:blank")
        one.page.goto(address)
        if one.page.locator("figure[data-plot]").count():
            one.page.locator("figure svg").first.wait_for()
        painted = float(one.page.evaluate(PAINTED))
        weights.append((int(one.page.evaluate(WEIGHT)), painted))
    session.detach()
    return weights
