"""The village: every recorded number is recomputed, and the world does not contradict itself."""

import itertools
import math
import random
import re
from collections import Counter
from collections.abc import Sequence

import pytest

import utils.data
from data.village import GENRES, PIECES, piece, pieces
from data.village.__main__ import HEADER, HERE, files, replace
from data.village.grammar import Draw, Writer, a, cap, listing, log_prob, ways
from data.village.tables import CAPITALS
from data.village.world import ADULTS, CHILDREN, PEOPLE, number, trade, who
from utils.data import Piece, floor, fresh_village, languages, village
from utils.tokenization import train_bpe


@pytest.fixture(scope="module")
def corpus() -> list[Piece]:
    return village()


@pytest.fixture(scope="module")
def sample(corpus: list[Piece]) -> list[Piece]:
    """250 pieces of every genre, spread over the file: enough to meet every plot."""
    of_genre = {genre: [p for p in corpus if p.genre == genre] for genre in GENRES}
    return [p for found in of_genre.values() for p in found[:: len(found) // 250][:250]]


def words(text: str) -> set[str]:
    return set(re.findall("[A-Za-z]+", text))


# The files


def test_both_files_come_out_byte_for_byte() -> None:
    for name, content in zip(("village.txt", "village.tsv"), files(), strict=True):
        assert (HERE / name).read_bytes() == content.encode(), f"{name}: run `make data`"


def test_size_and_shape(corpus: list[Piece]) -> None:
    assert len(corpus) == PIECES >= 15_000
    assert 2.0e6 <= (HERE / "village.txt").stat().st_size <= 3.0e6
    for p in corpus:
        assert p.text.isascii() and p.text == p.text.strip() and "\n\n" not in p.text, p.text
        assert "  " not in p.text and not set("{}[]|<>") & set(p.text), p.text
        assert "\n" not in p.text or p.genre in ("letter", "recipe"), p.text
    assert len({word for p in corpus for word in re.findall("[a-z]+", p.text.lower())}) >= 2_500


def test_no_piece_stands_twice_and_a_twentieth_is_for_validation(corpus: list[Piece]) -> None:
    assert len({p.text for p in corpus}) == len(corpus)
    assert Counter(p.split for p in corpus) == {"train": PIECES - PIECES // 20, "validation": PIECES // 20}
    assert village("train") + village("validation") == sorted(corpus, key=lambda p: p.split)


def test_genres_have_their_shares(corpus: list[Piece]) -> None:
    count = Counter(p.genre for p in corpus)
    for genre, (_, share) in GENRES.items():
        assert count[genre] / PIECES == pytest.approx(share, abs=0.015), genre


# The probabilities


def test_recorded_probability_is_exact(sample: list[Piece]) -> None:
    for p in sample:
        found = ways(piece, p.text)
        assert len(found) == 1, f"{len(found)} ways to write {p.text!r}"
        assert found[0] == pytest.approx(p.log_prob, abs=6e-5)


class Replay(Writer):
    """Takes the first choices from a list of indices, then draws; records what could have been taken."""

    def __init__(self, forced: Sequence[int]) -> None:
        super().__init__(random.Random(1))
        self.forced, self.taken, self.counts = list(forced), [], []

    def _choose(self, heads: list[str], weights: Sequence[float] | None) -> int:
        index = super()._choose(heads, weights)
        if len(self.taken) < len(self.forced):
            index = self.forced[len(self.taken)]
        self.taken.append(index)
        self.counts.append(len(heads))
        return index


def replay(forced: Sequence[int]) -> Replay:
    draw = Replay(forced)
    piece(draw)
    return draw


def test_every_choice_shows() -> None:
    rng = random.Random(3)
    for _ in range(600):
        first = replay([int(rng.random() * len(GENRES))])
        for step, count in enumerate(first.counts):
            if count > 1:
                other = (first.taken[step] + 1 + int(rng.random() * (count - 1))) % count
                changed = replay([*first.taken[:step], other])
                assert changed.text != first.text, f"choice {step} does not show in {first.text!r}"


def test_what_the_village_cannot_write_has_probability_zero(sample: list[Piece]) -> None:
    for p in sample[::30]:
        *start, last, end = p.text.split(" ")
        for text in ("", p.text + ".", p.text[:-1], " ".join([*start, end, last]), p.text.upper()):
            assert log_prob(piece, text) == -math.inf, text


def test_a_small_grammar_sums_to_one() -> None:
    def toy(draw: Draw) -> None:
        draw.say("A[| very] ")
        size = draw.pick(["big", "small"], weights=[3, 1])
        draw.say(" {size}[ cat| dog[| barks]]", size=size)

    texts = {Writer(random.Random(seed)) for seed in range(200)}
    for draw in texts:
        toy(draw)
    assert math.fsum(math.exp(log_prob(toy, text)) for text in {d.text for d in texts}) == pytest.approx(1)
    assert log_prob(toy, "A big big cat") == pytest.approx(math.log(1 / 2 * 3 / 4 * 1 / 2))
    with pytest.raises(ValueError, match="brackets"):
        draw.say("[a|b")


def test_two_ways_of_writing_add_up() -> None:
    assert log_prob(lambda draw: draw.say("[a|a|b]"), "a") == pytest.approx(math.log(2 / 3))


def test_floor_is_the_one_in_the_datasheet() -> None:
    sheet = (HERE / "README.md").read_text()
    written = {
        unit: float(nats) for unit, nats in re.findall(r"^\| nats an? (\w+) \| ([\d.]+) \|$", sheet, re.M)
    }
    assert written["piece"] == pytest.approx(floor(), abs=5e-3)
    assert written["word"] == pytest.approx(floor(count=lambda text: len(text.split())), abs=5e-4)
    assert written["character"] == pytest.approx(floor(count=len), abs=5e-5)
    bpe = train_bpe((piece.text for piece in village("train")), vocab_size=2048)
    assert written["token"] == pytest.approx(floor(count=lambda text: len(bpe.encode(text)) + 1), abs=5e-5)


def test_datasheet_counts(corpus: list[Piece]) -> None:
    sheet = (HERE / "README.md").read_text()
    for genre in GENRES:
        count = sum(p.genre == genre for p in corpus)
        assert re.search(rf"^\| {genre} \| {count:,} \|", sheet, re.M), f"{genre}: {count:,}"


# The world


def test_people_are_themselves() -> None:
    assert len({p.name for p in PEOPLE}) == len(PEOPLE) >= 40
    assert len({p.trade for p in ADULTS}) == len(ADULTS)
    assert who("Anna") is trade("baker")
    assert (who("the queen").Name, who("the queen").kind, who("Ben").kind, who("Ben").his) == (
        "The queen", "woman", "boy", "his",
    )  # fmt: skip


def test_ages_and_trades_agree_with_the_world(corpus: list[Piece]) -> None:
    ages, trades = 0, 0
    names = "|".join(p.name for p in ADULTS + CHILDREN)
    jobs = "|".join(p.trade for p in ADULTS)
    for p in corpus:
        for name, age in re.findall(rf"\b({names})(?: the \w+)? (?:is|was) ([a-z-]+) years old", p.text):
            assert age == number(who(name).age), p.text
            ages += 1
        for name, job in re.findall(rf"\b({names}) the ({jobs})\b", p.text):
            assert who(name).trade == job, p.text
            trades += 1
    assert ages >= 100 and trades >= 1_000


# word -> signs of its first sense, signs of its second
SENSES = {
    "bank": (
        "river stream reeds mud fishing ducks mole otter willow",
        "money coin coins banker savings loan gold silver account",
    ),
    "bat": (
        "wings upside insects mosquitoes moths lamp cave beam asleep dusk night flying ears",
        "ball team game batter inning handle",
    ),
    "spring": (
        "winter February April March May snow swallows larks blossom summer storks season",
        "dry drank bubbled pipe rock moss stone jug bucket bottle flowed ground glass church",
    ),
    "light": (
        "lamp candle dark lantern bright sun moon fog window ruin lighthouse moth star",
        "heavy weighed weigh weighs carry feather feathers load sack sacks",
    ),
}


@pytest.mark.parametrize("word", SENSES)
def test_senses_are_never_mixed_and_always_told(word: str, corpus: list[Piece]) -> None:
    found = Counter()
    for p in corpus:
        if word in words(p.text) and p.genre in ("story", "scene"):
            senses = [bool(set(signs.split()) & words(p.text)) for signs in SENSES[word]]
            assert sum(senses) == 1, f"{word}: {senses} in {p.text!r}"
            found[senses.index(True)] += 1
    assert min(found[0], found[1]) >= 30, found


def test_royals_stand_in_the_same_contexts(corpus: list[Piece]) -> None:
    stories = [p.text for p in corpus if p.genre in ("story", "scene")]
    for one, two in (("king", "queen"), ("prince", "princess"), ("man", "woman"), ("boy", "girl")):
        first, second = (sum(word in words(text) for text in stories) for word in (one, two))
        assert 0.7 < first / second < 1.4 and first > 100, (one, first, two, second)


def test_all_capitals_are_told_in_training(corpus: list[Piece]) -> None:
    pairs = list(itertools.chain.from_iterable(CAPITALS.values()))
    assert len(pairs) == len({country for country, _ in pairs}) >= 193
    told = " ".join(p.text for p in corpus if p.split == "train")
    for country, capital in pairs:
        assert f"The capital of {country} is {capital}." in told, country


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (a("apple"), "an apple"), (a("hour"), "an hour"), (a("goose"), "a goose"),
        (cap("the king"), "The king"),
        (listing(["bread"]), "bread"), (listing(["a", "b", "c"]), "a, b and c"), (number(0), "zero"),
        (number(40), "forty"), (number(57), "fifty-seven"), (number(312), "three hundred and twelve"),
    ],
)  # fmt: skip
def test_small_words(made: str, expected: str) -> None:
    assert made == expected


# The loaders


def test_fresh_pieces_are_never_validation_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    held_out = village("validation")[0]
    monkeypatch.setattr(
        utils.data, "pieces", lambda seed: iter([(held_out.text, "", 0.0), ("New.", "", 0.0)])
    )
    assert list(fresh_village(0)) == ["New."]


def test_a_file_that_cannot_be_written_is_named_and_left_alone(tmp_path, monkeypatch) -> None:
    target = tmp_path / "village.txt"
    target.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("data.village.__main__.os.replace", full)
    with pytest.raises(SystemExit, match=r"village\.txt cannot be written: No space left"):
        replace(target, "new")
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


def test_the_supply_is_endless_and_seeded() -> None:
    draw = [[text for text, _, _ in itertools.islice(pieces(seed), 5)] for seed in (7, 7, 8)]
    assert draw[0] == draw[1] != draw[2]


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("village.txt", None, FileNotFoundError, "data/village.txt is missing. To mend it: make data"),
        ("village.txt", b"One piece.\n", ValueError, "1 pieces, but data/village.tsv has 2 rows"),
        ("village.txt", b"\xff\xfe", ValueError, "not UTF-8"),
        ("village.tsv", b"split\tgenre\n", ValueError, "expected the columns split, genre, log_prob"),
        ("village.tsv", b"", ValueError, "expected the columns"),
        (
            "village.tsv",
            b"split\tgenre\tlog_prob\ntrain\tfact\t-1\ntrain\tfact\tx\n",
            ValueError,
            "row 2 is 'x'",
        ),
        ("languages.tsv", b"language\ttext\n", ValueError, "data/languages.tsv is damaged"),
    ],
)
def test_damaged_files_are_named(name, content, error, words, tmp_path, monkeypatch) -> None:
    rows = HEADER.encode() + b"train\tfact\t-1.0\n" * 2
    whole = {"village.txt": b"One.\n\nTwo.\n", "village.tsv": rows, "languages.tsv": b""}
    for file, text in (whole | {name: content}).items():
        if text is not None:
            (tmp_path / file).write_bytes(text)
    monkeypatch.setattr(utils.data, "DATA", tmp_path)
    with pytest.raises(error, match=re.escape(words)):
        languages() if name == "languages.tsv" else village()


def test_wrong_split() -> None:
    with pytest.raises(ValueError, match="split: got 'test', expected 'train', 'validation' or None"):
        village("test")
