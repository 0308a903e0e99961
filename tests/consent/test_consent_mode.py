"""What tags are told of a visitor's consent, as the element that says it."""

import shutil
import subprocess

import pytest

from consentkit.assets import static_folder
from consentkit.consent.consent_mode import RECEIVERS, SIGNALS, ConsentMode, ConsentModeTag, services_behind
from consentkit.scripts import inlined
from tests.support.sites import config_of, only_finding, settings

ALL = ConsentMode(RECEIVERS)


DECLARATION = config_of(settings()).declaration


def tag(mode: ConsentMode = ALL) -> ConsentModeTag:
    """The tag of a mode, with a script that is easy to find."""
    return ConsentModeTag(mode, DECLARATION, script="// why\nrun();\n", address="static/x.js")


def test_without_a_nonce_the_script_is_a_file_of_ours() -> None:
    """A policy of `script-src 'self'` forbids what stands inside the page."""
    html = tag(ConsentMode(("google",), {"ad_storage": "marketing"})).html(None, base="/consent/")
    assert '<script src="/consent/static/x.js" data-to="google" data-signals="ad_storage:ads+video"></script>' == html


def test_with_a_nonce_the_script_stands_inside_the_page() -> None:
    """No request is waited for then; the nonce is escaped like any value."""
    html = tag(ConsentMode(("google",), {"ad_storage": "marketing"})).html(None, base="/", nonce='a"b')
    expected = '<script nonce="a&#34;b" data-to="google" data-signals="ad_storage:ads+video">run();\n</script>'
    assert expected == html


def test_only_a_visitor_who_chose_has_a_known_state() -> None:
    """Nobody's grants are an empty list, which is something else than not to have chosen."""
    assert "data-granted" not in tag().html(None, base="/")
    assert 'data-granted=""' in tag().html(frozenset(), base="/")


def test_only_ids_that_grant_a_signal_are_told() -> None:
    """Other services of the site are nobody's business."""
    granted = frozenset({"necessary", "session", "marketing", "ads", "video"})
    assert 'data-granted="ads video"' in tag().html(granted, base="/")


@pytest.mark.parametrize(
    ("id_", "services"),
    [("marketing", ("ads", "video")), ("video", ("video",)), ("necessary", ()), ("session", ()), ("support", ("-",))],
)
def test_a_signal_stands_for_services(id_: str, services: tuple[str, ...]) -> None:
    """All of a purpose's; none for what is always granted; one that nobody has for a purpose that is not in use."""
    assert services == services_behind(id_, DECLARATION)


def test_the_inlined_script_is_the_file_without_comments() -> None:
    """It ends no element early."""
    script = (static_folder() / "consent_mode.js").read_text("utf-8")
    inside = inlined(script)
    assert "</" not in inside
    assert "//" not in inside
    assert len(inside) < 0.75 * len(script)


def test_node_reads_the_inlined_script() -> None:
    """Taking comments and indentation out leaves the same program."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on this machine")
    script = inlined((static_folder() / "consent_mode.js").read_text("utf-8"))
    subprocess.run([node, "--check", "-"], input=script, text=True, check=True, timeout=30)


def test_the_configuration_names_who_is_told_and_what_grants() -> None:
    """What it does not say stays as Google's names suggest."""
    consent = {"consent_mode": ["google", "clarity"], "consent_mode_signals": {"ad_storage": "ads"}}
    mode = config_of(settings(consent=consent)).consent.consent_mode
    assert ("google", "clarity") == mode.receivers
    assert {**SIGNALS, "ad_storage": "ads"} == mode.signals
    assert not config_of(settings()).consent.consent_mode


@pytest.mark.parametrize(
    ("consent", "key", "text"),
    [
        ({"consent_mode": ["googel"]}, "consent.consent_mode", "allowed are google, microsoft_uet, clarity"),
        ({"consent_mode_signals": {"ad_store": "x"}}, "consent.consent_mode_signals.ad_store", "'ad_storage'"),
        ({"consent_mode_signals": {"ad_storage": "marketin"}}, "consent.consent_mode_signals.ad_storage", "marketing"),
    ],
)
def test_a_wrong_name_is_a_finding(consent: dict[str, object], key: str, text: str) -> None:
    """It names what is allowed, or what is nearest."""
    found = only_finding(settings(consent=consent))
    assert key == found.key
    assert text in found.message
