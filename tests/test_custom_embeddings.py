"""Custom embeddings: equal to sentence-transformers, scipy, scikit-learn and gensim; files that hold."""

import json
import math
from collections import Counter

import numpy as np
import pytest
import scipy.stats
import torch
import torch.nn.functional as F
from datasets import Dataset
from gensim.models import KeyedVectors
from gensim.models.fasttext_inner import compute_ngrams, ft_hash_bytes
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator
from sentence_transformers.sentence_transformer.losses import MatryoshkaLoss, MultipleNegativesRankingLoss
from sentence_transformers.util import mine_hard_negatives as mine_with_the_library
from sklearn.metrics import label_ranking_average_precision_score
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from utils import custom_embeddings, data, embeddings, pretrained
from utils.custom_embeddings import PairModel
from utils.exercises import custom_embeddings as exercises

often = settings(max_examples=100, deadline=None, derandomize=True)
seldom = settings(max_examples=20, deadline=None, derandomize=True)
sizes, seeds = st.integers(1, 7), st.integers(0, 10**6)
scales = st.sampled_from([0.5, 1.0, 20.0, 100.0])


def rand(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def close(a: Tensor, b: Tensor, atol: float = 1e-5) -> bool:
    return a.shape == b.shape and torch.allclose(a, b, atol=atol, rtol=1e-4)


@pytest.fixture(scope="module")
def tokenizer():
    return pretrained.minilm()[0]


def encoder(tokenizer, seed: int = 0) -> BertModel:
    """A BERT of width 16 that knows nothing, without dropout."""
    torch.manual_seed(seed)
    config = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "initializer_range": 0.3}
    return BertModel(BertConfig(vocab_size=len(tokenizer), **config), add_pooling_layer=False).eval()


@pytest.fixture(scope="module")
def saved(tokenizer, tmp_path_factory):
    """An encoder, and the folder it was saved to."""
    model, folder = encoder(tokenizer), tmp_path_factory.mktemp("models") / "tiny"
    custom_embeddings.save(model, tokenizer, folder, "# A card\n\nKnows nothing, ü.\n")
    return model, folder


@pytest.fixture(scope="module")
def pairs():
    return data.clinic("train")[:24]


def texts(pairs) -> tuple[list[str], list[str]]:
    return [pair.query for pair in pairs], [pair.response for pair in pairs]


# --- How good is a search? ---


def evaluate(scores: Tensor, relevant: Tensor, k: int) -> dict:
    """The metrics of sentence-transformers for a table of scores."""
    Q, N = scores.shape
    names = [f"{i:03}" for i in range(N)]
    evaluator = InformationRetrievalEvaluator(
        queries={str(q): "text" for q in range(Q)},
        corpus=dict.fromkeys(names, "text"),
        relevant_docs={str(q): {names[relevant[q]]} for q in range(Q)},
        **{name: sorted({k, N}) for name in ("mrr_at_k", "accuracy_at_k", "precision_recall_at_k")},
    )
    return evaluator.compute_metrics(
        [[{"corpus_id": names[i], "score": score} for i, score in enumerate(row)] for row in scores.tolist()]
    )


def a_search(Q: int, N: int, seed: int) -> tuple[Tensor, Tensor]:
    """Scores without ties, and right responses that are not all the same."""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.stack([torch.randperm(N, generator=generator) for _ in range(Q)]) / N - 0.5
    relevant = torch.randint(N, (Q,), generator=generator)
    relevant[-1] = (relevant[0] + 1) % N
    return scores, relevant


@often
@given(sizes, st.integers(2, 12), st.integers(1, 12), seeds)
def test_metrics_are_those_of_the_evaluator(Q: int, N: int, k: int, seed: int) -> None:
    scores, relevant = a_search(Q, N, seed)
    theirs = evaluate(scores, relevant, k)
    ranks = custom_embeddings.ranks(scores, relevant)
    recall = custom_embeddings.recall_at_k(ranks, k)
    assert set(recall.tolist()) <= {0.0, 1.0} and recall.shape == (Q,)
    assert recall.mean().item() == pytest.approx(theirs["recall@k"][k])
    assert recall.mean().item() == pytest.approx(theirs["accuracy@k"][k])
    reciprocal = custom_embeddings.reciprocal_ranks(ranks)
    assert reciprocal.mean().item() == pytest.approx(theirs["mrr@k"][N])
    assert (reciprocal * recall).mean().item() == pytest.approx(theirs["mrr@k"][k])


