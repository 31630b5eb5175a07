/**
 * The player: a storyboard, step by step, in the browser. `viz/html.py` writes the data it is given, and describes it.
 *
 * All that is on the screen at step k is a function of the data and k: every part below has a `show(k)` that may be
 * called with any k at any time, so going back and jumping cost nothing and no part can get out of step.
 *
 * Names that a user chose are written as text (`textContent`). Only formulas (MathML) and pictures (SVG) are parsed as
 * markup; Python wrote both, with every name in them escaped. Nothing is loaded, nothing is global.
 */

const PASSES = {
  forward: { sign: "→", short: "Forward" },
  backward: { sign: "←", short: "Backward" },
  update: { sign: "↻", short: "Update" },
  again: { sign: "→", short: "New forward" },
};
const THEMES = { light: "Light", dark: "Dark", contrast: "High contrast" };
const SECONDS_A_STEP = 1.9;
const SECONDS_OF_FLIGHT = 0.9;
// How much smaller a formula may be drawn that does not fit otherwise.
const SCALES = [1, 0.88, 0.76, 0.66, 0.58];
// More marks than this on the time line could not be told apart.
const MOST_MARKS = 500;
// From the middle of the dot to the tip of its arrow head, in radii.
const LENGTH = 2.8;

/**
 * Show a storyboard inside an element.
 * @param {HTMLElement} root an empty element; everything happens inside it.
 * @param {object} data what `viz.html.page_data` returns.
 * @param {{page?: boolean}} options page: the player is the whole document, so it listens to all its keys and keeps the
 *   step in the address, as `#step=41`.
 * @returns {{step: number, go: function(number): void, destroy: function(): void}} a handle; `root` also fires a "step"
 *   event whose detail is the step's number.
 */
export function mount(root, data, { page = false } = {}) {
  const story = data.story;
  const count = story.steps.length;
  let step = 0;
  let timer = 0;

  const sentence = sentenceLine(data);
  const stage = pictureStage(data, () => address.write());
  const known = knownTable(data);
  const formula = formulaPanel(data);
  const time = timeLine(story, (k) => go(k));
  const transport = transportButtons({
    first: () => go(1),
    back: () => go(step - 1),
    play: toggle,
    next: () => go(step + 1),
    last: () => go(count),
  });
  const search = searchBox(story, (k) => go(k), () => time.focus());
  const status = element("div", { class: "mgp-hidden", role: "status", "aria-live": "polite", "aria-atomic": "true" });
  const player = element("section", { class: "mgp", "aria-label": clean(data.title), lang: "en", dir: "ltr" },
    sentence.node, stage.node, known.node, formula.node,
    element("div", { class: "mgp-foot" }, time.node, transport.node),
    element("div", { class: "mgp-tools" }, stage.tools, search.node, themeButton(root)),
    status);
  const address = page ? addressBar(() => step, stage, (k) => go(k)) : { write() {}, read: () => null, stop() {} };

  /** Stop playing and show a step. */
  function go(k) {
    pause();
    show(k);
  }

  /** Show a step; the way from one step to the next is animated, every other way is a jump. */
  function show(k) {
    k = Math.min(Math.max(Math.round(k) || 1, 1), count);
    if (k === step) return;
    const now = story.steps[k - 1];
    const moving = k === step + 1 && step > 0;
    step = k;
    player.dataset.pass = now.phase;
    player.dataset.beat = String(k % 2);
    player.toggleAttribute("data-moving", moving);
    for (const part of [sentence, stage, known, formula, time]) part.show(k, moving);
    transport.show(k, count);
    status.textContent = `${clean(now.sentence)}: ${plain(story.moves[now.stop - 1].formula)}`;
    address.write();
    root.dispatchEvent(new CustomEvent("step", { detail: k }));
  }

  /** Start or stop playing; at the end, start again. */
  function toggle() {
    if (timer) return pause();
    transport.playing(true);
    const tick = () => {
      show(step === count ? 1 : step + 1);
      if (step < count) timer = window.setTimeout(tick, SECONDS_A_STEP * 1000);
      else pause();
    };
    if (step === count) tick();
    else timer = window.setTimeout(tick, 250);
  }

  /** Stop playing. */
  function pause() {
    window.clearTimeout(timer);
    timer = 0;
    transport.playing(false);
  }

  const keys = {
    ArrowRight: () => go(step + 1), ArrowLeft: () => go(step - 1), Home: () => go(1), End: () => go(count),
    // What a presenter's remote control sends.
    PageDown: () => go(step + 1), PageUp: () => go(step - 1),
    " ": toggle, "/": search.focus,
  };

  /** Do what a key says, unless it is typed into a field or belongs to a button. */
  function onKey(event) {
    const target = event.target instanceof Element ? event.target : root;
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (target.closest("input[type=search], textarea, select, [contenteditable]")) return;
    if (!(event.key in keys) || (event.key === " " && target.closest("button"))) return;
    event.preventDefault();
    keys[event.key]();
  }

  root.classList.add("mgp-root");
  root.replaceChildren(player);
  const listener = page ? document : root;
  listener.addEventListener("keydown", onKey);
  const observer = new ResizeObserver(fit);
  let size = "";

  /** Give every part the room it will need at any step, whenever the room there is has changed. */
  function fit() {
    const next = `${root.clientWidth} ${window.innerHeight}`;
    if (next === size || !root.clientWidth) return;
    size = next;
    sentence.fit();
    formula.fit(player);
    stage.fit();
    known.show(step);
    time.fit();
  }

  observer.observe(root);
  show(address.read() ?? 1);
  fit();
  return {
    get step() { return step; },
    go,
    destroy() {
      pause();
      observer.disconnect();
      listener.removeEventListener("keydown", onKey);
      address.stop();
      stage.stop();
      root.replaceChildren();
    },
  };
}

