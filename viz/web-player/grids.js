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

/** Write the tints of the number or the array that a mark shows, as `viz/grids.py` does. */
function codeOf({ shape, rows, columns, peak }, number) {
  const all = flat(number);
  const [down, across] = shape ?? [1, 1];
  const letter = (value) => {
    if (!Number.isFinite(value)) return LETTERS.at(-1);
    return LETTERS[arithmetic.rint(Math.min(Math.max(value / peak, -1), 1) * STRONGEST) + STRONGEST];
  };
  const starts = (count, size) => Array.from({ length: count + 1 }, (_, k) => Math.floor((k * size) / count));
  const [tops, lefts] = [starts(rows ?? 1, down), starts(columns ?? 1, across)];
  const largest = (row, column) => {
    let found = 0;
    for (let i = tops[row]; i < tops[row + 1]; i += 1) {
      for (let j = lefts[column]; j < lefts[column + 1]; j += 1) {
        const value = all[i * across + j];
        if (!(Math.abs(value) <= Math.abs(found))) found = value;
      }
    }
    return letter(found);
  };
  return tops.slice(1).flatMap((_, row) => lefts.slice(1).map((__, column) => largest(row, column))).join("");
}

/** What paints a drawn mark. */
function paintOf(thing) {
  return thing.tagName === "g" ? heatMap(thing) : edge(thing);
}

/** The heat maps and edges of a picture, each with its history; before the first change they are as at `first`. */
function tinted(paints, { tints, firstTints = [] }) {
  const histories = new Map([...paints.keys()].map((id) => [id, []]));
  for (const [id, code] of firstTints) histories.get(id)?.push({ move: -1, code });
  tints.forEach((list, move) => {
    for (const [id, code] of list) histories.get(id)?.push({ move, code });
  });
  return [...histories].map(([id, history]) => {
    const paint = paints.get(id);
    let now;
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
