"""What mail systems write when they do not deliver, as data.

Phrases stand as `words.plain` gives a text: small letters, no accents, brackets, codes and addresses. The first rule
with a phrase in the text decides; enhanced codes come after, for what a policy or a full mailbox is called "5.1.1" by
many. Read from the manuals and the sources of the systems that are named, and from the lists of RFC 3463 and 7505.
"""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.inbox.words import any_of
from newsletter_mailer.model.bounce import BounceClass, Category
from newsletter_mailer.model.reply_table import ReplyClass

HARD, SOFT, POLICY = BounceClass.HARD, BounceClass.SOFT, BounceClass.POLICY
GONE, FULL, FILTERED, AWAY = Category.GONE, Category.FULL, Category.FILTERED, Category.AWAY


@dataclass(frozen=True, slots=True)
class Rule:
    """Any of these phrases means that."""

    name: str
    bounce_class: BounceClass
    category: Category
    phrases: tuple[str, ...] = ()


def _rule(name: str, bounce_class: BounceClass, category: Category, phrases: str) -> Rule:
    return Rule(name, bounce_class, category, any_of(phrases))


RULES: tuple[Rule, ...] = (
    _rule(
        "our quota",
        POLICY,
        FILTERED,
        "send limit exceeded|sending limit|sending quota|daily message limit|daily limit|"
        "daily sending quota|hourly limit|monthly limit|relay limit exceeded|submission quota|"
        "outgoing mail limit|outbound quota|sender quota|max emails per hour|max defers and failures|"
        "you have exceeded|you have reached your|limite d'envoi|quota d'envoi|vous avez depasse|"
        "limite quotidienne|vous avez atteint|messages par heure|messages par jour|quota for sending",
    ),
    _rule(
        "mailbox full",
        SOFT,
        FULL,
        "mailbox full|mailbox is full|mailbox for this user is full|mailbox exceeds|inbox is full|"
        "over quota|overquota|over the quota|over disk quota|over the allowed quota|over-quota|"
        "quota exceeded|exceeded quota|quota exceed|exceeded storage|exceeds quota|exceed the quota|"
        "out of storage|allowed storage|disk quota|storage quota|mailbox size limit|mailbox quota|"
        "quota violation|insufficient disk space|insufficient system storage|not enough storage|"
        "not enough disk space|no space left|user is full|mail folder is full|mailfolder is full|"
        "size limit of the mailbox|has exceeded his/her disk space|exceeded its quota|"
        "exceeded their quota|maximum mailbox|mail box full|mailbox has exceeded|user has exceeded|"
        "user's disk quota|full mailbox|out of space|message would exceed|would exceed quota|"
        "would be over|boite pleine|boite aux lettres pleine|boite du destinataire pleine|"
        "boite mail pleine|boite est pleine|quota depasse|espace de stockage|postfach voll|"
        "postfach ist voll|speicherplatz|buzon lleno|casella piena|user quota|mailbox limit|"
        "exceeding their quota|over their quota|exceeding quota|enough space|account is full|"
        "storage allocation|exceeded the local limit|reached disk quota|too much mail data|"
        "too many messages on the server|insufficient storage|over its storage|storage limit|disc quota| est pleine|"
        " saturee|espace disque|capacite maximale|plus assez d'espace| quota ",
    ),
    _rule(
        "try later",
        SOFT,
        AWAY,
        "greylist|graylist|grey list|liste grise|receiving mail too quickly|receiving mail at a rate",
    ),
    _rule(
        "our pace",  # of the server that sends for us: says nothing of the reader
        POLICY,
        FILTERED,
        "too many connections|too many concurrent|trop de connexions|rate limit|throttl|unusual rate|"
        "too many messages|too much mail|slow down|temporarily deferred|unexpected volume|"
        "too many recipients|frequency limited|trop de messages|trop de destinataires|trop de mails",
    ),
    _rule(
        "our authentication",
        POLICY,
        FILTERED,
        "dmarc|dkim|spf check|spf fail|spf record|spf policy|spf validation|sender policy framework|"
        "failed spf|fails to pass authentication|required authentication level|unauthenticated email|"
        "sender is unauthenticated|not allowed to send from",
    ),
    _rule(
        "not in the directory",  # Exchange Online, of a recipient that its directory does not know
        HARD,
        GONE,
        "recipient address rejected: access denied|resolver.adr.recip|resolver.adr.exrecip",
    ),
    _rule(
        "blocked for what was sent",
        POLICY,
        FILTERED,
        "blacklist|black list|blocklist|block list|blocked using|dnsbl|spamhaus|spamcop|reputation|"
        "poor reputation|is listed at|is listed in|listed by|is listed on|been listed|was listed|"
        "blocked by|has been blocked|been banned|your ip|your host|client host|the ip address|"
        "reverse dns|ptr record|ptr resource record|reverse mapping|reverse hostname|"
        "cannot resolve your|unresolvable|dynamic ip|dial-up|dialup|helo command rejected|"
        "insecure mail relay|mismatches client ip|banned sending ip|smtp server of your isp|open relay|"
        "connection refused by administrator|access denied to|relaying mail from|mail server has been|"
        " rbl | sorbs|allow list|allowlist|whitelist|white list|barracudacentral|was blocked|"
        "is blocked|liste noire|listes noires|"
        "bloque par|bloquee par|vous avez ete bloque|expediteur bloque|message bloque",
    ),
    _rule(
        "taken for spam",
        POLICY,
        FILTERED,
        "spam|unsolicited|virus|malware|infected|phishing|illegal attachment|potential security issue|"
        "message content|content rejected|nature of the content|contenu refuse|contenu rejete|"
        "contenu interdit|de son contenu|content filter|junk|"
        "bulk e-mail|bulk mail|banned content|contains invalid|suspicious|denied by policy|"
        "blocked due to|banned file|indesirable|pourriel|"
        "piece jointe interdite|piece jointe refusee|piece jointe bloquee",
    ),
    _rule(
        "our address",
        POLICY,
        FILTERED,
        "sender address rejected|sender rejected|sender denied|invalid sender|sender not verified|"
        "sender verify failed|sender verification failed|not authorized to send|not permitted to send|"
        "not accepting mail from|no mail accepted from|does not like sender|we do not accept mail from|"
        "domain of sender|sender was rejected|unroutable sender|unrouteable sender|responsible address|"
        "sender domain|sending domain|emetteur invalide|expediteur non autorise|expediteur refuse|"
        "expediteur invalide|not authorised to send|restricted|only accept|moderator|not a member of|"
        "you do not have permission|don't have permission|unknown sender|sender unknown|"
        "sender does not exist|sender address does not exist|return address not|invalid return address|"
        "expediteur inconnu|expediteur inexistant|expediteur n'existe|after mail from|"
        "in reply to mail from|mail from: unknown|accept mail from|"
        "accept email from|accept messages from|accepts mail from|accepts email from",
    ),
    _rule(
        "too big",
        POLICY,
        FILTERED,
        "message size exceed|exceeds size limit|maximum message size|message size limit|"
        "message too large|message too big|message is too large|message is too big|header size limit|"
        "fixed maximum|taille limite|taille maximale|size limit exceeded|message length exceeds|"
        "exceeds the maximum|exceeds maximum|message exceeds|too large",
    ),
    _rule(
        "against the rules",
        POLICY,
        FILTERED,
        "malformed message|malformed header|malformed address|malformed mime|malformed from|not rfc|"
        "rfc compliant|rfc 5322|rfc 2822|duplicate header|bare lf|bare line feed|disallowed header|"
        "missing a valid|syntax error in|8-bit data|invalid header|multiple from",
    ),
    _rule(
        "no relaying",
        POLICY,
        FILTERED,
        "relay access denied|relay denied|relaying denied|relaying is not allowed|relay not permitted|"
        "unable to relay|we do not relay|do not relay|no relaying|rcpthosts|relaying prohibited|"
        "relay prohibited|authentication required|authentification requise|must authenticate|authentication failed|"
        "authentication failure|not local|"
        "not a gateway",
    ),
    _rule(
        "disabled",
        SOFT,
        AWAY,
        "account disabled|account is disabled|account has been disabled|disabled recipient|"
        "mailbox disabled|mailbox is disabled|disabled mailbox|user disabled|"
        "account has been suspended|account suspended|account is suspended|mailbox is inactive|"
        "account that you tried to reach is inactive|account that you tried to reach is disabled|"
        "compte desactive|compte suspendu|compte bloque|compte verrouille",
    ),
    _rule(
        "their trouble",
        SOFT,
        AWAY,
        "procmail|couldn't create|can't create output|command died|command time limit|mailer error|"
        "internal error|internal system|internal server|configuration error|local error|i/o error|"
        "operating system error|out of memory|read-only file system|server configuration|"
        "host not found, try again|temporary failure in name|certificate|starttls|tls handshake|"
        "temporary lookup failure",
    ),
    _rule(
        "moved",
        HARD,
        GONE,
        "recipient no longer on server|no longer on server|address has changed|no longer works|"
        "no longer at |no longer here|has left the|no longer with|a quitte l'|a quitte notre|"
        "a quitte nos|a quitte la societe|ne travaille plus|"
        "has been replaced by|account closed|mailbox closed|no longer in use|compte cloture|user has moved|"
        "recipient has moved|account has moved|mailbox has moved|customer has moved|"
        "adresse supprimee|compte supprime|boite supprimee|n'existe plus|adresse n'est plus valide",
    ),
    _rule(
        "no mail taken",
        HARD,
        GONE,
        "null mx|nullmx|does not accept mail|domain does not accept|indicated no smtp service|"
        "doesn't receive email|malformed or unexpected name server reply|no mail accepted here",
    ),
    _rule(
        "unknown user",
        HARD,
        GONE,
        "user unknown|unknown user|no such user|no such person|user not found|unknown recipient|"
        "recipient unknown|no such recipient|invalid recipient|no such mailbox|mailbox not found|"
        "mailbox does not exist|mailbox doesn't exist|user does not exist|user doesn't exist|"
        "user doesn't have a|no user by that name|account does not exist|recipient does not exist|"
        "address does not exist|tried to reach does not exist|does not exist here|no mailbox here|"
        "no mail box|unknown address|address unknown|address not found|recipient not found|"
        "recipient name is not recognized|not listed in domino|not listed in public|addressee unknown|unknown account|"
        "adresse introuvable|destinataire introuvable|utilisateur introuvable|boite introuvable|"
        "adresse e-mail introuvable|adresse email introuvable|"
        "not a valid mailbox|not a known user|no such address|no such account|"
        "recipient address does not exist|invalid mailbox|invalid user|user not exist|user is unknown|"
        "is not a valid user|not our customer|bad destination mailbox|bad destination email|"
        "unrouteable address|unroutable address|recipient is not local|not known here|"
        "unknown or illegal|no account by that name|utilisateur inconnu|destinataire inconnu|"
        "destinataire invalide|adresse inconnue|adresse inexistante|boite inconnue|"
        "boite aux lettres inconnue|boite aux lettres inexistante|compte inexistant|compte inconnu|"
        "utilisateur n'existe pas|destinataire n'existe pas|"
        "compte n'existe pas|adresse n'existe pas|email n'existe pas|mail n'existe pas|"
        "boite n'existe pas|empfanger unbekannt|unbekannter empfanger|usuario desconocido|"
        "utente sconosciuto|адресат не найден|пользователь не найден|такого пользователя|宛先不明|あて先|"
        "bad address|not present in directory|can't accept user|not an active address|mailbox invalid|"
        "mailbox not present|nessuna casella|no existe ese usuario|no existe dicha persona|"
        "usuario no existe|no mailbox by that name|no mailbox found|not a valid recipient|"
        "not a valid user|recipient not exist|not in my validrcptto|no longer accepts mail|"
        "wrong or no longer valid|unknown mailbox|user not known|unknown virtual user|"
        "no one at this address|email name is not found|unknown in virtual|unknown local part",
    ),
    _rule(
        "unknown domain",
        HARD,
        GONE,
        "host unknown|unknown host|host not found|domain not found|no such domain|"
        "domain does not exist|name service error|nxdomain|no such host|unknown domain|"
        "couldn't be found|could not be found|domain name not found|host or domain name not found|"
        "illegal host/domain|unable to lookup|non-existent host|couldn't find any host|"
        "couldn't find a mail exchanger|domain is not reachable|no such domain at all|domaine inconnu|"
        "domaine inexistant|domaine introuvable|domaine destinataire introuvable|"
        "all relevant mx records point to|recipient domain must exist|"
        "domain mentioned in email address is unknown|name or service not known",
    ),
)

