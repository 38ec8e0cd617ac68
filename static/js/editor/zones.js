/* Zones: while something is being carried, each "+" becomes a place to put it, and the nearest one lights up. */

const NEAR = 72;

export class Zones {
  constructor(stage) {
    this.stage = stage;
    this.hot = null;
  }

  /** Light the zones. `own` are the ids of the steps that are being carried: the places around them would change nothing. */
  light(own = []) {
    this.stage.setAttribute("data-live", "zones");
    const near = [...this.stage.querySelectorAll("#canvas .slot:not([data-culled])")];
    this.all = near.map((slot) => {
      const dim = own.includes(slot.dataset.source) || own.includes(target(slot));
      slot.setAttribute("data-live", dim ? "dim" : "");
      return { slot, dim };
    });
    // All are marked before the first is measured: each turn from writing to reading lays everything out.
    for (const zone of this.all) zone.box = zone.slot.getBoundingClientRect();
  }

  /** Light the nearest zone to a point of the window, if one is near. */
  at(x, y) {
    const distance = ({ box }) => Math.hypot(away(x, box.left, box.right), away(y, box.top, box.bottom));
    const near = this.all.filter((zone) => !zone.dim && distance(zone) < NEAR / 2);
    near.sort((one, other) => centre(one.box, x, y) - centre(other.box, x, y));
    this.heat(near[0]?.slot ?? null);
    return this.hot;
  }

  heat(slot) {
    if (this.hot === slot) return;
    this.hot?.setAttribute("data-live", "");
    slot?.setAttribute("data-live", "hot");
    this.hot = slot;
  }

  dark() {
    this.stage.removeAttribute("data-live");
    this.stage.querySelectorAll(".slot[data-live]").forEach((slot) => slot.removeAttribute("data-live"));
    this.hot = null;
  }
}

const away = (value, low, high) => Math.max(low - value, 0, value - high);
const centre = (box, x, y) => Math.hypot((box.left + box.right) / 2 - x, (box.top + box.bottom) / 2 - y);

const target = ({ dataset: { source, port } }) => document.getElementById(`edge-${source}-${port}`)?.dataset.target;