@often
@given(sizes, st.integers(2, 9), seeds, st.integers(1, 4))
def test_a_tie_counts_against_us(Q: int, N: int, seed: int, levels: int) -> None:
    _, relevant = a_search(Q, N, seed)
    scores = torch.randint(levels, (Q, N), generator=torch.Generator().manual_seed(seed)).float()
    ranks = custom_embeddings.ranks(scores, relevant)
    right = F.one_hot(relevant, N).numpy()
    mrr = custom_embeddings.reciprocal_ranks(ranks).mean().item()
    assert mrr == pytest.approx(label_ranking_average_precision_score(right, scores.numpy()))
    assert torch.equal(custom_embeddings.ranks(torch.zeros(Q, N), relevant), torch.full((Q,), N))


@often
@given(sizes, st.integers(2, 9), seeds)
def test_ranks_know_no_order_of_responses_and_no_scale(Q: int, N: int, seed: int) -> None:
    scores, relevant = a_search(Q, N, seed)
    order = torch.randperm(N, generator=torch.Generator().manual_seed(seed))
    ranks = custom_embeddings.ranks(scores, relevant)
    assert torch.equal(custom_embeddings.ranks(scores[:, order], order.argsort()[relevant]), ranks)
    assert torch.equal(custom_embeddings.ranks(1e30 * scores - 7, relevant), ranks)
    assert ranks.min() >= 1 and ranks.max() <= N


# --- Bootstrap ---


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.integers(8, 160), seeds, st.sampled_from([0.5, 0.9, 0.95]), st.booleans())
def test_the_interval_is_scipys(Q: int, seed: int, level: float, binary: bool) -> None:
    values = rand(Q, seed=seed).exp()
    if binary:
        values = (values > 1.5).float()
        values[:2] = torch.tensor([0.0, 1.0])
    mine = custom_embeddings.bootstrap_interval(values, level, seed=seed)
    random = np.random.default_rng(seed)
    theirs = scipy.stats.bootstrap(
        (values.numpy(),),
        np.mean,
        confidence_level=level,
        method="percentile",
        n_resamples=20_000,
        rng=random,
    ).confidence_interval
    error = values.std().item() / math.sqrt(Q)
    step = 1.01 / Q if binary else 0.0  # means of hits move in steps
    assert mine == pytest.approx(tuple(theirs), abs=0.15 * error + step)


def test_the_interval_holds_its_word() -> None:
    """Of 400 samples of 50, the 90 % interval of about 90 % holds the true mean."""
    samples = rand(400, 50, seed=3) + 2
    held = [
        low <= 2 <= high
        for low, high in (custom_embeddings.bootstrap_interval(x, 0.9, resamples=500) for x in samples)
    ]
    assert 0.84 < np.mean(held) < 0.94


def test_the_interval_depends_on_its_seed_alone_and_on_all_arguments() -> None:
    values, state = rand(30), torch.get_rng_state()
    interval = custom_embeddings.bootstrap_interval
    assert interval(values) == interval(values) != interval(values, seed=1)
    assert torch.equal(torch.get_rng_state(), state)
    by_resamples = {n: interval(values, resamples=n) for n in (1, 2, 999, 1000, 1001, 2500)}
    assert [low == high for low, high in by_resamples.values()] == [True, *[False] * 5]
    assert len(set(by_resamples.values())) == 6  # not one resample is lost
    ends = [interval(values, level) for level in (0.99, 0.9, 0.5)]
    lows, highs = zip(*ends, strict=True)
    assert list(lows) == sorted(lows) and list(highs) == sorted(highs, reverse=True)
    assert interval(torch.ones(5)) == (1.0, 1.0)
    assert interval(values + 100)[0] == pytest.approx(interval(values)[0] + 100, abs=1e-4)


# --- The loss ---


def library(queries: Tensor, *candidates: Tensor, scale: float = 20.0, symmetric: bool = False) -> Tensor:
    both = {"directions": ("query_to_doc", "doc_to_query"), "partition_mode": "per_direction"}
    loss = MultipleNegativesRankingLoss(model=None, scale=scale, **(both if symmetric else {}))
    return loss.compute_loss_from_embeddings([queries, *candidates], None)


