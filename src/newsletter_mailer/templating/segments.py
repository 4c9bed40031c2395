"""Expressions that tell which readers belong to a segment: the language of `when:`, and what became of the reader."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, TypeVar

from jinja2 import TemplateError, nodes

from newsletter_mailer.templating.expressions import (
    Fault,
    KnownNames,
    faults_in,
    known_names,
    parse_expression,
    unworkable,
)
from newsletter_mailer.templating.filling import SANDBOX
from newsletter_mailer.wording import Sentence, sentence

RECEIVED, SUBSCRIBED = "received", "subscribed"
_EXAMPLES = {RECEIVED: 'received("2026-09")', SUBSCRIBED: 'subscribed("members")'}
_Node = TypeVar("_Node", bound=nodes.Node)


def segment_names(subscriber_fields: Collection[str] = ()) -> KnownNames:
    """What a segment may name: the same as a condition, but for links, which nobody has before a mail is made."""
    return {root: fields for root, fields in known_names(subscriber_fields).items() if root != "links"}


@dataclass(frozen=True, slots=True)
class Question:
    """A segment's expression, and what has to be known of a reader to answer it."""

    fields: frozenset[str]  #: of the subscriber
    organisation: bool
    issues: frozenset[str]  #: asked for by `received`
    lists: frozenset[str]  #: asked for by `subscribed`
    holds: Callable[
        [Mapping[str, Any]], bool
    ]  #: for `{"subscriber": …, "received": {slug …}, …}`; or ValueError

    @property
    def about_person(self) -> bool:
        """Whether it asks for more of a reader than what they have and where they are."""
        return bool(self.fields) or self.organisation


def check_segment(
    source: str, known: KnownNames, *, issues: Collection[str], lists: Collection[str]
) -> list[Fault]:
    """Everything wrong with an expression: as for a condition, and issues or lists that are not there."""
    if not source.strip():
        hint = sentence("such as {example}", example='subscriber.language == "fr"')
        return [Fault(0, sentence("an empty expression"), hint)]
    tree = parse_expression(source)
    if isinstance(tree, Fault):
        return [tree]
    there = {RECEIVED: issues, SUBSCRIBED: lists}
    wrong = [fault for call in _all(tree, nodes.Call) for fault in _wrong_call(call, there)]
    wrong += _never_asked(tree)
    return wrong or list(faults_in(_with_calls(tree, _some_truth), known)) or list(_failures(source, known))


def compile_segment(source: str) -> Question:
    """The question that a checked expression puts."""
    tree = _parsed(source)
    asked = [(_called(call), _named(call)) for call in _all(tree, nodes.Call)]
    named = [
        (one.node.name, one.attr) for one in _all(tree, nodes.Getattr) if isinstance(one.node, nodes.Name)
    ]
    return Question(
        fields=frozenset(field for root, field in named if root == "subscriber"),
        organisation=any(root == "organisation" for root, _ in named),
        issues=frozenset(slug for name, slug in asked if name == RECEIVED and slug),
        lists=frozenset(slug for name, slug in asked if name == SUBSCRIBED and slug),
        holds=_compiled(tree),
    )


def _parsed(source: str) -> nodes.Expr:
    tree = parse_expression(source)
    if isinstance(tree, Fault):
        raise ValueError(tree.what)
    return tree


def _compiled(tree: nodes.Expr) -> Callable[[Mapping[str, Any]], bool]:
    whole = SANDBOX.parse("{{ 1 if holds else '' }}")
    choice = next(whole.find_all(nodes.CondExpr))
    choice.test = _with_calls(tree, _looked_up)
    whole.set_environment(SANDBOX)
    template = SANDBOX.from_string(whole)
    render, new_context = template.root_render_func, template.new_context

    def holds(values: Mapping[str, Any]) -> bool:
        try:
            return "".join(render(new_context(dict(values), shared=True))) == "1"
        except (TypeError, ArithmeticError, TemplateError) as error:
            raise ValueError(sentence("the segment cannot be worked out: {reason}", reason=error)) from error

    return holds


def _all(tree: nodes.Expr, kind: type[_Node]) -> Iterator[_Node]:
    """Every node of a kind, the tree itself too, which `find_all` leaves out."""
    if isinstance(tree, kind):
        yield tree
    yield from tree.find_all(kind)


