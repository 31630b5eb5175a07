// Search in all lessons and in the glossary: every word must be there, titles count most. Nothing leaves the page.
"use strict";

const field = document.getElementById("search");
const list = document.getElementById("found");
const status_ = document.getElementById("count");
const fold = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
const ready = PAGES.map((page) => ({ ...page, title_: fold(page.title), text_: fold(page.text) }));

function score(page, words) {
  let sum = 0;
  for (const word of words) {
    const inText = page.text_.split(word).length - 1;
    const inTitle = page.title_.includes(word) ? 20 : 0;
    if (!inText && !inTitle) return 0;
    sum += inTitle + Math.min(inText, 10);
  }
  return sum;
}

function excerpt(page, words) {
  const at = Math.max(0, page.text_.indexOf(words[0]));
  const start = Math.max(0, page.text.lastIndexOf(" ", Math.max(0, at - 60)));
  const end = Math.min(page.text.length, at + 140);
  const element = document.createElement("div");
  element.append(start > 0 ? "… " : "");
  const piece = page.text.slice(start, end);
  const where = fold(piece).indexOf(words[0]);
  if (where < 0 || fold(piece).length !== piece.length) {
    element.append(piece);
  } else {
    const mark = document.createElement("mark");
    mark.textContent = piece.slice(where, where + words[0].length);
    element.append(piece.slice(0, where), mark, piece.slice(where + words[0].length));
  }
  element.append(end < page.text.length ? " …" : "");
  return element;
}

function search() {
  const words = fold(field.value).split(/\s+/).filter(Boolean);
  list.replaceChildren();
  status_.textContent = "";
  if (!words.length) return;
  const found = ready.map((page) => [score(page, words), page]).filter(([points]) => points > 0);
  found.sort(([a], [b]) => b - a);
  for (const [, page] of found.slice(0, 20)) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = page.address;
    link.textContent = page.title;
    item.append(link, excerpt(page, words));
    list.append(item);
  }
  status_.textContent = found.length ? `${found.length} found` : "nothing found";
}

field.addEventListener("input", search);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== field) {
    event.preventDefault();
    field.focus();
  }
});
search();
