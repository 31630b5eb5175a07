# %% [markdown]
# # The perceptron: learning from mistakes
#
# In 1958 Frank Rosenblatt let a machine learn to tell two kinds of pictures apart. Its neuron fires or does not fire:
# the threshold unit of decks B and E,
#
# y(x) = 1 if w · x + b is above 0, and 0 else.
#
# The rule for learning needs no derivative. Look at one example after the other. If the answer is right, do nothing. If
# it is wrong, add the example to the weights, or subtract it: w ← w + η t x, with the target t = ±1 (deck E,
# "Perceptron algorithm"). When does that end?
"""The perceptron: Rosenblatt's rule on separable data and on XOR, and what a unit does at its threshold."""

# %% The threshold unit. x* = (1, x₁, x₂), so that the bias is the weight w₀.
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import microgradphys as mgp
import viz
from lessons.elsewhere import scikit_learn
from lessons.report import Report, lesson
from microgradphys import Value, relu

# What the unit answers where w · x* is exactly 0. Deck B fires above 0 only, deck E at 0, too; scikit-learn calls 0 a
# mistake whatever the target is.
AT_ZERO = {"deck B, w · x + b > 0": -1, "deck E, w · x + b ≥ 0": 1, "scikit-learn, 0 is a mistake": 0}


def answer(w: np.ndarray, x: np.ndarray, at_zero: int = 1) -> int:
    """Return 1 or −1, and `at_zero` where w · x* = 0.

    >>> answer(np.array([-1.0, 1.0, 1.0]), np.array([1.0, 0.0, 1.0]), at_zero=-1)
    -1
    """
    return int(np.sign(w @ x)) or at_zero


# %% Rosenblatt's rule, until an epoch passes without a mistake.
@dataclass(frozen=True)
class Course:
    """What happened.

    weights: before each update and after the last. examples: the one that each update was made for. epochs: how many.
    ended: whether the last epoch passed without a mistake.
    """

    weights: np.ndarray
    examples: list[int]
    epochs: int
    ended: bool


def learn(x: np.ndarray, t: np.ndarray, *, epochs: int = 100, at_zero: int = 1) -> Course:
    """Learn from mistakes, one example after the other, from w = 0, with η = 1.

    F. Rosenblatt, "The perceptron", Psychological Review 65 (1958) 386.

    Args:
        x: inputs x*, shape (n, d + 1), the first column 1.
        t: targets, 1 or −1, shape (n,).
        epochs: how often all examples are looked at, at most.
        at_zero: what the unit answers at its threshold.
    """
    path, examples = [np.zeros(x.shape[1])], []
    for epoch in range(1, epochs + 1):
        before = len(examples)
        for i in range(len(x)):
            if answer(path[-1], x[i], at_zero) != t[i]:
                path.append(path[-1] + t[i] * x[i])
                examples.append(i)
        if len(examples) == before:
            return Course(np.array(path), examples, epoch, ended=True)
    return Course(np.array(path), examples, epochs, ended=False)


# %% Data that a line separates, with room on both sides of it; and XOR, which no line separates.
TRUE = np.array([-3.0, 1.0, 1.0])


def separable(count: int = 40, margin: float = 0.4) -> tuple[np.ndarray, np.ndarray]:
    """Return x*, shape (n, 3), and t, shape (n,); no point is nearer than `margin` to the line TRUE · x* = 0."""
    random = np.random.default_rng(7)
    x = np.column_stack([np.ones(10 * count), random.uniform(0, 3, (10 * count, 2))])
    distance = x @ TRUE / np.linalg.norm(TRUE[1:])
    x = x[np.abs(distance) > margin][:count]
    return x, np.sign(x @ TRUE)


SQUARE = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
GATES = {"AND": np.array([-1, -1, -1, 1]), "OR": np.array([-1, 1, 1, 1]), "XOR": np.array([-1, 1, 1, -1])}


# %% Why it must end: let u of length 1 separate the data, t u · x* ≥ γ for all of them, and let no x* be longer than R.
def novikoff(x: np.ndarray, t: np.ndarray, w: np.ndarray = TRUE) -> tuple[float, float]:
    """Return R and γ. Each update adds at least γ to u · w and at most R² to |w|², so after k of them kγ ≤ |w| ≤ R√k.

    A. B. J. Novikoff, "On convergence proofs on perceptrons", Proc. Symp. Math. Theory of Automata 12 (1962) 615.

    Args:
        x: inputs x*.
        t: targets.
        w: weights that separate them.
    """
    return float(np.linalg.norm(x, axis=1).max()), float((t * (x @ w)).min() / np.linalg.norm(w))


