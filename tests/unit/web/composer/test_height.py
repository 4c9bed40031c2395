"""The frame is made as tall as its mail, and rather more."""

from __future__ import annotations

from newsletter_mailer.web.composer.height import height

WORD = "<p>Un mot</p>"
SHORT = height(f"<body>{WORD}</body>", 600)


def test_text_and_pictures_make_it_taller() -> None:
    assert height(f"<body><p>{'mot ' * 3000}</p></body>", 600) > SHORT + 3000
    assert height(f'<body>{WORD}<img width="600" height="400"></body>', 600) == SHORT + 400


def test_a_picture_of_unknown_height_counts_as_a_square_no_wider_than_the_screen() -> None:
    assert height(f'<body>{WORD}<img width="300"></body>', 600) == SHORT + 300
    assert height(f'<body>{WORD}<img width="900"></body>', 600) == SHORT + 600
    assert height(f"<body>{WORD}<img></body>", 375) == height(f"<body>{WORD}</body>", 375) + 375


def test_styles_and_titles_take_no_room() -> None:
    assert (
        height(f"<head><title>{'a' * 900}</title><style>{'a' * 9000}</style></head><body>{WORD}</body>", 600)
        == SHORT
    )


def test_words_of_one_line_are_one_line() -> None:
    assert height("<body><p>Un <b>mot</b> et <a href='x'>un lien</a></p></body>", 600) == SHORT


def test_of_columns_side_by_side_only_the_tallest_counts() -> None:
    def column(share: str, tall: int) -> str:
        return f'<div class="mj-column-{share}"><div><img width="100" height="{tall}"></div></div>'

    beside = column("per-50", 300) + column("px-300", 200)

    assert height(f"<body>{WORD}{beside}</body>", 600) == SHORT + 300
    assert height(f"<body>{WORD}{beside}{beside}</body>", 600) == SHORT + 600
    assert height(f"<body>{WORD}{beside}</body>", 375) == height(f"<body>{WORD}</body>", 375) + 500
