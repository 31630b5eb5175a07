"""What a terminal can show: its size, its signs, and texts that fit."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz.sheet import Sheet, columns, in_ascii, padded, replacing


class Terminal(io.StringIO):
    """A stream that says it is a terminal, of some encoding."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("asked", "width", "height"), [(("40", "10"), 40, 9), (("200", "60"), 80, 24), (("3", "2"), 20, 8)]
)
def test_the_size_is_the_terminals_at_most_80_by_24(
    asked: tuple[str, str], width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line is left for the prompt; less than 20 by 8 is not believed."""
    monkeypatch.setenv("COLUMNS", asked[0])
    monkeypatch.setenv("LINES", asked[1])
    sheet = Sheet.of(Terminal())
    assert (sheet.width, sheet.height) == (width, height)


def test_a_file_is_80_by_24(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the terminal beside it, unless one says COLUMNS."""
    monkeypatch.delenv("COLUMNS", raising=False)
    assert Sheet.of(io.StringIO()) == Sheet(80, 24, True)


@pytest.mark.parametrize(
    ("encoding", "unicode"), [("utf-8", True), ("utf-16", True), ("ascii", False), ("latin-1", False), ("cp437", False)]
)
def test_an_encoding_has_all_of_our_signs_or_gets_none(encoding: str, unicode: bool) -> None:
    """A mixture would be harder to read than either."""
    stream = Terminal()
    stream.encoding = encoding
    assert Sheet.of(stream).unicode is unicode


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("∂E/∂w += ∂E/∂s · σ′(s)", "dE/dw += dE/ds * sigma'(s)"),
        ("W₁₁⁽²⁾ ← W₁₁⁽²⁾ − η · 1.5×10⁻⁷", "W_11^(2) <- W_11^(2) - eta * 1.5e-7"),
        ("A xᵀ ⊙ √y + √(z)", "A x^T (*) sqrt y + sqrt(z)"),
        ("−∞ ≤ Σ x₁ ≠ ∛2", "-inf <= Sum x_1 != cbrt 2"),
        ("▸▸◂◆·", "> > < + *".replace(" ", "")),
        ("naïve ключ", "naïve ключ"),
    ],
)
def test_our_signs_in_ascii(text: str, plain: str) -> None:
    """Letters that are not ours stay."""
    assert in_ascii(text) == plain


def test_a_stream_without_unicode_shows_what_it_can() -> None:
    """Our signs in ASCII, accents left out, other letters as question marks."""
    written = "w₁ · σ(x) = 2×10⁻³, é, ключ, ĉ".encode("ascii", errors=replacing())
    assert written == b"w_1 * sigma(x) = 2*10^-3, e, ????, c"
    assert "é ĉ".encode("latin-1", errors=replacing()) == b"\xe9 c"


@settings(deadline=None)
@given(st.text(max_size=60), st.integers(1, 40))
def test_a_clipped_text_fits_and_keeps_its_beginning(text: str, width: int) -> None:
    """Wide letters count twice."""
    clipped = Sheet().clipped(text, width)
    assert columns(clipped) <= width
    assert clipped == text or (clipped.endswith("…") and text.startswith(clipped[:-1]))


@settings(deadline=None)
@given(st.text("ab ·重", max_size=80), st.integers(2, 30), st.integers(1, 4))
def test_a_folded_text_fits_and_loses_nothing_but_its_end(text: str, room: int, most: int) -> None:
    """Broken at spaces only."""
    rows = Sheet().folded(text, room, most)
    assert len(rows) <= most
    assert all(columns(row) <= room for row in rows)
    if not any(row.endswith("…") for row in rows):
        assert " ".join(rows) == text


@settings(deadline=None)
@given(st.text("ab重é", max_size=10))
def test_a_padded_text_is_as_wide_as_its_column(text: str) -> None:
    """Wide letters count twice here too."""
    assert columns(padded(text, 20)) == 20
