/* Selecting: several steps at once, and the bar that says what can be done with them. The start is never among them:
   a flow has one, and it stays where it is. */

import { high } from "./view.js";

export class Selection {
  constructor(editor) {
    Object.assign(this, { editor, picked: new Set(), many: false, bar: document.getElementById("selection") });
    this.words = document.getElementById("selection-words");
  }

  /** The chosen steps in the order of the flow: those that were picked, else the one whose panel is open. */
  get ids() {
    if (!this.picked.size) return this.editor.chooser.id ? [this.editor.chooser.id] : [];
    return steps().map((step) => step.dataset.step).filter((id) => this.picked.has(id));
  }

  /** Pick a step or let it go. The first one takes along the step that was chosen before. */
  toggle(id) {
    const before = this.editor.chooser.id;
    if (!this.picked.size && before && before !== id && !isStart(before)) this.picked.add(before);
    if (this.picked.has(id)) this.picked.delete(id);
    else if (!isStart(id)) this.picked.add(id);
    this.mark();
  }

  set(ids) {
    this.picked = new Set([...ids].filter((id) => !isStart(id)));
    this.mark();
  }

  all() {
    this.set(steps().map((step) => step.dataset.step));
  }

  /** From now on a tap picks, as it does where there is no Shift key. */
  start(id) {
    this.many = true;
    this.set([id]);
  }

  clear() {
    const was = this.picked.size > 0;
    this.many = false;
    this.set([]);
    return was;
  }

  mark() {
    for (const id of [...this.picked]) if (!document.getElementById(`step-${id}`)) this.picked.delete(id);
    if (!this.picked.size) this.many = false;
    for (const step of document.querySelectorAll(".step, .outline-step")) step.toggleAttribute("data-picked", this.picked.has(step.dataset.step));
    this.bar.hidden = !this.picked.size;
    const { one, many } = this.words.dataset;
    const words = (this.picked.size === 1 ? one : many).replace("NUMBER", this.picked.size);
    if (this.words.textContent !== words) this.words.textContent = words;
  }
}

/** A box drawn on the sheet picks every card that it touches. */
export class Box {
  constructor(editor, from) {
    Object.assign(this, { editor, from, kept: new Set(editor.selection.picked) });
  }
  start() {
    this.box = Object.assign(document.createElement("div"), { className: "box" });
    this.editor.view.canvas.append(this.box);
    this.cards = steps().map((step) => ({ id: step.dataset.step, x: +step.dataset.x, y: +step.dataset.y, h: high(step) }));
  }
  move({ at }) {
    const [one, other] = [this.editor.view.toCanvas(this.from.x, this.from.y), this.editor.view.toCanvas(at.x, at.y)];
    const [left, right] = [Math.min(one.x, other.x), Math.max(one.x, other.x)];
    const [top, bottom] = [Math.min(one.y, other.y), Math.max(one.y, other.y)];
    Object.assign(this.box.style, { translate: `${left}px ${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
    const touched = this.cards.filter(({ x, y, h }) => x < right && x + 264 > left && y < bottom && y + h > top);
    this.editor.selection.set([...this.kept, ...touched.map((card) => card.id)]);
  }
  end() {
    this.box.remove();
  }
  cancel() {
    this.end();
    this.editor.selection.set(this.kept);
  }
}

export const isStart = (id) => Boolean(document.querySelector(`#step-${CSS.escape(id)} .sort-when`));
const steps = () => [...document.querySelectorAll("#canvas .step")];
