"""Tokens of single copies: drawn when their readers' consent stands, and nobody's once it is withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from sqlalchemy import ColumnElement, Connection, and_, exists, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from newsletter_mailer.model.audience import Basis, ConsentKind, SubscriptionStatus
from newsletter_mailer.model.delivery import Delivery
from newsletter_mailer.model.measuring import Measuring, Purpose, Tracked
from newsletter_mailer.store.schema import consent_events, subscribers, subscriptions, trackers

_E, _S, _T, _B = consent_events.c, subscribers.c, trackers.c, subscriptions.c
_WORDS = (ConsentKind.TRACKING_GRANTED.value, ConsentKind.TRACKING_REFUSED.value)


def draw(
    c: Connection, claimed: Sequence[Delivery], wanted: Measuring, new_token: Callable[[], str]
) -> dict[int, Tracked]:
    """A token for each delivery that gets one, kept; what cannot be looked up has none, and the mail leaves as it is.

    Who agreed is measured. Of who said nothing, and asked for the mail themselves, hygiene keeps a day.
    """
    try:
        with c.begin_nested():
            return _draw(c, claimed, wanted, new_token)
    except SQLAlchemyError:  # whatever it is: no consent is proved
        return {}


def consents(c: Connection, keys: Collection[str]) -> dict[str, bool]:
    """The last word of each of these readers on being measured; those who never said are not in it."""
    rows = c.execute(
        select(_E.recipient_key, _E.kind)
        .where(_E.recipient_key.in_(keys), _E.kind.in_(_WORDS))
        .order_by(_E.at, _E.id)
    )
    return {row.recipient_key: row.kind == ConsentKind.TRACKING_GRANTED.value for row in rows}


def asked_for_it(c: Connection, keys: Collection[str]) -> frozenset[str]:
    """Which of these readers agreed to some letter of ours that they still get: of others not even the day may be kept."""
    agreed = exists().where(
        and_(
            _B.subscriber_id == _S.id,
            _B.status == SubscriptionStatus.CONFIRMED.value,
            _B.basis == Basis.CONSENT.value,
        )
    )
    return frozenset(c.scalars(select(_S.recipient_key).where(_S.recipient_key.in_(keys), agreed)))


def cut(c: Connection, theirs: ColumnElement[bool]) -> None:
    """These tokens are nobody's from now on; the links of their mails lead on."""
    c.execute(update(trackers).where(theirs).values(delivery_id=None))


def _draw(
    c: Connection, claimed: Sequence[Delivery], wanted: Measuring, new_token: Callable[[], str]
) -> dict[int, Tracked]:
    purposes = _purposes(c, claimed, wanted)
    known = _known(c, list(purposes))
    found, rows = {}, []
    for one in claimed:
        if (purpose := purposes.get(one.id)) is None:
            continue
        token = known.get((one.id, one.edition, purpose.value))
        if token is None:
            token = new_token()
            rows.append(
                {
                    "token": token,
                    "edition_id": one.edition,
                    "delivery_id": one.id,
                    "purpose": purpose.value,
                }
            )
        found[one.id] = Tracked(token, purpose)
    if rows:
        c.execute(insert(trackers), rows)
    return found


def _purposes(c: Connection, claimed: Sequence[Delivery], wanted: Measuring) -> dict[int, Purpose]:
    said = consents(c, {one.recipient_key for one in claimed})
    asked = asked_for_it(c, {one.recipient_key for one in claimed}) if wanted.hygiene else frozenset[str]()
    found = {}
    for one in claimed:
        word = said.get(one.recipient_key)
        if word and wanted.measured:
            found[one.id] = Purpose.CONSENTED
        elif word is not False and one.recipient_key in asked:
            found[one.id] = Purpose.HYGIENE
    return found


def _known(c: Connection, deliveries: Collection[int]) -> dict[tuple[int, int, str], str]:
    """Tokens of those who were claimed before: a mail that may have left keeps its own."""
    rows = c.execute(
        select(_T.delivery_id, _T.edition_id, _T.purpose, _T.token).where(_T.delivery_id.in_(deliveries))
    )
    return {(row.delivery_id, row.edition_id, row.purpose): row.token for row in rows}
