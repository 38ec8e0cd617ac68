/* The view: where the drawing is looked at from, and the places of what is drawn on it.
   The server says where things stand (data-x, data-y); this puts them there, for the page's policy allows no inline style. */

import { Culling } from "./culling.js";
import { Minimap } from "./minimap.js";

const LEAST = 0.25;
const MOST = 2;
const AIR = 36;
const WIDE = 264;
const NARROW = 720;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export class View {
  constructor(sheet, onChange) {
    Object.assign(this, { sheet, onChange, x: 0, y: AIR, zoom: 1, culling: new Culling(this), map: new Minimap(this) });
    this.culling.learn();
    this.home();
  }

  get canvas() {
    return this.sheet.querySelector("#canvas");
  }

  /** Put everything where the server says it stands. */
  place() {
    for (const each of this.canvas.querySelectorAll("[data-x]")) put(each, each.dataset.x, each.dataset.y);
    this.culling.learn();
    this.map.draw();
    this.apply();
    // The first time nothing moves: only later places are reached by an animation, where motion is welcome at all.
    if (!STILL.matches) requestAnimationFrame(() => this.sheet.setAttribute("data-live", "ready"));
  }

  apply() {
    this.canvas.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.zoom})`;
    this.culling.look();
    this.map.look();
    this.onChange(this.zoom);
  }

  /** While the wheel turns, the drawing is a layer of its own; a moment later it is not. */
  glide() {
    if (this.zoom <= 0.6) return;
    this.sheet.classList.add("near");
    clearTimeout(this.gliding);
    this.gliding = setTimeout(() => this.sheet.classList.remove("near"), 200);
  }

  set(x, y, zoom = this.zoom) {
    this.zoom = Math.min(MOST, Math.max(LEAST, zoom));
    this.x = Math.round(x);
    this.y = Math.round(y);
    this.apply();
  }

  pan(dx, dy) {
    this.set(this.x + dx, this.y + dy);
  }

  /** Zoom so that the point under (clientX, clientY) stays under it. */
  zoomAt(zoom, clientX, clientY) {
    const box = this.sheet.getBoundingClientRect();
    const kept = this.toCanvas(clientX, clientY);
    zoom = Math.min(MOST, Math.max(LEAST, zoom));
    this.set(clientX - box.left - kept.x * zoom, clientY - box.top - kept.y * zoom, zoom);
  }

  zoomBy(factor) {
    const box = this.sheet.getBoundingClientRect();
    this.zoomAt(this.zoom * factor, box.left + box.width / 2, box.top + box.height / 2);
  }

  /** The start in the middle at the top, at 100 %: a flow is read from there. */
  home() {
    // Where the sheet is narrow, the tabs stand over its middle: the start begins below them.
    this.set(this.sheet.clientWidth / 2, this.sheet.clientWidth < NARROW ? 2 * AIR : AIR, 1);
  }

  fit() {
    const [x, y, width, height] = this.canvas.dataset.box.split(" ").map(Number);
    const { clientWidth, clientHeight } = this.sheet;
    const zoom = Math.min(1, (clientWidth - AIR) / width, (clientHeight - AIR) / height);
    this.set((clientWidth - width * zoom) / 2 - x * zoom, AIR / 2 - y * zoom, zoom);
  }

  toCanvas(clientX, clientY) {
    const box = this.sheet.getBoundingClientRect();
    return { x: (clientX - box.left - this.x) / this.zoom, y: (clientY - box.top - this.y) / this.zoom };
  }

  /** Move just so far that a card can be seen. Reckoned from its place, for it may still be on its way there. */
  show(step) {
    if (!step) return;
    const { clientWidth, clientHeight } = this.sheet;
    const [left, top] = [this.x + step.dataset.x * this.zoom, this.y + step.dataset.y * this.zoom];
    const dx = inside(left, left + WIDE * this.zoom, clientWidth);
    const dy = inside(top, top + (high(step) + AIR) * this.zoom, clientHeight);
    if (dx || dy) this.pan(dx, dy);
    this.clear(step);
  }

  /** Nothing that floats over the drawing may cover a card that was gone to: the card moves above it. */
  clear(step) {
    const sheet = this.sheet.getBoundingClientRect();
    const [left, top] = [sheet.left + this.x + step.dataset.x * this.zoom, sheet.top + this.y + step.dataset.y * this.zoom];
    const [right, bottom] = [left + WIDE * this.zoom, top + high(step) * this.zoom];
    for (const over of document.querySelectorAll("[data-floats]")) {
      if (!over.checkVisibility()) continue;
      const box = over.getBoundingClientRect();
      if (left >= box.right || right <= box.left || top >= box.bottom || bottom <= box.top) continue;
      const above = box.top > sheet.top + sheet.height / 2;
      return this.pan(0, above ? box.top - 12 - bottom : box.bottom + 12 - top);
    }
    return undefined;
  }
}

export function put(element, x, y) {
  element.style.translate = `${x}px ${y}px`;
}

/** How high the server made a card. Known without asking the browser, which would have to lay everything out. */
export const high = (step) => 64 + 20 * (step.dataset.rows ?? 0);

const inside = (low, high, size) => (low < AIR ? AIR - low : high > size - AIR ? size - AIR - high : 0);
