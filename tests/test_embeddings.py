"""Vectors: equal to torch, gensim, scikit-learn and sentence-transformers, and what they learn holds."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from gensim.models import KeyedVectors, Word2Vec
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.manifold._utils import _binary_search_perplexity
from torch import Tensor

from utils import data, embeddings, pretrained, tokenization
from utils.embeddings import SkipGram, WordVectors

often = settings(max_examples=200, deadline=None, derandomize=True)
seldom = settings(max_examples=30, deadline=None, derandomize=True)
sizes, seeds = st.integers(1, 7), st.integers(0, 10**6)

FAMILY = [
    *[("king", "queen"), ("man", "woman"), ("boy", "girl"), ("prince", "princess"), ("father", "mother")],
    *[("son", "daughter"), ("brother", "sister"), ("grandfather", "grandmother"), ("uncle", "aunt")],
]


def rand(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def close(a: Tensor, b: Tensor, atol: float = 1e-5) -> bool:
    return a.shape == b.shape and torch.allclose(a, b, atol=atol, rtol=1e-5)


# --- Lookup ---


@often
@given(sizes, sizes, st.lists(sizes, max_size=3), seeds)
def test_one_hot_times_table_is_a_lookup_is_nn_embedding(V: int, C: int, shape: list, seed: int) -> None:
    table = torch.randn(V, C, generator=rand(seed))
    ids = torch.randint(V, shape, generator=rand(seed))
    rows = embeddings.lookup(table, ids)
    assert rows.shape == (*shape, C)
    assert torch.equal(rows, torch.nn.Embedding.from_pretrained(table)(ids))
    assert torch.equal(rows, embeddings.one_hot(ids, V) @ table)
    assert torch.equal(embeddings.one_hot(ids, V), F.one_hot(ids, V).float())


# --- Skip-gram ---

encoded = st.lists(st.lists(st.integers(0, 5), max_size=8), max_size=5)


@often
@given(encoded, sizes, seeds)
def test_pairs_are_all_words_within_the_window_and_no_others(texts: list, window: int, seed: int) -> None:
    expected = Counter(
        (text[i], text[j])
        for text in texts
        for i, j in itertools.permutations(range(len(text)), 2)
        if abs(i - j) <= window
    )
    centers, contexts = embeddings.skipgram_pairs(texts, window)
    full = Counter(zip(centers.tolist(), contexts.tolist(), strict=True))
    assert full == expected
    assert centers.dtype == contexts.dtype == torch.int64
    drawn = Counter(
        zip(*map(Tensor.tolist, embeddings.skipgram_pairs(texts, window, rand(seed))), strict=True)
    )
    assert drawn <= full
    if window == 1:
        assert drawn == full
    nearest = embeddings.skipgram_pairs(texts, 1)
    assert drawn >= Counter(zip(*map(Tensor.tolist, nearest), strict=True))


def test_near_words_count_more() -> None:
    """With windows from 1 to 4, a word at distance d is seen in 4 − d + 1 of 4 draws."""
    centers, contexts = embeddings.skipgram_pairs([list(range(20_000))], 4, rand(0))
    seen = Counter((contexts - centers).abs().tolist())
    for distance in range(1, 5):
        assert seen[distance] / 40_000 == pytest.approx((5 - distance) / 4, abs=0.01)
    reach = [Counter(), Counter()]
    for center, context in zip(centers.tolist(), contexts.tolist(), strict=True):
        reach[context > center][center] += 1
    inside = range(4, 20_000 - 4)
    assert all(reach[0][center] == reach[1][center] for center in inside)  # one window for both sides


def test_words_are_counted_from_the_most_frequent_down() -> None:
    texts = [["b", "a", "a"], [], ["c", "b", "a"]]
    assert list(embeddings.count_words(texts).items()) == [("a", 3), ("b", 2), ("c", 1)]
    assert list(embeddings.count_words(texts, min_count=2)) == ["a", "b"]


def test_frequent_words_are_kept_less_often() -> None:
    kept = embeddings.keep_probability(torch.tensor([900, 90, 9, 1]), t=0.01)
    assert close(kept, torch.tensor([math.sqrt(0.01 / 0.9), math.sqrt(0.01 / 0.09), 1.0, 1.0]))
    assert (embeddings.keep_probability(torch.tensor([5, 1]), t=1) == 1).all()


@often
@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=20), st.sampled_from([0.0, 0.75, 1.0]))
def test_the_unigram_table_holds_each_word_by_its_share(counts: list, power: float) -> None:
    table = embeddings.unigram_table(torch.tensor(counts), power, size=10_000)
    shares = np.array(counts, dtype=float) ** power
    expected = np.maximum(10_000 * shares / shares.sum(), 1)
    if power == 0.75:
        assert torch.equal(table, embeddings.unigram_table(torch.tensor(counts), size=10_000))
    assert np.abs(np.bincount(table.numpy(), minlength=len(counts)) - expected).max() <= 0.5 + 1e-6


@often
@given(sizes, sizes, sizes, seeds, st.sampled_from([1.0, 10.0, 100.0]))
def test_the_loss_is_binary_cross_entropy(B: int, K: int, C: int, seed: int, scale: float) -> None:
    v, u, n = (torch.randn(s, generator=rand(seed + len(s))) * scale for s in [(B, C), (B, C), (B, K, C)])
    scores = torch.cat([(v * u).sum(-1, keepdim=True), torch.einsum("bc,bkc->bk", v, n)], dim=1)
    truth = torch.zeros_like(scores)
    truth[:, 0] = 1
    expected = F.binary_cross_entropy_with_logits(scores, truth, reduction="sum") / B
    assert torch.allclose(embeddings.negative_sampling_loss(v, u, n), expected, rtol=1e-4, atol=1e-5)


@often
@given(sizes, sizes, sizes, sizes, seeds)
def test_a_step_is_gradient_descent(V: int, B: int, K: int, C: int, seed: int) -> None:
    """The gradients written out by hand are autograd's, also where a word stands twice in the batch."""
    g, model = rand(seed), SkipGram(V, C, seed)
    model.outputs = torch.randn(V, C, generator=g)
    centers, contexts, negatives = (torch.randint(V, s, generator=g) for s in [(B,), (B,), (B, K)])
    inputs, outputs = (table.clone().requires_grad_() for table in (model.inputs, model.outputs))
    loss = embeddings.negative_sampling_loss(inputs[centers], outputs[contexts], outputs[negatives])
    (B * loss).backward()
    assert model.step(centers, contexts, negatives, lr=0.1) == pytest.approx(loss.item(), rel=1e-4)
    assert close(model.inputs, inputs.detach() - 0.1 * inputs.grad)
    assert close(model.outputs, outputs.detach() - 0.1 * outputs.grad)


