// Part of the player: small helpers: elements, formulas, names. `viz/html.py` joins the parts.

// To lay out more formulas than this before the first step is shown takes too long.
const MOST_MEASURED = 160;

/** Make an HTML element with attributes and children; a string child is text. */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Make an SVG element with attributes. */
function drawn(tag, attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** Make a button with a name for screen readers. */
function button(name, action, ...children) {
  const made = element("button", { type: "button", "aria-label": name, title: name }, ...children);
  made.addEventListener("click", action);
  return made;
}

/** Take out the characters that would turn the direction of the text around them, or break its line. */
function clean(text) {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, " ");
}

/** Make a formula out of the MathML that Python wrote, with a sign in front. */
function math(markup, sign = "") {
  const made = element("span", { class: "mgp-math" });
  // Signs are markup here, so only those that there are may pass.
  const known = ["=", "+=", "←", "·", "×"].includes(sign) ? sign : "";
  const operator = known && `<mo form="infix" lspace="0.3em" rspace="0.3em">${known}</mo>`;
  made.innerHTML = `<math displaystyle="true"><mrow>${operator}${markup}</mrow></math>`;
  return made;
}

/** The name of the pass, with which a sentence begins. */
function passOf(sentence) {
  return sentence.split(" · ", 1)[0];
}

/** The parts of a formula as [name, sign, formula], without those that only repeat the one before. */
function parts(formula) {
  const kept = [];
  let last = formula.left.plain;
  for (const name of ["symbols", "numbers", "result"]) {
    if (formula[name].plain !== last) kept.push([name, kept.length ? "=" : formula.sign, formula[name]]);
    last = formula[name].plain;
  }
  return kept;
}

/** A formula on one line of text. */
function plain(formula) {
  return formula.left.plain + parts(formula).map(([, sign, part]) => ` ${sign} ${part.plain}`).join("");
}

/** Whether the reader asked for little motion. */
function still() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** The size of the text around an element, in pixels. */
function unit(node) {
  return parseFloat(getComputedStyle(node).fontSize) || 16;
}

/** The last entry of a history, sorted by `move`, that is known after `stop` moves. */
function latest(history, stop) {
  let found = null;
  for (const entry of history) {
    if (entry.move >= stop) break;
    found = entry;
  }
  return found;
}

/** Steps whose formulas may be the tallest or widest: all, or the longest and some others where there are many. */
function candidates(story) {
  const all = story.steps.map((step, k) => [k + 1, plain(story.moves[step.stop - 1].formula).length]);
  if (all.length <= MOST_MEASURED) return all.map(([k]) => k);
  const longest = [...all].sort((a, b) => b[1] - a[1]).slice(0, MOST_MEASURED / 2);
  const others = all.filter((_, k) => k % Math.ceil((2 * all.length) / MOST_MEASURED) === 0);
  return [...new Set([...longest, ...others].map(([k]) => k))];
}
