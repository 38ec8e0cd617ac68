/* The editor, put together: the view, the pointer, the keys, and the one way by which every change leaves the page. */

import { Adder } from "./adding.js";
import { Asker, waysOut } from "./asking.js";
import { Chooser, settle } from "./choosing.js";
import { Clipboard } from "./clipboard.js";
import * as conflict from "./conflict.js";
import { Counts } from "./counts.js";
import * as cutting from "../cutting.js";
import * as picker from "../picker.js";
import { Finder } from "./finding.js";
import { Keys } from "./keys.js";
import { Pointer } from "./pointer.js";
import * as rules from "./rules.js";
import { Saver } from "./saving.js";
import { Selection } from "./selecting.js";
import { Shown } from "./showing.js";
import { View } from "./view.js";
import { Zones } from "./zones.js";

class Editor {
  constructor(root) {
    this.root = root;
    const zoom = document.getElementById("zoom");
    const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
    this.view = new View(document.getElementById("sheet"), (value) => (zoom.textContent = percent.format(value)));
    this.chooser = new Chooser(this);
    this.saver = new Saver(root, () => this.chooser.id);
    this.zones = new Zones(document.getElementById("main"));
    this.adder = new Adder(this);
    this.asker = new Asker(this);
    this.selection = new Selection(this);
    this.clipboard = new Clipboard(this);
    this.finder = new Finder(this);
    this.shown = new Shown(this);
    this.pointer = new Pointer(this);
    this.keys = new Keys(this);
    this.listen();
    this.refresh();
    this.view.show(this.chooser.step());
  }

  listen() {
    document.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("change", (event) => this.changed(event));
    document.addEventListener("submit", (event) => event.target.matches("[data-saves]") && event.preventDefault());
    document.addEventListener("published", () => document.getElementById("publish").close());
    this.root.addEventListener("htmx:after:swap", (event) => event.target === this.root && this.refresh());
    this.root.addEventListener("answered", ({ detail }) => this.answered(detail));
  }

  /** After every answer: places and marks are the page's own. */
  refresh() {
    this.view.place();
    this.mark();
    settle(document.getElementById("inspector"));
  }

  mark() {
    this.chooser.mark();
    this.selection.mark();
  }

  /** Whether the flow is shown as a list. */
  get outlined() {
    return this.shown.outline;
  }

  /** Let a step be seen, on the drawing or in the list. */
  reveal(id) {
    if (this.outlined) document.getElementById(`line-${id}`)?.scrollIntoView({ block: "center" });
    else this.view.show(document.getElementById(`step-${id}`));
  }

  /** Put steps from the clipboard behind a step: the chosen one, or the last. */
  paste(clip, id = this.chooser.id) {
    this.somewhere(id, (_slot, source, port) => this.saver.edit({ edit: "paste", clip, ...(source && { after: [source, port] }) }));
  }

  /** Move a step along the flow; the focus goes with it. */
  async shift(id, by) {
    if ((await this.saver.edit({ edit: "shift", id, by })) !== 200) return;
    this.reveal(id);
    this.chooser.focus(id);
  }

  async note(id) {
    await this.choose(id, { open: true });
    this.chooser.enter("note");
  }

  async answered({ status, chosen }) {
    const { chooser, view } = this;
    if (chooser.id !== chosen) return chooser.load();
    const now = view.canvas.dataset.chosen;
    if (status !== 200 || now === chosen) return undefined;
    await chooser.choose(now, { open: Boolean(now) });
    return view.show(chooser.step());
  }

  choose(id, how) {
    return this.chooser.choose(id, how);
  }

  add(kind, source, port) {
    return this.saver.edit(source ? { edit: "add_node", kind, after: [source, port] } : { edit: "add_node", kind });
  }

  connect(source, port, target) {
    return this.saver.edit({ edit: "connect", source, port, target });
  }

  /** Add after the chosen step, or at the first open end. */
  addSomewhere(kind = "") {
    this.somewhere(this.chooser.id, (slot, source, port) => (kind ? this.add(kind, source, port) : this.adder.open(slot, source, port)));
  }

