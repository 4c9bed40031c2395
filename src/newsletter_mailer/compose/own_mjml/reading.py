"""An author's MJML as a tree, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from newsletter_mailer.compose.own_mjml.rules import (
    DEEPEST,
    HIDDEN,
    NEEDED,
    SAYS,
    VOID,
    attribute_fault,
    tag_fault,
)
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.templating import merge_tags
from newsletter_mailer.wording import Sentence, sentence

Fault = tuple[int, Sentence, Sentence | None]  # offset in the source, what, hint


@dataclass(slots=True)
class Node:
    """An element."""

    tag: str
    attributes: dict[str, str]
    at: int  #: offset in the source
    children: list[Node | str] = field(default_factory=list)
    refused: bool = False  #: nothing inside it is looked at


def faults(source: str, picture: Callable[[str], NewsletterError | None]) -> Iterator[Fault]:
    """Everything that is wrong with a source as its author typed it.

    picture: what is wrong with a picture of that name, None when it can go into a mail.
    """
    root, found = read(_blanked(source))
    yield from found
    for node in _nodes(root):
        src = node.attributes.get("src")
        refusal = picture(src) if src is not None else None
        if refusal:
            yield node.at, refusal.what, refusal.hint


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link of a source leads."""

    at: int  #: offset in the source
    href: str
    words: str  #: that a reader sees of it


def targets(source: str) -> Iterator[Target]:
    """The links, but for those that merge tags make for each reader."""
    root, _ = read(_blanked(source))
    for node in _nodes(root):
        href = node.attributes.get("href", "")
        if href and HIDDEN not in href:
            yield Target(node.at, href, node.attributes.get("alt") or " ".join(_words(node).split()))


def _words(node: Node) -> str:
    return "".join(child if isinstance(child, str) else _words(child) for child in node.children)


def read(source: str) -> tuple[Node, list[Fault]]:
    """The tree under a root without a name, and what is wrong with it. No merge tag may stand in the source."""
    reader = _Reader(source)
    reader.feed(source)
    reader.close()
    return reader.root, reader.found


def _blanked(source: str) -> str:
    """Each merge tag as so many letters that mean nothing: inside may stand < and quotation marks."""
    for tag in merge_tags(source):
        source = source[: tag.start] + HIDDEN * (tag.end - tag.start) + source[tag.end :]
    return source


def _nodes(node: Node) -> Iterator[Node]:
    for child in node.children:
        if isinstance(child, Node):
            yield child
            yield from _nodes(child)


class _Reader(HTMLParser):
    """Builds the tree; what it does not know, it refuses."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {}, 0)
        self.found: list[Fault] = []
        self._open = [self.root]
        self._lines = [0]
        for line in source.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _fault(self, what: Sentence, hint: Sentence | None = None, at: int | None = None) -> None:
        self.found.append((self._at() if at is None else at, what, hint))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        holder = self._open[-1]
        node = Node(tag, {}, self._at(), refused=holder.refused)
        if len(self._open) <= DEEPEST:
            holder.children.append(node)
        elif not node.refused:
            self._fault(sentence("more than {most} elements inside one another", most=DEEPEST))
            node.refused = True
        if not node.refused:
            self._look(node, holder.tag, attrs)
        if tag not in VOID:
            self._open.append(node)

    def _look(self, node: Node, inside: str, attrs: list[tuple[str, str | None]]) -> None:
        fault = tag_fault(node.tag, inside)
        if fault:
            self._fault(*fault)
            node.refused = True
            return
        for name, value in attrs:
            self._attribute(node, name, value or "")
        given = {name for name, _ in attrs}
        for name in NEEDED.get(node.tag, ()):
            if name not in given:
                self._fault(sentence("<{tag}> has no “{name}”", tag=node.tag, name=name), _WHY.get(name))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without anything in it, such as `<mj-spacer />`."""
        before = len(self._open)
        self.handle_starttag(tag, attrs)
        del self._open[before:]

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag in VOID:
            return
        if self._open[-1].tag == tag:
            self._open.pop()
        elif any(node.tag == tag for node in self._open):
            while self._open[-1].tag != tag:
                self._unclosed(self._open.pop())
            self._open.pop()
        else:
            self._fault(sentence("</{tag}> closes nothing", tag=tag[:40]), sentence("remove it"))

    def _unclosed(self, node: Node) -> None:
        what = sentence("<{tag}> is not closed", tag=node.tag)
        self._fault(what, sentence("write </{tag}> where it ends", tag=node.tag), node.at)

    def _attribute(self, node: Node, name: str, value: str) -> None:
        fault = attribute_fault(node.tag, name, value)
        if fault:
            self._fault(*fault)
        elif name in node.attributes:
            self._fault(sentence("“{name}” stands here twice", name=name), sentence("keep one of the two"))
        else:
            node.attributes[name] = value

    def handle_data(self, data: str) -> None:
        """Words."""
        holder = self._open[-1]
        is_frame = not holder.tag or (holder.tag.startswith("mj-") and holder.tag not in SAYS)
        if data.strip() and is_frame and not holder.refused:
            what = sentence("words stand here in no <mj-text>: {words}", words=" ".join(data.split())[:40])
            self._fault(what, sentence("put them into an <mj-text>, and that into an <mj-column>"))
        holder.children.append(data)

    def handle_comment(self, data: str) -> None:
        """A note of the author's is left out; one that Outlook would read is refused."""
        if data.lstrip().startswith("["):
            self._fault(sentence("a condition for Outlook cannot stand here"), sentence("remove it"))

    def handle_decl(self, decl: str) -> None:
        """`<!DOCTYPE …>`."""
        self._fault(sentence("<!{words}> cannot stand here", words=decl[:20]), sentence("remove it"))

    def unknown_decl(self, data: str) -> None:
        """`<![CDATA[…]]>`."""
        self.handle_decl(data)

    def handle_pi(self, data: str) -> None:
        """`<?xml …>`."""
        self._fault(sentence("<?{words}> cannot stand here", words=data[:20]), sentence("remove it"))

    def close(self) -> None:
        """The end of the source."""
        super().close()
        for node in reversed(self._open[1:]):
            self._unclosed(node)
        if not any(isinstance(child, Node) for child in self.root.children) and not self.found:
            what = sentence("there is no section in this block")
            self._fault(what, sentence("begin with <mj-section><mj-column><mj-text>"), 0)


_WHY = {
    "alt": sentence('say with `alt` what the picture shows; alt="" if it says nothing'),
    "src": sentence("name a file in the folder of the issue"),
    "href": sentence("say with `href` where it leads"),
}
