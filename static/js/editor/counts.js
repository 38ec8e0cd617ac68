/* Counts: how many people stand where, asked for every ten seconds while the page is looked at. Whether they are shown is
   remembered in this browser. Only the words on the cards change, never a card. */

const EVERY = 10_000;
const KEPT = "relance.counts";

export class Counts {
  constructor(root, button) {
    Object.assign(this, { root, button, known: button.dataset.known, marks: {} });
    button.addEventListener("click", () => this.show(!this.shown));
    root.addEventListener("htmx:after:swap", () => this.write());
    this.show(localStorage.getItem(KEPT) !== "off");
    setInterval(() => this.ask(), EVERY);
  }

  show(shown) {
    this.shown = shown;
    localStorage.setItem(KEPT, shown ? "on" : "off");
    this.button.setAttribute("aria-pressed", shown);
    this.root.toggleAttribute("data-uncounted", !shown);
  }

  async ask() {
    if (!this.shown || document.hidden) return;
    const answer = await fetch(`${this.button.dataset.counts}?known=${this.known}`).catch(() => null);
    if (answer?.status !== 200) return;
    Object.assign(this, await answer.json());
    this.write();
  }

  /** An answer to an edit brings counts of its own, as fresh as ours or fresher: only what was asked for is written. */
  write() {
    for (const place of document.querySelectorAll("[data-count]")) {
      const [words, all] = this.marks[place.dataset.count] ?? [];
      if (words === undefined || place.textContent === words) continue;
      place.textContent = words;
      place.title = all;
      place.hidden = !words;
    }
  }
}
