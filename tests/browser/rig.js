// What axe does not see, told as "check: where". Run in the page by rig.py; it changes nothing there.
() => {
  const found = [];
  const all = (wanted, within = document) => [...within.querySelectorAll(wanted)];
  const tell = (check, node) => found.push(`${check}: ${node.outerHTML ? node.outerHTML.slice(0, 160) : node}`);
  const CONTROL = "a[href], button, input, select, textarea, summary";
  const isAway = (node) => node.closest(".visually-hidden, [aria-hidden=true]") || !node.checkVisibility();

  // The page as a whole.
  if (all("h1").length !== 1) tell("one h1", `${all("h1").length} headings of the first level`);
  all("[style], style").forEach((node) => tell("inline style", node));
  const ids = all("[id]").map((node) => node.id);
  new Set(ids.filter((id, place) => ids.indexOf(id) !== place)).forEach((id) => tell("unique ids", id));

  // Errors: the title says so, the summary has the focus, leads to each control, and each control says why.
  const summary = document.getElementById("errors");
  const errors = all(".error");
  const word = summary ? document.title.split(" ")[0].replace(/[::]$/, "") : "";
  if ((summary || errors.length) && !/^Error: /.test(document.title) && document.documentElement.lang === "en") tell("title says Error", document.title);
  if (errors.length && !summary) tell("error summary", "none");
  if (summary) {
    if (!summary.hasAttribute("autofocus") || summary.tabIndex !== -1 || !summary.hasAttribute("tabindex")) tell("focus on the summary", summary.cloneNode(false));
    if (!summary.querySelector("[role=alert]")) tell("summary is announced", summary.cloneNode(false));
    if (!summary.querySelector("a")) tell("summary links", "none");
    all("a", summary).forEach((link) => {
      const goal = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!goal || !goal.checkVisibility() || !(goal.matches(CONTROL) || goal.hasAttribute("tabindex"))) tell("summary links", link);
    });
  }
  errors.forEach((node) => {
    const refers = node.id && all(`[aria-describedby~="${CSS.escape(node.id)}"]`);
    if (!refers || !refers.length) tell("error described", node);
    if (!node.textContent.trim().startsWith(word || "Error")) tell("word Error", node);
  });

  // Groups, buttons that are none, small targets.
  const names = new Map();
  all("input[type=radio], input[type=checkbox]").filter((node) => !isAway(node)).forEach((node) => {
    const key = `${node.type} ${node.name} ${node.form?.action}`;
    names.set(key, [...(names.get(key) || []), node]);
  });
  names.forEach((nodes) => {
    if (nodes.length < 2) return;
    const group = nodes[0].closest("fieldset:has(> legend), [role=group][aria-label], [role=group][aria-labelledby], [role=radiogroup][aria-label], table");
    if (!group || !nodes.every((node) => group.contains(node))) tell("group has a legend", nodes[0]);
  });
  all("legend").filter((node) => !node.textContent.trim()).forEach((node) => tell("group has a legend", node));
  all("body *").forEach((node) => {
    const looks = getComputedStyle(node).cursor === "pointer" || node.matches(".button, [role=button], [onclick]");
    if (looks && !node.closest(`${CONTROL}, label`) && node.checkVisibility()) tell("button that is none", node);
  });
  all(CONTROL).filter((node) => !isAway(node) && !node.matches("[type=hidden], .skip")).forEach((node) => {
    const box = node.getBoundingClientRect();
    // A word is as wide as it is, and a link within a sentence as high as the sentence.
    if ((box.width >= 24 || node.matches("a")) && box.height >= 24) return;
    const sentence = node.closest("p, li, dd, td, th, figcaption, label, summary");
    if (node.matches("a") && sentence && sentence.textContent.trim() !== node.textContent.trim()) return;
    tell("target of 24 pixels", node);
  });
  return found;
}
