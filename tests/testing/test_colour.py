"""Contrast as WCAG and APCA define it."""

import pytest

from consentkit.testing.colour import WHITE, Colour, contrast, flatten, lightness_contrast

BLACK: Colour = (0, 0, 0, 1)
GREY: Colour = (0x88, 0x88, 0x88, 1)


@pytest.mark.parametrize(
    ("text", "back", "expected"),
    [
        (BLACK, WHITE, 21.0),
        (WHITE, BLACK, 21.0),
        (WHITE, WHITE, 1.0),
        ((0x76, 0x76, 0x76, 1), WHITE, 4.54),  # the lightest grey that passes 1.4.3 on white
        ((0x77, 0x77, 0x77, 1), WHITE, 4.48),
    ],
)
def test_contrast_ratio(text: Colour, back: Colour, expected: float) -> None:
    """From 1 to 21, whichever of the two is the text (WCAG 2.2)."""
    assert expected == pytest.approx(contrast(text, back), abs=0.005)


@pytest.mark.parametrize(
    ("text", "back", "expected"),
    [(GREY, WHITE, 63.056), (WHITE, GREY, 68.541), (BLACK, (0xAA, 0xAA, 0xAA, 1), 58.146), (GREY, GREY, 0.0)],
)
def test_lightness_contrast(text: Colour, back: Colour, expected: float) -> None:
    """The test values that APCA-W3 publishes, without their sign: which of the two is the text makes a difference."""
    assert expected == pytest.approx(lightness_contrast(text, back), abs=0.01)


def test_layers_are_seen_through() -> None:
    """Half black over white is grey; a layer without colour changes nothing; what is opaque hides what is behind it."""
    half: Colour = (0, 0, 0, 0.5)
    nothing: Colour = (255, 0, 0, 0)
    assert (127.5, 127.5, 127.5, 1) == flatten([nothing, half, WHITE])
    assert BLACK == flatten([BLACK, WHITE])
    assert WHITE == flatten([])
