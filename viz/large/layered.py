"""A layered layout of our own, for graphs that Graphviz cannot do in a moment: columns, few crossings, straight chains.

The method of K. Sugiyama, S. Tagawa, M. Toda, IEEE Trans. Syst. Man Cybern. 11 (1981) 109, in time about linear in what
is drawn: columns by longest paths, order within a column by barycentres, heights by least squares that keep the order.
A picture that would be many times wider than high continues below, as lines of text do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from viz.picture import Point, straight

_GAP, _BETWEEN = 60.0, 24.0
# An edge over more columns than this does not get a place of its own in each of them.
_LONGEST = 12
_SWEEPS = 6
# Wider than this, and so many times wider than high, a picture continues below.
_WIDEST, _FLATTEST = 6000.0, 6.0
_MARGIN = 50.0
# Arrows into one box arrive so far from each other; labels keep so far from boxes.
_PORT, _CLEAR = 26.0, 8.0
# Columns on either side that say where the middle is; points of a curve that are tried as the place of a label.
_NEAR, _SAMPLES = 6, 24


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge between two boxes by index, with the width of the label it must make room for."""

    source: int
    target: int
    label: float = 0.0


@dataclass(frozen=True, slots=True)
class Placed:
    """The centre of every box, the path of every arrow, the place of every arrow's label, and the size of it all."""

    centres: list[Point]
    paths: list[tuple[Point, ...]]
    labels: list[Point]
    width: float
    height: float


@dataclass
class _Columns:
    """Boxes, and the places where long edges pass through a column, as things in columns."""

    sizes: list[tuple[float, float]]
    column: list[int]
    before: list[list[int]] = field(default_factory=list)
    after: list[list[int]] = field(default_factory=list)
    order: list[list[int]] = field(default_factory=list)
    y: list[float] = field(default_factory=list)


def layered(sizes: Sequence[tuple[float, float]], arrows: Sequence[Arrow]) -> Placed:
    """Arrange boxes in columns by the longest way from a box without arrows into it.

    >>> layered([(10, 10), (10, 10), (10, 10)], [Arrow(0, 1), Arrow(1, 2)]).centres[2][0] > 20
    True
    """
    if not sizes:
        return Placed([], [], [], 0.0, 0.0)
    columns = _Columns(list(sizes), _columns(len(sizes), arrows))
    ways = _ways(columns, arrows)
    _sort(columns)
    _level(columns)
    _straighten(columns)
    sides = _sides(columns, arrows)
    top = min(y - columns.sizes[k][1] / 2 for k, y in enumerate(columns.y))
    height = max(y + columns.sizes[k][1] / 2 for k, y in enumerate(columns.y)) - top
    bands, width = _bands(sides, height)
    at: list[Point] = []
    for column, y in zip(columns.column, columns.y, strict=True):
        band, start = bands[column]
        at.append((sum(sides[column]) / 2 - start, y - top + band * (height + _MARGIN)))
    ports = _ports(ways, columns)
    paths = [
        _path(at, columns.sizes, way, [bands[columns.column[k]][0] for k in way], port, (width, height))
        for way, port in zip(ways, ports, strict=True)
    ]
    labels = [_label(path, arrow.label) for path, arrow in zip(paths, arrows, strict=True)]
    return Placed(at[: len(sizes)], paths, labels, width, (bands[-1][0] + 1) * (height + _MARGIN) - _MARGIN)


def _columns(count: int, arrows: Sequence[Arrow]) -> list[int]:
    """The column of each box: after all that point to it, but as near to its use as makes no arrows longer in all."""
    after: list[list[int]] = [[] for _ in range(count)]
    for a in arrows:
        after[a.source].append(a.target)
    order = _outward(after)
    rank = {k: place for place, k in enumerate(order)}
    # An arrow that closes a circle points back.
    after = [sorted({target for target in targets if rank[target] > rank[k]}) for k, targets in enumerate(after)]
    column = [0] * count
    staying = [0] * count
    for k in order:
        for target in after[k]:
            column[target] = max(column[target], column[k] + 1)
            # What is used once comes along; arrows from all else become longer.
            staying[target] += len(after[k]) > 1
    for k in reversed(order):
        if after[k] and staying[k] <= len(after[k]):
            column[k] = min(column[target] for target in after[k]) - 1
    return column


