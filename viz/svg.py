"""A picture as SVG: for files, for the page, for notebooks. Every name is escaped."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from microgradphys.notation import write
from microgradphys.symbols import printable
from viz.grids import WIDTHS, sorted_cells, tint, width_class
from viz.picture import BOLD, Grid, Line, Mark, Picture, Place, Shape, Slot, Text, text_width
from viz.steps import Phase
from viz.theme import FONT, Theme

# What stands in each slot and the class that colours it; by the id of a heat map or an edge, the code of its tints.
Filled = dict[Slot | str, tuple[str, str]]


def svg(picture: Picture, theme: Theme, filled: Filled, lit: tuple[str, ...] = (), phase: Phase = "backward") -> str:
    """Write a picture as a standalone SVG document.

    Args:
        picture: what to draw.
        theme: its colours.
        filled: for each slot, the text that stands there and the class that colours it.
        lit: ids of shapes and lines to emphasise.
        phase: the pass in whose colour they are.
    """
    width, height = f"{picture.width:.0f}", f"{picture.height:.0f}"
    styles = style(theme, bool(picture.grids or picture.tinted), theme.phase(phase)) + (
        mark_style(theme) if picture.marks else ""
    )
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family={quoteattr(FONT)} role="img" '
        'style="max-width: 100%; height: auto">'
        f"<title>{_text(picture.title)}</title><style>{styles}</style>"
        f'<rect class="background" width="100%" height="100%"/>{body(picture, filled, lit)}</svg>\n'
    )


def body(picture: Picture, filled: Filled, lit: tuple[str, ...] = (), key: str = "id") -> str:
    """Write the elements of a picture, without the document around them.

    Args:
        picture: what to draw.
        filled: for each slot, the text that stands there and the class that colours it.
        lit: ids of shapes and lines to emphasise.
        key: the attribute that holds the ids; "data-id" where a document shows several pictures.
    """
    lines = "".join(_line(line, line.id in lit, key, filled) for line in picture.lines)
    shapes = "".join(_shape(shape, shape.id in lit, key) for shape in picture.shapes)
    grids = "".join(_grid(grid, filled.get(grid.id, ("", ""))[0], key) for grid in picture.grids)
    marks = "".join(map(_mark, picture.marks))
    return lines + shapes + grids + "".join(_label(text, filled, key) for text in picture.texts) + marks


def style(theme: Theme, tints: bool = True, lit: str = "") -> str:
    """Write the style sheet that colours the classes of a picture; `tints`: with those of heat maps and such edges."""
    tinting = (
        f".cells{{fill:{theme.background};stroke:{theme.line}}}.cells.unknown{{stroke-dasharray:3 4}}"
        f".plus{{fill:{theme.forward}}}.minus{{fill:{theme.backward}}}.cell.trouble{{fill:{theme.trouble}}}"
        f".line.plus{{stroke:{theme.forward};fill:none}}.line.minus{{stroke:{theme.backward};fill:none;"
        f"stroke-dasharray:9 5}}.line.trouble{{stroke:{theme.trouble}}}{_WIDTH_RULES}"
    )
    return (
        f".background{{fill:{theme.background}}}"
        f".shape{{fill:{theme.panel};stroke:{theme.line};stroke-width:2}}"
        f".shape.constant{{stroke-dasharray:4 4}}.shape.leaf{{stroke:{theme.forward}}}"
        f".shape.loss{{stroke:{theme.ink};stroke-width:3}}"
        f".shape.group{{stroke-width:4}}"
        f".line{{fill:none;stroke:{theme.line};stroke-width:2}}.line.dead{{stroke-dasharray:4 5}}"
        f"{tinting if tints else ''}"
        f".shape.lit,.line.lit{{stroke:{lit or theme.backward};stroke-width:6}}"
        f"text{{text-anchor:middle;dominant-baseline:central;fill:{theme.ink};paint-order:stroke;"
        f"stroke:{theme.background};stroke-width:.42em;stroke-linejoin:round}}"
        f"text.inside{{stroke:none}}"
        f"text.name{{font-weight:600}}"
        f"text.badge,text.unknown{{fill:{theme.dim}}}"
        f"text.forward,text.again{{fill:{theme.forward}}}text.backward{{fill:{theme.backward}}}"
        f"text.update{{fill:{theme.update};font-weight:600}}text.trouble{{fill:{theme.trouble};font-weight:600}}"
    )


# A name that would get smaller than this part of its size is cut short, and whole in the title that a pointer shows.
_LEGIBLE = 0.62
_WIDTH_RULES = "".join(f".line.w{k}{{stroke-width:{width}}}" for k, width in enumerate(WIDTHS))


def mark_style(theme: Theme) -> str:
    """Write the style sheet of the marks that findings have."""
    return (
        f".sign{{fill:{theme.background};stroke:{theme.trouble};stroke-linejoin:round}}"
        f".sign.trouble{{fill:{theme.trouble}}}"
        f"text.number{{font-weight:700;stroke:none}}text.number.trouble{{fill:{theme.background}}}"
        f"text.sentence{{text-anchor:start;stroke:none}}"
    )


def _text(text: str) -> str:
    """Escape a text, leaving out the control characters that XML cannot hold."""
    return escape(printable(text))


def _shape(shape: Shape, lit: bool, key: str) -> str:
    """Write a box or a circle."""
    classes = f"shape {shape.kind}{' lit' if lit else ''}"
    if shape.round:
        place = f'cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="{shape.width / 2:.1f}"'
        return f'<circle {key}="{shape.id}" class="{classes}" {place}/>'
    x, y = shape.x - shape.width / 2, shape.y - shape.height / 2
    return (
        f'<rect {key}="{shape.id}" class="{classes}" x="{x:.1f}" y="{y:.1f}" width="{shape.width:.1f}" '
        f'height="{shape.height:.1f}" rx="10"/>'
    )


def _line(line: Line, lit: bool, key: str, filled: Filled) -> str:
    """Write a path, as thick as its number is large if it shows one."""
    code = filled.get(line.id, ("", ""))[0]
    shown = f" {tint(code)[0]} w{width_class(code)}" if code else ""
    classes = f"line{'' if line.live else ' dead'}{shown}{' lit' if lit else ''}"
    return f'<path {key}="{line.id}" class="{classes}" d="{path(line.points)}"/>'


def _grid(grid: Grid, code: str, key: str) -> str:
    """Write a heat map: its frame, and one path for all cells of a tint."""
    x, y = grid.x - grid.width / 2, grid.y - grid.height / 2
    size = f'x="{x:.1f}" y="{y:.1f}" width="{grid.width:.1f}" height="{grid.height:.1f}"'
    frame = f'<rect class="cells{"" if code else " unknown"}" {size}/>'
    parts = [
        f'<path class="cell {sign}" fill-opacity="{strength:.3f}" d="{"".join(map(_square, places))}"/>'
        for places, (sign, strength) in sorted_cells(grid, code)
    ]
    return f'<g {key}="{grid.id}" data-cells="{grid.rows} {grid.columns}">{frame}{"".join(parts)}</g>'


def _square(place: Place) -> str:
    """Write a cell as path data."""
    x, y = place.x - place.width / 2, place.y - place.height / 2
    return f"M{x:.1f},{y:.1f}h{place.width:.1f}v{place.height:.1f}h{-place.width:.1f}z"


def _mark(mark: Mark) -> str:
    """Write the sign of a finding at its node, a filled triangle or a hollow diamond, and its sentence at the foot."""
    x, y = mark.foot
    places = [(mark.foot if mark.lines else None, mark.size), (mark.at, mark.sign)]
    signs = "".join(_sign(mark, *at, size) for at, size in places if at is not None)
    sentence = "".join(
        f'<text class="sentence" x="{x + 1.5 * mark.size:.1f}" '
        f'y="{y + mark.leading * k:.1f}" font-size="{mark.size:.1f}">{_text(line)}</text>'
        for k, line in enumerate(mark.lines)
    )
    return f'<g class="mark"><title>{_text(mark.sentence)}</title>{signs}{sentence}</g>'


def _sign(mark: Mark, x: float, y: float, size: float) -> str:
    """Write the sign itself, with the finding's number in it."""
    trouble = mark.level == "trouble"
    corners = ((0, -0.95), (0.95, 0.7), (-0.95, 0.7)) if trouble else ((0, -0.85), (0.85, 0), (0, 0.85), (-0.85, 0))
    points = " ".join(f"{x + dx * size:.1f},{y + dy * size:.1f}" for dx, dy in corners)
    lower = 0.2 * size if trouble else 0.0
    return (
        f'<polygon class="sign {mark.level}" stroke-width="{size / 7:.1f}" points="{points}"/>'
        f'<text class="number {mark.level}" x="{x:.1f}" y="{y + lower:.1f}" '
        f'font-size="{0.75 * size:.1f}">{mark.number}</text>'
    )


