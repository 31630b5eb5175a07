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
function themeButton(root, changed) {
  const label = element("span");
  let picked = false;
  const made = button("Colours", () => { picked = true; choose(following()); changed(); }, label);
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
  return {
    node: made,
    choose,
    chosen: () => root.dataset.theme,
    /** Use the scheme of the surroundings, until the reader presses the button. */
    follow(name) { if (!picked) choose(name); },
  };
}

/** The button that goes through the speeds of playing. */
function speedButton() {
  const label = element("span");
  const made = button("Speed", () => choose((at + 1) % SPEEDS.length), label);
  made.classList.add("mgp-speed");
  let at = SPEEDS.indexOf(1);

  /** Use a speed, and say which it is. */
  function choose(next) {
    at = Math.min(Math.max(next, 0), SPEEDS.length - 1);
    label.textContent = `${SPEEDS[at]}×`;
    made.setAttribute("aria-label", `Speed: ${SPEEDS[at]} times (+ and −)`);
    made.title = "How fast to play (+ and −)";
  }
  choose(at);
  return { node: made, get times() { return SPEEDS[at]; }, faster: () => choose(at + 1), slower: () => choose(at - 1) };
}
