// Part of the player: the page's address, which leads to a step, and the button that copies it. `viz/html.py` joins the parts.

// A longer list of changed numbers does not belong into a link.
const LONGEST_LINK = 600;

/**
 * Keep step, view, colours and changed numbers in the page's address, so that a link leads there.
 * @param {{step: function(): number, stage: object, go: function, theme: object, numbers: object}} player what it reads and sets.
 */
function addressBar({ step, stage, go, theme, numbers }) {
  let timer = 0;

  /** The step that the address names, if any; the view, the colours and the numbers it names are used. */
  function read() {
    const wanted = new URLSearchParams(window.location.hash.slice(1));
    if (wanted.get("view")) stage.choose(wanted.get("view"));
    if (wanted.get("theme") in THEMES) theme.choose(wanted.get("theme"));
    if (wanted.has("set")) numbers.read(wanted.get("set"));
    const k = Number.parseInt(wanted.get("step") ?? "", 10);
    return Number.isFinite(k) ? k : null;
  }

  /** The part of the address that leads here. */
  function hash() {
    const set = numbers.written();
    const parts = [`step=${step()}`];
    if (!stage.standard) parts.push(`view=${stage.name}`);
    if (theme.chosen()) parts.push(`theme=${theme.chosen()}`);
    if (set && set.length <= LONGEST_LINK) parts.push(`set=${set}`);
    return `#${parts.join("&")}`;
  }

  /** Write it into the address. */
  function writeNow() {
    window.clearTimeout(timer);
    try {
      if (window.location.hash !== hash()) window.history.replaceState(null, "", hash());
    } catch {
      // A page inside a notebook's frame has no address to keep.
    }
  }

  /** Write it soon: browsers refuse a hundred changes in a few seconds. */
  function write() {
    window.clearTimeout(timer);
    timer = window.setTimeout(writeNow, 120);
  }

  /** Go where the address now says. */
  function onChange() {
    const k = read();
    if (k !== null && k !== step()) go(k);
  }
  window.addEventListener("hashchange", onChange);
  return {
    read, write, writeNow,
    stop() {
      window.clearTimeout(timer);
      window.removeEventListener("hashchange", onChange);
    },
  };
}

/** The button that copies the address of this step, and says whether it could. */
function linkButton(address, say) {
  const label = element("span", {}, "Copy link");
  const made = button("Copy a link to this step", copy, label);
  made.classList.add("mgp-link");

  /** Copy the address; where the clipboard is refused, say where the link is. */
  async function copy() {
    address.writeNow();
    try {
      await navigator.clipboard.writeText(window.location.href);
      tell("Copied", "A link to this step is in the clipboard.");
    } catch {
      tell("In the address bar", "The clipboard is refused here; the link to this step is in the address bar.");
    }
  }

  /** Say it on the button for a while, and to screen readers. */
  function tell(short, long) {
    label.textContent = short;
    made.title = long;
    say(long);
    window.setTimeout(() => {
      label.textContent = "Copy link";
      made.title = "Copy a link to this step";
    }, 4000);
  }
  return made;
}
