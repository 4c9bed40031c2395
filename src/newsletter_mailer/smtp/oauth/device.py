"""Permission by device code (RFC 8628): a code is typed into a browser anywhere, and we ask until it is done."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from newsletter_mailer.errors import ServerUnreachable
from newsletter_mailer.smtp.oauth.asking import NoPermission, Refused, again, ask, not_oauth
from newsletter_mailer.smtp.oauth.provider import Provider
from newsletter_mailer.smtp.oauth.token import Token, read_token, seconds
from newsletter_mailer.wording import Sentence, sentence

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_URL = re.compile(r"https://[!-~]{1,500}|http://(127\.0\.0\.1|localhost)(:[0-9]+)?/[!-~]{0,500}")
_CODE = re.compile(r"[!-~]{1,40}")
_INTERVAL_S, _VALID_S = 5, 900  # where the provider says nothing; the interval is the RFC's
_SLOWER_S = 5  # section 3.5
_SLOWEST_S = 60
_WHY: Mapping[str, Sentence] = {
    "access_denied": sentence("the permission was refused in the browser"),
    "authorization_declined": sentence("the permission was refused in the browser"),  # Microsoft's word
    "expired_token": sentence("the code ran out before anybody typed it"),
    "code_expired": sentence("the code ran out before anybody typed it"),
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person does in the browser: open the address, type the code."""

    url: str
    code: str


def ask_by_code(
    provider: Provider,
    show: Callable[[Prompt], None],
    *,
    clock: Callable[[], int],
    sleep: Callable[[float], None],
) -> Token:
    """The permission, when it was given. Raises NoPermission when it was not, ServerUnreachable."""
    try:
        begun = ask(provider.authorise_url, provider.form(scope=provider.scope))
    except Refused as refused:
        raise _failed(provider, refused) from refused
    show(_prompt(begun, provider))
    form = provider.form(grant_type=_GRANT, device_code=str(begun.get("device_code", "")))
    until = clock() + seconds(begun.get("expires_in"), _VALID_S) * 1000
    wait = seconds(begun.get("interval"), _INTERVAL_S)
    while True:
        sleep(wait)
        if clock() >= until:
            raise NoPermission(_WHY["expired_token"], again())
        try:
            return read_token(ask(provider.token_url, form), provider, now=clock())
        except ServerUnreachable:
            wait = min(max(wait, 1) * 2, _SLOWEST_S)  # section 3.5: less often
        except Refused as refused:
            if refused.error not in ("authorization_pending", "slow_down"):
                raise _failed(provider, refused) from refused
            wait += _SLOWER_S if refused.error == "slow_down" else 0


def _prompt(begun: Mapping[str, Any], provider: Provider) -> Prompt:
    url = str(begun.get("verification_uri") or begun.get("verification_url"))
    code = str(begun.get("user_code"))
    # They are shown in a terminal, and the address is opened.
    if not (_URL.fullmatch(url) and _CODE.fullmatch(code) and begun.get("device_code")):
        raise not_oauth(provider.authorise_url)
    return Prompt(url, code)


def _failed(provider: Provider, refused: Refused) -> NoPermission:
    words = sentence("{host} gives no permission: {words}", host=provider.host, words=refused.words)
    return NoPermission(_WHY.get(refused.error, words), again())
