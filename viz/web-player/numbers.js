// Part of the player: numbers that the reader changed, the mark that says so, and the way back. `viz/html.py` joins the parts.

/**
 * Keep changed numbers, and the data computed with them.
 * @param {object} data the recorded data.
 * @param {function(object): void} use called with the data to show, whenever it changes.
 */
function changedNumbers(data, use) {
  const changed = new Map();
  const told = element("span");
  const back = element("button", { type: "button" }, "Back to the recorded numbers");
  const node = element("div", { class: "mgp-changed", "aria-live": "polite", hidden: "" }, element("strong", {}, "Numbers changed"), told, back);
  let reason = null;
  back.addEventListener("click", reset);

  /** Why the page cannot compute anew, or ""; found out when it is first asked for. */
  function why() {
    reason ??= whyNot(data);
    return reason;
  }

  /** Put a number on a leaf; the recorded number takes the change back. */
  function change(k, value) {
    if (String(value) === String(data.story.nodes[k].value)) changed.delete(k);
    else changed.set(k, value);
    apply();
  }

  /** Go back to what was recorded. */
  function reset() {
    changed.clear();
    apply();
  }

  /** Compute, and mark what is changed. */
  function apply() {
    const now = changed.size ? recomputed(data, changed) : data;
    const words = [...changed].map(([k, value]) => `${clean(data.story.nodes[k].label.plain)} = ${short(value)} (recorded ${short(data.story.nodes[k].value)})`);
    told.textContent = words.slice(0, 3).join(", ") + (words.length > 3 ? `, and ${words.length - 3} more` : "");
    node.hidden = !changed.size;
    use(now);
  }

  /** The changed numbers as a part of an address. */
  function written() {
    return [...changed].map(([k, value]) => [k, ...flat(value)].join(":")).join(",");
  }

  /** Take numbers from an address; what does not fit this graph is left out. */
  function read(text) {
    if (text === written() || why()) return;
    changed.clear();
    for (const item of text.split(",")) {
      const [k, ...numbers] = item.split(":").map((part) => numberIn(part));
      const leaf = data.recipes.leaves.includes(k) ? data.story.nodes[k] : null;
      if (leaf && numbers.length === flat(leaf.value).length && !numbers.includes(null)) changed.set(k, shaped(numbers, leaf.shape));
    }
    apply();
  }
  return { node, why, change, reset, written, read };
}
