/* Carrying a block by its grip: the picture moves, and at the end one place is asked for. Escape puts it back. */

const THRESHOLD = 4;

export class Sorting {
  /** `moved(id, place)` is called once, when a block was let go somewhere else. */
  constructor(root, moved) {
    Object.assign(this, { root, moved, press: null });
    root.addEventListener("pointerdown", (event) => this.down(event));
    root.addEventListener("pointermove", (event) => this.move(event));
    root.addEventListener("pointerup", () => this.up());
    root.addEventListener("pointercancel", () => this.cancel());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.cancel());
  }

  down(event) {
    const block = event.target.closest("[data-grips]")?.closest(".block");
    if (!block || event.button) return;
    event.preventDefault();
    this.press = { block, id: event.pointerId, from: event.clientY, scroll: scrollY };
  }

  move(event) {
    const press = this.press;
    if (!press || press.id !== event.pointerId) return;
    const by = event.clientY - press.from + scrollY - press.scroll;
    if (!press.begun && Math.abs(by) < THRESHOLD) return;
    if (!press.begun) this.begin(press);
    press.block.style.translate = `0 ${by}px`;
    press.place = this.placeAt(press, event.clientY);
    this.light(press);
    if (event.clientY > innerHeight - 60) scrollBy(0, 12);
    if (event.clientY < 60) scrollBy(0, -12);
  }

  begin(press) {
    press.begun = true;
    this.root.setPointerCapture(press.id);
    press.others = [...this.root.querySelectorAll(".block")].filter((block) => block !== press.block);
    press.start = [...this.root.querySelectorAll(".block")].indexOf(press.block);
    press.block.setAttribute("data-live", "carried");
  }

  placeAt({ others }, y) {
    return others.filter((block) => {
      const box = block.getBoundingClientRect();
      return y > box.top + box.height / 2;
    }).length;
  }

  light({ others, place }) {
    for (const [at, block] of others.entries()) {
      block.toggleAttribute("data-before", at === place);
      block.toggleAttribute("data-behind", at === place - 1 && place === others.length);
    }
  }

  up() {
    const press = this.press;
    this.cancel();
    if (press?.begun && press.place !== press.start) this.moved(press.block.dataset.block, press.place);
  }

  cancel() {
    const press = this.press;
    this.press = null;
    if (!press?.begun) return;
    press.block.style.translate = "";
    press.block.removeAttribute("data-live");
    for (const block of press.others) for (const mark of ["data-before", "data-behind"]) block.removeAttribute(mark);
  }
}
