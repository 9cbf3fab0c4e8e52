"""How a piece of the village is written, and what its exact probability is.

A genre is an ordinary function that takes a `Draw`, says words and makes choices. Every choice goes
through the draw, so the same function serves twice: `Writer` draws at random and writes a text, `Reader`
follows a given text and finds every way the grammar could have written it. The sum over those ways is
the exact probability of the text, and -log p of it is the loss that no model can beat on average.
"""

import math
import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

Option = TypeVar("Option")


class Draw:
    """One walk through the grammar. Genres call `say`, `pick` and `choose`; nothing else is random."""

    def __init__(self) -> None:
        self.log_prob, self.slots = 0.0, {}

    def say(self, template: str, **slots: object) -> None:
        """Write a template: `{hero}` is filled from `slots`, `[big|small]` is an even choice.

        Slots are remembered to the end of the piece, so who is who need be said only once.
        """
        self.slots.update(slots)
        self._say(_parse(template))

    def pick(
        self,
        options: Sequence[Option],
        show: Callable[[Option], str] = str,
        weights: Sequence[float] | None = None,
    ) -> Option:
        """Choose one option and write `show(option)` at once, slots filled; return the option."""
        shown = [self._fill(show(option)) for option in options]
        index = self._choose(shown, weights)
        self._write(shown[index])
        return options[index]

    def pick_new(
        self, options: Sequence[Option], *leads: str, show: Callable[[Option], str] = str
    ) -> list[Option]:
        """After each of the `leads` (templates), pick an option that was not picked before."""
        taken: list[Option] = []
        for lead in leads:
            self.say(lead)
            taken.append(self.pick([option for option in options if option not in taken], show))
        return taken

    def choose(self, options: Sequence[Option], weights: Sequence[float] | None = None) -> Option:
        """Choose one option without writing it. The words that follow soon must tell which it was."""
        return options[self._choose([""] * len(options), weights)]

    def _say(self, parts: list) -> None:
        for part, after in zip(parts, [*parts[1:], None], strict=False):
            if isinstance(part, str):
                self._write(self._fill(part))
            else:
                tail = self._fill(after) if isinstance(after, str) else ""
                heads = [self._head(alternative, tail) for alternative in part]
                self._say(part[self._choose(heads, None)])

    def _fill(self, text: str) -> str:
        return text.format(**self.slots) if "{" in text else text

    def _head(self, alternative: list, tail: str) -> str:
        """The words that are certain to come if this alternative is taken."""
        if not alternative:
            return tail
        if not isinstance(alternative[0], str):
            return ""
        return self._fill(alternative[0]) + (tail if len(alternative) == 1 else "")

    def _write(self, text: str) -> None:
        raise NotImplementedError

    def _choose(self, heads: list[str], weights: Sequence[float] | None) -> int:
        """Index of the option taken; `heads` are the first words that each option will write."""
        raise NotImplementedError

    def _add(self, index: int, count: int, weights: Sequence[float] | None) -> None:
        p = weights[index] / sum(weights) if weights else 1 / count
        self.log_prob += math.log(p)


class Writer(Draw):
    """Draws every choice at random and keeps the text."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.rng, self.text = rng, ""

    def _write(self, text: str) -> None:
        self.text += text

    def _choose(self, heads: list[str], weights: Sequence[float] | None) -> int:
        # Only rng.random() is used: its sequence is the same in every version of Python.
        left = self.rng.random() * (sum(weights) if weights else len(heads))
        index = 0
        while index < len(heads) - 1 and left >= (weights[index] if weights else 1):
            left -= weights[index] if weights else 1
            index += 1
        self._add(index, len(heads), weights)
        return index


class _NotThisWay(Exception):
    """The grammar would have written other words here."""


class Reader(Draw):
    """Follows `text`, taking `forced` choices first; ways not taken are pushed on `todo`."""

    def __init__(self, text: str, forced: tuple[int, ...], todo: list[tuple[int, ...]]) -> None:
        super().__init__()
        self.text, self.at, self.forced, self.todo, self.taken = text, 0, forced, todo, []

    def _write(self, text: str) -> None:
        if not self.text.startswith(text, self.at):
            raise _NotThisWay
        self.at += len(text)

    def _choose(self, heads: list[str], weights: Sequence[float] | None) -> int:
        step = len(self.taken)
        if step < len(self.forced):
            index = self.forced[step]
        else:
            fits = [i for i, head in enumerate(heads) if self.text.startswith(head, self.at)]
            if not fits:
                raise _NotThisWay
            index = fits[0]
            self.todo += [(*self.taken, other) for other in fits[1:]]
        self.taken.append(index)
        self._add(index, len(heads), weights)
        return index


def write(genre: Callable[[Draw], None], rng: random.Random) -> tuple[str, float]:
    """A text drawn from `genre`, and the log-probability (nats) of the choices that made it."""
    draw = Writer(rng)
    genre(draw)
    return draw.text, draw.log_prob


def ways(genre: Callable[[Draw], None], text: str) -> list[float]:
    """Log-probability (nats) of each way in which `genre` can write `text`; empty when it cannot."""
    found, todo = [], [()]
    while todo:
        draw = Reader(text, todo.pop(), todo)
        try:
            genre(draw)
        except _NotThisWay:
            continue
        if draw.at == len(text):
            found.append(draw.log_prob)
    return found


def log_prob(genre: Callable[[Draw], None], text: str) -> float:
    """Exact log-probability (nats) of `text` under `genre`; -inf when the grammar cannot write it."""
    found = ways(genre, text)
    if not found:
        return -math.inf
    best = max(found)
    return best + math.log(sum(math.exp(way - best) for way in found))


def a(noun: str) -> str:
    """The noun with its article: `a("apple")` is "an apple", `a("hour")` is "an hour"."""
    return ("an " if re.match(r"[aeiou]|hour|honest|heir", noun.lower()) else "a ") + noun


def cap(text: str) -> str:
    """The text with its first letter raised, as at the head of a sentence."""
    return text[:1].upper() + text[1:]


def listing(items: Sequence[str]) -> str:
    """`listing(["bread", "milk", "eggs"])` is "bread, milk and eggs"."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


@cache
def _parse(template: str) -> list:
    """Template -> list of parts: a string, or a list of alternatives, each a list of parts."""
    stack: list[list] = [[[]]]
    for token in re.split(r"([\[\]|])", template):
        if token == "[":
            stack.append([[]])
        elif token == "|" and len(stack) > 1:
            stack[-1].append([])
        elif token == "]":
            alternatives = stack.pop()
            stack[-1][-1].append(alternatives)
        elif token:
            stack[-1][-1].append(token)
    if len(stack) != 1:
        raise ValueError(f"template: brackets do not match in {template!r}")
    return stack[0][0]