@often
@given(sizes, sizes, st.integers(0, 9), scales, st.booleans(), st.sampled_from([0.1, 1.0, 50.0]), seeds)
def test_loss_and_gradients_are_the_librarys(
    B: int, C: int, N: int, scale: float, symmetric: bool, length: float, seed: int
) -> None:
    vectors = [length * rand(B, C, seed=seed), rand(B, C, seed=seed + 1)]
    if N or B == 1:
        vectors.append(length * rand(N or 1, C, seed=seed + 2))
    results = []
    for loss in (custom_embeddings.in_batch_loss, library):
        leaves = [x.double().requires_grad_() for x in vectors]
        value = loss(*leaves, scale=scale, symmetric=symmetric)
        results.append([value, *torch.autograd.grad(value, leaves)])
    assert all(close(mine, theirs, 1e-8) for mine, theirs in zip(*results, strict=True))
    single = custom_embeddings.in_batch_loss(*vectors, scale=scale, symmetric=symmetric)
    assert close(single, library(*vectors, scale=scale, symmetric=symmetric), 1e-4)


def test_the_loss_of_a_guess_and_of_certainty() -> None:
    alike, own = torch.ones(8, 3), torch.eye(8)
    loss = custom_embeddings.in_batch_loss
    assert loss(alike, alike).item() == pytest.approx(math.log(8))
    assert loss(alike, alike, alike[:4], symmetric=True).item() == pytest.approx(
        (math.log(12) + math.log(8)) / 2
    )
    assert loss(own, own, scale=200.0).item() == 0
    assert loss(own, own.roll(1, 0), scale=200.0).item() == pytest.approx(200)
    assert loss(torch.zeros(4, 3), alike[:4]).item() == pytest.approx(math.log(4))


class Given(nn.Module):
    """Stands in for a SentenceTransformer: the features are the vectors."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def forward(self, features: dict) -> dict:
        return {"sentence_embedding": features["vectors"]}

    def get_embedding_dimension(self) -> int:
        return self.width


@seldom
@given(st.integers(2, 6), st.sets(st.integers(1, 8)), st.booleans(), scales, seeds)
def test_matryoshka_is_the_librarys(B: int, cut: set, hard: bool, scale: float, seed: int) -> None:
    dims = [8, *sorted(cut - {8})]
    vectors = [rand(n, 8, seed=seed + i).double() for i, n in enumerate([B, B, 5][: 2 + hard])]
    model, results = Given(8), []
    inner = MultipleNegativesRankingLoss(model, scale=scale)
    theirs = MatryoshkaLoss(model, inner, dims, [1 / len(dims)] * len(dims))
    for loss in (
        lambda x: custom_embeddings.matryoshka_loss(*x[:2], dims, *x[2:], scale=scale),
        lambda x: theirs([{"vectors": v} for v in x], None),
    ):
        leaves = [x.clone().requires_grad_() for x in vectors]
        value = loss(leaves)
        results.append([value, *torch.autograd.grad(value, leaves)])
    assert all(close(mine, other, 1e-8) for mine, other in zip(*results, strict=True))
    assert close(custom_embeddings.matryoshka_loss(*vectors[:2], [8]), library(*vectors[:2]), 1e-8)


# --- Hard negatives ---


@often
@given(st.integers(3, 9), sizes, st.integers(1, 4), st.integers(0, 2), seeds)
def test_mined_are_the_closest_wrong_ones(N: int, C: int, k: int, range_min: int, seed: int) -> None:
    queries, responses = rand(N, C, seed=seed).double(), rand(N, C, seed=seed + 1).double()
    responses[N - 1] = responses[seed % (N - 1)]  # the same text, twice
    left = N - 2
    if k + range_min > left:
        with pytest.raises(ValueError, match=f"k: got {k} after {range_min}; a query has only {left} wrong"):
            custom_embeddings.mine_hard_negatives(queries, responses, k, range_min)
        return
    mined = custom_embeddings.mine_hard_negatives(queries, responses, k, range_min)
    assert mined.shape == (N, k) and mined.dtype == torch.int64
    cosines = F.cosine_similarity(queries.unsqueeze(1), responses.unsqueeze(0), dim=-1)
    for i in range(N):
        wrong = [j for j in range(N) if not responses[j].equal(responses[i])]
        best = sorted(cosines[i, wrong].tolist(), reverse=True)[range_min : range_min + k]
        assert set(mined[i].tolist()) <= set(wrong) and len(set(mined[i].tolist())) == k
        assert cosines[i, mined[i]].tolist() == pytest.approx(best)


@pytest.mark.parametrize(("k", "range_min"), [(1, 0), (3, 2)])
def test_mined_are_the_librarys(saved, tokenizer, pairs, k: int, range_min: int) -> None:
    model, folder = saved
    queries, responses = texts(pairs)
    mined = mine_with_the_library(
        Dataset.from_dict({"query": queries, "response": responses}),
        SentenceTransformer(str(folder), device="cpu"),
        num_negatives=k,
        range_min=range_min,
        output_format="n-tuple",
        verbose=False,
    )
    theirs = {row["query"]: list(row.values())[2:] for row in mined}
    vectors = [embeddings.sentence_vectors(side, tokenizer, model) for side in (queries, responses)]
    ours = custom_embeddings.mine_hard_negatives(*vectors, k, range_min)
    assert theirs == {queries[i]: [responses[j] for j in row] for i, row in enumerate(ours.tolist())}


# --- Fine-tuning ---


def test_a_step_is_the_librarys(saved, tokenizer, pairs) -> None:
    """Texts to loss to gradient of the weights, with two hard negatives for each query."""
    queries, responses = texts(pairs)
    negatives = torch.stack([torch.arange(24).roll(-8), torch.arange(24).roll(-16)], 1)
    batch = custom_embeddings.pair_batches(queries, responses, tokenizer, 8, negatives, max_length=256)(0)
    ours, theirs = PairModel(saved[0]), SentenceTransformer(str(saved[1]), device="cpu")
    rows = batch["labels"]
    columns = [[queries[i] for i in rows], [responses[i] for i in rows]]
    columns += [[responses[j] for j in negatives[rows, c]] for c in range(2)]
    loss = MultipleNegativesRankingLoss(theirs)([theirs.preprocess(column) for column in columns], None)
    mine = ours(**batch).loss
    assert close(mine, loss)
    mine.backward(), loss.backward()
    names = dict(theirs.named_parameters())
    compared = 0
    for name, weight in ours.encoder.named_parameters():
        (other,) = [value for key, value in names.items() if key.endswith("." + name)]
        assert close(weight.grad, other.grad), name
        compared += 1
    assert compared > 15
    ours.encoder.zero_grad()


def test_the_loss_with_an_index(saved, tokenizer, pairs) -> None:
    """Wrong answers: the batch's and the hard negatives, or everything; none of them stands there twice."""
    queries, responses = texts(pairs)
    model = saved[0]
    asked, index = (embeddings.sentence_vectors(side, tokenizer, model) for side in (queries, responses))
    negatives = torch.arange(24).roll(-1).unsqueeze(1)  # often of the same batch
    batch = custom_embeddings.pair_batches(queries, responses, tokenizer, 8, negatives, only_queries=True)(1)
    rows = batch["labels"]
    hard = [j for j in range(24) if j in negatives[rows] and j not in rows]
    rest = [j for j in range(24) if j not in rows]
    assert 0 < len(hard) < 8
    for whole, wrong in [(False, hard), (True, rest)]:
        loss = PairModel(model, index, whole_index=whole)(**batch).loss
        assert close(loss, library(asked[rows], index[rows], index[wrong])), whole
    del batch["negatives"]
    assert close(PairModel(model, index)(**batch).loss, library(asked[rows], index[rows]))
    nested = PairModel(model, index, dims=(16, 4), scale=5.0, symmetric=True)(**batch).loss
    parts = [library(asked[rows, :d], index[rows, :d], scale=5.0, symmetric=True) for d in (16, 4)]
    assert close(nested, sum(parts) / 2)