// ---------------------------------------------------------------------------------------------------- small helpers

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
  // Signs are markup here, so only the three that there are may pass.
  const known = ["=", "+=", "←"].includes(sign) ? sign : "";
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
  if (all.length <= 300) return all.map(([k]) => k);
  const longest = [...all].sort((a, b) => b[1] - a[1]).slice(0, 150);
  const others = all.filter((_, k) => k % Math.ceil(all.length / 150) === 0);
  return [...new Set([...longest, ...others].map(([k]) => k))];
}

// ------------------------------------------------------------------------------------------- the sentence of the step

/** The sentence on top: the pass, large and coloured, then the rest. */
function sentenceLine({ story, title, titled }) {
  const sign = element("span", { class: "mgp-sign", "aria-hidden": "true" });
  const pass = element("span");
  const rest = element("span", { class: "mgp-rest" });
  const line = element("p", { class: "mgp-sentence" }, element("strong", {}, sign, pass), rest);
  const node = element("header", { class: "mgp-head" }, line);
  if (titled) node.prepend(element("h1", { class: "mgp-title" }, clean(title)));

  /** Write the sentence of a step. */
  function show(k) {
    const { sentence, phase } = story.steps[k - 1];
    const name = passOf(sentence);
    sign.textContent = PASSES[phase].sign;
    pass.textContent = name;
    rest.textContent = clean(sentence.slice(name.length + 3));
  }

  /** Reserve the height of the tallest sentence. */
  function fit() {
    const before = [sign.textContent, pass.textContent, rest.textContent];
    line.style.minHeight = "";
    let tallest = 0;
    for (const k of candidates(story)) {
      show(k);
      tallest = Math.max(tallest, Math.ceil(line.getBoundingClientRect().height));
    }
    line.style.minHeight = `${tallest}px`;
    [sign.textContent, pass.textContent, rest.textContent] = before;
  }
  return { node, show, fit };
}

// ------------------------------------------------------------------------------------------------------- the formula

