"""One theme for film, page, terminal and figures: colours from the Okabe-Ito set, sizes and fonts.

M. Okabe and K. Ito, "Color Universal Design" (2008): eight colours that the colour-blind can tell apart. Direction is
also shown by shape (arrow, dash), never by colour alone.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one background."""

    background: str
    panel: str
    ink: str
    dim: str
    line: str
    forward: str
    backward: str
    update: str
    trouble: str

    def phase(self, phase: str) -> str:
        """The colour of a pass."""
        return {"backward": self.backward, "update": self.update}.get(phase, self.forward)


LIGHT = Theme(
    background="#FFFFFF",
    panel="#F7F9FB",
    ink="#10151F",
    dim="#5A6472",
    line="#8A94A3",
    forward="#0072B2",
    backward="#B35900",
    update="#00734F",
    trouble="#D55E00",
)
DARK = Theme(
    background="#10151F",
    panel="#1B2432",
    ink="#F2F4F8",
    dim="#98A2B3",
    line="#5C6778",
    forward="#56B4E9",
    backward="#E69F00",
    update="#009E73",
    trouble="#D55E00",
)
# Every colour at least 7:1 on its background (WCAG 2.2, contrast enhanced): for the page, on request.
HIGH_CONTRAST = Theme(
    background="#FFFFFF",
    panel="#FFFFFF",
    ink="#000000",
    dim="#3D3D3D",
    line="#000000",
    forward="#003E80",
    backward="#7A2E00",
    update="#00513A",
    trouble="#9B1C00",
)
THEMES = {"light": LIGHT, "dark": DARK, "contrast": HIGH_CONTRAST}

# Curves, classes and optimisers in their order: each at least 4.5:1 on its background, as their names are written in
# them, and apart from one another for the colour-blind; from the sixth on dashes and markers tell them apart.
SERIES = {
    "light": (LIGHT.forward, LIGHT.backward, LIGHT.update, "#A8377E", LIGHT.ink),
    "dark": (DARK.forward, DARK.backward, DARK.update, "#CC79A7", DARK.ink),
    "contrast": (HIGH_CONTRAST.forward, HIGH_CONTRAST.backward, HIGH_CONTRAST.update, "#7A1F5C", HIGH_CONTRAST.ink),
}

# The system's sans-serif, with one that has every sign of our formulas in front of the last resort.
FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif"
