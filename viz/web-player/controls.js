// Part of the player: the time line, the buttons, the search, the address. `viz/html.py` joins the parts.

/** The time line: one mark a step, coloured by pass. Over it lies the slider, for all kinds of input. */
function timeLine(story, go) {
  const count = story.steps.length;
  const slider = element("input", { type: "range", min: "1", max: String(count), step: "1", "aria-label": "Step" });
  const future = marks(story);
  const past = marks(story);
  future.classList.add("future");
  past.classList.add("past");
  const pointer = element("div", { class: "mgp-pointer" });
  const runs = [];
  for (const step of story.steps) {
    if (runs.at(-1)?.pass === step.phase) runs.at(-1).steps += 1;
    else runs.push({ pass: step.phase, steps: 1 });
  }
  const names = runs.map(({ pass, steps }) => {
    const name = element("span", {}, PASSES[pass].short);
    return element("span", { "data-pass": pass, style: `flex: ${steps} 1 0` }, name);
  });
  const track = element("div", { class: "mgp-track", style: `--count: ${count}` }, future, past, pointer, slider);
  const passes = element("div", { class: "mgp-passes", "aria-hidden": "true" }, ...names);
  const node = element("div", { class: "mgp-time" }, track, passes);
  slider.addEventListener("input", () => go(Number(slider.value)));

  return {
    node,
    focus() { slider.focus(); },
    /** Fill the past and put the pointer at a step. */
    show(k) {
      slider.value = String(k);
      slider.setAttribute("aria-valuetext", clean(story.steps[k - 1].sentence));
      past.style.clipPath = `inset(0 ${100 - (100 * k) / count}% 0 0)`;
      pointer.style.left = `${(100 * (k - 0.5)) / count}%`;
    },
    /** Hide the names of passes that are too short for them. */
    fit() {
      for (const name of names) {
        const long = name.firstChild.offsetWidth > name.clientWidth;
        name.firstChild.style.visibility = long ? "hidden" : "";
      }
    },
  };
}

/** One mark for each step; where there are too many to tell apart, one for each pass. */
function marks(story) {
  const count = story.steps.length;
  const stretched = { viewBox: `0 0 ${count} 1`, preserveAspectRatio: "none" };
  const svg = drawn("svg", { class: "mgp-marks", "aria-hidden": "true", ...stretched });
  const gap = count <= MOST_MARKS ? 0.2 : 0;
  for (let from = 0, to = 1; from < count; from = to, to += 1) {
    while (count > MOST_MARKS && to < count && story.steps[to].phase === story.steps[from].phase) to += 1;
    const place = { x: from + gap / 2, y: 0, width: to - from - gap, height: 1 };
    svg.append(drawn("rect", { "data-pass": story.steps[from].phase, ...place }));
  }
  return svg;
}

const ICONS = {
  first: "M5 5h3v14H5zM20 5v14L9 12z",
  back: "M17 5v14L6 12z",
  play: "M7 4v16l13-8z",
  pause: "M6 4h4v16H6zM14 4h4v16h-4z",
  next: "M7 5v14l11-7z",
  last: "M16 5h3v14h-3zM4 5v14l11-7z",
};

/** A drawn sign for a button. */
function icon(name) {
  const svg = drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  svg.append(drawn("path", { d: ICONS[name] }));
  return svg;
}

/** The buttons first, back, play, next and last. */
function transportButtons(actions) {
  const names = {
    first: "First step (Home)",
    back: "Back (←)",
    play: "Play (space)",
    next: "Next (→)",
    last: "Last step (End)",
  };
  const buttons = {};
  for (const [key, name] of Object.entries(names)) {
    buttons[key] = button(name, actions[key], icon(key));
    buttons[key].dataset.action = key;
  }
  const all = Object.values(buttons);
  const node = element("div", { class: "mgp-transport", role: "group", "aria-label": "Steps" }, ...all);
  return {
    node,
    /** Say which ways are open; a disabled button would lose the keyboard's focus, so it only says so. */
    show(k, count) {
      for (const key of ["first", "back"]) buttons[key].setAttribute("aria-disabled", String(k === 1));
      for (const key of ["next", "last"]) buttons[key].setAttribute("aria-disabled", String(k === count));
    },
    /** Turn the play button into a pause button and back. */
    playing(on) {
      const name = on ? "Pause (space)" : names.play;
      if (buttons.play.title === name) return;
      buttons.play.title = name;
      buttons.play.setAttribute("aria-label", name);
      buttons.play.replaceChildren(icon(on ? "pause" : "play"));
    },
  };
}

