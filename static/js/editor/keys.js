/* Keys: all that can be done with the pointer, without it. Text fields keep their own keys. */

import { Nudge } from "./gestures.js";
import { waysOut } from "./asking.js";

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const WRITES = "input:not([type=checkbox], [type=radio]), textarea, select";
// In a number or a list a slash means nothing: there it adds a step, as everywhere else.
const TAKES_SLASH = "input:not([type=checkbox], [type=radio], [inputmode=numeric]), textarea";
const REGIONS = ["#bar", "#palette", "#main", "#side"];

export class Keys {
  constructor(editor) {
    Object.assign(this, { editor, nudge: null });
    document.addEventListener("keydown", (event) => this.down(event));
    document.addEventListener("keyup", (event) => event.key === "Shift" && this.settle());
  }

  down(event) {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return this.escape();
    if (event.key === "F6") return this.cycle(event);
    if (event.target.matches(WRITES) && !(event.key === "/" && !event.target.matches(TAKES_SLASH))) return undefined;
    if ((event.ctrlKey || event.metaKey) && this.held(event)) return event.preventDefault();
    if (event.altKey && this.along(event)) return event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
    const does = ARROWS[event.key] ? () => this.arrow(event) : this.commands()[event.key];
    if (does && does() !== false) event.preventDefault();
    return undefined;
  }

  commands() {
    const { editor } = this;
    const { id } = editor.chooser;
    const { ids } = editor.selection;
    const step = () => editor.chooser.step()?.querySelector(".step-card");
    const onCanvas = () => this.onStage();
    return {
      "/": () => editor.addSomewhere(),
      "?": () => document.getElementById("keys").showModal(),
      Enter: () => (document.activeElement?.matches("#canvas .step-card") ? editor.choose(this.focused(), { open: true }) : false),
      Delete: () => (ids.length && onCanvas() ? editor.asker.remove(ids) : false),
      Backspace: () => (ids.length && onCanvas() ? editor.asker.remove(ids) : false),
      m: () => (ids.length && onCanvas() ? editor.asker.place(...ids) : false),
      n: () => (id && onCanvas() ? editor.note(id) : false),
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

  onStage() {
    return Boolean(document.activeElement?.closest(".stage")) || document.activeElement === document.body;
  }

  /** With Ctrl or Cmd held: back and forth everywhere, the rest where steps are and no text is marked. */
  held(event) {
    const { editor } = this;
    const key = event.key.toLowerCase();
    if (key === "z") return this.run(() => editor.does(event.shiftKey ? "redo" : "undo"));
    if (key === "y") return this.run(() => editor.does("redo"));
    if (key === "f" && !editor.finder.open) return this.run(() => editor.finder.show());
    if (!this.onStage()) return false;
    if (key === "a") return this.run(() => editor.selection.all());
    if (!editor.selection.ids.length || String(getSelection())) return false;
    const { ids } = editor.selection;
    return this.run({ d: () => editor.duplicate(), c: () => editor.clipboard.copy(ids), x: () => this.cut(ids) }[key]);
  }

  run(does) {
    does?.();
    return Boolean(does);
  }

  async cut(ids) {
    await this.editor.clipboard.copy(ids);
    this.editor.asker.remove(ids);
  }

  /** Alt and an arrow move a step along the flow. */
  along(event) {
    const [, dy] = ARROWS[event.key] ?? [0, 0];
    const { id } = this.editor.chooser;
    return dy && id && this.onStage() ? this.run(() => this.editor.shift(id, dy)) : false;
  }

  /** F6 goes from region to region, with Shift back. */
  cycle(event) {
    event.preventDefault();
    const shown = REGIONS.map((name) => document.querySelector(name)).filter((each) => each?.checkVisibility());
    const here = shown.findIndex((each) => each.contains(document.activeElement));
    const next = shown.at((here + (event.shiftKey ? -1 : 1)) % shown.length);
    if (next.id === "main" && this.editor.chooser.id) return this.editor.chooser.focus();
    const ways = next.id === "main" ? `${this.editor.outlined ? "#outline" : "#canvas"} button:not([tabindex="-1"])` : "button:not(:disabled), input, select, textarea";
    const first = [...next.querySelectorAll(ways)].find((each) => each.checkVisibility());
    return (first ?? next).focus();
  }

  escape() {
    const { editor } = this;
    if (this.nudge) return this.settle("cancel");
    if (editor.pointer.cancel() || editor.asker.stop()) return undefined;
    if (this.onStage() && editor.selection.clear()) return undefined;
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
    this.editor.view.show(step);
    step.querySelector(".step-card").focus({ preventScroll: true });
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
