"""How templates are read."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from consentkit.templates import environment


def test_what_a_visitor_sent_is_text_in_every_template(tmp_path: Path) -> None:
    """Whatever the template's name ends with."""
    (tmp_path / "page.txt").write_text("<p>{{ value }}</p>", "utf-8")
    made = environment(tmp_path).get_template("page.txt").render(value="<script>")
    assert made == "<p>&lt;script&gt;</p>"


def test_a_name_without_a_value_is_an_error(tmp_path: Path) -> None:
    """It leaves no hole in a page."""
    (tmp_path / "page.html").write_text("{{ forgotten }}", "utf-8")
    with pytest.raises(UndefinedError, match="forgotten"):
        environment(tmp_path).get_template("page.html").render()