@seldom
@given(st.integers(2, 24), st.booleans(), seeds)
def test_an_epoch_takes_each_pair_once(tokenizer, pairs, size: int, only_queries: bool, seed: int) -> None:
    queries, responses = texts(pairs)
    away = torch.randint(1, 24, (24, 2), generator=torch.Generator().manual_seed(seed))
    negatives = (torch.arange(24)[:, None] + away) % 24
    batch = custom_embeddings.pair_batches(
        queries, responses, tokenizer, size, negatives, only_queries=only_queries, seed=seed
    )
    steps = 24 // size
    for epoch in range(2):
        rows = torch.cat([batch(epoch * steps + step)["labels"] for step in range(steps)])
        assert len(set(rows.tolist())) == len(rows) == steps * size
    last = batch(0)
    assert all(torch.equal(value, batch(0)[name]) for name, value in last.items())
    assert set(last) == {"query_ids", "query_mask", "labels"} | (
        {"negatives"} if only_queries else {"response_ids", "response_mask"}
    )
    rows = last["labels"]
    asked = tokenizer([queries[i] for i in rows])["input_ids"]

    def read(ids) -> list[str]:
        return tokenizer.batch_decode(ids, skip_special_tokens=True)

    assert read(last["query_ids"]) == read(asked)
    if only_queries:
        assert torch.equal(last["negatives"], negatives[rows])
    else:
        shown = [responses[i] for i in torch.cat([rows[:, None], negatives[rows]], 1).flatten()]
        cut = tokenizer(shown, truncation=True, max_length=48)["input_ids"]
        assert read(last["response_ids"].flatten(0, 1)) == read(cut)