/** The panel below the picture: the formula, the local derivative's own line, the running total. */
function formulaPanel({ story, sums }) {
  const content = element("div", { class: "mgp-lines" });
  const described = { role: "group", "aria-label": "Formula of this step", tabindex: "-1" };
  const node = element("div", { class: "mgp-formula", ...described }, content);
  const scales = new Map();
  let current = 1;

  /** The lines of a step's formula. */
  function lines(k) {
    const last = story.steps[k - 1].stop - 1;
    const { formula, local_formula: local } = story.moves[last];
    const made = [line("main", formula)];
    const below = element("div", { class: "mgp-below" });
    if (local) below.append(line("local", local, "where"));
    const sum = sums[last];
    if (sum) below.append(note(sum.note, ...(sum.mathml ? [math(sum.mathml)] : [])));
    const moves = story.steps[k - 1].stop - story.steps[k - 1].start;
    if (moves > 1) below.append(note(`the last of ${moves} numbers of this step`));
    if (below.children.length) made.push(below);
    return made;
  }

  /** A line of words, with a formula after it. */
  function note(words, ...formula) {
    return element("div", { class: "mgp-line sum" }, element("span", { class: "mgp-word" }, words), ...formula);
  }

  /** One formula: left side, symbols, numbers, result; a line may break in front of a sign. */
  function line(kind, formula, word = "") {
    const made = element("div", { class: `mgp-line ${kind}` });
    if (word) made.append(element("span", { class: "mgp-word" }, word));
    const pieces = parts(formula);
    const left = math(formula.left.mathml);
    left.classList.add("left");
    made.append(left);
    for (const [name, sign, part] of pieces) {
      const piece = math(part.mathml, sign);
      piece.classList.add(name === pieces.at(-1)[0] ? "result" : name);
      made.append(piece);
    }
    return made;
  }

  /** Show the formula of a step, at the size at which it fits. */
  function show(k) {
    content.replaceChildren(...lines(k));
    content.style.setProperty("--formula", String(scales.get(k) ?? SCALES.at(-1)));
    node.scrollTo(0, 0);
    current = k;
  }

  /** Find the size at which each formula fits, and reserve the height of the tallest. */
  function fit(player) {
    const most = Math.max(player.clientHeight * 0.3, 9 * unit(player));
    node.style.minHeight = node.style.maxHeight = "";
    scales.clear();
    const wanted = candidates(story);
    const all = wanted.map((k) => element("div", { class: "mgp-lines" }, ...lines(k)));
    content.replaceChildren(...all);
    const room = content.clientWidth;
    let [tallest, scrolls] = [0, false];
    for (const scale of SCALES) {
      const open = [...wanted.keys()].filter((i) => !scales.has(wanted[i]));
      for (const i of open) all[i].style.setProperty("--formula", String(scale));
      for (const i of open) {
        // Signs that stretch may reach below their line: what would scroll counts as well.
        const height = 4 + Math.max(all[i].offsetHeight, all[i].scrollHeight);
        const fits = height <= most && all[i].scrollWidth <= room;
        if (!fits && scale !== SCALES.at(-1)) continue;
        scales.set(wanted[i], scale);
        tallest = Math.max(tallest, Math.min(height, most));
        scrolls ||= !fits;
      }
    }
    const padding = parseFloat(getComputedStyle(node).paddingTop) * 2;
    node.style.minHeight = node.style.maxHeight = `${Math.ceil(tallest + padding + (scrolls ? 16 : 0))}px`;
    node.tabIndex = scrolls ? 0 : -1;
    show(current);
  }
  return { node, show, fit };
}

// ------------------------------------------------------------------------------------------------------ what is known

/** The numbers known so far, in the order in which they became known; the line of this step is lit. */
function knownTable({ story, rows, news }) {
  const table = element("table", {}, element("caption", { class: "mgp-hidden" }, "What is known so far"));
  const described = { role: "region", "aria-label": "What is known so far", tabindex: "0" };
  const node = element("div", { class: "mgp-known", ...described }, table);
  const histories = rows.map(() => []);
  news.forEach((item, move) => item && histories[item[0]].push({ move, text: item[1], trouble: item[2] }));
  const groups = Object.keys(PASSES).filter((pass) => rows.some((row) => row.pass === pass)).map((pass) => {
    const name = passOf(story.steps.find((step) => step.phase === pass).sentence);
    const heading = element("th", { colspan: "2", scope: "colgroup" }, name);
    const body = element("tbody", { "data-pass": pass }, element("tr", {}, heading));
    return { pass, body };
  });
  table.append(...groups.map(({ body }) => body));
  const lines = rows.map((row, k) => {
    const label = element("th", { scope: "row", title: row.label }, row.label);
    const number = element("td");
    const line = element("tr", {}, label, number);
    groups.find(({ pass }) => pass === row.pass).body.append(line);
    return { line, number, row, history: histories[k] };
  });
  const order = Object.keys(PASSES);

  /** Show what is known after a step. */
  function show(k) {
    const { start, stop, phase } = story.steps[k - 1];
    let lit = null;
    for (const { body, pass } of groups) {
      body.dataset.when = order.indexOf(pass) > order.indexOf(phase) ? "later" : "seen";
    }
    for (const { line, number, history } of lines) {
      const entry = latest(history, stop);
      const text = entry ? entry.text : "not yet";
      if (number.textContent !== text) {
        number.textContent = text;
        number.title = text;
      }
      line.dataset.state = !entry ? "missing" : entry.move < start ? "known" : "now";
      line.classList.toggle("trouble", Boolean(entry && entry.trouble));
      if (line.dataset.state === "now") lit = line;
    }
    follow(groups.find(({ pass }) => pass === phase)?.body, lit);
  }

  /** Scroll so that this pass begins at the top, or as far as the line of this step needs; never to half a line. */
  function follow(body, lit) {
    if (!body) return;
    const heading = body.rows[0].offsetHeight;
    const most = node.scrollHeight - node.clientHeight;
    let top = Math.min(body.offsetTop, most);
    const bottom = lit ? lit.offsetTop + 2 * lit.offsetHeight : 0;
    if (bottom > top + node.clientHeight) top = Math.min(lit.offsetTop - (node.clientHeight + heading) / 2, most);
    if (top < body.offsetTop || lit === null || bottom > body.offsetTop + node.clientHeight) {
      const starts = [...table.rows].map((row) => row.offsetTop - heading).filter((start) => start <= top);
      top = Math.max(0, ...starts);
    }
    if (!lit && node.scrollTop >= top) return;
    if (Math.abs(node.scrollTop - top) > 1) node.scrollTo({ top, behavior: still() ? "auto" : "smooth" });
  }
  return { node, show };
}