def _outward(after: list[list[int]]) -> list[int]:
    """The boxes in an order in which, but for circles, every arrow points onwards."""
    finished: list[int] = []
    seen = [False] * len(after)
    for root in range(len(after)):
        stack = [] if seen[root] else [(root, iter(after[root]))]
        seen[root] = True
        while stack:
            k, targets = stack[-1]
            onward = next((target for target in targets if not seen[target]), None)
            if onward is None:
                finished.append(k)
                stack.pop()
            else:
                seen[onward] = True
                stack.append((onward, iter(after[onward])))
    return finished[::-1]


def _ways(columns: _Columns, arrows: Sequence[Arrow]) -> list[list[int]]:
    """Give every edge a place in each column it passes; return what it leads through, box to box."""
    ways = []
    for arrow in arrows:
        first, last = columns.column[arrow.source], columns.column[arrow.target]
        way = [arrow.source]
        if 1 < last - first <= _LONGEST:
            for column in range(first + 1, last):
                way.append(len(columns.sizes))
                columns.sizes.append((0.0, 0.0))
                columns.column.append(column)
        ways.append([*way, arrow.target])
    columns.before = [[] for _ in columns.sizes]
    columns.after = [[] for _ in columns.sizes]
    for way in ways:
        for a, b in pairwise(way):
            if columns.column[a] < columns.column[b]:
                columns.after[a].append(b)
                columns.before[b].append(a)
    columns.order = [[] for _ in range(max(columns.column) + 1)]
    for k, column in enumerate(columns.column):
        columns.order[column].append(k)
    return ways


def _sort(columns: _Columns) -> None:
    """Order each column by the mean place of the neighbours on one side, then on the other, a few times."""
    place = [0.0] * len(columns.sizes)

    def spread(column: list[int]) -> None:
        for k, thing in enumerate(column):
            place[thing] = (k + 0.5) / len(column)

    for column in columns.order:
        spread(column)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        beside = columns.before if forward else columns.after
        for column in columns.order if forward else reversed(columns.order):
            wish = {k: sum(place[n] for n in beside[k]) / len(beside[k]) if beside[k] else place[k] for k in column}
            column.sort(key=wish.__getitem__)
            spread(column)


def _level(columns: _Columns) -> None:
    """Move each column's things to the height of their neighbours, as near as their order and sizes allow."""
    columns.y = [0.0] * len(columns.sizes)
    for column in columns.order:
        _settle(columns, column, [0.0] * len(column))
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for column in columns.order if forward else reversed(columns.order):
            wishes = []
            for k in column:
                beside = (columns.before if forward else columns.after)[k] or (columns.before[k] + columns.after[k])
                wishes.append(sum(columns.y[n] for n in beside) / len(beside) if beside else columns.y[k])
            _settle(columns, column, wishes)


def _straighten(columns: _Columns) -> None:
    """Take out a slope of the whole picture: a long sum would otherwise go down a step with every term."""
    means = [sum(columns.y[k] for k in column) / len(column) for column in columns.order]
    for at, column in enumerate(columns.order):
        near = means[max(at - _NEAR, 0) : at + _NEAR + 1]
        for k in column:
            columns.y[k] -= sum(near) / len(near)


def _settle(columns: _Columns, column: list[int], wishes: list[float]) -> None:
    """Find the heights nearest to the wishes at which nothing overlaps: isotonic regression by pooling neighbours."""
    offsets, total = [], 0.0
    for before, k in zip([None, *column], column, strict=False):
        if before is not None:
            total += (columns.sizes[before][1] + columns.sizes[k][1]) / 2 + _BETWEEN
        offsets.append(total)
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wishes, offsets, strict=True):
        mean, count = wish - offset, 1
        while pools and pools[-1][0] > mean:
            other, others = pools.pop()
            mean, count = (mean * count + other * others) / (count + others), count + others
        pools.append((mean, count))
    settled = [mean for mean, count in pools for _ in range(count)]
    for k, mean, offset in zip(column, settled, offsets, strict=True):
        columns.y[k] = mean + offset


