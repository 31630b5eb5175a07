/**
 * The player: a storyboard, step by step, in the browser. `viz/html.py` writes the data it is given, and describes it.
 *
 * All that is on the screen at step k is a function of the data and k: every part below has a `show(k)` that may be
 * called with any k at any time, so going back and jumping cost nothing and no part can get out of step.
 *
 * Names that a user chose are written as text (`textContent`). Only formulas (MathML) and pictures (SVG) are parsed as
 * markup; Python wrote both, with every name in them escaped. Nothing is loaded, nothing is global.
 */

const PASSES = {
  forward: { sign: "→", short: "Forward" },
  backward: { sign: "←", short: "Backward" },
  update: { sign: "↻", short: "Update" },
  again: { sign: "→", short: "New forward" },
};
const THEMES = { light: "Light", dark: "Dark", contrast: "High contrast" };
const SECONDS_A_STEP = 1.9;
const SECONDS_OF_FLIGHT = 0.9;
const SPEEDS = [0.5, 1, 2, 4];
// How much smaller a formula may be drawn that does not fit otherwise.
const SCALES = [1, 0.88, 0.76, 0.66, 0.58];
// A sentence with more letters than this may not fit into its lines.
const LONG_SENTENCE = 100;
// More marks than this on the time line could not be told apart.
const MOST_MARKS = 500;
// From the middle of the dot to the tip of its arrow head, in radii.
const LENGTH = 2.8;

/**
 * Show a storyboard inside an element.
 * @param {HTMLElement} root an empty element; everything happens inside it.
 * @param {object} data what `viz.html.page_data` returns.
 * @param {{page?: boolean}} options page: the player is the whole document, so it listens to all its keys and keeps the
 *   step in the address, as `#step=41`.
 * @returns {{step: number, go: function(number): void, dress: function(string): void, destroy: function(): void}} a
 *   handle: dress says which colours suit the surroundings; `root` also fires a "step" event whose detail is the step's
 *   number.
 */
