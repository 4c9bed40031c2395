"""A real IMAP server: Dovecot with one user, over TLS, on a port of its own."""

from __future__ import annotations

import getpass
import imaplib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

from smtp_servers import free_port

USER, PASSWORD = "lettre", "mot de passe à lire"
MID_NOVEMBER = 1_794_700_000  #: of 2026, in seconds since 1970
DOVECOT = shutil.which("dovecot") or shutil.which("/usr/sbin/dovecot")
_CONFIG = """\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
instance_name = test-{port}
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = yes
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
mail_location = maildir:{folder}/mail
{users}
{can}{oauth}passdb {{
  driver = passwd-file
  args = username_format=%u {folder}/passwd
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""
_OAUTH = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
"""


@dataclass
class ImapServer:
    """What a test needs to know of it, and the mailbox as its owner sees it."""

    folder: Path
    port: int
    ca_file: Path
    trust: trustme.CA = field(repr=False)

    def line(self) -> imaplib.IMAP4:
        context = ssl.create_default_context(cafile=str(self.ca_file))
        line = imaplib.IMAP4_SSL("localhost", self.port, ssl_context=context, timeout=60)
        line.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        return line

    def deliver(self, *mails: bytes, folder: str = "INBOX", at: int = MID_NOVEMBER) -> None:
        """Put mails there, as a delivery at that moment would: unseen."""
        arrived = imaplib.Time2Internaldate(at)
        with self.line() as line:
            for mail in mails:
                answer, _ = line.append(folder, "", arrived, mail)
                assert answer == "OK"

    def flags(self, folder: str = "INBOX") -> list[bytes]:
        """Of all its mails, without those that say when they came."""
        with self.line() as line:
            line.select(folder, readonly=True)
            _, said = line.uid("FETCH", "1:*", "(FLAGS)")
        return [one.partition(b"FLAGS ")[2].replace(b"\\Recent", b"").strip(b" )(") for one in said if one]

    def number_anew(self, *mails: bytes, folder: str) -> None:
        """A folder of that name with these mails, under a new numbering: as after a move to another computer."""
        with self.line() as line:
            line.delete(folder)
            line.create(folder)
        self.deliver(*mails, folder=folder)

    def expunge(self, uid: int, *, folder: str = "INBOX") -> None:
        """Delete a mail for good."""
        with self.line() as line:
            line.select(folder)
            line.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")
            line.expunge()


@contextmanager
def imap_server(*, tokens: str = "", can: str = "") -> Iterator[ImapServer]:
    """Running until the end of the `with`.

    tokens: the address of a server that knows whose an access token is. can: all that it says it can do.
    """
    with TemporaryDirectory() as folder:  # not in pytest's own, which only its owner may enter
        Path(folder).chmod(0o711)
        yield from _running(Path(folder), tokens, can)


def _running(folder: Path, tokens: str, can: str) -> Iterator[ImapServer]:
    assert DOVECOT
    with free_port() as port:
        pass
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    (folder / "passwd").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    root = os.geteuid() == 0
    uid, gid = (65534, 65534) if root else (os.getuid(), os.getgid())
    me = getpass.getuser()
    users = "" if root else f"default_internal_user = {me}\ndefault_login_user = {me}\n"
    for name in ("mail", "home"):
        (folder / name).mkdir()
        os.chown(folder / name, uid, gid)
    config = folder / "dovecot.conf"
    oauth = _OAUTH.format(folder=folder) if tokens else ""
    asks = f"tokeninfo_url = {tokens}/tokeninfo?access_token=\nusername_attribute = email\n"
    (folder / "oauth2.conf").write_text(asks, encoding="utf-8")
    config.write_text(
        _CONFIG.format(
            mechanisms="plain login xoauth2" if tokens else "plain login",
            oauth=oauth,
            can=f"imap_capability = {can}\n" if can else "",
            folder=folder,
            port=port,
            uid=uid,
            gid=gid,
            users=users,
        ),
        encoding="utf-8",
    )
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(config)], stderr=subprocess.PIPE)
    try:
        _wait_for(port, process, folder)
        yield ImapServer(folder, port, folder / "ca.pem", authority)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(120)
        assert process.stderr
        process.stderr.close()


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(12_000):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if process.poll() is not None:
            assert process.stderr
            raise AssertionError(f"{process.stderr.read().decode()} {(folder / 'log').read_text()}")
        time.sleep(0.01)
    raise AssertionError("Dovecot does not answer")
