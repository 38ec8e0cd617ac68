/* Finding: a step by any word on its card or in its note. Enter goes on to the next one, Shift+Enter back. */

import { plain } from "./adding.js";

export class Finder {
  constructor(editor) {
    Object.assign(this, { editor, found: [], at: -1, box: document.getElementById("find") });
    this.input = document.getElementById("find-input");
    this.count = document.getElementById("find-count");
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  get open() {
    return !this.box.hidden;
  }

  show() {
    this.box.hidden = false;
    this.input.focus();
    this.input.select();
    this.look();
  }

  hide() {
    this.box.hidden = true;
    this.mark([]);
    this.editor.chooser.focus();
  }

  look() {
    const words = plain(this.input.value).split(/\s+/).filter(Boolean);
    const holds = (step) => words.every((word) => plain(step.querySelector(".step-words").textContent).includes(word));
    this.mark(words.length ? [...document.querySelectorAll("#canvas .step")].filter(holds).map((step) => step.dataset.step) : []);
    this.go(this.found.length ? 0 : -1);
  }

  mark(found) {
    this.found = found;
    for (const step of document.querySelectorAll(".step, .outline-step")) step.toggleAttribute("data-found", found.includes(step.dataset.step));
  }

  go(at) {
    this.at = at;
    const { none, some } = this.count.dataset;
    this.count.textContent = !this.input.value ? "" : at < 0 ? none : some.replace("NUMBER", at + 1).replace("ALL", this.found.length);
    if (at < 0) return;
    this.editor.choose(this.found[at]);
    this.editor.reveal(this.found[at]);
  }

  key(event) {
    if (event.key === "Escape") this.hide();
    else if (event.key === "Enter" && this.found.length) this.go((this.at + (event.shiftKey ? -1 : 1) + this.found.length) % this.found.length);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
