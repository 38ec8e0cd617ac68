/* Choosing products. The dialog lists a page at a time from the server; what is ticked is remembered across searches and
   goes into the form with Apply. Up and down walk the list, as Tab and Space do. Each change of what is chosen is told
   as one `change` of the field. */

const PAUSE = 200; // milliseconds after the last key, before the server is asked

class Picker {
  constructor(dialog) {
    this.dialog = dialog;
    dialog.addEventListener("input", ({ target }) => target === this.find && this.soon());
    dialog.addEventListener("keydown", (event) => this.key(event));
    dialog.addEventListener("change", (event) => {
      event.stopPropagation(); // nothing is chosen before Apply
      if (event.target !== this.find) this.tick(event.target);
    });
  }

  get field() {
    return this.dialog.closest("[data-picker]");
  }

  get chosen() {
    return this.field.querySelector("[data-chosen-list]");
  }

  get boxes() {
    return [...this.list.querySelectorAll("input[type=checkbox]")];
  }

  open() {
    [this.find, this.list, this.lost, this.count] = ["[data-finds]", "[data-picks-list]", "[data-lost]", "[data-count]"].map((each) => this.dialog.querySelector(each));
    const kept = [...this.chosen.querySelectorAll("li")];
    this.ticked = new Map(kept.map((each) => [each.querySelector("input").value, each.querySelector("span").textContent]));
    this.find.value = "";
    this.dialog.showModal();
    this.tell();
    return this.search();
  }

  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.search(), PAUSE);
  }

  search() {
    return this.fill(`${this.dialog.dataset.source}?q=${encodeURIComponent(this.find.value)}`);
  }

  async fill(address, further = false) {
    const asked = (this.asked = Symbol("the latest question"));
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const rows = await answer.text();
      if (asked === this.asked) this.show(rows, further);
    } catch {
      this.lost.hidden = false;
    }
  }

  show(rows, further) {
    this.lost.hidden = true;
    const before = this.boxes.length;
    if (further) this.list.querySelector("[data-further]").parentElement.remove();
    else this.list.replaceChildren();
    this.list.insertAdjacentHTML("beforeend", rows);
    for (const box of this.boxes) box.checked = this.ticked.has(box.value);
    if (further) this.boxes[before]?.focus();
  }

  tick({ checked, value, dataset }) {
    if (checked) this.ticked.set(value, dataset.title);
    else this.ticked.delete(value);
    this.tell();
  }

  tell() {
    const { none, one, many } = this.count.dataset;
    const number = this.ticked.size;
    this.count.textContent = number === 0 ? none : number === 1 ? one : many.replace("{n}", number);
  }

  apply() {
    const form = this.field.querySelector("[data-chosen-form]").content.firstElementChild;
    this.chosen.replaceChildren(...[...this.ticked].map(([value, title]) => {
      const row = form.cloneNode(true);
      row.querySelector("input").value = value;
      row.querySelector("span").textContent = title;
      return row;
    }));
    this.dialog.close();
    changed(this.field);
  }

  key(event) {
    if (event.key === "Enter" && event.target === this.find) {
      event.preventDefault(); // the form around the dialog is not sent by a search
      this.search();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [this.find, ...this.boxes];
    stops[stops.indexOf(event.target) + step]?.focus();
  }
}

const pickers = new WeakMap(); // by their dialogs: a page may swap them in at any time

function of(field) {
  const dialog = field.querySelector("dialog");
  if (!pickers.has(dialog)) pickers.set(dialog, new Picker(dialog));
  return pickers.get(dialog);
}

function changed(field) {
  field.querySelector("[data-picks]").focus();
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function pressed({ target }) {
  const field = target.closest("[data-picker]");
  if (!field) return;
  if (target.closest("[data-picks]")) of(field).open();
  else if (target.closest("[data-further]")) of(field).fill(target.closest("[data-further]").dataset.further, true);
  else if (target.closest("[data-applies]")) of(field).apply();
  else if (target.closest("[data-drops]")) {
    target.closest("li").remove();
    changed(field);
  }
}

/** Let the pickers of this page work, those that come later too. */
export function start() {
  document.addEventListener("click", pressed);
}
