// Part of the player: the box that finds steps and nodes. `viz/html.py` joins the parts.

/** Make a text comparable: W₁₁, W_11 and w11 are the same. */
function comparable(text) {
  return text.normalize("NFKD").toLowerCase().replace(/[′’`]/g, "'").replace(/[_^{}]/g, "").replace(/\s+/g, " ").trim();
}

let boxes = 0;

// How many are listed of what was found.
const MOST_STEPS = 40;
const MOST_NODES = 20;

/** A box that finds steps by number, name, sentence or formula, and nodes by name, operation, value, scope or source line. */
function searchBox(data, go, open, leave) {
  const { story } = data;
  const id = `mgp-found-${(boxes += 1)}`;
  const input = element("input", {
    type: "search", placeholder: "Find  /", "aria-label": "Find a step or a node by name or number",
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, autocomplete: "off",
    spellcheck: "false",
  });
  const list = element("ul", { id, role: "listbox", "aria-label": "Steps and nodes found", hidden: "" });
  const node = element("div", { class: "mgp-search" }, input, list);
  let nodes = nodesOf(story);
  let texts = textsOf(story);
  let found = [];
  let active = 0;

  /** What a query is compared with: sentences first, then formulas. */
  function textsOf({ steps, moves }) {
    return steps.map(({ sentence, stop }) => [sentence, plain(moves[stop - 1].formula)].map(comparable));
  }

  /** The same for nodes: names first, source lines last, for many nodes share one. */
  function nodesOf({ nodes }) {
    return nodes.map(({ label, op, value, scope, line }) => [
      label.plain, op ?? "leaf", short(value), scope.join(" · "), line?.text ?? "",
    ].map(comparable));
  }

  /** The numbers of those texts that match, best first. */
  function matching(all, wanted) {
    const found = (is) => all.length ? all[0].flatMap((_, which) => all.flatMap((text, k) => (is(text[which]) ? [k] : []))) : [];
    return [...new Set([...found((text) => text === wanted), ...found((text) => text.includes(wanted))])];
  }

  /** What matches: a step by its number, other steps, nodes. */
  function matches(query) {
    const wanted = comparable(query);
    if (!wanted) return [];
    const numbered = /^\d+$/.test(wanted) && story.steps[Number(wanted) - 1] ? [Number(wanted) - 1] : [];
    const steps = [...new Set([...numbered, ...matching(texts, wanted)])].slice(0, MOST_STEPS);
    const others = data.whole ? matching(nodes, wanted).slice(0, MOST_NODES) : [];
    return [...steps.map((k) => ({ step: k + 1 })), ...others.map((k) => ({ node: k }))];
  }

  /** One line of the list. */
  function line(one, row) {
    const made = element("li", { role: "option", id: `${id}-${row}` });
    if (one.step) {
      made.dataset.step = String(one.step);
      made.dataset.pass = story.steps[one.step - 1].phase;
      made.textContent = clean(story.steps[one.step - 1].sentence);
    } else {
      const { label, op, scope } = story.nodes[one.node];
      made.dataset.node = String(one.node);
      made.textContent = clean(["Node", label.plain, op ?? "leaf", ...scope].join(" · "));
    }
    made.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(one); });
    return made;
  }

  /** List what was found. */
  function update() {
    active = 0;
    found = matches(input.value);
    list.replaceChildren(...found.map(line));
    if (!found.length && input.value.trim()) list.append(element("li", { class: "none" }, "No step and no node is called that"));
    list.hidden = !list.children.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark();
  }

  /** Show where the Enter key would lead. */
  function mark() {
    const options = [...list.querySelectorAll("[role=option]")];
    options.forEach((option, k) => option.setAttribute("aria-selected", String(k === active)));
    if (options[active]) {
      input.setAttribute("aria-activedescendant", options[active].id);
      options[active].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  /** Go to what was found and close the list. */
  function choose(one) {
    close();
    leave();
    if (one?.step) go(one.step);
    if (one?.node !== undefined) open(one.node);
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
    if (event.key === "ArrowDown") active = Math.min(active + 1, found.length - 1);
    else if (event.key === "ArrowUp") active = Math.max(active - 1, 0);
    else if (event.key === "Enter" && found[active]) choose(found[active]);
    else if (event.key === "Escape") choose(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
    mark();
  });
  return { node, focus: () => input.focus(), use(next) { [texts, nodes] = [textsOf(next.story), nodesOf(next.story)]; } };
}
