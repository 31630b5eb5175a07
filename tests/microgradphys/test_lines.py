"""Which line of the program made a node."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from microgradphys import Value, anomaly, compile, constant, lines, relu
from microgradphys.nn import MLP
from microgradphys.rerun import recorded_again


def line_of(value: Value) -> int | None:
    """The line of the program, counted from the one that made `first`."""
    return value.place[1] if hasattr(value, "place") else None


def test_every_node_of_the_block_knows_its_line() -> None:
    with lines():
        first = Value(1.0)
        named = constant(2.0, "x")
        product = first * named
        number = np.tanh(product) + relu(product)
    start = line_of(first)
    assert start is not None
    assert [line_of(node) for node in (named, product, number)] == [start + 1, start + 2, start + 3]
    assert Path(first.place[0]) == Path(__file__)


def test_outside_of_the_block_nothing_is_noted() -> None:
    with lines():
        pass
    assert line_of(Value(1.0) * 2) is None


def test_what_the_library_makes_belongs_to_the_line_that_asked_for_it() -> None:
    with lines():
        here = Value(0.0)
        model = MLP(2, [2, 1])
        loss = model([1.0, 2.0])
    start = line_of(here)
    assert start is not None
    assert line_of(model.parameters()[0]) == start + 1
    assert line_of(loss) == start + 2


def test_a_graph_recorded_again_keeps_its_lines() -> None:
    with lines():
        x = Value(3.0)
        y = x * x
    assert line_of(recorded_again(y)) == line_of(y)


def test_lines_inside_of_anomaly_leaves_the_anomalies_on() -> None:
    with anomaly(), lines(), pytest.raises(ArithmeticError, match="log gives -inf"):
        np.log(Value(0.0))


def test_compiled_functions_stay_compiled(capsys: pytest.CaptureFixture[str]) -> None:
    @compile
    def double(x: float) -> float:
        print("recorded")
        return x * 2

    with lines():
        assert [double(1.0), double(2.0), double(3.0)] == [2.0, 4.0, 6.0]
    assert capsys.readouterr().out == "recorded\n"


def test_at_a_prompt_lines_are_noted_by_themselves() -> None:
    program = "import sys; sys.ps1 = '>>> '\nfrom microgradphys import Value\nprint((Value(1.0) * 2).place[1])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "3"
