// Fires "refresh" on each [data-poll] element (htmx: hx-trigger="refresh"): every 5 s while the page is visible (or the
// attribute's number of seconds), every 60 s while it is not. [data-poll-done] on the element, or inside it, stops it.

const HIDDEN_MS = 60000;
const VISIBLE_MS = 5000;
const last = new WeakMap();

const finished = (element) => element.hasAttribute("data-poll-done") || element.querySelector("[data-poll-done]");
const interval = (element) => (document.hidden ? HIDDEN_MS : Number(element.dataset.poll) * 1000 || VISIBLE_MS);

function refresh(element) {
  last.set(element, Date.now());
  element.dispatchEvent(new CustomEvent("refresh", { bubbles: false }));
}

function tick() {
  for (const element of document.querySelectorAll("[data-poll]")) {
    if (finished(element) || element.classList.contains("htmx-request")) continue;
    if (!last.has(element)) last.set(element, Date.now());
    else if (Date.now() - last.get(element) >= interval(element)) refresh(element);
  }
}

// The server does not take a page that refreshes itself for a person at work.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.triggeringEvent?.type === "refresh") event.detail.headers["X-Poll"] = "1";
});

// Nothing is swapped away under a finger: what has changed comes as soon as it is lifted.
let pressed = null;
const held = new Set();

function lift() {
  pressed = null;
  for (const element of held) if (element.isConnected) refresh(element);
  held.clear();
}

document.addEventListener("pointerdown", (event) => { if (event.button === 0) pressed = event.target; }, true);
for (const name of ["pointerup", "pointercancel", "contextmenu", "visibilitychange"]) {
  document.addEventListener(name, () => window.setTimeout(lift), true);
}
window.addEventListener("blur", lift);
document.addEventListener("htmx:beforeSwap", (event) => {
  const { elt, requestConfig } = event.detail;
  if (requestConfig.triggeringEvent?.type !== "refresh" || !pressed || !elt.contains(pressed)) return;
  event.detail.shouldSwap = false;
  held.add(elt);
});

window.setInterval(tick, 1000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
