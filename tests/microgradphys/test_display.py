"""A Value shows itself as whoever draws graphs says: the engine draws nothing."""

from __future__ import annotations

import pytest

from microgradphys import Value, display
from microgradphys.errors import GradientError


def test_a_computed_value_is_drawn_by_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "painter", lambda: lambda value: f"<svg>{value.data}</svg>")
    assert display.picture(Value(2.0) * 3.0) == "<svg>6.0</svg>"


def test_a_leaf_is_text_and_so_is_everything_where_nobody_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "painter", lambda: lambda value: "<svg/>")
    assert display.picture(Value(2.0)) is None
    monkeypatch.setattr(display, "painter", lambda: None)
    assert display.picture(Value(2.0) * 3.0) is None


def test_a_graph_that_cannot_be_drawn_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(value: Value) -> str:
        raise GradientError("there is no gradient")

    monkeypatch.setattr(display, "painter", lambda: refuse)
    assert display.picture(Value(2.0) * 3.0) is None


def test_painters_are_found_under_their_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    class Found:
        def load(self) -> object:
            return len

    asked = []
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: asked.append(group) or [Found()])
    assert display.painter.__wrapped__() is len
    assert asked == ["microgradphys.display"]
