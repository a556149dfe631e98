// Tells which controls are hidden when they have the focus and the page is scrolled just far enough (WCAG 2.4.11).
() => {
  const stops = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
  const isSeen = (node) => {
    const {left, right, top, bottom} = node.getBoundingClientRect();
    const [x1, x2] = [Math.max(left, 0), Math.min(right, innerWidth)];
    const [y1, y2] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
    if (x2 - x1 < 1 || y2 - y1 < 1) return false;
    return [0.1, 0.5, 0.9].some((part) => {
      const hit = document.elementFromPoint(x1 + (x2 - x1) * part, y1 + (y2 - y1) * part);
      return hit && (node.contains(hit) || hit.contains(node));
    });
  };
  const hidden = stops.filter((node) => {
    if (node.tabIndex < 0 || node.disabled || !node.checkVisibility({visibilityProperty: true})) return false;
    node.focus({preventScroll: true});
    // Browsers differ in how far they scroll: to the nearer edge, which may be either, or to the middle.
    return ["start", "end", "center"].some((block) => {
      node.scrollIntoView({block, behavior: "instant"});
      return !isSeen(node);
    });
  });
  document.activeElement?.blur();
  return hidden.map((node) => node.outerHTML.slice(0, 160));
}
