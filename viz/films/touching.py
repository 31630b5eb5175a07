"""Which texts of a picture touch each other, or a shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from viz.picture import Place, Shape


def rooms_of(shape: Shape, scale: float) -> list[Place]:
    """What overlaps all of these overlaps a shape: a circle is two squares, one turned."""
    angles = (0.0, 45.0) if shape.round else (0.0,)
    return [Place(shape.x * scale, shape.y * scale, shape.width * scale, shape.height * scale, a) for a in angles]


def meeting(places: dict[str, Place]) -> list[tuple[str, str]]:
    """The pairs of places that overlap."""
    ids = list(places)
    centres = np.array([(place.x, place.y) for place in places.values()]).reshape(-1, 2)
    reach = np.array([np.hypot(place.width, place.height) / 2 for place in places.values()])
    pairs = []
    for k, id_ in enumerate(ids):
        near = np.hypot(*(centres[k + 1 :] - centres[k]).T) < reach[k + 1 :] + reach[k]
        pairs += [(id_, ids[j]) for j in k + 1 + np.flatnonzero(near) if places[id_].meets(places[ids[j]])]
    return pairs


def on_shapes(places: Mapping[str, Place], shapes: Sequence[Sequence[Place]]) -> list[tuple[str, str]]:
    """The places that overlap a shape, each as a pair with nothing."""
    return [
        ("", id_) for id_, place in places.items() if any(all(place.meets(room) for room in rooms) for rooms in shapes)
    ]
