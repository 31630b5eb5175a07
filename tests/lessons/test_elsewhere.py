"""What lessons borrow from other people's programs."""

import sys

import pytest

from lessons.elsewhere import scikit_learn
from microgradphys.errors import MissingExtraError


def test_what_is_not_installed_is_named_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(MissingExtraError, match=r"microgradphys\[lessons\]"):
        scikit_learn("linear_model")