def path(points: tuple[tuple[float, float], ...]) -> str:
    """Write Bézier points as SVG path data."""
    start, *rest = (f"{x:.1f},{y:.1f}" for x, y in points)
    return f"M{start}C{' '.join(rest)}" if rest else f"M{start}"


def shortened(text: str, room: float, size: float) -> str:
    """Cut a text off where it does not fit into its room.

    >>> shortened("w · x + b", 30, 10), shortened("w", 30, 10)
    ('w · x…', 'w')
    """
    if text_width(text, size) <= room:
        return text
    keep = next((k for k in range(len(text) - 1, 0, -1) if text_width(text[:k] + "…", size) <= room), 0)
    return text[:keep].rstrip() + "…"


def _label(text: Text, filled: Filled, key: str) -> str:
    """Write a text: a fixed name, or what stands in its slot."""
    if text.slot is None:
        assert text.math is not None
        content, state = write(text.math), text.role
    else:
        content, state = filled.get(text.slot, ("", "unknown"))
    size, title = text.size, ""
    if text.room is not None:
        room = text.room / (BOLD if text.role == "name" else 1.0)
        size = min(text.size, text.size * room / max(text_width(content, text.size), 1))
        if text.slot is None and size < _LEGIBLE * text.size:
            size, title = _LEGIBLE * text.size, f"<title>{_text(content)}</title>"
            content = shortened(content, room, size)
    inside = "" if text.room is None else " inside"
    turn = f' transform="rotate({text.angle:.2f} {text.x:.1f} {text.y:.1f})"' if text.angle else ""
    return (
        f'<text {key}="{text.id}" class="{text.role} {state}{inside}" x="{text.x:.1f}" y="{text.y:.1f}" '
        f'font-size="{size:.1f}"{turn}>{_text(content)}{title}</text>'
    )
