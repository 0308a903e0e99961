"""Where an import goes."""

import pytest

from consentkit.config import parse
from tests.support.sites import settings


@pytest.fixture
def config(tmp_path):
    return parse(settings(stats={"goals": [{"id": "contact"}]}), base=tmp_path)
