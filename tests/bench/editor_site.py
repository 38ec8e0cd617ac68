"""Where the editor is measured: the product behind a server of its own, a flow of any size, and a quiet browser."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from app import views
from app.extensions import db
from app.models import Flow, User
from graph.edits import AddNode
from graph.model import Graph
from tests import chromium
from tests.conftest import make_app
from tests.e2e.conftest import CALM
from tests.e2e.editing import Site

SCREEN = {"width": 1440, "height": 900}
# Written into the page before anything of it runs: when the editor could be used, by the page's own clock.
READY = """new MutationObserver((_changes, me) => {
  if (!document.querySelector("#editor[data-ready]")) return;
  me.disconnect();
  window.ready = performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });"""


def a_graph(size: int) -> Graph:
    """Return a flow of so many steps: a start, waits and tags, and every tenth step a question."""
    graph, after = AddNode("cart_abandoned", id="s0").apply(Graph()), ("s0", "next")
    for at in range(1, size):
        kind = "condition" if at % 10 == 0 else "wait" if at % 2 else "tag"
        graph = AddNode(kind, after, id=f"s{at}").apply(graph)
        after = (f"s{at}", "yes" if kind == "condition" else "next")
    return graph


@contextmanager
def a_site() -> Iterator[Site]:
    """Yield the running product with one shop, one owner and one flow."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(Path(folder))
        views.register(app)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site = Site(app, f"http://127.0.0.1:{server.server_port}")
        site.plant()
        yield site
        server.shutdown()


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Yield this machine's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), headless=True, args=list(CALM))
        yield browser
        browser.close()


def draw(site: Site, graph: Graph) -> None:
    """Make a graph the draft of the site's flow."""
    with site.app.app_context():
        db.session.get_one(Flow, site.flow_id).draft = graph.to_json()
        db.session.commit()


def speak(site: Site, language: str) -> None:
    """Let the owner read the pages in a language."""
    with site.app.app_context():
        for user in db.session.query(User):
            user.locale = language
        db.session.commit()


@contextmanager
def a_page(browser: Browser, site: Site, **how: object) -> Iterator[Page]:
    """Yield a page of the signed-in owner, in a browser that remembers nothing."""
    context = browser.new_context(**{"viewport": SCREEN, "reduced_motion": "reduce", **how})  # type: ignore[arg-type]
    context.add_cookies([site.cookie()])  # type: ignore[list-item]
    context.add_init_script(READY)
    yield context.new_page()
    context.close()