def cycle(course: Course) -> tuple[int, int] | None:
    """Find two updates with the same weights at the same example, after which all repeats; None if there are none."""
    seen: dict[tuple, int] = {}
    for k, example in enumerate(course.examples):
        first = seen.setdefault((example, *course.weights[k]), k)
        if first != k:
            return first, k
    return None


# %% [markdown]
# ## What to notice
#
# - At the threshold the decks disagree, and it matters: with w = (−1, 1, 1) the unit is an AND if it fires above 0, and
#   an OR if it fires at 0. From w = 0 even the first update depends on it. That learning ends does not.
# - kγ ≤ R√k cannot hold for ever: there are at most (R/γ)² updates. The bound knows nothing of the dimension.
# - The last line separates the examples, and is satisfied with that: it may pass very close to one. The rule stops at
#   the first line that makes no mistake.
# - On XOR the weights come back to where they were, and everything repeats. No weights can be right: (w₀ + w₁) + (w₀ +
#   w₂) would have to be above 0 and w₀ + (w₀ + w₁ + w₂) below, and they are the same number.
# - The rule is gradient descent after all, on the cost max(0, −t w · x*). Its slope at 0 is 0 in the engine, so from w
#   = 0 it would never start.
#
# ## Exercises
#
# 1. `perceptron_update(w, x, t)`: one step of Rosenblatt's rule.
# 2. `gate_weights(name)`: weights for AND, OR and NAND with no input at the threshold.
# 3. `xor_by_hand(x_1, x_2)`: XOR from three threshold units, two of which feed the third.
# 4. How does the number of updates grow when `margin` shrinks? Compare with the bound.


# %% The lesson: run, draw, compare.
@lesson
def run(report: Report) -> None:
    """Stand at the threshold, learn what can be separated, and fail on XOR."""
    threshold(report)
    converge(report)
    never(report)
    cost = rosenblatts_cost()
    report.say(viz.explain(cost, "w_1"))
    report.page("steps", cost, title="Rosenblatt's rule as a gradient", learning_rate=1.0)


def threshold(report: Report) -> None:
    """Show that one unit is AND or OR, by what it does at 0."""
    w = np.array([-1.0, 1.0, 1.0])
    answers = {name: [answer(w, x, at_zero) for x in SQUARE] for name, at_zero in AT_ZERO.items() if at_zero}
    rows = [(name, *(str(int(y > 0)) for y in row)) for name, row in answers.items()]
    report.table(("w = (−1, 1, 1)", "0 0", "0 1", "1 0", "1 1"), rows)
    for gate, (name, row) in zip(("AND", "OR"), answers.items(), strict=True):
        report.compare(f"fires, {name}", row, GATES[gate], gate, within=0)


def converge(report: Report) -> None:
    """Learn separable data under every convention, and compare with scikit-learn, the bound and the engine."""
    x, t = separable()
    courses = {name: learn(x, t, at_zero=at_zero) for name, at_zero in AT_ZERO.items()}
    radius, gamma = novikoff(x, t)
    bound = (radius / gamma) ** 2
    report.table(("at the threshold", "updates", "epochs", "bound"), [
        (name, str(len(course.examples)), str(course.epochs), f"{bound:.0f}") for name, course in courses.items()
    ])  # fmt: skip
    report.number("updates", {name: len(course.examples) for name, course in courses.items()})
    report.number("bound", bound)
    most = max(len(course.examples) for course in courses.values())
    report.compare("updates beyond the bound", max(0.0, most - bound), 0, "Novikoff 1962", within=0)
    left = [np.sum(np.sign(x @ course.weights[-1]) != t) for course in courses.values()]
    report.compare("mistakes left", left, np.zeros(3), "separable data", within=0)
    plain = courses["scikit-learn, 0 is a mistake"]
    known = scikit_learn("linear_model").Perceptron(shuffle=False, tol=None, max_iter=plain.epochs).fit(x[:, 1:], t)
    report.compare("w", plain.weights[-1], [*known.intercept_, *known.coef_[0]], "scikit-learn", within=1e-12)
    slope = mgp.grad(lambda w, x, t: relu(-t * (w @ x)))
    steps = [-slope(plain.weights[k], x[i], t[i]) for k, i in enumerate(plain.examples) if k]
    report.compare("updates by the engine", steps, np.diff(plain.weights, axis=0)[1:], "t x*", within=1e-12)
    course = courses["deck E, w · x + b ≥ 0"]
    draw_course(report, course, x, t)
    draw_proof(report, course, radius, gamma)


