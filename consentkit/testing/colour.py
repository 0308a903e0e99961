"""How well a colour is read on another: WCAG 2.2 contrast, and APCA lightness contrast."""

from collections.abc import Sequence

Colour = tuple[float, float, float, float]
"""Red, green, blue (0…255) and alpha (0…1)."""

WHITE: Colour = (255, 255, 255, 1)


def over(front: Colour, back: Colour) -> Colour:
    """A colour painted over an opaque one."""
    alpha = front[3]
    red, green, blue = (alpha * front[index] + (1 - alpha) * back[index] for index in range(3))
    return (red, green, blue, 1)


def flatten(layers: Sequence[Colour], canvas: Colour = WHITE) -> Colour:
    """What is seen of layers, the nearest first, on a canvas."""
    for layer in reversed(layers):
        canvas = over(layer, canvas)
    return canvas


def contrast(text: Colour, back: Colour) -> float:
    """The contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(text), _luminance(back)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2.2, "relative luminance")."""

    def linear(value: float) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])


def lightness_contrast(text: Colour, back: Colour) -> float:
    """APCA's Lc, without sign, about 0 to 108 (APCA-W3 0.1.9, base formula)."""
    ink, paper = (_screen_luminance(colour) for colour in (text, back))
    if abs(paper - ink) < 0.0005:
        return 0.0
    if paper > ink:
        contrast_ = (paper**0.56 - ink**0.57) * 1.14
        return 0.0 if contrast_ < 0.1 else (contrast_ - 0.027) * 100
    contrast_ = (paper**0.65 - ink**0.62) * 1.14
    return 0.0 if contrast_ > -0.1 else -(contrast_ + 0.027) * 100


def _screen_luminance(colour: Colour) -> float:
    red, green, blue = ((colour[index] / 255) ** 2.4 for index in range(3))
    light = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    return float(light + (0.022 - light) ** 1.414) if light < 0.022 else float(light)
