"""What servers write for people, as data. Phrases stand as `replies` sees them: lower case, no accents, no brackets."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.model.reply_table import (
    AUTHENTICATION,
    CONTENT,
    FULL,
    HARD,
    LOGIN,
    MALFORMED,
    POLICY,
    QUOTA,
    REPUTATION,
    RETRY,
    SENDER,
    SESSION,
    SLOW,
    SOFT,
    TOO_BIG,
    Meaning,
)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Any of these words in a reply whose code begins so means that."""

    meaning: Meaning
    words: tuple[str, ...]
    codes: str = "45"  #: first digits of the codes with which they count


def _any(words: str) -> tuple[str, ...]:
    return tuple(words.split("|"))


#: These beat every code, the first that is found: the reader's own limits, then the sender's, then policies.
STRONG: tuple[Phrases, ...] = (
    Phrases(
        RETRY,
        _any(
            "receiving mail too quickly|receiving mail at a rate|"
            "rate that prevents additional messages|greylist|graylist|grey list|liste grise"
        ),
    ),
    Phrases(
        SESSION,
        _any(
            "messages per connection|message per connection|messages per session|"
            "messages in this session|messages for this session|messages this session|"
            "connection expired|timeout - closing connection"
        ),
    ),
    Phrases(
        SLOW,
        _any(
            "too many connections|too many concurrent|trop de connexions|number of connections|"
            "max connections|maximum sending rate|peak smtp relay limit"
        ),
    ),
    Phrases(
        QUOTA,
        _any(
            "send limit exceeded|sending limit|sending quota|message quota exceeded|"
            "daily message limit|daily limit|daily quota|hourly limit|hourly quota|monthly limit|"
            "monthly quota|relay limit exceeded|relay sending limit|submission quota|"
            "submissionquotaexceeded|outgoing mail limit|outbound quota|sender quota|"
            "max emails per hour|max defers and failures|limit for message recipients|"
            "too many recipients for this sender|sent too many|too many mails sent|you have exceeded|"
            "you have reached your|you've reached your|reached the limit|exceeded your|quota d'envoi|"
            "limite d'envoi|limite quotidienne|limite journaliere|limite horaire|quota journalier|"
            "quota quotidien|quota horaire|vous avez depasse|limite de mails|limite de messages|"
            "limite d'emails"
        ),
    ),
    Phrases(REPUTATION, ("permanently deferred", "unusual rate of", "blocked for spam"), codes="5"),
    Phrases(
        SLOW,
        _any(
            "rate limit|throttl|sending rate|unusual rate|unexpected volume|user complaints|"
            "temporarily deferred due to|too many messages|too much mail|too many errors|too fast|"
            "slow down|trop de messages|trop de mails|trop d'erreurs| tss0| ts0| rp-00"
        ),
    ),
    Phrases(
        AUTHENTICATION,
        _any(
            "dmarc|dkim|spf check|spf fail|spf record|spf policy|spf validation|spf/dns|either spf|"
            "sender policy framework|required authentication level|sender is unauthenticated|"
            "unauthenticated email"
        ),
        codes="5",
    ),
    Phrases(
        LOGIN,
        _any(
            "authentication required|authentification requise|please authenticate|not authenticated|"
            "must authenticate|smtp auth is required|must issue a starttls|relay access denied|"
            "relay denied|relaying denied|relaying is not allowed|relay not permitted|"
            "unable to relay|we do not relay|credentials for relay|rcpthosts|unauthorized ip|"
            "not logged in"
        ),
        codes="5",
    ),
    Phrases(
        SENDER,
        _any(
            "not owned by user|sender address rejected|sender rejected|sender denied|invalid sender|"
            "bad outbound sender|unverified sender|sender not verified|sender verify failed|"
            "sender verification failed|email address is not verified|send as this sender|"
            "sendasdenied|not allowed to send as|not allowed to send from|"
            "not authorized to send from|not permitted to send from|mail sending denied|"
            "emetteur invalide|expediteur non autorise|expediteur refuse|expediteur invalide"
        ),
        codes="5",
    ),
    Phrases(
        REPUTATION, _any(" sc-00| dy-00| ou-00|your account|your smtp account|not yet activated"), codes="5"
    ),
    Phrases(
        FULL,
        _any(
            "mailbox full|mailbox is full|mailbox for this user is full|inbox is full|over quota|"
            "overquota|over the quota|quota exceeded|exceeded quota|exceeded storage|exceeds quota|"
            "out of storage|allowed storage|disk quota|mailbox size limit|no space left in mailbox|"
            "boite pleine|boite aux lettres pleine|boite du destinataire pleine|boite mail pleine|"
            "boite est pleine|quota depasse|espace de stockage"
        ),
    ),
    Phrases(
        MALFORMED,
        _any(
            "malformed|not rfc 5322|not rfc compliant|invalid subject header|duplicate header|"
            "missing a valid|multiple addresses in from|encoded-word syntax|date outside of range|"
            "bare lf|bare line feed|disallowed header"
        ),
        codes="5",
    ),
)

#: Of a whole message that is too big, unless the code speaks of a mailbox (5.2.x).
SIZE = Phrases(
    TOO_BIG,
    _any(
        "message size exceed|exceeds size limit|maximum message size|message size limit|"
        "message too large|message too big|message is too large|message is too big|"
        "header size limit|fixed maximum|taille limite|taille maximale"
    ),
    codes="5",
)

#: Words about us that turn "unknown address" into a word about nobody.
ABOUT_US = _any(
    "spam|blacklist|blocklist|block list|blocked using|dnsbl|reputation|policy reasons|"
    "policy violation|due to policy|local policy|banned|listed at|listed by|listed in"
)

#: What a filter says after it has read the message.
FILTERED = Phrases(
    CONTENT,
    _any(
        "spam|unsolicited|virus|malware|infected|phishing|illegal attachment|"
        "potential security issue|message content|content rejected|nature of the content|contenu"
    ),
    codes="5",
)
BLOCKLISTS = _any("spamhaus|spamcop|blacklist|blocklist|block list|blocked using|dnsbl|reputation")

#: These count where the code says nothing: addresses that nobody has, and then whatever sounds like a policy.
WEAK: tuple[Phrases, ...] = (
    Phrases(
        HARD,
        _any(
            "user unknown|unknown user|no such user|no such person|user not found|unknown recipient|"
            "recipient unknown|no such recipient|invalid recipient|no such mailbox|mailbox not found|"
            "mailbox does not exist|user does not exist|user doesn't exist|user doesn't have a|"
            "account does not exist|recipient does not exist|address does not exist|"
            "tried to reach does not exist|no mailbox here|unknown address|address unknown|"
            "utilisateur inconnu|destinataire inconnu|destinataire invalide|adresse inconnue|"
            "adresse inexistante|boite inconnue|boite aux lettres inconnue|"
            "boite aux lettres inexistante|compte inexistant|compte inconnu|utilisateur n'existe pas|"
            "adresse n'existe pas|email n'existe pas|mail n'existe pas|boite n'existe pas"
        ),
        codes="5",
    ),
    Phrases(SOFT, ("disabled", "inactive", "suspended", "no longer valid", "desactive"), codes="5"),
    Phrases(POLICY, ("policy", "blocked", "denied", "not allowed", "prohibited", "politique"), codes="5"),
)
