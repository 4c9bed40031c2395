"""The password of the officer's pages: only a hash of it is kept, in a file that its owner alone can read."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.config import Workspace, read_private, replace_private
from newsletter_mailer.errors import SecretError, UsageError
from newsletter_mailer.wording import sentence

SHORTEST, LONGEST = 12, 200  #: characters
SALT_BYTES = 16
_KIND = "scrypt"
_COST, _BLOCK, _LANES = 1 << 15, 8, 1  # 32 MB and a tenth of a second for each guess (RFC 7914)
_MOST_COST, _MOST_BLOCK, _MOST_LANES = 1 << 17, 8, 4  # whatever a file asks for
_MOST_MEMORY = 256 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Password:
    """A hash, and how it was made."""

    cost: int
    block: int
    lanes: int
    salt: bytes
    hash: bytes

    def is_(self, typed: str) -> bool:
        """Whether it is that one. Takes a tenth of a second, so that guessing takes ages."""
        if len(typed) > LONGEST:
            return False
        made = _hash(typed, self.salt, self.cost, self.block, self.lanes)
        return hmac.compare_digest(made, self.hash)

    @property
    def is_bearable(self) -> bool:
        """Whether it can be reckoned with, in the memory that there is."""
        power_of_two = self.cost > 1 and self.cost & (self.cost - 1) == 0
        small = 0 < self.block <= _MOST_BLOCK and self.cost <= _MOST_COST
        return power_of_two and small and 0 < self.lanes <= _MOST_LANES

    @property
    def mark(self) -> str:
        """Another one for every password: who signed in with one is let in as long as it stands."""
        return hashlib.sha256(self.salt + self.hash).hexdigest()

    def written(self) -> str:
        """As it stands in the file."""
        salt, hash_ = (base64.b64encode(raw).decode() for raw in (self.salt, self.hash))
        return f"{_KIND}${self.cost}${self.block}${self.lanes}${salt}${hash_}\n"


def file_of(workspace: Workspace) -> Path:
    """Where it is kept."""
    return workspace.root / Path(workspace.settings.serve.officer_password_file).expanduser()


def keep(workspace: Workspace, typed: str, *, salt: bytes) -> Path:
    """Keep a new one in the place of any before, and say where. Raises UsageError for one that is too short."""
    if not SHORTEST <= len(typed) <= LONGEST:
        raise UsageError(
            sentence("a password has {least} to {most} characters", least=SHORTEST, most=LONGEST),
            sentence("four or five words that have nothing to do with each other are easy to keep in mind"),
        )
    made = Password(_COST, _BLOCK, _LANES, salt, _hash(typed, salt, _COST, _BLOCK, _LANES))
    path = file_of(workspace)
    replace_private(path, made.written().encode())
    return path


def kept(workspace: Workspace) -> Password | None:
    """The one that is kept, None when there is none. Raises SecretError for a file that is of no use."""
    path = file_of(workspace)
    if not path.exists():
        return None
    try:
        kind, cost, block, lanes, salt, hash_ = read_private(path).decode("ascii").strip().split("$")
        found = Password(int(cost), int(block), int(lanes), base64.b64decode(salt), base64.b64decode(hash_))
        if kind != _KIND or not found.hash or not found.is_bearable:
            raise ValueError(kind)
    except ValueError as error:
        raise SecretError(
            sentence("{path} holds no password of this program", path=path),
            sentence("set a new one: newsletter secret set officer"),
        ) from error
    return found


def _hash(typed: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(typed.encode(), salt=salt, n=cost, r=block, p=lanes, maxmem=_MOST_MEMORY)
