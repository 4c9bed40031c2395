"""Samples of files that go along."""

from __future__ import annotations

from issue_files import FOOT, HEAD
from unit.checks.samples import Make, Sample, subject_of

ISSUE = HEAD.replace("blocks:", "attachments: [{ file: files/programme.pdf }]\nblocks:")


def of_size(size: int) -> Make:
    """An issue with a file of that many bytes."""
    data = b"%PDF-1.7\n".ljust(size, b" ")
    return lambda root: subject_of(root, ISSUE + FOOT, files={"files/programme.pdf": data})


SAMPLES = {"attachment-heavy": Sample(of_size(500_001), of_size(500_000))}
