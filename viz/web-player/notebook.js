// The player inside a notebook, as an anywidget. `viz/notebook.py` puts this behind the parts of the player.

export default {
  /** Show the storyboard of a model in an element, and keep its step and the model's the same. */
  render({ model, el }) {
    const root = element("div");
    // The page that the notebook keeps for times without a kernel is out of sight as long as this one lives.
    el.replaceChildren(element("style", {}, `.${model.get("saved")} { display: none; }`), element("div", { class: "mgp-cell" }, root));
    const player = mount(root, model.get("data"));
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
      player.destroy();
    };
  },
};