export function mount(root, data, { page = false } = {}) {
  const recorded = revived(data);
  const story = recorded.story;
  const count = story.steps.length;
  let step = 0;
  let timer = 0;
  let size = "";

  let facts = factsOf(recorded);
  let graph = graphOf(recorded);
  const stopNow = () => story.steps[step - 1].stop;

  const sentence = sentenceLine(recorded);
  const tip = tipPanel(`mgp-tip-${(boxes += 1)}`, () => facts, stopNow);
  const open = (subject, thing) => { tip.hide(); card.show(subject, thing); };
  const stage = pictureStage(recorded, facts, { ...tip, open }, () => address.write());
  const known = knownTable(recorded);
  const formula = formulaPanel(recorded);
  const numbers = changedNumbers(recorded, use);
  const card = nodeCard({
    facts: () => facts, graph: () => graph, stop: stopNow, ways: recorded.ways, leaves: recorded.recipes.leaves,
    why: numbers.why, change: numbers.change, light: stage.light, hide: tip.hide,
  });
  stage.node.append(tip.node);
  const time = timeLine(story, (k) => go(k));
  const transport = transportButtons({
    first: () => go(1),
    back: () => go(step - 1),
    play: toggle,
    next: () => go(step + 1),
    last: () => go(count),
  });
  const speed = speedButton();
  transport.node.append(speed.node);
  const toNode = (k) => { stage.focus(k); open({ node: k }, null); };
  const search = searchBox(recorded, (k) => go(k), toNode, () => time.focus());
  const status = element("div", { class: "mgp-hidden", role: "status", "aria-live": "polite", "aria-atomic": "true" });
  const theme = themeButton(root, () => address.write());
  const help = keyHelp();
  const address = page
    ? addressBar({ step: () => step, stage, go: (k) => go(k), theme, numbers })
    : { write() {}, read: () => null, stop() {} };
  const link = page ? [linkButton(address, (words) => { status.textContent = words; })] : [];
  const player = element("section", { class: "mgp", "aria-label": clean(data.title), lang: "en", dir: "ltr" },
    sentence.node, numbers.node, stage.node, known.node, formula.node,
    element("div", { class: "mgp-foot" }, time.node, transport.node),
    element("div", { class: "mgp-tools" }, stage.tools, search.node, ...link, theme.node, help.node),
    card.node, help.dialog, status);

  /** Tell screen readers what the step says. */
  function report() {
    const { sentence: words, stop } = story.steps[step - 1];
    status.textContent = `${clean(words)}: ${plain(facts.story.moves[stop - 1].formula)}`;
  }

  /** Show other numbers at the same step. */
  function use(next) {
    facts = factsOf(next);
    graph = graphOf(next);
    for (const part of [stage, known, formula, search]) part.use(next);
    size = "";
    fit();
    for (const part of [stage, known, formula]) part.show(step, 0);
    report();
    card.refresh();
    address.write();
  }

  /** Stop playing and show a step. */
  function go(k) {
    pause();
    show(k);
  }

  /** Show a step; the way from one step to the next is animated, every other way is a jump. */
  function show(k) {
    k = Math.min(Math.max(Math.round(k) || 1, 1), count);
    if (k === step) return;
    const now = story.steps[k - 1];
    // How fast to move from one step to the next; every other way is a jump.
    const moving = k === step + 1 && step > 0 ? (timer ? speed.times : 1) : 0;
    step = k;
    player.dataset.pass = now.phase;
    player.dataset.beat = String(k % 2);
    player.toggleAttribute("data-moving", moving > 0);
    player.style.setProperty("--pace", String(moving || 1));
    for (const part of [sentence, stage, known, formula, time]) part.show(k, moving);
    transport.show(k, count);
    report();
    card.refresh();
    tip.hide();
    address.write();
    root.dispatchEvent(new CustomEvent("step", { detail: k }));
  }

  /** Start or stop playing; at the end, start again. */
  function toggle() {
    if (timer) return pause();
    transport.playing(true);
    const tick = () => {
      show(step === count ? 1 : step + 1);
      if (step < count) timer = window.setTimeout(tick, (SECONDS_A_STEP * 1000) / speed.times);
      else pause();
    };
    if (step === count) tick();
    else timer = window.setTimeout(tick, 250);
  }

  /** Stop playing. */
  function pause() {
    window.clearTimeout(timer);
    timer = 0;
    transport.playing(false);
  }

  const keys = {
    ArrowRight: () => go(step + 1), ArrowLeft: () => go(step - 1), Home: () => go(1), End: () => go(count),
    // What a presenter's remote control sends.
    PageDown: () => go(step + 1), PageUp: () => go(step - 1),
    " ": toggle, "/": search.focus, "?": help.show, f: stage.fold, "+": speed.faster, "-": speed.slower, "−": speed.slower,
    Escape: () => { tip.hide(); card.close(); },
  };

  /** Do what a key says, unless it is typed into a field or belongs to a button. */
  function onKey(event) {
    const target = event.target instanceof Element ? event.target : root;
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (target.closest("input:not([type=range]), textarea, select, dialog, [contenteditable]")) return;
    if (!(event.key in keys) || (event.key === " " && target.closest("button"))) return;
    event.preventDefault();
    keys[event.key]();
  }

  root.classList.add("mgp-root");
  root.replaceChildren(player);
  const listener = page ? document : root;
  listener.addEventListener("keydown", onKey);
  const observer = new ResizeObserver(fit);

  /** Give every part the room it will need at any step, whenever the room there is has changed. */
  function fit() {
    const next = `${root.clientWidth} ${window.innerHeight}`;
    if (next === size || !root.clientWidth) return;
    size = next;
    sentence.fit();
    formula.fit(player);
    stage.fit();
    known.fit();
    known.show(step);
    time.fit();
  }

  observer.observe(root);
  show(1);
  const wanted = address.read();
  if (wanted !== null) show(wanted);
  fit();
  return {
    get step() { return step; },
    go,
    dress: theme.follow,
    destroy() {
      pause();
      observer.disconnect();
      listener.removeEventListener("keydown", onKey);
      address.stop();
      stage.stop();
      root.replaceChildren();
    },
  };
}
