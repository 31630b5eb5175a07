"""Names that other libraries, and lectures, write otherwise."""

import pytest

from microgradphys.errors import InputError
from microgradphys.losses import LOSSES, loss_of
from microgradphys.named import chosen, nearest
from microgradphys.nn.activations import ACTIVATIONS, activation_of
from microgradphys.nn.initialisers import INITIALISERS, initialiser_of


@pytest.mark.parametrize("name", ["MSE", "Mean Squared Error", "mean-squared-error", "mse"])
def test_capitals_blanks_and_hyphens_make_no_difference(name: str) -> None:
    assert loss_of(name) is LOSSES["mse"]


def test_a_name_as_it_stands_in_the_table_comes_first() -> None:
    assert chosen("measure", {"Loss": 1, "loss": 2}, "Loss") == 1


def test_names_of_other_libraries_mean_the_same() -> None:
    assert loss_of("BCE") is LOSSES["binary_crossentropy"]
    assert loss_of("KL") is LOSSES["kl_divergence"]
    assert activation_of("swish") is ACTIVATIONS["silu"]
    assert activation_of("identity") is ACTIVATIONS["linear"]
    for theirs, ours in (("xavier", "glorot"), ("kaiming", "he")):
        for kind in ("normal", "uniform"):
            assert initialiser_of(f"{theirs}_{kind}") is INITIALISERS[f"{ours}_{kind}"]


def test_an_unknown_name_says_which_is_near() -> None:
    with pytest.raises(InputError, match="there is no loss 'HUBBER': did you mean 'huber'"):
        loss_of("HUBBER")


def test_of_very_many_names_some_are_listed() -> None:
    said = nearest("xyz", [f"column {k}" for k in range(1000)])
    assert said.startswith("there are 'column 0', 'column 1', ")
    assert said.endswith(", 'column 39', …")
