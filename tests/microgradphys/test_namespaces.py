"""What `xp` means: the same names on floats, on arrays and on Values."""

import math
import subprocess
import sys

import numpy as np
import pytest

import microgradphys
from microgradphys.namespaces import arrays, floats
from microgradphys.primitives import ELEMENTWISE, PRIMITIVES, QUESTIONS
from microgradphys.recording import values


def test_every_row_is_in_its_namespaces() -> None:
    """All rows work on arrays and Values; the elementwise ones on floats too."""
    questions = {row.name for row in QUESTIONS}
    assert set(PRIMITIVES) | questions == set(vars(arrays)) == set(vars(values))
    assert {row.name for row in ELEMENTWISE} == set(vars(floats))


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("exp", (1000.0,), math.inf),
        ("divide", (1.0, 0.0), math.inf),
        ("divide", (0.0, 0.0), math.nan),
        ("log", (-1.0,), math.nan),
        ("log", (0.0,), -math.inf),
        ("sqrt", (-1.0,), math.nan),
        ("power", (-8.0, 1 / 3), math.nan),
        ("power", (0.0, -1.0), math.inf),
        ("sin", (math.inf,), math.nan),
    ],
)
def test_where_math_raises_numpy_answers_and_warns(name: str, args: tuple[float, ...], expected: float) -> None:
    """The answer is inf or nan, with numpy's own RuntimeWarning, so that nothing goes unseen."""
    with pytest.warns(RuntimeWarning):
        found = getattr(floats, name)(*args)
    assert type(found) is float
    np.testing.assert_equal(found, expected)


@pytest.mark.parametrize("name", ["maximum", "minimum", "relu"])
def test_nan_is_passed_on(name: str) -> None:
    """A comparison with nan is false either way, so nan is looked for."""
    arity = PRIMITIVES[name].arity
    assert math.isnan(getattr(floats, name)(*(math.nan, 1.0)[:arity]))
    assert math.isnan(getattr(floats, name)(*(1.0, math.nan)[-arity:]))


def test_every_public_name_exists_and_is_documented() -> None:
    """`__all__` is sorted, complete and documented."""
    assert sorted(microgradphys.__all__, key=str.lower) == sorted(set(microgradphys.__all__), key=str.lower)
    for name in microgradphys.__all__:
        assert getattr(microgradphys, name).__doc__


def test_importing_the_engine_loads_numpy_and_nothing_else_of_weight() -> None:
    """The light import stays light: no module from outside but numpy."""
    program = (
        "import sys; import numpy; numpys = set(sys.modules); import microgradphys; "
        "new = {m.partition('.')[0] for m in set(sys.modules) - numpys} - set(sys.stdlib_module_names)\n"
        "print(sorted(new))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "['microgradphys']"


@pytest.mark.parametrize("exponent", [-1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_power_is_numpys_whatever_way_is_taken_to_it(exponent: float, dtype: type) -> None:
    a = np.array([0.5, 1.5, 3.0], dtype)
    np.testing.assert_allclose(arrays.power(a, exponent), np.power(a, exponent), rtol=1e-6, strict=True)