// ------------------------------------------------------------------------------------------------------- the pictures

/** The pictures of the storyboard, one of them shown, and the buttons that choose. */
function pictureStage({ story, views }, changed) {
  const node = element("div", { class: "mgp-stage" });
  const pictures = views.map((view) => picture(view, story));
  const switches = pictures.map((one) => {
    const made = button(`${one.title} view`, () => { choose(one); changed(); }, one.title);
    made.dataset.view = one.name;
    return made;
  });
  const whole = button("Fit the picture into its panel", () => zoom("fit"), "Fit");
  const readable = button("Show the picture at a size that can be read", () => zoom("read"), "100 %");
  const choices = element("div", { class: "mgp-switch", role: "group", "aria-label": "View" }, ...switches);
  const sizes = { role: "group", "aria-label": "Size of the picture" };
  const zooms = element("div", { class: "mgp-switch", ...sizes }, whole, readable);
  const tools = element("div", { class: "mgp-pair" }, zooms, ...(pictures.length > 1 ? [choices] : []));
  node.append(...pictures.map((one) => one.node));
  let current = pictures[0];
  let step = 1;

  /** Show another picture, at the same step. */
  function choose(next) {
    current = next;
    pictures.forEach((one, k) => {
      one.node.hidden = one !== next;
      switches[k].setAttribute("aria-pressed", String(one === next));
    });
    if (!node.isConnected) return;
    current.fit();
    current.show(step, false);
    mark();
  }

  /** Choose how large the picture is drawn. */
  function zoom(mode) {
    current.fit(mode);
    current.follow();
    mark();
  }

  /** Say which size is chosen; where the whole picture can be read there is nothing to choose. */
  function mark() {
    zooms.style.visibility = current.choice ? "" : "hidden";
    whole.setAttribute("aria-pressed", String(current.mode === "fit"));
    readable.setAttribute("aria-pressed", String(current.mode === "read"));
  }
  pictures.forEach((one) => one.node.addEventListener("zoom", mark));
  choose(current);
  return {
    node,
    tools,
    get name() { return current.name; },
    get standard() { return current === pictures[0]; },
    /** Show the picture of this name, if there is one. */
    choose(name) {
      const found = pictures.find((one) => one.name === name);
      if (found && found !== current) choose(found);
    },
    show(k, moving) {
      step = k;
      current.show(k, moving);
    },
    /** Use the room there is now; texts can be measured only once they are on the screen. */
    fit() {
      current.fit();
      current.show(step, false);
      mark();
    },
    stop() { pictures.forEach((one) => one.stop()); },
  };
}

