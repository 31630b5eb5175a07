// Part of the player: a wide picture on paper. `viz/html.py` joins the parts.

// What a page holds, in pixels of which an inch has 96: the width of its text, and the height that a picture may take.
const PAPER = { width: 700, height: 620 };
// The size at which the smallest text of a picture is well read on paper, and the least at which it is read at all.
const PRINTED = { well: 9, least: 6 };
// A picture that fills more pages is printed as small as it has to be to stand on one.
const MOST_PAGES = 4;
// Left free above and below what a strip shows, in its own unit.
const MARGIN = 24;

/**
 * Cut a picture that is too wide for a page into strips, one below the other, as music is written.
 * @param {SVGElement} svg the picture.
 * @param {{width: number, text: number}} view its width, and the size of its smallest text.
 * @returns {HTMLElement|null} the strips; none where the picture can be read as it is, or would fill many pages.
 */
function strips(svg, { width, text }) {
  if (width * PRINTED.well <= PAPER.width * text) return null;
  const [boxes, points] = [boxesOf(svg), pointsOf(svg)];
  // Rather smaller on one page than larger on several.
  for (const pages of [1, MOST_PAGES]) {
    for (let size = PRINTED.well; size >= PRINTED.least; size *= 0.95) {
      const scale = size / text;
      const cuts = cutsOf(boxes, width, PAPER.width / scale);
      const parts = cuts.slice(1).map((to, k) => partOfPicture(cuts[k], to, boxes, points));
      const height = parts.reduce((sum, part) => sum + part.height * scale, 0);
      if (height <= pages * PAPER.height) return element("div", { class: "mgp-strips" }, ...parts.map((part) => stripOf(svg, part, scale)));
    }
  }
  return null;
}

/** The boxes of a picture's shapes and texts. */
function boxesOf(svg) {
  return [...svg.querySelectorAll(".shape, text")].map((one) => one.getBBox()).filter(({ width }) => width);
}

/** Points on a picture's lines, close enough to each other to tell where the lines run. */
function pointsOf(svg) {
  return [...svg.querySelectorAll("path.line")].flatMap((line) => {
    const length = line.getTotalLength();
    return Array.from({ length: 33 }, (_, k) => line.getPointAtLength((k * length) / 32));
  });
}

/** Where to cut: strips of at most this length, through as few boxes as possible. */
function cutsOf(boxes, width, length) {
  const through = (x) => boxes.filter((box) => box.x < x && x < box.x + box.width).length;
  const cuts = [0];
  while (width - cuts.at(-1) > length) {
    const near = Array.from({ length: 31 }, (_, k) => cuts.at(-1) + length * (1 - k / 120));
    cuts.push(near.reduce((best, x) => (through(x) < through(best) ? x : best)));
  }
  return [...cuts, width];
}

/** The part of a picture between two cuts, as high as what is in it. */
function partOfPicture(from, to, boxes, points) {
  const inside = boxes.filter((box) => box.x < to && box.x + box.width > from).flatMap(({ y, height }) => [y, y + height]);
  const lines = points.filter(({ x }) => from <= x && x <= to).map(({ y }) => y);
  const [top, bottom] = [Math.min(...inside, ...lines) - MARGIN, Math.max(...inside, ...lines) + MARGIN];
  return { x: from, y: top, width: to - from, height: bottom - top };
}

/** A copy of a picture that shows one part of it. */
function stripOf(svg, { x, y, width, height }, scale) {
  const strip = svg.cloneNode(true);
  strip.removeAttribute("style");
  strip.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  strip.setAttribute("width", String(width * scale));
  return strip;
}

/**
 * Show a picture in strips while the page is printed.
 * @returns {function(): void} what ends that.
 */
function printable(node, svg, view) {
  let shown = null;
  const begin = () => {
    shown = node.offsetWidth ? strips(svg, view) : null;
    if (shown) node.append(shown);
  };
  const end = () => { shown?.remove(); };
  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", end);
  return () => {
    window.removeEventListener("beforeprint", begin);
    window.removeEventListener("afterprint", end);
  };
}
