"""Sources that are known by name, by the channel they are: hosts, engines under many domains, what links call them.

Host names are those that browsers and apps send as Referer; an app of Android is its package name read backwards.
"""

from collections.abc import Iterable, Mapping

SEARCH = "search"
SOCIAL = "social"
AI = "ai"
EMAIL = "email"
PAID = "paid"
REFERRAL = "referral"

_AI_HOSTS = """
    chatgpt.com chat.com openai.com claude.ai claude.com claude.anthropic.com perplexity.ai perplexity.com
    gemini.google.com bard.google.com bard.apps.android.google.com aistudio.google.com notebooklm.google.com
    copilot.microsoft.com copilot.cloud.microsoft m365.cloud.microsoft copilot.com edgeservices.bing.com
    deepseek.com grok.com x.ai meta.ai mistral.ai you.com phind.com poe.com pi.ai duck.ai lumo.proton.me
    huggingface.co kimi.com kimi.moonshot.cn doubao.com qwen.ai z.ai yiyan.baidu.com yuanbao.tencent.com felo.ai
    andisearch.com genspark.ai iask.ai manus.im t3.chat
"""
_EMAIL_HOSTS = """
    gm.android.google.com outlook.live.com outlook.office.com outlook.office365.com outlook.cloud.microsoft
    outlook.office.microsoft.com email.android.samsung.com mail.proton.me tuta.com tutanota.com hey.com icloud.com
    fastmail.com mail.com gmx.net gmx.de gmx.com web.de deref-gmx.net deref-gmx.com deref-web.de deref-mail.com
    e.mail.ru touch.mail.ru light.mail.ru webmail.kpnmail.nl webmail.ziggo.nl roundcube.net thunderbird.net k9.fsck.com
"""
_SEARCH_HOSTS = """
    googlequicksearchbox.android.google.com search.brave.com brave.com so.com info.com 360.cn ask.com search.com ya.ru
    go.mail.ru suche.web.de suche.gmx.net syndicatedsearch.goog
"""
_SOCIAL_HOSTS = """
    facebook.com fb.com fb.me instagram.com threads.net threads.com twitter.com x.com t.co linkedin.com lnkd.in
    youtube.com youtu.be youtube.android.google.com reddit.com pinterest.com pin.it pinterest.de pinterest.fr
    pinterest.es pinterest.co.uk tiktok.com zhiliaoapp.com snapchat.com whatsapp.com wa.me telegram.org t.me
    fosstodon.org bsky.app bsky.social tumblr.com vk.com vkontakte.ru ok.ru my.mail.ru weibo.com xing.com quora.com
    discord.com discord.gg ycombinator.com lobste.rs lemmy.world nextdoor.com nextdoor.nl line.me twitch.tv
    flipboard.com medium.com messenger.com truthsocial.com
"""
_PAID_HOSTS = """
    doubleclick.net googlesyndication.com googleadservices.com adnxs.com criteo.com taboola.com outbrain.com
    amazon-adsystem.com ads.linkedin.com
"""
_OTHER_HOSTS = "mail.ru"


def _each(names: str, channel: str) -> Iterable[tuple[str, str]]:
    return ((name, channel) for name in names.split())


HOSTS: Mapping[str, str] = dict(
    [
        *_each(_AI_HOSTS, AI), *_each(_EMAIL_HOSTS, EMAIL), *_each(_SEARCH_HOSTS, SEARCH),
        *_each(_SOCIAL_HOSTS, SOCIAL), *_each(_PAID_HOSTS, PAID), *_each(_OTHER_HOSTS, REFERRAL),
    ]
)  # fmt: skip
"""Hosts and all below them; of several that fit, the narrowest counts."""

MAIL_LABELS = frozenset({"mail", "webmail", "email", "roundcube", "zimbra", "owa"})
"""First labels of hosts at which people read their mail."""

SOCIAL_LABELS = frozenset({"mastodon", "lemmy", "pixelfed", "misskey", "peertube"})
"""Names under which many servers of one network run, each with a domain of its own."""

_ENGINES = """
    bing duckduckgo ecosia qwant startpage mojeek kagi swisscows metager lilo presearch dogpile searx searxng marginalia
"""
_PORTALS = "google yahoo yandex baidu naver daum seznam aol sogou coccoc"

ENGINES = frozenset(_ENGINES.split())
"""Search engines under several domains, which are nothing else."""
PORTALS = frozenset(_PORTALS.split())
"""Search engines with documents, news or forums under the same domain."""
SEARCH_LABELS = frozenset({"www", "m", "search", "suche", "buscar", "images", "lens", "cse", "ipv4", "ipv6"})
"""Labels of the hosts at which portals are searched."""

SOURCES: Mapping[str, str] = dict(
    [
        *_each("chatgpt openai claude anthropic perplexity gemini bard copilot deepseek grok mistral lechat kimi", AI),
        *_each("qwen doubao notebooklm phind poe duckai", AI),
        *_each(f"{_ENGINES} {_PORTALS} brave", SEARCH),
        *_each("facebook fb instagram ig meta threads twitter x linkedin youtube yt reddit pinterest tiktok", SOCIAL),
        *_each("snapchat whatsapp wa telegram bluesky bsky mastodon xing quora discord messenger", SOCIAL),
        *_each("newsletter email mail nieuwsbrief mailing mailchimp brevo sendinblue klaviyo hubspot laposta", EMAIL),
        *_each("ads adwords googleads facebookads metaads bingads taboola outbrain criteo", PAID),
    ]
)  # fmt: skip
"""Words of a utm_source."""

_PAID_MEDIA = """
    cpc ppc cpm cpv cpa cpp cpl paid paidsearch paidsocial display banner ads ad sea retargeting remarketing affiliate
    sponsored programmatic native advertentie advertising
"""
_EMAIL_MEDIA = "email mail newsletter nieuwsbrief mailing mailings edm"
_OTHER_MEDIA = "referral link app qr print offline sms push partner"

MEDIA: tuple[tuple[str, frozenset[str]], ...] = (
    (PAID, frozenset(_PAID_MEDIA.split())),
    (EMAIL, frozenset(_EMAIL_MEDIA.split())),
    (SOCIAL, frozenset({"social", "socials", "socialmedia", "sm"})),
    (AI, frozenset({"ai", "llm", "chatbot", "assistant"})),
    (SEARCH, frozenset({"organic", "search", "seo"})),
    (REFERRAL, frozenset(_OTHER_MEDIA.split())),
)
"""Words of a utm_medium; the first that fits counts, so that `paid social` is paid."""
