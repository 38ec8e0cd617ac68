/* Gestures: small objects with start, move, end and cancel. Each moves the picture only; at its end it asks for one edit.
   `at` is {x, y} in the window; `by` is how far from where it began. */

import { elbow, ends } from "./paths.js";
import { put } from "./view.js";

const GRID = 8;
const snap = (value) => Math.round(value / GRID) * GRID;

export class Pan {
  constructor(editor) {
    Object.assign(this, { view: editor.view, x: editor.view.x, y: editor.view.y });
  }
  start() {
    // Only now and only near: a layer of its own makes panning cheap, and everything else dear.
    this.view.sheet.classList.toggle("near", this.view.zoom > 0.6);
    this.view.sheet.classList.add("panning");
  }
  move({ by }) {
    this.view.set(this.x + by.x, this.y + by.y);
  }
  end() {
    this.view.sheet.classList.remove("panning", "near");
  }
  cancel() {
    this.view.set(this.x, this.y);
    this.end();
  }
}

/** Carry a card: to a zone, where it is put into the flow, or anywhere else, where it stays by hand. */
export class CarryCard {
  constructor(editor, step) {
    Object.assign(this, { editor, step, id: step.dataset.step, from: { x: +step.dataset.x, y: +step.dataset.y } });
  }
  start() {
    this.step.setAttribute("data-live", "carried");
    const { picked } = this.editor.selection;
    this.ids = picked.has(this.id) ? this.editor.selection.ids : [this.id];
    this.edges = [...document.querySelectorAll(`.edge[data-source="${this.id}"], .edge[data-target="${this.id}"]`)];
    this.drawn = this.edges.map((edge) => ({ edge, d: edge.getAttribute("d"), ...ends(edge) }));
    // In a layer of their own, so that moving them does not have all the other links drawn again.
    document.getElementById("edges-carried").append(...this.edges);
    for (const each of attached(this.id)) each.setAttribute("data-away", "");
    this.editor.zones.light(this.ids);
  }
  move({ at, by }) {
    const zoom = this.editor.view.zoom;
    this.to = { x: snap(this.from.x + by.x / zoom), y: snap(this.from.y + by.y / zoom) };
    put(this.step, this.to.x, this.to.y);
    this.redraw(this.to.x - this.from.x, this.to.y - this.from.y);
    this.editor.zones.at(at.x, at.y);
  }
  redraw(dx, dy) {
    for (const { edge, from, to } of this.drawn) {
      const leaves = edge.dataset.source === this.id;
      const arrives = edge.dataset.target === this.id || (leaves && !edge.dataset.target);
      const moved = ([x, y], does) => (does ? [x + dx, y + dy] : [x, y]);
      edge.setAttribute("d", elbow(moved(from, leaves), moved(to, arrives)));
    }
  }
  end() {
    const zone = this.editor.zones.hot;
    this.leave();
    if (zone && this.ids.length > 1) this.editor.saver.edit({ edit: "move_some", ids: this.ids, node: zone.dataset.source, port: zone.dataset.port });
    else if (zone) this.editor.saver.edit({ edit: "move_after", id: this.id, node: zone.dataset.source, port: zone.dataset.port });
    else if (this.to) this.editor.saver.edit({ edit: "move_node", id: this.id, pin: [this.to.x, this.to.y] });
  }
  cancel() {
    this.leave();
    for (const { edge, d } of this.drawn) edge.setAttribute("d", d);
    put(this.step, this.from.x, this.from.y);
  }
  leave() {
    this.step.removeAttribute("data-live");
    document.getElementById("edges").append(...this.edges);
    document.querySelectorAll("[data-away]").forEach((each) => each.removeAttribute("data-away"));
    this.editor.zones.dark();
    this.editor.mark();
  }
}

/** Carry a picture of something to a zone: a kind of step from the palette, or copies of steps. Elsewhere nothing happens. */
export class CarryGhost {
  constructor(editor, item, drop) {
    Object.assign(this, { editor, item, drop });
  }
  start() {
    this.ghost = this.item.cloneNode(true);
    this.ghost.classList.add("ghost");
    for (const each of [this.ghost, ...this.ghost.querySelectorAll("[id]")]) each.removeAttribute("id");
    for (const name of ["title", "data-kind", "data-step", "data-chosen"]) this.ghost.removeAttribute(name);
    document.body.append(this.ghost);
    this.editor.zones.light();
  }
  move({ at }) {
    put(this.ghost, at.x + 10, at.y + 12);
    this.editor.zones.at(at.x, at.y);
  }
  end() {
    const zone = this.editor.zones.hot;
    this.cancel();
    if (zone) this.drop(zone.dataset);
  }
  cancel() {
    this.ghost.remove();
    this.editor.zones.dark();
  }
}

/** Draw a link from a way out to another card. */
export class Wire {
  constructor(editor, handle) {
    Object.assign(this, { editor, source: handle.dataset.source, port: handle.dataset.port, handle });
  }
  start() {
    const box = this.handle.getBoundingClientRect();
    this.from = this.editor.view.toCanvas(box.left + box.width / 2, box.top + box.height / 2);
    this.line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    this.line.setAttribute("class", "edge edge-new");
    document.getElementById("edges").append(this.line);
    document.getElementById("main").setAttribute("data-live", "wiring");
  }
  move({ at }) {
    const to = this.editor.view.toCanvas(at.x, at.y);
    this.line.setAttribute("d", elbow([this.from.x, this.from.y], [to.x, to.y]));
    const under = document.elementFromPoint(at.x, at.y)?.closest("#canvas .step");
    this.aim(under?.dataset.step === this.source ? null : under);
  }
  aim(step) {
    this.target?.removeAttribute("data-live");
    step?.setAttribute("data-live", "aimed");
    this.target = step;
  }
  end() {
    const target = this.target?.dataset.step;
    this.cancel();
    if (target) this.editor.connect(this.source, this.port, target);
  }
  cancel() {
    this.aim(null);
    this.line.remove();
    document.getElementById("main").removeAttribute("data-live");
    this.editor.mark();
  }
}

/** Push a card with the keyboard; one edit when the keys are let go. */
export class Nudge {
  constructor(editor, step) {
    this.carry = new CarryCard(editor, step);
    this.by = { x: 0, y: 0 };
  }
  push(dx, dy) {
    if (!this.carry.drawn) this.carry.start();
    const zoom = this.carry.editor.view.zoom;
    this.by = { x: this.by.x + dx * GRID * zoom, y: this.by.y + dy * GRID * zoom };
    this.carry.move({ at: { x: -1e6, y: -1e6 }, by: this.by });
  }
  end() {
    this.carry.end();
  }
  cancel() {
    this.carry.cancel();
  }
}

function attached(id) {
  const edges = document.querySelectorAll(`.edge[data-source="${id}"], .edge[data-target="${id}"]`);
  const names = [...edges].map((edge) => edge.id.replace(/^edge-/, ""));
  return names.flatMap((name) => ["slot", "way", "end"].map((what) => document.getElementById(`${what}-${name}`))).filter(Boolean);
}
