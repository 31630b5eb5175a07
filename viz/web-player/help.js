// Part of the player: the list of its keys. `viz/html.py` joins the parts.

const KEYS = [
  ["→  ←", "next step, back"],
  ["Home  End", "first step, last step"],
  ["space", "play, pause"],
  ["+  −", "play faster, slower"],
  ["/", "find a step or a node"],
  ["f", "fold what was opened last"],
  ["Tab", "to the picture, and on to every button"],
  ["↓  ↑", "in the picture: the next node or edge, and the one before"],
  ["Enter", "on a node: its numbers, its every path to the loss"],
  ["Escape", "close what is open"],
  ["?", "this list"],
];

/** The button that lists the keys. */
function keyHelp() {
  const list = element("dl", {}, ...KEYS.flatMap(([keys, what]) => [
    element("dt", {}, ...keys.split("  ").map((key) => element("kbd", {}, key))), element("dd", {}, what),
  ]));
  const shut = button("Close (Escape)", () => dialog.close(), "✕");
  const dialog = element("dialog", { class: "mgp-keys", "aria-label": "Keys" }, element("header", {}, element("h2", {}, "Keys"), shut), list);
  // A click beside it closes it, too.
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  const show = () => dialog.showModal();
  const opener = button("Keys (?)", show, "?");
  opener.classList.add("mgp-help");
  return { node: opener, dialog, show };
}
