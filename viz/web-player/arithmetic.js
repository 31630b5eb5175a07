// Part of the player: what JavaScript's Math lacks, with the meaning numpy has, and tapes. `viz/html.py` joins the parts.

const arithmetic = {
  /** The larger number, or nan if either is. */
  larger: (a, b) => (a >= b || a !== a ? a : b),
  /** The smaller number, or nan if either is. */
  smaller: (a, b) => (a <= b || a !== a ? a : b),
  /** The whole number nearest to a; of two, the even one. */
  rint(a) {
    const low = Math.floor(a);
    if (!Number.isFinite(a) || a - low !== 0.5) return Math.round(a);
    return low % 2 === 0 ? low : low + 1;
  },
  /** a rounded to some decimals, as numpy does it. */
  round: (a, decimals = 0) => arithmetic.rint(a * 10 ** decimals) / 10 ** decimals,
  /** a to the power of b; 1 to any power is 1, and so is −1 to an infinite one. */
  power: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),
  /** a modulo b, with the sign of b. */
  remainder(a, b) {
    const rest = a % b;
    if (rest !== 0) return (rest < 0) === (b < 0) ? rest : rest + b;
    return b === 0 || rest !== rest ? NaN : b < 0 ? -0 : 0;
  },
  /** The largest whole number that is not more than a / b. */
  floorDivide(a, b) {
    if (b === 0 || !Number.isFinite(a)) return a / b === a / b && b === 0 ? a / b : NaN;
    if (!Number.isFinite(b) && b === b) return a === 0 || a < 0 === b < 0 ? 0 : -1;
    const quotient = (a - arithmetic.remainder(a, b)) / b;
    return Number.isFinite(quotient) ? Math.round(quotient) : Math.floor(a / b);
  },
  /** The error function: its power series where that converges fast, else from its complement. */
  erf(a) {
    if (Math.abs(a) > 2) return Math.sign(a) * (1 - arithmetic.erfc(Math.abs(a)));
    let [term, sum] = [a, a];
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) {
      term *= (-a * a) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  },
  /** 1 − erf(a), by Laplace's continued fraction where the difference would lose digits. */
  erfc(a) {
    if (a !== a || a <= 2) return a < -2 ? 2 - arithmetic.erfc(-a) : 1 - arithmetic.erf(a);
    let fraction = 0;
    for (let n = 120; n > 0; n -= 1) fraction = n / 2 / (a + fraction);
    return Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction);
  },
};

/** Run a tape: each operation reads earlier numbers, or numbers written as text, and adds one. */
function run(code, numbers) {
  const read = (place) => (typeof place === "string" ? Number(place) : numbers[place]);
  for (const [operation, a, b, c] of code) numbers.push(OPERATIONS[operation](read(a), read(b), read(c)));
  return (places) => places.map(read);
}

/** The numbers of a nested list, one after the other; "NaN" and its like become numbers. */
function flat(value) {
  return Array.isArray(value) ? value.flatMap(flat) : [Number(value)];
}

/** Numbers as nested lists of a shape. */
function shaped(numbers, shape) {
  if (!shape.length) return numbers[0];
  const part = numbers.length / shape[0];
  return Array.from({ length: shape[0] }, (_, k) => shaped(numbers.slice(k * part, (k + 1) * part), shape.slice(1)));
}
