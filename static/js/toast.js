/* Passing remarks. Their words come from the page: a flash of the server, or a <template id="toast-…">. */

const STAY = 6000;

function leaveLater(toast) {
  // One with an action, or under the pointer or the focus, waits for its reader.
  const timer = setInterval(() => {
    if (!toast.matches(":hover, :focus-within")) toast.remove();
    if (!toast.isConnected) clearInterval(timer);
  }, toast.querySelector("form, a, [data-keep]") ? STAY * 2 : STAY);
}

/** Show the words of <template id="toast-NAME">, with values in place of theirs ({NUMBER: 2}); never the same twice at once. */
export function say(name, values = {}) {
  const words = document.getElementById(`toast-${name}`)?.content.firstElementChild.cloneNode(true);
  const place = document.getElementById("toasts");
  if (!words || !place) return;
  const said = words.querySelector("p");
  for (const [hole, value] of Object.entries(values)) said.textContent = said.textContent.replace(hole, () => value);
  if (![...place.children].some((shown) => shown.textContent === words.textContent)) place.append(words);
}

export function start() {
  const place = document.getElementById("toasts");
  if (!place) return;
  place.querySelectorAll("[data-toast]").forEach(leaveLater);
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach((node) => node.matches?.("[data-toast]") && leaveLater(node));
  }).observe(place, { childList: true });
  place.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest("[data-toast]").remove());
  document.addEventListener("htmx:response:error", (event) => {
    const status = event.detail.ctx?.response?.raw?.status ?? 0;
    if (status >= 500) say("failed");
    if (status === 400) say("refused");
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx && !event.detail.ctx.response) say("failed");
  });
}
