"""Vectors made to measure: how good a search is, a loss that learns from pairs, and fine-tuning with it.

Follows Henderson et al. (2017) and van den Oord et al. (2018) for the loss over a batch, Reimers & Gurevych
(2019) for sentence vectors, Kusupati et al. (2022) for nested ones, Bojanowski et al. (2017) for subwords.
Leaves out losses over triplets, cross-encoders and quantized indexes.

Axes: Q queries, N responses, B pairs in a batch, T tokens, C width.
"""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.checks import check_float, check_ids, check_positive, check_shape, check_whole
from utils.course import SEED

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
        raise ValueError("queries, responses: got NaN; numbers are expected")
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
    if not len(dims) or not all(isinstance(dim, int) and 1 <= dim <= width for dim in dims):
        raise ValueError(f"dims: got {tuple(dims)}; at least one whole number from 1 to {width} is expected")
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


def _check_vectors(queries: object, responses: object) -> None:
    check_float("queries", queries, ("B", "C"))
    check_float("responses", responses, tuple(queries.shape))
    if not queries.numel():
        raise ValueError(f"queries: got {tuple(queries.shape)}; at least one vector is expected")


def _check_ranks(ranks: object) -> None:
    check_shape("ranks", ranks, ("Q",))
    if ranks.is_floating_point() or not len(ranks) or ranks.min() < 1:
        raise ValueError("ranks: whole numbers from 1, at least one, are expected")
