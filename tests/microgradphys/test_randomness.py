"""Random numbers: one generator for all, begun anew by a seed, replaced inside a block, supplied when compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from microgradphys import compile, randomness, seed
from microgradphys.errors import CompileError, InputError


def test_the_same_seed_gives_the_same_numbers_again() -> None:
    seed(3)
    first = randomness.uniform((4,))
    again = randomness.uniform((4,))
    seed(np.int64(3))
    np.testing.assert_array_equal(randomness.uniform((4,)), first)
    assert not np.array_equal(first, again)


@pytest.mark.parametrize("number", [-1, True, 1.0, "1", None])
def test_a_seed_is_a_whole_number(number: Any) -> None:
    with pytest.raises(InputError, match="a seed is a whole number, 0 or more, not "):
        seed(number)


def test_another_generator_serves_inside_its_block_only() -> None:
    seed(3)
    outside = randomness.generator()
    with randomness.drawing_from(np.random.default_rng(7)):
        found = randomness.uniform((2, 3))
    np.testing.assert_array_equal(found, np.random.default_rng(7).random((2, 3)))
    assert randomness.generator() is outside


def test_a_compiled_function_gets_its_numbers_as_an_argument() -> None:
    def noisy(x: Any, numbers: Any) -> Any:
        with randomness.supplied(lambda shape: numbers):
            return x + randomness.uniform((2,))

    compiled = compile(noisy)
    for numbers in (np.zeros(2), np.ones(2)):
        np.testing.assert_array_equal(compiled(np.ones(2), numbers), 1.0 + numbers)
    with pytest.raises(CompileError, match="draws random numbers"):
        compile(lambda x: x + randomness.uniform((2,)))(np.ones(2))