def test_epochs_are_shuffled(tokenizer, pairs) -> None:
    batch = custom_embeddings.pair_batches(*texts(pairs), tokenizer, 24, only_queries=True)
    first, second = batch(0)["labels"], batch(1)["labels"]
    assert not torch.equal(first, second) and torch.equal(first.sort().values, second.sort().values)


@pytest.mark.parametrize("way", ["both sides", "index"])
def test_fine_tuning_finds_what_was_lost(tokenizer, pairs, way: str) -> None:
    queries, responses = texts(pairs)
    model, relevant = encoder(tokenizer), torch.arange(24)
    shelf = embeddings.sentence_vectors(responses, tokenizer, model)

    def recall() -> float:
        asked = embeddings.sentence_vectors(queries, tokenizer, model)
        there = shelf if way == "index" else embeddings.sentence_vectors(responses, tokenizer, model)
        ranks = custom_embeddings.ranks(asked @ there.T, relevant)
        return custom_embeddings.recall_at_k(ranks, 1).mean().item()

    before = recall()
    settings_ = {"epochs": 40, "batch_size": 12, "learning_rate": 1e-2, "progress": None}
    if way == "index":
        settings_["index"] = shelf
    history = custom_embeddings.fine_tune(model, tokenizer, queries, responses, **settings_)
    assert len(history.losses) == 80 and not model.training
    assert np.mean(history.losses[-4:]) < 0.5 * np.mean(history.losses[:4])
    assert recall() > 0.8 > 0.3 > before


def test_the_same_seed_learns_the_same(tokenizer, pairs) -> None:
    runs = []
    for seed in (1, 1, 2):
        model = encoder(tokenizer)
        settings_ = {"epochs": 1, "batch_size": 8, "seed": seed, "progress": None}
        losses = custom_embeddings.fine_tune(model, tokenizer, *texts(pairs), **settings_).losses
        runs.append((losses, model.embeddings.word_embeddings.weight.detach()))
    assert runs[0][0] == runs[1][0] != runs[2][0]
    assert torch.equal(runs[0][1], runs[1][1]) and not torch.equal(runs[0][1], runs[2][1])


# --- Keeping it ---


def test_sentence_transformers_opens_what_we_save(saved, tokenizer, pairs) -> None:
    model, folder = saved
    asked = [*texts(pairs)[0], "", "word " * 400]
    ours = embeddings.sentence_vectors(asked, tokenizer, model)
    theirs = SentenceTransformer(str(folder), device="cpu")
    assert close(theirs.encode(asked, convert_to_tensor=True), ours)
    assert theirs.max_seq_length == 256 and theirs.get_embedding_dimension() == 16
    again_tokenizer, again = custom_embeddings.load(folder)
    assert torch.equal(embeddings.sentence_vectors(asked, again_tokenizer, again), ours)
    assert not again.training
    assert "Knows nothing, ü." in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "harm", ["weights missing", "weights truncated", "weights altered", "config missing"]
)
def test_a_damaged_folder_is_noticed(saved, tokenizer, tmp_path, harm: str) -> None:
    custom_embeddings.save(saved[0], tokenizer, tmp_path / "model", "card")
    file = tmp_path / "model" / ("config.json" if "config" in harm else "model.safetensors")
    content = file.read_bytes()
    if "missing" in harm:
        file.unlink()
    elif "truncated" in harm:
        file.write_bytes(content[:-100])
    else:
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises((ValueError, FileNotFoundError), match=file.name.split(".")[0]):
        custom_embeddings.load(tmp_path / "model")


def test_saving_again_replaces_and_a_failure_leaves_what_was_there(
    saved, tokenizer, tmp_path, monkeypatch
) -> None:
    folder = tmp_path / "model"
    custom_embeddings.save(saved[0], tokenizer, folder, "one")
    other = encoder(tokenizer, seed=1)
    with monkeypatch.context() as patch:
        patch.setattr(custom_embeddings, "save_weights", lambda *_: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(OSError, match="full"):
            custom_embeddings.save(other, tokenizer, folder, "two")
    assert (folder / "README.md").read_text(encoding="utf-8") == "one"
    weights = custom_embeddings.load(folder)[1].embeddings.word_embeddings.weight
    assert torch.equal(weights, saved[0].embeddings.word_embeddings.weight)
    custom_embeddings.save(other, tokenizer, folder, "two")
    weights = custom_embeddings.load(folder)[1].embeddings.word_embeddings.weight
    assert torch.equal(weights, other.embeddings.word_embeddings.weight)
    assert (folder / "README.md").read_text(encoding="utf-8") == "two"


def test_no_file_names_this_machine(saved) -> None:
    _, folder = saved
    for file in folder.rglob("*.json"):
        content = json.loads(file.read_text(encoding="utf-8"))
        assert str(folder.parent) not in json.dumps(content), file


# --- Words, and parts of words ---

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=12)


