"""The clinic: every listed abbreviation is what a query says, the splits share no text, the sheet is true."""

import itertools
import json
import re
from collections import Counter

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

import utils.data
from utils.data import DATA, Pair, clinic, clinic_abbreviations

SPLITS = ("train", "validation", "test")
MEANING = clinic_abbreviations()
PAIRS = clinic()
OF = {pair.id: pair for pair in PAIRS}
LISTED = re.compile(
    r"(?<![\w&/+-])(" + "|".join(sorted(map(re.escape, MEANING), key=len, reverse=True)) + r")(?![\w&/])"
)


def abbreviations(text: str) -> set[str]:
    """The listed abbreviations in a text, as written there: "SOB" is one, "sob" is not."""
    return set(LISTED.findall(text))


def words(text: str) -> set[str]:
    return set(re.findall("[a-z0-9]+", text.lower()))


USED = {split: Counter(a for p in clinic(split) for a in abbreviations(p.query)) for split in SPLITS}


def test_how_abbreviations_are_found() -> None:
    assert abbreviations("pt c/o SOB, K+ 5, s/p C/S") == {"pt", "c/o", "SOB", "K+", "s/p", "C/S"}
    assert not abbreviations("sob, ptosis, SOBER, N/A")


def test_size_and_shape() -> None:
    topics = Counter(pair.topic for pair in PAIRS)
    assert len(PAIRS) >= 600 and len(topics) >= 12 and min(topics.values()) >= 50
    assert sum(map(len, map(clinic, SPLITS))) == len(PAIRS)
    for split, share in zip(SPLITS, (0.7, 0.11, 0.19), strict=True):
        assert len(clinic(split)) / len(PAIRS) == pytest.approx(share, abs=0.01)
        assert {pair.topic for pair in clinic(split)} == set(topics)
    for pair in PAIRS:
        assert re.fullmatch(rf"{pair.topic}-\d{{3}}", pair.id), pair.id
        for text in (pair.query, pair.response):
            assert text.isascii() and text == " ".join(text.split()), text
        assert 10 <= len(pair.response.split()) <= 45 and pair.response.endswith("."), pair.response
        assert 1 <= len(pair.query.split()) <= 12, pair.query


def test_abbreviations_are_used_and_explained() -> None:
    assert len(MEANING) >= 120
    for abbreviation, meaning in MEANING.items():
        assert any(used[abbreviation] for used in USED.values()), f"{abbreviation} stands in no query"
        assert meaning == meaning.strip() and abbreviation not in words(meaning), abbreviation


def test_test_queries_use_abbreviations_seen_in_training() -> None:
    for pair in clinic("test"):
        found = abbreviations(pair.query)
        assert found, f"no abbreviation in {pair.query!r}"
        for abbreviation in found:
            assert USED["train"][abbreviation] >= 4, f"{abbreviation} in {pair.query!r}"
    assert len(USED["test"]) >= 120


def test_answers_are_in_plain_words() -> None:
    for pair in PAIRS:
        assert not abbreviations(pair.response), f"shorthand in {pair.response!r}"


def test_no_dose_is_ever_given() -> None:
    for pair in PAIRS:
        assert not re.search(r"\d|\b(milligrams?|mg|ml|teaspoons?)\b", pair.response), pair.response


def test_splits_share_no_text() -> None:
    for field in ("query", "response"):
        texts = [getattr(pair, field) for pair in PAIRS]
        assert len({" ".join(sorted(words(text))) for text in texts}) == len(PAIRS), field
        vectors = TfidfVectorizer(token_pattern=r"\S+").fit_transform(texts)
        close = (vectors @ vectors.T).toarray()
        for i, j in itertools.combinations(range(len(PAIRS)), 2):
            if PAIRS[i].split != PAIRS[j].split:
                assert close[i, j] < 0.7, f"{texts[i]!r} and {texts[j]!r}"


def test_hard_negatives_are_close_and_give_nothing_away() -> None:
    others = {"train": {"train"}, "validation": {"train", "validation"}, "test": set(SPLITS)}
    for pair in PAIRS:
        other = OF[pair.hard_negative]
        assert other is not pair and other.topic == pair.topic, pair.id
        assert other.split in others[pair.split], pair.id


