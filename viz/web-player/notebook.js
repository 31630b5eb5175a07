// The player inside a notebook, as an anywidget. `viz/notebook.py` puts this behind the parts of the player.

/** A colour's red, green, blue and opacity, up to 255: CSS has many ways to write them, as oklch(…) and color(srgb …). */
function painted(colour) {
  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  return pen.getImageData(0, 0, 1, 1).data;
}

/** Whether a notebook is light or dark: by the colour of what lies behind an element of it. */
function themeBehind(element) {
  for (let one = element; one; one = one.parentElement ?? one.getRootNode().host) {
    const [red, green, blue, opaque] = painted(getComputedStyle(one).backgroundColor);
    if (opaque > 128) return 0.21 * red + 0.72 * green + 0.07 * blue < 128 ? "dark" : "light";
  }
  return undefined;
}

/** Give the player the colours of the notebook, now and whenever those change; return what ends that. */
function dressed(root, player) {
  const dress = () => {
    const theme = root.isConnected && themeBehind(root.parentElement);
    if (theme) player.dress(theme);
  };
  // Before the notebook shows an output, nothing lies behind it.
  const shown = new ResizeObserver(dress);
  shown.observe(root);
  // Every notebook says on one of these that its colours changed; what they are is known a moment later.
  const changed = new MutationObserver(() => { window.setTimeout(dress, 100); });
  for (const one of [document.documentElement, document.body]) changed.observe(one, { attributes: true });
  return () => {
    shown.disconnect();
    changed.disconnect();
  };
}

export default {
  /** Show the storyboard of a model in an element, and keep its step and the model's the same. */
  render({ model, el }) {
    const root = element("div");
    // The page that the notebook keeps for times without a kernel is out of sight as long as this one lives.
    el.replaceChildren(element("style", {}, `.${model.get("saved")} { display: none; }`), element("div", { class: "mgp-cell" }, root));
    const player = mount(root, model.get("data"));
    const undress = dressed(root, player);
    // JupyterLab has keys of its own. Inside the player single keys are the player's, and Ctrl + S still saves.
    const keep = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) delete root.dataset.lmSuppressShortcuts;
      else root.dataset.lmSuppressShortcuts = "true";
    };
    window.addEventListener("keydown", keep, { capture: true });
    const follow = () => { if (model.get("step") !== player.step) player.go(model.get("step")); };
    const tell = () => {
      model.set("step", player.step);
      model.save_changes();
    };
    follow();
    root.addEventListener("step", tell);
    model.on("change:step", follow);
    return () => {
      window.removeEventListener("keydown", keep, { capture: true });
      model.off("change:step", follow);
      undress();
      player.destroy();
    };
  },
};
