// Part of the player: nodes and edges of a picture that answer when they are pointed at, focused, clicked or tapped.
// `viz/html.py` joins the parts.

/**
 * Let the nodes and edges of a picture answer. One of them is reached with Tab, the others from there with ↑ and ↓.
 * @param {HTMLElement} panel what holds the picture; an SVG that listened to focus would be reached with Tab itself.
 * @param {SVGElement} svg the picture.
 * @param {object} view its entry in the page's data.
 * @param {object} facts what `factsOf` returns.
 * @param {{tell: function, hide: function, open: function}} answer what happens.
 */
function livingThings(panel, svg, view, facts, answer) {
  const found = new Map();
  const boxed = new Set(Object.values(view.things).map(({ nodes }) => nodes[0]));
  for (const thing of svg.querySelectorAll("[data-id]")) {
    // A card tells all that there is of a node, which only a page that holds the whole graph can.
    const subject = facts.whole && subjectOf(view, thing.dataset.id);
    // A number inside a box leaves it to the box to answer.
    const inBox = thing.classList.contains("inside") && boxed.has(subject?.node);
    if (subject && !inBox) found.set(thing, subject);
    // A folded box opens.
    else if (!(thing.dataset.id in view.opens)) thing.dataset.still = "";
  }
  const stops = [...found.keys()].filter((thing) => thing.dataset.id in view.things).sort((a, b) => rank(a) - rank(b));
  for (const thing of stops) {
    thing.setAttribute("role", "button");
    thing.setAttribute("tabindex", "-1");
    thing.setAttribute("aria-label", labelOf(facts, found.get(thing)));
    if (thing.tagName === "path") reachable(thing, found);
  }
  if (stops.length) stops[0].setAttribute("tabindex", "0");

  /** Where a thing stands in the order of the program: an edge before the node it leads to. */
  function rank(thing) {
    const { node, edge } = found.get(thing);
    return node === undefined ? facts.edges[edge].to - 0.5 : node;
  }

  /** The thing that an event is about. */
  function thingOf(event) {
    const thing = event.target.closest?.("[data-id]");
    return found.has(thing) ? thing : null;
  }

  /** Move the focus to another thing. */
  function focus(thing) {
    stops.forEach((one) => one.setAttribute("tabindex", one === thing ? "0" : "-1"));
    thing.focus();
  }

  panel.addEventListener("pointerover", (event) => {
    const thing = thingOf(event);
    if (thing && event.pointerType !== "touch") answer.tell(thing, found.get(thing));
  });
  panel.addEventListener("pointerout", (event) => { if (event.pointerType !== "touch") answer.hide(); });
  panel.addEventListener("focusin", (event) => {
    const thing = thingOf(event);
    if (thing && thing.matches(":focus-visible")) answer.tell(thing, found.get(thing));
  });
  panel.addEventListener("focusout", answer.hide);
  panel.addEventListener("click", (event) => {
    const thing = thingOf(event);
    if (thing) answer.open(found.get(thing), thing);
  });
  panel.addEventListener("keydown", (event) => {
    const at = stops.indexOf(thingOf(event));
    if (at < 0) return;
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") answer.open(found.get(stops[at]), stops[at]);
    else if (next !== undefined) focus(stops[Math.min(Math.max(next, 0), stops.length - 1)]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    focus,
    /** The drawn thing that stands for a node, if there is one. */
    of: (k) => stops.find((thing) => found.get(thing).node === k),
  };
}

/** The node or the edge that a drawn thing, or a number beside it, is about. */
function subjectOf(view, id) {
  const thing = view.things[id];
  if (thing) return thing.edge === null ? { node: thing.nodes[0], at: thing.at } : { edge: thing.edge };
  const slot = view.slots[id];
  return slot && (ofEdge(slot.what) ? { edge: slot.of } : { node: slot.of, at: slot.at });
}

/** Whether such a number belongs to an edge. */
function ofEdge(what) {
  return what === "local" || what === "contribution";
}

/** What a screen reader calls a thing. */
function labelOf(facts, { node, edge, at }) {
  if (node !== undefined) return `${nameOf(facts, node)}${placeOf(at)}, ${kindOf(facts.story.nodes[node])}`;
  const { from, to } = facts.edges[edge];
  return `edge from ${nameOf(facts, from)} to ${nameOf(facts, to)}`;
}

/** Give a thin line a wide one that cannot be seen, so that a pointer or a finger finds it. */
function reachable(line, found) {
  const hit = drawn("path", { class: "mgp-hit", d: line.getAttribute("d"), "data-id": "", "aria-hidden": "true" });
  line.after(hit);
  found.set(hit, found.get(line));
}

/** The small panel that says what is known of the thing pointed at. */
function tipPanel(id, facts, stop) {
  const node = element("div", { class: "mgp-tip", id, role: "tooltip", hidden: "" });

  /** Say what is known of a thing, beside it. */
  function tell(thing, subject) {
    const story = facts().story;
    const { node: k, edge: e, at } = subject;
    const told = k === undefined ? edgeFacts(facts(), e, stop()) : nodeFacts(facts(), k, stop(), at);
    const line = lineOf(story.nodes[k ?? facts().edges[e].to]);
    node.replaceChildren(
      element("strong", {}, labelOf(facts(), subject)),
      ...told.map(([name, number]) => element("div", { class: number.startsWith("not ") ? "dim" : "" }, `${name}: ${number}`)),
      ...(line ? [element("code", {}, line)] : []),
    );
    node.hidden = false;
    place(thing);
    thing.setAttribute("aria-describedby", id);
  }

  /** Put the panel below a thing, above it or at its side, inside the picture's panel. */
  function place(thing) {
    const room = node.parentElement.getBoundingClientRect();
    const box = thing.getBoundingClientRect();
    const [width, height] = [node.offsetWidth, node.offsetHeight];
    const within = (at, most) => Math.min(Math.max(at, 0), Math.max(most, 0));
    const across = within((box.left + box.right) / 2 - room.left - width / 2, room.width - width);
    const down = within((box.top + box.bottom) / 2 - room.top - height / 2, room.height - height);
    const places = [
      [across, box.bottom - room.top + 8], [across, box.top - room.top - height - 8],
      [box.right - room.left + 8, down], [box.left - room.left - width - 8, down],
    ];
    const fits = ([x, y]) => x >= 0 && y >= 0 && x + width <= room.width && y + height <= room.height;
    const [left, top] = places.find(fits) ?? [across, within(places[1][1], room.height)];
    node.style.top = `${top}px`;
    node.style.left = `${left}px`;
  }
  return { node, tell, hide() { node.hidden = true; } };
}
