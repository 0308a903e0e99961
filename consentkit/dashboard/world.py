"""The countries as a map of tiles of one size, so that a small country is as easy to see as a large one."""

from collections.abc import Callable, Iterable, Mapping

from markupsafe import Markup

DRAWN = """
-- -- -- -- -- -- -- -- GL -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- --
-- -- -- -- -- -- -- -- -- IS -- -- -- NO SE FI -- -- -- -- RU -- -- -- -- -- -- -- -- -- --
-- -- -- -- CA -- -- -- -- -- -- -- -- DK -- EE LV -- -- -- -- -- -- -- -- -- -- -- -- -- --
-- -- -- -- -- -- -- -- -- -- IE GB NL DE PL LT BY -- -- -- -- -- -- -- -- -- -- -- -- -- --
-- -- -- -- -- -- -- -- -- -- -- BE LU -- CZ SK UA -- -- -- -- KZ -- -- -- -- -- -- -- -- --
-- -- -- -- -- -- -- -- -- -- -- FR CH LI AT HU RO MD -- -- -- -- -- -- -- MN -- -- -- -- --
-- -- -- -- -- -- -- -- -- -- AD MC IT SM SI HR RS BG -- GE -- -- -- -- -- -- -- -- -- -- --
-- -- -- -- -- -- -- -- -- -- PT ES VA -- BA ME XK MK TR AM AZ UZ -- KG -- -- -- KP -- -- --
-- -- -- -- US -- -- -- -- -- -- -- -- MT -- AL GR CY SY -- TM TJ -- -- -- CN -- KR JP -- --
-- -- -- -- -- -- BS -- -- -- -- MA DZ TN -- -- -- LB PS IQ IR -- AF -- -- -- -- -- -- -- --
-- -- -- -- MX CU HT PR -- -- EH -- -- -- LY EG -- IL JO KW BH AE PK NP BT MM HK -- -- -- --
-- -- -- -- BZ JM DO KN AG CV MR ML -- NE -- -- -- -- -- SA QA OM -- IN BD LA MO TW -- -- --
-- -- -- GT HN NI DM LC BB GM SN BF BJ -- -- TD SD ER DJ YE -- -- -- -- -- TH VN PH -- -- --
-- -- -- -- SV CR GD VC TT GW GN GH TG NG CM CF SS ET SO -- -- -- -- LK -- KH BN -- PW FM MH
-- -- -- -- -- PA VE GY SR GF SL LR CI GQ GA CG RW UG KE -- -- -- MV -- -- SG MY -- -- NR KI
-- -- -- -- -- EC CO -- -- -- -- -- -- ST -- CD BI TZ -- -- SC -- -- -- -- -- ID -- PG -- TV
-- -- -- -- -- -- PE -- BR -- -- -- -- -- AO ZM -- MW KM -- -- -- -- -- -- -- -- TL -- SB WS
-- -- -- -- -- -- BO -- -- -- -- -- -- -- -- BW ZW MZ -- MG MU -- -- -- -- -- -- -- -- VU FJ
-- -- -- -- -- -- -- PY -- -- -- -- -- -- NA -- SZ -- -- -- RE -- -- -- -- -- -- AU -- NC TO
-- -- -- -- -- -- CL AR UY -- -- -- -- -- -- ZA LS -- -- -- -- -- -- -- -- -- -- -- -- -- --
-- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- NZ
"""
"""Each country by its code (ISO 3166-1) about where it lies; Europe is given more room than it takes on the globe."""

TILE = 20
GAP = 1.5
LEVELS = (0.5, 0.2, 0.05, 0.01, 0.0)
"""Shares of the largest count above which a tile is of the darkest level, the next one, and so on."""


def _placed() -> dict[str, tuple[int, int]]:
    return {
        code: (column, row)
        for row, line in enumerate(DRAWN.split("\n")[1:-1])
        for column, code in enumerate(line.split(" "))
        if code != "--"
    }


PLACES: Mapping[str, tuple[int, int]] = _placed()
COLUMNS = max(column for column, _ in PLACES.values()) + 1
ROWS = max(row for _, row in PLACES.values()) + 1


def level_of(count: int, largest: int) -> int:
    """How dark a tile is: 1 for the smallest counts to 5 for those near the largest."""
    share = count / largest if largest else 0.0
    return len(LEVELS) - next(number for number, least in enumerate(LEVELS) if share > least or least == 0)


def world_map(counts: Mapping[str, int], said: Callable[[str, int], str], address: Callable[[str], str]) -> Markup:
    """The map as SVG; `said` is what a country's tile says, `address` where it leads.

    It says nothing that the list beside it does not, so it is hidden from screen readers and skipped by the tab key.
    """
    known = {code: count for code, count in counts.items() if code in PLACES and count > 0}
    largest = max(known.values(), default=0)
    square = '<rect class="l{level}" x="{x}" y="{y}" width="{size}" height="{size}" rx="3"><title>{said}</title></rect>'
    name = '<text class="l{level}" x="{tx}" y="{ty}">{code}</text>'
    tile = Markup(f'<a href="{{address}}" tabindex="-1">{square}{name}</a>')  # noqa: S704 -- of our own literals alone
    size = TILE - GAP
    tiles = []
    for code, count in known.items():
        x, y = (place * TILE for place in PLACES[code])
        tiles.append(
            tile.format(
                address=address(code),
                level=level_of(count, largest),
                x=x,
                y=y,
                size=size,
                said=said(code, count),
                tx=x + size / 2,
                ty=y + size / 2 + 3,
                code=code,
            )
        )
    return Markup(
        '<svg class="tiles-of-the-world" viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false">'
        '<path d="{empty}"/>{tiles}</svg>'
    ).format(
        width=COLUMNS * TILE,
        height=ROWS * TILE,
        empty=_squares(code for code in PLACES if code not in known),
        tiles=Markup().join(tiles),
    )


def _squares(codes: Iterable[str]) -> str:
    size = TILE - GAP
    places = (PLACES[code] for code in codes)
    return "".join(f"M{x * TILE} {y * TILE}h{size}v{size}h-{size}z" for x, y in places)
