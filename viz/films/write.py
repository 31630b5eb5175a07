"""Film files out of pieces: joined, with chapters, as mp4 or GIF, and the subtitles beside them."""

from __future__ import annotations

from pathlib import Path

from microgradphys.files import write_atomically, written_aside
from viz.films.captions import chapters, subtitles
from viz.films.gif import write_gif
from viz.films.mp4 import join
from viz.films.reel import Reel


def write_film(reel: Reel, folder: Path, target: Path) -> list[Path]:
    """Join the pieces in a folder to a film, and write its subtitles beside it.

    Returns:
        The files that were written.
    """
    pieces = [folder / f"{name}.mp4" for name in reel.names]
    titles = chapters(reel.story, reel.marks, reel.findings)
    with written_aside(target) as aside:
        if target.suffix.lower() == ".gif":
            whole = folder / "film.mp4"
            join(pieces, reel.marks, reel.rate, whole, titles)
            write_gif(whole, aside, reel.rate)
            return [target]
        join(pieces, reel.marks, reel.rate, aside, titles)
        words = subtitles(reel.story, reel.marks, reel.rate, reel.findings)
    return [target, write_atomically(target.with_suffix(".srt"), words.encode())]
