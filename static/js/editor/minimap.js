/* The minimap: the whole flow in the corner, from fifteen steps on. A press or a drag on it goes there. */

const FEWEST = 15;
const SVG = "http://www.w3.org/2000/svg";
const SORTS = ["when", "wait", "if", "do"];

export class Minimap {
  constructor(view) {
    Object.assign(this, { view, place: document.getElementById("minimap"), map: document.getElementById("minimap-map") });
    this.fold = document.getElementById("minimap-fold");
    this.map.addEventListener("pointerdown", (event) => this.down(event));
    this.map.addEventListener("pointermove", (event) => this.map.hasPointerCapture(event.pointerId) && this.go(event));
    this.fold.addEventListener("click", () => this.toggle());
  }

  toggle() {
    const folded = this.place.toggleAttribute("data-folded");
    this.fold.setAttribute("aria-expanded", !folded);
    this.draw();
  }

  /** Draw every card anew, after each answer. */
  draw() {
    const steps = [...this.view.canvas.querySelectorAll(".step")];
    this.place.hidden = steps.length < FEWEST;
    if (this.place.hidden || this.place.hasAttribute("data-folded")) return;
    this.map.setAttribute("viewBox", this.view.canvas.dataset.box);
    this.frame = rect({ class: "minimap-view" });
    this.map.replaceChildren(...steps.map((step) => rect({ x: step.dataset.x, y: step.dataset.y, width: 264, height: 64, rx: 24, class: `minimap-step sort-${sort(step)}` })), this.frame);
    this.look();
  }

  /** Say which part is on screen. */
  look() {
    if (this.place.hidden || !this.frame) return;
    const { x, y, zoom, sheet } = this.view;
    for (const [name, value] of Object.entries({ x: -x / zoom, y: -y / zoom, width: sheet.clientWidth / zoom, height: sheet.clientHeight / zoom })) {
      this.frame.setAttribute(name, Math.round(value));
    }
  }

  down(event) {
    this.map.setPointerCapture(event.pointerId);
    this.go(event);
  }

  go({ clientX, clientY }) {
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(this.map.getScreenCTM().inverse());
    const { zoom, sheet } = this.view;
    this.view.set(sheet.clientWidth / 2 - x * zoom, sheet.clientHeight / 2 - y * zoom);
  }
}

const sort = (step) => SORTS.find((each) => step.querySelector(`.sort-${each}`)) ?? "do";

function rect(attributes) {
  const made = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
