// The License page: a switch beyond Max Stores slides back at once and says why; Save checks again on the server.
(() => {
  const form = document.querySelector("[data-license]");
  if (!form || form.dataset.max === "") return;
  const max = Number(form.dataset.max);
  const switches = [...form.querySelectorAll("input[role=switch]")];
  const elsewhere = Number(form.dataset.used) - switches.filter((input) => input.defaultChecked).length;
  const count = form.querySelector("[data-license-count]");
  const words = count.textContent;
  const used = () => elsewhere + switches.filter((input) => input.checked).length;

  const say = (input, text) => {
    let reason = document.getElementById(`${input.id}-reason`);
    if (!reason) {
      reason = document.createElement("span");
      reason.className = "switch-reason";
      reason.id = `${input.id}-reason`;
      reason.setAttribute("role", "status");
      input.parentElement.append(reason);
      input.setAttribute("aria-describedby", reason.id);
    }
    reason.textContent = text;
  };

  form.addEventListener("change", (event) => {
    const input = event.target;
    if (!switches.includes(input)) return;
    switches.forEach((other) => document.getElementById(`${other.id}-reason`) && say(other, ""));
    if (input.checked && used() > max) {
      input.checked = false;
      say(input, form.dataset.refusal);
    }
    count.textContent = words.replace(/\d+/, String(used()));
  });
})();
