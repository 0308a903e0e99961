"""The compliance rules that a configuration could break, each with its number: such a configuration is refused."""

from consentkit.declaration import glob_match

FORBIDDEN_CONSENT_KEYS = {
    "refuse": ("C4", "refusing stands on the same layer as accepting (EDPB cookie banner report ¶6-8)"),
    "refuse_button": (
        "C4",
        "refusing stands on the same layer as accepting (EDPB cookie banner report ¶6-8)",
    ),
    "hide_refuse": ("C4", "refusing stands on the same layer as accepting (EDPB cookie banner report ¶6-8)"),
    "refuse_style": ("C7", "both buttons look the same (EDPB cookie banner report ¶15-19)"),
    "accept_style": ("C7", "both buttons look the same (EDPB cookie banner report ¶15-19)"),
    "accept_on_scroll": ("C9", "scrolling is no consent (GDPR recital 32)"),
    "accept_on_close": ("C9", "closing is no consent (GDPR recital 32)"),
    "accept_on_navigation": ("C9", "reading on is no consent (GDPR recital 32)"),
    "accept_after": ("C9", "waiting is no consent (GDPR recital 32)"),
    "implied": ("C9", "consent is an affirmative action (GDPR recital 32)"),
    "opt_out": ("C8", "consent is given before, not assumed until it is refused (CJEU C-673/17)"),
    "model": ("C8", "consent is always opt-in (CJEU C-673/17)"),
    "wall": ("C16", "the site stays usable without consent (EDPB Guidelines 05/2020 ¶39-41)"),
    "block_until_choice": ("C16", "the site stays usable without consent (EDPB Guidelines 05/2020 ¶39-41)"),
}

FORBIDDEN_SERVICE_KEYS = {
    **dict.fromkeys(
        ("default", "preselected", "prechecked", "checked", "enabled", "granted"),
        ("C8", "nothing is ticked before the visitor ticks it (GDPR recital 32, CJEU C-673/17)"),
    ),
    **dict.fromkeys(
        ("legal_basis", "lawful_basis", "legitimate_interest"),
        (
            "C17",
            "storing on a device rests on consent or an exemption, never on legitimate interest (ePD 5(3))",
        ),
    ),
    "required": ("C18", 'what is needed is declared as purpose "necessary" with its exemption'),
}

KNOWN_TRACKERS = (
    "_ga", "_ga_*", "_gid", "_gat", "_gat_*", "_gcl_*", "_gac_*", "__utm*", "__gads", "__gpi", "IDE", "DSID", "FLC",
    "NID", "_fbp", "_fbc", "fr", "datr", "_uet*", "MUID", "_clck", "_clsk", "_hj*", "_pk_id*", "_pk_ref*", "_pk_cvar*",
    "_tt_*", "_ttp", "li_fat_id", "li_sugr", "bcookie", "lidc", "UserMatchHistory", "AnalyticsSyncHistory", "_pin_*",
    "_pinterest_*", "_scid*", "sc_at", "personalization_id", "muc_ads", "guest_id_ads", "__qca", "_mkto_trk",
    "hubspotutk", "__hs*", "intercom-id-*", "ajs_*", "amp_*", "AMP_*", "mp_*_mixpanel", "optimizelyEndUserId", "_vwo_*",
    "_vis_opt_*", "__adroll*", "_ym_*", "yandexuid", "cto_bundle", "_kla_id",
    "_shopify_y", "_shopify_s", "_shopify_sa_*", "s_vi", "AMCV_*", "_dc_gtm_*", "FPID", "FPLC", "guest_id",
    "ab.storage.*", "VISITOR_INFO1_LIVE", "YSC",
)  # fmt: skip
"""Cookies of measurement and advertising products, by the names that their makers document."""


def known_tracker(pattern: str) -> str:
    """The known tracker that a declared cookie name would let through, or "" (rule C18).

    One name stands for all of a pattern, so `_ga_*` is found behind `_g*` as well as behind `_ga_AB12*`.
    """
    name = pattern.replace("*", "x1")
    for tracker in KNOWN_TRACKERS:
        if glob_match(pattern, tracker.replace("*", "x1")) or glob_match(tracker, name):
            return tracker
    return ""
