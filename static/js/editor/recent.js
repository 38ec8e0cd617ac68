/* Recent: the kinds of step that were added last, kept by this browser and shown first. */

const KEPT = "relance-recent";
const MOST = 3;

/** The names of the kinds added last, newest first. */
export function recent() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function remember(kind) {
  try {
    localStorage.setItem(KEPT, JSON.stringify([kind, ...recent().filter((each) => each !== kind)].slice(0, MOST)));
  } catch {
    // A browser that keeps nothing shows the list in its own order.
  }
}

/** Fill the group at the head of a list with what was added last. Starts are left out: there is one, once. */
export function fill(group, list) {
  const known = (kind) => list.querySelector(`[data-group]:not([data-starts]) [data-kind="${CSS.escape(kind)}"]`);
  const items = recent().map(known).filter(Boolean).map((item) => item.cloneNode(true));
  for (const item of items) item.id = `recent-${item.dataset.kind}`;
  group.replaceChildren(group.firstElementChild, ...items);
}
