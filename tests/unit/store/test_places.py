"""A ledger stays off network disks and out of synchronised folders."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter_mailer.store.places import kind_of_mount, listed, mounted, synchronised_by, unsafe_place

MOUNTINFO = r"""
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:30 / /home/ann/Server rw,relatime shared:5 master:1 - nfs4 server:/export rw
31 27 0:31 / /mnt/with\040space rw - cifs //server/share rw
32 27 0:32 / /home/ann/ssh rw - fuse.sshfs ann@server:/ rw
33 27 0:33 / /media/stick rw - fuseblk /dev/sdb1 rw
34 27 0:34 / /mnt/plain rw - fuse.ntfs-3g /dev/sdb2 rw
35 30 0:35 / /home/ann/Server/local rw - tmpfs tmpfs rw
36 27 0:36 / /mnt/covered rw - nfs server:/old rw
37 27 0:37 / /mnt/covered rw - ext4 /dev/vdb rw
38 27 0:38 / /mnt/sandbox rw - fuse source rw
39 27 0:39 / /mnt/c rw - 9p drvfs rw
"""
MOUNT = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
//ann@server._smb._tcp.local/office on /Volumes/the office (smbfs, nodev, nosuid, mounted by ann)
server:/export on /Volumes/nfs (nfs)
/dev/disk4s1 on /Volumes/STICK (msdos, local, nodev, nosuid, noowners)
a line that nobody knows
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/ann/newsletter", ""),
        ("/home/ann/Server/newsletter/var", "nfs4"),
        ("/home/ann/Server", "nfs4"),
        ("/home/ann/Servers", ""),
        ("/home/ann/Server/local/var", ""),
        ("/mnt/with space/var", "cifs"),
        ("/home/ann/ssh/var", "fuse.sshfs"),
        ("/media/stick/var", ""),
        ("/mnt/plain/var", ""),
        ("/mnt/covered/var", ""),
        ("/mnt/sandbox/var", ""),
        ("/mnt/c/Users/ann", "9p"),
    ],
)
def test_linux_tells_the_disks_of_the_network(path: str, kind: str) -> None:
    assert kind_of_mount(Path(path), mounted(MOUNTINFO.strip())) == kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/Users/ann/newsletter", ""),
        ("/Volumes/the office/newsletter", "smbfs"),
        ("/Volumes/nfs/newsletter", "nfs"),
        ("/Volumes/STICK/newsletter", ""),
    ],
)
def test_macos_tells_the_disks_of_the_network(path: str, kind: str) -> None:
    assert kind_of_mount(Path(path), listed(MOUNT)) == kind


def test_nothing_is_said_of_a_disk_that_nobody_knows() -> None:
    assert kind_of_mount(Path("/somewhere"), []) == ""


@pytest.mark.parametrize(
    ("folder", "program"),
    [
        ("OneDrive", "OneDrive"),
        ("OneDrive - Réseau Exemple", "OneDrive"),
        ("OneDrive-Personal", "OneDrive"),
        ("Dropbox", "Dropbox"),
        ("Dropbox (Réseau)", "Dropbox"),
        ("Google Drive", "Google Drive"),
        ("GoogleDrive-ann@example.org", "Google Drive"),
        ("Mon Drive", "Google Drive"),
        ("Library/Mobile Documents/com~apple~CloudDocs", "iCloud Drive"),
        ("iCloudDrive", "iCloud Drive"),
        ("Nextcloud", "Nextcloud"),
        ("Nextcloud2", "Nextcloud"),
        ("ownCloud", "ownCloud"),
        ("Box", "Box"),
        ("Box Sync", "Box"),
        ("pCloudDrive", "pCloud"),
        ("pCloud Drive", "pCloud"),
        ("kDrive", "kDrive"),
        ("MEGA", "MEGA"),
        ("SynologyDrive", "Synology Drive"),
        ("Library/CloudStorage/ShadowDrive", "ShadowDrive"),
        ("nextcloud", ""),
        ("work/Box", ""),
        ("My Dropbox notes", ""),
        ("Documents", ""),
    ],
)
def test_synchronised_folders_are_known_by_their_names(home: Path, folder: str, program: str) -> None:
    assert synchronised_by(home / folder / "newsletter" / "var") == program


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with nothing in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("mark", "program"),
    [
        (".dropbox.cache", "Dropbox"),
        (".stfolder", "Syncthing"),
        (".sync_4f2a.db", "Nextcloud / ownCloud"),
        ("._sync_4f2a.db", "Nextcloud / ownCloud"),
        (".owncloudsync.log", "Nextcloud / ownCloud"),
        (".tmp.drivedownload", "Google Drive"),
        (".dropbox", ""),  # in every home folder where Dropbox is installed
        (".sync", ""),
    ],
)
def test_synchronised_folders_are_known_by_what_their_programs_leave_there(
    home: Path, mark: str, program: str
) -> None:
    (home / "shared" / "newsletter").mkdir(parents=True)
    (home / "shared" / mark).touch()

    assert synchronised_by(home / "shared" / "newsletter" / "var" / "newsletter.db") == program
    assert synchronised_by(home / "newsletter") == ""


def test_documents_that_macos_keeps_in_icloud_are_known(home: Path) -> None:
    here = home / "Documents" / "newsletter"
    assert synchronised_by(here) == ""

    (home / "Library" / "Mobile Documents" / "com~apple~CloudDocs" / "Documents").mkdir(parents=True)

    assert synchronised_by(here) == "iCloud Drive"
    assert synchronised_by(home / "newsletter") == ""


def test_the_folder_that_windows_names_is_known(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OneDriveCommercial", str(home / "Réseau"))

    assert synchronised_by(home / "Réseau" / "newsletter") == "OneDrive"
    assert synchronised_by(home / "newsletter") == ""


def test_a_safe_place_is_safe_and_an_unsafe_one_says_why(home: Path) -> None:
    unsafe = unsafe_place(home / "Dropbox" / "newsletter" / "var" / "newsletter.db")

    assert unsafe_place(home / "newsletter" / "var" / "newsletter.db") is None
    assert "a folder that Dropbox copies to other computers" in str(unsafe)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_into_a_synchronised_folder_does_not_hide_it(home: Path) -> None:
    (home / "Nextcloud" / "newsletter").mkdir(parents=True)
    (home / "here").symlink_to(home / "Nextcloud" / "newsletter")

    assert "Nextcloud" in str(unsafe_place(home / "here" / "var" / "newsletter.db"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Path]:
    """A folder where the kernel has mounted a server that is not there."""
    if sys.platform != "linux" or os.geteuid() or not Path("/dev/fuse").exists():
        pytest.skip("needs root on Linux, with FUSE")
    folder = tmp_path / "server"
    folder.mkdir()
    line = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={line},rootmode=40000,user_id=0,group_id=0"
    mount = ["mount", "-i", "-t", "fuse.sshfs", "-o", options, "ann@server:/", str(folder)]
    subprocess.run(mount, check=True, pass_fds=[line])
    os.close(line)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_ledger_on_a_server_is_unsafe(server: Path, tmp_path: Path) -> None:
    unsafe = unsafe_place(server / "newsletter" / "var" / "newsletter.db")

    assert "is on a disk of the network (fuse.sshfs)" in str(unsafe)
    assert unsafe_place(tmp_path / "newsletter" / "var" / "newsletter.db") is None
