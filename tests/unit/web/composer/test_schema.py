"""The form's fields and words, from the schema of an issue."""

from __future__ import annotations

import re
from typing import Any

import pytest

from newsletter_mailer.actions.form import issue_schema
from newsletter_mailer.web.composer.schema import (
    HIDDEN,
    LABELS,
    LANGUAGES,
    form,
    label_of,
    label_within,
    labels,
)


def fields(part: str, language: str = "en") -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in form(issue_schema(), language)["parts"][part]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_the_model_has_a_label(language: str) -> None:
    said = labels(language)
    drawn = form(issue_schema(), language)["parts"]

    missing = [
        f"{part}.{field['name']}"
        for part, own in drawn.items()
        for field in own
        if f"{part}.{field['name']}" not in said["fields"] and field["name"] not in said["fields"]
    ]

    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_block_and_every_item_has_words(language: str) -> None:
    drawn, said = form(issue_schema(), language), labels(language)
    lists = {field["part"] for own in drawn["parts"].values() for field in own if field["kind"] == "list"}

    assert [block["type"] for block in drawn["blocks"] if not block["about"]] == []
    assert lists - set(said["items"]) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_has_words(language: str) -> None:
    drawn = form(issue_schema(), language)["parts"]
    choices = {
        field["name"]: field["choices"] for own in drawn.values() for field in own if "choices" in field
    }

    unsaid = [name for name, offered in choices.items() if name not in labels(language)["choices"]]

    assert unsaid == []
    assert all(each["label"] for offered in choices.values() for each in offered)


def test_both_languages_say_the_same_things() -> None:
    english, french = labels("en"), labels("fr")

    for group in ("blocks", "items", "fields", "choices", "tags"):
        assert list(english[group]) == list(french[group])


def test_no_label_is_left_over() -> None:
    drawn = form(issue_schema(), "en")
    known = {f"{part}.{field['name']}" for part, own in drawn["parts"].items() for field in own}
    alone = {name.partition(".")[2] for name in known}

    assert [name for name in labels("en")["fields"] if name not in known | alone] == []
    assert {block["type"] for block in drawn["blocks"]} >= set(labels("en")["blocks"])


def test_french_is_set_as_french() -> None:
    words = (LABELS / "fr.yaml").read_text("utf-8")
    said = [line.partition("#")[0].partition(":")[2] for line in words.splitlines()]

    assert [line for line in said if re.search(r"\w'\w| [;!?»]|« ", line)] == []


def test_the_kinds_of_fields_follow_the_schema() -> None:
    article, entry = fields("article"), fields("agenda_entry")

    assert article["text"]["kind"] == "markdown"
    assert article["text"]["required"]
    assert (article["picture"]["kind"], article["picture"]["part"]) == ("part", "picture")
    assert [choice["value"] for choice in article["picture_position"]["choices"]] == ["top", "left", "right"]
    assert (entry["date"]["kind"], entry["time"]["kind"], entry["link"]["kind"]) == ("day", "time", "link")
    assert (fields("figures")["figures"]["least"], fields("figures")["figures"]["most"]) == (1, 4)
    assert fields("picture")["src"]["kind"] == "file"


def test_a_button_in_an_article_is_not_the_block_of_that_name() -> None:
    assert "when" in fields("button")
    assert list(fields("inner_button")) == ["label", "link"]


def test_the_identity_of_an_issue_is_not_on_the_form_and_the_subject_comes_first() -> None:
    names = list(fields("issue"))

    assert names[:2] == ["subject", "preheader"]
    assert not {name for part, name in HIDDEN if part == "issue"} & set(names)


def test_a_field_of_what_a_block_lists_is_named_as_its_card_names_it() -> None:
    said = labels("fr")

    assert label_within(said, "profiles", "website")["label"] == "Site internet"
    assert label_within(said, "figures", "value")["label"] == "Nombre"
    assert label_within(said, "agenda", "end_time")["label"] == "Heure de fin"
    assert label_within(said, "article", "title")["label"] == "Titre"


def test_a_field_without_words_of_its_own_is_named_after_itself() -> None:
    assert label_of({"fields": {}}, "article", "picture_position") == {"label": "Picture position"}
