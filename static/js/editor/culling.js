/* Culling: on a large flow only what is near the window is drawn. The focused card, the chosen one and whatever is
   being carried stay, and the outline is always whole, so that nobody loses their place. */

const MANY = 150;
const FAR = 0.5;
const REACH = { left: 20, right: 290, top: 20, bottom: 150 };

export class Culling {
  constructor(view) {
    this.view = view;
    this.parts = null;
  }

  /** Learn where everything stands; after each answer. */
  learn() {
    const { canvas } = this.view;
    const steps = canvas.querySelectorAll(".step");
    this.many = steps.length > MANY;
    this.box = null;
    this.parts = this.many ? [...canvas.querySelectorAll("[data-x]")].map(part) : [];
    this.edges = this.many ? [...canvas.querySelectorAll(".edge")].map(span) : [];
  }

  /** Hide what is far from the window. Reckoned anew only when the window has left the box it was reckoned for. */
  look() {
    if (!this.many) return;
    this.view.sheet.toggleAttribute("data-far", this.view.zoom < FAR);
    const now = this.window(0);
    if (this.box && inside(now, this.box) && this.box.zoom === this.view.zoom) return;
    this.box = { ...this.window(0.5), zoom: this.view.zoom };
    for (const each of this.parts) this.show(each, touches(each, this.box) || kept(each.element));
    for (const each of this.edges) this.show(each, touches(each, this.box));
  }

  window(more) {
    const { x, y, zoom, sheet } = this.view;
    const [wide, high] = [sheet.clientWidth / zoom, sheet.clientHeight / zoom];
    return { left: -x / zoom - more * wide, right: -x / zoom + (1 + more) * wide, top: -y / zoom - more * high, bottom: -y / zoom + (1 + more) * high };
  }

  show(each, shown) {
    if (each.shown === shown) return;
    each.shown = shown;
    each.element.toggleAttribute("data-culled", !shown);
  }
}

function part(element) {
  const [x, y] = [+element.dataset.x, +element.dataset.y];
  return { element, left: x - REACH.left, right: x + REACH.right, top: y - REACH.top, bottom: y + REACH.bottom };
}

/** The box around an edge, read off the numbers of its path: asking the browser would lay everything out. */
function span(element) {
  const numbers = element.getAttribute("d").replace(/([HV])(-?[\d.]+)/g, (_all, letter, value) => (letter === "H" ? `${value} NaN ` : `NaN ${value} `));
  const found = numbers.match(/NaN|-?[\d.]+/g).map(Number);
  const [xs, ys] = [found.filter((n, at) => at % 2 === 0 && !Number.isNaN(n)), found.filter((n, at) => at % 2 && !Number.isNaN(n))];
  return { element, left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

const touches = (one, box) => one.left < box.right && one.right > box.left && one.top < box.bottom && one.bottom > box.top;
const inside = (one, box) => one.left >= box.left && one.right <= box.right && one.top >= box.top && one.bottom <= box.bottom;
const kept = (element) => element.contains(document.activeElement) || element.matches("[data-chosen], [data-live='carried']");
