"""Rules by name."""

import pytest

from microgradphys import optim
from microgradphys.errors import InputError


def test_every_rule_has_its_name_in_any_spelling() -> None:
    spelt = {"sgd": optim.SGD, "Gradient descent": optim.GradientDescent, "gradient_descent": optim.GradientDescent,
             "Momentum": optim.Momentum, "nesterov": optim.Nesterov, "AdaGrad": optim.AdaGrad,
             "RMSprop": optim.RMSprop, "rms-prop": optim.RMSprop, "ADAM": optim.Adam, "AdamW": optim.AdamW,
             "Newton": optim.Newton, "L-BFGS": optim.LBFGS, "genetic": optim.Genetic,
             "GD": optim.GradientDescent, "GA": optim.Genetic, "genetic algorithm": optim.Genetic,
             "CMA-ES": optim.CMAES}  # fmt: skip
    for name, kind in spelt.items():
        assert optim.named(name) == kind()
        if hasattr(kind(), "learning_rate"):
            assert optim.named(name, 0.5).learning_rate == 0.5
    assert optim.named("momentum", momentum=0.5) == optim.Momentum(momentum=0.5)


def test_a_rule_is_as_good_as_its_name() -> None:
    rule = optim.Adam(0.1)
    assert optim.named(rule) is rule


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("adma", "there is no optimiser 'adma'; did you mean 'adam'?"),
        ("SDG", "did you mean 'sgd'"),
        ("xyz", "there are 'sgd', "),
        ("", "there is no optimiser ''; there are 'sgd'"),
        ("\n\u202e" * 300, "there is no optimiser"),
    ],
)
def test_an_unknown_name_says_which_is_near(name: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        optim.named(name)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 260
