"""A real mail server of one's own: Postfix takes mails, hands them on, and writes to their sender what became of them."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from smtp_servers import free_port, wait_for_port

POSTFIX = shutil.which("postfix", path="/usr/sbin") if os.name == "posix" and os.geteuid() == 0 else None
_NOBODY = 65534
_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.example.net
mydestination =
alias_maps =
local_recipient_maps =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_host_lookup = native
smtp_dns_support_level = disabled
smtpd_client_restrictions =
smtpd_relay_restrictions = permit_mynetworks, reject
relayhost = [127.0.0.1]:{next_port}
virtual_mailbox_domains = example.org
virtual_mailbox_base = {mailboxes}
virtual_mailbox_maps = static:mail/
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nobody}
maximal_queue_lifetime = 0
bounce_queue_lifetime = 0
maillog_file = {folder}/log/postfix
maillog_file_prefixes = {folder}
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
pickup unix n - n 60 1 pickup
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def postfix(*, next_port: int, mailboxes: Path) -> Iterator[int]:
    """Its port, until the end of the `with`. It hands mails on at once, or gives them back.

    next_port: the server of the readers; mailboxes: where mail to example.org is put, into the Maildir `mail`.
    """
    with free_port() as port:
        pass
    with TemporaryDirectory() as name:  # not in pytest's own, which only its owner may enter
        folder = Path(name)
        _write(folder, {"port": port, "next_port": next_port, "mailboxes": mailboxes, "nobody": _NOBODY})
        command = [str(POSTFIX), "-c", str(folder / "etc")]
        subprocess.run([*command, "start"], check=True, capture_output=True, timeout=60)
        try:
            wait_for_port(port)
            yield port
        finally:
            subprocess.run([*command, "stop"], check=False, capture_output=True, timeout=60)


def _write(folder: Path, values: Mapping[str, object]) -> None:
    folder.chmod(0o755)
    for name in ("etc", "queue", "data", "log"):
        (folder / name).mkdir()
    os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
    for name, text in (("main.cf", _MAIN), ("master.cf", _MASTER)):
        (folder / "etc" / name).write_text(text.format(folder=folder, **values), encoding="utf-8")
