"""Loaders for the course's texts: each reads one bundled file of data/ into plain Python objects.

All are described in data/README.md. The village's pieces carry their exact log-probability, so `floor` can
tell the loss that no model beats on average.
"""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import data
from data.village import pieces

DATA = Path(data.__file__).resolve().parent
MEND = {
    "village.txt": "make data",
    "village.tsv": "make data",
    "languages.tsv": "git restore data/languages.tsv",
    "reviews.csv": "git restore data/reviews.csv",
    "clinic.jsonl": "git restore data/clinic.jsonl",
    "clinic_abbreviations.tsv": "git restore data/clinic_abbreviations.tsv",
}
SPLITS = ("train", "validation")
# column of reviews.csv -> what may stand there
REVIEWS = {
    "label": ("positive", "negative"),
    "topic": ("films", "food", "books", "phones", "trips"),
    "turns": ("yes", "no"),
    "split": ("train", "validation", "test"),
}


@dataclass(frozen=True)
class Piece:
    """One text of the village; `log_prob` is the natural logarithm of its probability under the grammar."""

    text: str
    genre: str
    split: str
    log_prob: float


def village(split: str | None = None) -> list[Piece]:
    """The bundled pieces in file order, of one split ("train" or "validation") or all.

    Raises `ValueError` for another split or a damaged file, `FileNotFoundError` for a missing one.
    """
    if split is not None and split not in SPLITS:
        raise ValueError(f"split: got {split!r}, expected 'train', 'validation' or None")
    texts = _read("village.txt").removesuffix("\n").split("\n\n")
    rows = _table("village.tsv", ["split", "genre", "log_prob"])
    if len(texts) != len(rows):
        raise ValueError(
            f"data/village.txt: {len(texts)} pieces, but data/village.tsv has {len(rows)} rows; "
            "a file is damaged, `make data` writes both anew"
        )
    found = []
    for number, (text, row) in enumerate(zip(texts, rows, strict=True), start=1):
        try:
            found.append(Piece(text, row["genre"], row["split"], float(row["log_prob"])))
        except ValueError:
            raise ValueError(
                f"data/village.tsv: log_prob of row {number} is {row['log_prob']!r}, expected a number; "
                "the file is damaged, `make data` writes it anew"
            ) from None
    return [piece for piece in found if split is None or piece.split == split]


def fresh_village(seed: int) -> Iterator[str]:
    """Texts newly drawn from the same grammar, without end and never one of the validation pieces."""
    held_out = _held_out()
    return (text for text, _, _ in pieces(seed) if text not in held_out)


@cache
def _held_out() -> frozenset[str]:
    return frozenset(piece.text for piece in village("validation"))


def floor(split: str = "validation", count: Callable[[str], int] = lambda text: 1) -> float:
    """Mean of -log p of the split in nats per unit, where `count(text)` is the number of units of a piece.

    With the default it is nats a piece. For nats a token, let `count` include the end-of-text token: the
    grammar's probability is of the whole piece, its end included.
    """
    chosen = village(split)
    return -sum(piece.log_prob for piece in chosen) / sum(count(piece.text) for piece in chosen)


def languages() -> list[dict[str, str]]:
    """Rows of data/languages.tsv: "language", "script", "sentence" and "text"."""
    return _table("languages.tsv", ["language", "script", "sentence", "text"])


@dataclass(frozen=True)
class Review:
    """One opinion. `label` is "positive" or "negative"; `turns`: it hangs on negation, contrast or irony."""

    text: str
    label: str
    topic: str
    turns: bool
    split: str


def reviews(split: str | None = None) -> list[Review]:
    """The reviews in file order, of one split ("train", "validation" or "test") or all.

    Raises `ValueError` for another split or a damaged file, `FileNotFoundError` for a missing one.
    """
    if split is not None and split not in REVIEWS["split"]:
        raise ValueError(f"split: got {split!r}, expected 'train', 'validation', 'test' or None")
    found = []
    for number, row in enumerate(_table("reviews.csv", ["text", *REVIEWS]), start=1):
        for column, values in REVIEWS.items():
            if row[column] not in values:
                raise ValueError(
                    f"data/reviews.csv: {column} of row {number} is {row[column]!r}, expected one of "
                    f"{', '.join(values)}. To mend it: {MEND['reviews.csv']}"
                )
        found.append(Review(**row | {"turns": row["turns"] == "yes"}))
    return [review for review in found if split is None or review.split == split]


@dataclass(frozen=True)
class Pair:
    """A query in clinic shorthand, its answer in plain words, the id of a close but wrong pair."""

    id: str
    query: str
    response: str
    topic: str
    split: str
    hard_negative: str


def clinic(split: str | None = None) -> list[Pair]:
    """The clinic's pairs in file order, of one split ("train", "validation" or "test") or all.

    Teaching material, not medical advice. The hard negative of a training pair is a training pair.
    Raises `ValueError` for another split or a damaged file, `FileNotFoundError` for a missing one.
    """
    if split is not None and split not in REVIEWS["split"]:
        raise ValueError(f"split: got {split!r}, expected 'train', 'validation', 'test' or None")
    found = []
    for number, line in enumerate(_read("clinic.jsonl").removesuffix("\n").split("\n"), start=1):
        try:
            pair = Pair(**json.loads(line))
            if not all(isinstance(value, str) and value for value in vars(pair).values()):
                raise TypeError
        except (ValueError, TypeError):  # not JSON; not these six fields, each a text
            raise _not_a_pair(number, "is not a JSON object of six texts") from None
        if pair.split not in REVIEWS["split"]:
            raise _not_a_pair(number, f"has the split {pair.split!r}")
        found.append(pair)
    ids = {pair.id for pair in found}
    if not found or len(ids) < len(found):
        raise _not_a_pair(len(found), "ends the file, but there are no pairs or two have the same id")
    for number, pair in enumerate(found, start=1):
        if pair.hard_negative not in ids or pair.hard_negative == pair.id:
            raise _not_a_pair(number, f"has the hard negative {pair.hard_negative!r}, no other pair")
    return [pair for pair in found if split is None or pair.split == split]


def clinic_abbreviations() -> dict[str, str]:
    """What the shorthand of the clinic's queries means, by abbreviation."""
    return {
        row["abbreviation"]: row["meaning"]
        for row in _table("clinic_abbreviations.tsv", ["abbreviation", "meaning"])
    }


def _not_a_pair(number: int, what: str) -> ValueError:
    return ValueError(f"data/clinic.jsonl: line {number} {what}. To mend it: {MEND['clinic.jsonl']}")


def _read(name: str) -> str:
    try:
        return (DATA / name).read_bytes().decode()
    except FileNotFoundError:
        raise FileNotFoundError(f"data/{name} is missing. To mend it: {MEND[name]}") from None
    except UnicodeDecodeError:
        raise ValueError(f"data/{name} is damaged (not UTF-8). To mend it: {MEND[name]}") from None


def _table(name: str, columns: list[str]) -> list[dict[str, str]]:
    lines = _read(name).splitlines()
    tabs = {"delimiter": "\t", "quoting": csv.QUOTE_NONE} if name.endswith(".tsv") else {}
    try:
        rows = list(csv.reader(lines, strict=True, **tabs))
    except csv.Error:  # a quotation mark that is never closed
        rows = []
    if rows[:1] != [columns] or any(len(row) != len(columns) for row in rows):
        raise ValueError(
            f"data/{name} is damaged: expected the columns {', '.join(columns)} in every row. "
            f"To mend it: {MEND[name]}"
        )
    return [dict(zip(columns, row, strict=True)) for row in rows[1:]]
