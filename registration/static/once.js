// Extras only: every page works without this file.
// A second click within ten seconds sends nothing; the button is not disabled, since readers lose it then.
const PATIENCE = 10_000;
let sent = null;
let sentAt = 0;
addEventListener("submit", (event) => {
  if (sent === event.target && event.timeStamp - sentAt < PATIENCE) {
    event.preventDefault();
    return;
  }
  sent = event.target;
  sentAt = event.timeStamp;
});
// Back shows the page as it was left: it can be sent again.
addEventListener("pageshow", () => {
  sent = null;
});
document.getElementById("errors")?.focus();
