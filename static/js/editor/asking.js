/* Asking: the menu of one step, the two questions that an edit may need (from which way out? which branch stays?),
   and the two ways of pointing without dragging: choose a place for a step, choose the step that comes next. */

import { say } from "../toast.js";
import { beside } from "./adding.js";

/** The ways out of a step, as the drawing has them: {source, port, words, target, slot}. */
export function waysOut(id) {
  return [...document.querySelectorAll(`#step-${CSS.escape(id)} > .port`)].map(({ dataset: { source, port } }) => {
    const edge = document.getElementById(`edge-${source}-${port}`);
    return {
      source, port, target: edge?.dataset.target ?? "", slot: document.getElementById(`slot-${source}-${port}`),
      words: document.getElementById(`way-${source}-${port}`)?.textContent.trim() ?? "",
    };
  });
}

const title = (id) => document.querySelector(`#step-${CSS.escape(id)} .step-title`)?.textContent ?? "";
const isStart = (id) => Boolean(document.querySelector(`#step-${CSS.escape(id)} .sort-when`));

export class Asker {
  constructor(editor) {
    Object.assign(this, { editor, pointing: null });
    this.menu = document.getElementById("step-menu");
    this.ways = document.getElementById("way-menu");
    this.keep = document.getElementById("keep");
    this.menu.addEventListener("click", (event) => this.does(event.target.closest("[data-does]")));
    for (const dialog of [this.menu, this.ways, document.getElementById("menu")]) {
      dialog.addEventListener("click", (event) => event.target === dialog && outside(event, dialog) && dialog.close());
    }
  }

  openMenu(anchor, id) {
    this.about = { anchor, id };
    const ways = waysOut(id);
    const hidden = {
      place: isStart(id), delete: isStart(id), duplicate: isStart(id), copy: isStart(id), several: isStart(id),
      up: isStart(id) || ways.length > 1, down: isStart(id) || ways.length !== 1,
      add: !ways.length, wire: !ways.length, cut: !ways.some((way) => way.target), paste: !ways.length || !this.editor.clipboard.last,
    };
    for (const item of this.menu.querySelectorAll("[data-does]")) item.hidden = Boolean(hidden[item.dataset.does]);
    this.menu.showModal();
    beside(this.menu, anchor);
  }

  does(item) {
    if (!item) return;
    this.menu.close();
    const { anchor, id } = this.about;
    const { editor } = this;
    ({
      open: () => editor.choose(id, { open: true }), add: () => this.addAfter(id, anchor), place: () => this.place(id),
      wire: () => this.wire(id, anchor), cut: () => this.cut(id, anchor), delete: () => this.remove([id]),
      duplicate: () => editor.saver.edit({ edit: "copy_some", ids: [id] }), copy: () => editor.clipboard.copy([id]),
      paste: () => editor.paste(editor.clipboard.last, id), several: () => editor.selection.start(id),
      up: () => editor.shift(id, -1), down: () => editor.shift(id, 1), note: () => editor.note(id),
    })[item.dataset.does]();
  }

  /** Take the one way out there is, or ask from which. */
  from(id, anchor, ways, then) {
    if (ways.length === 1) return then(ways[0]);
    if (!ways.length) return undefined;
    const list = document.getElementById("way-list");
    list.replaceChildren(...ways.map((way) => choice("menu-item", way.words, "", () => (this.ways.close(), then(way)))));
    this.ways.showModal();
    list.children[Math.max(0, ways.findIndex((way) => !way.target))].focus();
    return beside(this.ways, anchor);
  }

  addAfter(id, anchor) {
    this.from(id, anchor, waysOut(id), ({ source, port, slot }) => this.editor.adder.open(visible(slot, anchor), source, port));
  }

  cut(id, anchor) {
    const linked = waysOut(id).filter((way) => way.target);
    this.from(id, anchor, linked, ({ source, port }) => this.editor.saver.edit({ edit: "disconnect", source, port }));
  }

  /** Delete steps; where several branches of one go on outside them, ask which takes its place. */
  remove(ids, keeps = {}) {
    const open = (id) => waysOut(id).filter((way) => way.target && !ids.includes(way.target));
    const asks = ids.find((id) => !keeps[id] && open(id).length > 1);
    if (asks) return this.askWhich(asks, open(asks), (port) => this.remove(ids, { ...keeps, [asks]: port }));
    return this.removed(ids, keeps);
  }

  askWhich(id, ways, then) {
    const buttons = ways.map((way) => choice("choice", way.words, title(way.target), () => (this.keep.close(), then(way.port))));
    document.getElementById("keep-about").textContent = title(id);
    document.getElementById("keep-ways").replaceChildren(...buttons);
    return this.keep.showModal();
  }

  async removed(ids, keeps) {
    const named = title(ids[0]);
    const one = { edit: "delete_node", id: ids[0], ...(keeps[ids[0]] && { keep: keeps[ids[0]] }) };
    const status = await this.editor.saver.edit(ids.length === 1 ? one : { edit: "delete_some", ids, keeps });
    if (status === 200) say(ids.length === 1 ? "deleted" : "deleted-some", { STEP: named, NUMBER: ids.length });
  }

  /** Choose a place for steps: every "+" becomes one, and the arrow keys go from one to the next. */
  place(...ids) {
    const many = ids.length > 1;
    const edit = ({ source, port }) => (many ? { edit: "move_some", ids, node: source, port } : { edit: "move_after", id: ids[0], node: source, port });
    this.point({ slot: (slot) => this.editor.saver.edit(edit(slot)) }, "place");
    this.editor.zones.light(ids);
    this.zones()[0]?.focus();
  }

  wire(id, anchor) {
    this.from(id, anchor, waysOut(id), ({ source, port }) => {
      this.point({ step: (target) => this.editor.connect(source, port, target) }, "pick");
      document.getElementById("main").setAttribute("data-live", "wiring");
    });
  }

  point(targets, words) {
    this.stop();
    this.pointing = targets;
    say(words);
  }

  /** A press while pointing: true when it was the answer. */
  answered(target) {
    const slot = this.pointing?.slot && target.closest(".slot");
    const step = this.pointing?.step && target.closest("[data-step]");
    if (!slot && !step) return false;
    const { pointing } = this;
    this.stop();
    if (slot) pointing.slot(slot.dataset);
    else pointing.step(step.dataset.step);
    return true;
  }

  /** The zones that can be chosen with the arrow keys. */
  zones() {
    return [...document.querySelectorAll(".slot:not([data-live='dim'])")].filter((slot) => slot.checkVisibility());
  }

  stop() {
    const was = this.pointing;
    this.pointing = null;
    this.editor.zones.dark();
    return Boolean(was);
  }
}

const visible = (element, other) => (element?.checkVisibility() ? element : other);

function choice(name, words, more, then) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: name });
  const strong = Object.assign(document.createElement("strong"), { textContent: words });
  const small = Object.assign(document.createElement("span"), { className: "small", textContent: more });
  button.append(strong, small);
  button.addEventListener("click", then);
  return button;
}

function outside({ clientX, clientY }, dialog) {
  const box = dialog.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}
