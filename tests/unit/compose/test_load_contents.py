"""What stands in the fields is checked where it stands: merge tags, conditions, links in a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from issue_files import HEAD, issue_text, said, workspace_at
from newsletter_mailer.compose.contents import LONGEST_TEXT, content_problems
from newsletter_mailer.config import Workspace
from newsletter_mailer.yamlio.problems import MOST_PROBLEMS
from newsletter_mailer.yamlio.reader import read


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path)


AGENDA = "  - type: agenda\n    groups: [{{ entries: [{{ title: '{title}', date: 2026-11-22 }}] }}]\n"


def wrong(workspace: Workspace, text: str) -> list[str]:
    document = read(text.encode(), "issue.yaml")
    assert document.problems == ()
    return said(content_problems(document, workspace, folder=workspace.issues))


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ("  - { type: heading, title: '{{ x.y }}' }\n", "6:30"),
        ('  - { type: heading, title: "un {{ x.y }}" }\n', "6:33"),
        ("  - type: heading\n    title: Bonjour {{ x.y }}, bonjour\n", "7:20"),
        ("  - type: text\n    text: |\n      un\n      deux {{ x.y }}\n", "9:12"),
        ("  - type: text\n    text: | # {{ pas ici }}\n      un {{ x.y }}\n", "8:10"),
        ("  - type: text\n    text: >-\n      un\n      deux\n\n      trois {{ x.y }}\n", "11:13"),
        ('  - type: text\n    text: "\\u00e9\\t {{ x.y }}"\n', "7:21"),
        ("  - type: text\n    text: {{ }} un\n".replace("{{ }}", "'{{ subscriber.first_name }}' #"), ""),
        ("  - type: text\n    text: |\n      {{ subscriber.first_name }}\n      et {{ x.y }}\n", "9:10"),
        ('  - type: text\n    text: "\\x7b{ x.y }}"\n', "7:11"),
        ('  - type: text\n    text: "{\\x7b x.y }}"\n', "7:11"),
    ],
)
def test_a_typo_in_a_merge_tag_is_found_at_the_line_and_column_of_the_tag(
    workspace: Workspace, block: str, place: str
) -> None:
    problems = wrong(workspace, issue_text(block))

    assert [problem.split(": ")[0] for problem in problems] == ([place] if place else [])


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            "  - { type: heading, title: '{{ subscriber.frist_name }}' }\n",
            "nobody knows “subscriber.frist_name” (did you mean “subscriber.first_name”?)",
        ),
        ("  - { type: heading, title: '{{ subscriber }}' }\n", "“subscriber” alone is not a value"),
        ("  - { type: heading, title: '{{ }}' }\n", "an empty merge tag"),
        ("  - { type: heading, title: '{{ 7 * 7 }}' }\n", "an expression may only compare and choose"),
        ("  - { type: heading, title: 'un {{ deux' }\n", "a merge tag is not closed"),
        ("  - { type: heading, title: 'un {% if x %}' }\n", "“{%” is not a merge tag"),
        ("  - { type: divider, when: subscriber.frist_name }\n", "nobody knows “subscriber.frist_name”"),
        (
            "  - { type: divider, when: '{{ subscriber.department }}' }\n",
            "“when” is a condition, not a text with merge tags (write it without {{ and }})",
        ),
        ("  - { type: divider, when: subscriber.department = 31 }\n", "“subscriber.department = 31” is not"),
        (
            "  - { type: text, text: 'voir ![x](a.png)' }\n",
            "a picture inside a text is not shown (give the block a `picture:`",
        ),
        (
            "  - type: text\n    text: |\n      | a | b |\n      |---|---|\n      | 1 | 2 |\n",
            "a table inside a text is not shown as one (write a list, or an agenda for dates)",
        ),
        (
            "  - { type: text, text: 'il y a ~~deux~~ trois places' }\n",
            "~~ does not strike words out: the signs would stand in the mail (leave the words out",
        ),
        (
            "  - { type: text, text: '[x](www.example.org)' }\n",
            "“www.example.org” is not a link (write https://www.example.org)",
        ),
        (
            "  - { type: text, text: '[x](javascript:alert)' }\n",
            "“javascript:alert” is not a link (links begin with https://",
        ),
        (
            "  - { type: text, text: '[x](page.html)' }\n",
            "“page.html” is not a link (links begin with https://",
        ),
        (
            '  - { type: text, text: "a\\u2028b" }\n',
            "an invisible character (U+2028) stands here (delete it)",
        ),
        (
            '  - { type: text, text: "a\\uFFFE b" }\n',
            "an invisible character (U+FFFE) stands here (delete it)",
        ),
        (
            '  - { type: heading, title: "a\\U0001FFFF b" }\n',
            "an invisible character (U+1FFFF) stands here (delete it)",
        ),
        ("  - { type: text, text: 'a&#x0C;b' }\n", "an invisible character (U+000C) stands here (delete it)"),
        (
            f"  - {{ type: text, text: {'a' * (LONGEST_TEXT + 1)} }}\n",
            "this text is longer than 50000 characters (make several issues of it)",
        ),
        (
            AGENDA.format(title="{{ subscriber.first_name }}"),
            "in the reader’s calendar this date would have no name (write a word beside the merge tag",
        ),
        ('  - { type: text, text: "a\\0b" }\n', "an invisible character (U+0000) stands here (delete it)"),
    ],
)
def test_what_cannot_be_filled_or_shown_is_said(workspace: Workspace, block: str, expected: str) -> None:
    [only] = wrong(workspace, issue_text(block))

    assert only.partition(": ")[2].startswith(expected)


def test_what_is_right_is_not_complained_of(workspace: Workspace) -> None:
    text = issue_text(
        "  - type: text\n"
        "    when: subscriber.department in ['31', '32'] and not subscriber.last_name\n"
        "    text: |\n"
        '      Bonjour {{ subscriber.first_name or "à toutes et à tous" }} de {{ organisation.name | upper }},\n'
        "      [un](https://example.org/a) [deux](mailto:a@example.org) [trois]({{ links.preferences }})\n"
        "      [quatre](<https://example.org/b>) [cinq](tel:+33562144996)\n"
        "      `![code](a.png)` et [crochets] seuls !\n"
    )

    assert wrong(workspace, text) == []


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            HEAD.replace("Lettre de", "{{ subscriber.first_name }}")
            .replace("title: ", "title: '")
            .replace("novembre\n", "novembre'\n"),
            "2:9: a merge tag cannot stand here: this is the same for every reader",
        ),
        (
            HEAD.replace("Des nouvelles", '"un\\nBcc: a@example.org"'),
            "3:10: the subject goes over several lines (write it on one line)",
        ),
        (
            HEAD.replace("Des nouvelles", '"{{ list.nom }}"'),
            "3:11: nobody knows “list.nom” (did you mean “list.name”?)",
        ),
        (HEAD.replace("Des nouvelles", '"un\\rdeux"'), "3:10: an invisible character (U+000D) stands here"),
    ],
)
def test_the_head_is_checked_too(workspace: Workspace, head: str, expected: str) -> None:
    [only] = wrong(workspace, issue_text(head=head))

    assert only.startswith(expected)


def test_a_subject_may_be_folded(workspace: Workspace) -> None:
    assert wrong(workspace, issue_text(head=HEAD.replace("Des nouvelles", ">\n  Des\n  nouvelles"))) == []


def test_a_file_that_is_one_word_or_a_list_has_no_content_to_complain_of(workspace: Workspace) -> None:
    assert wrong(workspace, "mot\n") == []
    assert wrong(workspace, "- '{{ x.y }}'\n")[0].startswith("1:4: nobody knows “x.y”")


def test_a_megabyte_of_merge_tags_is_refused_unparsed(workspace: Workspace) -> None:
    [only] = content_problems(
        read(
            issue_text("  - { type: heading, title: '" + "{{ x.y }}" * 1001 + "' }\n").encode(), "issue.yaml"
        ),
        workspace,
        folder=workspace.issues,
    )

    assert str(only) == "issue.yaml: the file holds more than 1000 merge tags (make several issues of it)"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 49_000,
        "`" * 49_000,
        "`a" * 24_000,
        "![" * 24_000,
        "[a](" * 12_000,
        "|-" * 24_000,
        "~~a " * 12_000,
    ],
)
def test_a_text_of_nothing_but_signs_is_read_to_its_end(workspace: Workspace, text: str) -> None:
    assert len(wrong(workspace, issue_text(f"  - {{ type: text, text: '{text}' }}\n"))) <= 1


def test_texts_too_long_for_any_mail_are_refused_together(workspace: Workspace) -> None:
    blocks = f"  - {{ type: text, text: {'a' * 40_000} }}\n" * 6

    [only] = wrong(workspace, issue_text(blocks))

    assert only == "the texts have more than 200000 characters together (make several issues of it)"


@pytest.mark.parametrize("more", ["when: subscriber.department", "calendar: false"])
def test_a_date_that_is_not_for_the_calendar_may_be_named_by_a_merge_tag(
    workspace: Workspace, more: str
) -> None:
    assert (
        wrong(workspace, issue_text(AGENDA.format(title="{{ subscriber.first_name }}") + f"    {more}\n"))
        == []
    )
    assert wrong(workspace, issue_text(AGENDA.format(title="Fête de {{ subscriber.first_name }}"))) == []


def test_hundreds_of_faults_are_enough(workspace: Workspace) -> None:
    assert (
        len(wrong(workspace, issue_text("  - { type: heading, title: '{{ x }}' }\n" * 400))) == MOST_PROBLEMS
    )


def test_signs_in_code_are_no_table_and_strike_nothing(workspace: Workspace) -> None:
    blocks = (
        "  - type: text\n    text: |\n      ```\n      | a |\n      |---|\n      ~~x~~\n      ```\n\n"
        "      Du code `~~y~~`, puis ~~z~~.\n"
    )

    found = wrong(workspace, issue_text(blocks))

    assert [line.split(":")[0] for line in found] == ["14"]
