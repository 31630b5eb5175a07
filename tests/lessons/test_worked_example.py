"""The worked example: every number against the closed form, its two builds against each other, its files."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

import viz
from lessons.worked_example import DECK, array_network, results, run, scalar_network, slopes, train

# The closed form to ten digits, as the curriculum gives it.
EXPECTED = {
    "s1": [0.58, 0.68],
    "x1": [0.6410674063, 0.6637386974],
    "s2": 1.2187769216,
    "y": 0.7718482387,
    "E": 0.5957497036,
    "dW2": [0.1742694871, 0.1804325118],
    "db2": 0.2718426883,
    "dW1": [[0.0062550999, 0.0093826499], [0.0072806966, 0.0109210449]],
    "db1": [0.0312754995, 0.0364034829],
    "W1_new": [[0.0937449001, 0.1906173501], [0.2927193034, 0.3890789551]],
    "W2_new": [0.3257305129, 0.4195674882],
    "b1_new": [0.4687245005, 0.4635965171],
    "b2_new": 0.2281573117,
    "y_new": 0.6701616333,
}


def by_hand() -> dict[str, object]:
    """The same numbers from the four equations of the lecture, in numpy, without the engine."""

    def sigma(s: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-s))

    x, t, eta = np.array([0.2, 0.3]), 0.0, 1.0
    W, b, V, c = np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([0.5, 0.5]), np.array([0.5, 0.6]), 0.5
    s1 = W @ x + b
    x1 = sigma(s1)
    s2 = V @ x1 + c
    y = sigma(s2)
    delta2 = 2 * (y - t) * y * (1 - y)
    delta1 = delta2 * V * x1 * (1 - x1)
    W_new, b_new = W - eta * np.outer(delta1, x), b - eta * delta1
    V_new, c_new = V - eta * delta2 * x1, c - eta * delta2
    y_new = sigma(V_new @ sigma(W_new @ x + b_new) + c_new)
    return {
        "s1": s1, "x1": x1, "s2": s2, "y": y, "E": (y - t) ** 2, "dW2": delta2 * x1, "db2": delta2,
        "dW1": np.outer(delta1, x), "db1": delta1, "W1_new": W_new, "b1_new": b_new, "W2_new": V_new, "b2_new": c_new,
        "y_new": y_new,
    }  # fmt: skip


@pytest.mark.parametrize("build", [scalar_network, array_network])
@pytest.mark.parametrize("key", EXPECTED)
def test_every_number_agrees_with_the_lecture_and_with_numpy(build: object, key: str) -> None:
    """To ten digits with the curriculum, to 1e-12 with the four equations."""
    found = results(build)[key]
    np.testing.assert_allclose(found, EXPECTED[key], rtol=0, atol=6e-11)
    np.testing.assert_allclose(found, by_hand()[key], rtol=0, atol=1e-12)


@pytest.mark.parametrize("key", DECK)
def test_the_deck_prints_the_engines_numbers_rounded(key: str) -> None:
    """Two digits of the deck, row by row."""
    deck = [part for row in DECK[key].split(";") for part in row.split(",")]
    for printed, engine in zip(deck, np.ravel(results(scalar_network)[key]), strict=True):
        digits = len(printed.strip().partition(".")[2])
        assert float(printed) == pytest.approx(engine, abs=1.01 * 0.5 * 10**-digits)


def test_scalars_and_arrays_agree() -> None:
    """To 1e-12, every number."""
    scalar, array = results(scalar_network), results(array_network)
    for key in DECK:
        np.testing.assert_allclose(scalar[key], array[key], rtol=0, atol=1e-12)


def test_paths_engine_and_differences_find_the_same_gradients() -> None:
    """Each of the nine, in the order of the table: W, b, W′, b′."""
    net = scalar_network()
    net.E.backward()
    rows = slopes(viz.Storyboard(net.E), net)
    known = by_hand()
    gradients = np.concatenate([np.ravel(known[key]) for key in ("dW1", "db1", "dW2", "db2")])
    assert [row[0] for row in rows][:5] == ["∂E/∂W₁₁", "∂E/∂W₁₂", "∂E/∂W₂₁", "∂E/∂W₂₂", "∂E/∂b₁"]
    for k, within in ((2, 1e-15), (3, 1e-15), (4, 1e-10)):
        np.testing.assert_allclose([row[k] for row in rows], gradients, rtol=0, atol=within)
    for (_, paths, total, *_), factors in zip(rows, (5, 5, 5, 5, 4, 4, 3, 3, 2), strict=True):
        printed = [float(factor) for factor in paths.split(" × ")]
        assert len(printed) == factors
        assert np.prod(printed) == pytest.approx(total, rel=2e-3)


@pytest.mark.parametrize("build", [scalar_network, array_network])
def test_training_goes_on_until_the_error_is_small(build: object) -> None:
    """Against the four equations, repeated."""
    history = train(build)
    x, t = np.array([0.2, 0.3]), 0.0
    W, b, V, c = np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([0.5, 0.5]), np.array([0.5, 0.6]), 0.5
    for y_found, E_found in history:
        x1 = 1 / (1 + np.exp(-(W @ x + b)))
        y = 1 / (1 + np.exp(-(V @ x1 + c)))
        assert (y_found, E_found) == pytest.approx((y, (y - t) ** 2), abs=1e-12)
        delta2 = 2 * (y - t) * y * (1 - y)
        delta1 = delta2 * V * x1 * (1 - x1)
        W, b, V, c = W - np.outer(delta1, x), b - delta1, V - delta2 * x1, c - delta2
    assert len(history) == 22
    assert history[-1][1] < 0.01 <= history[-2][1]
    assert history[1][0] == pytest.approx(EXPECTED["y_new"], abs=6e-11)


def test_the_lesson_writes_its_files_and_prints_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything but the film, which has a test of its own."""
    files = run(tmp_path / "new" / "out", film=False)
    assert {file.name for file in files} == {
        "network.svg",
        "graph.svg",
        "steps.html",
        "storyboard.json",
        "results.json",
    }
    assert sorted(file.name for file in (tmp_path / "new" / "out").iterdir()) == sorted(file.name for file in files)
    printed = capsys.readouterr().out
    for line in (
        "quantity",
        "∂E/∂W           0.0063, 0.0094; 0.0073, 0.011  0.0062550999, 0.0093826499",
        "0.6701616333",
        "∂E/∂W₁₁   1.544 × 0.1761 × 0.5 × 0.2301 × 0.2  0.0062550999  0.0062550999  0.0062550999",
        "E < 0.01 after 21 updates.",
    ):
        assert line in printed
    saved = json.loads((tmp_path / "new" / "out" / "results.json").read_text())
    assert set(EXPECTED) <= set(saved)
    np.testing.assert_allclose(saved["dW1"], EXPECTED["dW1"], atol=6e-11)
    assert saved["slopes"]["∂E/∂b′"]["engine"] == saved["db2"]
    assert (saved["updates"], len(saved["y by update"])) == (21, 22)
    assert all(row["agrees"] for row in saved["comparisons"].values())
    assert len(saved["comparisons"]) == 4
    assert json.loads((tmp_path / "new" / "out" / "storyboard.json").read_text())["version"] == 1
    for name in ("network.svg", "graph.svg"):
        ET.parse(tmp_path / "new" / "out" / name)


@pytest.mark.parametrize(("film", "deck"), [(True, False), (True, True), (False, True)])
def test_film_and_slides_are_made_of_one_rendering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, film: bool, deck: bool
) -> None:
    """What is asked for is made, with the deck's numbers on the last card."""
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(
        viz, "slides", lambda *_, **options: asked.append(options) or [tmp_path / "made"], raising=False
    )
    assert run(tmp_path, film=film, slides=deck)[-1] == tmp_path / "made"
    [options] = asked
    assert (options["film"], options["deck"], options["frames"]) == (film, deck, "png" if deck else None)
    assert len(options["comparison"]) == 12  # type: ignore[arg-type]


def test_files_that_are_not_ours_stay(tmp_path: Path) -> None:
    """An existing folder is used, and nothing in it is deleted."""
    (tmp_path / "mine.txt").write_text("keep")
    run(tmp_path, film=False)
    assert (tmp_path / "mine.txt").read_text() == "keep"