def test_datasheet() -> None:
    sheet = (DATA / "README.md").read_text().split("\n## Clinic\n")[1].split("\n## ")[0]
    assert "teaching material, not medical advice" in sheet
    topics = Counter((pair.topic, pair.split) for pair in PAIRS)
    for topic in {pair.topic for pair in PAIRS}:
        counts = " | ".join(str(topics[topic, split]) for split in SPLITS)
        assert f"| {topic} | {counts} |" in sheet, f"{topic} | {counts}"
    counts = " | ".join(str(len(clinic(split))) for split in SPLITS)
    assert f"| all | {counts} |" in sheet, counts
    assert f"{len(PAIRS)} pairs" in sheet and f"{len(MEANING)} abbreviations" in sheet
    assert f"{len(USED['test'])} of them stand in a test query" in sheet
    recall = float(re.search(r"^\| TF-IDF \| ([\d.]+) \|", sheet, re.M)[1])
    assert recall == pytest.approx(recall_of_shared_words(), abs=5e-4)


def recall_of_shared_words() -> float:
    """Recall@1 on the test queries when TF-IDF ranks the test responses; a tie counts as a miss."""
    test = clinic("test")
    model = TfidfVectorizer().fit(pair.response for pair in PAIRS)
    query, response = (model.transform(getattr(p, name) for p in test) for name in ("query", "response"))
    scores = (query @ response.T).toarray()
    return float(np.mean((scores >= scores.diagonal()[:, None]).sum(1) == 1))


# The loaders

ONE = {"id": "a-1", "query": "q", "response": "r", "topic": "a", "split": "train", "hard_negative": "a-2"}
TWO = ONE | {"id": "a-2", "hard_negative": "a-1", "split": "test"}


def lines(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_whole_file_is_read(tmp_path, monkeypatch) -> None:
    (tmp_path / "clinic.jsonl").write_text(lines(ONE, TWO))
    monkeypatch.setattr(utils.data, "DATA", tmp_path)
    assert clinic() == [Pair(**ONE), Pair(**TWO)] and clinic("test") == [Pair(**TWO)]


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (None, FileNotFoundError, "data/clinic.jsonl is missing. To mend it: git restore data/clinic.jsonl"),
        ("", ValueError, "line 1 is not a JSON object of six texts. To mend it: git restore"),
        (lines(ONE, TWO)[:-9], ValueError, "line 2 is not a JSON object"),
        (lines(ONE, [TWO]), ValueError, "line 2 is not a JSON object"),
        (lines(ONE, TWO | {"note": ""}), ValueError, "line 2 is not a JSON object"),
        (lines(ONE, TWO | {"query": 3}), ValueError, "line 2 is not a JSON object"),
        (lines(ONE, TWO | {"query": ""}), ValueError, "line 2 is not a JSON object"),
        (lines(ONE, TWO | {"split": "tset"}), ValueError, "line 2 has the split 'tset'"),
        (lines(ONE, TWO, ONE), ValueError, "two have the same id"),
        (lines(ONE), ValueError, "line 1 has the hard negative 'a-2', no other pair"),
        (lines(ONE, TWO | {"hard_negative": "a-2"}), ValueError, "line 2 has the hard negative 'a-2'"),
    ],
)
def test_damaged_file_is_named(content, error, message, tmp_path, monkeypatch) -> None:
    if content is not None:
        (tmp_path / "clinic.jsonl").write_text(content)
    monkeypatch.setattr(utils.data, "DATA", tmp_path)
    with pytest.raises(error, match=re.escape(message)):
        clinic()


def test_damaged_table_is_named(tmp_path, monkeypatch) -> None:
    (tmp_path / "clinic_abbreviations.tsv").write_text("abbreviation\tmeaning\nSOB\n")
    monkeypatch.setattr(utils.data, "DATA", tmp_path)
    with pytest.raises(ValueError, match=r"git restore data/clinic_abbreviations\.tsv"):
        clinic_abbreviations()


def test_wrong_split() -> None:
    with pytest.raises(ValueError, match="split: got 'dev', expected 'train', 'validation', 'test' or None"):
        clinic("dev")
