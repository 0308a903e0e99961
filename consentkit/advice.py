"""What a valid configuration says and its author may not mean."""

from consentkit.config import Config
from consentkit.config_stats import StatsSettings
from consentkit.errors import Finding
from consentkit.stats.breakdowns import PLACES


def advice(config: Config) -> list[Finding]:
    """Combinations that work, and do less than they seem to."""
    return [*_of_places(config.stats), *_of_edge(config)]


def _of_places(stats: StatsSettings) -> list[Finding]:
    names = ", ".join(PLACES)
    if stats.geoip and not stats.looks_up_places:
        return [Finding("stats.geoip", f"has no effect: breakdowns has none of {names}; add one, or take geoip out")]
    crossed = [one.name for one in stats.crossings if not {one.first, one.second} <= {*stats.told_by_requests}]
    if crossed:
        why = f"nothing counts in {', '.join(crossed)}: {names} come from the databases that geoip names"
        return [Finding("stats.crossings", why)]
    return []


def _of_edge(config: Config) -> list[Finding]:
    consent = config.consent
    if consent.delivery != "edge":
        return []
    found = []
    if not consent.csp:
        found.append(
            Finding(
                "consent.csp",
                'false with delivery = "edge": tags are inert until they are agreed to, but nothing stops inline '
                "scripts and stylesheets of a page from reaching services; set it to true",
            )
        )
    if not config.declaration.choosable:
        found.append(
            Finding(
                "consent.delivery", '"edge" has no effect: no service needs consent, so pages are left alone anyway'
            )
        )
    return found