/** One picture in a panel that scrolls where the picture is larger. */
function picture(view, story) {
  const svg = drawn("svg", { viewBox: `0 0 ${view.width} ${view.height}`, role: "img", "aria-label": view.title });
  svg.innerHTML = view.svg;
  const dot = flyingDot(view.text);
  const labels = drawn("g");
  svg.insertBefore(labels, svg.querySelector("text"));
  svg.append(dot.node);
  const node = element("div", { class: "mgp-picture", role: "region", "aria-label": view.title, tabindex: "0" }, svg);
  const things = new Map([...svg.querySelectorAll("[data-id]")].map((thing) => [thing.getAttribute("data-id"), thing]));
  const texts = slots(things, view.changes);
  let lit = [];
  let scale = 1;
  let mode = "read";
  let choice = false;

  /** Write what is known after a step, light what the step is about, and let the dot flow. */
  function show(k, moving) {
    const { start, stop } = story.steps[k - 1];
    const news = texts.filter((text) => text.show(start, stop) && !text.local);
    labels.replaceChildren(...news.map((text) => background(text.node)));
    const route = view.routes[stop - 1];
    lit.forEach((thing) => thing.classList.remove("lit"));
    lit = route.lit.map((id) => things.get(id)).filter(Boolean);
    lit.forEach((thing) => thing.classList.add("lit"));
    dot.show(route.path, moving && !still());
    follow();
  }

  /** Draw the picture as large as the mode says: all of it, or so that its text can be read, but never huge. */
  function fit(wanted = mode) {
    mode = wanted;
    const room = node.getBoundingClientRect();
    if (!room.width) return;
    const base = unit(node);
    const whole = Math.min((room.width - 2) / view.width, (room.height - 2) / view.height, (1.5 * base) / view.text);
    const readable = (0.7 * base) / view.text;
    choice = whole < 0.97 * readable;
    if (mode === "fit") scale = whole;
    if (mode === "read") scale = Math.max(whole, choice ? readable : 0);
    resize();
  }

  /** Give the drawing its size on the screen. */
  function resize() {
    svg.style.width = `${view.width * scale}px`;
    svg.style.height = `${view.height * scale}px`;
    fade();
  }

  /** Let the picture fade towards the sides where it goes on. */
  function fade() {
    const beyond = {
      left: node.scrollLeft, right: node.scrollWidth - node.clientWidth - node.scrollLeft,
      top: node.scrollTop, bottom: node.scrollHeight - node.clientHeight - node.scrollTop,
    };
    for (const [side, pixels] of Object.entries(beyond)) {
      node.style.setProperty(`--${side}`, pixels > 2 ? "1.6em" : "0em");
    }
  }

  /** Scroll to what is lit, if it is not well in view. */
  function follow() {
    const box = bounds(lit, scale);
    if (!box) return;
    const left = target(box.left, box.right, node.scrollLeft, node.clientWidth);
    const top = target(box.top, box.bottom, node.scrollTop, node.clientHeight);
    if (left === node.scrollLeft && top === node.scrollTop) return;
    // A long way would take the eye through half the picture: jump.
    const [x, y] = [left - node.scrollLeft, top - node.scrollTop];
    const near = Math.abs(x) < 1.5 * node.clientWidth && Math.abs(y) < 1.5 * node.clientHeight;
    node.scrollTo({ left, top, behavior: near && !still() ? "smooth" : "auto" });
  }

  /** Zoom at the pointer with the wheel, where the wheel has nothing else to scroll. */
  function onWheel(event) {
    const page = document.scrollingElement;
    if (!event.ctrlKey && page && page.scrollHeight > page.clientHeight + 1) return;
    event.preventDefault();
    const room = node.getBoundingClientRect();
    const before = scale;
    const [x, y] = [event.clientX - room.left, event.clientY - room.top];
    scale = Math.min(Math.max(scale * Math.exp(-event.deltaY / 500), 0.1), 6);
    mode = "free";
    resize();
    node.scrollTo((node.scrollLeft + x) * (scale / before) - x, (node.scrollTop + y) * (scale / before) - y);
    node.dispatchEvent(new CustomEvent("zoom"));
  }

  node.addEventListener("wheel", onWheel, { passive: false });
  node.addEventListener("scroll", fade, { passive: true });
  draggable(node);
  return {
    node, show, fit, follow, name: view.name, title: view.title,
    get mode() { return mode; },
    get choice() { return choice || mode === "free"; },
    stop: dot.stop,
  };
}

/** The texts of a picture that change, each with its history; before the first change it says what the picture says. */
function slots(things, changes) {
  const histories = new Map();
  changes.forEach((list, move) => {
    for (const [id, text, state, size] of list) {
      if (!things.has(id)) continue;
      if (!histories.has(id)) {
        const thing = things.get(id);
        const [classes, size] = [thing.getAttribute("class"), thing.getAttribute("font-size")];
        histories.set(id, [{ move: -1, text: thing.textContent, classes, size }]);
      }
      const role = histories.get(id)[0].classes.split(" ")[0];
      const inside = things.get(id).classList.contains("inside") ? " inside" : "";
      histories.get(id).push({ move, text, classes: `${role} ${state}${inside}`, size: String(size) });
    }
  });
  return [...histories].map(([id, history]) => {
    const thing = things.get(id);
    return {
      node: thing,
      local: thing.classList.contains("local"),
      /** Write what is known after `stop` moves; tell whether it became known since `start`. */
      show(start, stop) {
        const entry = latest(history, stop);
        const news = entry.move >= start;
        const classes = entry.classes + (news ? " now" : "");
        if (thing.textContent !== entry.text) thing.textContent = entry.text;
        if (thing.getAttribute("class") !== classes) thing.setAttribute("class", classes);
        if (thing.getAttribute("font-size") !== entry.size) thing.setAttribute("font-size", entry.size);
        return news;
      },
    };
  });
}

