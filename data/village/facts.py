"""Three or four true facts: capitals first of all, then animals, numbers, words, trades, and who is who."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from typing import NamedTuple

from data.village.grammar import Draw, a, cap
from data.village.tables import (
    ANIMAL_FACTS,
    BEASTS,
    BODY,
    BY_SIZE,
    BY_SPEED,
    BY_WEIGHT,
    CAPITALS,
    COLORS,
    COMPARED,
    DAYS,
    FAMILY,
    HOMES,
    LEGS,
    MADE_OF,
    MONTH_DAYS,
    MONTHS,
    NATURE,
    OPPOSITES,
    ORDINALS,
    PAIRS,
    PLURALS,
    RHYMES,
    SAYS,
    SEASON_OF,
    SHAPES,
    SOUNDS,
    STARTS,
    TIME_FACTS,
    TRADES,
    VERBS,
    YOUNG,
)
from data.village.world import ADULTS, CHILDREN, number


class Fact(NamedTuple):
    """One sentence; sentences with the same key say the same thing and never meet in one piece."""

    kind: str
    key: str
    text: str
    weight: float = 1.0


def _capitals(continent: str) -> Iterator[Fact]:
    for country, capital in CAPITALS[continent]:
        namesake = country == capital
        yield Fact("capital", country, f"The capital of {country} is {capital}.", 1 if namesake else 0.75)
        if not namesake:
            yield Fact("capital", country, f"{capital} is the capital of {country}.", 0.25)


def _words() -> Iterator[Fact]:
    for one, two in OPPOSITES:
        for x, y in ((one, two), (two, one)):
            yield Fact("opposite", one, f"The opposite of {x} is {y}.", 0.8)
            yield Fact("opposite", one, f"{cap(x)} is the opposite of {y}.", 0.2)
    for one, many in PLURALS:
        yield Fact("plural", one, f"One {one}, two {many}.", 0.7)
        yield Fact("plural", one, f"The plural of {one} is {many}.", 0.3)
    for plain, more, most in COMPARED:
        yield Fact("compared", plain, f"We say {plain}, {more} and {most}.", 0.5)
        yield Fact("compared", plain, f"After {plain} and {more} comes {most}.", 0.5)
    for now, past, done, doing in VERBS:
        yield Fact("verb", now, f"Today I {now}, yesterday I {past}.", 0.4)
        yield Fact("verb", now, f"When we {now}, we are {doing}.", 0.3)
        yield Fact("verb", now, f"I {now}, I {past}, I have {done}.", 0.3)
    for one, two in RHYMES:
        yield Fact("rhyme", one, f"The word {one} rhymes with {two}.", 0.5)
        yield Fact("rhyme", one, f"The word {two} rhymes with {one}.", 0.5)
    for word in STARTS:
        yield Fact("letter", word, f"The word {word} begins with the letter {word[0].upper()}.")


def _animals() -> Iterator[Fact]:
    for animal, sound in SAYS:
        yield Fact("sound", animal, f"{cap(a(animal))} says {sound}.")
    for animal, does in SOUNDS:
        yield Fact("sound", animal, f"{cap(a(animal))} {does}.")
    for animal, home in HOMES:
        yield Fact("home", animal, f"{cap(a(animal))} lives {home}.")
    for animal, young in YOUNG:
        yield Fact("young", animal, f"A young {animal} is called {a(young)}.", 0.6)
        yield Fact("young", animal, f"{cap(a(young))} is a young {animal}.", 0.4)
    for animal, legs in LEGS:
        yield Fact("legs", animal, f"{cap(a(animal))} has {legs} legs.")
    for (text,) in ANIMAL_FACTS:
        yield Fact("animal", text, f"{text}.")
    for he, she in BEASTS:
        yield Fact("pair", he, f"{cap(a(he))} is male, and {a(she)} is female.", 0.5)
        yield Fact("pair", he, f"{cap(a(she))} is female, and {a(he)} is male.", 0.5)
    for less, more in combinations(BY_SIZE, 2):
        yield Fact("size", less + more, f"{cap(a(more))} is bigger than {a(less)}.", 0.5)
        yield Fact("size", less + more, f"{cap(a(less))} is smaller than {a(more)}.", 0.5)
    for less, more in combinations(BY_WEIGHT, 2):
        yield Fact("size", less + more, f"{cap(a(more))} is heavier than {a(less)}.", 0.5)
        yield Fact("size", less + more, f"{cap(a(less))} is lighter than {a(more)}.", 0.5)
    for less, more in combinations(BY_SPEED, 2):
        yield Fact("size", less + more, f"{cap(a(more))} is faster than {a(less)}.", 0.5)
        yield Fact("size", less + more, f"{cap(a(less))} is slower than {a(more)}.", 0.5)


def _numbers() -> Iterator[Fact]:
    for x in range(1, 20):
        for y in range(1, 21 - x):
            yield Fact("sum", f"{x}+{y}", f"{cap(number(x))} plus {number(y)} is {number(x + y)}.", 0.6)
            yield Fact("sum", f"{x}-{y}", f"{cap(number(x + y))} minus {number(y)} is {number(x)}.", 0.4)
    for x in range(2, 51):
        yield Fact("number", f"{x}after", f"After {number(x - 1)} comes {number(x)}.")
        yield Fact("number", f"{x}half", f"Half of {number(2 * x)} is {number(x)}.")
        yield Fact("number", f"{x}half", f"Twice {number(x)} is {number(2 * x)}.")
        yield Fact("number", f"{x}even", f"{cap(number(x))} is an {'odd' if x % 2 else 'even'} number.")
    for x in range(2, 11):
        for y in range(2, 11):
            yield Fact("times", f"{x}*{y}", f"{cap(number(x))} times {number(y)} is {number(x * y)}.")


def _time() -> Iterator[Fact]:
    for i, month in enumerate(MONTHS):
        yield Fact("month", f"{month}#", f"{month} is the {ORDINALS[i]} month of the year.")
        yield Fact(
            "month",
            f"{month}days",
            f"{month} has {MONTH_DAYS[i]} days{', or twenty-nine in a leap year' * (i == 1)}.",
        )
        yield Fact("month", f"{month}season", f"In the village, {month} is a {SEASON_OF[i]} month.")
    for before, after in pairwise(MONTHS):
        yield Fact("month", before + after, f"{after} comes after {before}.")
        yield Fact("month", before + after, f"{before} comes before {after}.")
    for before, after in zip(DAYS, DAYS[1:] + DAYS[:1], strict=True):
        yield Fact("day", before + after, f"{after} comes after {before}.")
        yield Fact("day", before + after, f"If today is {before}, tomorrow is {after}.")
        yield Fact("day", before + after, f"If today is {after}, yesterday was {before}.")
    for before, middle, after in zip(DAYS, DAYS[1:] + DAYS[:1], DAYS[2:] + DAYS[:2], strict=True):
        yield Fact("day", before + after, f"{middle} lies between {before} and {after}.")
    for (text,) in TIME_FACTS:
        yield Fact("time", text, f"{text}.")


def _people() -> Iterator[Fact]:
    for he, she in PAIRS:
        yield Fact("pair", he, f"{cap(a(he))} is male, and {a(she)} is female.", 0.3)
        yield Fact("pair", he, f"{cap(a(she))} is female, and {a(he)} is male.", 0.3)
        if he not in ("man", "boy"):
            man, woman = ("boy", "girl") if he in ("prince", "grandson") else ("man", "woman")
            yield Fact("pair", he, f"For a {man} we say {he}, for a {woman} we say {she}.", 0.4)
    for whose, relative in FAMILY:
        yield Fact("family", whose, f"{whose} is {relative}.")
    for worker, work, tool in TRADES:
        yield Fact("trade", worker, f"{cap(a(worker))} {work}.", 0.5)
        yield Fact("trade", worker, f"{cap(a(worker))} needs {tool}.", 0.5)
    for p in ADULTS:
        yield Fact("who", p.name, f"{p} is the {p.trade} of the village.", 0.3)
        yield Fact("who", p.name, f"The {p.trade} of the village is called {p}.", 0.3)
        yield Fact("who", p.name, f"{p} the {p.trade} is {number(p.age)} years old.", 0.4)
    for p in CHILDREN:
        yield Fact("who", p.name, f"{p} is {number(p.age)} years old.", 0.6)
        yield Fact("who", p.name, f"{p} is a {p.kind} of {number(p.age)}.", 0.4)
    for p, q in combinations(CHILDREN, 2):
        old, young = (p, q) if p.age > q.age else (q, p)
        if p.age != q.age:
            yield Fact("who", p.name + q.name, f"{old} is older than {young}.", 0.2)
            yield Fact("who", p.name + q.name, f"{young} is younger than {old}.", 0.2)


def _things() -> Iterator[Fact]:
    plural = ("Bricks", "Raisins", "Noodles", "Pancakes", "Prunes", "Emeralds", "Rubies")
    for thing, color in COLORS:
        yield Fact("color", thing, f"{thing} {'are' if thing in plural else 'is'} {color}.")
    for thing, stuff in MADE_OF:
        yield Fact("stuff", thing, f"{thing} {'are' if thing in plural else 'is'} made from {stuff}.")
    for kind, table in (("nature", NATURE), ("body", BODY), ("shape", SHAPES)):
        for (text,) in table:
            yield Fact(kind, text, f"{text}.")


# How often a piece opens with a fact of this kind.
# fmt: off
KINDS = {
    "capital": 140, "opposite": 14, "plural": 7, "compared": 6, "verb": 8, "rhyme": 4, "letter": 3,
    "sound": 6, "home": 4, "young": 4, "legs": 2, "animal": 5, "pair": 6, "size": 8, "sum": 14, "number": 5,
    "times": 5, "month": 6, "day": 3, "time": 3, "family": 3, "trade": 7, "who": 8, "color": 5, "stuff": 5,
    "nature": 6, "body": 4, "shape": 3,
}
# fmt: on
CAPITAL_FACTS = {continent: list(_capitals(continent)) for continent in CAPITALS}
FACTS = [fact for facts in CAPITAL_FACTS.values() for fact in facts]
FACTS += [*_words(), *_animals(), *_numbers(), *_time(), *_people(), *_things()]


def _weigh(facts: list[Fact]) -> list[float]:
    """The weight of each fact such that its kind as a whole weighs what `KINDS` says."""
    total = dict.fromkeys(KINDS, 0.0)
    for fact in facts:
        total[fact.kind] += fact.weight
    return [KINDS[fact.kind] * fact.weight / total[fact.kind] for fact in facts]


_WEIGHTS = _weigh(FACTS)
_SAME_KIND = {kind: [fact for fact in FACTS if fact.kind == kind] for kind in KINDS}


def write(draw: Draw) -> None:
    """Capitals of one continent, or facts of one kind, or facts of different kinds."""
    leads = [(continent, n) for continent in CAPITALS for n in (3, 4)]
    shares = [0.07 * len(CAPITALS[continent]) / 193 for continent, _ in leads]
    lead = draw.pick([None, *leads], _lead, [1 - sum(shares), *shares])
    if lead:
        continent, n = lead
        draw.say(" ")
        taken = [_add(draw, CAPITAL_FACTS[continent], [])]
        while len(taken) < n:
            draw.say(" ")
            taken.append(_add(draw, CAPITAL_FACTS[continent], taken))
        return
    taken = [draw.pick(FACTS, lambda fact: fact.text, _WEIGHTS)]
    if taken[0].kind == "capital" or draw.choose([True, False], [0.6, 0.4]):
        while len(taken) < 4:
            draw.say(" ")
            taken.append(_add(draw, _SAME_KIND[taken[0].kind], taken))
    else:
        while len(taken) < 3:
            draw.say(" ")
            others, weights = _other_kinds(frozenset(fact.kind for fact in taken))
            taken.append(draw.pick(others, lambda fact: fact.text, weights))


@cache
def _other_kinds(kinds: frozenset[str]) -> tuple[list[Fact], list[float]]:
    chosen = [i for i, fact in enumerate(FACTS) if fact.kind not in kinds]
    return [FACTS[i] for i in chosen], [_WEIGHTS[i] for i in chosen]


def _lead(lead: tuple[str, int] | None) -> str:
    return f"Here are {number(lead[1])} capitals in {lead[0]}." if lead else ""


def _add(draw: Draw, facts: list[Fact], taken: list[Fact]) -> Fact:
    """Pick one of the facts that says something new."""
    keys = {fact.key for fact in taken}
    new = [fact for fact in facts if fact.key not in keys]
    return draw.pick(new, lambda fact: fact.text, [fact.weight for fact in new])
