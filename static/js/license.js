// The License page: shows what the server said of a moved switch, counts chosen rows, and asks before staged changes are left behind.

const BODY = document.body;
const dialog = document.getElementById("license-leave");

document.querySelector("[data-focus]")?.focus();

function reasonOf(input) {
  return document.getElementById(`${input.id}-reason`);
}

function mark(input) {
  const row = input.closest("tr");
  const moved = [...row.querySelectorAll("input[role=switch]")].some((one) => one.checked !== (one.dataset.saved === "1"));
  row.classList.toggle("license-changed", moved);
}

BODY.addEventListener("change", (event) => {
  if (!event.target.matches("[data-license] input[role=switch]")) return;
  for (const reason of document.querySelectorAll("[data-license] .switch-reason")) reason.textContent = "";
  mark(event.target);
});

BODY.addEventListener("license-moved", (event) => {
  const { cell, on, reason } = event.detail;
  const input = document.querySelector(`[data-license] input[role=switch][value="${CSS.escape(cell)}"]`);
  if (!input) return;
  input.checked = on;
  reasonOf(input).textContent = reason;
  mark(input);
});

// A switch whose move did not reach the server stands where it stood; the toast says why and offers to try again.
BODY.addEventListener("htmx:afterRequest", (event) => {
  const input = event.detail.elt;
  if (event.detail.successful || !input.matches?.("[data-license] input[role=switch]")) return;
  input.checked = !input.checked;
  mark(input);
});

function chosen() {
  const ticks = [...document.querySelectorAll("[data-choose]")];
  const count = document.querySelector("[data-choose-count]");
  const page = document.querySelector("[data-choose-page]");
  const all = document.querySelector("[data-choose-all]");
  if (!count) return;
  const ticked = ticks.filter((tick) => tick.checked).length;
  page.checked = ticks.length > 0 && ticked === ticks.length;
  page.indeterminate = ticked > 0 && ticked < ticks.length;
  count.textContent = all.checked || ticked === 0 ? "" : ticked === 1 ? count.dataset.one : count.dataset.many.replace("#", String(ticked));
}

BODY.addEventListener("change", (event) => {
  if (event.target.matches("[data-choose-page]")) {
    for (const tick of document.querySelectorAll("[data-choose]")) tick.checked = event.target.checked;
  }
  if (event.target.matches("[data-choose-page], [data-choose], [data-choose-all]")) chosen();
});

BODY.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const staged = Number(document.getElementById("license-bar")?.dataset.staged ?? 0);
  if (!link || !staged || !dialog || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const there = new URL(link.href);
  const within = there.pathname.startsWith(window.location.pathname);
  if (within || link.matches("[hx-get], [download], [data-license-leave], [target=_blank]")) return;
  event.preventDefault();
  dialog.querySelector("[data-license-leave]").href = link.href;
  dialog.showModal();
});
