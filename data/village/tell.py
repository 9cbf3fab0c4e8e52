"""Casting: a template in which `<p:child>` picks a child, writes the name and remembers it as slot `p`."""

import re
from collections.abc import Sequence

from data.village.grammar import Draw
from data.village.world import ADULTS, CHILDREN, PEOPLE, Person

GROUPS: dict[str, list[Person]] = {
    "adult": ADULTS,
    "child": CHILDREN,
    "boy": [p for p in CHILDREN if not p.female],
    "girl": [p for p in CHILDREN if p.female],
    "man": [p for p in ADULTS if not p.female],
    "woman": [p for p in ADULTS if p.female],
    "anyone": ADULTS + CHILDREN,
    "people": PEOPLE,
}


def tell(draw: Draw, template: str, **lists: Sequence) -> None:
    """Say a template with marks `<slot:list>` outside its brackets; nobody is cast twice in a piece.

    The list is a group of people above or one of `lists`. `<p:adult+>` shows "Anna the baker".
    """
    slots = draw.slots
    text, *marks = re.split(r"<(\w+):(\w+\+?)>", template)
    draw.say(text)
    for slot, group, text in zip(marks[::3], marks[1::3], marks[2::3], strict=True):
        options = lists.get(group.rstrip("+")) or GROUPS[group.rstrip("+")]
        free = [option for option in options if option not in slots.values()]
        slots[slot] = draw.pick(free, (lambda p: p.known) if group.endswith("+") else str)
        draw.say(text)


def tell_one(draw: Draw, templates: Sequence[str], **lists: Sequence) -> str:
    """Tell one of the templates and return it; its opening words show at once which one it is."""
    opening = {template: re.split(r"[\[{<]", template, maxsplit=1)[0] for template in templates}
    template = draw.pick(templates, lambda template: opening[template])
    tell(draw, template[len(opening[template]) :], **lists)
    return template
