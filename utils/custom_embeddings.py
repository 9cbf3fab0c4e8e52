"""Vectors made to measure: how good a search is, a loss that learns from pairs, and fine-tuning with it.

Follows Henderson et al. (2017) and van den Oord et al. (2018) for the loss over a batch, Reimers & Gurevych
(2019) for sentence vectors, Kusupati et al. (2022) for nested ones, Bojanowski et al. (2017) for subwords.
Leaves out losses over triplets, cross-encoders and quantized indexes.

Axes: Q queries, N responses, B pairs in a batch, T tokens, C width.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.checks import check_float, check_ids, check_positive, check_shape, check_whole
from utils.course import SEED
from utils.embeddings import mean_pool
from utils.pretrained import check_folder, save_folder, save_weights
from utils.training import History, train

# --- How good is a search? ------------------------------------------------------------------------------


def ranks(scores: Tensor, relevant: Tensor) -> Tensor:
    """The place of each query's right response when its responses are sorted by score: (Q,), 1 is the first.

    A wrong response with the same score as the right one counts as before it, so that a model that finds
    everything equal is last and not first.

    Args:
        scores: (Q, N), the similarity of each query to each response.
        relevant: (Q,), the index of the right response of each query, 0 to N − 1.

    Raises:
        ValueError: shapes that do not fit, no query, fewer than 2 responses, NaN, an index out of range, or
            the same right response for all of several queries, which says nothing about a search.
    """
    check_float("scores", scores, ("Q", "N"))
    if not len(scores) or scores.shape[1] < 2:
        raise ValueError(f"scores: got {tuple(scores.shape)}; at least 1 query and 2 responses are expected")
    if scores.isnan().any():
        raise ValueError("scores: got NaN; numbers are expected")
    check_ids("relevant", relevant, scores.shape[1], (len(scores),))
    if len(relevant) > 1 and (relevant == relevant[0]).all():
        raise ValueError(
            f"relevant: got {relevant[0]} for all of {len(relevant)} queries; different ones are expected"
        )
    own = scores.gather(1, relevant.long().unsqueeze(1))  # (Q, 1)
    return (scores >= own).sum(1)  # the right one itself makes it start at 1


def recall_at_k(ranks: Tensor, k: int) -> Tensor:
    """1.0 for each query whose right response is among the first `k`, else 0.0: (Q,) to (Q,).

    With one right response a query, the mean is Recall@k.

    Raises:
        ValueError: `ranks` is not one axis of at least one whole number from 1, or `k` is no such number.
    """
    _check_ranks(ranks)
    check_whole(k=k)
    return (ranks <= k).float()


def reciprocal_ranks(ranks: Tensor) -> Tensor:
    """1 / rank for each query: (Q,) to (Q,). The mean is the MRR, the mean reciprocal rank.

    Raises:
        ValueError: `ranks` is not one axis of at least one whole number from 1.
    """
    _check_ranks(ranks)
    return 1 / ranks


def bootstrap_interval(
    values: Tensor, level: float = 0.95, resamples: int = 10_000, seed: int = SEED
) -> tuple[float, float]:
    """Between which two numbers the mean of `values` falls in `level` of all resamples (Efron 1979).

    A resample draws Q queries out of Q with replacement. For two models on the same queries, hand in the
    differences query by query: the interval is then that of the gain.

    Args:
        values: (Q,), one number for each query, such as `recall_at_k` gives.

    Raises:
        ValueError: `values` is not one axis of at least 2 finite numbers, `level` is not between 0 and 1, or
            `resamples` is no whole number above 0.
    """
    check_shape("values", values, ("Q",))
    if len(values) < 2 or not values.isfinite().all():
        raise ValueError(f"values: got {len(values)}; at least 2 numbers, all finite, are expected")
    if not isinstance(level, float) or not 0 < level < 1:
        raise ValueError(f"level: got {level!r}; a number above 0 and below 1 is expected")
    check_whole(resamples=resamples)
    generator, n = torch.Generator().manual_seed(seed), len(values)
    means = []
    for start in range(0, resamples, 1000):  # a thousand at a time, to spare memory
        drawn = torch.randint(n, (min(1000, resamples - start), n), generator=generator)
        means.append(values.double()[drawn].mean(1))
    outside = (1 - level) / 2
    low, high = torch.cat(means).quantile(torch.tensor([outside, 1 - outside]).double()).tolist()
    return low, high


# --- The loss -------------------------------------------------------------------------------------------


def in_batch_loss(
    queries: Tensor,
    responses: Tensor,
    hard_negatives: Tensor | None = None,
    scale: float = 20.0,
    symmetric: bool = False,
) -> Tensor:
    """Each query has to find its own response among those of the whole batch: a cross-entropy, in nats.

    The logits are `scale` times the cosines; the other responses of the batch, and all `hard_negatives`, are
    wrong answers. Equal to MultipleNegativesRankingLoss of sentence-transformers.

    Args:
        queries, responses: (B, C), row i of one belongs to row i of the other. Any length: cosines are taken.
        hard_negatives: (N, C), more wrong responses, for every query alike.
        scale: 1 / temperature.
        symmetric: the mean of this loss and of that in which each response has to find its query among those
            of the batch (without `hard_negatives`).

    Raises:
        ValueError: shapes that do not fit, fewer than 2 responses to choose from, NaN, or a `scale` not
            above 0.
    """
    _check_vectors(queries, responses)
    check_positive(scale=scale)
    candidates = responses
    if hard_negatives is not None:
        check_float("hard_negatives", hard_negatives, ("N", responses.shape[1]))
        candidates = torch.cat([responses, hard_negatives])  # (B + N, C)
    if len(candidates) < 2:
        raise ValueError("responses: got 1 and no hard_negatives; at least 2 to choose from are expected")
    labels = torch.arange(len(queries), device=queries.device)  # query i belongs to response i
    cosines = F.normalize(queries, dim=-1) @ F.normalize(candidates, dim=-1).T  # (B, B + N)
    loss = F.cross_entropy(scale * cosines, labels)
    if cosines.isnan().any():
        raise ValueError("queries, responses, hard_negatives: got NaN; numbers are expected")
    if not symmetric:
        return loss
    backwards = F.cross_entropy(scale * cosines[:, : len(queries)].T, labels)  # each response its query
    return (loss + backwards) / 2


def matryoshka_loss(
    queries: Tensor,
    responses: Tensor,
    dims: Sequence[int],
    hard_negatives: Tensor | None = None,
    scale: float = 20.0,
    symmetric: bool = False,
) -> Tensor:
    """The mean of `in_batch_loss` over vectors cut to their first `dims` numbers (Kusupati et al. 2022, 3).

    Args:
        dims: widths from 1 to C, such as (384, 128, 32).

    Raises:
        ValueError: as `in_batch_loss`, or `dims` is empty or out of range.
    """
    _check_vectors(queries, responses)
    width = queries.shape[1]
    fits = isinstance(dims, Sequence) and all(isinstance(dim, int) and 1 <= dim <= width for dim in dims)
    if not fits or not dims:
        raise ValueError(f"dims: got {dims!r}; at least one whole number from 1 to {width} is expected")
    if hard_negatives is not None:
        check_float("hard_negatives", hard_negatives, ("N", width))
    losses = []
    for dim in dims:
        negatives = None if hard_negatives is None else hard_negatives[:, :dim]
        losses.append(in_batch_loss(queries[:, :dim], responses[:, :dim], negatives, scale, symmetric))
    return torch.stack(losses).mean()


def mine_hard_negatives(queries: Tensor, responses: Tensor, k: int = 1, range_min: int = 0) -> Tensor:
    """For each query the indices of the `k` closest wrong responses: (N, C) and (N, C) to (N, k), int64.

    A response with exactly the same vector as the right one is taken for the same text and never mined.

    Args:
        queries, responses: (N, C), row i of one belongs to row i of the other. Cosines are compared.
        k: how many for each query, the closest first; the lower index first among equals.
        range_min: leave out so many of the closest, for they may be right without anyone having said so.

    Raises:
        ValueError: shapes that do not fit, NaN, `k` below 1, `range_min` below 0, or a query with fewer than
            `range_min` + `k` wrong responses.
    """
    _check_vectors(queries, responses)
    check_whole(k=k)
    if not isinstance(range_min, int) or range_min < 0:
        raise ValueError(f"range_min: got {range_min!r}; a whole number from 0 is expected")
    cosines = F.normalize(queries, dim=-1) @ F.normalize(responses, dim=-1).T  # (N, N)
    if cosines.isnan().any():
        raise ValueError("queries, responses: got NaN; numbers are expected")
    _, text = responses.unique(dim=0, return_inverse=True)  # (N,): equal for equal rows
    same = text.unsqueeze(1) == text  # (N, N), the diagonal included
    wrong = int((~same).sum(1).min())
    if range_min + k > wrong:
        raise ValueError(f"k: got {k} after {range_min}; a query has only {wrong} wrong responses")
    order = cosines.masked_fill(same, -math.inf).argsort(descending=True, stable=True)
    return order[:, range_min : range_min + k]


# --- Fine-tuning ----------------------------------------------------------------------------------------


def check_pairs(queries: Sequence[str], responses: Sequence[str]) -> None:
    """See that query i and response i are pairs that `in_batch_loss` can learn from.

    Raises:
        ValueError: no pairs, an empty text, unequal numbers; or a query or response that stands twice: in a
            batch the second would count as a wrong answer to the first.
    """
    for name, texts in {"queries": queries, "responses": responses}.items():
        if isinstance(texts, str) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise ValueError(f"{name}: got {texts!r:.60}; a list of texts, none of them empty, is expected")
    if len(queries) != len(responses) or len(queries) < 2:
        raise ValueError(
            f"responses: got {len(responses)} for {len(queries)} queries; as many, at least 2, are expected"
        )
    if len(set(responses)) == 1:
        raise ValueError(f"responses: got {responses[0]!r:.60} for all queries; different ones are expected")
    for name, texts in {"queries": queries, "responses": responses}.items():
        text, times = Counter(texts).most_common(1)[0]
        if times > 1:
            raise ValueError(f"{name}: {text!r:.60} stands {times} times; once is expected")


class PairOutput(NamedTuple):
    """What `PairModel` returns."""

    loss: Tensor  # nats a query


class PairModel(nn.Module):
    """An encoder under `in_batch_loss`, as `training.train` wants it.

    Args:
        encoder: from transformers, such as MiniLM; a text's vector is the mean of its last hidden states.
        index: (N, C), vectors of all responses, which then stay as they are: only queries are encoded.
        whole_index: all rows of the index that are not in the batch are wrong answers, too.
        dims: widths for `matryoshka_loss`; the full width alone if None.
        scale, symmetric: of the loss.
    """

    def __init__(
        self,
        encoder: nn.Module,
        index: Tensor | None = None,
        whole_index: bool = False,
        dims: Sequence[int] | None = None,
        scale: float = 20.0,
        symmetric: bool = False,
    ) -> None:
        super().__init__()
        if whole_index and index is None:
            raise ValueError("whole_index: got True without an index; an index is expected")
        self.encoder, self.whole_index, self.dims = encoder, whole_index, dims
        self.scale, self.symmetric = scale, symmetric
        self.register_buffer("index", index, persistent=False)

    def encode(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Ids and mask (…, T) to vectors (…, C), with gradients."""
        ids, mask = input_ids.flatten(0, -2), attention_mask.flatten(0, -2)
        vectors = mean_pool(self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state, mask)
        return vectors.view(*input_ids.shape[:-1], -1)

    def forward(
        self,
        query_ids: Tensor,
        query_mask: Tensor,
        labels: Tensor,
        response_ids: Tensor | None = None,
        response_mask: Tensor | None = None,
        negatives: Tensor | None = None,
    ) -> PairOutput:
        """The loss of a batch.

        Args:
            query_ids, query_mask: (B, T).
            labels: (B,), where the right response of each query stands in the index.
            response_ids, response_mask: (B, 1 + K, T), the right response and K hard negatives of each query,
                for a model without index.
            negatives: (B, K), where hard negatives stand in the index.
        """
        queries = self.encode(query_ids, query_mask)  # (B, C)
        if self.index is None:
            encoded = self.encode(response_ids, response_mask)  # (B, 1 + K, C)
            right, hard = encoded[:, 0], encoded[:, 1:].flatten(0, 1)  # (B, C), (B · K, C)
        else:
            right = self.index[labels]
            wrong = torch.zeros(len(self.index), dtype=torch.bool)
            if self.whole_index:
                wrong[:] = True
            elif negatives is not None:
                wrong[negatives] = True
            wrong[labels] = False  # a response of the batch is there already
            hard = self.index[wrong]
        dims = self.dims or (queries.shape[1],)
        hard = hard if len(hard) else None
        return PairOutput(matryoshka_loss(queries, right, dims, hard, self.scale, self.symmetric))


