"""Samples of what is rendered: a good page with one fault put into it, for the themes themselves have none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from issue_files import SETTINGS
from newsletter_mailer.checks.subject import Subject
from unit.checks.samples import Make, Sample, subject_of

GOOD = "  - { type: article, title: Le jardin, text: Nous avons semé des fèves. }\n"
FEED = '<link rel="stylesheet" href="https://example.org/style.css">'
NIGHT = "@media (prefers-color-scheme: dark)"
#: what spam filters know as spam, for tests (Generic Test for Unsolicited Bulk Email)
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


def changed(change: Callable[[Subject], Subject]) -> Make:
    """The good issue with something changed after it was composed."""
    return lambda root: change(subject_of(root, GOOD))


def page(old: str, new: str, *, times: int = -1) -> Make:
    """The good page with these characters changed."""

    def change(subject: Subject) -> Subject:
        assert old in subject.html
        return replace(subject, html=subject.html.replace(old, new, times))

    return changed(change)


def body(inside: str) -> Make:
    """The good page with this at its end."""
    return page("</body>", f"{inside}</body>")


def sheet(css: str) -> Make:
    """The good page with this style sheet."""
    return page("</head>", f"<style>{css}</style></head>")


def sized(size: int) -> Make:
    """The good page with blanks at its end, up to that many bytes."""

    def change(subject: Subject) -> Subject:
        return replace(subject, html=subject.html + " " * (size - len(subject.html.encode())))

    return changed(change)


def whole(html: str) -> Make:
    """Another page."""
    return changed(lambda subject: replace(subject, html=html))


def message(old: bytes, new: bytes) -> Make:
    """The good mail with these bytes changed."""

    def change(subject: Subject) -> Subject:
        assert old in subject.message
        return replace(subject, message=subject.message.replace(old, new, 1))

    return changed(change)


def text(said: str) -> Make:
    """The good mail with another text part."""
    return changed(lambda subject: replace(subject, text=said))


def heavy(size: int) -> Make:
    """A mail of at least that many bytes."""
    return changed(lambda subject: replace(subject, message=subject.message + b"x" * size))


def sender(name: str) -> Make:
    """The good issue from a sender of that name."""
    settings = SETTINGS.replace("sender:\n  name: Réseau Exemple", f"sender:\n  name: {name}")

    def make(root: Path) -> Subject:
        return subject_of(root, GOOD, settings=settings)

    return make


def link(style: str, words: str = "le programme") -> Make:
    """The good page with a link of that style."""
    return body(f'<p><a href="https://example.org/x" style="{style}">{words}</a></p>')


def button(cell: str) -> Make:
    """The good page with a painted link in that cell."""
    style = (
        "display:inline-block;padding:12px;line-height:24px;background-color:#112233;color:#FFFFFF;border:0"
    )
    inside = f'<a href="https://example.org/x" style="{style}">Venir</a>'
    return body(f'<table role="presentation"><tr><td {cell}>{inside}</td></tr></table>')


def row(*widths: int) -> Make:
    """The good page with a row of cells of these widths in a table of 600 pixels."""
    cells = "".join(f'<td width="{width}">x</td>' for width in widths)
    return body(f'<table role="presentation" width="600"><tr>{cells}</tr></table>')


SAMPLES = {
    "page-language": Sample(page('<html lang="fr" dir="ltr"', "<html"), GOOD),
    "page-title": Sample(page("<title>Lettre de novembre</title>", "<title> </title>"), GOOD),
    "heading-first": Sample(body("<h1>Une autre lettre</h1>"), GOOD),
    "heading-order": Sample(
        body("<h2>Agenda</h2><h4>Mars</h4>"), body("<h2>Agenda</h2><h3>Mars</h3><h2>Fin</h2>")
    ),
    "table-role": Sample(
        body("<table><tr><td>mars</td></tr></table>"),
        body(
            '<table role="presentation"><tr><td>mars</td></tr></table><table><tr><th>mois</th></tr></table>'
        ),
    ),
    "img-alt": Sample(
        body('<img src="cid:a@example.org" width="9">'),
        body('<img src="cid:a@example.org" width="9" alt="">'),
    ),
    "contrast-light": Sample(
        body('<p style="color:#949494">à peine visible</p>'),
        body('<p style="color:#595959">bien visible</p>'),
    ),
    "contrast-dark": Sample(
        body('<p style="color:#595959">perdu dans la nuit</p>'), body('<p style="color:#757575"></p>')
    ),
    "text-size": Sample(
        body('<p style="font-size:13px">en petit</p>'), body('<p style="font-size:14px">assez grand</p>')
    ),
    "link-name": Sample(link("", words=""), link("", words='<img src="cid:a" alt="le programme" width="9">')),
    "link-underline": Sample(link("text-decoration:none"), link("text-decoration:underline")),
    "target-size": Sample(
        link("display:inline-block;padding:10px 0;line-height:22px"),
        link("display:inline-block;padding:11px 0;line-height:22px"),
    ),
    "client-support": Sample(body('<div style="display:flex">côte à côte</div>'), GOOD),
    "client-plainer": Sample(body('<p style="border-radius:8px">rond</p>'), whole("<p>Bonjour</p>")),
    "gmail-clipped": Sample(sized(102_401), sized(102_400)),
    "gmail-nearly-clipped": Sample(
        sized(90_001),
        sized(90_000),
    ),
    "dark-scheme": Sample(page('<meta name="color-scheme" content="light dark">', ""), GOOD),
    "dark-colours": Sample(page(NIGHT, "@media (prefers-color-scheme: light)"), GOOD),
    "dark-important": Sample(
        sheet(f"{NIGHT} {{ p {{ color: #FFFFFF }} }}"),
        sheet(f"{NIGHT} {{ p {{ color: #FFFFFF !important }} }}"),
    ),
    "dark-outlook": Sample(page("[data-ogsc]", ".nobody"), GOOD),
    "outlook-comments": Sample(page("<![endif]-->", "", times=1), GOOD),
    "outlook-button": Sample(button(""), button('bgcolor="#112233"')),
    "outlook-picture-width": Sample(
        body('<img src="cid:a" alt="" width="287.5">'), body('<img src="cid:a" alt="" width="287">')
    ),
    "outlook-cell-width": Sample(row(300, 310), row(300, 300)),
    "css-size": Sample(sheet(".a { color: #112233 }" * 800), GOOD),
    "css-nested": Sample(
        sheet("@media screen { @media (max-width:479px) { p { margin: 0 } } }"),
        sheet("@media screen and (max-width:479px) { p { margin: 0 } }"),
    ),
    "colour-digits": Sample(
        body('<p style="color:#123">bleu</p>'), body('<p style="color:#112233">bleu</p>')
    ),
    "page-remote": Sample(page("</head>", f"{FEED}</head>"), GOOD),
    "message-format": Sample(message(b"\r\nMessage-ID: ", b"\r\nX-Message-ID: "), GOOD),
    "sender-name": Sample(sender('"Réseau Exemple (2)"'), GOOD),
    "text-parity": Sample(text("Bonjour\n"), GOOD),
    "text-links": Sample(body('<p><a href="https://example.org/ailleurs">ailleurs</a></p>'), GOOD),
    "message-size": Sample(heavy(2_000_000), heavy(1_000_000)),
    "spam-score": Sample(f"  - {{ type: text, text: '`{GTUBE}`' }}\n", GOOD),
}
