/* Keys: all that can be done with the pointer, without it. Text fields keep their own keys. */

import { Nudge } from "./gestures.js";
import { waysOut } from "./asking.js";

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const WRITES = "input:not([type=checkbox], [type=radio]), textarea, select";

export class Keys {
  constructor(editor) {
    Object.assign(this, { editor, nudge: null });
    document.addEventListener("keydown", (event) => this.down(event));
    document.addEventListener("keyup", (event) => event.key === "Shift" && this.settle());
  }

  down(event) {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return this.escape();
    if (event.target.matches(WRITES)) return undefined;
    if ((event.ctrlKey || event.metaKey) && this.history(event)) return event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    const does = ARROWS[event.key] ? () => this.arrow(event) : this.commands()[event.key];
    if (does && does() !== false) event.preventDefault();
    return undefined;
  }

  commands() {
    const { editor } = this;
    const { id } = editor.chooser;
    const step = () => editor.chooser.step()?.querySelector(".step-card");
    const onCanvas = () => document.activeElement?.closest(".stage") || document.activeElement === document.body;
    return {
      "/": () => editor.addSomewhere(),
      "?": () => document.getElementById("keys").showModal(),
      Enter: () => (document.activeElement?.matches("#canvas .step-card") ? editor.choose(this.focused(), { open: true }) : false),
      Delete: () => (id && onCanvas() ? editor.asker.remove(id) : false),
      Backspace: () => (id && onCanvas() ? editor.asker.remove(id) : false),
      m: () => (id && onCanvas() ? editor.asker.place(id) : false),
      l: () => (id && onCanvas() ? editor.asker.wire(id, step()) : false),
      "+": () => (id && onCanvas() ? editor.asker.addAfter(id, step()) : editor.view.zoomBy(1.25)),
      "=": () => editor.view.zoomBy(1.25),
      "-": () => editor.view.zoomBy(0.8),
      1: () => editor.view.home(),
      0: () => editor.view.fit(),
    };
  }

  focused() {
    return document.activeElement.closest("[data-step]")?.dataset.step ?? this.editor.chooser.id;
  }

  history(event) {
    const key = event.key.toLowerCase();
    if (key === "z") this.editor.does(event.shiftKey ? "redo" : "undo");
    else if (key === "y") this.editor.does("redo");
    else return false;
    return true;
  }

  escape() {
    const { editor } = this;
    if (this.nudge) return this.settle("cancel");
    if (editor.pointer.cancel() || editor.asker.stop()) return undefined;
    return editor.chooser.leave();
  }

  arrow(event) {
    const [dx, dy] = ARROWS[event.key];
    if (this.editor.asker.pointing?.slot) return this.amongZones(dx + dy);
    const step = document.activeElement?.closest("#canvas .step");
    if (!step) return this.enterCanvas();
    if (event.shiftKey) return this.push(step, dx, dy);
    const next = dy > 0 ? this.below(step) : dy < 0 ? this.above(step) : beside(step, dx);
    if (next) this.goTo(next);
    return undefined;
  }

  enterCanvas() {
    if (document.activeElement !== document.body && !document.activeElement?.closest(".stage, #main")) return false;
    const card = document.querySelector("#canvas .step-card[tabindex='0']");
    return card?.checkVisibility() ? this.goTo(card.closest(".step")) : false;
  }

  goTo(step) {
    step.querySelector(".step-card").focus({ preventScroll: true });
    this.editor.view.show(step);
    this.editor.choose(step.dataset.step);
  }

  below(step) {
    const next = waysOut(step.dataset.step).find((way) => way.target);
    return next && document.getElementById(`step-${next.target}`);
  }

  above(step) {
    const edge = document.querySelector(`.edge[data-target="${step.dataset.step}"]`);
    return edge && document.getElementById(`step-${edge.dataset.source}`);
  }

  amongZones(by) {
    const zones = this.editor.asker.zones();
    zones.at((zones.indexOf(document.activeElement) + by) % zones.length)?.focus();
  }

  push(step, dx, dy) {
    this.nudge ??= new Nudge(this.editor, step);
    this.nudge.push(dx, dy);
  }

  settle(how = "end") {
    const { nudge } = this;
    this.nudge = null;
    nudge?.[how]();
  }
}

/** The nearest card to the left or the right, at about the same height. */
function beside(step, dx) {
  const place = ({ dataset: { x, y } }) => ({ x: +x, y: +y });
  const here = place(step);
  const away = (other) => Math.abs(place(other).x - here.x) + 2 * Math.abs(place(other).y - here.y);
  const there = [...document.querySelectorAll("#canvas .step")].filter((other) => Math.sign(place(other).x - here.x) === dx);
  return there.sort((one, other) => away(one) - away(other))[0];
}
