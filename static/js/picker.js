/* Choosing products. The dialog lists a page at a time from the server; what is ticked is remembered across searches and
   goes into the form with Apply. Up and down walk the list, as Tab and Space do. */

const PAUSE = 200; // milliseconds after the last key, before the server is asked

class Picker {
  constructor(field) {
    this.field = field;
    this.dialog = field.querySelector("dialog");
    [this.find, this.list, this.lost, this.count] = ["[data-finds]", "[data-picks-list]", "[data-lost]", "[data-count]"].map((each) => this.dialog.querySelector(each));
    this.chosen = field.querySelector("[data-chosen-list]");
    field.addEventListener("click", ({ target }) => this.press(target));
    this.find.addEventListener("input", () => this.soon());
    this.list.addEventListener("change", ({ target }) => this.tick(target));
    this.dialog.addEventListener("keydown", (event) => this.key(event));
  }

  press(target) {
    if (target.closest("[data-picks]")) this.open();
    else if (target.closest("[data-drops]")) target.closest("li").remove();
    else if (target.closest("[data-more]")) this.fill(target.closest("[data-more]").dataset.more, true);
    else if (target.closest("[data-applies]")) this.apply();
  }

  open() {
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
    if (further) this.list.querySelector("[data-more]").parentElement.remove();
    else this.list.replaceChildren();
    this.list.insertAdjacentHTML("beforeend", rows);
    for (const box of this.boxes) box.checked = this.ticked.has(box.value);
    if (further) this.boxes[before]?.focus();
  }

  get boxes() {
    return [...this.list.querySelectorAll("input[type=checkbox]")];
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
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
    this.field.querySelector("[data-picks]").focus();
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

/** Let each picker of a part of the page work. */
export function start(root = document) {
  for (const field of root.querySelectorAll("[data-picker]")) new Picker(field);
}
