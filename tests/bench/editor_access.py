"""Whether everybody can use the editor: axe over its states, in both languages, both faces and both grounds."""

from __future__ import annotations

import sys
from itertools import product

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.bench.editor_site import a_page, speak
from tests.bench.figure import Figure
from tests.e2e.editing import Site

# Each state by what brings it about; `editor` is the page's own.
STATES = {
    "as it opens": "",
    "a step chosen": "editor.choose('n2', { open: true })",
    "the menu of a plus": "document.querySelector(editor.outlined ? '#outline .slot' : '#canvas .slot').click()",
    "several chosen": "editor.selection.set(['n4', 'n5'])",
    "which branch stays": "editor.asker.remove(['n3'])",
    "the keys": "document.getElementById('keys').showModal()",
}
POLICY = "Content Security Policy"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
ENTER = """async () => {{
  const {{ editor }} = document.getElementById("editor");
  editor.shown.show({outline});
  {does};
}}"""


def access(browser: Browser, site: Site) -> list[Figure]:
    """Return how many rules of WCAG's levels A and AA are broken, all states together. Each is told on stderr."""
    site.plant()
    broken = 0
    refused: list[str] = []
    for language, ground in product(("en", "fr"), ("light", "dark")):
        speak(site, language)
        with a_page(browser, site, color_scheme=ground, locale=language) as page:
            page.on(
                "console",
                lambda line: refused.append(line.text) if "Content Security Policy" in line.text else None,
            )
            for (state, does), outline in product(STATES.items(), (False, True)):
                site.open(page)
                page.evaluate(
                    ENTER.format(outline=str(outline).lower(), does=f"await {does}" if does else "")
                )
                broken += _broken(
                    page, f"{state}, {'outline' if outline else 'drawing'}, {language}, {ground}"
                )
    return [
        Figure("axe A and AA violations over 48 states", broken, "", 0),
        Figure("violations of the content security policy over 48 states", len(refused), "", 0),
    ]


def _broken(page: Page, where: str) -> int:
    found = Axe().run(page, options=RULES).response["violations"]
    for each in found:
        print(f"{where}: {each['id']} at {[node['target'] for node in each['nodes']][:3]}", file=sys.stderr)
    return len(found)
