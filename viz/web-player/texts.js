// Part of the player: the texts of a picture that change, and the label behind what is news. `viz/html.py` joins the parts.

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
