"""How fast the editor is: frames while something moves, the way from letting go to "Saved", and the first load."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from math import cos, sin

from playwright.sync_api import Browser, Page, Response

from app.views.editor_cards import ROW
from graph.edits import Tidy
from graph.geometry import CARD_HEIGHT, layout
from tests.bench.editor_site import a_graph, a_page, draw
from tests.bench.figure import Figure
from tests.e2e.driver import Point, centre, saved
from tests.e2e.editing import Site

MOVES = 120
LARGE, SMALL = 500, 20
RECORD = """() => { window.frames_ = []; let last; window.recording = true;
  const tick = (now) => { if (last) frames_.push(now - last); last = now; if (recording) requestAnimationFrame(tick); };
  requestAnimationFrame(tick); }"""
STOP = "() => { window.recording = false; return window.frames_; }"
# From the pointer's release, as the page feels it, to the revision that the page shows as saved.
TIME_A_DROP = """() => {
  addEventListener("pointerup", () => { window.released = performance.now(); }, { capture: true, once: true });
  new MutationObserver((_changes, me) => { me.disconnect(); window.kept = performance.now(); })
    .observe(document.getElementById("saved"), { attributes: true, attributeFilter: ["data-revision"] }); }"""


def frames(browser: Browser, site: Site) -> list[Figure]:
    """Return the slow end of frame times with 500 steps: a drag, a pan, and a pan with all of it in view."""
    draw(site, a_graph(LARGE))
    with a_page(browser, site) as page:
        site.open(page)
        dragged = _p95(page, centre(page.locator("#card-s2")))
        page.keyboard.press("Escape")
        page.mouse.up()
        panned = _p95(page, Point(300, 500))
        page.mouse.up()
        page.evaluate("document.getElementById('editor').editor.view.fit()")
        overview = _p95(page, Point(300, 500))
        page.mouse.up()
    return [
        Figure("drag frame p95, 500 steps at 100 %", dragged, "ms", 20),
        Figure("pan frame p95, 500 steps at 100 %", panned, "ms", 20),
        Figure("pan frame p95, 500 steps, all visible", overview, "ms", 34),
    ]


def drops(browser: Browser, site: Site) -> list[Figure]:
    """Return how long ten drops take until they are saved."""
    draw(site, a_graph(SMALL))
    with a_page(browser, site) as page:
        site.open(page)
        base = int(page.locator("#bar").get_attribute("data-revision") or 0)
        times = [_a_drop(page, base + at + 1, 40 if at % 2 else -40) for at in range(10)]
    return [
        Figure("drop to “Saved”, median of 10", round(statistics.median(times)), "ms", 120),
        Figure("drop to “Saved”, worst of 10", round(max(times)), "ms", 250),
    ]


def loads(browser: Browser, site: Site) -> list[Figure]:
    """Return when the editor can be used, what it fetches, and in how many requests."""
    figures = []
    for size, target in ((SMALL, 0.5), (LARGE, 1.2)):
        draw(site, a_graph(size))
        with a_page(browser, site) as page:
            site.open(page)
            ready = page.evaluate("window.ready") / 1000
            figures.append(Figure(f"interactive with {size} steps", round(ready, 3), "s", target))
    return [*figures, *_weights(browser, site)]


def tidying(_browser: Browser, _site: Site) -> list[Figure]:
    """Return what laying 500 steps out anew takes of the server's processor, cards of three heights among them."""
    graph = a_graph(LARGE)
    heights = {node.id: CARD_HEIGHT + ROW * (at % 3) for at, node in enumerate(graph.nodes)}
    taken = _processor_milliseconds(lambda: layout(Tidy().apply(graph), heights))
    return [Figure("server tidy of 500 steps", round(taken, 1), "ms", 20)]


def _weights(browser: Browser, site: Site) -> list[Figure]:
    draw(site, a_graph(SMALL))
    with a_page(browser, site) as page:
        answers: list[Response] = []
        page.on("response", lambda answer: answers.append(answer))
        site.open(page)
        page.wait_for_load_state("load")
        kinds = ("script", "stylesheet")
        sizes = [each.request.sizes() for each in answers if each.request.resource_type in kinds]
    weight = sum(size["responseBodySize"] for size in sizes) / 1024
    return [
        Figure("JS and CSS on the first load, gzipped", round(weight, 1), "KB", 60),
        Figure("requests on the first load", len(answers), "", 12),
    ]


def _p95(page: Page, start: Point) -> float:
    page.mouse.move(start.x, start.y)
    page.mouse.down()
    page.evaluate(RECORD)
    for at in range(MOVES):
        page.mouse.move(start.x + 160 * sin(at / 9), start.y + 120 - 120 * cos(at / 9))
    times = sorted(page.evaluate(STOP))
    return round(float(times[int(len(times) * 0.95)]), 1)


def _a_drop(page: Page, revision: int, across: int) -> float:
    start = centre(page.locator("#card-s1"))
    page.mouse.move(start.x, start.y)
    page.mouse.down()
    page.mouse.move(start.x + across, start.y, steps=6)
    page.evaluate(TIME_A_DROP)
    page.mouse.up()
    saved(page, revision)
    return float(page.evaluate("window.kept - window.released"))


def _processor_milliseconds(work: Callable[[], object]) -> float:
    times = []
    for _turn in range(5):
        begun = time.process_time()
        work()
        times.append((time.process_time() - begun) * 1000)
    return statistics.median(times)
