/** The quiz page: asks, compares with the numbers that Python computed, and names the mistake. */

const data = JSON.parse(document.getElementById("data").textContent);
const part = (id) => document.getElementById(id);
const svg = document.querySelector(".mgp-picture svg");
const FUNCTIONS = {
  sqrt: Math.sqrt, exp: Math.exp, tanh: Math.tanh, sin: Math.sin, cos: Math.cos, ln: Math.log, log: Math.log,
  abs: Math.abs, sigmoid: (a) => 1 / (1 + Math.exp(-a)), "σ": (a) => 1 / (1 + Math.exp(-a)),
  relu: (a) => Math.max(a, 0), "√": Math.sqrt,
};
const CONSTANTS = { pi: Math.PI, "π": Math.PI, e: Math.E, inf: Infinity, "∞": Infinity, nan: NaN };
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻";
const READ = /\s*(?:((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|([⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+)|([a-zσπ]+)|(\*\*|[-+*/^()√∞]))/iy;
let position = 0;
let secret = null;
let tries = 0;
let hints = 0;
let clean = 0;
let right = 0;
let done = false;

/** Read what was typed: its value and, of a plain decimal, its digits and half of its last place. */
export function read(text) {
  let plain = text.trim().split(/[=≈~]/).at(-1).trim();
  const share = plain.endsWith("%") ? 0.01 : 1;
  plain = plain.replace(/%$/, "").trimEnd();
  if (/^[+-]?\d{1,3}(,\d{3})+\.\d*$/.test(plain)) plain = plain.replace(/,/g, "");
  plain = plain.replace(/[−–]/g, "-").replace(/[×·∙]/g, "*").replace(/[÷:⁄]/g, "/").replace(/,/g, ".");
  const found = /^[+-]?(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i.exec(plain);
  if (found && (found[1] || found[2])) {
    const [whole, part] = [found[1] || "", found[2] || ""];
    let digits = (whole + part).replace(/^0+/, "").length;
    let last = Number(found[3] || 0) - part.length;
    if (!part && digits > data.digits) {
      // Of 12300, the zeros only say how large it is.
      const zeros = Math.min(/0*$/.exec(whole)[0].length, digits - data.digits);
      [digits, last] = [digits - zeros, last + zeros];
    }
    return { value: Number(plain) * share, digits, half: share * 0.5 * 10 ** last };
  }
  const product = plain.replace(/(?<=[\d).])\s*x\s*(?=[\d(.√])|(?<=[\d)])\s*(?=\()/g, "*");
  // 0x10 is no 0 × 10.
  const value = /(?<![\d.])0[xob]/i.test(plain) ? null : computed(product);
  return { value: value === null ? null : value * share, digits: null, half: 0, names: namesIn(plain) };
}

/** The names in an answer, which are to be replaced by numbers; none if it is mere words. */
function namesIn(plain) {
  const known = (word) => Object.hasOwn(CONSTANTS, word) || Object.hasOwn(FUNCTIONS, word);
  const words = [...new Set(plain.match(/\p{L}+/gu) ?? [])].filter((word) => !known(word));
  return /[-+*/^()√]|\d/.test(plain) && words.every((word) => word.length <= 12) ? words : [];
}

/** Compute arithmetic by recursive descent; null if it is none. */
function computed(text) {
  const tokens = [];
  READ.lastIndex = 0;
  while (READ.lastIndex < text.trimEnd().length) {
    const found = READ.exec(text);
    if (!found) return null;
    if (found[1]) tokens.push(Number(found[1]));
    else if (found[2]) {
      const exponent = [...found[2]].map((c) => "0123456789+-"[RAISED.indexOf(c)]).join("");
      tokens.push("^", "(", ...(/^[+-]/.test(exponent) ? [exponent[0], Number(exponent.slice(1))] : [Number(exponent)]), ")");
    } else tokens.push(found[3] ? found[3] : found[4] === "**" ? "^" : found[4]);
  }
  let at = 0;
  const next = () => tokens[at];
  function sum() {
    let value = term();
    while (next() === "+" || next() === "-") value = tokens[at++] === "+" ? value + term() : value - term();
    return value;
  }
  function term() {
    let value = signed();
    while (next() === "*" || next() === "/") value = tokens[at++] === "*" ? value * signed() : value / signed();
    return value;
  }
  function signed() {
    if (next() === "-") { at += 1; return -signed(); }
    if (next() === "+") { at += 1; return signed(); }
    return power();
  }
  function power() {
    const base = atom();
    if (next() !== "^") return base;
    at += 1;
    return base ** signed();
  }
  function atom() {
    const token = tokens[at++];
    if (typeof token === "number") return token;
    if (token === "(") {
      const value = sum();
      if (tokens[at++] !== ")") throw new SyntaxError("a parenthesis is open");
      return value;
    }
    if (Object.hasOwn(CONSTANTS, token)) return CONSTANTS[token];
    if (Object.hasOwn(FUNCTIONS, token) && (token === "√" || next() === "(")) return FUNCTIONS[token](atom());
    throw new SyntaxError("not arithmetic");
  }
  try {
    const value = sum();
    return at === tokens.length && tokens.length ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

/** Whether an answer is a number, as viz/teaching/typed.py says it. */
function fits(answer, number, scale = 0) {
  const away = Math.abs(answer.value - number);
  const rounded = answer.digits !== null && answer.digits >= data.digits && away <= answer.half * (1 + 1e-9);
  return rounded || away <= Math.max(data.tolerance * Math.abs(number), 1e-12 * scale);
}

/** Compare, and say what is wrong. */
function judged(text) {
  const answer = read(text);
  if (!text.trim() || answer.value === null) {
    const names = (answer.names ?? []).slice(0, 4).join(", ");
    const what = names ? `Put numbers in the place of ${names}` : "That is not a number or arithmetic";
    return ["unread", `${what}; type it as 0.25, 1/4 or 0.5·(1 − 0.5).`];
  }
  if (fits(answer, secret.answer, secret.scale) || fits(answer, secret.shown)) return ["right", secret.right];
  const found = secret.mistakes.filter(([number]) => fits(answer, number)).map(([, sentence]) => sentence);
  if (found.length && found.length <= data.most) return ["wrong", `Not quite. ${found.join(" Or: ")}`];
  const away = Math.abs(answer.value - secret.answer);
  if (answer.digits !== null && answer.digits < data.digits && answer.value && away <= answer.half * (1 + 1e-9)) {
    return ["wrong", "Rounded too coarsely: give three digits or more."];
  }
  if (away <= data.close * Math.abs(secret.answer)) {
    return ["wrong", "Close, but not within 0.1 %: keep four digits on the way."];
  }
  return ["wrong", "Not right. Try again, or ask for a hint."];
}

/** Write texts on the picture. */
function write(texts) {
  for (const [id, content, state, size] of texts) {
    const text = svg?.querySelector(`text[data-id="${CSS.escape(id)}"]`);
    if (!text) continue;
    text.textContent = content;
    text.setAttribute("class", state);
    text.setAttribute("font-size", size);
  }
}

/** Say something below the form. */
function say(outcome, words) {
  part("verdict").dataset.outcome = outcome;
  part("verdict").textContent = words;
}

/** Show the present question, or the score. */
function ask(focus) {
  const question = data.questions[position];
  const over = !question;
  for (const element of svg?.querySelectorAll(".lit") ?? []) element.classList.remove("lit");
  part("form").hidden = part("help").hidden = over;
  part("formula").innerHTML = over ? "" : question.formula;
  part("given").innerHTML = over ? "" : ["Given:", ...question.given].map((line) => `<span>${line}</span>`).join(" ");
  say("", "");
  if (over) {
    part("progress").textContent = "Done";
    part("words").textContent = `${right} of ${data.questions.length} right, ${clean} of them at the first try and without a hint.`;
  } else {
    const bytes = Uint8Array.from(atob(question.secret), (c) => c.charCodeAt(0));
    secret = JSON.parse(new TextDecoder().decode(bytes));
    [tries, hints, done] = [0, 0, false];
    part("progress").textContent = `Question ${position + 1} of ${data.questions.length}`;
    part("words").textContent = question.words;
    for (const id of question.lit) svg?.querySelector(`[data-id="${CSS.escape(id)}"]`)?.classList.add("lit");
    part("answer").value = "";
    part("answer").readOnly = false;
    for (const id of ["check", "hint", "reveal", "skip"]) part(id).hidden = false;
    part("next").hidden = true;
  }
  if (focus) part(over ? "words" : "answer").focus();
}

/** End a question: the number appears on the picture. */
function end(outcome, words) {
  done = true;
  write(secret.texts);
  say(outcome, words);
  part("answer").readOnly = true;
  for (const id of ["check", "hint", "reveal", "skip"]) part(id).hidden = true;
  part("next").hidden = false;
  part("next").focus();
}

/** Check what was typed. No form is sent: a notebook's frame forbids that. */
function check() {
  if (done) return;
  const [outcome, words] = judged(part("answer").value);
  if (outcome === "right") {
    right += 1;
    clean += tries === 0 && hints === 0 ? 1 : 0;
    end("right", words);
  } else {
    tries += outcome === "wrong" ? 1 : 0;
    say(outcome, words);
    part("answer").select();
  }
}

part("check").addEventListener("click", check);
part("answer").addEventListener("keydown", (event) => {
  // Enter may end the composition of a letter instead.
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  check();
});
part("hint").addEventListener("click", () => {
  const lines = data.questions[position].hints;
  say("hint", hints < lines.length ? lines[hints] : "There are no more hints; reveal it?");
  hints += 1;
  part("answer").focus();
});
part("reveal").addEventListener("click", () => end("revealed", secret.solution));
part("skip").addEventListener("click", () => end("skipped", secret.skipped));
part("next").addEventListener("click", () => { position += 1; ask(true); });
ask(false);
