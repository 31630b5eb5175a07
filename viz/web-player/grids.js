// Part of the player: heat maps and edges whose colour follows a number. `viz/grids.py` writes the codes.

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";
const STRONGEST = 31;
const WIDEST = 7;

/** Read a letter of a code: the class of its sign, and its strength from 0 to 1. */
function tint(letter) {
  const place = LETTERS.indexOf(letter);
  if (place === LETTERS.length - 1) return ["trouble", 1];
  return [place < STRONGEST ? "minus" : "plus", Math.abs(place - STRONGEST) / STRONGEST];
}

/** The heat maps and edges of a picture that change, each with its history; before the first change they stay. */
function tinted(things, tints) {
  const histories = new Map();
  tints.forEach((list, move) => {
    for (const [id, code] of list) {
      if (!things.has(id)) continue;
      if (!histories.has(id)) histories.set(id, []);
      histories.get(id).push({ move, code });
    }
  });
  return [...histories].map(([id, history]) => {
    const thing = things.get(id);
    const paint = thing.tagName === "g" ? heatMap(thing) : edge(thing);
    let now = null;
    return {
      /** Paint what is known after `stop` moves. */
      show(stop) {
        const entry = latest(history, stop);
        if (entry === now) return;
        now = entry;
        paint(entry && entry.code);
      },
    };
  });
}

/** What paints a heat map; without a code, as it was at first. */
function heatMap(group) {
  const frame = group.querySelector("rect");
  const before = [...group.querySelectorAll("path")];
  const unknown = frame.getAttribute("class");
  const [left, top, across, down] = ["x", "y", "width", "height"].map((name) => Number(frame.getAttribute(name)));
  const [rows, columns] = group.dataset.cells.split(" ").map(Number);
  const [width, height] = [across / columns, down / rows];
  const gap = Math.min(width, height) >= 7 ? 1 : 0;
  return (code) => {
    frame.setAttribute("class", code ? "cells" : unknown);
    if (!code) return group.replaceChildren(frame, ...before);
    const ways = new Map();
    [...code].forEach((letter, k) => {
      const [x, y] = [left + (k % columns) * width + gap / 2, top + Math.floor(k / columns) * height + gap / 2];
      const square = `M${x},${y}h${width - gap}v${height - gap}h${gap - width}z`;
      ways.set(letter, (ways.get(letter) ?? "") + square);
    });
    group.replaceChildren(frame, ...[...ways].map(([letter, d]) => {
      const [sign, strength] = tint(letter);
      return drawn("path", { class: `cell ${sign}`, "fill-opacity": strength, d });
    }));
  };
}

/** What paints an edge. */
function edge(path) {
  const before = [...path.classList].filter((name) => name !== "lit");
  const bare = before.filter((name) => !/^(plus|minus|trouble|w\d)$/.test(name));
  return (code) => {
    const lit = path.classList.contains("lit") ? ["lit"] : [];
    const [sign, strength] = code ? tint(code) : [];
    const shown = code ? [...bare, sign, `w${Math.round(strength * WIDEST)}`] : before;
    path.setAttribute("class", [...shown, ...lit].join(" "));
  };
}
