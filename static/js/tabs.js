/* Tabs that do not fit, on a phone: the current one stands in the middle of what is seen. */

export function start() {
  for (const current of document.querySelectorAll(".tabs > [aria-current]")) {
    const tabs = current.parentElement;
    tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
  }
}
