// Part of the player: the paths from a node to the loss, as viz/explanation.py walks and counts them. `viz/html.py` joins the parts.

// A longer formula is no name for a node in a chain of many.
const LONG_FORMULA = 8;

/** The first paths from a node up to the loss, each as its contributions from the loss down. */
function pathsFrom(facts, goal) {
  const found = [];
  const stack = [[goal, null]];
  while (stack.length && found.length < MOST_PATHS) {
    const [node, path] = stack.pop();
    if (node === facts.loss) found.push(unlinked(path));
    const { backward } = facts.moves[node];
    for (const move of backward.filter(({ edge }) => edge !== null).reverse()) {
      const edge = facts.edges[facts.edgePlace.get(move.edge)];
      stack.push([edge.to, { move, edge, path }]);
    }
  }
  return found;
}

/** A linked path as a list. */
function unlinked(path) {
  const steps = [];
  for (let rest = path; rest; rest = rest.path) steps.push(rest);
  return steps;
}

/** How many paths there are, in words, where there are more than can be shown. */
function morePaths(ways, shown) {
  if (!/^\d+$/.test(ways)) return `… and ${ways} more paths`;
  return BigInt(ways) > BigInt(shown) ? `… and ${BigInt(ways) - BigInt(shown)} more paths` : "";
}

/**
 * The product of a path: its factors in symbols, in numbers, and what it amounts to.
 * @returns {{nodes: number[], edges: number[], chain: string, symbols: object, numbers: object, amount: number, flows: Array}}
 *   Of arrays, whose path is no product of numbers, what flows along it instead.
 */
function productOf(facts, graph, steps) {
  const nodes = [facts.loss, ...steps.map(({ edge }) => edge.from)];
  // Between names the way is told by the factors; where there are no names, by the nodes.
  const named = nodes.slice(1, -1).filter((k) => facts.story.nodes[k].named);
  const between = named.length ? named : nodes.slice(1, -1);
  const chain = [nodes[0], ...between, nodes.at(-1)].map((k) => shortNameOf(facts, k)).join(" ← ");
  const told = { nodes, edges: steps.map(({ edge }) => edge.e), chain };
  if (steps.some(({ move }) => typeof move.local !== "number")) {
    const flows = steps.map(({ move, edge }) => [`to ${nameOf(facts, edge.from)}`, short(move.contribution)]);
    return { ...told, flows, amount: null };
  }
  const factors = steps.filter(({ move }) => move.local !== 1);
  const symbols = factors.map(({ move, edge }) => symbolOf(graph, move, edge));
  const numbers = factors.map(({ move }) => numberLeaf(move.local));
  const amount = steps.reduce((product, { move }) => product * move.local, 1);
  return { ...told, symbols: joined(graph, "·", symbols), numbers: joined(graph, "×", numbers), amount };
}

/** The name of a node, or the name of its operation where it has none and its formula is long. */
function shortNameOf(facts, k) {
  const { named, op } = facts.story.nodes[k];
  const name = nameOf(facts, k);
  return named || !op || name.length <= LONG_FORMULA ? name : op;
}

/** How the local derivative on an edge is written. */
function symbolOf(graph, move, { from, to, argument }) {
  const kind = graph.kind(to);
  const pull = kind && kind.pulls && kind.pulls[argument];
  if (!pull) return { form: graph.forms[graph.signs["∂"]], parts: [graph.label(to), graph.label(from)] };
  if (move.named) return move.named;
  const values = graph.story.nodes.map((node) => flat(node.value));
  const read = run(pull.code, [...operands(graph, to, values), ...values[to], ...flat(move.upstream)]);
  const slot = (s) => shaped(read(pull.slots[s].out), pull.slots[s].shape);
  return formulaOf(pull.prime ?? pull.named, contextOf(graph, to, values, { slot }), false);
}

/** Terms joined by a sign, flattened where a term is joined by the same. */
function joined(graph, sign, terms) {
  const form = graph.forms[graph.signs[sign]];
  const all = terms.flatMap((term) => termsOf(term, sign));
  return all.length > 1 ? { form, parts: all } : all[0] ?? numberLeaf(1);
}
