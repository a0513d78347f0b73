// Gives the magnifying glasses of Django's boxes for choosing many the role that their labels need: on a plain span nobody may rely on one.

window.addEventListener("load", () => {
  for (const glass of document.querySelectorAll("span.search-label-icon[aria-label]")) glass.setAttribute("role", "img");
});
