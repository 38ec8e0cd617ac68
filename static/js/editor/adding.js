/* Adding: the searchable menu that a "+" opens, and the palette's own search. Both lists come from the server. */

import { fill, remember } from "./recent.js";

export const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Show the items of a list that hold every word of what was typed; accents do not matter. */
export function filter(list, typed) {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const items = [...list.querySelectorAll("[data-kind]")];
  for (const item of items) item.hidden = !words.every((word) => plain(item.dataset.words).includes(word));
  for (const group of list.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-kind]:not([hidden])");
  const shown = items.filter((item) => !item.hidden && item.checkVisibility());
  list.parentElement.querySelector("[data-none]").hidden = shown.length > 0;
  return shown;
}

/** Of what is shown, the item that is meant: the first that has a word beginning with what was typed, else the first. */
export function meant(shown, typed) {
  const begins = (item) => plain(item.dataset.words).split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(plain(typed).trim()));
  return shown.find(begins) ?? shown[0];
}

export class Adder {
  constructor(editor) {
    Object.assign(this, { editor, dialog: document.getElementById("menu"), list: document.getElementById("menu-list") });
    this.search = document.getElementById("menu-search");
    this.title = document.getElementById("menu-title");
    this.any = this.title.textContent;
    this.search.addEventListener("input", () => this.look());
    this.search.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => this.pick(event.target.closest("[data-kind]")));
    this.list.addEventListener("pointermove", (event) => this.aim(event.target.closest("[data-kind]")));
    const palette = document.getElementById("palette-search");
    palette.addEventListener("input", () => filter(document.getElementById("palette-list"), palette.value));
    palette.addEventListener("keydown", (event) => this.fromPalette(event, palette));
  }

  /** Open beside `anchor` for the way out (source, port); both are empty while there is no start. */
  open(anchor, source, port) {
    this.after = { source, port };
    this.title.textContent = anchor?.getAttribute("aria-label") || this.any;
    this.dialog.classList.toggle("starting", !source);
    fill(document.getElementById("menu-recent"), this.list);
    this.search.value = "";
    this.dialog.showModal();
    beside(this.dialog, anchor);
    this.look();
    this.search.focus();
  }

  look() {
    // What was added last stands first; once something is typed, each kind stands in its own place only.
    document.getElementById("menu-recent").toggleAttribute("data-off", Boolean(this.search.value));
    this.shown = filter(this.list, this.search.value);
    this.aim(meant(this.shown, this.search.value));
  }

  aim(item) {
    if (item === this.aimed || item === null) return;
    this.aimed?.setAttribute("aria-selected", "false");
    this.aimed = item;
    item?.setAttribute("aria-selected", "true");
    this.search.setAttribute("aria-activedescendant", item?.id ?? "");
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const at = this.shown.indexOf(this.aimed) + step;
      this.aim(this.shown.at(at % this.shown.length));
      this.aimed?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Escape") {
      this.dialog.close();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.pick(this.aimed);
    }
  }

  pick(item) {
    if (!item) return;
    this.dialog.close();
    if (this.after.source) remember(item.dataset.kind);
    this.editor.add(item.dataset.kind, this.after.source, this.after.port);
  }

  fromPalette(event, palette) {
    if (event.key !== "Enter") return;
    const first = filter(document.getElementById("palette-list"), palette.value)[0];
    first?.click();
    palette.value = "";
    filter(document.getElementById("palette-list"), "");
  }
}

/** Put a dialog beside what opened it, inside the window. On a phone the style sheet makes a sheet of it. */
export function beside(dialog, anchor) {
  const box = anchor?.checkVisibility?.() ? anchor.getBoundingClientRect() : { right: innerWidth / 2 - 160, top: 120, bottom: 120 };
  const { offsetWidth, offsetHeight } = dialog;
  dialog.style.left = `${Math.max(8, Math.min(box.right + 10, innerWidth - offsetWidth - 8))}px`;
  dialog.style.top = `${Math.max(8, Math.min(box.top - 12, innerHeight - offsetHeight - 8))}px`;
}
