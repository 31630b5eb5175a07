// Part of the player: everything computed again with other numbers on the leaves. `viz/html.py` joins the parts.
//
// The result is data of the same form as before, so that the rest of the player shows it as it shows what was recorded.

/**
 * Say why the page cannot compute this graph anew, if it cannot.
 * @param {object} data what `viz.html.page_data` returns.
 * @returns {string} the reason as one sentence, or "".
 */
function whyNot(data) {
  const { story, recipes } = data;
  for (const [k, node] of story.nodes.entries()) {
    const kind = recipes.kinds[recipes.of[k]];
    if (kind && kind.reason !== undefined) return refusal(node.op, kind.reason);
  }
  const again = recomputed(data, new Map());
  const told = ({ formula, local_formula: local }) => [formula, local].map((one) => (one ? plain(one) : "")).join("\n");
  for (const [m, move] of story.moves.entries()) {
    if (told(move) === told(again.story.moves[m])) continue;
    const edge = story.edges.find(({ id }) => id === move.edge);
    return refusal(story.nodes.find(({ id }) => id === (edge ? edge.target : move.node)).op, "");
  }
  return "";
}

/** One sentence that says what the page cannot do, and what to do instead. */
function refusal(op, reason) {
  return `This page cannot recompute ${op}${reason && ` (${reason})`}; run it in Python.`;
}

/** The data with every number as a number: JSON has none for nan and the infinities, so they came as text. */
function revived(data) {
  const number = (value) => (typeof value === "string" ? Number(value) : Array.isArray(value) ? value.map(number) : value);
  const told = ["value", "upstream", "local", "contribution", "total"];
  const moves = data.story.moves.map((move) => ({ ...move, ...Object.fromEntries(told.map((name) => [name, number(move[name])])) }));
  const nodes = data.story.nodes.map((node) => ({ ...node, value: number(node.value) }));
  return { ...data, story: { ...data.story, moves, nodes } };
}

/** Compute a story's numbers with new numbers on some leaves, given by the indices of their nodes as nested lists. */
function recomputed(data, changed) {
  const { story } = data;
  const graph = graphOf(data);
  const values = story.nodes.map((node, k) => flat(changed.get(k) ?? node.value));
  const state = { values, gradients: [], again: values, kept: [] };
  const moves = story.moves.map((move) => ({ ...move, ...ROUNDS[move.phase](graph, move, state) }));
  const nodes = story.nodes.map((node, k) => ({ ...node, value: shaped(values[k], node.shape) }));
  const next = { ...data, story: { ...story, nodes, moves } };
  return { ...next, news: newsOf(data, moves), sums: sumsOf(graph, next), views: data.views.map((view) => viewOf(graph, view, next)) };
}

/** A graph by indices, with the ways to write its formulas. */
function graphOf(data) {
  const { story, recipes } = data;
  const place = new Map(story.nodes.map(({ id }, k) => [id, k]));
  const parents = story.nodes.map((node) => node.parents.map((id) => place.get(id)));
  const edges = new Map(story.edges.map(({ id, target, argument }) => [id, { target: place.get(target), argument }]));
  const slopes = new Map();
  for (const move of story.moves) {
    if (move.phase === "backward" && move.formula) slopes.set(place.get(move.node), { kind: "p", ...move.formula.left });
  }
  const label = (k) => ({ kind: recipes.labels[k], sign: recipes.joined[k], ...story.nodes[k].label });
  const kind = (k) => recipes.kinds[recipes.of[k]];
  return { ...recipes, story, place, parents, edges, slopes, label, kind };
}

/** What makes the leaves of a node's formulas, from the numbers that its operands, it and its gradient have. */
function contextOf(graph, k, values, more = {}) {
  const number = (j) => numberLeaf(shaped(values[j], graph.story.nodes[j].shape));
  const made = {
    p: (i, numbers) => (numbers ? number : graph.label)(graph.parents[k][i]),
    n: (i) => number(graph.parents[k][i]),
    y: (i, numbers) => (numbers ? number : graph.label)(k),
    g: (i, numbers) => (numbers ? numberLeaf(more.upstream) : graph.slopes.get(k)),
    local: () => numberLeaf(more.local),
  };
  return { forms: graph.forms, slot: more.slot, leaf: ([code, i], numbers) => made[code](i, numbers) };
}

