// Part of the player: a picture: what is written, coloured and lit in it at a step, and how large it is. `viz/html.py` joins the parts.

/** The picture of a view, by its number, in a panel that scrolls where the picture is larger. */
function picture(number, { story, views }, facts, answer) {
  const view = views[number];
  const svg = drawn("svg", { viewBox: `0 0 ${view.width} ${view.height}`, role: "group", "aria-label": `${view.title}: nodes and edges` });
  svg.innerHTML = view.svg;
  const dot = flyingDot(view.text);
  const labels = drawn("g");
  svg.insertBefore(labels, svg.querySelector("text"));
  svg.append(dot.node);
  const node = element("div", { class: "mgp-picture", role: "region", "aria-label": view.title, tabindex: "0" }, svg);
  const things = new Map([...svg.querySelectorAll("[data-id]")].map((thing) => [thing.getAttribute("data-id"), thing]));
  const paints = new Map(Object.keys(view.tinted).flatMap((id) => (things.has(id) ? [[id, paintOf(things.get(id))]] : [])));
  const first = new Map([...things].filter(([id]) => id in view.slots).map(([id, thing]) => [id, standing(thing)]));
  const living = livingThings(node, svg, view, facts, answer);
  let tints = tinted(paints, view);
  let texts = slots(things, view, first);
  let lit = [];
  let scale = 1;
  let mode = "read";
  let choice = false;

  /** Write what is known after a step, light what the step is about, and let the dot flow. */
  function show(k, moving) {
    const { start, stop } = story.steps[k - 1];
    const news = texts.filter((text) => text.show(start, stop) && !text.local);
    tints.forEach((mark) => mark.show(stop));
    labels.replaceChildren(...news.map((text) => background(text.node)));
    const route = view.routes[stop - 1];
    const all = new Set(view.routes.slice(start, stop).flatMap((one) => one.lit));
    lit.forEach((thing) => thing.classList.remove("lit"));
    lit = [...all].map((id) => things.get(id)).filter(Boolean);
    lit.forEach((thing) => thing.classList.add("lit"));
    dot.show(route.path, still() ? 0 : moving);
    follow();
  }

  /** Draw the picture as large as the mode says: all of it, or so that its text can be read, but never huge. */
  function fit(wanted = mode) {
    mode = wanted;
    const room = node.getBoundingClientRect();
    if (!room.width) return;
    const sizes = sizesOf(node);
    const whole = Math.min((room.width - 2) / view.width, (room.height - 2) / view.height, sizes.largest / view.text);
    const readable = sizes.readable / view.text;
    // Rather a little smaller than cut off at one side.
    choice = whole < 0.8 * readable;
    if (mode === "fit") scale = whole;
    if (mode === "read") scale = Math.max(whole, choice ? readable : 0);
    resize();
  }

  /** Give the drawing its size on the screen. */
  function resize() {
    // Where the findings are told below the frame, the picture keeps no room for them.
    const height = choice && mode === "read" ? view.foot : view.height;
    svg.setAttribute("viewBox", `0 0 ${view.width} ${height}`);
    svg.style.width = `${view.width * scale}px`;
    svg.style.height = `${height * scale}px`;
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

  /** Light the things of some nodes and edges, and dim the others. */
  function light(chosen) {
    svg.classList.toggle("mgp-traced", Boolean(chosen));
    for (const [id, { nodes, edge }] of Object.entries(view.things)) {
      const on = chosen && (edge === null ? nodes.some((k) => chosen.nodes.has(k)) : chosen.edges.has(edge));
      things.get(id)?.classList.toggle("on-path", Boolean(on));
    }
    for (const [id, { what, of }] of Object.entries(view.slots)) {
      things.get(id)?.classList.toggle("on-path", Boolean(chosen?.[ofEdge(what) ? "edges" : "nodes"].has(of)));
    }
  }

  node.addEventListener("wheel", onWheel, { passive: false });
  node.addEventListener("scroll", fade, { passive: true });
  draggable(node);
  const unprintable = printable(node, svg, view);
  return {
    node, show, fit, follow, light, things: living, name: view.name, title: view.title,
    use(views) {
      texts = slots(things, views[number], first);
      tints = tinted(paints, views[number]);
    },
    get mode() { return mode; },
    get choice() { return choice || mode === "free"; },
    stop() {
      dot.stop();
      unprintable();
    },
  };
}

/** The sizes in pixels between which the smallest text of a picture is well drawn. */
function sizesOf(node) {
  return { readable: 0.7 * unit(node), largest: 1.5 * unit(node) };
}