#: These count where the codes say nothing.
WEAK: tuple[Rule, ...] = (
    _rule(
        "mailbox unavailable",  # RFC 5321 section 4.2.3, and how Outlook.com says that nobody has an address
        HARD,
        GONE,
        "requested action not taken: mailbox unavailable",
    ),
    _rule(
        "out of order",
        SOFT,
        AWAY,
        "disabled|inactive|suspended|deactivated|desactive|not active|not yet activated|"
        "account expired|archived|locked|n'est plus actif|desactivee|suspendu|mailbox unavailable|temporarily unavailable",
    ),
    _rule(
        "given up",
        SOFT,
        AWAY,
        "try again later|timed out|time out|timeout|retry time not reached|retry timeout|retry limit|"
        "in the queue too long|queue too long|giving up|message expired|delivery time expired|expired|"
        "could not be delivered for|connection refused|no route to host|network is unreachable|"
        "connection reset|connection failed|couldn't connect|could not connect|unable to connect|"
        "not responding|mail loop|routing loop|loops back|hop count|too many hops|deferred|delayed|"
        "did not accept our requests|lost connection|conversation with|unreachable|"
        "have been failing for a long time|retry time|undeliverable for",
    ),
    _rule(
        "a policy",
        POLICY,
        FILTERED,
        "n'accepte pas|message refuse|message rejete|rejete par|refuse par| blocked |"
        "policy|access denied|permission denied|not allowed|prohibited|politique|not authorized|"
        "administrative prohibition|rejected for| rejected |service refuse|not accepted|banned|"
        "permission",
    ),
)

