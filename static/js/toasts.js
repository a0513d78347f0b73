// Shows toasts: those rendered with the page, those htmx brings in an HX-Trigger header, and failed htmx requests.

const SUCCESS_MS = 8000;
const ACTION_MS = 12000;
const MOST = 3;

const region = document.querySelector("[data-notices]");
const urgentRegion = region?.querySelector("[data-notices-urgent]");
const politeRegion = region?.querySelector("[data-notices-polite]");

function arm(notice) {
  notice.querySelector("[data-notice-close]").addEventListener("click", () => notice.remove());
  if (urgentRegion.contains(notice)) return;
  const lifetime = notice.querySelector("[data-notice-action]") ? ACTION_MS : SUCCESS_MS;
  let timer = 0;
  const start = () => { timer = window.setTimeout(() => notice.remove(), lifetime); };
  const hold = () => window.clearTimeout(timer);
  for (const event of ["pointerenter", "focusin"]) notice.addEventListener(event, hold);
  for (const event of ["pointerleave", "focusout"]) notice.addEventListener(event, () => { hold(); start(); });
  start();
}

function makeRoom() {
  const shown = [...region.querySelectorAll("[data-notice]")];
  const polite = shown.filter((notice) => politeRegion.contains(notice));
  const order = [...polite, ...shown.filter((notice) => urgentRegion.contains(notice))];
  while (order.length >= MOST) order.shift().remove();
}

export function show({ level, text, action_label: actionLabel = "", action_url: actionUrl = "" }, retry = null) {
  const template = document.querySelector(`[data-notice-template="${CSS.escape(level)}"]`)
    ?? document.querySelector('[data-notice-template="info"]');
  const notice = template.content.firstElementChild.cloneNode(true);
  notice.querySelector("[data-notice-text]").textContent = text;
  const action = notice.querySelector("[data-notice-action]");
  if (actionUrl) {
    action.setAttribute("action", actionUrl);
    action.querySelector("button").textContent = actionLabel;
  } else {
    action.remove();
  }
  const again = notice.querySelector("[data-notice-retry]");
  if (retry) {
    again.hidden = false;
    again.textContent = region.dataset.retry;
    again.addEventListener("click", () => { notice.remove(); retry(); });
  } else {
    again.remove();
  }
  makeRoom();
  (["error", "warning"].includes(level) ? urgentRegion : politeRegion).append(notice);
  arm(notice);
}

function repeat(detail) {
  const { elt, requestConfig } = detail;
  if (!elt?.isConnected) return null;
  const cause = requestConfig?.triggeringEvent;
  if (elt instanceof HTMLFormElement) return () => elt.requestSubmit(cause?.submitter?.isConnected ? cause.submitter : null);
  return () => window.htmx.trigger(elt, cause?.type ?? "refresh");
}

function failed(event) {
  const { xhr } = event.detail;
  if (event.detail.elt?.closest?.("[data-poll]") && event.type !== "htmx:responseError") return;
  if ([403, 404].includes(xhr.status)) return show({ level: "error", text: region.dataset.refused });
  const id = xhr.getResponseHeader?.("X-Request-ID");
  const words = xhr.status === 0 ? region.dataset.offline : xhr.status === 429 ? region.dataset.slowDown : region.dataset.failed;
  const text = id && xhr.status >= 500 ? `${words} (${region.dataset.request} ${id})` : words;
  return show({ level: "error", text }, repeat(event.detail));
}

if (region) {
  for (const notice of region.querySelectorAll("[data-notice]")) arm(notice);
  document.body.addEventListener("toasts", (event) => { for (const item of event.detail.items) show(item); });
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.body.addEventListener(name, failed);
}
