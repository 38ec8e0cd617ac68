/* The editor of designs. What is typed is kept half a second later, as a draft; every change leaves by one door, in order.
   The answers swap their own regions in; the preview is drawn anew after each. */

import { Saver } from "./editor/saving.js";
import { Sorting } from "./blocks_sorting.js";
import { count, insert } from "./blocks_words.js";
import { enrich } from "./rich.js";

const PAUSE = 500; // ms without a key
const NARROW = matchMedia("(max-width: 720px)");

class Design {
  constructor(root) {
    Object.assign(this, { root, waiting: new Map(), chosen: "", width: "desktop", scheme: "light" });
    addEventListener("beforeunload", () => this.flush());
    this.saver = new Saver(root, () => this.chosen);
    this.frame = document.getElementById("seen");
    if (NARROW.matches) this.look(root.querySelector("[data-width=phone]"), "width");
    this.sorting = new Sorting(root, (block, to) => this.edit({ do: "move", block, to }));
    this.listen();
    this.refresh();
  }

  get language() {
    return document.getElementById("languages").dataset.language;
  }

  listen() {
    const { root } = this;
    root.addEventListener("input", ({ target }) => this.typed(target));
    root.addEventListener("change", ({ target }) => this.changed(target));
    root.addEventListener("focusin", ({ target }) => target.closest("[data-worded]") && this.remember(target));
    root.addEventListener("submit", (event) => this.submitted(event));
    root.addEventListener("answered", () => this.answered());
    document.addEventListener("click", (event) => this.clicked(event));
    document.getElementById("field-menu").addEventListener("pointerdown", (event) => event.preventDefault());
  }

  remember(target) {
    if (target.matches("input:not([type=file]), textarea")) this.field = target;
  }

  submitted(event) {
    if (!event.target.matches("[data-tests]")) return event.preventDefault();
    // The test shows the draft: what is still on its way goes first.
    if (!this.waiting.size && !this.saver.busy) return undefined;
    event.preventDefault();
    return this.flush().then(() => event.target.submit());
  }

  typed(target) {
    const form = target.closest("form[data-saves]");
    count(this.root);
    if (!form || target.type === "file") return;
    clearTimeout(this.waiting.get(form));
    this.waiting.set(form, setTimeout(() => this.keep(form), PAUSE));
  }

  changed(target) {
    if (target.id === "seen-by") return this.show();
    if (target.type === "file") return this.upload(target);
    if (target.closest("[data-named]")) return this.edit({ do: "name", name: target.value });
    const form = target.closest("form[data-saves]");
    if (!form) return undefined;
    // Another number of columns is another form.
    return this.keep(form, target.name.endsWith("-count") && target.closest(".block") ? form.dataset.block : "");
  }

  keep(form, redraw = "") {
    clearTimeout(this.waiting.get(form));
    this.waiting.delete(form);
    const body = new FormData(form);
    body.set("do", form.dataset.saves);
    if (form.dataset.block) body.set("block", form.dataset.block);
    const kept = this.send(body);
    return redraw ? kept.then(() => location.reload()) : kept;
  }

  /** Keep at once what was typed last; resolves when it is. */
  flush() {
    return Promise.all([...this.waiting.keys()].map((form) => this.keep(form)));
  }

  async edit(fields) {
    this.flush();
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return this.send(body);
  }

  send(body, url = this.root.dataset.draft) {
    body.set("language", this.language);
    return this.saver.send(url, body);
  }

  answered() {
    if (this.saver.queue.length) return;
    this.refresh();
    this.show();
  }

  refresh() {
    const open = this.root.querySelector(".block-open[aria-expanded=true]")?.closest(".block");
    this.chosen = open?.dataset.block ?? "";
    enrich(this.root);
    count(this.root);
  }

  show() {
    const seen = new URL(this.root.dataset.preview, location);
    const customer = document.getElementById("seen-by").value;
    for (const [name, value] of Object.entries({ language: this.language, scheme: this.scheme, customer })) seen.searchParams.set(name, value);
    seen.searchParams.set("edits", document.getElementById("bar").dataset.revision);
    if (this.frame.src !== seen.href) this.frame.src = seen.href;
    this.frame.classList.toggle("mail-frame-phone", this.width === "phone");
  }

  look(button, name) {
    this[name] = button.dataset[name];
    for (const each of button.parentElement.children) each.setAttribute("aria-pressed", each === button);
    this.show();
  }

