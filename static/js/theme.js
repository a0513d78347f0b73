// Changes the appearance at once and tells the server, so that no page is reloaded and no typing is lost.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-theme-form]") || !event.submitter) return;
  event.preventDefault();
  const chosen = event.submitter.value;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  document.documentElement.dataset.bsTheme = chosen;
  document.querySelector('meta[name="color-scheme"]').content = chosen === "auto" ? "light dark" : chosen;
  for (const button of document.querySelectorAll("[data-theme-form] button")) {
    button.setAttribute("aria-pressed", String(button.value === chosen));
  }
  await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
});
