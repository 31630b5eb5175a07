"""A film as a GIF: one palette for all frames, chosen from a few of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from viz.theme import DARK

_COLOURS = 128
# How strong colours are drawn: full, on a plate, and faint; and how much they weigh against the frames.
_STRENGTHS, _ROWS = (1.0, 0.4, 0.3), 60
_SAMPLES = 24


def write_gif(film: Path, target: Path, rate: int) -> None:
    """Turn an mp4 film into a GIF.

    Args:
        film: the film to read.
        target: the GIF to write; its folder exists.
        rate: frames a second.
    """
    import av
    from PIL import Image

    palette = _palette(film)
    colours = np.array(palette.getpalette("RGB"), np.uint8).reshape(-1, 3)
    table = np.zeros((256, 4), np.uint8)
    table[: len(colours), 1:] = colours
    table[:, 0] = 255
    with av.open(str(film)) as source, av.open(str(target), "w", format="gif") as container:
        stream: Any = container.add_stream("gif", rate=rate)
        stream.width, stream.height = source.streams.video[0].width, source.streams.video[0].height
        stream.pix_fmt = "pal8"
        for number, shown in enumerate(source.decode(video=0)):
            picture = Image.fromarray(shown.to_ndarray(format="rgb24"))
            indices = np.asarray(picture.quantize(palette=palette, dither=Image.Dither.NONE))
            indexed: Any = (indices, table)
            frame = av.VideoFrame.from_ndarray(indexed, format="pal8")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _palette(film: Path) -> Any:
    """Choose the colours from frames spread over the film."""
    import av
    from PIL import Image

    with av.open(str(film)) as source:
        every = max(source.streams.video[0].frames // _SAMPLES, 1)
        frames = source.decode(video=0)
        samples = [shown.to_ndarray(format="rgb24")[::2, ::2] for k, shown in enumerate(frames) if k % every == 0]
    return Image.fromarray(np.concatenate([*samples, _theme(samples[0].shape[1])])).quantize(
        _COLOURS, dither=Image.Dither.NONE
    )


def _theme(width: int) -> np.ndarray:
    """The theme's own colours as a strip of pixels: a rare one, too, finds its place in the palette."""
    names = (DARK.ink, DARK.dim, DARK.forward, DARK.backward, DARK.update)
    ground, *colours = (np.array([int(name[k : k + 2], 16) for k in (1, 3, 5)]) for name in (DARK.background, *names))
    mixed = [colour * strength + ground * (1 - strength) for colour in colours for strength in _STRENGTHS]
    strip = np.repeat(np.array(mixed), -(-width // len(mixed)), axis=0)[:width]
    return np.broadcast_to(strip.astype(np.uint8), (_ROWS, width, 3))
