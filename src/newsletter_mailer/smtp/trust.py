"""TLS, always verified, and what its failures mean to the person who can mend them."""

from __future__ import annotations

import ssl
from functools import lru_cache

from newsletter_mailer.errors import ServerUnreachable
from newsletter_mailer.smtp.account import Account
from newsletter_mailer.wording import Sentence, sentence

# X509_V_ERR_… of OpenSSL's x509_vfy.h, as ssl.SSLCertVerificationError.verify_code gives them
_NOT_YET_VALID, _EXPIRED = 9, 10
_UNKNOWN_ISSUER = frozenset({18, 19, 20, 21})
_WRONG_NAME = frozenset({62, 64})


class NoTrust(ServerUnreachable):
    """No verified TLS with this server: trying again at once would change nothing."""


def context(account: Account) -> ssl.SSLContext:
    """TLS 1.2 or later, certificate and name verified; there is no way to switch that off."""
    try:
        return _trusting(account.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise NoTrust(
            sentence(
                "the authority file {file} cannot be used: {why}", file=account.ca_file, why=_reason(error)
            )
        ) from error


@lru_cache(maxsize=4)  # reading the system's authorities takes 20 ms, and a run opens many connections
def _trusting(ca_file: str) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=ca_file or None)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def failed(account: Account, error: OSError) -> NoTrust:
    """The sentence for a handshake that did not end well."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _distrusted(account, error)
    return NoTrust(
        sentence(
            "no TLS with {host}:{port}: {why}", host=account.host, port=account.port, why=_reason(error)
        ),
        _other_security(account),
    )


def no_starttls(account: Account, why: str) -> NoTrust:
    """The server has no STARTTLS, or someone on the line took it out (RFC 3207 section 6)."""
    return NoTrust(
        sentence(
            "{host}:{port} does not offer STARTTLS, so nothing was sent: {why}",
            host=account.host,
            port=account.port,
            why=why,
        ),
        sentence("try `smtp.security: tls` with port 465, or another network; someone may be listening here"),
    )


def _distrusted(account: Account, error: ssl.SSLCertVerificationError) -> NoTrust:
    host = account.host
    code = error.verify_code
    if code in (_EXPIRED, _NOT_YET_VALID):
        return NoTrust(
            sentence("the certificate of {host} is not valid today", host=host),
            sentence("check the date of this computer; if it is right, tell your mail provider"),
        )
    if code in _WRONG_NAME:
        return NoTrust(
            sentence("the certificate of the mail server is not for the name {host}", host=host),
            sentence("write the name that your provider gives for `smtp.host`"),
        )
    if code in _UNKNOWN_ISSUER:
        return NoTrust(
            sentence("the certificate of {host} is from nobody this computer trusts", host=host),
            sentence("check `smtp.host`; on a guest network someone may stand between you and the server"),
        )
    return NoTrust(
        sentence("the certificate of {host} is refused: {why}", host=host, why=error.verify_message),
        sentence("tell your mail provider"),
    )


def _other_security(account: Account) -> Sentence:
    if account.security == "tls":
        return sentence("port 587 wants `smtp.security: starttls`; `tls` is for port 465")
    return sentence("tell your mail provider: it should offer TLS 1.2 or later")


def _reason(error: OSError) -> str:
    reason = getattr(error, "reason", None) or error.strerror or type(error).__name__
    return str(reason).lower().replace("_", " ")
