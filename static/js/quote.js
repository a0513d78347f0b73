// From the first change until its quote is there nothing can be confirmed. htmx opens the box again, or swaps it, when the answer has come.

let asked = true;

function close() {
  const box = document.getElementById("confirm-box");
  if (box) box.disabled = true;
}

document.addEventListener("input", (event) => {
  if (event.target.form?.id !== "plan-form") return;
  asked = false;
  close();
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "plan-form") asked = true;
});
// The answer may be to what was entered before.
document.addEventListener("htmx:afterSwap", () => { if (!asked) close(); });
// htmx asks no price for what the browser refuses, and does not say so.
document.addEventListener("htmx:validation:halted", (event) => {
  if (event.target.id === "plan-form") event.target.reportValidity();
});
