"""Batches of arrays and of samples, and splits: every sample once, in an order that the seed says."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from microgradphys import seed
from microgradphys.errors import DataError, InputError, MicrogradphysError, ShapeError
from microgradphys.loading import batches, batches_of, split

X, Y = np.arange(22.0).reshape(11, 2), np.arange(11)


def test_every_sample_comes_once_with_its_target() -> None:
    parts = list(batches(X, Y, batch_size=4))
    assert [len(y) for _, y in parts] == [4, 4, 3]
    x, y = (np.concatenate(part) for part in zip(*parts, strict=True))
    assert sorted(y) == list(range(11))
    assert y.tolist() != list(range(11))
    np.testing.assert_array_equal(x[:, 0], 2 * y)
    assert [y.tolist() for _, y in batches(X, Y, batch_size=8, shuffle=False)] == [list(range(8)), [8, 9, 10]]


def test_the_seed_says_the_order_and_another_epoch_has_another() -> None:
    def order(generator: np.random.Generator | None = None) -> list[int]:
        return [int(k) for (y,) in batches(Y, batch_size=3, generator=generator) for k in y]

    seed(1)
    first, second = order(), order()
    seed(1)
    assert (order(), order()) == (first, second)
    assert first != second
    assert order(np.random.default_rng(5)) == order(np.random.default_rng(5))


def test_the_order_is_drawn_at_the_call() -> None:
    seed(1)
    early, late = batches(Y), batches(Y)
    seed(1)
    assert next(late)[0].tolist() != next(early)[0].tolist() == next(batches(Y))[0].tolist()


def test_of_an_array_in_a_file_only_the_rows_of_a_batch_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, X)
    on_disk = np.load(path, mmap_mode="r")
    for shuffle in (True, False):
        for x, y in batches(on_disk, Y, batch_size=4, shuffle=shuffle):
            assert type(x) is np.ndarray
            np.testing.assert_array_equal(x, X[y])


def test_a_million_rows_need_no_more_memory_than_their_order(tmp_path: Path) -> None:
    """A sparse file of 0.8 GB, of which a few batches are read."""
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 8 * 100 * 10**6)
    large = np.memmap(path, np.float64, "r", shape=(10**6, 100))
    stream = batches(large, batch_size=100)
    assert [next(stream)[0].shape for _ in range(3)] == [(100, 100)] * 3


def test_samples_are_collected_into_batches() -> None:
    parts = list(batches_of(zip(X, Y, strict=True), 4))
    np.testing.assert_array_equal(np.concatenate([x for x, _ in parts]), X)
    assert [y.tolist() for _, y in parts] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10]]
    assert [x.tolist() for x in batches_of(iter([1.0, 2.0, 3.0]), 2)] == [[1.0, 2.0], [3.0]]
    assert list(batches_of([], 2)) == []


@pytest.mark.parametrize("held", [1, 3, 11, 100])
def test_samples_are_mixed_while_they_come_and_none_is_lost(held: int) -> None:
    def order() -> list[int]:
        return np.concatenate(list(batches_of(range(11), 4, shuffle=held, generator=np.random.default_rng(2)))).tolist()

    assert sorted(order()) == list(range(11))
    assert order() == order()
    assert (order() != list(range(11))) == (held > 1)


def test_an_endless_stream_is_read_as_far_as_it_is_needed() -> None:
    def endless() -> Any:
        k = 0
        while True:
            yield (k, k)
            k += 1

    stream = batches_of(endless(), 4, shuffle=8)
    assert [len(next(stream)[0]) for _ in range(3)] == [4, 4, 4]


def test_a_split_has_every_sample_once_and_the_same_for_the_same_seed() -> None:
    parts = split(X, Y, validation=0.2, test=0.3, seed=4)
    assert [len(y) for _, y in parts] == [6, 2, 3]
    assert sorted(np.concatenate([y for _, y in parts])) == list(range(11))
    for x, y in parts:
        np.testing.assert_array_equal(x[:, 0], 2 * y)
    assert split(Y, seed=4).test[0].tolist() == split(Y, seed=4).test[0].tolist() != split(Y, seed=5).test[0].tolist()
    seed(7)
    first = split(Y)
    seed(7)
    assert split(Y).train[0].tolist() == first.train[0].tolist()


def test_a_stratified_split_keeps_the_proportions() -> None:
    kinds = np.array(["a"] * 60 + ["b"] * 40)
    for part in split(kinds, validation=0.2, test=0.1, stratify=kinds, seed=0):
        assert (part[0] == "a").mean() == pytest.approx(0.6)
    numbers = np.arange(100)
    parts = [split(numbers, kinds, stratify=labels, seed=0).test[0].tolist() for labels in (True, kinds, False)]
    assert parts[0] == parts[1] != parts[2]


def test_a_sparse_matrix_is_split_too() -> None:
    train, _, test = split(csr_matrix(X), Y, validation=0, test=0.3, seed=0)
    np.testing.assert_array_equal(train[0].toarray(), X[train[1]])
    np.testing.assert_array_equal(test[0].toarray(), X[test[1]])


def test_lists_and_parts_that_nobody_wants() -> None:
    train, validation, test = split(list("abcdef"), validation=0, test=0.5, seed=0)
    assert sorted(train[0] + test[0]) == list("abcdef")
    assert validation == ([],)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: batches(X, Y[:5]), ShapeError, "11, 5 rows"),
        (lambda: batches([[1, 2], [3]]), DataError, "is not an array"),
        (lambda: batches(X[:0]), InputError, "no samples"),
        (lambda: batches(), InputError, "no samples"),
        (lambda: batches(X, batch_size=0), InputError, "batch_size=0"),
        (lambda: batches_of([1], 2.5), InputError, "batch_size=2.5"),  # type: ignore[arg-type]
        (lambda: batches_of([1], shuffle=-1), InputError, "shuffle=-1"),
        (lambda: list(batches_of([(X[0], 1), (X[0, :1], 1)])), ShapeError, r"sample 2 has the shapes \[\(1,\), \(\)\]"),
        (lambda: list(batches_of([(1, 2), (1, 2, 3)])), ShapeError, "sample 2"),
        (lambda: split(X, Y[:5]), ShapeError, "11, 5 rows"),
        (lambda: split(), InputError, "nothing to split"),
        (lambda: split(X, test=1.5), InputError, "test=1.5"),
        (lambda: split(X[:2]), InputError, "of 2 samples, validation=0.2 and test=0.2 leave"),
        (lambda: split(X, validation=0.5, test=0.5), InputError, "for training"),
        (lambda: split(X, stratify=[0] * 10 + [1]), InputError, "cannot be split so: .*least populated"),
        (lambda: split(X, seed=-1), InputError, "a seed is"),
        (lambda: split(3.0), InputError, "3.0 has no rows"),
        (lambda: split(np.array(3.0)), InputError, "no rows"),
        (lambda: split(X, stratify=True), InputError, "needs a second array"),
        (lambda: split(X, stratify=[1, 2]), ShapeError, r"each of 11 samples, not an array of shape \(2,\)"),
    ],
)
def test_mistakes_are_named(make: Any, kind: type[MicrogradphysError], message: str) -> None:
    with pytest.raises(kind, match=message):
        make()
