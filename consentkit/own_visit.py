"""consentkit's own measurement of visits as a declared service: what the visitor's browser keeps, why, how long."""

from consentkit.config_stats import EVERYBODY, StatsSettings
from consentkit.declaration import AUDIENCE_MEASUREMENT, Service, StorageItem
from consentkit.duration import days_of
from consentkit.texts import available, joined, texts

VISIT = "consentkit_visit"
"""The id of the service, and the name of its cookie."""
SECURE_VISIT = f"__Host-{VISIT}"
VISIT_COOKIES = frozenset({VISIT, SECURE_VISIT})
"""The cookie, with and without the prefix that needs https."""

DURATION = "13 months"
"""The longest that it lives, from the first visit: visits do not extend it (CNIL deliberation 2020-092, rule C23)."""

EXEMPTION_OF = {
    "nl": "nl_quality_measurement",
    "fr": "fr_audience_measurement",
    "es": "es_audience_measurement",
    "uk": "uk_statistics",
}
"""The rule behind each profile of `[stats] exemption`: under it a site may measure until the visitor refuses."""


def told_by_scripts(stats: StatsSettings) -> tuple[str, ...]:
    """What scripts tell the server of those whose visits are counted, and of them alone: the keys of its texts."""
    return (
        *(["link_script"] if stats.outbound else []),
        *(["ahead_script"] if stats.loaded_ahead != EVERYBODY else []),
    )


def visit_service(stats: StatsSettings) -> Service:
    """The service, as a site with these statistics has it; where no exemption covers it, it needs consent."""
    exemption = EXEMPTION_OF.get(stats.exemption, "")
    told = told_by_scripts(stats)
    return Service(
        id=VISIT,
        name={language: texts(language)["declaration"]["own_visit"] for language in available()},
        purpose=AUDIENCE_MEASUREMENT,
        storage=tuple(StorageItem(name, "cookie", days_of(DURATION), DURATION) for name in sorted(VISIT_COOKIES)),
        description={language: _description(told, language, off=bool(exemption)) for language in available()},
        exemption=exemption,
        told=told,
    )


def _description(told: tuple[str, ...], language: str, *, off: bool) -> str:
    """What it keeps, what its scripts tell, and how it is switched `off` where it is on without being asked for."""
    t = texts(language)
    why, how = t["declaration"]["own_visit_why"], [t["declaration"]["own_visit_off"]] if off else []
    return joined([why, *(t["statistics"][key] for key in told), *how], language)
