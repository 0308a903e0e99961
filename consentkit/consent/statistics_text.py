"""What the declaration says about the statistics, from what is really configured."""

from dataclasses import dataclass

from consentkit.config import Config
from consentkit.config_stats import EVERYBODY
from consentkit.own_visit import EXEMPTION_OF, told_by_scripts
from consentkit.texts import duration_text, isolated, joined, texts

OF_EVERYBODY: dict[str, tuple[str, ...]] = {
    "pages": ("page", "host", "status", "reason", "move", "missing", "download"),
    "referrers": ("referrer", "missing_from"),
    "channel": ("channel", "click_id"),
    "campaigns": ("campaign", "campaign_source", "campaign_medium", "campaign_term", "campaign_content"),
    "browsers": ("browser", "browser_version"),
    "systems": ("os",),
    "devices": ("device",),
    "language": ("language",),
    "country": ("country",),
    "region": ("region",),
    "network": ("network",),
    "organisation": ("organisation",),
    "searches": ("search",),
    "goals": ("goal",),
    "answers": ("policy",),
}
"""What is counted of everybody, in the order in which it is said, and the breakdowns that stand under each."""

OF_MEASURED: dict[str, tuple[str, ...]] = {
    "goals": ("goal", "funnel"),
    "outbound": ("outbound", "outbound_from"),
}
"""The same of what is counted only of those whose visits are; some of it is in no breakdown."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the explanation: its title ("" for the first, which needs none), a list, and paragraphs after it."""

    title: str
    items: tuple[str, ...]
    paragraphs: tuple[str, ...]


def breakdowns_of(config: Config) -> list[str]:
    """What this site counts by: no search without parameters, no goal where none is named, and so on."""
    stats = config.stats
    missing = {
        *(() if stats.search_parameters else OF_EVERYBODY["searches"]),
        *(() if stats.outbound else OF_MEASURED["outbound"]),
        *(() if stats.goals else ("goal",)),
        *(() if stats.funnels else ("funnel",)),
        *(() if config.declaration.choosable else OF_EVERYBODY["answers"]),
    }
    return [name for name in stats.told_by_requests if name not in missing]


def statistics_parts(config: Config, language: str) -> tuple[Part, ...]:
    """What is counted, of everybody and of whom only while they let it, what for and for how long, in a language."""
    return (
        _opening(config, language),
        _everybody(config, language),
        *([_visits(config, language)] if config.stats.visitor_state else []),
        _use(config, language),
    )


def _opening(config: Config, language: str) -> Part:
    counts = texts(language)["statistics"]["counts"]
    return Part("", (), (counts.format(site=isolated(config.site.name, language)),))


def _everybody(config: Config, language: str) -> Part:
    words, stats = texts(language)["statistics"], config.stats
    counted = set(breakdowns_of(config))
    if config.declaration.choosable:
        # How many answered what is counted in any case.
        counted.add("policy")
    return Part(
        words["everybody"],
        tuple(words[key] for key, names in OF_EVERYBODY.items() if not counted.isdisjoint(names)),
        (
            *([words[_looked_up(counted)]] if stats.looks_up_places else []),
            words["no_storage"],
            *([words["ahead_script"]] if stats.loaded_ahead == EVERYBODY else []),
        ),
    )


def _looked_up(counted: set[str]) -> str:
    """The key of what is said about looking up places."""
    if counted.isdisjoint(("network", "organisation")):
        return "place"
    return "place_both" if "country" in counted else "place_network"


def _visits(config: Config, language: str) -> Part:
    """What the state adds that a visitor's browser carries, and how to agree to it or refuse it."""
    t, stats = texts(language), config.stats
    words, counted = t["statistics"], set(breakdowns_of(config))
    told = [words[key] for key in told_by_scripts(stats)]
    choice = words["until_refused" if stats.exemption in EXEMPTION_OF else "on_consent"]
    rule = f" ({t['exemptions'][EXEMPTION_OF[stats.exemption]]})" if stats.exemption in EXEMPTION_OF else ""
    return Part(
        t["declaration"]["own_visit"],
        (
            words["visit_begin" if counted & {"channel", "campaign"} else "visit_begin_page"],
            words["visit_length"],
            words["visit_first"],
            *(words[key] for key, names in OF_MEASURED.items() if not counted.isdisjoint(names)),
        ),
        (*([joined(told, language)] if told else []), choice.format(link=t["link"]["text"]) + rule),
    )


def _use(config: Config, language: str) -> Part:
    t, stats = texts(language), config.stats
    words = t["statistics"]
    patience = duration_text(f"{stats.patience_days} days", language)
    months = duration_text(f"{stats.retention_months} months", language)
    return Part(
        words["use_title"],
        (),
        (
            words["appears"].format(threshold=stats.threshold, patience=patience),
            words["use"].format(months=months),
            t["preferences"]["contact"].format(contact=isolated(config.site.contact, language)),
        ),
    )
