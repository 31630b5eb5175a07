// A deck of short films: a step plays, then its last picture stays until a key, a click or a clicker asks for the next.

/** Show the films in `deck.clips` inside `root`: {title, clips: [{name, words, src or data}]}. */
export function showDeck(root, deck) {
  const stage = root.querySelector(".stage");
  const [status, words, help] = ["status", "words", "help"].map((name) => root.querySelector(`.${name}`));
  // Two players: the next film is ready behind the one that is seen, so that nothing flickers in between.
  const players = [...root.querySelectorAll("video")];
  let now = 0;
  let typed = "";
  let front = 0;

  const last = deck.clips.length - 1;
  const steps = deck.clips.filter((clip) => clip.name.startsWith("step-")).length;
  const name = (k) => (k > 0 && k <= steps ? `step ${k} of ${steps}` : deck.clips[k].name);

  /** Where a film is: beside this page, or inside it. */
  function source(k) {
    const clip = deck.clips[k];
    if (!clip.src) {
      const bytes = Uint8Array.from(atob(clip.data), (letter) => letter.charCodeAt(0));
      clip.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
      delete clip.data;
    }
    return clip.src;
  }

  /** Put a film into a player, unless it is there already. */
  function load(player, k) {
    if (player.dataset.clip === String(k)) return;
    player.dataset.clip = String(k);
    player.src = source(k);
    player.load();
  }

  /** Show film `k`: from its start, or its last picture at once; after the last there is none. */
  function go(k, end = false) {
    if (k > last && now === last) return;
    now = Math.min(Math.max(k, 0), last);
    const player = players[1 - front];
    load(player, now);
    const shown = () => {
      if (player !== players[1 - front] || player.dataset.clip !== String(now)) return;
      players[front].pause();
      players[front].classList.remove("front");
      player.classList.add("front");
      front = 1 - front;
      if (now < last) load(players[1 - front], now + 1);
    };
    const start = () => {
      player.currentTime = end ? Math.max(player.duration - 0.001, 0) : 0;
      if (end) player.addEventListener("seeked", shown, { once: true });
      else player.play().then(shown, shown);
    };
    if (player.readyState >= 2) start();
    else player.addEventListener("loadeddata", start, { once: true });
    status.textContent = name(now);
    words.textContent = deck.clips[now].words;
    root.dataset.slide = String(now);
    if (location.hash !== `#${now}`) history.replaceState(null, "", `#${now}`);
  }

  /** The film that is seen: does it still play? */
  function playing() {
    const player = players[front];
    return player.dataset.clip === String(now) && !player.paused && !player.ended;
  }

  const toggle = (element, key) => element.toggleAttribute(key);
  const actions = {
    ArrowRight: () => go(now + 1),
    ArrowDown: () => go(now + 1),
    PageDown: () => go(now + 1),
    " ": () => (playing() ? pause() : resume()),
    ArrowLeft: () => go(now - 1, true),
    ArrowUp: () => go(now - 1, true),
    PageUp: () => go(now - 1, true),
    Backspace: () => go(now - 1, true),
    Home: () => go(0),
    End: () => go(last),
    r: () => go(now),
    f: fullScreen,
    b: () => toggle(root, "data-black"),
    ".": () => toggle(root, "data-black"),
    "?": () => toggle(help, "hidden"),
    Escape: () => help.setAttribute("hidden", ""),
  };

  /** Space in the middle of a step holds it. */
  function pause() {
    players[front].pause();
  }

  /** Space goes on: to the end of a step that was held, or to the next step. */
  function resume() {
    const player = players[front];
    if (player.dataset.clip === String(now) && player.paused && !player.ended && player.currentTime > 0) player.play();
    else go(now + 1);
  }

  function fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen?.().catch(() => {});
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^\d$/.test(event.key)) {
      typed = (typed + event.key).slice(-5);
      status.textContent = `go to ${typed} ⏎`;
      return;
    }
    const number = typed;
    typed = "";
    if (event.key === "Enter") {
      event.preventDefault();
      go(number ? Number(number) : now + 1);
      return;
    }
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (number) status.textContent = name(now);
    if (!action) return;
    event.preventDefault();
    if (root.hasAttribute("data-black") && event.key.toLowerCase() !== "b" && event.key !== ".") {
      toggle(root, "data-black");
    }
    action();
  });
  stage.addEventListener("click", (event) => {
    const back = event.clientX < stage.getBoundingClientRect().left + stage.clientWidth * 0.2;
    go(back ? now - 1 : now + 1, back);
  });
  // A swipe on a touch screen turns the page; a tap is a click.
  let touched = 0;
  stage.addEventListener("touchstart", (event) => (touched = event.touches[0].clientX), { passive: true });
  stage.addEventListener("touchend", (event) => {
    const moved = event.changedTouches[0].clientX - touched;
    if (Math.abs(moved) < 40) return;
    event.preventDefault();
    go(moved < 0 ? now + 1 : now - 1, moved > 0);
  });
  window.addEventListener("hashchange", () => go(Number(location.hash.slice(1)) || 0));
  for (const player of players) {
    player.addEventListener("error", () => {
      if (player.src) status.textContent = "This browser cannot play H.264 video: use the numbered pictures instead.";
    });
  }
  go(Number(location.hash.slice(1)) || 0);
}
