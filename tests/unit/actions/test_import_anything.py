"""Whatever a file holds, an import reads it or says in a sentence why not."""

from __future__ import annotations

import tempfile
import warnings
from contextlib import suppress
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter_mailer.actions.subscribers.opening import read_tables
from newsletter_mailer.actions.subscribers.person import People
from newsletter_mailer.actions.subscribers.table import Wanted
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import NewSubscriber
from newsletter_mailer.wording import Sentence
from properties import examples

BEGINNINGS = (
    *(
        b"",
        b"email;nom\n",
        b"\xff\xfee\0m\0a\0i\0l\0\n\0",
        b"BEGIN:VCARD\nEMAIL:",
        b"PK\x03\x04",
        b'[{"email": ',
    ),
    *(b"uuid,email,name,attributes,status\n", b"email,status,Unsubscribed\n", b"sep=;\nemail\n", b"[\n{"),
)
BYTES = st.lists(
    st.one_of(
        st.binary(max_size=8),
        st.sampled_from(
            [b";", b'"', b"\n", b"\r", b"a@b.fr", b"END:VCARD\n", b"BEGIN:VCARD\n", b"N:;", b"{}", b'"}]']
        ),
    ),
    max_size=12,
).map(b"".join)


@given(st.sampled_from(BEGINNINGS), BYTES)
@example(b"BEGIN:VCARD\nN", b"\nEND:VCARD\n")
@example(b"", b"\xef\xbb\xbf")
@settings(max_examples=examples(150), deadline=None)
def test_any_file_is_read_or_refused_in_words(begins: bytes, rest: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "people"
        path.write_bytes(begins + rest)
        with suppress(UsageError):
            for table in read_tables(path, Wanted(frozenset({"department"}))):
                for line, row in table.source.rows(table.meter):
                    assert line > 0
                    assert isinstance(People(table).person(row), NewSubscriber | Sentence)