/** The numbers of a node's operands, one after the other, each operand once. */
function operands(graph, k, values) {
  return graph.kind(k).inputs.flatMap((i) => values[graph.parents[k][i]]);
}

/** One node computed, in numbers. */
function computed(graph, move, values) {
  const k = graph.place.get(move.node);
  const { forward, numbers, shape, reason } = graph.kind(k);
  if (reason !== undefined) return {};
  values[k] = run(forward.code, operands(graph, k, values))(forward.out);
  const value = shaped(values[k], shape);
  const formula = { ...move.formula, numbers: inBoth(formulaOf(numbers, contextOf(graph, k, values), true)), result: inBoth(numberLeaf(value)) };
  return { value, formula };
}

// What a move of each pass makes of the state before it.
const ROUNDS = {
  forward: (graph, move, state) => computed(graph, move, state.values),
  again(graph, move, state) {
    if (state.again === state.values) state.again = [...state.values];
    return computed(graph, move, state.again);
  },
  backward(graph, move, state) {
    if (move.edge !== null) return contributed(graph, move, state);
    state.gradients[graph.place.get(move.node)] = flat(move.value);
    return {};
  },
  update(graph, move, state) {
    if (state.again === state.values) state.again = [...state.values];
    const k = graph.place.get(move.node);
    const [old, slope, rate] = [state.values[k], state.gradients[k], graph.story.learning_rate];
    state.again[k] = old.map((number, i) => number - rate * slope[i]);
    const { shape } = graph.story.nodes[k];
    const [value, ...parts] = [state.again[k], old, slope].map((numbers) => shaped(numbers, shape));
    const [before, gradient] = parts.map(numberLeaf);
    const step = { form: graph.forms[graph.signs["×"]], parts: [numberLeaf(rate), gradient] };
    const numbers = inBoth({ form: graph.forms[graph.signs["−"]], parts: [before, step] });
    return { value, formula: { ...move.formula, numbers, result: inBoth(numberLeaf(value)) } };
  },
};

/** One contribution to one gradient, in symbols, for its kinks may have moved, and in numbers. */
function contributed(graph, move, { values, gradients }) {
  const { target, argument } = graph.edges.get(move.edge);
  const source = graph.place.get(move.node);
  const kind = graph.kind(target);
  if (kind.reason !== undefined) return {};
  const pull = kind.pulls[argument];
  const upstream = gradients[target];
  const read = run(pull.code, [...operands(graph, target, values), ...values[target], ...upstream]);
  const amount = read(pull.amount);
  gradients[source] = gradients[source] ? gradients[source].map((number, i) => number + amount[i]) : amount;
  const { shape } = graph.story.nodes[source];
  const told = {
    upstream: shaped(upstream, graph.story.nodes[target].shape),
    local: pull.local && shaped(read(pull.local.out), pull.local.shape),
    contribution: shaped(amount, shape),
    total: shaped(gradients[source], shape),
  };
  const slot = (s) => shaped(read(pull.slots[s].out), pull.slots[s].shape);
  const context = contextOf(graph, target, values, { ...told, slot });
  const tell = (tree, numbers) => inBoth(formulaOf(tree, context, numbers));
  const formula = { ...move.formula, symbols: tell(pull.symbols, false), numbers: tell(pull.numbers, true), result: inBoth(numberLeaf(told.contribution)) };
  const local_formula = pull.prime
    ? { ...move.local_formula, symbols: tell(pull.algebra, false), numbers: tell(pull.algebra, true), result: inBoth(numberLeaf(told.local)) }
    : null;
  const named = pull.local && formulaOf(pull.prime ?? pull.named, context, false);
  return { ...told, value: told.total, formula, local_formula, named };
}

/** Whether a number, or one of an array, is no longer finite. */
function isTrouble(value) {
  return !flat(value).every(Number.isFinite);
}

