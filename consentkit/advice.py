"""What a valid configuration says and its author may not mean."""

from consentkit.config import Config
from consentkit.errors import Finding


def advice(config: Config) -> list[Finding]:
    """Combinations that work, and do less than they seem to."""
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
