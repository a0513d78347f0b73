// Opens native dialogs: [data-dialog="id"]. Escape, focus trap and focus return are the browser's.
// One dialog serves a whole list where its openers have a [data-dialog-name]: it names it, and posts to the opener's address.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      if (opener.dataset.dialogName) {
        for (const place of dialog.querySelectorAll("[data-dialog-name]")) place.textContent = opener.dataset.dialogName;
        dialog.querySelector("form").action = opener.href;
      }
      dialog.showModal();
    }
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) {
    const dialog = closer.closest("dialog");
    if (dialog?.open) {
      event.preventDefault();
      dialog.close();
    }
    return;
  }
  if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && event.clientX + event.clientY > 0) event.target.close();
  }
});