  /** Find the way out that is meant: of a step, asking where it has several, else the first open end. */
  somewhere(id, then) {
    const ways = waysOut(id || "-");
    const end = document.querySelector("#canvas .the-end")?.id.replace(/^end-/, "slot-");
    const first = document.getElementById(end) ?? document.querySelector("#canvas .slot");
    const anchor = this.chooser.step(id)?.querySelector(".step-card") ?? first ?? document.querySelector("[data-add]");
    if (ways.length) return this.asker.from(id, anchor, ways, (way) => then(way.slot, way.source, way.port));
    return then(first, first?.dataset.source ?? "", first?.dataset.port ?? "");
  }

  does(what, button) {
    const { view, saver, root, selection } = this;
    const actions = {
      undo: () => document.getElementById("undo").disabled || saver.send(root.dataset.undo),
      redo: () => document.getElementById("redo").disabled || saver.send(root.dataset.redo),
      closer: () => view.zoomBy(1.25), farther: () => view.zoomBy(0.8), actual: () => view.home(), fit: () => view.fit(),
      tidy: () => saver.edit({ edit: "tidy" }), close: () => this.close(), find: () => this.finder.show(), unfind: () => this.finder.hide(),
      drawing: () => this.shown.show(false), outline: () => this.shown.show(true), list: () => this.shown.enter(),
      whole: () => this.choose("", { open: true }),
      delete: () => this.asker.remove(selection.ids), duplicate: () => this.duplicate(),
      copy: () => this.clipboard.copy(selection.ids), place: () => this.asker.place(...selection.ids), unpick: () => selection.clear(),
    };
    return actions[what]?.();
  }

  async duplicate() {
    const { ids } = this.selection;
    if (ids.length) await this.saver.edit({ edit: "copy_some", ids });
  }

  close() {
    this.chooser.leave();
    if (this.chooser.id) this.choose("");
  }

  clicked(event) {
    const { target } = event;
    if (target.closest("[data-does]") && !target.closest("dialog")) return this.does(target.closest("[data-does]").dataset.does, target.closest("[data-does]"));
    if (target.closest(".stage") && this.asker.answered(target)) return undefined;
    if (target.closest("[data-mends]")) return this.mend(target.closest("[data-mends]").dataset);
    if (target.closest("[data-more]")) return this.asker.openMenu(target.closest("[data-more]"), target.closest("[data-more]").dataset.more);
    if (target.closest("[data-add]")) return this.addAt(target.closest("[data-add]"));
    const pressed = target.closest(".step-card")?.closest("[data-step]");
    if (pressed && (event.shiftKey || this.selection.many)) return this.selection.toggle(pressed.dataset.step);
    if (pressed) this.selection.clear();
    if (target.closest("[data-pick]")) return this.choose(target.closest("[data-pick]").dataset.pick, { open: true });
    if (pressed) return this.choose(pressed.dataset.step);
    if (target.closest(".palette-item")) return this.addSomewhere(target.closest(".palette-item").dataset.kind);
    if (target.closest("#inspector") && rules.pressed(target)) return this.save(target.closest("form") ?? document.querySelector("#inspector form"));
    if (target.matches(".sheet, #canvas, #edges")) return this.selection.clear() || this.choose("");
    return undefined;
  }

  addAt(button) {
    this.adder.open(button, button.dataset.source, button.dataset.port);
  }

  async mend({ mends, field }) {
    await this.choose(mends, { open: true });
    this.chooser.enter(field);
    this.view.show(this.chooser.step());
  }

  changed({ target }) {
    if (target.matches("[data-starts-with]")) return this.saver.edit({ edit: "change_trigger", kind: target.value });
    if (target.matches("[data-notes]")) return this.saver.edit({ edit: "annotate", id: target.dataset.notes, note: target.value });
    const form = target.closest("form[data-saves]");
    if (!form) return undefined;
    rules.changed(target);
    return this.save(form);
  }

  save(form) {
    if (rules.complete(form)) this.saver.send(form.action, new FormData(form));
  }
}

// What the page marks for itself stands in data-live and data-chosen: no answer wipes it out.
htmx.config.morphIgnore = [...(htmx.config.morphIgnore ?? []), "data-live", "data-culled"];
htmx.config.morphSkip += ", dialog[open]"; // an answer that comes late closes no question
const root = document.getElementById("editor");
root.editor = new Editor(root);
conflict.watch(root);
cutting.start();
picker.start();
root.counts = new Counts(root, document.getElementById("counts-toggle"));
root.setAttribute("data-ready", "");