  /** Where only one of the two fits: the words, or what a customer sees. */
  face(name) {
    document.getElementById("split").dataset.shows = name;
    for (const each of this.root.querySelectorAll("[data-face]")) each.setAttribute("aria-pressed", each.dataset.face === name);
  }

  open(button) {
    const block = button.closest(".block");
    for (const each of this.root.querySelectorAll(".block")) {
      const opens = each === block && button.getAttribute("aria-expanded") === "false";
      each.querySelector(".block-open").setAttribute("aria-expanded", opens);
      each.querySelector(".block-form").hidden = !opens;
    }
    this.refresh();
  }

  async does(button) {
    const { does, kind, after, adds } = button.dataset;
    const block = button.closest(".block")?.dataset.block ?? "";
    const place = [...this.root.querySelectorAll(".block")].findIndex((each) => each.dataset.block === block);
    button.closest("details.menu")?.removeAttribute("open");
    if (does === "open") return this.open(button);
    if (does === "save") return this.save();
    if (does === "add") return this.edit({ do: "add", kind, after: after || this.chosen }).then(() => this.reveal());
    if (does === "up" || does === "down") return this.edit({ do: "move", block, to: place + (does === "up" ? -1 : 1) }).then(() => this.stay(block, does));
    return this.edit({ do: does, block, ...(adds && { adds }) }).then(() => does === "duplicate" && this.reveal());
  }

  /** Make the draft live; what stops it is opened. */
  async save() {
    this.flush();
    await this.send(new FormData(), this.root.dataset.save);
    if (this.root.querySelector(".block:has(.block-form:not([hidden])) .error")) this.reveal();
  }

  /** After a move by its button the focus stays on that button, or on the other one at an end. */
  stay(block, does) {
    const head = this.root.querySelector(`.block[data-block="${block}"] .block-head`);
    const buttons = [head?.querySelector(`[data-does=${does}]`), head?.querySelector(`[data-does=${does === "up" ? "down" : "up"}]`)];
    buttons.find((button) => button && !button.disabled)?.focus();
  }

  reveal() {
    this.face("words");
    const form = this.root.querySelector(".block-form:not([hidden])");
    form?.closest(".block").scrollIntoView({ block: "nearest" });
    form?.querySelector("input:not([type=file]), textarea:not([hidden]), .rich, select")?.focus({ preventScroll: true });
  }

  clicked({ target }) {
    const found = (name) => target.closest(`[data-${name}]`);
    if (found("field")) return this.insert(found("field"));
    if (found("inserts")) return this.offer(found("inserts"));
    if (found("marks")) return found("marks").closest("[data-worded]").querySelector("textarea").rich.mark(found("marks").dataset.marks);
    if (found("face")) return this.face(found("face").dataset.face);
    if (found("width")) return this.look(found("width"), "width");
    if (found("scheme")) return this.look(found("scheme"), "scheme");
    if (found("does")) return this.does(found("does"));
    return undefined;
  }

  offer(button) {
    const menu = document.getElementById("field-menu");
    const box = button.getBoundingClientRect();
    this.field = button.closest("[data-worded]").querySelector("input, textarea");
    menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - 268))}px`;
    menu.style.top = `${Math.max(8, Math.min(box.bottom + 4, innerHeight - 388))}px`;
  }

  insert(entry) {
    document.getElementById("field-menu").hidePopover();
    if (this.field?.rich) this.field.rich.insert(entry.dataset.field, entry.textContent.trim());
    else if (this.field) insert(this.field, entry.dataset.field);
  }

  async upload(input) {
    const place = input.closest("[data-pictured]");
    const body = new FormData();
    body.set("file", input.files[0]);
    body.set("preset", input.closest("[data-uploads]").dataset.uploads);
    const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited"));
    const answer = await fetch(this.root.dataset.uploadsTo, { method: "POST", body, headers }).then((got) => got.json()).catch(() => ({}));
    const refused = place.querySelector("[data-refused]");
    refused.hidden = !answer.problem;
    refused.textContent = answer.problem ?? "";
    input.value = "";
    if (!answer.url) return;
    const field = place.querySelector("[data-picture]");
    field.value = answer.url;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// What the page marks for itself stands in data-live: no answer wipes it out.
htmx.config.morphIgnore = [...(htmx.config.morphIgnore ?? []), "data-live"];
const root = document.getElementById("design");
root.design = new Design(root);
root.setAttribute("data-ready", "");
