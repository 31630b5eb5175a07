"""Programs that several tests look at."""

from microgradphys import Value, constant, scope, sigmoid
from viz.storyboard import Storyboard


def neuron() -> Value:
    """One neuron with a squared error: E = (σ(w·x + b) − t)²."""
    w, b = Value(0.1, "w"), Value(0.5, "b")
    with scope("neuron"):
        y = sigmoid((w * constant(0.2, "x") + b).named("s")).named("y")
    return ((y - constant(0.0, "t")) ** 2).named("E")


def layers(*sizes: int) -> Value:
    """A fully connected sigmoid network of the given widths, every weight a Value, with a squared error."""
    units = [constant(0.1 * (k + 1), f"x_{k + 1}") for k in range(sizes[0])]
    for depth, size in enumerate(sizes[1:], 1):
        outputs = []
        with scope(f"layer {depth}"):
            for i in range(size):
                s = Value(0.5, f"b_{i + 1}^({depth})")
                for j, unit in enumerate(units):
                    s = s + Value(0.1 + 0.05 * i - 0.03 * j, f"W_{i + 1}{j + 1}^({depth})") * unit
                outputs.append(sigmoid(s).named(f"a_{i + 1}^({depth})"))
        units = outputs
    error = units[0] ** 2
    for unit in units[1:]:
        error = error + unit**2
    return error.named("E")


def story(loss: Value, **options: object) -> Storyboard:
    """A storyboard with η = 1."""
    return Storyboard(loss, learning_rate=1.0, **options)  # type: ignore[arg-type]


HOSTILE = [
    '"><script>alert(1)</script>',
    "a & b",
    "two\nlines",
    'quote\'s "both"',
    "ключ",
    "\u202eright to left",
    "",
    "x" * 300,
    "\x00\x1b[31m",
    "$#_{}^~\\",
    "]]>",
    "<!--",
]
