"""What a valid configuration says and its author may not mean."""

from consentkit.config import Config
from consentkit.config_stats import StatsSettings
from consentkit.errors import Finding
from consentkit.stats.breakdowns import PLACES


def advice(config: Config) -> list[Finding]:
    """Combinations that work, and do less than they seem to."""
    return [*_of_languages(config), *_of_places(config.stats), *_of_edge(config)]


def _of_languages(config: Config) -> list[Finding]:
    """Texts that visitors read in another language than all around them."""
    languages = config.site.languages
    found = []
    for name in ("description", "justification") if len(languages) > 1 else ():
        alone = [id_ for id_, service in config.declaration.services.items() if "" in (getattr(service, name) or ())]
        if alone:
            example = ", ".join(f'{language} = "…"' for language in languages)
            message = f"one text for {', '.join(languages)} in {', '.join(alone)}; write {name} = {{ {example} }}"
            found.append(Finding(f"services.{name}", message, "C12"))
    return found


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