/** The coloured label behind a number that is news, turned as its text is. */
function background(text) {
  const box = text.getBBox();
  const size = Number(text.getAttribute("font-size"));
  const [width, height] = [box.width + 0.4 * size, 1.12 * size];
  const [x, y] = [box.x - 0.2 * size, Number(text.getAttribute("y")) - height / 2];
  const turn = text.getAttribute("transform");
  const made = drawn("rect", { class: "mgp-news", x, y, width, height, rx: 0.22 * size });
  if (turn) made.setAttribute("transform", turn);
  return made;
}

/** The dot with an arrow head that flows along an edge, and rests at its end. */
function flyingDot(size) {
  const r = size * 0.34;
  const path = drawn("path", { class: "mgp-way" });
  // A circle and a triangle in one path, so that its outline runs around both.
  const circle = `M${-r},0A${r},${r} 0 1 1 ${r},0A${r},${r} 0 1 1 ${-r},0Z`;
  const head = `M${0.4 * r},${-1.2 * r}L${LENGTH * r},0L${0.4 * r},${1.2 * r}Z`;
  const node = drawn("path", { class: "mgp-dot", d: circle + head });
  const whole = drawn("g", { "aria-hidden": "true" });
  whole.append(path, node);
  let frame = 0;

  /** Put the dot at a part of the way, turned along it; at rest it is smaller, to leave room for the numbers. */
  function put(part, length) {
    const scale = part < 1 ? 1 : 0.85;
    const tip = Math.max(length - LENGTH * r * scale, 0);
    const here = path.getPointAtLength(tip * part);
    const ahead = path.getPointAtLength(tip * part + 1);
    const angle = (Math.atan2(ahead.y - here.y, ahead.x - here.x) * 180) / Math.PI;
    node.setAttribute("transform", `translate(${here.x} ${here.y}) rotate(${angle}) scale(${scale})`);
  }

  return {
    node: whole,
    /** Follow a path, in flight or at its end; without a path there is no dot. */
    show(way, flying) {
      window.cancelAnimationFrame(frame);
      node.style.display = way ? "" : "none";
      if (!way) return;
      path.setAttribute("d", way);
      const length = path.getTotalLength();
      if (!flying) return put(1, length);
      const start = performance.now();
      const move = (time) => {
        const part = Math.min(Math.max((time - start) / (SECONDS_OF_FLIGHT * 1000), 0), 1);
        put(part * part * (3 - 2 * part), length);
        if (part < 1) frame = window.requestAnimationFrame(move);
      };
      put(0, length);
      frame = window.requestAnimationFrame(move);
    },
    stop() { window.cancelAnimationFrame(frame); },
  };
}

/** The rectangle around some drawn things, in pixels of the panel's content. */
function bounds(things, scale) {
  const boxes = things.map((thing) => thing.getBBox());
  if (!boxes.length) return null;
  return {
    left: scale * Math.min(...boxes.map((box) => box.x)),
    top: scale * Math.min(...boxes.map((box) => box.y)),
    right: scale * Math.max(...boxes.map((box) => box.x + box.width)),
    bottom: scale * Math.max(...boxes.map((box) => box.y + box.height)),
  };
}

/** Where to scroll so that a to b is well in view; where it is already, stay. */
function target(a, b, at, room) {
  const margin = Math.min(room * 0.15, Math.max(room - (b - a), 0) / 2);
  if (a - margin >= at && b + margin <= at + room) return at;
  return Math.max((a + b) / 2 - room / 2, 0);
}

/** Let a mouse drag a panel's content; fingers do so by themselves. */
function draggable(node) {
  let from = null;
  node.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    from = { x: event.clientX + node.scrollLeft, y: event.clientY + node.scrollTop };
    node.setPointerCapture(event.pointerId);
  });
  node.addEventListener("pointermove", (event) => {
    if (from) node.scrollTo(from.x - event.clientX, from.y - event.clientY);
  });
  for (const end of ["pointerup", "pointercancel"]) node.addEventListener(end, () => { from = null; });
}

// ------------------------------------------------------------------------------------------------------ the time line