def toy() -> list[list[str]]:
    return [["sun", "shines", "bright"], ["moon", "shines", "dim"], ["sun", "is", "bright"]] * 40


def test_the_same_seed_gives_the_same_vectors_with_one_and_with_two_threads() -> None:
    threads = torch.get_num_threads()
    results = []
    try:
        for count in (1, 2):
            torch.set_num_threads(count)
            results.append(embeddings.train_skipgram(toy(), width=8, min_count=1, t=1, seed=3))
            assert torch.get_num_threads() == count
    finally:
        torch.set_num_threads(threads)
    for one, two in zip(*[run[:2] for run in results], strict=True):
        assert torch.equal(one.vectors, two.vectors) and one.words == two.words == results[0][0].words
    assert results[0][2] == results[1][2]
    one, contexts, _ = results[0]
    assert not torch.equal(one.vectors, contexts.vectors)
    other, _, _ = embeddings.train_skipgram(toy(), width=8, min_count=1, t=1, seed=4)
    assert not torch.equal(one.vectors, other.vectors)


def test_training_starts_at_the_loss_of_a_guess_and_falls() -> None:
    _, _, losses = embeddings.train_skipgram(toy(), width=8, min_count=1, t=1, epochs=40, batch_size=64)
    assert losses[0] == pytest.approx(6 * math.log(2))  # one context and five negatives, each a coin's toss
    assert np.mean(losses[-20:]) < losses[0] - 0.4


