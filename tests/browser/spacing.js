// Sets the text as WCAG 1.4.12 allows everybody to set it, and tells what is cut. The page stays so.
() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const cut = [...document.querySelectorAll("body *")].filter((node) => {
    if (node.closest(".visually-hidden, svg, .skip") || node.matches("input, select, textarea, option") || !node.checkVisibility()) return false;
    const style = getComputedStyle(node);
    if (style.display === "inline" || !node.textContent.trim()) return false;
    const clips = [style.overflowX, style.overflowY].some((one) => one === "hidden" || one === "clip");
    const isSet = node.matches("button, .button, .pill, label, h1, h2, h3, p, li, td, th");
    // Where nothing is clipped, only text beyond the side of its box is lost.
    return (clips && node.scrollHeight > node.clientHeight + 2) || ((clips || isSet) && node.scrollWidth > node.clientWidth + 2);
  });
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  return cut.map((node) => node.outerHTML.slice(0, 160));
}
