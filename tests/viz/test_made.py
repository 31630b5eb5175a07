"""A sequence whose items are made when they are asked for."""

import pytest

from viz.moves.made import Made


def test_it_is_a_tuple_that_makes_its_items() -> None:
    """Length, places from both ends, slices, order, equality: as a tuple has them."""
    made, plain = Made(lambda k: k * k, range(10)), tuple(k * k for k in range(10))
    assert made == plain
    assert plain == made
    assert made == Made(lambda k: k * k, range(10))
    assert made != plain[1:]
    assert (made[0], made[-1], len(made), 49 in made, made.index(16)) == (0, 81, 10, True, 4)
    assert [tuple(made[part]) for part in (slice(2, 5), slice(None, None, -3), slice(8, 99))] == [
        plain[2:5],
        plain[::-3],
        plain[8:99],
    ]
    with pytest.raises(IndexError):
        made[10]


def test_nothing_is_made_before_it_is_asked_for() -> None:
    """A slice of a slice makes nothing, an item only itself."""
    asked: list[int] = []
    made = Made(lambda k: asked.append(k) or k, range(10**9))
    part = made[5:][:100]
    assert (asked, part[2], asked) == ([7], 7, [7])
    assert repr(made[:3]) == "(0, 1, 2)"
    assert repr(made) == "(0, 1, 2, 3, 4, 5, …)"


def test_only_a_sequence_can_be_equal() -> None:
    """A list is no tuple."""
    assert Made(abs, range(2)) != [0, 1]