/** The time line: one mark a step, coloured by pass. Over it lies the slider, for all kinds of input. */
function timeLine(story, go) {
  const count = story.steps.length;
  const slider = element("input", { type: "range", min: "1", max: String(count), step: "1", "aria-label": "Step" });
  const future = marks(story);
  const past = marks(story);
  future.classList.add("future");
  past.classList.add("past");
  const pointer = element("div", { class: "mgp-pointer" });
  const runs = [];
  for (const step of story.steps) {
    if (runs.at(-1)?.pass === step.phase) runs.at(-1).steps += 1;
    else runs.push({ pass: step.phase, steps: 1 });
  }
  const names = runs.map(({ pass, steps }) => {
    const name = element("span", {}, PASSES[pass].short);
    return element("span", { "data-pass": pass, style: `flex: ${steps} 1 0` }, name);
  });
  const track = element("div", { class: "mgp-track", style: `--count: ${count}` }, future, past, pointer, slider);
  const passes = element("div", { class: "mgp-passes", "aria-hidden": "true" }, ...names);
  const node = element("div", { class: "mgp-time" }, track, passes);
  slider.addEventListener("input", () => go(Number(slider.value)));

  return {
    node,
    focus() { slider.focus(); },
    /** Fill the past and put the pointer at a step. */
    show(k) {
      slider.value = String(k);
      slider.setAttribute("aria-valuetext", clean(story.steps[k - 1].sentence));
      past.style.clipPath = `inset(0 ${100 - (100 * k) / count}% 0 0)`;
      pointer.style.left = `${(100 * (k - 0.5)) / count}%`;
    },
    /** Hide the names of passes that are too short for them. */
    fit() {
      for (const name of names) {
        const long = name.firstChild.offsetWidth > name.clientWidth;
        name.firstChild.style.visibility = long ? "hidden" : "";
      }
    },
  };
}

/** One mark for each step; where there are too many to tell apart, one for each pass. */
function marks(story) {
  const count = story.steps.length;
  const stretched = { viewBox: `0 0 ${count} 1`, preserveAspectRatio: "none" };
  const svg = drawn("svg", { class: "mgp-marks", "aria-hidden": "true", ...stretched });
  const gap = count <= MOST_MARKS ? 0.2 : 0;
  for (let from = 0, to = 1; from < count; from = to, to += 1) {
    while (count > MOST_MARKS && to < count && story.steps[to].phase === story.steps[from].phase) to += 1;
    const place = { x: from + gap / 2, y: 0, width: to - from - gap, height: 1 };
    svg.append(drawn("rect", { "data-pass": story.steps[from].phase, ...place }));
  }
  return svg;
}

// -------------------------------------------------------------------------------------------- buttons, search, address

const ICONS = {
  first: "M5 5h3v14H5zM20 5v14L9 12z",
  back: "M17 5v14L6 12z",
  play: "M7 4v16l13-8z",
  pause: "M6 4h4v16H6zM14 4h4v16h-4z",
  next: "M7 5v14l11-7z",
  last: "M16 5h3v14h-3zM4 5v14l11-7z",
};

/** A drawn sign for a button. */
function icon(name) {
  const svg = drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  svg.append(drawn("path", { d: ICONS[name] }));
  return svg;
}

/** The buttons first, back, play, next and last. */
function transportButtons(actions) {
  const names = {
    first: "First step (Home)",
    back: "Back (←)",
    play: "Play (space)",
    next: "Next (→)",
    last: "Last step (End)",
  };
  const buttons = {};
  for (const [key, name] of Object.entries(names)) {
    buttons[key] = button(name, actions[key], icon(key));
    buttons[key].dataset.action = key;
  }
  const all = Object.values(buttons);
  const node = element("div", { class: "mgp-transport", role: "group", "aria-label": "Steps" }, ...all);
  return {
    node,
    /** Say which ways are open; a disabled button would lose the keyboard's focus, so it only says so. */
    show(k, count) {
      for (const key of ["first", "back"]) buttons[key].setAttribute("aria-disabled", String(k === 1));
      for (const key of ["next", "last"]) buttons[key].setAttribute("aria-disabled", String(k === count));
    },
    /** Turn the play button into a pause button and back. */
    playing(on) {
      const name = on ? "Pause (space)" : names.play;
      if (buttons.play.title === name) return;
      buttons.play.title = name;
      buttons.play.setAttribute("aria-label", name);
      buttons.play.replaceChildren(icon(on ? "pause" : "play"));
    },
  };
}

