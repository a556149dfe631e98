// Watches where the focus goes while rig.py presses Tab, and whether one sees it there.
() => {
  const STOPS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const groups = new Set();
  const stops = [...document.querySelectorAll(STOPS)].filter((node) => {
    if (node.tabIndex < 0 || node.disabled || !node.checkVisibility() || getComputedStyle(node).visibility === "hidden") return false;
    if (node.type !== "radio") return true;
    // Radios of one name are one stop.
    const group = `${node.name} ${node.form?.action}`;
    return !groups.has(group) && groups.add(group);
  });
  const name = (node) => (node.type === "radio" ? `${node.name} ${node.form?.action}` : node);
  const seen = new Set();
  const dark = new Set();
  const shows = (node) => {
    const style = getComputedStyle(node);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  document.addEventListener("focusin", ({target}) => {
    if (target === document.body || target.matches("main")) return;
    seen.add(name(target));
    if (!shows(target) && !(target.closest(".choice") && shows(target.closest(".choice")))) dark.add(target);
  });
  document.activeElement?.blur();
  window.rig = {
    count: stops.length,
    missed: () => stops.filter((node) => !seen.has(name(node))).map((node) => node.outerHTML.slice(0, 160)),
    unseen: () => [...dark].map((node) => node.outerHTML.slice(0, 160)),
  };
  return stops.length;
}
