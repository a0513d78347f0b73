// Gives what Django's admin draws without a name the name that screen readers need: autocompletes, rows of inlines, boxes for choosing many.

function words(element) {
  return element.textContent.trim().replace(/[:?]$/, "");
}

// The words of the label of a control; in the table of an inline those of its column, and of its row if it has been saved.
function nameOf(control) {
  const label = document.querySelector(`label[for="${CSS.escape(control.id)}"]`);
  if (label) return words(label);
  const cell = control.closest(".tabular td");
  if (!cell) return "";
  const column = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
  const saved = cell.parentElement.querySelector("td.original p");
  return [column, saved].filter(Boolean).map((element) => words(element.firstChild ?? element)).filter(Boolean).join(", ");
}

function nameControl(control) {
  if (!control.labels?.length && !control.hasAttribute("aria-label")) control.setAttribute("aria-label", nameOf(control));
}

function nameAutocomplete(select) {
  const name = nameOf(select);
  const box = select.nextElementSibling;
  if (!name || !box?.classList.contains("select2-container")) return;
  const chosen = box.querySelector(".select2-selection__rendered[role=textbox]");
  const combobox = box.querySelector("[role=combobox]");
  if (chosen) {
    // The combobox is called by its label and what is chosen; a text box within it would want a name of its own.
    chosen.removeAttribute("role");
    chosen.removeAttribute("aria-readonly");
    combobox.id = `${select.id}-combobox`;
    combobox.setAttribute("aria-label", name);
    combobox.setAttribute("aria-labelledby", `${combobox.id} ${chosen.id}`);
  } else {
    combobox.setAttribute("aria-label", name);
    // Beside the chosen its list holds the cross that clears it, which no list may.
    box.querySelectorAll("ul.select2-selection__rendered, ul.select2-selection__rendered > li").forEach((part) => {
      part.setAttribute("role", "presentation");
    });
  }
  if (combobox.hasAttribute("aria-owns")) combobox.setAttribute("aria-controls", combobox.getAttribute("aria-owns"));
  box.querySelector(".select2-search__field")?.setAttribute("aria-label", name);
  const results = document.getElementById(`select2-${select.id}-results`);
  results?.setAttribute("aria-label", name);
  results?.closest(".select2-dropdown").querySelector(".select2-search__field")?.setAttribute("aria-label", name);
}

function nameAll() {
  document.querySelectorAll("span.search-label-icon[aria-label]").forEach((glass) => glass.setAttribute("role", "img"));
  document.querySelectorAll(".tabular td :is(input:not([type=hidden]), select, textarea)").forEach(nameControl);
  document.querySelectorAll("select.admin-autocomplete").forEach(nameAutocomplete);
}

nameAll();
window.addEventListener("load", nameAll);
new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
