// Part of the player: what moves in a picture: the dot along an edge, the panel over it. `viz/html.py` joins the parts.

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