/** The button that goes through the colour schemes; until it is pressed, the system's wish counts. */
function themeButton(root) {
  const label = element("span");
  const made = button("Colours", () => choose(following()), label);
  made.classList.add("mgp-theme");

  /** The scheme in use. */
  function used() {
    if (root.dataset.theme in THEMES) return root.dataset.theme;
    if (window.matchMedia("(prefers-contrast: more)").matches) return "contrast";
    return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  /** The scheme after the one in use. */
  function following() {
    const names = Object.keys(THEMES);
    return names[(names.indexOf(used()) + 1) % names.length];
  }

  /** Use a scheme, and say what the next press will bring. */
  function choose(name) {
    if (name) root.dataset.theme = name;
    label.textContent = THEMES[used()];
    made.setAttribute("aria-label", `Colours: ${THEMES[used()]}; press for ${THEMES[following()]}`);
    made.title = `Press for ${THEMES[following()]}`;
  }
  choose();
  return made;
}

/** Make a text comparable: W₁₁, W_11 and w11 are the same. */
function comparable(text) {
  return text.normalize("NFKD").toLowerCase().replace(/[′’`]/g, "'").replace(/[_^{}]/g, "").replace(/\s+/g, " ").trim();
}

let boxes = 0;

/** A box that finds steps by number, name or sentence. */
function searchBox(story, go, leave) {
  const id = `mgp-found-${(boxes += 1)}`;
  const input = element("input", {
    type: "search", placeholder: "Find a step  /", "aria-label": "Find a step by name or number", role: "combobox",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, autocomplete: "off", spellcheck: "false",
  });
  const list = element("ul", { id, role: "listbox", "aria-label": "Steps found", hidden: "" });
  const node = element("div", { class: "mgp-search" }, input, list);
  const formulas = story.steps.map(({ stop }) => plain(story.moves[stop - 1].formula));
  const texts = story.steps.map(({ sentence }, k) => [sentence, formulas[k]].map(comparable));
  let active = 0;

  /** The numbers of the steps that match, best first. */
  function matches(query) {
    const wanted = comparable(query);
    if (!wanted) return [];
    const numbered = /^\d+$/.test(wanted) && story.steps[Number(wanted) - 1] ? [Number(wanted)] : [];
    const found = [0, 1].flatMap((which) => texts.flatMap((text, k) => (text[which].includes(wanted) ? [k + 1] : [])));
    return [...new Set([...numbered, ...found])].slice(0, 40);
  }

  /** List what was found. */
  function update() {
    active = 0;
    const found = matches(input.value);
    list.replaceChildren(...found.map((k, row) => {
      const { sentence, phase } = story.steps[k - 1];
      const made = element("li", { role: "option", id: `${id}-${row}`, "data-step": String(k), "data-pass": phase });
      made.textContent = clean(sentence);
      made.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(k); });
      return made;
    }));
    if (!found.length && input.value.trim()) list.append(element("li", { class: "none" }, "No step is called that"));
    list.hidden = !list.children.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark();
  }

  /** Show which of the steps found the Enter key would go to. */
  function mark() {
    const options = [...list.querySelectorAll("[role=option]")];
    options.forEach((option, k) => option.setAttribute("aria-selected", String(k === active)));
    if (options[active]) {
      input.setAttribute("aria-activedescendant", options[active].id);
      options[active].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  /** Go to a step and close the list. */
  function choose(k) {
    close();
    if (k) go(k);
    leave();
  }

  /** Close the list. */
  function close() {
    input.value = "";
    update();
  }

  input.addEventListener("input", update);
  input.addEventListener("blur", () => { list.hidden = true; });
  input.addEventListener("focus", update);
  input.addEventListener("keydown", (event) => {
    const options = list.querySelectorAll("[role=option]");
    if (event.key === "ArrowDown") active = Math.min(active + 1, options.length - 1);
    else if (event.key === "ArrowUp") active = Math.max(active - 1, 0);
    else if (event.key === "Enter" && options[active]) choose(Number(options[active].dataset.step));
    else if (event.key === "Escape") choose(0);
    else return;
    event.preventDefault();
    mark();
  });
  return { node, focus: () => input.focus() };
}

/** Keep the step and the view in the page's address, so that a link leads to a step. */
function addressBar(step, stage, go) {
  let timer = 0;

  /** The step that the address names, if any; the view it names is shown. */
  function read() {
    const wanted = new URLSearchParams(window.location.hash.slice(1));
    if (wanted.get("view")) stage.choose(wanted.get("view"));
    const k = Number.parseInt(wanted.get("step") ?? "", 10);
    return Number.isFinite(k) ? k : null;
  }

  /** Write step and view into the address, soon: browsers refuse a hundred changes in a few seconds. */
  function write() {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      const hash = `#step=${step()}${stage.standard ? "" : `&view=${stage.name}`}`;
      try {
        if (window.location.hash !== hash) window.history.replaceState(null, "", hash);
      } catch {
        // A page inside a notebook's frame has no address to keep.
      }
    }, 120);
  }

  /** Go where the address now says. */
  function onChange() {
    const k = read();
    if (k !== null && k !== step()) go(k);
  }
  window.addEventListener("hashchange", onChange);
  return {
    read, write,
    stop() {
      window.clearTimeout(timer);
      window.removeEventListener("hashchange", onChange);
    },
  };
}
