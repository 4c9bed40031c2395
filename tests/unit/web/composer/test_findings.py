"""What the checks find is told to the composer's page, with the path of the value that is to be mended."""

from __future__ import annotations

from pathlib import Path

from composer_desk import composing, workspace_in


def test_findings_are_told_with_their_place(tmp_path: Path) -> None:
    workspace_in(tmp_path)
    with composing(tmp_path) as at_work:
        at_work.edit("subject: Des nouvelles de novembre", 'subject: "Re: des nouvelles"')
        headers = {"Host": f"127.0.0.1:{at_work.port}", "Cookie": at_work.cookie()}

        found = at_work.ask("/issues/essai/findings", headers).json()

        (reply,) = (each for each in found if each["code"] == "subject-reply")
        assert (reply["level"], reply["line"], reply["at"]) == ("error", 3, ["subject"])
        assert reply["what"]
        assert reply["hint"]
