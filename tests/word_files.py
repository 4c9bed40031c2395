"""Word documents for tests: as few parts as Word needs, written by hand."""

from __future__ import annotations

import io
from collections.abc import Iterable
from zipfile import ZIP_DEFLATED, ZipFile

_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>
<Override PartName="/word/document.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>
<Override PartName="/word/styles.xml"
 ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>"""
_TOP = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
 Target="word/document.xml"/></Relationships>"""
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:r="{_RELATION}" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="Titre{level}"><w:name w:val="heading {level}"/></w:style>'
    for level in (1, 2, 3)
)


def words(text: str, *, style: str = "", bold: bool = False) -> str:
    """A paragraph, in one of the styles Titre1 to Titre3 perhaps."""
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    kind = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:p>{look}<w:r>{kind}<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def linked(text: str) -> str:
    """A paragraph that links to https://example.org/lire."""
    return f'<w:p><w:hyperlink r:id="rId8"><w:r><w:t>{text}</w:t></w:r></w:hyperlink></w:p>'


def picture(alt: str, how: str = "embed") -> str:
    """A paragraph with the picture of the document; how: "link" when it is outside."""
    return (
        f'<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="{alt}"/><a:graphic><a:graphicData>'
        f'<pic:pic><pic:blipFill><a:blip r:{how}="rId9"/></pic:blipFill></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r></w:p>"
    )


def document(paragraphs: Iterable[str], *, png: bytes = b"", external: str = "") -> bytes:
    """The file. png: what its picture shows; external: instead, where it stands on another machine."""
    mode = ' TargetMode="External"' if external else ""
    target = external or "media/image1.png"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId7" Type="{_RELATION}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId8" Type="{_RELATION}/hyperlink" Target="https://example.org/lire" TargetMode="External"/>'
        f'<Relationship Id="rId9" Type="{_RELATION}/image" Target="{target}"{mode}/></Relationships>'
    )
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _TOP)
        archive.writestr("word/_rels/document.xml.rels", relations)
        archive.writestr("word/styles.xml", f"<w:styles {_NAMES}>{_STYLES}</w:styles>")
        body = "".join(paragraphs)
        archive.writestr("word/document.xml", f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>")
        if png:
            archive.writestr("word/media/image1.png", png)
    return made.getvalue()