# --- On the village ---


@pytest.fixture(scope="module")
def texts() -> list[list[str]]:
    return [
        [word for word in tokenization.bert_words(piece.text) if word.isalnum()]
        for piece in data.village("train")
    ]


@pytest.fixture(scope="module")
def village(texts: list) -> WordVectors:
    return embeddings.train_skipgram(texts, t=1e-2, seed=1)[0]


def test_king_minus_man_plus_woman_is_queen(village: WordVectors) -> None:
    (first, cosine), (_, second) = village.analogy("man", "king", "woman", k=2)
    assert first == "queen" and cosine > second + 0.1


def test_all_analogies_of_the_family_hold(village: WordVectors) -> None:
    found = [
        village.rank(*question)
        for (a, b), (c, d) in itertools.permutations(FAMILY, 2)
        for question in [(a, b, c, d), (b, a, d, c)]
    ]
    assert len(found) == 144 and np.mean([rank == 1 for rank in found]) > 0.97


def test_the_step_from_a_name_to_a_trade_does_what_a_neighbour_cannot(village: WordVectors) -> None:
    trades = [
        ("anna", "baker"),
        ("tom", "fisher"),
        ("ruth", "teacher"),
        ("david", "doctor"),
        ("helen", "miller"),
    ]
    questions = [(*one, *other) for one, other in itertools.permutations(trades, 2)]
    right = [village.rank(*question) == 1 for question in questions]
    lazy = [village.nearest(village[c], 1, exclude=[a, b, c])[0][0] == d for a, b, c, d in questions]
    assert np.mean(right) > 0.5 > 0.2 > np.mean(lazy)


def test_its_he_words_and_she_words_differ_by_one_step(village: WordVectors) -> None:
    he, she = (village.directions[[village.ids[pair[side]] for pair in FAMILY]] for side in (0, 1))
    for left_out in range(len(FAMILY)):
        step = (she - he).sum(0) - (she - he)[left_out]
        assert (she - he)[left_out] @ step > 0


def test_its_neighbours_are_those_of_gensim(village: WordVectors, texts: list) -> None:
    """Two runs of gensim share about as many neighbours as ours shares with one of them."""
    settings = {"sg": 1, "vector_size": 64, "window": 5, "negative": 5, "sample": 1e-2, "min_count": 5}
    runs = [Word2Vec(texts, workers=1, epochs=3, alpha=0.05, seed=seed, **settings).wv for seed in (0, 1)]
    assert set(runs[0].key_to_index) == set(village.words)
    asked = village.words[50:350]
    near = [{word: {other for other, _ in run.most_similar(word, topn=10)} for word in asked} for run in runs]
    ours = {word: {other for other, _ in village.neighbours(word, 10)} for word in asked}
    shared = np.mean([len(ours[word] & near[0][word]) for word in asked]) / 10
    ceiling = np.mean([len(near[1][word] & near[0][word]) for word in asked]) / 10
    chance = 10 / len(village.words)
    print(f"shared {shared:.2f}, two runs of gensim {ceiling:.2f}, chance {chance:.4f}")
    assert shared > 0.75 * ceiling and shared > 50 * chance


# --- Neighbours and analogies ---


@often
@given(st.lists(sizes, max_size=2), sizes, seeds)
def test_cosine_is_torchs(shape: list, C: int, seed: int) -> None:
    a, b = torch.randn(*shape, C, generator=rand(seed)), torch.randn(*shape, C, generator=rand(seed + 1))
    assert close(embeddings.cosine_similarity(a, b), F.cosine_similarity(a, b, dim=-1))
    assert close(embeddings.normalize(a), F.normalize(a, dim=-1))


