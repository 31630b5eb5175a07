// Part of the player: the card of a node: what it is, its number to change, its paths to the loss. `viz/html.py` joins the parts.

// A larger array is not changed number by number.
const MOST_FIELDS = 36;

/**
 * The card that a click on a node opens.
 * @param {{facts: function, graph: function, stop: function, ways: string[], leaves: number[], why: function(): string,
 *   recorded: function(number): any, change: function, light: function}} page what it reads and does.
 */
function nodeCard(page) {
  const title = element("h2", { tabindex: "-1" });
  const shut = button("Close (Escape)", close, "✕");
  const content = element("div", { class: "mgp-card-content" });
  const node = element("section", { class: "mgp-card", role: "dialog", "aria-label": "Node", hidden: "" },
    element("header", {}, title, shut), content);
  let open = null;
  let from = null;
  let lit = -1;

  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });

  /** Open the card of a node, or of the node that an edge comes from. */
  function show({ node: k, edge }, thing) {
    open = k ?? page.facts().edges[edge].from;
    from = thing;
    lit = -1;
    page.light(null);
    node.hidden = false;
    refresh();
    title.focus({ preventScroll: false });
  }

  /** Close the card, and give the focus back. */
  function close() {
    if (open === null) return;
    open = null;
    node.hidden = true;
    page.light(null);
    from?.focus?.({ preventScroll: true });
    page.hide();
  }

  /** Write the card anew, for the step or the numbers have changed. */
  function refresh() {
    if (open === null) return;
    const facts = page.facts();
    const active = content.contains(content.getRootNode().activeElement) ? content.getRootNode().activeElement.dataset.key : null;
    title.replaceChildren(math(facts.story.nodes[open].label.mathml));
    node.setAttribute("aria-label", `Node ${nameOf(facts, open)}`);
    content.replaceChildren(...known(facts), ...editor(facts), ...routes(facts));
    if (active) content.querySelector(`[data-key="${active}"]`)?.focus();
  }

  /** What the node is, and what is known of it. */
  function known(facts) {
    const { story } = facts;
    const one = story.nodes[open];
    const pairs = [["kind", kindOf(one)]];
    if (one.scope.length) pairs.push(["scope", clean(one.scope.join(" / "))]);
    if (one.shape.length) pairs.push(["shape", one.shape.join(" × ")]);
    pairs.push(...nodeFacts(facts, open, page.stop()));
    const list = element("dl", {});
    for (const [name, number] of pairs) {
      list.append(element("dt", {}, name), element("dd", { class: number.startsWith("not ") ? "dim" : "" }, number));
    }
    const line = lineOf(one);
    return [list, ...(line ? [element("code", { class: "mgp-line-of-code" }, line)] : [])];
  }

  /** The fields in which a leaf's numbers are changed. */
  function editor(facts) {
    if (!page.leaves.includes(open)) return [];
    const one = facts.story.nodes[open];
    const why = page.why();
    if (why) return [element("p", { class: "mgp-note" }, why)];
    const all = flat(one.value);
    if (all.length > MOST_FIELDS) return [element("p", { class: "mgp-note" }, "Too many numbers to change them here.")];
    const note = element("p", { class: "mgp-note", role: "alert" });
    const fields = all.map((number, i) => {
      const name = `New number for ${nameOf(facts, open)}${all.length > 1 ? `, element ${i + 1}` : ""}`;
      const made = element("input", { type: "text", inputmode: "decimal", "aria-label": name, value: String(number), size: "9", autocomplete: "off", "data-key": `field ${i}` });
      made.addEventListener("keydown", (event) => { if (event.key === "Enter") apply(); });
      made.addEventListener("change", apply);
      return made;
    });

    /** Compute everything with the numbers in the fields. */
    function apply() {
      const numbers = fields.map(({ value }) => numberIn(value));
      fields.forEach((field, i) => field.setAttribute("aria-invalid", String(numbers[i] === null)));
      note.textContent = numbers.includes(null) ? "That is not a number: write 0.5, −2, 1e-3, nan or inf." : "";
      if (!numbers.includes(null) && numbers.some((number, i) => !Object.is(number, all[i]))) page.change(open, shaped(numbers, one.shape));
    }
    const columns = one.shape.length > 1 ? one.shape.at(-1) : Math.min(all.length, 4);
    const grid = element("div", { class: "mgp-fields", style: `--columns: ${columns}` }, ...fields);
    const hint = element("p", { class: "mgp-note" }, "Change the number; everything is computed again.");
    return [element("h3", {}, "Change its number"), grid, hint, note];
  }

  /** Every path to the loss, and their sum. */
  function routes(facts) {
    const one = facts.story.nodes[open];
    const to = nameOf(facts, facts.loss);
    const ways = page.ways[open];
    if (open === facts.loss) return [];
    if (one.constant || ways === "0") return [element("p", { class: "mgp-note" }, `No gradient flows from ${to} to here.`)];
    const graph = page.graph();
    const products = pathsFrom(facts, open).map((steps) => productOf(facts, graph, steps));
    const made = products.map((product, p) => routeButton(product, p, ways));
    const all = button("Light all paths", () => light(lit === products.length ? -1 : products.length, products), "Light all");
    all.setAttribute("aria-pressed", String(lit === products.length));
    all.dataset.key = "all";
    const heading = element("h3", {}, ways === "1" ? `Its path to ${to}` : `Its ${ways} paths to ${to}`, ...(products.length > 1 ? [all] : []));
    made.forEach((row, p) => row.addEventListener("click", () => light(lit === p ? -1 : p, products)));
    const more = morePaths(ways, products.length);
    return [heading, ...made, ...(more ? [element("p", { class: "mgp-note" }, more)] : []), sum(facts, products, ways)];
  }

  /** One path, which lights it. */
  function routeButton(product, p, ways) {
    const made = element("button", { type: "button", class: "mgp-route", "aria-pressed": String(lit === p), "data-key": `path ${p}` });
    const name = ways === "1" ? "" : `path ${p + 1} of ${ways}: `;
    made.append(element("span", { class: "mgp-chain" }, name + product.chain));
    if (product.flows) {
      made.append(...product.flows.map(([where, what]) => element("span", { class: "mgp-flow" }, `${where}: ${what}`)));
      return made;
    }
    const lines = [product.symbols, product.numbers, numberLeaf(product.amount)];
    const told = lines.filter((line, k) => k === 0 || written(line, "plain") !== written(lines[k - 1], "plain"));
    made.append(...told.map((line, k) => element("span", { class: "mgp-factors" }, ...factors(line, k ? "=" : ""))));
    return made;
  }

  /** A product factor by factor, so that a line may break between them. */
  function factors(product, first) {
    if (product.form?.sign === undefined) return [math(written(product, "mathml"), first)];
    return writtenParts(product, "mathml").map((factor, k) => math(factor, k ? product.form.sign : first));
  }

  /** The gradient as the sum over the paths. */
  function sum(facts, products, ways) {
    const { backward } = facts.moves[open];
    const total = backward.at(-1).value;
    const left = derivativeOf(facts, facts.loss, open);
    if (products.some(({ flows }) => flows)) {
      return element("p", { class: "mgp-sum" }, `${left} = ${short(total)}: what flows along all paths, added up.`);
    }
    const leaves = products.slice(0, 8).map(({ amount }) => numberLeaf(amount));
    const terms = leaves.map(({ plain: text, kind }, k) => (k && kind === "-" ? `(${text})` : text));
    const rest = products.length > 8 ? " + …" : "";
    const whole = ways === "1" ? "" : ` = ${terms.join(" + ")}${rest}`;
    return element("p", { class: "mgp-sum" }, `${left}${whole} = ${numberText(total)}`);
  }

  /** Light one path in the picture, all of them, or none. */
  function light(which, products) {
    lit = which;
    const chosen = which < 0 ? [] : which === products.length ? products : [products[which]];
    page.light(chosen.length ? { nodes: new Set(chosen.flatMap(({ nodes }) => nodes)), edges: new Set(chosen.flatMap(({ edges }) => edges)) } : null);
    refresh();
  }
  return { node, show, close, refresh, get open() { return open; } };
}

/** The number that a text says, or null; it may be typed as it is written on the page, or with a decimal comma. */
function numberIn(text) {
  const typed = text.trim().toLowerCase().replaceAll("−", "-").replace(",", ".").replace(/∞|infinity/, "inf");
  const special = { nan: NaN, inf: Infinity, "+inf": Infinity, "-inf": -Infinity };
  if (typed in special) return special[typed];
  const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/.test(typed) ? Number(typed) : NaN;
  return Number.isFinite(number) ? number : null;
}
