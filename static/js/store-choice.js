// Takes the stores that are ticked in form[data-store-choice] along to other pages and tabs of their list, up to so many. A search takes them itself.

const form = document.querySelector("form[data-store-choice]");
const ticked = () => new FormData(form).getAll("store");

function go(event, url) {
  const stores = ticked();
  const tooMany = stores.length > Number(form.dataset.storeChoice);
  form.querySelector("[data-store-choice-full]").hidden = !tooMany;
  event.preventDefault();
  if (tooMany) return;
  url.searchParams.delete("store");
  for (const store of stores) url.searchParams.append("store", store);
  window.location.assign(url);
}

if (form) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("main a[href]");
    const another = event.button || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!link || another || link.pathname !== window.location.pathname || link.hash) return;
    const url = new URL(link.href);
    if (ticked().length || url.searchParams.has("store")) go(event, url);
  });
}