@often
@given(words, st.integers(1, 7), st.integers(0, 4))
def test_subwords_are_gensims(word: str, min_n: int, more: int) -> None:
    ours = custom_embeddings.subwords(word, min_n, min_n + more)
    assert Counter(ours) == Counter(compute_ngrams(word, min_n, min_n + more))


@often
@given(words, st.integers(1, 2_000_000))
def test_buckets_are_gensims(subword: str, buckets: int) -> None:
    bucket = custom_embeddings.subword_bucket(subword, buckets)
    assert bucket == ft_hash_bytes(subword.encode()) % buckets


def test_subwords_of_where() -> None:
    """The example of the paper, section 3.2."""
    assert custom_embeddings.subwords("where", 3, 3) == ["<wh", "whe", "her", "ere", "re>"]


@pytest.mark.filterwarnings("error")
def test_averages_are_gensims() -> None:
    vectors = KeyedVectors(5)
    vectors.add_vectors(list("abcd"), rand(4, 5).numpy())
    sentences = [["a", "b", "?"], ["d"], ["a", "a", "c"], ["?"], []]
    ours = custom_embeddings.average_words(sentences, vectors)
    for row, sentence in zip(ours, sentences, strict=True):
        theirs = (
            vectors.get_mean_vector(sentence, pre_normalize=False) if {*sentence} & {*"abcd"} else np.zeros(5)
        )
        assert row.tolist() == pytest.approx(theirs.tolist(), abs=1e-6)
    own = embeddings.WordVectors(list("abcd"), torch.tensor(vectors.vectors))
    assert close(custom_embeddings.average_words(sentences, own), ours)


# --- The exercises' solutions are the module's functions ---


@often
@given(st.integers(3, 8), sizes, seeds, st.booleans())
def test_solutions_are_the_modules(N: int, C: int, seed: int, symmetric: bool) -> None:
    queries, responses, more = (rand(N, C, seed=seed + i) for i in range(3))
    scores, relevant = a_search(N, N + 1, seed)
    ranks = custom_embeddings.ranks(scores, relevant)
    for k in (1, 3, 20):
        recall = custom_embeddings.recall_at_k(ranks, k)
        assert torch.equal(exercises.recall_at_k_solution(scores, relevant, k), recall)
        reciprocal = custom_embeddings.reciprocal_ranks(ranks) * recall
        assert torch.equal(exercises.reciprocal_ranks_solution(scores, relevant, k), reciprocal)
    keywords = {"scale": 7.0, "symmetric": symmetric}
    for hard in (None, more):
        mine = exercises.in_batch_loss_solution(queries, responses, hard, **keywords)
        assert close(mine, custom_embeddings.in_batch_loss(queries, responses, hard, **keywords))
    mined = exercises.mine_hard_negatives_solution(queries.double(), responses.double(), 2)
    cosines = F.cosine_similarity(queries.unsqueeze(1), responses.unsqueeze(0), dim=-1)
    other = custom_embeddings.mine_hard_negatives(queries.double(), responses.double(), 2)
    assert close(cosines.gather(1, mined), cosines.gather(1, other))
    ends = exercises.bootstrap_interval_solution(scores[:, 0], 0.9, 1000, seed)
    assert ends == pytest.approx(
        custom_embeddings.bootstrap_interval(scores[:, 0], 0.9, 1000, seed), abs=1e-6
    )


# --- Bad input ---

