// Hides what another answer makes pointless; the server decides the same without this file.
// A disabled fieldset is not sent, and keeps what was typed for when it comes back.
const values = (form, name) =>
  [...form.elements]
    .filter((one) => one.name === name && !one.matches(":disabled"))
    .flatMap((one) => (/^(radio|checkbox)$/.test(one.type) && !one.checked ? [] : [one.value]));
// Of several controls the first in which anything is chosen counts.
const chosen = (form, names) =>
  names.split(" ").map((name) => values(form, name)).find((found) => found.length) ?? [""];
const update = (form) => {
  // In the order of the page, so that what hangs on a hidden answer is hidden too.
  for (const part of form.querySelectorAll("fieldset[data-when]")) {
    const wanted = part.dataset.is.split("|");
    part.hidden = part.disabled = !chosen(form, part.dataset.when).some((value) => wanted.includes(value));
  }
};
for (const form of document.forms) {
  if (form.querySelector("fieldset[data-when]")) {
    form.addEventListener("change", () => update(form));
    addEventListener("pageshow", () => update(form));
    update(form);
  }
}