/** What each move adds to the list of what is known. */
function newsOf(data, moves) {
  return data.news.map((item, m) => item && [item[0], numberLeaf(moves[m].value).plain, isTrouble(moves[m].value)]);
}

/** The running totals of gradients that get several contributions. */
function sumsOf(graph, { sums, story }) {
  const before = new Map();
  return sums.map((sum, m) => {
    const { node, contribution, total } = story.moves[m];
    const k = graph.place.get(node);
    const earlier = before.get(k);
    if (sum) before.set(k, total);
    if (!sum || !sum.mathml) return sum;
    const added = { form: graph.forms[graph.signs["+"]], parts: [numberLeaf(earlier), numberLeaf(contribution)] };
    const whole = { form: graph.forms[graph.signs["="]], parts: [graph.slopes.get(k), added, numberLeaf(total)] };
    return { ...sum, ...inBoth(whole) };
  });
}

/** The texts of a picture, with their sizes. */
function viewOf(graph, view, { story }) {
  const { slots } = view;
  const changes = view.changes.map((list, m) => list.map(([id, text, state, size]) => {
    const slot = slots[id];
    if (!slot) return [id, text, state, size];
    const move = story.moves[m];
    return textOf(slot, heldIn(slot, move), move, id);
  }));
  const tints = view.tints.map((list, m) => list.map(([id]) => [id, codeOf(view.tinted[id], heldIn(view.tinted[id], story.moves[m]))]));
  const leaves = ([, { what, of }]) => what === "value" && graph.of[of] === null;
  const firstTints = Object.entries(view.tinted).filter(leaves)
    .map(([id, mark]) => [id, codeOf(mark, partOf(mark, story.nodes[mark.of].value))]);
  const start = Object.entries(slots).flatMap(([id, slot]) => {
    if (slot.what !== "value" || graph.of[slot.of] !== null) return [];
    return [textOf(slot, partOf(slot, story.nodes[slot.of].value), { phase: "leaf" }, id)];
  });
  return { ...view, changes, start, tints, firstTints };
}

/** The number of a move that stands in a slot, or one of its elements. */
function heldIn(slot, move) {
  return partOf(slot, ofEdge(slot.what) ? move[slot.what] : move.value);
}

/** What of a number stands in a slot: all, one of its elements, or, where a place is null, all along that axis. */
function partOf({ at }, number) {
  if (!at?.length) return number;
  const [place, ...rest] = at;
  return place === null ? number.map((one) => partOf({ at: rest }, one)) : partOf({ at: rest }, number[place]);
}

/** A text of a picture that holds a number: its id, what it says, the class that colours it, its size. */
function textOf(slot, number, move, id) {
  const named = slot.what === "local" && move.named;
  const name = named ? (named.number === undefined ? written(named, "plain") : "") : slot.name;
  const text = (name ? `${name} = ` : "") + (slot.span ? spanOf(number) : short(number));
  const size = slot.room === null ? slot.size : Math.min(slot.size, (slot.size * slot.room) / widthOf(text, slot.size));
  const state = move.phase === "leaf" ? "forward" : isTrouble(number) ? "trouble" : move.phase;
  return [id, text, state, Math.round(size * 10) / 10];
}

/** A number as a picture shows it; of a larger array its shape and norm. */
function short(number) {
  const all = flat(number);
  if (all.length <= 6) return numberLeaf(number).plain;
  const norm = Math.sqrt(all.reduce((sum, one) => sum + one * one, 0));
  return `${shapeOf(number).join("×")} numbers, norm ${numberText(norm)}`;
}

/** From where to where the numbers of an array go. */
function spanOf(number) {
  const all = flat(number);
  if (!all.length) return short(number);
  const [low, high] = [Math.min, Math.max].map((end) => numberText(all.reduce((a, b) => end(a, b))));
  return low === high ? low : `${low} … ${high}`;
}

/** How wide a text is, estimated as viz/picture.py does. */
function widthOf(text, size) {
  return size * [...text].reduce((sum, letter) => sum + (WIDTHS[letter] ?? WIDTHS.a), 0);
}
