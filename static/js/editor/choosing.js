/* Choosing: which step is selected, and the panel with its settings. Selection is the page's own: the server is told
   which step is chosen, so that it can answer with that step's panel. */

export class Chooser {
  constructor(editor) {
    this.editor = editor;
    this.id = editor.view.canvas.dataset.chosen;
    this.side = document.getElementById("side");
  }

  step(id = this.id) {
    return id ? document.getElementById(`step-${id}`) : null;
  }

  /** Select a step ("" for the whole automation) and load its panel. `open` goes into it. */
  async choose(id, { open = false, load = true } = {}) {
    const changed = id !== this.id;
    this.id = id;
    this.mark();
    if (open) this.side.setAttribute("data-live", "open");
    if (load && (changed || document.getElementById("inspector").dataset.step !== id)) await this.load();
    if (open) this.enter();
  }

  async load() {
    const url = this.editor.root.dataset.steps + encodeURIComponent(this.id);
    await htmx.ajax("GET", url, { source: "#inspector", target: "#inspector", swap: "outerMorph" });
    settle(document.getElementById("inspector"));
  }

  /** Go into the panel: its first field, or the field that is asked for. */
  enter(field = "") {
    const panel = document.getElementById("inspector");
    const place = field ? panel.querySelector(`[data-field="${CSS.escape(field)}"]`) : panel;
    const first = [...(place ?? panel).querySelectorAll("input, select, textarea, [data-picks]")].find((each) => each.checkVisibility());
    (first ?? panel).focus();
    first?.select?.();
  }

  leave() {
    const was = this.id;
    this.side.removeAttribute("data-live");
    this.focus(was);
  }

  /** Put the focus on a step, on the drawing or in the outline, whichever is shown. */
  focus(id = this.id) {
    const card = document.getElementById(`${this.editor.outlined ? "pick" : "card"}-${id}`);
    card?.focus({ preventScroll: !this.editor.outlined });
  }

  /** Say on the page which step is chosen, after each answer too: an answer knows nothing of the page's own marks. */
  mark() {
    if (this.id && !this.step()) this.id = "";
    for (const card of document.querySelectorAll(".step, .outline-step")) {
      const chosen = card.dataset.step === this.id;
      card.toggleAttribute("data-chosen", chosen);
      card.querySelector(".step-card").setAttribute("aria-current", chosen);
    }
    const cards = [...document.querySelectorAll("#canvas .step-card")];
    const stop = this.step()?.querySelector(".step-card") ?? cards[0];
    for (const card of cards) card.tabIndex = card === stop ? 0 : -1;
  }
}

/** Let every field show what the server said, but the one that is being written in. */
export function settle(place) {
  for (const each of place.querySelectorAll("input, textarea, select")) {
    if (each === document.activeElement) continue;
    if (each.type === "checkbox" || each.type === "radio") each.checked = each.defaultChecked;
    else if (each.tagName === "SELECT") for (const option of each.options) option.selected = option.defaultSelected;
    else each.value = each.defaultValue;
  }
  for (const each of place.querySelectorAll("select")) {
    if (each.selectedIndex < 0) each.selectedIndex = 0;
  }
}
