"""The flow of arrays as a picture: a box for each stage and each leaf, their numbers as heat maps, arrows between.

Convolutions show a map for each channel, side by side, of one sample; attention shows who looks at whom.
"""

from __future__ import annotations

from math import prod

from microgradphys.mathematics import Math, Symbol
from microgradphys.notation import write
from viz.coordinates import Arrow, place
from viz.grids import peaks
from viz.networks.array_boxes import Block, draw_block, draw_loss, draw_scale
from viz.networks.canvas import Canvas, cropped, put_note
from viz.networks.flow import Flow
from viz.networks.short_names import is_long, short_name
from viz.picture import Kind, Picture, Place, Route, backwards, longest_numbers
from viz.steps import Move
from viz.storyboard import Storyboard

_LOSS, _LOSS_SIZE = -1, (156.0, 230.0)
# Of more channels than these, the first are shown.
_MOST_MAPS = 8


def flow_picture(story: Storyboard, flow: Flow, sample: int) -> Picture:
    """Lay out the stages from left to right.

    Args:
        story: the storyboard whose arrays are drawn.
        flow: what `read_flow` found in it.
        sample: whose maps to show where an array has maps for every sample, from 1.
    """
    canvas = Canvas(story, longest_numbers(story))
    blocks = _blocks(story, flow, sample)
    keys = [*blocks, _LOSS]
    sizes = [block.size for block in blocks.values()] + [_LOSS_SIZE]
    arrows = [Arrow(keys.index(source), keys.index(target)) for source, target in flow.arrows]
    placed = place(sizes, arrows)
    largest = peaks(story, [(which, block.node) for block in blocks.values() for which in ("value", "gradient")])
    for block, at in zip(blocks.values(), placed.centres, strict=False):
        draw_block(canvas, block, at, largest)
    draw_loss(canvas, placed.centres[-1])
    for k, path in enumerate(placed.paths):
        (left, top), (right, bottom) = map(min, zip(*path, strict=True)), map(max, zip(*path, strict=True))
        canvas.lines[f"a{k}"] = path
        canvas.taken[f"a{k}"] = (Place((left + right) / 2, (top + bottom) / 2, right - left, bottom - top),)
    if canvas.grids:
        draw_scale(canvas)
    put_note(canvas, _note(story, blocks, sample))
    ids = {key: block.id for key, block in blocks.items()} | {_LOSS: "loss"}
    return cropped(canvas, {move.id: _route(story, flow, ids, move, canvas) for move in story.moves})


def samples_of(story: Storyboard, flow: Flow) -> int:
    """How many samples have maps of their own."""
    shown = [stage.shown(story.nodes) for stage in flow.stages.values()]
    return max((story.nodes[k].shape[0] for k in (*shown, *flow.leaves) if _has_maps(story, k)), default=1)


def _has_maps(story: Storyboard, k: int) -> bool:
    """Whether an array holds maps: samples, rows, columns, channels; kernels, which are weights, do not."""
    return len(story.nodes[k].shape) == 4 and (story.nodes[k].op is not None or story.nodes[k].constant)


def _blocks(story: Storyboard, flow: Flow, sample: int) -> dict[int, Block]:
    """The box of each stage and of each leaf."""
    nodes, found = story.nodes, dict[int, Block]()
    taken = {write(node.label) for node in nodes if node.named}
    depth: dict[int, int] = {}
    for source, target in sorted(flow.arrows, key=lambda arrow: arrow[1]):
        if target in flow.stages:
            depth[target] = max(depth.get(target, 1), depth.get(source, 0) + 1)
    for leaf in flow.leaves:
        node = nodes[leaf]
        label = node.label if node.named or not node.constant else Symbol("x" if "x" not in taken else "input")
        kind = "constant" if node.constant else "leaf"
        found[leaf] = _block(story, f"p{leaf}", kind, leaf, label, "", sample)
    used: set[str] = set(taken)
    for key, stage in flow.stages.items():
        shown = stage.shown(nodes)
        label = nodes[shown].label
        if is_long(story, shown):
            label = short_name("a", depth.get(key, 1), 0, (), used) or label
            if write(label) in used:
                label = Symbol(f"a_{len(found)}")
            used.add(write(label))
        found[key] = _block(story, f"u{key}", "unit", shown, label, stage.words(nodes), sample)
    return found


def _block(story: Storyboard, id_: str, kind: Kind, node: int, label: Math, note: str, sample: int) -> Block:
    """The box of an array: a matrix as it is, maps side by side, of more axes the matrices below each other."""
    shape, parts = story.nodes[node].shape, ((),)
    matrix = (prod(shape[:-1]), prod(shape[-1:]))
    if _has_maps(story, node):
        rows, columns, channels = shape[1:]
        matrix = (rows, columns)
        parts = tuple((sample - 1, None, None, c) for c in range(min(channels, _MOST_MAPS)))
    constant = story.nodes[node].constant
    return Block(id_, kind, node, label, matrix, note, gradient=not constant, parts=parts)


def _note(story: Storyboard, blocks: dict[int, Block], sample: int) -> str:
    """Say which sample's maps are shown, and that some are not."""
    shapes = [story.nodes[block.node].shape for block in blocks.values() if any(block.parts)]
    notes = [f"maps of sample {sample} of {shapes[0][0]}"] if shapes and shapes[0][0] > 1 else []
    if any(shape[3] > _MOST_MAPS for shape in shapes):
        notes.append(f"of more than {_MOST_MAPS} maps, the first are shown")
    return "; ".join(notes)


def _route(story: Storyboard, flow: Flow, ids: dict[int, str], move: Move, canvas: Canvas) -> Route:
    """Find what a move lights: an arrow between two boxes, or the box in which it happens."""
    home = flow.home[move.node]
    edge = None if move.edge is None else story.edges[move.edge]
    if edge is not None:
        way = (flow.home[edge.source], flow.home[edge.target])
        if way in flow.arrows:
            line = f"a{flow.arrows.index(way)}"
            return Route((line,), backwards(canvas.lines[line]))
        return Route((ids.get(way[0]) or ids[way[1]],))
    if move.phase in ("forward", "again"):
        for parent in story.nodes[move.node].parents:
            way = (flow.home[parent], home)
            if way in flow.arrows and way[0] in flow.stages:
                line = f"a{flow.arrows.index(way)}"
                return Route((line,), canvas.lines[line])
    return Route((ids.get(home, "loss"),))
