// Guards forms marked [data-unsaved] ("dirty" if they came back unsaved): a bar names the changes, and leaving asks first.

const saved = new WeakMap();
const dialog = document.getElementById("unsaved-dialog");
let destination = null;
let leaving = false;

const guarded = () => document.querySelectorAll("form[data-unsaved]");
const bar = (form) => (form.id ? document.querySelector(`[data-save-bar="${CSS.escape(form.id)}"]`) : null);

function snapshot(form) {
  const values = new Map();
  for (const control of form.elements) {
    if (!control.name || control.type === "hidden" || control.type === "submit") continue;
    const key = ["radio", "checkbox"].includes(control.type) ? `${control.name}=${control.value}` : control.name;
    values.set(key, { value: "checked" in control && key !== control.name ? control.checked : control.value, control });
  }
  return values;
}

function changes(form) {
  const before = saved.get(form);
  const names = new Set();
  for (const [key, { value, control }] of snapshot(form)) {
    if (before.get(key)?.value !== value) names.add(control.labels?.[0]?.textContent.trim() || control.name);
  }
  return names;
}

const isDirty = (form) => saved.has(form) && (form.dataset.unsaved === "dirty" || changes(form).size > 0);
const anyDirty = () => !leaving && [...guarded()].some(isDirty);

function update(form) {
  const strip = bar(form);
  if (!strip) return;
  strip.hidden = !isDirty(form);
  strip.querySelector("[data-save-bar-names]").textContent = [...changes(form)].join(", ");
}

function watch() {
  for (const form of guarded()) {
    if (saved.has(form)) continue;
    saved.set(form, snapshot(form));
    update(form);
  }
}

for (const name of ["input", "change"]) {
  document.addEventListener(name, (event) => {
    const form = event.target.form;
    if (form && saved.has(form)) update(form);
  });
}
document.addEventListener("reset", (event) => {
  if (!saved.has(event.target)) return;
  event.target.dataset.unsaved = "";
  window.setTimeout(() => update(event.target));
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (saved.has(form) && !form.matches("[hx-post],[hx-put],[hx-patch]")) leaving = true;
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!event.detail.successful || !saved.has(form)) return;
  form.dataset.unsaved = "";
  saved.set(form, snapshot(form));
  update(form);
});
document.body.addEventListener("htmx:afterSettle", watch);
document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Redirect")) leaving = true;
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-unsaved-leave]")) {
    leaving = true;
    window.location.assign(destination);
    return;
  }
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || link.target === "_blank") return;
  const here = new URL(window.location.href);
  const there = new URL(link.href);
  const samePage = there.origin === here.origin && there.pathname === here.pathname && there.search === here.search && there.hash;
  if (samePage || link.hasAttribute("hx-get") || link.hasAttribute("download") || !dialog || !anyDirty()) return;
  event.preventDefault();
  destination = link.href;
  dialog.showModal();
});
window.addEventListener("beforeunload", (event) => { if (anyDirty()) event.preventDefault(); });
window.addEventListener("pageshow", () => { leaving = false; });

watch();
