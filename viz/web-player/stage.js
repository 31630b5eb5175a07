// Part of the player: the stage: the pictures there are, and which is shown at which size. `viz/html.py` joins the parts.

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