#: A word of policy, whatever else is said; 5.7.17 and 5.7.18 alone speak of the address (RFC 7293).
POLICED = Rule("a policy, by its code", POLICY, FILTERED)
NEW_OWNERS = frozenset({"5.7.17", "5.7.18"})
UNCLEAR = Rule("unclear", SOFT, AWAY)
TEMPORARY = Rule("temporary", SOFT, AWAY)
#: Enhanced codes whose words said nothing, from the longest prefix to the shortest.
STATUSES: dict[str, Rule] = {
    "5.1.1": Rule("status: no such mailbox", HARD, GONE),
    "5.1.2": Rule("status: no such domain", HARD, GONE),
    "5.1.3": Rule("status: no such address", HARD, GONE),
    "5.1.6": Rule("status: moved", HARD, GONE),
    "5.1.10": Rule("status: takes no mail", HARD, GONE),
    "5.1.7": Rule("status: our address", POLICY, FILTERED),
    "5.1.8": Rule("status: our address", POLICY, FILTERED),
    "5.2.2": Rule("status: mailbox full", SOFT, FULL),
    "4.2.2": Rule("status: mailbox full", SOFT, FULL),
    "5.2.3": Rule("status: too big", POLICY, FILTERED),
    "5.3.4": Rule("status: too big", POLICY, FILTERED),
    "5.6": Rule("status: message", POLICY, FILTERED),
    "5.7.17": Rule("status: a new owner", HARD, GONE),
    "5.7.18": Rule("status: a new owner", HARD, GONE),
    "5.7": Rule("status: a policy", POLICY, FILTERED),
    "4.7": Rule("status: a policy", POLICY, FILTERED),
}

#: The codes OFR…, LPN… of Orange and La Poste and SFR_IN… of SFR, by what `model.reply_table` says of them.
FRENCH: dict[ReplyClass, Rule] = {
    ReplyClass.HARD: Rule("French code: no such mailbox", HARD, GONE),
    ReplyClass.FULL: Rule("French code: mailbox full", SOFT, FULL),
    ReplyClass.SOFT: Rule("French code: out of order", SOFT, AWAY),
    ReplyClass.RETRY: Rule("French code: later", SOFT, AWAY),
    ReplyClass.SLOW: Rule("French code: too much", POLICY, FILTERED),
    ReplyClass.POLICY: Rule("French code: a policy", POLICY, FILTERED),
    ReplyClass.STOP_SENDER: Rule("French code: we are blocked", POLICY, FILTERED),
    ReplyClass.STOP_MESSAGE: Rule("French code: the message is refused", POLICY, FILTERED),
}
