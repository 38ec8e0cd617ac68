/* The pointer: presses become gestures once they have gone 4 px. Before that the pointer is not captured, so that
   buttons stay buttons; Escape, a second finger or a lost pointer cancels whatever is being carried. */

import { CarryCard, CarryGhost, Pan, Wire } from "./gestures.js";
import { Box, isStart } from "./selecting.js";

const THRESHOLD = 4;

export class Pointer {
  constructor(editor) {
    this.editor = editor;
    this.fingers = new Map();
    this.press = null;
    const root = editor.root;
    root.addEventListener("pointerdown", (event) => this.down(event));
    root.addEventListener("pointermove", (event) => this.moved(event));
    root.addEventListener("pointerup", (event) => this.up(event));
    root.addEventListener("pointercancel", (event) => this.lost(event));
    root.addEventListener("dragstart", (event) => event.preventDefault());
    editor.view.sheet.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  get carrying() {
    return Boolean(this.press?.begun);
  }

  gestureFor(event) {
    const { editor } = this;
    const { target, button, shiftKey, altKey } = event;
    const handle = target.closest("[data-wire], #canvas .slot[data-source]:not([data-source=''])");
    if (button === 1 || !target.closest(".sheet, .palette")) return button === 1 ? new Pan(editor) : null;
    if (handle) return new Wire(editor, handle);
    if (target.closest(".step-more")) return null;
    const [step, kind] = [target.closest("#canvas .step"), target.closest(".palette-item")];
    if (step) return shiftKey ? null : altKey && !isStart(step.dataset.step) ? this.copying(step) : new CarryCard(editor, step);
    if (kind) return new CarryGhost(editor, kind, ({ source, port }) => editor.add(kind.dataset.kind, source, port));
    return shiftKey ? new Box(editor, point(event)) : new Pan(editor);
  }

  copying(step) {
    const { editor } = this;
    const ids = editor.selection.picked.has(step.dataset.step) ? editor.selection.ids : [step.dataset.step];
    return new CarryGhost(editor, step, ({ source, port }) => editor.saver.edit({ edit: "copy_some", ids, after: [source, port] }));
  }

  down(event) {
    if (event.pointerType === "touch" && event.target.closest(".sheet")) this.fingers.set(event.pointerId, point(event));
    if (this.fingers.size === 2) return this.pinch();
    if (this.press || event.button > 1) return;
    const gesture = this.gestureFor(event);
    if (gesture) this.press = { gesture, id: event.pointerId, from: point(event), begun: false };
  }

  moved(event) {
    if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, point(event));
    if (this.span) return this.pinched();
    const press = this.press;
    if (!press || press.id !== event.pointerId) return;
    const at = point(event);
    press.now = { at, by: { x: at.x - press.from.x, y: at.y - press.from.y } };
    if (!press.begun && Math.hypot(press.now.by.x, press.now.by.y) < THRESHOLD) return;
    if (!press.begun) this.begin(press);
    press.frame ??= requestAnimationFrame(() => this.draw(press));
  }

  begin(press) {
    press.begun = true;
    this.editor.root.setPointerCapture(press.id);
    document.documentElement.setAttribute("data-live", "carrying");
    press.gesture.start();
  }

  draw(press) {
    press.frame = null;
    if (this.press === press) press.gesture.move(press.now);
  }

  up(event) {
    this.release(event);
    const press = this.press;
    if (!press || press.id !== event.pointerId) return;
    if (press.begun) {
      press.gesture.move(press.now);
      swallowClick();
    }
    this.drop(press);
    if (press.begun) press.gesture.end();
  }

  lost(event) {
    this.release(event);
    if (this.press?.id === event.pointerId) this.cancel();
  }

  release(event) {
    this.fingers.delete(event.pointerId);
    if (this.fingers.size < 2) this.span = null;
  }

  drop(press) {
    cancelAnimationFrame(press.frame);
    this.press = null;
    document.documentElement.removeAttribute("data-live");
  }

  /** Put everything back as it was; says whether there was anything to put back. */
  cancel() {
    const press = this.press;
    if (!press) return false;
    this.drop(press);
    if (press.begun) {
      swallowClick();
      press.gesture.cancel();
    }
    return press.begun;
  }

  pinch() {
    this.cancel();
    const { view } = this.editor;
    this.span = { ...pair(this.fingers), zoom: view.zoom };
  }

  pinched() {
    const { view } = this.editor;
    const now = pair(this.fingers);
    view.pan(now.x - this.span.x, now.y - this.span.y);
    view.zoomAt(this.span.zoom * (now.width / this.span.width), now.x, now.y);
    Object.assign(this.span, { x: now.x, y: now.y });
  }

  wheel(event) {
    event.preventDefault();
    const { view } = this.editor;
    const unit = event.deltaMode === 1 ? 16 : 1;
    view.glide();
    if (event.ctrlKey || event.metaKey) return view.zoomAt(view.zoom * 1.0015 ** (-event.deltaY * unit), event.clientX, event.clientY);
    const [dx, dy] = event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
    view.pan(-dx * unit, -dy * unit);
  }
}

const point = ({ clientX, clientY }) => ({ x: clientX, y: clientY });

function pair(fingers) {
  const [one, other] = [...fingers.values()];
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, width: Math.hypot(one.x - other.x, one.y - other.y) || 1 };
}

/** The click that a browser makes of a drag's end is not meant. */
function swallowClick() {
  const stop = (event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", stop, { capture: true }), 0);
}