LOSS, MINE = custom_embeddings.in_batch_loss, custom_embeddings.mine_hard_negatives
INTERVAL, RANKS = custom_embeddings.bootstrap_interval, custom_embeddings.ranks
Q, R = rand(3, 4), rand(3, 4, seed=1)
NAN = torch.tensor([[math.nan, 1.0]] * 2)
TEXTS, ANSWERS = ["a", "b", "c"], ["x", "y", "z"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: RANKS(Q[0], torch.tensor([0])), "scores: got shape"),
        (lambda: RANKS(Q.long(), torch.tensor([0, 1, 2])), "scores: got .*int64"),
        (lambda: RANKS(Q[:0], torch.tensor([], dtype=torch.long)), r"scores: got \(0, 4\)"),
        (lambda: RANKS(Q[:, :1], torch.tensor([0, 0, 0])), r"scores: got \(3, 1\)"),
        (lambda: RANKS(NAN, torch.tensor([0, 1])), "scores: got NaN"),
        (lambda: RANKS(Q, torch.tensor([0, 1, 4])), "relevant: got 0 to 4; 0 to 3"),
        (lambda: RANKS(Q, torch.tensor([-1, 1, 2])), "relevant: got -1 to 2"),
        (lambda: RANKS(Q, torch.tensor([0, 1])), "relevant: got shape"),
        (lambda: RANKS(Q, [0, 1, 2]), "relevant: got list"),
        (lambda: RANKS(Q, torch.tensor([1, 1, 1])), "relevant: got 1 for all of 3 queries"),
        (lambda: custom_embeddings.recall_at_k(torch.tensor([1, 2]), 0), "k: got 0"),
        (lambda: custom_embeddings.recall_at_k(torch.tensor([1, 2]), 1.0), "k: got 1.0"),
        (lambda: custom_embeddings.recall_at_k(torch.tensor([0, 2]), 1), "ranks: "),
        (lambda: custom_embeddings.recall_at_k(torch.tensor([1.0]), 1), "ranks: "),
        (lambda: custom_embeddings.reciprocal_ranks(torch.tensor([[1]])), "ranks: got shape"),
        (lambda: custom_embeddings.reciprocal_ranks(torch.tensor([], dtype=torch.long)), "ranks: "),
        (lambda: custom_embeddings.reciprocal_ranks([1, 2]), "ranks: got list"),
        (lambda: INTERVAL([1.0, 2.0]), "values: got list"),
        (lambda: INTERVAL(Q), "values: got shape"),
        (lambda: INTERVAL(torch.ones(1)), "values: got 1"),
        (lambda: INTERVAL(torch.tensor([1.0, math.inf])), "values: .*finite"),
        (lambda: INTERVAL(Q[0], level=95), "level: got 95"),
        (lambda: INTERVAL(Q[0], level=1.0), "level: got 1.0"),
        (lambda: INTERVAL(Q[0], level=0.0), "level: got 0.0"),
        (lambda: INTERVAL(Q[0], resamples=0), "resamples: got 0"),
        (lambda: INTERVAL(Q[0], resamples=10.0), "resamples: got 10.0"),
        (lambda: LOSS(Q[0], R[0]), "queries: got shape"),
        (lambda: LOSS(Q, R[:2]), "responses: got shape"),
        (lambda: LOSS(Q, R.long()), "responses: got .*int64"),
        (lambda: LOSS(Q.tolist(), R), "queries: got list"),
        (lambda: LOSS(Q[:0], R[:0]), "queries: got"),
        (lambda: LOSS(Q[:1], R[:1]), "responses: got 1 and no hard_negatives"),
        (lambda: LOSS(NAN, rand(2, 2)), "queries, responses, hard_negatives: got NaN"),
        (lambda: LOSS(rand(2, 2), NAN), "queries, responses, .*: got NaN"),
        (lambda: LOSS(rand(2, 2), rand(2, 2), NAN), ".*hard_negatives: got NaN"),
        (lambda: LOSS(Q, R, R[:, :2]), "hard_negatives: got shape"),
        (lambda: LOSS(Q, R, R.tolist()), "hard_negatives: got list"),
        (lambda: LOSS(Q, R, scale=0.0), "scale: got 0.0"),
        (lambda: LOSS(Q, R, scale=-1), "scale: got -1"),
        (lambda: custom_embeddings.matryoshka_loss(Q, R, []), "dims: got"),
        (lambda: custom_embeddings.matryoshka_loss(Q, R, [5]), "dims: got"),
        (lambda: custom_embeddings.matryoshka_loss(Q, R, [4, 0]), "dims: got"),
        (lambda: custom_embeddings.matryoshka_loss(Q, R, [2.0]), "dims: got"),
        (lambda: custom_embeddings.matryoshka_loss(Q, R, 4), "dims: got"),
        (lambda: custom_embeddings.matryoshka_loss(Q, R, [4], rand(2, 6)), "hard_negatives: got shape"),
        (lambda: custom_embeddings.matryoshka_loss(Q, R, [4], R.tolist()), "hard_negatives: got list"),
        (lambda: MINE(Q, R[:2]), "responses: got shape"),
        (lambda: MINE(Q, R, 0), "k: got 0"),
        (lambda: MINE(Q, R, 3), "k: got 3"),
        (lambda: MINE(Q, R, range_min=-1), "range_min: got -1"),
        (lambda: MINE(Q, torch.ones(3, 4)), "k: got 1"),
        (lambda: MINE(NAN, rand(2, 2)), "NaN"),
        (lambda: MINE(rand(2, 2), NAN), "NaN"),
        (lambda: custom_embeddings.check_pairs([], []), "responses: got 0 for 0 queries"),
        (lambda: custom_embeddings.check_pairs(TEXTS, ANSWERS[:2]), "responses: got 2 for 3"),
        (lambda: custom_embeddings.check_pairs(TEXTS[:1], ANSWERS[:1]), "responses: got 1 for 1"),
        (lambda: custom_embeddings.check_pairs("abc", ANSWERS), "queries: got 'abc'"),
        (lambda: custom_embeddings.check_pairs(["a", " ", "c"], ANSWERS), "queries: got .*none of them"),
        (lambda: custom_embeddings.check_pairs(TEXTS, ["x", "y", 3]), "responses: got"),
        (lambda: custom_embeddings.check_pairs(TEXTS, ["x", "x", "x"]), "responses: got 'x' for all queries"),
        (lambda: custom_embeddings.check_pairs(TEXTS, ["x", "y", "y"]), "responses: 'y' stands 2 times"),
        (lambda: custom_embeddings.check_pairs(["a", "a", "b"], ANSWERS), "queries: 'a' stands 2 times"),
        (lambda: custom_embeddings.pair_batches(TEXTS, ANSWERS, None, 1), "batch_size: got 1"),
        (lambda: custom_embeddings.pair_batches(TEXTS, ANSWERS, None, 4), "batch_size: got 4"),
        (
            lambda: custom_embeddings.pair_batches(TEXTS, ANSWERS, None, 2, torch.tensor([[3]] * 3)),
            "negatives: got 3 to 3",
        ),
        (
            lambda: custom_embeddings.pair_batches(TEXTS, ANSWERS, None, 2, torch.tensor([[1]])),
            "negatives: got",
        ),
        (
            lambda: custom_embeddings.pair_batches(TEXTS, ANSWERS, None, 2, torch.tensor([[1], [1], [0]])),
            "negatives: got the right response",
        ),
        (lambda: custom_embeddings.pair_batches(TEXTS, ANSWERS, None, 2, max_length=2), "max_length: got 2"),
        (lambda: PairModel(nn.Linear(1, 1), whole_index=True), "whole_index: got True"),
        (lambda: custom_embeddings.subword_bucket(3, 10), "subword: got 3"),
        (lambda: custom_embeddings.subwords("", 3, 6), "word"),
        (lambda: custom_embeddings.subwords("word", 4, 3), "min_n"),
        (lambda: custom_embeddings.subwords("word", 0, 3), "min_n: got 0"),
        (lambda: custom_embeddings.subword_bucket("word", 0), "buckets: got 0"),
        (lambda: custom_embeddings.average_words(["a text"], {}), "texts: got the str"),
        (lambda: custom_embeddings.average_words([["a"], []], {}), "texts: not one"),
    ],
)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"epochs": 0}, "epochs: got 0"),
        ({"learning_rate": -1.0}, "learning_rate: got -1.0"),
        ({"index": torch.ones(3, 4)}, "index: got shape"),
        ({"scale": 0.0}, "scale: got 0.0"),
        ({"dims": [17]}, "dims: got"),
        ({"batch_size": 99}, "batch_size: got 99"),
    ],
)
def test_bad_settings_are_named(saved, tokenizer, pairs, keywords: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        settings_ = {"batch_size": 8, "progress": None} | keywords
        custom_embeddings.fine_tune(saved[0], tokenizer, *texts(pairs), **settings_)


@pytest.mark.parametrize("card", ["", "  \n", None])
def test_a_model_without_a_card_is_not_saved(saved, tokenizer, tmp_path, card) -> None:
    with pytest.raises(ValueError, match="card: got no text"):
        custom_embeddings.save(saved[0], tokenizer, tmp_path / "model", card)
    assert not list(tmp_path.iterdir())


def test_arguments_are_left_as_they_were() -> None:
    scores, relevant = a_search(4, 5, 0)
    kept = [x.clone() for x in (Q, R, scores, relevant)]
    custom_embeddings.in_batch_loss(Q, R, Q, symmetric=True), custom_embeddings.mine_hard_negatives(Q, R)
    custom_embeddings.matryoshka_loss(Q, R, [2, 4]), custom_embeddings.bootstrap_interval(scores[0])
    custom_embeddings.ranks(scores, relevant)
    assert all(map(torch.equal, kept, (Q, R, scores, relevant)))