def _sides(columns: _Columns, arrows: Sequence[Arrow]) -> list[tuple[float, float]]:
    """The left and the right side of every column."""
    room = [_GAP] * len(columns.order)
    for arrow in arrows:
        at = max(columns.column[arrow.target] - 1, 0)
        room[at] = max(room[at], arrow.label + _GAP)
    sides, x = [], 0.0
    for column, after in zip(columns.order, room, strict=True):
        width = max(columns.sizes[k][0] for k in column)
        sides.append((x, x + width))
        x += width + after
    return sides


def _ports(ways: list[list[int]], columns: _Columns) -> list[float]:
    """How far from the middle of a box's left side each arrow arrives, so that labels find room between them."""
    arriving: dict[int, list[int]] = {}
    for number, way in enumerate(ways):
        arriving.setdefault(way[-1], []).append(number)
    ports = [0.0] * len(ways)
    for box, numbers in arriving.items():
        numbers.sort(key=lambda number: columns.y[ways[number][-2]])
        step = min(_PORT, (columns.sizes[box][1] - 12) / len(numbers))
        for k, number in enumerate(numbers):
            ports[number] = (k - (len(numbers) - 1) / 2) * step
    return ports


def _bands(sides: list[tuple[float, float]], height: float) -> tuple[list[tuple[int, float]], float]:
    """For each column the band of the picture it stands in and where that begins; and how wide the picture is."""
    width = sides[-1][1]
    if width < _WIDEST or width < _FLATTEST * height:
        return [(0, 0.0)] * len(sides), width
    room = max((2.0 * width * (height + _MARGIN)) ** 0.5, _WIDEST / 4)
    bands, band, start, widest = [], 0, -_MARGIN, 0.0
    for left, right in sides:
        if right - start > room and left - _MARGIN > start:
            band, start = band + 1, left - _MARGIN
        widest = max(widest, right - start + _MARGIN)
        bands.append((band, start))
    return bands, widest


def _path(
    at: list[Point],
    sizes: list[tuple[float, float]],
    way: list[int],
    bands: list[int],
    port: float,
    room: tuple[float, float],
) -> tuple[Point, ...]:
    """A line from the right side of one box to the left side of another, through the places between them."""
    points: list[Point] = []
    for (a, i), (b, j) in zip(zip(way, bands, strict=True), zip(way[1:], bands[1:], strict=True), strict=False):
        start = (at[a][0] + sizes[a][0] / 2, at[a][1])
        end = (at[b][0] - sizes[b][0] / 2, at[b][1] + (port if b == way[-1] else 0.0))
        if i == j:
            piece = _curve(start, end)
        else:
            piece = _round_the_corner(start, end, room[0], (i + 1) * (room[1] + _MARGIN) - _MARGIN / 2)
        points += piece[1:] if points else piece
    return tuple(points)


def _curve(start: Point, end: Point) -> tuple[Point, ...]:
    """A line that leaves and arrives level; one that points back swings out."""
    reach = (end[0] - start[0]) * 0.45 if end[0] > start[0] else 80.0
    return start, (start[0] + reach, start[1]), (end[0] - reach, end[1]), end


def _round_the_corner(start: Point, end: Point, width: float, y: float) -> tuple[Point, ...]:
    """From the end of one band, between the bands, to the beginning of a later one."""
    right, left = (width - _MARGIN / 2, y), (_MARGIN / 4, y)
    down = (start, (width, start[1]), (width, y), right)
    return *down, *straight(right, left)[1:], (0.0, y), (0.0, end[1]), end


def _label(path: tuple[Point, ...], width: float) -> Point:
    """Where a label of this width ends just before the target, whose it is more than the source's."""
    a, b, c, d = path[-4:]
    wanted = max(d[0] - _CLEAR - width / 2, (a[0] + d[0]) / 2)
    found = d
    for k in range(_SAMPLES, _SAMPLES // 3, -1):
        t = k / _SAMPLES
        u = 1 - t
        x, y = (
            u**3 * p + 3 * u * u * t * q + 3 * u * t * t * r + t**3 * s for p, q, r, s in zip(a, b, c, d, strict=True)
        )
        found = (x, y)
        if x <= wanted:
            break
    return found
