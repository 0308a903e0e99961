"""What a part of a country is called."""

import sys

import pytest

from consentkit.dashboard.region_names import region_names, said
from consentkit.dashboard.wording import Wording


@pytest.mark.parametrize(
    ("code", "name"),
    [("NL-NH", "Noord-Holland"), ("ES-C", "A Coruña"), ("ES-MC", "Región de Murcia"), ("GB-LND", "City of London"),
     ("GB-ABC", "Armagh City, Banbridge and Craigavon"), ("XX-99", "XX-99"), ("(unknown)", "Not known")],
)  # fmt: skip
def test_regions_have_names(code: str, name: str) -> None:
    """In the reader's order of words, in one language; a code that the standard does not know stays."""
    assert name == Wording("en").value("region", code)


def test_no_name_is_left_as_an_index_has_it() -> None:
    """Of all that the standard lists."""
    names = region_names()
    assert len(names) > 5000
    assert [] == [name for name in names.values() if "[" in name or name.endswith((", Región de", ", City of"))]


def test_without_the_extra_codes_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dashboard does not need pycountry."""
    monkeypatch.setitem(sys.modules, "pycountry", None)
    assert {} == region_names.__wrapped__()


def test_a_name_without_a_moved_part_stays() -> None:
    """A comma alone says nothing."""
    assert "Saint Helena, Ascension and Tristan" == said("Saint Helena, Ascension and Tristan")
