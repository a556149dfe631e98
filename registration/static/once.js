// Extras only: every page works without this file.
// A second click on a submit button sends nothing; the button is not disabled, since readers lose it then.
let sent = null;
addEventListener("submit", (event) => {
  if (sent === event.target) {
    event.preventDefault();
    return;
  }
  sent = event.target;
});
// Back shows the page as it was left: it can be sent again.
addEventListener("pageshow", () => {
  sent = null;
});
document.getElementById("errors")?.focus();
