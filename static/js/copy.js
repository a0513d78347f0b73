// Copies the text of the element named by [data-copy]; where the browser refuses, selects it for the person to copy.

const BACK_MS = 3000;

function select(source) {
  const range = document.createRange();
  range.selectNodeContents(source);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  if (!source) return;
  const label = button.querySelector("[data-copy-text]");
  button.dataset.copyLabel ??= label.textContent;
  let said = button.dataset.copied;
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch {
    select(source);
    said = button.dataset.copyFailed;
  }
  label.textContent = said;
  button.querySelector("[data-copy-status]").textContent = said;
  window.setTimeout(() => {
    label.textContent = button.dataset.copyLabel;
    button.querySelector("[data-copy-status]").textContent = "";
  }, BACK_MS);
});
