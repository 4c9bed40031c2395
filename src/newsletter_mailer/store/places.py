"""Where a ledger must not stand: on a disk of the network, or in a folder that a program copies to other computers.

On such places locks do not hold and files change under the program, so that people are lost or mailed twice. What
cannot be told is taken for safe.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from newsletter_mailer.wording import Sentence, sentence

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = re.compile(
    "9p|acfs|afpfs|afs|beegfs|ceph|cifs|coda|davfs|ftp|glusterfs|gpfs|lustre|ncpfs|nfs[34]?|ocfs2|orangefs|prl_fs"
    "|pvfs2|smb[23]|smbfs|vboxsf|vmhgfs|webdav"
)
_FUSE_ON_DISK = re.compile(  # a disk of this computer, behind a program: the other kinds of FUSE reach elsewhere
    "apfs|archivemount|bindfs|cryfs|encfs|exfat|ext[234]|fuse-overlayfs|gocryptfs|hfsfuse|lxcfs|mergerfs|ntfs(-3g)?"
    "|overlayfs|securefs|squashfuse|unionfs|veracrypt|zfs"
)
_DRIVE_REMOTE = 4  # GetDriveType: a disk of the network

# As their programs name the folders. A server's own `nextcloud` or `dropbox` is written small.
_NAMED = (
    (re.compile(r"OneDrive( ?[-–] ?.+)?"), "OneDrive"),
    (re.compile(r"Dropbox( \(.+\))?"), "Dropbox"),
    (re.compile(r"Google ?Drive(-.+)?|My Drive|Mon Drive|\.shortcut-targets-by-id"), "Google Drive"),
    (re.compile(r"Mobile Documents|iCloud ?Drive"), "iCloud Drive"),
    (re.compile(r"Nextcloud\d*"), "Nextcloud"),
    (re.compile(r"ownCloud\d*( - .+)?"), "ownCloud"),
    (re.compile(r"Box Sync|Box-Box"), "Box"),
    (re.compile(r"p[Cc]loud ?(Drive|Sync)?"), "pCloud"),
    (re.compile(r"kDrive\d*"), "kDrive"),
    (re.compile(r"MEGA(sync)?"), "MEGA"),
    (re.compile(r"Seafile"), "Seafile"),
    (re.compile(r"Synology ?Drive"), "Synology Drive"),
    (re.compile(r"Proton ?Drive.*"), "Proton Drive"),
)
_AT_HOME = {"Box": "Box", "Sync": "Sync"}  # ordinary words: only right in the home folder
_MARKED = (  # what those programs leave at the top of their folders
    (re.compile(r"\.dropbox\.cache"), "Dropbox"),
    (re.compile(r"\.stfolder"), "Syncthing"),
    (re.compile(r"\._?sync_.*\.db|\.(nextcloud|owncloud)sync\.log"), "Nextcloud / ownCloud"),
    (re.compile(r"\.tmp\.drive(down|up)load"), "Google Drive"),
    (re.compile(r"\.849C9593-D756-4E56-8D6E-42412F2A707B"), "OneDrive"),
    (re.compile(r"\.seafile-data|\.megaignore"), "Seafile / MEGA"),
)
_SETTINGS_OF_WINDOWS = (
    "OneDrive",
    "OneDriveCommercial",
    "OneDriveConsumer",
)  # variables that hold the folder


def unsafe_place(path: Path) -> Sentence | None:
    """Why a ledger must not stand at that path, which need not exist yet; None when nothing is known against it."""
    there = path.resolve()
    if kind := network_kind(there):
        return sentence(
            "{path} is on a disk of the network ({kind}), where two programs cannot keep out of each other’s way",
            path=path,
            kind=kind,
        )
    if program := synchronised_by(there):
        return sentence(
            "{path} is in a folder that {program} copies to other computers while it is written",
            path=path,
            program=program,
        )
    return None


def network_kind(path: Path) -> str:
    """The kind of network disk on which an absolute path lies, e.g. "nfs4"; "" for a disk of this computer."""
    try:
        return _network_kind(path)
    except (OSError, subprocess.CalledProcessError):
        return ""


def kind_of_mount(path: Path, mounts: Iterable[tuple[Path, str]]) -> str:
    """The network kind of the innermost mount that holds the path; of two at one place, the later is on top."""
    kind, depth = "", -1
    for place, of_kind in mounts:
        if path.is_relative_to(place) and len(place.parts) >= depth:
            kind, depth = of_kind, len(place.parts)
    return kind if _reaches_elsewhere(kind) else ""


def _reaches_elsewhere(kind: str) -> bool:
    family, _, program = kind.partition(".")
    if family in ("fuse", "fuseblk") and program:
        return not _FUSE_ON_DISK.fullmatch(program)
    return bool(_NETWORK.fullmatch(kind))


def mounted(mountinfo: str) -> Iterator[tuple[Path, str]]:
    """Linux, proc(5): `36 35 98:0 /root /where options … - kind source options`, in it spaces as \\040."""
    for line in mountinfo.split("\n"):
        left, told, right = line.partition(" - ")
        if not told:
            continue
        place = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), left.split(" ")[4])
        yield Path(place), right.split(" ")[0]


def listed(mount: str) -> Iterator[tuple[Path, str]]:
    """macOS: `//ann@server/share on /Volumes/share (smbfs, nodev, nosuid)`."""
    for line in mount.splitlines():
        if found := re.fullmatch(r".+? on (/.*) \(([^,)]+).*\)", line):
            yield Path(found[1]), found[2]


def synchronised_by(path: Path) -> str:
    """The program that synchronises a folder at or above an absolute path; "" when none is known."""
    home = Path(os.path.expanduser("~")).resolve()  # noqa: PTH111  pathlib raises where there is no home
    for folder in (path, *path.parents):
        if found := _by_name(folder, home) or _by_setting(folder) or _by_marker(folder):
            return found
    return _by_icloud(path, home)


def _by_name(folder: Path, home: Path) -> str:
    if folder.parent == home and folder.name in _AT_HOME:
        return _AT_HOME[folder.name]
    if found := next((program for name, program in _NAMED if name.fullmatch(folder.name)), ""):
        return found
    return folder.name if folder.parent.parts[-2:] == ("Library", "CloudStorage") else ""  # macOS: one each


def _by_setting(folder: Path) -> str:
    known = (os.environ.get(name) for name in _SETTINGS_OF_WINDOWS)
    return "OneDrive" if any(told and Path(told) == folder for told in known) else ""


def _by_marker(folder: Path) -> str:
    try:
        hidden = [name for name in os.listdir(folder) if name.startswith(".")]  # noqa: PTH208  names are enough
    except OSError:
        return ""
    found = (program for mark, program in _MARKED if any(mark.fullmatch(name) for name in hidden))
    return next(found, "")


def _by_icloud(path: Path, home: Path) -> str:
    """Desktop and Documents keep their names when macOS stores them in iCloud Drive."""
    cloud = home / "Library" / "Mobile Documents" / "com~apple~CloudDocs"
    for name in ("Desktop", "Documents"):
        if path.is_relative_to(home / name) and (cloud / name).exists():
            return "iCloud Drive"
    return ""


if sys.platform == "win32":

    def _network_kind(path: Path) -> str:
        import ctypes

        root = path.anchor
        remote = root.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(root) == _DRIVE_REMOTE
        return root if remote else ""

elif sys.platform == "darwin":

    def _network_kind(path: Path) -> str:
        told = subprocess.run("/sbin/mount", capture_output=True, text=True, check=True).stdout
        return kind_of_mount(path, listed(told))

else:

    def _network_kind(path: Path) -> str:
        return kind_of_mount(path, mounted(_MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")))
