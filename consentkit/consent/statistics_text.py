"""The paragraph of the declaration about the statistics, from what is really configured."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from consentkit.config import Config
from consentkit.config_stats import EVERYBODY, StatsSettings
from consentkit.own_visit import EXEMPTION_OF
from consentkit.texts import duration_text, isolated, texts

WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "pages": (
        "page", "host", "status", "reason", "move", "goal", "funnel", "missing", "missing_from", "download", "policy",
    ),
    "referrers": ("referrer",),
    "campaigns": (
        "channel", "campaign", "campaign_source", "campaign_medium", "campaign_term", "campaign_content", "click_id",
    ),
    "technology": ("browser", "browser_version", "os", "device"),
    "language": ("language",),
    "country": ("country", "region"),
    "network": ("network", "organisation"),
    "searches": ("search",),
    "outbound": ("outbound", "outbound_from"),
})  # fmt: skip
"""The words of the paragraph, in their order, and the breakdowns that stand under each."""

LOOKED_UP = frozenset({*WORDS["country"], *WORDS["network"]})
"""Breakdowns that come from a database by the visitor's address."""


def breakdowns_of(config: Config) -> list[str]:
    """What this site counts by; without a database there is no place, without parameters no search."""
    stats = config.stats
    missing = {
        *(() if stats.geoip else LOOKED_UP),
        *(() if stats.search_parameters else WORDS["searches"]),
        *(() if stats.outbound else WORDS["outbound"]),
    }
    return [name for name in stats.breakdowns if name not in missing]


def statistics_paragraph(config: Config, language: str) -> str:
    """What is counted, when it appears, what scripts tell, and what it is used for, in a language."""
    t = texts(language)
    words, stats = t["statistics"], config.stats
    what = _listed(breakdowns_of(config), language)
    sentences = [
        words["counts"].format(site=isolated(config.site.name, language), what=what),
        words["appears"].format(
            threshold=stats.threshold, patience=duration_text(f"{stats.patience_days} days", language)
        ),
        *([words["place"]] if stats.looks_up_places else []),
        *([] if stats.visitor_state else [words["no_storage"]]),
        *(words[key] for key in _scripts(stats)),
        words["use"].format(months=duration_text(f"{stats.retention_months} months", language)),
        *([f"({t['exemptions'][EXEMPTION_OF[stats.exemption]]})"] if stats.exemption in EXEMPTION_OF else []),
    ]
    return ("" if language == "zh" else " ").join(sentences)


def _scripts(stats: StatsSettings) -> list[str]:
    """What scripts tell the server that no request for a page would, and of whom."""
    told = ["link_script"] if stats.outbound else []
    if stats.loaded_ahead == EVERYBODY:
        return [*told, "ahead_script_everybody"]
    return [*told, "ahead_script"] if stats.visitor_state else told


def _listed(breakdowns: Sequence[str], language: str) -> str:
    """What is counted, each thing named once."""
    t = texts(language)
    words = [t["statistics"][key] for key, names in WORDS.items() if not set(names).isdisjoint(breakdowns)]
    return str(t["banner"]["between"].join(words))
