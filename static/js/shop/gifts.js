/* The demo shop's messages in a corner of the page, and the offer that says when it was seen.
   Without this file the link leads to the page of messages, and the offer is simply there. */

const link = document.querySelector("[data-chat]");
const panel = document.querySelector("[data-chat-panel]");
const offer = document.querySelector("[data-offer]");

async function fill() {
  const answer = await fetch(link.href + "?part=list");
  if (!answer.ok) throw new Error(String(answer.status));
  panel.querySelector("[data-chat-body]").innerHTML = await answer.text();
}

async function read() {
  const form = panel.querySelector("[data-chat-read]");
  if (!form) return;
  await fetch(form.action, { method: "POST", body: new FormData(form) });
  form.remove();
  document.querySelector("[data-chat-count]")?.remove();
}

async function open(event) {
  event.preventDefault();
  try {
    await fill();
    panel.showModal();
    await read();
  } catch {
    location.assign(link.href);
  }
}

function watch() {
  const seen = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    seen.disconnect();
    const form = offer.querySelector("form");
    fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => {});
  });
  seen.observe(offer);
}

if (link && panel) {
  link.addEventListener("click", open);
  panel.addEventListener("click", (event) => {
    if (event.target === panel || event.target.closest("[data-chat-close]")) panel.close();
  });
}
if (offer) watch();
