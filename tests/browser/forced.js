// What is lost where the reader's system sets the colours (forced colours), told as "check: where".
() => {
  const found = [];
  const all = (wanted) => [...document.querySelectorAll(wanted)].filter((node) => node.checkVisibility() && !node.closest(".visually-hidden"));
  const tell = (check, node) => found.push(`${check}: ${node.outerHTML.slice(0, 160)}`);
  const look = (node, pseudo) => getComputedStyle(node, pseudo);

  const parts = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const isClear = (colour) => colour === "none" || parts(colour)[3] === 0;
  const luminance = (colour) => {
    const [red, green, blue] = parts(colour).map((one) => (one / 255 <= 0.04045 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const differ = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05) >= 3;
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) if (!isClear(look(at).backgroundColor)) return look(at).backgroundColor;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "rgb(0, 0, 0)" : "rgb(255, 255, 255)";
  };
  const behind = (node) => ground(node.parentElement);
  const shows = (style, side, on) => !["none", "hidden"].includes(style[`${side}Style`]) && parseFloat(style[`${side}Width`]) >= 1 && !isClear(style[`${side}Color`]) && differ(style[`${side}Color`], on);
  const SIDES = ["borderTop", "borderRight", "borderBottom", "borderLeft"];
  const isFramed = (node) => SIDES.every((side) => shows(look(node), side, behind(node)));
  const isMarked = (node) => SIDES.some((side) => shows(look(node), side, behind(node)));
  const rings = (node) => parseFloat(look(node).outlineWidth) >= 2 && shows(look(node), "outline", behind(node));

  all("body, body *").forEach((node) => {
    if (look(node).forcedColorAdjust === "none") tell("colours of its own", node);
  });

  // What one writes in or presses has an edge; a tick is drawn by the browser.
  all("input:not([type=hidden]), select, textarea, button:not(.plain), a.button").forEach((node) => {
    const isTick = node.matches("[type=checkbox], [type=radio]");
    if (isTick ? look(node).appearance === "none" || look(node).opacity < 1 : !isFramed(node)) tell("an edge", node);
  });
  all(".card, .cards > li, .notice, #errors, .field.has-error, .side").forEach((node) => {
    if (!isMarked(node)) tell("an edge", node);
  });

  // States are words with a frame, and where one is differs from where one may go.
  all(".pill").forEach((node) => {
    if (!node.textContent.trim()) tell("a state in words", node);
    if (!isFramed(node)) tell("a frame", node);
  });
  all(".registration[data-state]").forEach((node) => {
    if (!/\p{L}/u.test(node.firstElementChild.textContent)) tell("a state in words", node);
  });
  all("nav [aria-current]").forEach((node) => {
    const other = [...node.closest("nav").querySelectorAll("a:not([aria-current])")][0];
    const marks = (one) => [look(one).outlineStyle, look(one).borderBlockEndStyle, look(one).textDecorationLine].join();
    if (other && marks(other) === marks(node)) tell("where one is", node);
  });

  // Drawings keep their colours, backgrounds lose theirs.
  all("svg :is(rect, path, circle, line, polygon)").forEach((node) => {
    const {fill, stroke} = look(node);
    const under = node.previousElementSibling ? look(node.previousElementSibling).fill : behind(node.ownerSVGElement);
    if (![fill, stroke].some((one) => !isClear(one) && differ(one, isClear(under) ? behind(node.ownerSVGElement) : under))) tell("a drawing one sees", node);
  });
  all(".fill").forEach((node) => {
    if (!/\d/.test(node.textContent)) tell("a bar in words", node);
  });
  all("body *:not(svg, svg *, input, textarea, select, img, iframe, hr, br, td, main)").forEach((node) => {
    const {width, height} = node.getBoundingClientRect();
    if (!node.childNodes.length && width > 2 && height > 2 && !isMarked(node)) tell("more than a background", node);
    for (const pseudo of ["::before", "::after"]) {
      const style = look(node, pseudo);
      if (style.content !== '""' || style.display === "none") continue;
      if (!SIDES.some((side) => shows(style, side, ground(node)))) tell(`more than a background ${pseudo}`, node);
    }
  });

  // The ring of the focus, which is not there without it.
  const before = document.activeElement;
  const owner = (node) => node.closest(".choice") || node;
  const ring = (node) => [look(node), look(owner(node))].map((style) => [style.outlineStyle, style.outlineWidth, style.outlineColor].join()).join();
  before?.blur();
  const stops = all("a[href], button, input:not([type=hidden]), select, textarea, summary, #errors");
  const without = new Map(stops.map((node) => [node, ring(node)]));
  stops.forEach((node) => {
    node.focus({focusVisible: true, preventScroll: true});
    if (document.activeElement !== node) return;
    if (without.get(node) === ring(node) || !(rings(node) || rings(owner(node)))) tell("a ring", node);
  });
  before?.focus({preventScroll: true});
  return found;
}
