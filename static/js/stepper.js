// Up and down buttons of a number box; the browser keeps to its min, max and step.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  const input = button?.closest("[data-stepper]")?.querySelector("input");
  if (!input || input.disabled || input.readOnly) return;
  if (button.dataset.step === "up") input.stepUp();
  else input.stepDown();
  for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, { bubbles: true }));
});
