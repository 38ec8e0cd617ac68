/* Replay: a drawing that is only looked at. The stops of the trail beside it are laid over it: what was passed is lit,
   the rest is dim, and each lit card says when. Places come from the server (data-x, data-y), as in the editor. */

const AIR = 36;
const LEAST = 0.25;
const MOST = 2;

class Stage {
  constructor(sheet) {
    Object.assign(this, { sheet, canvas: sheet.querySelector("#canvas"), zoom: 1 });
    this.percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
    for (const each of this.canvas.querySelectorAll("[data-x]")) each.style.translate = `${each.dataset.x}px ${each.dataset.y}px`;
    this.open();
    sheet.addEventListener("pointerdown", (event) => this.grab(event));
    sheet.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  set(x, y, zoom = this.zoom) {
    Object.assign(this, { x: Math.round(x), y: Math.round(y), zoom });
    this.canvas.style.transform = `translate(${this.x}px, ${this.y}px) scale(${zoom})`;
    document.getElementById("zoom").textContent = this.percent.format(zoom);
  }

  /** The start in the middle at the top; a little smaller where the drawing is wider than its place. */
  open() {
    const [x, , width] = this.canvas.dataset.box.split(" ").map(Number);
    const zoom = Math.max(0.6, Math.min(1, (this.sheet.clientWidth - AIR) / width));
    this.set(zoom < 1 ? this.sheet.clientWidth / 2 - (x + width / 2) * zoom : this.sheet.clientWidth / 2, AIR, zoom);
  }

  home() {
    this.set(this.sheet.clientWidth / 2, AIR, 1);
  }

  fit() {
    const [x, y, width, height] = this.canvas.dataset.box.split(" ").map(Number);
    const { clientWidth, clientHeight } = this.sheet;
    const zoom = Math.max(LEAST, Math.min(1, (clientWidth - AIR) / width, (clientHeight - 2 * AIR) / height));
    this.set((clientWidth - width * zoom) / 2 - x * zoom, AIR / 2 - y * zoom, zoom);
  }

  zoomAt(zoom, x, y) {
    const next = Math.min(MOST, Math.max(LEAST, zoom));
    const share = next / this.zoom;
    this.set(x - (x - this.x) * share, y - (y - this.y) * share, next);
  }

  zoomBy(factor) {
    this.zoomAt(this.zoom * factor, this.sheet.clientWidth / 2, this.sheet.clientHeight / 2);
  }

  grab({ pointerId, clientX, clientY, target }) {
    if (target.closest("a, button:not(.step-card)")) return;
    const from = { x: this.x - clientX, y: this.y - clientY };
    const move = (event) => event.pointerId === pointerId && this.set(from.x + event.clientX, from.y + event.clientY);
    const end = () => ["pointerup", "pointercancel"].forEach((name) => removeEventListener(name, end)) ?? removeEventListener("pointermove", move);
    addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, end);
  }

  wheel(event) {
    event.preventDefault();
    const box = this.sheet.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey) this.zoomAt(this.zoom * 1.0015 ** -event.deltaY, event.clientX - box.left, event.clientY - box.top);
    else this.set(this.x - event.deltaX, this.y - event.deltaY);
  }

  show(step) {
    const { clientWidth, clientHeight } = this.sheet;
    this.set(clientWidth / 2 - (+step.dataset.x + 132) * this.zoom, clientHeight / 2 - (+step.dataset.y + 32) * this.zoom);
  }
}

const byId = (id) => document.getElementById(id);
const places = (id) => [byId(`step-${id}`), byId(`line-${id}`)].filter(Boolean);

/** Light what was passed, and say on each card when. The last place is where somebody stands, or where it ended. */
function light(root, stops) {
  if (!stops.length) return;
  root.setAttribute("data-trailed", "");
  stops.forEach(({ dataset: { stop, port, time } }, at) => {
    for (const place of places(stop)) {
      place.setAttribute("data-trail", at === stops.length - 1 ? "last" : "passed");
      place.append(Object.assign(document.createElement("span"), { className: "step-mark trail-mark", textContent: time ? `${at + 1} · ${time}` : at + 1 }));
    }
    for (const name of port ? ["edge", "way", "end"] : []) byId(`${name}-${stop}-${port}`)?.setAttribute("data-trail", "passed");
  });
}

function looks(stage, root, button) {
  const does = {
    farther: () => stage.zoomBy(0.8), closer: () => stage.zoomBy(1.25), actual: () => stage.home(), fit: () => stage.fit(),
    outline: () => button.setAttribute("aria-pressed", root.toggleAttribute("data-outline")),
  };
  does[button.dataset.looks]();
}

function point(id, element) {
  document.querySelectorAll("[data-pointed]").forEach((each) => each.removeAttribute("data-pointed"));
  for (const each of [...places(id), ...document.querySelectorAll(`[data-stop="${CSS.escape(id)}"]`)]) each.setAttribute("data-pointed", "");
  element?.scrollIntoView({ block: "nearest" });
}

const root = byId("replay");
const stage = new Stage(byId("sheet"));
light(root, [...document.querySelectorAll("[data-stop]")]);
const lookedAt = document.querySelector("[data-looked-at]")?.dataset.lookedAt;
if (lookedAt && byId(`step-${lookedAt}`)) {
  stage.show(byId(`step-${lookedAt}`));
  point(lookedAt);
}
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-looks]");
  const shows = target.closest("[data-shows]")?.dataset.shows;
  const picked = target.closest(".step, .outline-step")?.dataset.step;
  if (button) looks(stage, root, button);
  else if (shows && byId(`step-${shows}`)) point(shows, byId(`line-${shows}`)) ?? stage.show(byId(`step-${shows}`));
  else if (picked) point(picked, document.querySelector(`[data-stop="${CSS.escape(picked)}"]`));
});
root.setAttribute("data-ready", "");
