// Part of the player: the sentence of the step, the formula, and what is known. `viz/html.py` joins the parts.

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
    // Names of any length are cut off after some lines; pointing at them tells the rest.
    line.title = sentence.length > LONG_SENTENCE ? clean(sentence) : "";
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

/** The panel below the picture: the formula, the local derivative's own line, the running total. */
function formulaPanel(data) {
  let { story, sums } = data;
  const content = element("div", { class: "mgp-lines" });
  const described = { role: "group", "aria-label": "Formula of this step", tabindex: "-1" };
  const node = element("div", { class: "mgp-formula", ...described }, content);
  const scales = new Map();
  let current = 1;
  let most = 0;

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
    if (most && !scales.has(k)) measure([k]);
    content.replaceChildren(...lines(k));
    content.style.setProperty("--formula", String(scales.get(k) ?? SCALES.at(-1)));
    node.scrollTo(0, 0);
    current = k;
  }

  /** Find the size at which the formulas of some steps fit; tell how tall they get, and whether one has to scroll. */
  function measure(wanted) {
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
    return { tallest, scrolls };
  }

  /** Reserve the height of the tallest formula. */
  function fit(player) {
    most = Math.max(player.clientHeight * 0.3, 9 * unit(player));
    node.style.minHeight = node.style.maxHeight = "";
    scales.clear();
    const { tallest, scrolls } = measure(candidates(story));
    const padding = parseFloat(getComputedStyle(node).paddingTop) * 2;
    node.style.minHeight = node.style.maxHeight = `${Math.ceil(tallest + padding + (scrolls ? 16 : 0))}px`;
    node.tabIndex = scrolls ? 0 : -1;
    show(current);
  }
  return { node, show, fit, use(next) { ({ story, sums } = next); } };
}

/** The numbers known so far, in the order in which they became known; the line of this step is lit. */
function knownTable({ story, rows, news }) {
  const names = element("col");
  const caption = element("caption", { class: "mgp-hidden" }, "What is known so far");
  const table = element("table", {}, caption, element("colgroup", {}, names, element("col")));
  const described = { role: "region", "aria-label": "What is known so far", tabindex: "0" };
  const node = element("div", { class: "mgp-known", ...described }, table);
  let histories = historiesOf(news);
  const groups = Object.keys(PASSES).filter((pass) => rows.some((row) => row.pass === pass)).map((pass) => {
    const name = passOf(story.steps.find((step) => step.phase === pass).sentence);
    const heading = element("th", { colspan: "2", scope: "colgroup" }, name);
    const body = element("tbody", { "data-pass": pass }, element("tr", {}, heading));
    return { pass, body };
  });
  table.append(...groups.map(({ body }) => body));
  const lines = rows.map((row) => {
    const label = element("th", { scope: "row", title: row.label }, nameParts(row.label));
    const number = element("td");
    const line = element("tr", {}, label, number);
    groups.find(({ pass }) => pass === row.pass).body.append(line);
    return { line, number };
  });
  const order = Object.keys(PASSES);

  /** For each line, which move writes what into it. */
  function historiesOf(moves) {
    const made = rows.map(() => []);
    moves.forEach((item, move) => item && made[item[0]].push({ move, text: item[1], trouble: item[2] }));
    return made;
  }

  /** Show what is known after a step. */
  function show(k) {
    const { start, stop, phase } = story.steps[k - 1];
    let lit = null;
    for (const { body, pass } of groups) {
      body.dataset.when = order.indexOf(pass) > order.indexOf(phase) ? "later" : "seen";
    }
    for (const [k, { line, number }] of lines.entries()) {
      const entry = latest(histories[k], stop);
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

  /** Give the names the width that the longest needs, and the numbers all the rest. */
  function fit() {
    const longest = Math.max(...rows.map(({ label }) => widthOf(label, unit(node))));
    node.scrollTop = 0;
    names.style.width = `${Math.min(longest + 2 * unit(node), 0.52 * node.clientWidth)}px`;
  }
  return { node, show, fit, use(next) { histories = historiesOf(next.news); } };
}

/** A name in two parts: where there is no room for ∂loss/∂w, the first part, which all of them share, is cut off. */
function nameParts(label) {
  const slash = label.indexOf("/∂");
  const parts = slash < 0 ? [label] : [label.slice(0, slash), label.slice(slash)];
  return element("div", { class: "mgp-label" }, ...parts.map((part) => element("span", {}, part)));
}
