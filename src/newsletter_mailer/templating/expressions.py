"""What authors may write between braces and after `when:`, and everything that is wrong with it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes

from newsletter_mailer.templating.filling import SANDBOX, compile_expressions
from newsletter_mailer.wording import Sentence, sentence

LONGEST_EXPRESSION = 500
FILTERS = frozenset(
    {"default", "upper", "lower", "title", "capitalize", "trim", "length", "replace", "first", "last"}
)
_TAG = re.compile(r"\{\{(.{0,2000}?)\}\}", re.DOTALL)  # bounded: thousands that never close cost no square
_ASSIGNS = re.compile(r"(?<![=!<>])=(?!=)")
_STRAY = re.compile(r"\{%|\{#|\{\{")

KnownNames = Mapping[str, frozenset[str]]
SUBSCRIBER_FIELDS = frozenset({"address", "first_name", "last_name", "language"})
LINKS = frozenset({"unsubscribe", "preferences", "view_in_browser"})

# What an expression may be made of: nothing that calls, multiplies or loops, so nothing that can run away.
_ALLOWED = (
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.Or,
    nodes.And,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Concat,
    nodes.List,
    nodes.Tuple,
)


def known_names(subscriber_fields: Iterable[str] = ()) -> KnownNames:
    """What a merge tag may name, with the workspace's own fields of a subscriber."""
    return {
        "subscriber": SUBSCRIBER_FIELDS | frozenset(subscriber_fields),
        "organisation": frozenset({"name"}),
        "list": frozenset({"name"}),
        "links": LINKS,
    }


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an expression, and where in its text (offset in characters)."""

    offset: int
    what: Sentence
    hint: Sentence | None = None


@dataclass(frozen=True, slots=True)
class MergeTag:
    """One `{{ expression }}` in a text."""

    start: int
    end: int
    expression: str


def merge_tags(text: str) -> Iterator[MergeTag]:
    """The merge tags of a text, in order."""
    for found in _TAG.finditer(text):
        yield MergeTag(found.start(), found.end(), found.group(1).strip())


def check_text(text: str, known: KnownNames) -> list[Fault]:
    """Everything wrong with the merge tags of a text."""
    faults = [
        Fault(tag.start, fault.what, fault.hint)
        for tag in merge_tags(text)
        for fault in check_expression(tag.expression, known)
    ]
    bare = _TAG.sub(lambda found: " " * len(found.group(0)), text)
    for stray in _STRAY.finditer(bare):
        if stray.group(0) == "{{":
            faults.append(
                Fault(
                    stray.start(),
                    sentence("a merge tag is not closed"),
                    sentence("end it with {closing}", closing="}}"),
                )
            )
        else:
            hint = sentence(
                "only merge tags such as {example} work here; for a whole block use when:", example=EXAMPLE
            )
            faults.append(
                Fault(stray.start(), sentence("“{opening}” is not a merge tag", opening=stray.group(0)), hint)
            )
    return faults


EXAMPLE = "{{ subscriber.first_name }}"


def check_expression(source: str, known: KnownNames) -> list[Fault]:
    """Everything wrong with one expression: its syntax, names nobody knows, things that are not allowed."""
    if not source:
        return [
            Fault(
                0,
                sentence("an empty merge tag"),
                sentence("write a name, such as {example}", example=EXAMPLE),
            )
        ]
    tree = parse_expression(source)
    if isinstance(tree, Fault):
        return [tree]
    return list(faults_in(tree, known)) or list(_failures(source, known))


def parse_expression(source: str) -> nodes.Expr | Fault:
    """The tree of one expression, or why it is none."""
    if len(source) > LONGEST_EXPRESSION:
        return Fault(0, sentence("an expression is longer than {most} characters", most=LONGEST_EXPRESSION))
    try:
        tree = SANDBOX.parse("{{ (" + source + ") }}")
    except (TemplateSyntaxError, RecursionError):  # their words are English and for programmers
        return Fault(0, sentence("“{source}” is not an expression", source=source), _hint(source))
    output = tree.body[0]
    if len(tree.body) != 1 or not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        return Fault(0, sentence("“{source}” is not one expression", source=source))
    return output.nodes[0]


def _hint(source: str) -> Sentence:
    if _ASSIGNS.search(source):
        return sentence("to compare, write ==")
    return sentence("check its brackets and quotation marks")


def _failures(source: str, known: KnownNames) -> Iterator[Fault]:
    """What would go wrong only once a reader comes whose fields are empty, or are not: tried with one of each."""
    for trial in ("", "Mot"):
        values = {root: dict.fromkeys(fields, trial) for root, fields in known.items()}
        try:
            compile_expressions([source])(values)
        except Exception as error:  # noqa: BLE001  whatever Python says of it, here it costs nobody a mail
            yield unworkable(source, error, empty=not trial)
            return


def unworkable(source: str, error: Exception, *, empty: bool) -> Fault:
    """That an expression failed when it was tried. empty: with a reader of whom nothing is known."""
    hint = sentence("compare texts with texts, and say with `or` what stands in for nothing")
    if empty:
        what = sentence("“{source}” cannot be worked out for a reader whose fields are empty", source=source)
    else:
        reason = error.__cause__ or error
        what = sentence("“{source}” cannot be worked out: {reason}", source=source, reason=reason)
    return Fault(0, what, hint)


_COMPARE_TEXTS = sentence(
    'every field is a text: compare it with texts, such as == "18" or in ["18", "19"]; only |length is a number'
)


def faults_in(node: nodes.Node, known: KnownNames) -> Iterator[Fault]:
    """Names nobody knows, and whatever else is not allowed in the tree of an expression."""
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        yield from _unknown(node.node.name, node.attr, known)
        return
    if isinstance(node, nodes.Name):
        if node.name in known:
            choices = ", ".join(f"{node.name}.{field}" for field in sorted(known[node.name]))
            hint = sentence("say which of its fields: {choices}", choices=choices)
            yield Fault(0, sentence("“{name}” alone is not a value", name=node.name), hint)
        else:
            yield from _unknown(node.name, None, known)
        return
    if not isinstance(node, _ALLOWED) or isinstance(node, nodes.Getattr):
        yield Fault(0, sentence("an expression may only compare and choose, not compute or call"))
        return
    if isinstance(node, nodes.CondExpr) and node.expr2 is None:
        yield Fault(
            0,
            sentence("an “if” without an “else”"),
            sentence('write what stands there otherwise, such as else ""'),
        )
    if isinstance(node, nodes.Filter) and node.name == "replace" and _replaces(node):
        yield Fault(
            0, sentence("one “replace” cannot change what another has made: each may multiply the text")
        )
    if isinstance(node, nodes.Compare) and not all(_comparable(*pair) for pair in _compared(node)):
        yield Fault(0, sentence("a text is compared with what is no text"), _COMPARE_TEXTS)
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        hint = sentence("there are: {choices}", choices=", ".join(sorted(FILTERS)))
        yield Fault(0, sentence("unknown filter “{name}”", name=node.name), hint)
    for child in node.iter_child_nodes():
        yield from faults_in(child, known)


def _compared(node: nodes.Compare) -> Iterator[tuple[str, nodes.Node, nodes.Node]]:
    """Each comparison of a chain: `a < b < c` is two."""
    left: nodes.Node = node.expr
    for operand in node.ops:
        yield operand.op, left, operand.expr
        left = operand.expr


def _comparable(operator: str, left: nodes.Node, right: nodes.Node) -> bool:
    """Whether Python can tell for every reader, also for those before whom another condition stands."""
    ours, theirs = _kinds(left), _kinds(right)
    if operator in ("eq", "ne"):  # can be told, but of 31 and "31" it would be false for everybody
        return bool(ours & theirs) or ours | theirs != {"text", "number"}
    if operator in ("in", "notin"):
        return theirs <= {"text", "list"} and ("text" not in theirs or ours == {"text"})
    return ours == theirs and ours in ({"text"}, {"number"})


def _kinds(node: nodes.Node) -> frozenset[str]:
    """What may come of an expression, for one reader or another: a text, a number, a list, nothing."""
    match node:
        case nodes.Const():
            return frozenset({_kind(node.value)})
        case nodes.Or() | nodes.And():
            return _either(node.left, node.right)
        case nodes.CondExpr(expr2=nodes.Node() as otherwise):
            return _either(node.expr1, otherwise)
        case nodes.Filter(name="default"):
            return _either(node.node, *node.args[:1])
        case nodes.Filter(name="first" | "last", node=nodes.List() | nodes.Tuple() as inner):
            return _either(*inner.items)
        case nodes.Filter(name="length") | nodes.Compare() | nodes.Not():
            return frozenset({"number"})
        case nodes.List() | nodes.Tuple():
            return frozenset({"list"})
    return frozenset({"text"})  # a reader's field, texts set side by side, and what other filters make


def _either(*choices: nodes.Node | None) -> frozenset[str]:
    return frozenset(kind for choice in choices if choice is not None for kind in _kinds(choice))


def _kind(constant: object) -> str:
    if isinstance(constant, str):
        return "text"
    return "nothing" if constant is None else "number"


def _replaces(node: nodes.Node) -> bool:
    """Whether a `replace` stands within."""
    return any(inner.name == "replace" for inner in node.find_all(nodes.Filter))


_ELSEWHERE = dict.fromkeys(
    ("subscriber.organisation", "subscriber.organization", "subscriber.organisation_name"),
    ("organisation.name",),
)  #: what people look for in the wrong place


def _unknown(root: str, field: str | None, known: KnownNames) -> Iterator[Fault]:
    if field is not None and field in known.get(root, ()):
        return
    name = f"{root}.{field}" if field is not None else root
    everything = [f"{r}.{f}" for r, fields in known.items() for f in sorted(fields)]
    bare = [
        full for full in everything if field is None and full.endswith(f".{root}")
    ]  # subscriber. forgotten
    named = [full for full in _ELSEWHERE.get(name, ()) if full in everything]
    close = named or bare or difflib.get_close_matches(name, everything, n=1, cutoff=0.6)
    hint = (
        sentence("did you mean “{close}”?", close=close[0])
        if close
        else sentence(
            "declare it under subscriber_fields in newsletter.yaml, or use one of: {names}",
            names=", ".join(everything),
        )
    )
    yield Fault(0, sentence("nobody knows “{name}”", name=name), hint)