@often
@given(sizes, seeds, st.integers(-30, 30), st.integers(-30, 30))
def test_cosine_does_not_see_length(C: int, seed: int, i: int, j: int) -> None:
    a, b = torch.randn(C, generator=rand(seed)), torch.randn(C, generator=rand(seed + 1))
    assert close(embeddings.cosine_similarity(a * 10.0**i, b * 10.0**j), embeddings.cosine_similarity(a, b))


def test_cosine_of_a_zero_vector_is_zero() -> None:
    assert embeddings.cosine_similarity(torch.zeros(3), torch.ones(3)) == 0
    assert (embeddings.normalize(torch.zeros(2, 3)) == 0).all()
    grid = embeddings.cosine_similarity(torch.ones(4, 1, 3), torch.ones(5, 3))
    assert grid.shape == (4, 5) and close(grid, torch.ones(4, 5))


@often
@given(st.integers(4, 12), sizes, seeds)
def test_neighbours_and_analogies_are_gensims(V: int, C: int, seed: int) -> None:
    words = [f"word{i}" for i in range(V)]
    ours = WordVectors(words, torch.randn(V, C + 1, generator=rand(seed)))
    theirs = KeyedVectors(C + 1)
    theirs.add_vectors(words, ours.vectors.numpy())
    a, b, c = words[:3]
    for mine, other in [
        (ours.neighbours(a, V), theirs.most_similar(a, topn=V)),
        (ours.analogy(a, b, c, V), theirs.most_similar(positive=[b, c], negative=[a], topn=V)),
    ]:
        assert len(mine) == len(other)
        assert dict(mine) == pytest.approx(dict(other), abs=1e-4)
        cosines = [cosine for _, cosine in mine]
        assert cosines == sorted(cosines, reverse=True)
        assert [ours.rank(a, b, c, word) for word, _ in ours.analogy(a, b, c, V)] == [*range(1, V - 2)]