/** The button that goes through the colour schemes; until it is pressed, the system's wish counts. */
function themeButton(root) {
  const label = element("span");
  const made = button("Colours", () => choose(following()), label);
  made.classList.add("mgp-theme");

  /** The scheme in use. */
  function used() {
    if (root.dataset.theme in THEMES) return root.dataset.theme;
    if (window.matchMedia("(prefers-contrast: more)").matches) return "contrast";
    return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  /** The scheme after the one in use. */
  function following() {
    const names = Object.keys(THEMES);
    return names[(names.indexOf(used()) + 1) % names.length];
  }

  /** Use a scheme, and say what the next press will bring. */
  function choose(name) {
    if (name) root.dataset.theme = name;
    label.textContent = THEMES[used()];
    made.setAttribute("aria-label", `Colours: ${THEMES[used()]}; press for ${THEMES[following()]}`);
    made.title = `Press for ${THEMES[following()]}`;
  }
  choose();
  return made;
}

/** Make a text comparable: W₁₁, W_11 and w11 are the same. */
function comparable(text) {
  return text.normalize("NFKD").toLowerCase().replace(/[′’`]/g, "'").replace(/[_^{}]/g, "").replace(/\s+/g, " ").trim();
}

let boxes = 0;

/** A box that finds steps by number, name or sentence. */
function searchBox(story, go, leave) {
  const id = `mgp-found-${(boxes += 1)}`;
  const input = element("input", {
    type: "search", placeholder: "Find a step  /", "aria-label": "Find a step by name or number", role: "combobox",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, autocomplete: "off", spellcheck: "false",
  });
  const list = element("ul", { id, role: "listbox", "aria-label": "Steps found", hidden: "" });
  const node = element("div", { class: "mgp-search" }, input, list);
  const formulas = story.steps.map(({ stop }) => plain(story.moves[stop - 1].formula));
  const texts = story.steps.map(({ sentence }, k) => [sentence, formulas[k]].map(comparable));
  let active = 0;

  /** The numbers of the steps that match, best first. */
  function matches(query) {
    const wanted = comparable(query);
    if (!wanted) return [];
    const numbered = /^\d+$/.test(wanted) && story.steps[Number(wanted) - 1] ? [Number(wanted)] : [];
    const found = [0, 1].flatMap((which) => texts.flatMap((text, k) => (text[which].includes(wanted) ? [k + 1] : [])));
    return [...new Set([...numbered, ...found])].slice(0, 40);
  }

  /** List what was found. */
  function update() {
    active = 0;
    const found = matches(input.value);
    list.replaceChildren(...found.map((k, row) => {
      const { sentence, phase } = story.steps[k - 1];
      const made = element("li", { role: "option", id: `${id}-${row}`, "data-step": String(k), "data-pass": phase });
      made.textContent = clean(sentence);
      made.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(k); });
      return made;
    }));
    if (!found.length && input.value.trim()) list.append(element("li", { class: "none" }, "No step is called that"));
    list.hidden = !list.children.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark();
  }

  /** Show which of the steps found the Enter key would go to. */
  function mark() {
    const options = [...list.querySelectorAll("[role=option]")];
    options.forEach((option, k) => option.setAttribute("aria-selected", String(k === active)));
    if (options[active]) {
      input.setAttribute("aria-activedescendant", options[active].id);
      options[active].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  /** Go to a step and close the list. */
  function choose(k) {
    close();
    if (k) go(k);
    leave();
  }

  /** Close the list. */
  function close() {
    input.value = "";
    update();
  }

  input.addEventListener("input", update);
  input.addEventListener("blur", () => { list.hidden = true; });
  input.addEventListener("focus", update);
  input.addEventListener("keydown", (event) => {
    const options = list.querySelectorAll("[role=option]");
    if (event.key === "ArrowDown") active = Math.min(active + 1, options.length - 1);
    else if (event.key === "ArrowUp") active = Math.max(active - 1, 0);
    else if (event.key === "Enter" && options[active]) choose(Number(options[active].dataset.step));
    else if (event.key === "Escape") choose(0);
    else return;
    event.preventDefault();
    mark();
  });
  return { node, focus: () => input.focus() };
}

/** Keep the step and the view in the page's address, so that a link leads to a step. */
function addressBar(step, stage, go) {
  let timer = 0;

  /** The step that the address names, if any; the view it names is shown. */
  function read() {
    const wanted = new URLSearchParams(window.location.hash.slice(1));
    if (wanted.get("view")) stage.choose(wanted.get("view"));
    const k = Number.parseInt(wanted.get("step") ?? "", 10);
    return Number.isFinite(k) ? k : null;
  }

  /** Write step and view into the address, soon: browsers refuse a hundred changes in a few seconds. */
  function write() {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      const hash = `#step=${step()}${stage.standard ? "" : `&view=${stage.name}`}`;
      try {
        if (window.location.hash !== hash) window.history.replaceState(null, "", hash);
      } catch {
        // A page inside a notebook's frame has no address to keep.
      }
    }, 120);
  }

  /** Go where the address now says. */
  function onChange() {
    const k = read();
    if (k !== null && k !== step()) go(k);
  }
  window.addEventListener("hashchange", onChange);
  return {
    read, write,
    stop() {
      window.clearTimeout(timer);
      window.removeEventListener("hashchange", onChange);
    },
  };
}
