"""By which kind of road a view came: search, social network, AI assistant, e-mail, paid, link, the site itself, none.

Told by the referring host and by what the address itself says (utm values, the presence of an advertiser's click id).
"""

from collections.abc import Mapping

from consentkit.stats.model import NONE, OTHER

SEARCH = "search"
SOCIAL = "social"
AI = "ai"
EMAIL = "email"
PAID = "paid"
REFERRAL = "referral"
INTERNAL_CHANNEL = "internal"
DIRECT_CHANNEL = "direct"

CHANNELS = (SEARCH, SOCIAL, AI, EMAIL, PAID, REFERRAL, INTERNAL_CHANNEL, DIRECT_CHANNEL)

_AI_HOSTS = """
    chatgpt.com openai.com chat.openai.com claude.ai perplexity.ai gemini.google.com bard.google.com
    copilot.microsoft.com deepseek.com chat.deepseek.com grok.com meta.ai mistral.ai chat.mistral.ai you.com phind.com
    poe.com pi.ai huggingface.co notebooklm.google.com kimi.com doubao.com felo.ai andisearch.com
"""
_EMAIL_HOSTS = """
    mail.google.com gm.android.google.com outlook.live.com outlook.office.com outlook.office365.com mail.yahoo.com
    mail.proton.me mail.aol.com mail.zoho.com fastmail.com gmx.net gmx.de web.de mail.com mail.ru e.mail.ru
    mail.yandex.ru webmail.kpnmail.nl webmail.ziggo.nl roundcube.net
"""
_EMAIL_LABELS = frozenset({"mail", "webmail", "email", "roundcube", "zimbra", "owa"})
_SEARCH_NAMES = """
    google bing yahoo duckduckgo ecosia qwant startpage yandex baidu naver seznam mojeek kagi sogou so 360 swisscows
    metager lilo presearch ask aol dogpile info searx searxng brave search marginalia daum coccoc
"""
_SOCIAL_DOMAINS = """
    facebook.com fb.com fb.me instagram.com threads.net threads.com twitter.com x.com t.co linkedin.com lnkd.in
    youtube.com youtu.be reddit.com pinterest.com pin.it tiktok.com snapchat.com whatsapp.com wa.me telegram.org t.me
    mastodon.social mastodon.online bsky.app tumblr.com vk.com ok.ru weibo.com xing.com quora.com discord.com
    discord.gg ycombinator.com lobste.rs nextdoor.com line.me twitch.tv flipboard.com medium.com messenger.com
    pinterest.de pinterest.fr pinterest.es pinterest.co.uk vkontakte.ru
"""

AI_HOSTS = frozenset(_AI_HOSTS.split())
EMAIL_HOSTS = frozenset(_EMAIL_HOSTS.split())
SEARCH_NAMES = frozenset(_SEARCH_NAMES.split())
SOCIAL_DOMAINS = frozenset(_SOCIAL_DOMAINS.split())

SEARCH_DOMAINS = frozenset({"search.brave.com", "brave.com", "so.com", "info.com", "360.cn"})
_GENERIC_NAMES = frozenset({"so", "360", "info", "search", "ask", "brave"})
"""Of the names, those that too many domains share: they count only in SEARCH_DOMAINS or as `ask.com`, `search.com`."""

_PAID_MEDIA = frozenset(
    [
        "cpc",
        "ppc",
        "cpm",
        "cpv",
        "cpa",
        "cpp",
        "paid",
        "paidsearch",
        "paidsocial",
        "paid-search",
        "paid-social",
        "paid_search",
        "paid_social",
        "display",
        "banner",
        "ads",
        "ad",
        "retargeting",
        "affiliate",
        "sponsored",
    ]
)
_MEDIA: Mapping[str, str] = {
    **dict.fromkeys(_PAID_MEDIA, PAID),
    **dict.fromkeys(("email", "e-mail", "e_mail", "mail", "newsletter", "nieuwsbrief", "mailing"), EMAIL),
    **dict.fromkeys(("social", "social-media", "social_media", "social-network", "sm", "organic-social"), SOCIAL),
    **dict.fromkeys(("organic", "search", "organic-search", "seo"), SEARCH),
    **dict.fromkeys(("ai", "llm", "chatbot"), AI),
    **dict.fromkeys(("referral", "link", "qr", "print", "offline"), REFERRAL),
}


def channel_of_host(host: str, domain: str) -> str:
    """The channel of a referring host; `domain` is its registrable domain, or `(other)`."""
    if domain == OTHER:
        return REFERRAL
    if host in AI_HOSTS or domain in AI_HOSTS:
        return AI
    label = host.partition(".")[0]
    if host in EMAIL_HOSTS or domain in EMAIL_HOSTS or (label in _EMAIL_LABELS and host != domain):
        return EMAIL
    name = domain.partition(".")[0]
    if name in SEARCH_NAMES and (name not in _GENERIC_NAMES or domain in (f"{name}.com", *SEARCH_DOMAINS)):
        return SEARCH
    return SOCIAL if domain in SOCIAL_DOMAINS else REFERRAL


def channel_of(referred: str, *, medium: str, source: str, clicked: bool) -> str:
    """The channel of a view; `referred` is that of its referrer, the rest is what the address says of itself.

    A click id alone is no proof of an advertisement: some networks put theirs on every link, so it makes a view paid
    only where the referrer is a search engine or none, as advertisements have it.
    """
    if medium != NONE:
        named = _MEDIA.get(medium.lower())
        if named is not None:
            return named
    if clicked and referred in (SEARCH, DIRECT_CHANNEL):
        return PAID
    if source != NONE and referred == DIRECT_CHANNEL:
        return _of_source(source.lower())
    return referred


def _of_source(source: str) -> str:
    """The channel that a utm_source names where nothing else does: a link with one never comes from nowhere."""
    names = {source, source.partition(".")[0]}
    if any(host.split(".")[-2] in names for host in AI_HOSTS):
        return AI
    if names & (SEARCH_NAMES - _GENERIC_NAMES):
        return SEARCH
    if any(domain.partition(".")[0] in names for domain in SOCIAL_DOMAINS):
        return SOCIAL
    return (
        EMAIL if names & {"newsletter", "email", "mail", "nieuwsbrief", "mailchimp", "brevo", "klaviyo"} else REFERRAL
    )