def pair_batches(
    queries: Sequence[str],
    responses: Sequence[str],
    tokenizer,
    batch_size: int = 32,
    negatives: Tensor | None = None,
    only_queries: bool = False,
    max_length: int = 48,
    seed: int = SEED,
) -> Callable[[int], dict[str, Tensor]]:
    """The function step → batch that `training.train` wants: what `PairModel` takes.

    Each epoch takes each pair once, in another order; what is left over at its end is dropped.

    Args:
        negatives: (N, K), indices of hard negatives for each query, as `mine_hard_negatives` gives them.
        only_queries: for a model with an index; responses are not tokenized.
        max_length: tokens beyond it are cut off.

    Raises:
        ValueError: pairs that `check_pairs` refuses, a `batch_size` from outside 2 to N, a `max_length` below
            3, or `negatives` of another shape or range, or that are the right response of their query.
    """
    check_pairs(queries, responses)
    n = len(queries)
    if not isinstance(batch_size, int) or not 2 <= batch_size <= n:
        raise ValueError(f"batch_size: got {batch_size!r}; from 2 to the {n} pairs is expected")
    if not isinstance(max_length, int) or max_length < 3:
        raise ValueError(f"max_length: got {max_length!r}; at least 3, [CLS] and [SEP] included, is expected")
    if negatives is not None:
        check_ids("negatives", negatives, n, (n, "K"))
        if not only_queries and (negatives == torch.arange(n).unsqueeze(1)).any():
            raise ValueError("negatives: got the right response of a query; only wrong ones are expected")
    cut = {"padding": True, "truncation": True, "max_length": max_length, "return_tensors": "pt"}

    def batch(step: int) -> dict[str, Tensor]:
        epoch, place = divmod(step, n // batch_size)
        order = torch.randperm(n, generator=torch.Generator().manual_seed(seed + epoch))
        rows = order[place * batch_size : (place + 1) * batch_size]
        asked = tokenizer([queries[i] for i in rows], **cut)
        found = {"query_ids": asked["input_ids"], "query_mask": asked["attention_mask"], "labels": rows}
        hard = torch.empty(len(rows), 0, dtype=torch.int64) if negatives is None else negatives[rows]
        if only_queries:
            return found | ({"negatives": hard} if hard.numel() else {})
        shown = torch.cat([rows.unsqueeze(1), hard], dim=1)  # (B, 1 + K)
        answers = tokenizer([responses[i] for i in shown.flatten()], **cut)
        return found | {
            "response_ids": answers["input_ids"].view(*shown.shape, -1),
            "response_mask": answers["attention_mask"].view(*shown.shape, -1),
        }

    return batch


def fine_tune(
    encoder: nn.Module,
    tokenizer,
    queries: Sequence[str],
    responses: Sequence[str],
    *,
    epochs: float = 4,
    batch_size: int = 32,
    learning_rate: float = 1e-4,
    index: Tensor | None = None,
    whole_index: bool = False,
    negatives: Tensor | None = None,
    dims: Sequence[int] | None = None,
    scale: float = 20.0,
    symmetric: bool = False,
    seed: int = SEED,
    progress: str | None = "fine-tuning",
) -> History:
    """Train `encoder` in place, so that queries come close to their responses; returns the losses.

    The rate rises over the first tenth of the steps and then falls as a cosine. See `PairModel` for `index`,
    `whole_index`, `dims`, `scale` and `symmetric`, and `pair_batches` for `negatives`.

    Raises:
        ValueError: as `pair_batches` and `training.train`, or an `index` without a row for each response.
    """
    only_queries = index is not None
    batch = pair_batches(queries, responses, tokenizer, batch_size, negatives, only_queries, seed=seed)
    check_positive(epochs=epochs)
    if only_queries:
        check_float("index", index, (len(responses), encoder.config.hidden_size))
    steps = max(1, round(epochs * (len(queries) // batch_size)))
    history = train(
        PairModel(encoder, index, whole_index, dims, scale, symmetric),
        batch,
        steps=steps,
        learning_rate=learning_rate,
        warmup_steps=steps // 10,
        weight_decay=0.01,
        seed=seed,
        progress=progress,
    )
    encoder.zero_grad()  # as large as the model, and not needed any more
    return history


# --- Keeping it -----------------------------------------------------------------------------------------


def save(encoder: nn.Module, tokenizer, folder: str | Path, card: str) -> None:
    """Write a folder that `SentenceTransformer(folder)` opens: weights, tokenizer, pooling, model card.

    Raises:
        ValueError: an empty `card`, or a `folder` that is a file or the current one.
        OSError: it cannot be written; what was there before is intact.
    """
    if not isinstance(card, str) or not card.strip():
        raise ValueError("card: got no text; what the model was trained on, and how good it is, is expected")
    width = encoder.config.hidden_size
    parts = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(parts.items())
    ]
    with save_folder(folder) as new:
        encoder.config.save_pretrained(new)
        save_weights(encoder.state_dict(), new)
        tokenizer.save_pretrained(new)
        (new / "README.md").write_text(card, encoding="utf-8")
        for name, content in {
            "modules.json": modules,
            "sentence_bert_config.json": {"max_seq_length": 256, "do_lower_case": False},
            "1_Pooling/config.json": {"word_embedding_dimension": width, "pooling_mode_mean_tokens": True},
        }.items():
            (new / name).parent.mkdir(exist_ok=True)
            (new / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def load(folder: str | Path) -> tuple:
    """The tokenizer and the encoder of a folder written by `save`, checked against its digest.

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: a file is truncated or altered.
    """
    from transformers import AutoModel, AutoTokenizer

    check_folder(Path(folder), mend="save it again")
    return AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()


# --- Words: averages, and parts of words ----------------------------------------------------------------


def average_words(texts: Sequence[Sequence[str]], vectors: Mapping[str, Tensor | np.ndarray]) -> Tensor:
    """The mean of the vectors of each text's known words: (B, C). A text without one becomes zeros.

    Args:
        texts: lists of words.
        vectors: a vector (C,) for each known word: a dict, `embeddings.WordVectors`, vectors of gensim.

    Raises:
        ValueError: `texts` holds a str where a list of words is expected, or no word at all is known.
    """
    for text in texts:
        if isinstance(text, str):
            raise ValueError(f"texts: got the str {text[:30]!r}; a list of words is expected for each text")
    known = [[_vector(vectors[word]) for word in text if word in vectors] for text in texts]
    some = next((found[0] for found in known if found), None)
    if some is None:
        raise ValueError("texts: not one of their words has a vector")
    return torch.stack([torch.stack(found).mean(0) if found else torch.zeros_like(some) for found in known])


def subwords(word: str, min_n: int = 3, max_n: int = 6) -> list[str]:
    """All runs of `min_n` to `max_n` characters of `<word>` (Bojanowski et al. 2017, section 3.2).

    Raises:
        ValueError: `word` is no str or empty, or the sizes are no whole numbers with min_n ≤ max_n.
    """
    check_whole(min_n=min_n, max_n=max_n)
    if not isinstance(word, str) or not word or min_n > max_n:
        raise ValueError(
            f"word, min_n, max_n: got {word!r}, {min_n}, {max_n}; a text and min_n ≤ max_n expected"
        )
    marked = f"<{word}>"
    return [
        marked[start : start + n]
        for start in range(len(marked))
        for n in range(min_n, max_n + 1)
        if start + n <= len(marked)
    ]


def subword_bucket(subword: str, buckets: int) -> int:
    """In which of `buckets` rows of the table FastText keeps this run of characters: FNV-1a over its bytes.

    Raises:
        ValueError: `buckets` is no whole number above 0.
    """
    check_whole(buckets=buckets)
    if not isinstance(subword, str):
        raise ValueError(f"subword: got {subword!r}; a text is expected")
    h = 2166136261
    for byte in subword.encode():
        h ^= byte if byte < 128 else byte + 2**32 - 256  # FastText reads bytes as signed
        h = h * 16777619 % 2**32
    return h % buckets


def _vector(value: object) -> Tensor:
    return value if isinstance(value, Tensor) else torch.tensor(value)  # gensim's are NumPy's, and read-only


# --- Checks ---------------------------------------------------------------------------------------------


def _check_vectors(queries: object, responses: object) -> None:
    check_float("queries", queries, ("B", "C"))
    check_float("responses", responses, tuple(queries.shape))
    if not queries.numel():
        raise ValueError(f"queries: got {tuple(queries.shape)}; at least one vector is expected")


def _check_ranks(ranks: object) -> None:
    check_shape("ranks", ranks, ("Q",))
    if ranks.is_floating_point() or not len(ranks) or ranks.min() < 1:
        raise ValueError("ranks: whole numbers from 1, at least one, are expected")
