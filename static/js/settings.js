// The Settings tab: settings shown only beside certain values, and rows added to tables. Without it all are shown, and a submit adds rows.

function valueOf(form, name) {
  const control = form.elements[name];
  if (!control) return null;
  return control.type === "checkbox" ? String(control.checked) : control.value;
}

function showAndHide() {
  for (const setting of document.querySelectorAll("[data-shown-if]")) {
    const value = valueOf(setting.closest("form"), setting.dataset.shownIf);
    if (value !== null) setting.hidden = !JSON.parse(setting.dataset.shownValues).includes(value);
  }
}

function addRow(name) {
  const rows = document.querySelector(`[data-rows="${CSS.escape(name)}"]`);
  const last = rows.rows[rows.rows.length - 1];
  if (!last || rows.rows.length >= Number(rows.dataset.most)) return;
  const row = last.cloneNode(true);
  const index = rows.rows.length;
  for (const control of row.querySelectorAll("input, select, textarea")) {
    control.name = control.name.replace(/\.\d+\./, `.${index}.`);
    control.id = control.id.replace(/_\d+_/, `_${index}_`);
    control.setAttribute("aria-label", control.getAttribute("aria-label").replace(/\d+$/, String(index + 1)));
    if (control.type === "checkbox") control.checked = false;
    else control.value = "";
  }
  rows.append(row);
  row.querySelector("input, select, textarea").focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row]");
  if (!button) return;
  event.preventDefault();
  addRow(button.dataset.addRow);
});
document.addEventListener("change", showAndHide);
document.addEventListener("reset", () => window.setTimeout(showAndHide));
document.body.addEventListener("htmx:afterSettle", showAndHide);
showAndHide();
