// Part of the player: numbers and formulas written as Python writes them (microgradphys/symbols.py, notation.py, markup.py):
// a formula's forms come with the data, found out by writing them there. `viz/html.py` joins the parts.

/** Undo the last digit where JavaScript rounded a half up and Python rounds to the even digit. */
function evened(text, rest) {
  const last = text.search(/\d(?=e|$)/);
  return /^50*$/.test(rest) && Number(text[last]) % 2 ? text.slice(0, last) + (text[last] - 1) + text.slice(last + 1) : text;
}

/** A number in its decimal text, with four significant digits, and the power of ten it is multiplied by, if any. */
function numberParts(value) {
  if (Number.isNaN(value)) return ["NaN", null];
  if (!Number.isFinite(value)) return [value > 0 ? "∞" : "−∞", null];
  if (value === 0) return ["0", null];
  const long = value.toExponential(100);
  const [mantissa, power] = evened(value.toExponential(3), long.slice(long.indexOf(".") + 4, long.indexOf("e"))).split("e");
  const exponent = Number(power);
  const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text).replace("-", "−");
  if (exponent <= -5 || exponent >= 6) return [trimmed(mantissa), exponent];
  const places = Math.max(3 - exponent, 0);
  const exact = value.toFixed(100);
  return [trimmed(evened(value.toFixed(places), exact.slice(exact.indexOf(".") + 1 + places))), null];
}

/** A number on one line of text. */
function numberText(value) {
  const [mantissa, exponent] = numberParts(value);
  return exponent === null ? mantissa : `${mantissa}×10${raisedText(String(exponent))}`;
}

/** A text written above the line, or null where Unicode lacks a letter. */
function raisedText(text) {
  return [...text].every((letter) => letter in RAISED) ? [...text].map((letter) => RAISED[letter]).join("") : null;
}

/** The shape of a nested list. */
function shapeOf(value) {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

/** A number, or a small array of them, as a part of a formula. */
function numberLeaf(value) {
  if (Array.isArray(value)) return arrayLeaf(value);
  const [mantissa, exponent] = numberParts(value);
  let mathml = mantissa.startsWith("−") ? `<mrow><mo>−</mo><mn>${mantissa.slice(1)}</mn></mrow>` : `<mn>${mantissa}</mn>`;
  if (exponent !== null) {
    mathml = `<mrow>${mathml}<mo>×</mo><msup><mn>10</mn><mn>${String(exponent).replace("-", "−")}</mn></msup></mrow>`;
  }
  const kind = exponent !== null || value < 0 ? "-" : "a";
  return { kind, plain: numberText(value), mathml, number: value };
}

/** An array as a part of a formula: its numbers, or its shape where there are too many. */
function arrayLeaf(value) {
  const shape = shapeOf(value);
  const count = flat(value).length;
  if (shape.length > 2 || count > 12 || count === 0) {
    const text = `array ${shape.join("×")}`;
    return { kind: "r", plain: text, mathml: `<mtext>${text}</mtext>`, number: value };
  }
  const line = (row) => `[${row.map(numberText).join(", ")}]`;
  const text = shape.length === 2 ? `[${value.map(line).join(", ")}]` : line(value);
  const rows = (shape.length === 2 ? value : value.map((one) => [one])).map((row) =>
    `<mtr>${row.map((one) => `<mtd>${numberLeaf(one).mathml}</mtd>`).join("")}</mtr>`);
  return { kind: "a", plain: text, mathml: `<mrow><mo>(</mo><mtable>${rows.join("")}</mtable><mo>)</mo></mrow>`, number: value };
}

/** An array of equal numbers as that number. */
function alike(value) {
  const all = flat(value);
  return all.every((number) => number === all[0]) ? all[0] : value;
}

/** What stays of a product once its factors 1 are left out. */
function withoutOnes(form, parts) {
  const kept = parts.filter((part) => part.number !== 1);
  return kept.length > 1 ? { form, parts: kept } : kept[0] ?? numberLeaf(1);
}

/**
 * Turn a tree of a recipe (microgradphys/recipes.py) into a formula: leaves, and forms with their parts.
 * @param {Array} tree
 * @param {{forms: object[], leaf: function(Array, boolean): object, slot: function(number): any}} context what the leaves are.
 * @param {boolean} numbers whether operands are written as numbers, and products with ×.
 */
function formulaOf(tree, context, numbers) {
  const [code, which, ...rest] = tree;
  if (code === "t") return which;
  if (code === "k") return numberLeaf(Array.isArray(which) ? shaped(flat(which), shapeOf(which)) : Number(which));
  if (code === "S") return numberLeaf(context.slot(which));
  if (code === "s") return numberLeaf(alike(context.slot(which)));
  if (code === "?") {
    const choice = alike(context.slot(which));
    const branches = rest.slice(1).map((branch) => formulaOf(branch, context, numbers));
    if (!Array.isArray(choice)) return branches[choice !== 0 ? 0 : 1];
    return { form: context.forms[rest[0]], parts: [numberLeaf(choice), ...branches] };
  }
  if (!"f*^P".includes(code)) return context.leaf(tree, numbers);
  const form = context.forms[numbers ? context.forms[which].times ?? which : which];
  const parts = rest.map((part) => formulaOf(part, context, numbers));
  if (code === "*") return withoutOnes(form, parts);
  if (code === "^" && parts[1].number === 1) return parts[0];
  if (code === "P") return { form, parts: [parts[0], ...termsOf(parts[1], form.sign)] };
  return { form, parts };
}

/** What a formula joins by a sign, or the formula itself; a label that is such a product stays as it is written. */
function termsOf(formula, sign) {
  if (formula.form?.sign === sign) return formula.parts;
  if (formula.sign !== sign) return [formula];
  return [{ ...formula, kind: "a", mathml: formula.mathml.replace(/^<mrow>(.*)<\/mrow>$/s, "$1") }];
}

/** Write the parts of a formula in one notation, in parentheses where its form asks for them. */
function writtenParts({ form, parts }, notation) {
  const { fenced } = form[notation];
  return parts.map((part, k) => {
    const text = written(part, notation);
    const fences = fenced[placeIn(form, k)].includes(bindingOf(part)) ? FENCES[notation] : ["", ""];
    if (form.raised && k === 1 && notation === "plain") return raisedText(text) ?? `^${fences[0]}${text}${fences[1]}`;
    return fences[0] + text + fences[1];
  });
}

/** On what the parentheses around a part depend: "s" is a product that begins with a sign (microgradphys/forms.py). */
function bindingOf(part) {
  const { kind } = part.form ?? part;
  return kind === "*" && part.parts && "-s".includes(bindingOf(part.parts[0])) ? "s" : kind;
}

/** Which of a form's places a part has: all terms after the first are alike. */
function placeIn(form, k) {
  return form.sign === undefined ? k : Math.min(k, 1);
}

/** Write a formula in one notation. */
function written(formula, notation) {
  const { form } = formula;
  if (!form) return formula[notation];
  const { pieces } = form[notation];
  const texts = writtenParts(formula, notation);
  if (form.raised && notation === "plain") return texts.join("");
  const between = (k) => (k === texts.length ? pieces.at(-1) : pieces[placeIn(form, k)]);
  return texts.reduce((whole, text, k) => whole + text + between(k + 1), pieces[0]);
}

/** Write a formula in the notations that the page shows. */
function inBoth(formula) {
  return { plain: written(formula, "plain"), mathml: written(formula, "mathml") };
}
