// Part of the player: the pictures: the views, what is lit in them, the dot that flies. `viz/html.py` joins the parts.

/** The pictures of the storyboard, one of them shown, and the buttons that choose. */
function pictureStage(data, facts, answer, changed) {
  const { story, views } = data;
  const node = element("div", { class: "mgp-stage" });
  const made = (k) => picture(k, data, facts, answer);
  const pictures = views.flatMap((view, k) => (view.inside ? [] : [foldable(views, k, made)]));
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
  const told = element("ul", { class: "mgp-told", "aria-label": "Findings", tabindex: "0" });
  node.append(...pictures.map((one) => one.node), told);
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
    current.show(step, 0);
    mark();
  }

  /** How much height the pictures can use: as wide as there is room, but not huge. */
  function needed() {
    const sizes = sizesOf(node);
    return Math.max(...views.map((view) => view.height * Math.max(Math.min(node.clientWidth / view.width, sizes.largest / view.text), sizes.readable / view.text)));
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
    tell();
  }

  /** Where the picture's foot is out of sight, write the sentences of the findings below the frame. */
  function tell() {
    const seen = current.choice && current.mode === "read";
    const marks = seen ? [...current.node.querySelectorAll("g.mark:has(text.sentence)")] : [];
    const lines = marks.map((one) => {
      const words = [...one.querySelectorAll("text.sentence")].map((line) => line.textContent).join(" ");
      const trouble = one.querySelector(".sign").classList.contains("trouble");
      return element("li", { class: trouble ? "trouble" : "note" }, `${trouble ? "▲" : "◇"} ${one.querySelector("text.number").textContent} ${words}`);
    });
    told.replaceChildren(...lines);
    told.hidden = !lines.length;
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
      node.style.setProperty("--needed", `${needed()}px`);
      current.fit();
      current.show(step, 0);
      mark();
    },
    /** Close the box that was opened last. */
    fold() { current.close?.(); },
    /** Show other numbers. */
    use(next) { pictures.forEach((one) => one.use(next.views)); },
    /** Light some nodes and edges, beside what the step lights; null for none. */
    light(chosen) { pictures.forEach((one) => one.light(chosen)); },
    /** Move the focus to the drawn node, in this picture or in another that has it. */
    focus(k) {
      const found = [current, ...pictures].find((one) => one.things.of(k));
      if (!found) return;
      if (found !== current) choose(found);
      found.things.focus(found.things.of(k));
    },
    stop() { pictures.forEach((one) => one.stop()); },
  };
}

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

/** What a text says now, and how. */
function standing(thing) {
  return { move: -1, text: thing.textContent, classes: thing.getAttribute("class"), size: thing.getAttribute("font-size") };
}

/** The texts of a picture that change, each with its history; before the first change it says what it said `first`. */
function slots(things, { changes, start }, first) {
  const histories = new Map([...first].map(([id, entry]) => [id, [entry]]));
  const role = (id) => first.get(id).classes.split(" ")[0];
  const inside = (id) => (first.get(id).classes.includes(" inside") ? " inside" : "");
  const entry = (move, [id, text, state, size]) => ({ move, text, classes: `${role(id)} ${state}${inside(id)}`, size: String(size) });
  for (const item of start ?? []) if (first.has(item[0])) histories.set(item[0], [entry(-1, item)]);
  changes.forEach((list, move) => {
    for (const item of list) if (first.has(item[0])) histories.get(item[0]).push(entry(move, item));
  });
  return [...histories].map(([id, history]) => {
    const thing = things.get(id);
    let [shown, fresh] = [null, false];
    return {
      node: thing,
      local: thing.classList.contains("local"),
      /** Write what is known after `stop` moves; tell whether it became known since `start`. */
      show(start, stop) {
        const entry = latest(history, stop);
        const news = entry.move >= start;
        const classes = entry.classes + (news ? " now" : "");
        if (thing.textContent !== entry.text) thing.textContent = entry.text;
        if (entry !== shown || news !== fresh) {
          const traced = thing.classList.contains("on-path");
          thing.setAttribute("class", classes);
          thing.classList.toggle("on-path", traced);
          [shown, fresh] = [entry, news];
        }
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
    /** Follow a path, in flight at some pace, or with none at its end; without a path there is no dot. */
    show(way, pace) {
      window.cancelAnimationFrame(frame);
      node.style.display = way ? "" : "none";
      if (!way) return;
      path.setAttribute("d", way);
      const length = path.getTotalLength();
      if (!pace) return put(1, length);
      const start = performance.now();
      const move = (time) => {
        const part = Math.min(Math.max((pace * (time - start)) / (SECONDS_OF_FLIGHT * 1000), 0), 1);
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
    from = { x: event.clientX + node.scrollLeft, y: event.clientY + node.scrollTop, at: [event.clientX, event.clientY] };
  });
  node.addEventListener("pointermove", (event) => {
    if (!from) return;
    // A click moves a little; only what moves further is a drag.
    const far = Math.hypot(event.clientX - from.at[0], event.clientY - from.at[1]) > 5;
    if (far && !node.hasPointerCapture(event.pointerId)) node.setPointerCapture(event.pointerId);
    if (node.hasPointerCapture(event.pointerId)) node.scrollTo(from.x - event.clientX, from.y - event.clientY);
  });
  for (const end of ["pointerup", "pointercancel"]) node.addEventListener(end, () => { from = null; });
}
