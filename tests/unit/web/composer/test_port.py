"""A browser keeps what could not be saved by the page's address: so a workspace has the same port each time."""

from __future__ import annotations

from pathlib import Path

from newsletter_mailer.web.composer.server import usual


def test_a_workspace_has_the_same_port_each_time_and_a_free_one_when_that_is_taken(tmp_path: Path) -> None:
    ports = []
    for _ in range(2):
        with usual(tmp_path) as one, usual(tmp_path) as other:
            ports.append((one.getsockname()[1], other.getsockname()[1]))

    assert ports[0][0] == ports[1][0]
    assert all(first != second for first, second in ports)


def test_another_workspace_has_another_port(tmp_path: Path) -> None:
    with usual(tmp_path / "a") as one, usual(tmp_path / "b") as other:
        assert one.getsockname()[1] != other.getsockname()[1]
