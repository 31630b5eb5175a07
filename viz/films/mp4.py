"""Video files: each step is a piece of its own, and a film is its pieces one after the other, with chapters.

A piece begins with a whole picture and needs no other piece, so that pieces can be made at the same time by several
processes, joined without encoding anything again, and shown alone on a slide. A film is thus the same, byte for byte,
however many processes made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from microgradphys.errors import MissingExtraError
from viz.films.captions import Chapter

# H.264 as every browser and projector plays it. Flat colours and sharp edges need little, so the quick way is enough.
_OPTIONS = {"crf": "20", "preset": "veryfast", "tune": "animation", "bf": "0", "threads": "1"}
# The colours of high definition television (ITU-R BT.709): the number that stands for it in a video file.
_BT709 = 1


def load_av() -> Any:
    """Import av.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise MissingExtraError("viz.movie needs av: pip install 'microgradphys[movie]'") from error
    return av


def write_piece(pictures: Iterable[np.ndarray | None], size: tuple[int, int], rate: int, target: Path) -> None:
    """Encode pictures as an mp4 file.

    Args:
        pictures: height × width × 4, blue first; None repeats the one before.
        size: width and height in pixels.
        rate: video frames a second.
        target: the file to write.
    """
    av = load_av()
    with av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream: Any = container.add_stream("libx264", rate=rate, options=_OPTIONS)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = 1, _BT709, _BT709, _BT709
        frame = None
        for number, pixels in enumerate(pictures):
            if pixels is not None:
                shown = av.VideoFrame.from_ndarray(pixels, format="bgra")
                frame = shown.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            assert frame is not None
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def join(pieces: Sequence[Path], marks: Sequence[int], rate: int, target: Path, chapters: Sequence[Chapter]) -> None:
    """Put pieces one after the other into one mp4 file, as they are.

    Args:
        pieces: the files, in order.
        marks: the video frame at which each begins, and the number of video frames in all.
        rate: video frames a second.
        target: the file to write.
        chapters: the video frame at which each chapter begins, and its title.
    """
    av = load_av()
    with av.open(str(target), "w", format="mp4", options={"movflags": "faststart"}) as container:
        ends = [*(begin for begin, _ in chapters[1:]), marks[-1]]
        container.set_chapters(
            [
                {"id": k, "start": begin, "end": end, "time_base": Fraction(1, rate), "metadata": {"title": title}}
                for k, ((begin, title), end) in enumerate(zip(chapters, ends, strict=True))
            ]
        )
        stream: Any = None
        for piece, begin in zip(pieces, marks, strict=False):
            with av.open(str(piece)) as source:
                video = source.streams.video[0]
                stream = stream or container.add_stream_from_template(video)
                start = round(Fraction(begin, rate) / video.time_base)
                for packet in source.demux(video):
                    if packet.dts is not None:
                        packet.pts, packet.dts = packet.pts + start, packet.dts + start
                        packet.stream = stream
                        container.mux(packet)
