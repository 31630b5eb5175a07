// Part of the player: boxes that open and close. `viz/html.py` joins the parts.

// A pointer that moves further than this, in pixels, drags the picture and opens nothing.
const STILL = 5;

/**
 * A picture whose boxes open: the views that are `inside` it take its place, one at a time, each drawn when it is first
 * needed. It answers to what a picture answers to.
 */
function foldable(views, first, make) {
  const { opens = {}, closes: outer } = views[first];
  if (!Object.keys(opens).length && outer == null) return make(first);
  const node = element("div", { class: "mgp-folds" });
  const made = new Map();
  let [numbers, chosen] = [null, null];
  let current = get(first);
  let step = 1;
  let from = null;

  /** The picture of a view, with its boxes made ready to be opened. */
  function get(k) {
    if (made.has(k)) return made.get(k);
    const one = make(k);
    one.number = k;
    if (numbers) one.use(numbers);
    if (chosen) one.light(chosen);
    one.node.addEventListener("zoom", () => node.dispatchEvent(new CustomEvent("zoom")));
    for (const id of Object.keys(views[k].opens ?? {})) {
      const box = one.node.querySelector(`rect[data-id="${id}"]`);
      const name = one.node.querySelector(`text[data-id="name-${id}"]`)?.textContent ?? "";
      if (!box) continue;
      box.classList.add("opens");
      for (const [key, value] of Object.entries({ tabindex: "0", role: "button", "aria-label": `Open ${clean(name)}` })) {
        box.setAttribute(key, value);
      }
    }
    one.bar = bar(views[k]);
    made.set(k, one);
    return one;
  }

  /** The buttons that close what is open, and open everything. */
  function bar({ closes, unfolds }) {
    const buttons = [];
    if (closes != null) buttons.push(button("Fold (f)", close, "Fold"));
    if (unfolds != null) buttons.push(button("Unfold all", () => go(unfolds), "Unfold all"));
    const node = element("div", { class: "mgp-switch mgp-fold", role: "group", "aria-label": "Boxes" }, ...buttons);
    node.hidden = !buttons.length;
    return node;
  }

  /** Put the picture of another view in place, at the same step and size. */
  function go(k) {
    const mode = current.mode === "free" ? undefined : current.mode;
    const focused = node.contains(document.activeElement);
    current = get(k);
    node.replaceChildren(current.node, current.bar);
    current.node.hidden = node.hidden;
    current.fit(mode);
    current.show(step, false);
    if (focused) current.node.focus({ preventScroll: true });
    node.dispatchEvent(new CustomEvent("zoom"));
  }

  /** Close what was opened last. */
  function close() {
    const { closes } = views[current.number];
    if (closes != null) go(closes);
  }

  /** Open a box, if it is one that opens here. */
  function open(id) {
    const next = views[current.number].opens?.[id];
    if (next != null) go(next);
    return next != null;
  }

  node.addEventListener("pointerdown", (event) => { from = [event.clientX, event.clientY]; });
  node.addEventListener("click", (event) => {
    if (from && Math.hypot(event.clientX - from[0], event.clientY - from[1]) > STILL) return;
    // While the mouse may drag the panel, the panel is what it clicks on.
    const hit = document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.matches?.("rect.opens"));
    if (hit && node.contains(hit)) open(hit.getAttribute("data-id"));
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    if (!event.target.matches?.("rect.opens")) return;
    event.preventDefault();
    open(event.target.getAttribute("data-id"));
  });
  node.append(current.node, current.bar);
  // Whoever hides the whole hides the picture that is in it.
  Object.defineProperty(node, "hidden", {
    get: () => node.hasAttribute("hidden"),
    set(on) {
      node.toggleAttribute("hidden", on);
      current.node.hidden = on;
    },
  });
  return {
    node,
    name: views[first].name,
    title: views[first].title,
    get mode() { return current.mode; },
    get choice() { return current.choice; },
    /** Show a step in whichever picture is there. */
    show(k, moving) {
      step = k;
      current.show(k, moving);
    },
    fit: (mode) => current.fit(mode),
    follow: () => current.follow(),
    /** Show other numbers, also in pictures that are not drawn yet. */
    use(next) {
      numbers = next;
      for (const one of made.values()) one.use(next);
    },
    /** Light some nodes and edges in every picture. */
    light(next) {
      chosen = next;
      for (const one of made.values()) one.light(next);
    },
    get things() { return current.things; },
    close,
    stop() { for (const one of made.values()) one.stop(); },
  };
}
