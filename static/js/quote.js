// From the first change until its quote is there nothing can be confirmed. htmx opens the box again, or swaps it, when the answer has come.

document.addEventListener("input", (event) => {
  if (event.target.form?.id !== "plan-form") return;
  const box = document.getElementById("confirm-box");
  if (box) box.disabled = true;
});