def firing(w: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Compute w · x* for points (n, 2), with 0 on the side that fires."""
    return w[0] + points @ w[1:] + 1e-12


def draw_course(report: Report, course: Course, x: np.ndarray, t: np.ndarray) -> None:
    """Draw the last line, and film all of them."""
    report.figure("separated", viz.plots.decision_boundary(
        lambda points: firing(course.weights[-1], points), x[:, 1:], t.astype(int), threshold=0,
        title=f"After {len(course.examples)} mistakes there is none left",
    ))  # fmt: skip
    report.video("separable", lambda target: viz.plots.decision_boundary_film(
        firing, course.weights, x[:, 1:], t.astype(int), target, step="update", rate=2, threshold=0,
        quality=report.quality,
    ))  # fmt: skip


def draw_proof(report: Report, course: Course, radius: float, gamma: float) -> None:
    """Draw |w| between its two bounds."""
    k = np.arange(1, len(course.weights))
    until = np.arange(1, 2 * (radius / gamma) ** 2)
    report.figure("bounds", viz.plots.lines(
        {
            "|w|": (k, np.linalg.norm(course.weights[1:], axis=1)),
            "u · w": (k, course.weights[1:] @ TRUE / np.linalg.norm(TRUE)),
            "at least kγ": (until, gamma * until),
            "at most R√k": (until, radius * np.sqrt(until)),
        },
        names=("updates k", "length"), log=(True, True),
        title=f"No room is left beyond (R/γ)² = {(radius / gamma) ** 2:.0f} updates",
    ))  # fmt: skip


def never(report: Report) -> None:
    """Learn AND and OR, and go round in circles on XOR."""
    courses = {gate: learn(SQUARE, t) for gate, t in GATES.items()}
    for gate, course in courses.items():
        report.number(gate, {"ended": course.ended, "updates": len(course.examples)})
    xor = courses["XOR"]
    found = cycle(xor)
    assert found is not None
    first, again = found
    report.number("XOR repeats", {"from update": first, "at update": again})
    report.say(f"XOR: before update {again + 1} all is as it was before update {first + 1}, and so on for ever.")
    length, weights = again - first, xor.weights
    report.compare("XOR, one round later", weights[again:], weights[first:-length], "itself", within=0)
    report.compare("XOR, least mistakes", best_on_xor(), 1, "Minsky and Papert 1969: no line separates it", within=0)
    shown = np.arange(first + 3 * length + 1)
    report.figure("xor", viz.plots.lines(
        {f"w{'₀₁₂'[j]}": (shown, weights[shown, j]) for j in range(3)}, names=("update", "weight"),
        title=f"XOR: every {length} updates the weights are back where they were",
    ))  # fmt: skip
    report.video("xor", lambda target: viz.plots.decision_boundary_film(
        firing, weights[:first + 2 * length + 1], SQUARE[:, 1:], (GATES["XOR"] > 0).astype(int), target,
        step="update", rate=1, threshold=0, quality=report.quality, xlim=(-0.5, 1.5), ylim=(-0.5, 1.5),
    ))  # fmt: skip


def best_on_xor() -> int:
    """Count the mistakes of the best of many lines, among them each of the 14 ways to part the four corners."""
    grid = np.stack(np.meshgrid(*3 * [np.arange(-3.0, 3.5, 0.5)]), -1).reshape(-1, 3)
    return int(np.min(np.sum(np.where(grid @ SQUARE.T > 0, 1, -1) != GATES["XOR"], axis=1)))


def rosenblatts_cost() -> Value:
    """Build the cost of one mistake, small enough to step through."""
    w = [Value(value, f"w_{k}") for k, value in enumerate((0.5, -1.0, 1.0))]
    x = [mgp.constant(value, f"x_{k}") for k, value in enumerate((2.0, 0.5), 1)]
    s = (w[0] + w[1] * x[0] + w[2] * x[1]).named("s")
    return relu(-mgp.constant(1.0, "t") * s).named("E")


if __name__ == "__main__":
    run("perceptron")