def _with_calls(node: nodes.Node, instead: Callable[[nodes.Call], nodes.Expr]) -> Any:
    """The same tree with something else for each call."""
    if isinstance(node, nodes.Call):
        return instead(node)
    for name, value in node.iter_fields():
        if isinstance(value, nodes.Node):
            setattr(node, name, _with_calls(value, instead))
        elif isinstance(value, list):
            parts = [_with_calls(one, instead) if isinstance(one, nodes.Node) else one for one in value]
            setattr(node, name, parts)
    return node


def _looked_up(call: nodes.Call) -> nodes.Expr:
    """`received("2026-09")` as `"2026-09" in received`: a call in the sandbox costs ten times as much."""
    wanted = nodes.Name(_called(call), "load", lineno=call.lineno)
    return nodes.Compare(call.args[0], [nodes.Operand("in", wanted)], lineno=call.lineno)


def _some_truth(call: nodes.Call) -> nodes.Expr:
    """What is true or false, of the kinds that expressions are made of otherwise."""
    return nodes.Compare(call.args[0], [nodes.Operand("eq", call.args[0])], lineno=call.lineno)


def _called(call: nodes.Call) -> str:
    return call.node.name if isinstance(call.node, nodes.Name) else ""


def _named(call: nodes.Call) -> str | None:
    """The text between the brackets; None when something else stands there."""
    more = call.kwargs or call.dyn_args or call.dyn_kwargs
    if more or len(call.args) != 1 or not isinstance(call.args[0], nodes.Const):
        return None
    value = call.args[0].value
    return value if isinstance(value, str) else None


def _wrong_call(call: nodes.Call, there: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    name, slug = _called(call), _named(call)
    if name not in there:
        yield _unknown_question(name)
    elif slug is None:
        yield _without_slug(name)
    elif slug not in there[name]:
        yield Fault(0, _not_there(name, slug), _choices(slug, sorted(there[name])))


def _never_asked(tree: nodes.Expr) -> Iterator[Fault]:
    """`received` without its brackets."""
    called = {id(call.node) for call in _all(tree, nodes.Call)}
    for one in _all(tree, nodes.Name):
        if one.name in _EXAMPLES and id(one) not in called:
            yield _without_slug(one.name)


def _unknown_question(name: str) -> Fault:
    close = difflib.get_close_matches(name, _EXAMPLES, n=1, cutoff=0.6)
    if not name:
        what = sentence("an expression may only compare and choose, not compute or call")
    else:
        what = sentence("nobody knows “{name}”", name=f"{name}(…)")
    if close:
        return Fault(0, what, sentence("did you mean “{close}”?", close=_EXAMPLES[close[0]]))
    return Fault(0, what, sentence("there are: {choices}", choices=", ".join(_EXAMPLES.values())))


def _without_slug(name: str) -> Fault:
    hint = sentence("such as {example}", example=_EXAMPLES[name])
    if name == RECEIVED:
        return Fault(0, sentence("“received” needs the name of one issue, between quotation marks"), hint)
    return Fault(0, sentence("“subscribed” needs the name of one list, between quotation marks"), hint)


def _not_there(name: str, slug: str) -> Sentence:
    if name == RECEIVED:
        return sentence("there is no issue “{name}”", name=slug)
    return sentence("there is no list “{slug}”", slug=slug)


def _choices(slug: str, there: Sequence[str]) -> Sentence | None:
    close = difflib.get_close_matches(slug, there, n=1, cutoff=0.5)
    if close:
        return sentence("did you mean “{close}”?", close=close[0])
    return sentence("there are: {choices}", choices=", ".join(there)) if there else None


def _failures(source: str, known: KnownNames) -> Iterator[Fault]:
    """What would go wrong only once a reader comes: tried with fields that are empty, and that are not."""
    for trial in ("", "Mot"):
        fields = {root: SimpleNamespace(**dict.fromkeys(names, trial)) for root, names in known.items()}
        try:
            question = compile_segment(source)
            for slugs in (frozenset[str](), question.issues | question.lists):
                question.holds({**fields, RECEIVED: slugs, SUBSCRIBED: slugs})
        except Exception as error:  # noqa: BLE001  whatever Python says of it, here it bars nobody
            yield unworkable(source, error, empty=not trial)
            return