def test_a_query_word_is_no_answer() -> None:
    """Here c itself lies nearest to b − a + c, as it does in most real tables."""
    vectors = WordVectors(list("abcd"), torch.tensor([[1.0, 0.1], [1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]))
    assert vectors.nearest(vectors["b"] - vectors["a"] + vectors["c"], 1)[0][0] == "c"
    assert [word for word, _ in vectors.analogy("a", "b", "c", 4)] == ["d"]
    assert [word for word, _ in vectors.neighbours("a", 9)] == ["b", "d", "c"]
    assert "a" in vectors and "e" not in vectors
    assert torch.equal(vectors["d"], torch.tensor([0.5, 0.5]))


# --- Sentences ---


@often
@given(sizes, sizes, sizes, seeds)
def test_mean_pooling_is_the_mean_of_real_tokens(B: int, T: int, C: int, seed: int) -> None:
    states = torch.randn(B, T, C, generator=rand(seed))
    mask = torch.randint(2, (B, T), generator=rand(seed))
    expected = torch.stack(
        [
            row[kept.bool()].mean(0) if kept.any() else torch.zeros(C)
            for row, kept in zip(states, mask, strict=True)
        ]
    )
    assert close(embeddings.mean_pool(states, mask), expected)
    states[mask == 0] = math.nan  # what stands in the padding has no effect
    assert close(embeddings.mean_pool(states, mask.float()), expected)


@pytest.fixture(scope="module")
def minilm() -> tuple:
    from sentence_transformers import SentenceTransformer

    return *pretrained.minilm(), SentenceTransformer(pretrained.locate(pretrained.MINILM), device="cpu")


TRICKY = ["", "a", "Bread!", "The river bank. " * 200, "é 語 🙂", "The king gave the queen a crown.", "   "]


@seldom
@given(st.lists(st.sampled_from(TRICKY) | st.text(max_size=30), max_size=4), st.integers(1, 5))
def test_sentence_vectors_are_those_of_sentence_transformers(minilm: tuple, texts: list, size: int) -> None:
    tokenizer, model, library = minilm
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    ours = embeddings.sentence_vectors(texts, tokenizer, model, batch_size=size)
    assert ours.shape == (len(texts), 384) and not ours.requires_grad
    if texts:
        assert close(ours, library.encode(texts, convert_to_tensor=True, show_progress_bar=False))


# --- Maps ---


@often
@given(st.integers(2, 12), sizes, seeds, st.sampled_from([1.0, 1000.0]))
def test_pca_is_scikit_learns(N: int, C: int, seed: int, shift: float) -> None:
    points = torch.randn(N, C, generator=rand(seed)).double() + shift
    k = min(N - 1, C)  # a direction without any spread could be any
    places, directions, shares = embeddings.pca(points, k)
    theirs = PCA(k, svd_solver="full").fit(points.numpy())
    assert np.allclose(directions, theirs.components_, atol=1e-7)
    assert np.allclose(places, theirs.transform(points.numpy()), atol=1e-7)
    assert np.allclose(shares, theirs.explained_variance_ratio_)
    single = embeddings.pca((points - shift).float(), 1)[2]
    assert close(single, shares[:1].float(), atol=1e-4) and single.dtype == torch.float32


def test_pca_of_equal_points_is_zero() -> None:
    places, _, shares = embeddings.pca(torch.ones(4, 3))
    assert (places == 0).all() and (shares == 0).all()


@often
@given(st.integers(1, 30), seeds)
def test_perplexity_is_an_effective_number(n: int, seed: int) -> None:
    assert embeddings.perplexity(torch.full((n,), 1 / n)).item() == pytest.approx(n, rel=1e-5)
    p = torch.softmax(3 * torch.randn(2, n, generator=rand(seed)), -1)
    expected = torch.distributions.Categorical(p).entropy().exp()
    assert close(embeddings.perplexity(p), expected, atol=1e-4)
    certain = F.one_hot(torch.tensor(0), n).float()
    assert embeddings.perplexity(certain) == 1


@seldom
@given(st.integers(3, 25), sizes, seeds, st.floats(0.1, 1), st.sampled_from([0.01, 0.1, 1.0]))
def test_neighbour_probabilities_are_scikit_learns(n, C, seed, share, scale) -> None:
    points = torch.randn(n, C, generator=rand(seed)) * scale
    target = max(1.2, share * (n - 2))
    ours = embeddings.neighbour_probabilities(points, target)
    assert close(embeddings.neighbour_probabilities(points * 1000, target), ours, atol=1e-4)
    assert close(ours.sum(1), torch.ones(n)) and (ours.diagonal() == 0).all()
    assert close(embeddings.perplexity(ours), torch.full((n,), target), atol=1e-3 * target)
    squares = (torch.cdist(points.double(), points.double()) ** 2).float().numpy()
    theirs = torch.tensor(_binary_search_perplexity(squares, target, 0)).float()
    # Where two neighbours are almost equally near, scikit-learn's exponentials underflow and it gives up.
    found = (torch.special.entr(theirs).sum(1).exp() - target).abs() < 1e-3
    assert close(ours[found], theirs[found], atol=1e-3) and found.float().mean() > 0.3


def test_six_points_at_perplexity_five_must_look_at_all_alike() -> None:
    pairs = torch.randn(3, 50, generator=rand(0)).repeat_interleave(2, 0)
    points = pairs + 0.1 * torch.randn(6, 50, generator=rand(1))
    others = ~torch.eye(6, dtype=torch.bool)
    assert (embeddings.neighbour_probabilities(points, 5)[others] - 0.2).abs().max() < 0.01
    partner = [1, 0, 3, 2, 5, 4]
    assert (embeddings.neighbour_probabilities(points, 2)[range(6), partner] > 0.4).all()


def test_equal_points_give_no_nan() -> None:
    assert close(embeddings.neighbour_probabilities(torch.ones(5, 2), 2)[0, 1:], torch.full((4,), 0.25))


# --- Bad input ---

ids, floats = torch.tensor([0, 1]), torch.ones(2, 3)
words = WordVectors(["a", "b", "c", "d"], torch.eye(4))
model = SkipGram(3, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: embeddings.one_hot(ids, 1), "ids: got 0 to 1; 0 to 0"),
        (lambda: embeddings.one_hot(floats, 9), "ids: got shape .* of float32"),
        (lambda: embeddings.one_hot(ids > 0, 9), "ids: got shape .* of bool"),
        (lambda: embeddings.one_hot([0, 1], 9), "ids: got list"),
        (lambda: embeddings.one_hot(ids, 0), "num_classes: got 0"),
        (lambda: embeddings.lookup(floats, torch.tensor([2])), "ids: got 2 to 2; 0 to 1"),
        (lambda: embeddings.lookup(floats, torch.tensor(-1)), "ids: got -1"),
        (lambda: embeddings.lookup(floats[0], ids), r"table: got shape \(3,\) of \w+; a tensor \(V, C\)"),
        (lambda: embeddings.lookup(ids.view(1, 2), ids), "table: got shape .* of int64"),
        (lambda: embeddings.count_words(["a text"]), "texts: got the str 'a text'"),
        (lambda: embeddings.count_words("a text"), "texts: got the str"),
        (lambda: embeddings.keep_probability(torch.tensor([1, 0])), "counts: a number above 0"),
        (lambda: embeddings.keep_probability(floats), r"counts: got shape \(2, 3\)"),
        (lambda: embeddings.keep_probability(floats[0], t=0), "t: got 0"),
        (lambda: embeddings.unigram_table(torch.tensor([])), "counts: a number above 0"),
        (lambda: embeddings.unigram_table(floats[0], size=0), "size: got 0"),
        (lambda: embeddings.unigram_table(floats[0], power=math.nan), "power: got nan"),
        (lambda: embeddings.skipgram_pairs([[1, 2]], 0), "window: got 0"),
        (lambda: embeddings.skipgram_pairs([[1, 2]], 1.5), "window: got 1.5"),
        (lambda: embeddings.skipgram_pairs([["a", "b"]], 1), "texts: .* ids"),
        (lambda: embeddings.negative_sampling_loss(ids, ids, ids), r"centers: got shape \(2,\)"),
        (lambda: embeddings.negative_sampling_loss(floats, floats.T, floats), "contexts: got shape"),
        (lambda: embeddings.negative_sampling_loss(floats, floats, floats), "negatives: got shape"),
        (
            lambda: embeddings.negative_sampling_loss(floats[:0], floats[:0], floats[:0, None]),
            "centers: got no pairs",
        ),
        (lambda: SkipGram(0, 2), "vocab_size: got 0"),
        (lambda: SkipGram(2, True), "width: got True"),
        (lambda: model.step(ids, ids, ids, 0.1), r"negatives: got shape \(2,\) of \w+; a tensor \(2, K\)"),
        (
            lambda: model.step(ids, ids[:1], ids[:, None], 0.1),
            r"contexts: got shape \(1,\) of \w+; a tensor \(2,\)",
        ),
        (lambda: model.step(ids + 2, ids, ids[:, None], 0.1), "centers: got 2 to 3; 0 to 2"),
        (lambda: model.step(ids, ids, ids[:, None], -1), "lr: got -1"),
        (lambda: model.step(ids[:0], ids[:0], ids[:0, None], 0.1), "centers: got .* not empty"),
        (lambda: embeddings.train_skipgram(toy(), epochs=0), "epochs: got 0"),
        (lambda: embeddings.train_skipgram(toy(), lr=0), "lr: got 0"),
        (lambda: embeddings.train_skipgram(toy(), window=0), "window: got 0"),
        (lambda: embeddings.train_skipgram(toy(), min_count=99999), "texts: no two words"),
        (lambda: embeddings.train_skipgram([]), "texts: no two words"),
        (lambda: embeddings.train_skipgram(["a text"]), "texts: got the str"),
        (lambda: embeddings.train_skipgram(toy() * 9, lr=1e30), "lr: 1e[+]30 is too large"),
        (lambda: embeddings.normalize(ids), "vectors: got shape .* of int64"),
        (lambda: embeddings.normalize(torch.tensor(1.0)), r"vectors: got shape \(\)"),
        (lambda: embeddings.normalize(floats[:, :0]), "vectors: got a width of 0"),
        (
            lambda: embeddings.cosine_similarity(floats, floats[:, :2]),
            r"b: got shape \(2, 2\) of \w+; a tensor \(…, 3\)",
        ),
        (lambda: embeddings.cosine_similarity(floats, torch.ones(3, 3)), "b: got shape .* broadcast"),
        (lambda: WordVectors(["a", "a"], floats), "words: 1 of 2 stand twice"),
        (lambda: WordVectors(["a"], floats), r"vectors: got shape \(2, 3\) of \w+; a tensor \(1, C\)"),
        (lambda: words["x"], "word: 'x' is not among the 4 words"),
        (lambda: words[0], "word: 0 is not"),
        (lambda: words.nearest(floats[0]), r"vector: got shape \(3,\) of \w+; a tensor \(4,\)"),
        (lambda: words.nearest(torch.ones(4), exclude=["x"]), "exclude: 'x'"),
        (lambda: words.nearest(torch.ones(4), exclude="ab"), "exclude: got the str 'ab'"),
        (lambda: words.neighbours("a", 0), "k: got 0"),
        (lambda: words.analogy("a", "b", "x"), "c: 'x' is not"),
        (lambda: words.rank("a", "b", "c", "x"), "answer: 'x' is not"),
        (lambda: words.rank("a", "b", "c", "a"), "answer: got 'a', which is part of the question"),
        (lambda: embeddings.mean_pool(floats, floats), "hidden_states: got shape"),
        (
            lambda: embeddings.mean_pool(floats[None], ids),
            r"attention_mask: got shape \(2,\) of \w+; a tensor \(1, 2\)",
        ),
        (lambda: embeddings.mean_pool(floats[None], 2 * ids[None]), "attention_mask: got other numbers"),
        (lambda: embeddings.mean_pool(floats[None], [[1, 1]]), "attention_mask: got list"),
        (lambda: embeddings.sentence_vectors("text", None, None), "texts: got 'text'"),
        (lambda: embeddings.sentence_vectors(["text", 3], None, None), "texts: got "),
        (lambda: embeddings.sentence_vectors([], None, None, batch_size=0), "batch_size: got 0"),
        (lambda: embeddings.sentence_vectors([], None, None, max_length=-1), "max_length: got -1"),
        (lambda: embeddings.pca(floats, 3), "k: got 3; a whole number from 1 to 2"),
        (lambda: embeddings.pca(floats, 0), "k: got 0"),
        (lambda: embeddings.pca(floats[:1]), "points: got 1"),
        (lambda: embeddings.pca(floats * math.nan), "points: got numbers that are not finite"),
        (lambda: embeddings.perplexity(floats), "probabilities: got rows"),
        (lambda: embeddings.perplexity(torch.tensor([1.5, -0.5])), "probabilities: got rows"),
        (lambda: embeddings.perplexity(ids), "probabilities: got shape .* of int64"),
        (lambda: embeddings.neighbour_probabilities(floats, 1.5), "points: got 2"),
        (lambda: embeddings.neighbour_probabilities(torch.eye(4), 3.1), "target: got 3.1"),
        (lambda: embeddings.neighbour_probabilities(torch.eye(4), 1), "target: got 1"),
        (lambda: embeddings.neighbour_probabilities(torch.eye(4) / 0, 2), "points: got numbers that are not"),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
