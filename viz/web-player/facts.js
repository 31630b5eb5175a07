// Part of the player: what is known of a node or an edge at a step, in words. `viz/html.py` joins the parts.

/** A story by indices: where its nodes are, what their moves are, whom they send to. */
function factsOf({ story, recipes, whole }) {
  const place = new Map(story.nodes.map(({ id }, k) => [id, k]));
  const edgePlace = new Map(story.edges.map(({ id }, e) => [id, e]));
  const edges = story.edges.map((edge, e) => ({ ...edge, e, from: place.get(edge.source), to: place.get(edge.target) }));
  const moves = story.nodes.map(() => ({ forward: [], backward: [], update: [], again: [] }));
  const ofEdge = new Map();
  story.moves.forEach((move, m) => {
    moves[place.get(move.node)][move.phase].push({ ...move, m });
    if (move.edge !== null) ofEdge.set(edgePlace.get(move.edge), { ...move, m });
  });
  return { story, whole, kinds: recipes.labels, place, edgePlace, edges, moves, ofEdge, loss: place.get(story.loss) };
}

/** The last of some moves that is done after `stop` moves. */
function lastDone(moves, stop) {
  return moves.findLast(({ m }) => m < stop);
}

/** The name of a node, as formulas write it. */
function nameOf({ story }, k) {
  return clean(story.nodes[k].label.plain);
}

/** The derivative of one node with respect to another, as formulas write it. */
function derivativeOf(facts, top, bottom) {
  const [above, below] = [top, bottom].map((k) => (facts.kinds[k] === "a" ? nameOf(facts, k) : `(${nameOf(facts, k)})`));
  return `∂${above}/∂${below}`;
}

/** What a node is: the row that computes it, or which kind of leaf it is. */
function kindOf({ op, constant }) {
  return op ?? (constant ? "constant" : "leaf");
}

/** The line of the program that made a node, as "student.py:7  y = sigmoid(w * x)"; "" where it was not noted. */
function lineOf({ line }) {
  return line ? clean(`${line.file}:${line.number}  ${line.text}`) : "";
}

/** A number that is known, or its element at a place; or the words that it is not known. */
function orNot(move, what = "value", at = null) {
  return move ? short(partOf({ at }, move[what])) : "not computed";
}

/** How an element is written, behind the name of its array. */
function placeOf(at) {
  return at?.length ? `[${at.join(", ")}]` : "";
}

/** The value and the gradient of a node, or of one of its elements, after `stop` moves. */
function numbersOf(facts, k, stop, at) {
  const { forward, backward, update, again } = facts.moves[k];
  const node = facts.story.nodes[k];
  const told = (move) => orNot(move, "value", at);
  const pairs = [["value", told(node.op ? lastDone(forward, stop) : node)]];
  if (!node.constant) pairs.push([derivativeOf(facts, facts.loss, k) + placeOf(at), told(lastDone(backward, stop))]);
  const updated = lastDone([...update, ...again], stop);
  if (updated) pairs.push(["after the update", told(updated)]);
  return pairs;
}

/** What the derivative on an edge is called, and its number after `stop` moves; where it acts element by element, that one. */
function localOf(facts, e, stop, at) {
  const move = facts.ofEdge.get(e);
  const { from, to } = facts.edges[e];
  if (!move) return ["local derivative", "none: nothing flows back here"];
  if (move.local === null) return ["contribution", move.m < stop ? short(move.contribution) : "not computed"];
  const name = derivativeOf(facts, to, from);
  const symbol = move.local_formula ? ` = ${move.local_formula.left.plain}` : "";
  const elementwise = String(shapeOf(move.local)) === String(facts.story.nodes[to].shape);
  return [name + symbol, orNot(move.m < stop ? move : null, "local", elementwise ? at : null)];
}

/** All that is known of a node, or of one of its elements, after `stop` moves, as pairs of words and numbers. */
function nodeFacts(facts, k, stop, at) {
  const entering = facts.edges.filter(({ to, e }) => to === k && facts.ofEdge.has(e)).slice(0, 4);
  return [...numbersOf(facts, k, stop, at), ...entering.map(({ e }) => localOf(facts, e, stop, at))];
}

/** All that is known of an edge after `stop` moves, as pairs of words and numbers. */
function edgeFacts(facts, e, stop) {
  const { from, to } = facts.edges[e];
  const move = facts.ofEdge.get(e);
  const pairs = [[`value of ${nameOf(facts, from)}`, numbersOf(facts, from, stop)[0][1]]];
  if (!move) return [...pairs, localOf(facts, e, stop)];
  const done = move.m < stop ? move : null;
  pairs.push([`gradient that arrives, ${derivativeOf(facts, facts.loss, to)}`, orNot(done, "upstream")]);
  if (move.local !== null) pairs.push(localOf(facts, e, stop));
  return [...pairs, ["contribution", orNot(done, "contribution")]];
}
