"""Exercises of notebook 08: two scores of a search, the loss over a batch, hard negatives, an interval.

What the learner writes, with the axes of `utils.custom_embeddings`:

    recall_at_k(scores, relevant, k)        (Q, N), (Q,) -> (Q,), 1.0 where the right response is among the
                                            first k, else 0.0; a tie counts against us
    reciprocal_ranks(scores, relevant, k)   (Q, N), (Q,) -> (Q,), 1 / rank, and 0 beyond rank k
    in_batch_loss(queries, responses, hard_negatives=None, scale=20.0, symmetric=False)
                                            (B, C), (B, C), (N, C) -> one number, a tensor with a gradient
    mine_hard_negatives(queries, responses, k=1)
                                            (N, C), (N, C) -> (N, k), the closest wrong responses, closest
                                            first; an equal copy of the right one is not wrong
    bootstrap_interval(values, level=0.95, resamples=10_000, seed=0)
                                            (Q,), or (Q, M) for M runs on the same queries -> (low, high), by
                                            percentiles of the mean when queries are resampled
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from utils import custom_embeddings, data, embeddings, pretrained
from utils.exercise import Exercise, NotYet, Raised, expect_tensor, same

# --- What all checks share ---


def _tell(faults: dict[Callable, str], got: Sequence[Tensor], cases: Sequence[dict]) -> None:
    """Raise the diagnosis of the first fault that gives these answers to these cases."""
    for fault, words in faults.items():
        try:
            if all(same(value, fault(**case)) for value, case in zip(got, cases, strict=True)):
                raise NotYet(words)
        except (RuntimeError, IndexError):
            continue  # made for other shapes


def _show(values: Iterable[float]) -> str:
    return "[" + ", ".join(f"{float(value):.3g}" for value in values) + "]"


@cache
def _clinic() -> tuple[list[data.Pair], Tensor, Tensor]:
    """Every third test pair of the clinic, with MiniLM's vectors of queries and of responses."""
    pairs = data.clinic("test")[::3]
    tokenizer, model = pretrained.minilm()
    vectors = embeddings.sentence_vectors(
        [p.query for p in pairs] + [p.response for p in pairs], tokenizer, model
    )
    return pairs, vectors[: len(pairs)], vectors[len(pairs) :]


# --- 1. Recall@k ---


def recall_at_k_solution(scores, relevant, k):
    own = scores.gather(1, relevant.unsqueeze(1))  # (Q, 1), the score of the right response
    ranks = (scores >= own).sum(1)  # (Q,), the right response counts itself: the first has rank 1
    return (ranks <= k).float()


def _own(scores, relevant):
    return scores.gather(1, relevant.unsqueeze(1))


def _ranks(scores, relevant):
    return (scores >= _own(scores, relevant)).sum(1)


def _place_by_argsort(scores, relevant):
    """What argsort holds at the place of the right response: no rank, but often taken for one."""
    return _own(scores.argsort(dim=1, descending=True), relevant).squeeze(1) + 1


def _rank_of_the_query(scores, relevant):
    """The place of the query among all queries, for its right response."""
    return (scores[:, relevant] >= _own(scores, relevant).T).sum(0)


def _worst_first(scores, relevant):
    return (scores <= _own(scores, relevant)).sum(1)


def _on_the_diagonal(scores, relevant):
    return _ranks(scores, torch.arange(len(scores)))


def _recall_from_zero(scores, relevant, k):
    return (_ranks(scores, relevant) - 1 <= k).float()


def _recall_below_k(scores, relevant, k):
    return (_ranks(scores, relevant) < k).float()


def _recall_only_first(scores, relevant, k):
    return (_ranks(scores, relevant) == 1).float()


def _recall_misses(scores, relevant, k):
    return (_ranks(scores, relevant) > k).float()


def _recall_by_argsort(scores, relevant, k):
    return (_place_by_argsort(scores, relevant) <= k).float()


def _recall_of_index(scores, relevant, k):
    return (relevant < k).float()


def _recall_worst_first(scores, relevant, k):
    return (_worst_first(scores, relevant) <= k).float()


def _recall_of_queries(scores, relevant, k):
    return (_rank_of_the_query(scores, relevant) <= k).float()


def _recall_diagonal(scores, relevant, k):
    return (_on_the_diagonal(scores, relevant) <= k).float()


def _recall_mean(scores, relevant, k):
    return recall_at_k_solution(scores, relevant, k).mean()


def _recall_bool(scores, relevant, k):
    return _ranks(scores, relevant) <= k


def _recall_ties_for_us(scores, relevant, k):
    return ((scores > _own(scores, relevant)).sum(1) + 1 <= k).float()


def _recall_above_the_next(scores, relevant, k):
    return (_own(scores, relevant) > scores.topk(k + 1).values[:, -1:]).squeeze(1).float()


BY_ARGSORT = (
    "argsort tells which response stands at a place, not at which place a response stands. Count the scores "
    "that are as large as the right one's."
)
OF_QUERIES = "you rank the queries of a response. Rank the responses of a query: along dim 1."
WORST_FIRST = "you count from the worst: the largest score has rank 1."
DIAGONAL = "you take response i for query i. `relevant` tells which is the right one."
RECALL_FAULTS = {
    _recall_from_zero: "rank k + 1 still counts in yours. Do your ranks begin at 0? The first place is rank "
    "1: count the right response itself, or add 1 to those that are better.",
    _recall_below_k: "rank k itself belongs to the first k, too: with ranks from 1, `<= k`.",
    _recall_only_first: "only the first place counts in yours, whatever k is.",
    _recall_misses: "that is the share of misses. A query that finds its response gets 1.0.",
    _recall_by_argsort: BY_ARGSORT,
    _recall_of_index: "you compare the index of the right response with k. Its score decides its rank.",
    _recall_worst_first: WORST_FIRST,
    _recall_of_queries: OF_QUERIES,
    _recall_diagonal: DIAGONAL,
}
A_VALUE_EACH = (
    "A value for each query is expected; take the mean afterwards. An interval needs the values one by one."
)
TIES = (
    "where others have the same score as the right response, a tie counts against us: it comes behind all of "
    "them, with `>=` and not `>`. Otherwise a model that gives 0 to everything finds everything."
)


def _searches() -> list[dict]:
    """Scores without ties, of odd shapes; only the last has more queries than responses."""
    cases = []
    for Q, N, k in [(5, 6, 2), (3, 9, 1), (4, 11, 4), (7, 7, 3), (2, 5, 2), (12, 5, 2)]:
        scores = torch.stack([torch.randperm(N) for _ in range(Q)]) / N + 0.02 * torch.rand(Q, 1) - 0.5
        cases.append({"scores": scores, "relevant": torch.randint(N, (Q,)), "k": k})
    cases.insert(4, {"scores": 1e30 * torch.randn(6, 8), "relevant": torch.randint(8, (6,)), "k": 3})
    return cases


def _tied() -> list[dict]:
    scores = torch.tensor([[0.5, 0.5, 0.1, 0.0], [0.2, 0.7, 0.7, 0.7], [0.3, 0.9, 0.1, 0.3]])
    cases = [
        {"scores": scores, "relevant": torch.tensor(r), "k": k} for r, k in [([0, 1, 0], 1), ([0, 2, 3], 2)]
    ]
    cases.append({"scores": torch.zeros(3, 4), "relevant": torch.tensor([0, 2, 3]), "k": 3})
    return cases


def _check_search(answer: Callable, solution: Callable, faults: dict, what: str) -> None:
    """The part of the check that recall and reciprocal ranks have in common."""
    *cases, tall = _searches()
    got = [expect_tensor(answer(**case), (len(case["scores"]),), A_VALUE_EACH) for case in cases]
    if not all(same(mine, solution(**case)) for mine, case in zip(got, cases, strict=True)):
        _tell(faults, got, cases)
    got.append(expect_tensor(answer(**tall), (len(tall["scores"]),), A_VALUE_EACH))
    for case, mine in zip([*cases, tall], got, strict=True):
        right = solution(**case)
        if not same(mine, right):
            row = (mine - right).abs().argmax()
            raise NotYet(
                f"for the scores {_show(case['scores'][row])}, right response {case['relevant'][row]} and "
                f"k = {case['k']}, {what} is {right[row]:.4g}; yours is {mine[row]:.4g}."
            )
    for case in _tied():
        mine, right = expect_tensor(answer(**case), (3,)), solution(**case)
        if not same(mine, right):
            row = (mine - right).abs().argmax()
            raise NotYet(
                f"for the scores {_show(case['scores'][row])}, right response {case['relevant'][row]} and "
                f"k = {case['k']}, yours gives {mine[row]:.4g}, not {right[row]:.4g}: {TIES}"
            )
    case = {"scores": torch.tensor([[0.1, 0.9, 0.4]]), "relevant": torch.tensor([2]), "k": 10}
    try:
        mine = expect_tensor(answer(**case), (1,))
    except Raised as raised:
        raise NotYet(
            f"with 3 responses and k = 10 your code raised {type(raised.error).__name__}. Then all of them "
            "are among the first 10: count ranks instead of taking the k best."
        ) from None
    if not same(mine, solution(**case)):
        raise NotYet(
            f"with 3 responses and k = 10, {what} is {solution(**case).item():.4g}, not {mine.item():.4g}."
        )


def _check_recall_at_k(answer):
    _check_search(answer, recall_at_k_solution, RECALL_FAULTS, "recall")
    pairs, queries, responses = _clinic()
    case = {"scores": queries @ responses.T, "relevant": torch.arange(len(pairs))}
    found = {}
    for k in (1, 10):
        mine = expect_tensor(answer(**case, k=k), (len(pairs),))
        ours = custom_embeddings.recall_at_k(custom_embeddings.ranks(**case), k)
        if not same(mine, ours):
            raise NotYet(
                f"small inputs are right, but with MiniLM on the clinic recall@{k} is {ours.mean():.3f}; "
                f"yours is {mine.mean():.3f}."
            )
        found[k] = mine.mean().item()
    return (
        f"MiniLM finds {found[1]:.0%} of {len(pairs)} clinic responses at once, and {found[10]:.0%} among "
        "the first ten, by yours as by the course's. This is the number that fine-tuning has to move."
    )


recall_at_k = Exercise(
    name="recall_at_k",
    minutes=4,
    stars=1,
    check=_check_recall_at_k,
    hints=[
        "First the rank of the right response: how many scores in its row are as large as its own? It counts "
        "itself, so the first has rank 1.",
        "`scores.gather(1, relevant.unsqueeze(1))` are the scores of the right responses, (Q, 1).",
        "`ranks = (scores >= own).sum(1)`. `>=` lets a tie count against us. Then `(ranks <= k).float()`.",
    ],
    solution=recall_at_k_solution,
    mistakes={
        _recall_from_zero: "ranks begin at 0",
        _recall_below_k: "rank k itself belongs",
        _recall_only_first: "only the first place",
        _recall_misses: "share of misses",
        _recall_by_argsort: "argsort tells which",
        _recall_of_index: "index of the right response",
        _recall_worst_first: "from the worst",
        _recall_of_queries: "rank the queries",
        _recall_diagonal: "`relevant` tells",
        _recall_mean: "A value for each query",
        _recall_bool: "holds bool",
        _recall_ties_for_us: "right response 0 and k = 1, yours gives 1, not 0: where others have the same "
        "score",
        _recall_above_the_next: "count ranks instead",
    },
)


# --- 2. Reciprocal ranks ---


def reciprocal_ranks_solution(scores, relevant, k):
    own = scores.gather(1, relevant.unsqueeze(1))  # (Q, 1)
    ranks = (scores >= own).sum(1)  # (Q,), from 1
    return torch.where(ranks <= k, 1 / ranks, 0.0)


def _cut(values, ranks, k):
    return torch.where(ranks <= k, values, 0.0)


def _reciprocal_from_zero(scores, relevant, k):
    ranks = _ranks(scores, relevant) - 1
    return _cut(1 / ranks, ranks, k)


def _reciprocal_plus_one(scores, relevant, k):
    ranks = _ranks(scores, relevant)
    return _cut(1 / (ranks + 1), ranks, k)


def _reciprocal_never_cut(scores, relevant, k):
    return 1 / _ranks(scores, relevant)


def _reciprocal_cut_early(scores, relevant, k):
    ranks = _ranks(scores, relevant)
    return _cut(1 / ranks, ranks, k - 1)


def _reciprocal_cut_late(scores, relevant, k):
    ranks = _ranks(scores, relevant)
    return _cut(1 / ranks, ranks, k + 1)


def _reciprocal_clamped(scores, relevant, k):
    return 1 / _ranks(scores, relevant).clamp(max=k)


def _reciprocal_whole(scores, relevant, k):
    ranks = _ranks(scores, relevant)
    return _cut((1 // ranks).float(), ranks, k)


def _reciprocal_recall(scores, relevant, k):
    return recall_at_k_solution(scores, relevant, k)


def _reciprocal_rank_itself(scores, relevant, k):
    ranks = _ranks(scores, relevant)
    return _cut(ranks.float(), ranks, k)


def _reciprocal_logarithm(scores, relevant, k):
    ranks = _ranks(scores, relevant)
    return _cut(1 / (1 + ranks).log2(), ranks, k)


def _reciprocal_by_argsort(scores, relevant, k):
    ranks = _place_by_argsort(scores, relevant)
    return _cut(1 / ranks, ranks, k)


def _reciprocal_of_index(scores, relevant, k):
    return _cut(1 / (relevant + 1), relevant + 1, k)


def _reciprocal_worst_first(scores, relevant, k):
    ranks = _worst_first(scores, relevant)
    return _cut(1 / ranks, ranks, k)


def _reciprocal_of_queries(scores, relevant, k):
    ranks = _rank_of_the_query(scores, relevant)
    return _cut(1 / ranks, ranks, k)


def _reciprocal_diagonal(scores, relevant, k):
    ranks = _on_the_diagonal(scores, relevant)
    return _cut(1 / ranks, ranks, k)


def _reciprocal_mean(scores, relevant, k):
    return reciprocal_ranks_solution(scores, relevant, k).mean()


def _one_over_the_mean_rank(scores, relevant, k):
    return 1 / _ranks(scores, relevant).float().mean()


def _one_over_the_mean_rank_for_all(scores, relevant, k):
    return _one_over_the_mean_rank(scores, relevant, k).expand(len(scores))


def _reciprocal_ties_for_us(scores, relevant, k):
    ranks = (scores > _own(scores, relevant)).sum(1) + 1
    return _cut(1 / ranks, ranks, k)


def _reciprocal_ties_in_the_middle(scores, relevant, k):
    own = _own(scores, relevant)
    ranks = ((scores > own).sum(1) + 1 + (scores >= own).sum(1)) / 2
    return _cut(1 / ranks, ranks, k)


RECIPROCAL_FAULTS = {
    _reciprocal_plus_one: "you divide by rank + 1. Ranks already begin at 1: a first place is worth 1, a "
    "second 1/2.",
    _reciprocal_never_cut: "the cut-off is missing: beyond rank k a query gets 0.",
    _reciprocal_cut_early: "you cut off too early: rank k itself still counts, `ranks <= k`.",
    _reciprocal_cut_late: "you cut off too late: the last rank that counts is k.",
    _reciprocal_clamped: "beyond rank k yours gives 1/k. A response that far down is worth 0.",
    _reciprocal_whole: "you divide whole numbers with `//`, and all but rank 1 become 0. Use `/`.",
    _reciprocal_recall: "that is recall@k: all ranks up to k count the same in yours. Divide by the rank.",
    _reciprocal_rank_itself: "that is the rank. Its reciprocal, 1 / rank, makes a better search larger.",
    _reciprocal_logarithm: "you divide by log2(1 + rank): that is the gain of nDCG. Divide by the rank.",
    _one_over_the_mean_rank_for_all: "that is 1 / the mean rank, for all queries alike. Take 1 / rank for "
    "each query: the mean of the reciprocals is not the reciprocal of the mean.",
    _reciprocal_by_argsort: BY_ARGSORT,
    _reciprocal_of_index: "you divide by the index of the right response. Its score decides its rank.",
    _reciprocal_worst_first: WORST_FIRST,
    _reciprocal_of_queries: OF_QUERIES,
    _reciprocal_diagonal: DIAGONAL,
}


def _check_reciprocal_ranks(answer):
    for case in _searches()[:-1]:
        got = answer(**case)
        if isinstance(got, (Tensor, float)) and same(torch.as_tensor(got), _one_over_the_mean_rank(**case)):
            raise NotYet(
                "that is 1 / the mean rank, in which one bad query spoils all. Take 1 / rank for each "
                "query: the mean of the reciprocals is not the reciprocal of the mean."
            )
        if isinstance(got, Tensor) and got.is_floating_point() and got.isinf().any():
            raise NotYet(
                "your ranks begin at 0, and the best place of all divides by 0. The first place is rank 1: "
                "count the right response itself, or add 1 to those that are better."
            )
    _check_search(answer, reciprocal_ranks_solution, RECIPROCAL_FAULTS, "the reciprocal rank")
    from sklearn.metrics import label_ranking_average_precision_score

    pairs, queries, responses = _clinic()
    Q = len(pairs)
    scores, relevant = queries @ responses.T, torch.arange(Q)
    mine = expect_tensor(answer(scores, relevant, Q), (Q,)).mean().item()
    theirs = label_ranking_average_precision_score(torch.eye(Q).numpy(), scores.numpy())
    if not abs(mine - theirs) < 1e-5:
        raise NotYet(
            f"small inputs are right, but MiniLM's MRR on the clinic is {theirs:.4f}, not {mine:.4f}."
        )
    cut = expect_tensor(answer(scores, relevant, 10), (Q,)).mean().item()
    return (
        f"MiniLM's MRR on {Q} clinic queries is {mine:.3f} with yours, as scikit-learn finds (difference "
        f"{abs(mine - theirs):.0e}), and {cut:.3f} when cut off at 10. Nobody reads beyond that."
    )


reciprocal_ranks = Exercise(
    name="reciprocal_ranks",
    minutes=5,
    stars=1,
    check=_check_reciprocal_ranks,
    hints=[
        "You need the rank of each query's right response, from 1, as in `recall_at_k`.",
        "The value of a query is `1 / rank`, or 0 where the rank is larger than k. No mean yet.",
        "`torch.where(ranks <= k, 1 / ranks, 0.0)`.",
    ],
    solution=reciprocal_ranks_solution,
    mistakes={
        _reciprocal_from_zero: "divides by 0",
        _reciprocal_plus_one: "rank + 1",
        _reciprocal_never_cut: "cut-off is missing",
        _reciprocal_cut_early: "too early",
        _reciprocal_cut_late: "too late",
        _reciprocal_clamped: "yours gives 1/k",
        _reciprocal_whole: "`//`",
        _reciprocal_recall: "that is recall@k",
        _reciprocal_rank_itself: "that is the rank",
        _reciprocal_logarithm: "nDCG",
        _reciprocal_by_argsort: "argsort tells which",
        _reciprocal_of_index: "index of the right response",
        _reciprocal_worst_first: "from the worst",
        _reciprocal_of_queries: "rank the queries",
        _reciprocal_diagonal: "`relevant` tells",
        _reciprocal_mean: "A value for each query",
        _one_over_the_mean_rank: "one bad query spoils all",
        _one_over_the_mean_rank_for_all: "for all queries alike",
        _reciprocal_ties_for_us: "yours gives 1, not 0: where others have the same score",
        _reciprocal_ties_in_the_middle: "comes behind all of them",
    },
)


# --- 3. The loss over a batch ---


def in_batch_loss_solution(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    candidates = responses if hard_negatives is None else torch.cat([responses, hard_negatives])
    logits = scale * F.normalize(queries, dim=1) @ F.normalize(candidates, dim=1).T  # (B, B + N)
    labels = torch.arange(len(queries))  # response i belongs to query i
    loss = F.cross_entropy(logits, labels)
    if symmetric:
        back = F.cross_entropy(logits[:, : len(queries)].T, labels)
        loss = (loss + back) / 2
    return loss


def _cosines(queries, responses, hard_negatives=None):
    candidates = responses if hard_negatives is None else torch.cat([responses, hard_negatives])
    return F.normalize(queries, dim=1) @ F.normalize(candidates, dim=1).T


def _entropy(logits):
    return F.cross_entropy(logits, torch.arange(len(logits)))


def _both(logits, symmetric, entropy=_entropy):
    """The loss of these logits with `entropy` for the cross-entropy, and the way back if asked for."""
    if symmetric:
        return (entropy(logits) + entropy(logits[:, : len(logits)].T)) / 2
    return entropy(logits)


def _no_scale(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return _both(_cosines(queries, responses, hard_negatives), symmetric)


def _divides_by_scale(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return _both(_cosines(queries, responses, hard_negatives) / scale, symmetric)


def _always_twenty(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return in_batch_loss_solution(queries, responses, hard_negatives, 20.0, symmetric)


def _dot_products(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    candidates = responses if hard_negatives is None else torch.cat([responses, hard_negatives])
    return _both(scale * queries @ candidates.T, symmetric)


def _dot_products_no_scale(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return _dot_products(queries, responses, hard_negatives, 1.0, symmetric)


def _only_queries_normalised(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return _dot_products(F.normalize(queries, dim=1), responses, hard_negatives, scale, symmetric)


def _only_responses_normalised(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return _dot_products(queries, F.normalize(responses, dim=1), hard_negatives, scale, symmetric)


def _normalised_over_the_batch(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return _dot_products(F.normalize(queries, dim=0), F.normalize(responses, dim=0), None, scale, symmetric)


def _distances(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return _both(-scale * torch.cdist(queries, responses), symmetric)


def _labels_zero(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses, hard_negatives)
    return F.cross_entropy(logits, torch.zeros(len(queries), dtype=torch.long))


def _labels_backwards(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses, hard_negatives)
    return F.cross_entropy(logits, torch.arange(len(queries)).flip(0))


def _labels_drawn(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses, hard_negatives)
    return F.cross_entropy(logits, torch.randperm(len(queries)))


def _summed(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return in_batch_loss_solution(queries, responses, hard_negatives, scale, symmetric) * len(queries)


def _over_all_entries(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses, hard_negatives)
    return -(logits.log_softmax(1) * torch.eye(*logits.shape)).mean()


def _one_each(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses, hard_negatives)
    return F.cross_entropy(logits, torch.arange(len(queries)), reduction="none")


def _no_minus(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return -in_batch_loss_solution(queries, responses, hard_negatives, scale, symmetric)


def _in_bits(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return in_batch_loss_solution(queries, responses, hard_negatives, scale, symmetric) / math.log(2)


def _probability_not_logarithm(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses, hard_negatives)
    return 1 - logits.softmax(1).diagonal().mean()


def _minus_the_probability(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses, hard_negatives)
    return _both(logits, symmetric, lambda x: F.nll_loss(x.softmax(1), torch.arange(len(x))))


def _softmax_twice(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return _both(
        scale * _cosines(queries, responses, hard_negatives), symmetric, lambda x: _entropy(x.softmax(1))
    )


def _only_pulls(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return 1 - F.cosine_similarity(queries, responses).mean()


def _right_one_left_out(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    def entropy(logits):
        wrong = logits.masked_fill(torch.eye(*logits.shape, dtype=torch.bool), -math.inf)
        return (wrong.logsumexp(1) - logits.diagonal()).mean()

    return _both(scale * _cosines(queries, responses, hard_negatives), symmetric, entropy)


def _yes_or_no(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses, hard_negatives)
    return F.binary_cross_entropy_with_logits(logits, torch.eye(*logits.shape))


def _over_the_columns(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return _entropy(scale * _cosines(queries, responses).T)


def _always_both_ways(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return in_batch_loss_solution(queries, responses, hard_negatives, scale, True)


def _by_hand(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    def entropy(logits):
        powers = logits.exp()
        return -(powers.diagonal() / powers.sum(1)).log().mean()

    return _both(scale * _cosines(queries, responses, hard_negatives), symmetric, entropy)


def _a_plain_number(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return in_batch_loss_solution(queries, responses, hard_negatives, scale, symmetric).item()


def _no_gradient(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return in_batch_loss_solution(queries, responses, hard_negatives, scale, symmetric).detach()


def _responses_detached(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return in_batch_loss_solution(queries, responses.detach(), hard_negatives, scale, symmetric)


def _hard_ones_forgotten(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return in_batch_loss_solution(queries, responses, None, scale, symmetric)


def _each_its_own_hard_one(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses)
    if hard_negatives is not None:
        own = scale * F.cosine_similarity(queries, hard_negatives).unsqueeze(1)
        logits = torch.cat([logits, own], dim=1)
    return _both(logits, symmetric)


def _only_hard_ones(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    if hard_negatives is None:
        return in_batch_loss_solution(queries, responses, None, scale, symmetric)
    right = F.cosine_similarity(queries, responses).unsqueeze(1)
    logits = scale * torch.cat([right, _cosines(queries, hard_negatives)], dim=1)
    return F.cross_entropy(logits, torch.zeros(len(queries), dtype=torch.long))


def _hard_ones_first(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    if hard_negatives is None:
        return in_batch_loss_solution(queries, responses, None, scale, symmetric)
    return _both(scale * _cosines(queries, hard_negatives, responses), symmetric)


def _hard_ones_not_normalised(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses)
    if hard_negatives is not None:
        logits = torch.cat([logits, scale * F.normalize(queries, dim=1) @ hard_negatives.T], dim=1)
    return _both(logits, symmetric)


def _never_both_ways(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return in_batch_loss_solution(queries, responses, hard_negatives, scale)


def _both_ways_summed(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return in_batch_loss_solution(queries, responses, hard_negatives, scale, symmetric) * (1 + symmetric)


def _only_the_way_back(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses, hard_negatives)
    return _entropy(logits[:, : len(queries)].T) if symmetric else _entropy(logits)


def _symmetric_logits(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses, hard_negatives)
    if symmetric:
        square = logits[:, : len(queries)]
        logits = torch.cat([(square + square.T) / 2, logits[:, len(queries) :]], dim=1)
    return _entropy(logits)


def _hard_ones_lost_both_ways(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    return in_batch_loss_solution(queries, responses, None if symmetric else hard_negatives, scale, symmetric)


def _hard_ones_on_the_way_back(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    loss = in_batch_loss_solution(queries, responses, hard_negatives, scale)
    if symmetric:
        loss = (loss + in_batch_loss_solution(responses, queries, hard_negatives, scale)) / 2
    return loss


def _transposes_all(queries, responses, hard_negatives=None, scale=20.0, symmetric=False):
    logits = scale * _cosines(queries, responses, hard_negatives)
    loss = _entropy(logits)
    if symmetric:
        loss = (loss + F.cross_entropy(logits.T, torch.arange(len(queries)))) / 2
    return loss


LOSS_FAULTS = {
    _no_scale: "the scale has no effect. Multiply the cosines by it: from −1 to 1, a softmax over them is "
    "nearly flat.",
    _divides_by_scale: "you divide by the scale. It is 1 / temperature: multiply.",
    _dot_products: "these are dot products, in which a long vector is near everything. Make all vectors of "
    "length 1.",
    _dot_products_no_scale: "these are dot products without a scale. Make all vectors of length 1, then "
    "multiply by the scale.",
    _only_queries_normalised: "the responses keep their length. Make all vectors of length 1.",
    _only_responses_normalised: "the queries keep their length. Make all vectors of length 1.",
    _normalised_over_the_batch: "you normalise down the batch, dim 0. A vector is a row: dim 1.",
    _distances: "you use distances. Use cosines, times the scale.",
    _labels_zero: "your labels are all 0, so every query should find the first response. Query i has "
    "response i: `torch.arange(B)`.",
    _labels_backwards: "your labels run backwards. Query i has response i: `torch.arange(B)`.",
    _summed: "that is the sum over the batch. Take the mean, so that the step does not grow with the batch.",
    _over_all_entries: "you divide by all entries of the table. The mean is over the B queries only.",
    _no_minus: "the minus is missing: the logarithm of a probability is negative, and a loss should fall "
    "towards 0.",
    _in_bits: "that is in bits. Use the natural logarithm.",
    _probability_not_logarithm: "that is 1 − the probability of the right one. Take minus its logarithm.",
    _minus_the_probability: "that is minus the probability of the right one; its logarithm is missing. "
    "`nll_loss` wants `log_softmax`, `cross_entropy` wants the logits.",
    _softmax_twice: "the softmax is taken twice: `cross_entropy` takes logits and does it itself.",
    _only_pulls: "yours only pulls pairs together. The other responses of the batch must be pushed away, or "
    "all vectors may become the same.",
    _right_one_left_out: "the right response is missing in the denominator: the softmax runs over all "
    "responses.",
    _yes_or_no: "that is a yes or no for each entry. One choice among all responses is expected: "
    "`cross_entropy`.",
    _over_the_columns: "yours lets each response find its query. Each query has to find its response: a row "
    "is a query.",
    _always_both_ways: "yours takes the mean of both ways though `symmetric` is False.",
}
HARD_FAULTS = {
    _hard_ones_forgotten: "`hard_negatives` have no effect. They are more wrong answers: more columns.",
    _each_its_own_hard_one: "each query sees only one of the hard negatives. All are wrong answers for all "
    "queries: B + N columns.",
    _only_hard_ones: "with hard negatives, the other responses of the batch are forgotten. Both are wrong "
    "answers.",
    _hard_ones_first: "the hard negatives come first, so that the labels point at them. Append them behind "
    "the responses.",
    _hard_ones_not_normalised: "the hard negatives keep their length. Make all vectors of length 1.",
}
SYMMETRIC_FAULTS = {
    _never_both_ways: "`symmetric` has no effect. Add the way back: each response finds its query, "
    "`logits.T`.",
    _both_ways_summed: "you add both ways. Take their mean.",
    _only_the_way_back: "with `symmetric`, yours is only the way back. Take the mean of both ways.",
    _symmetric_logits: "you make the table symmetric. Take two losses, of it and of its transpose, and "
    "their mean.",
}
SYMMETRIC_HARD_FAULTS = {
    _hard_ones_lost_both_ways: "with `symmetric`, the hard negatives are lost on the way from queries to "
    "responses.",
    _hard_ones_on_the_way_back: "hard negatives are no queries: on the way back a response chooses among "
    "the B queries.",
}


def _loss(got: object) -> Tensor:
    """`got`, if it is a tensor of one number."""
    if isinstance(got, (float, int)) and not isinstance(got, bool):
        raise NotYet(
            "a tensor is expected, not a plain number: no gradient can flow through that. Leave out "
            "`.item()`."
        )
    hint = "One number: the mean over the queries." if isinstance(got, Tensor) and got.dim() else ""
    return expect_tensor(got, (), hint)


def _batch(B: int, C: int, N: int = 0, **more: object) -> dict:
    """Pairs that resemble each other a little, of unequal lengths, and N hard negatives."""
    rows = [torch.randn(B, C)]
    rows.append(0.5 * rows[0] + torch.randn(B, C))
    if N:
        rows.append(rows[0][torch.arange(N) % B] + torch.randn(N, C))
    rows = [x * (0.2 + 2 * torch.rand(len(x), 1)) for x in rows]
    return dict(zip(("queries", "responses", "hard_negatives"), rows, strict=False)) | more


def _check_losses(answer: Callable, cases: Sequence[dict], faults: dict[Callable, str], where: str) -> None:
    got = [_loss(answer(**case)) for case in cases]
    expected = [in_batch_loss_solution(**case) for case in cases]
    if all(map(same, got, expected)):
        return
    _tell(faults, got, cases)
    wrong = next(i for i in range(len(cases)) if not same(got[i], expected[i]))
    B, C = cases[wrong]["queries"].shape
    raise NotYet(
        f"for {B} pairs of width {C}{where}, the loss is {expected[wrong]:.4f}; yours is {got[wrong]:.4f}."
    )


def _check_in_batch_loss(answer):
    cases = [_batch(*shape) for shape in [(3, 4), (5, 8), (2, 3), (8, 2), (6, 16), (4, 1)]]
    if not same(_loss(answer(**cases[1])), again := _loss(answer(**cases[1]))) and again.isfinite():
        raise NotYet(
            "the same batch gives another loss each time. Are the labels drawn? Query i has response i."
        )
    _check_losses(answer, cases, LOSS_FAULTS, "")
    scaled = [_batch(5, 6, scale=scale) for scale in (1.0, 5.0, 50.0)]
    _check_losses(
        answer,
        scaled,
        {_always_twenty: "your scale is always 20. Use the argument `scale`."},
        " and another scale",
    )
    _check_losses(answer, [_batch(4, 5, 4), _batch(6, 3, 6)], HARD_FAULTS, " with as many hard negatives")
    try:
        _check_losses(
            answer,
            [_batch(4, 5, 7), _batch(5, 6, 2), _batch(1, 4, 3)],
            HARD_FAULTS,
            " with other numbers of hard negatives",
        )
    except Raised as raised:
        raise NotYet(
            f"with 4 pairs and 7 hard negatives your code raised {type(raised.error).__name__}. There may be "
            "more or fewer of them than pairs: all are wrong answers for all queries, B + N columns."
        ) from None
    _check_losses(
        answer, [_batch(4, 5, symmetric=True), _batch(7, 3, symmetric=True)], SYMMETRIC_FAULTS, ", symmetric,"
    )
    both = [_batch(4, 5, 3, symmetric=True), _batch(3, 6, 3, symmetric=True)]
    try:
        _check_losses(answer, both, SYMMETRIC_HARD_FAULTS, ", symmetric with hard negatives,")
    except Raised as raised:
        raise NotYet(
            f"symmetric with hard negatives, your code raised {type(raised.error).__name__}. The way back "
            "needs the B columns of the responses only: `logits[:, :B].T`."
        ) from None
    _check_gradient(answer)
    extreme = _batch(4, 3, scale=200.0)
    opposite = extreme | {"responses": -extreme["queries"]}
    for case in (extreme, opposite):
        try:
            got = _loss(answer(**case))
        except NotYet:
            got = torch.tensor(math.nan)
        if not same(got, in_batch_loss_solution(**case)):
            raise NotYet(
                f"at a scale of 200 the loss is {in_batch_loss_solution(**case):.2f}, yours {got:.4g}: "
                "exp(200) does not fit into a float, or a probability is rounded to 0 and has no logarithm. "
                "`F.cross_entropy` takes the logits and avoids both."
            )
    return _beside_the_library(answer)


def _check_gradient(answer: Callable) -> None:
    case = _batch(4, 5, 3)
    grads = []
    for loss in (in_batch_loss_solution, answer):
        leaves = {name: value.clone().requires_grad_() for name, value in case.items()}
        value = loss(**leaves)
        if not value.requires_grad:
            raise NotYet(
                "the number is right, but no gradient flows through it, so nothing would be learnt. Leave "
                "out `detach`, `no_grad` and `.data`."
            )
        grads.append(torch.autograd.grad(value, list(leaves.values()), allow_unused=True))
    for name, right, mine in zip(case, *grads, strict=True):
        if mine is None:
            raise NotYet(f"the number is right, but no gradient reaches the {name.replace('_', ' ')}.")
        if not same(mine, right):
            raise NotYet(f"the number is right, but the gradient of the {name.replace('_', ' ')} is not.")


def _beside_the_library(answer: Callable) -> str:
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    _, queries, responses = _clinic()
    theirs = MultipleNegativesRankingLoss(model=None).compute_loss_from_embeddings(
        [queries[:32], responses[:32]], None
    )
    mine = _loss(answer(queries[:32], responses[:32]))
    apart = (mine - theirs).abs().item()
    if not apart < 1e-4:
        raise NotYet(
            f"small inputs are right, but on 32 clinic pairs MiniLM's loss is {theirs:.4f}, not {mine:.4f}."
        )
    return (
        f"On 32 clinic pairs MiniLM's loss is {mine:.3f}: max |difference| {apart:.0e} from "
        f"MultipleNegativesRankingLoss. Guessing would be ln 32 = {math.log(32):.3f}."
    )


in_batch_loss = Exercise(
    name="in_batch_loss",
    minutes=10,
    stars=2,
    check=_check_in_batch_loss,
    hints=[
        "It is a classification: among all responses of the batch, which is mine? The logits are scale "
        "times the cosines, a row for each query.",
        "`F.normalize(x, dim=1)` makes rows of length 1. Query i has response i, so the labels are "
        "`torch.arange(B)`, and `F.cross_entropy(logits, labels)` does the rest.",
        "Hard negatives are more columns: `torch.cat([responses, hard_negatives])` before the product.",
        "The way back is the same loss of `logits[:, :B].T`. With `symmetric`, return the mean of both.",
    ],
    solution=in_batch_loss_solution,
    mistakes={
        _no_scale: "the scale has no effect",
        _divides_by_scale: "divide by the scale",
        _always_twenty: "always 20",
        _dot_products: "these are dot products, in",
        _dot_products_no_scale: "dot products without a scale",
        _only_queries_normalised: "the responses keep their length",
        _only_responses_normalised: "the queries keep their length",
        _normalised_over_the_batch: "down the batch",
        _distances: "you use distances",
        _labels_zero: "all 0",
        _labels_backwards: "run backwards",
        _labels_drawn: "another loss each time",
        _summed: "sum over the batch",
        _over_all_entries: "all entries of the table",
        _one_each: "One number: the mean over the queries",
        _no_minus: "minus is missing",
        _in_bits: "in bits",
        _probability_not_logarithm: "1 − the probability",
        _minus_the_probability: "its logarithm is missing",
        _softmax_twice: "taken twice",
        _only_pulls: "only pulls",
        _right_one_left_out: "denominator",
        _yes_or_no: "yes or no",
        _over_the_columns: "each response find its query",
        _always_both_ways: "`symmetric` is False",
        _by_hand: "exp(200)",
        _a_plain_number: "not a plain number",
        _no_gradient: "no gradient flows",
        _responses_detached: "reaches the responses",
        _hard_ones_forgotten: "`hard_negatives` have no effect",
        _each_its_own_hard_one: "only one of the hard negatives",
        _only_hard_ones: "responses of the batch are forgotten",
        _hard_ones_first: "labels point at them",
        _hard_ones_not_normalised: "the hard negatives keep their length",
        _never_both_ways: "`symmetric` has no effect",
        _both_ways_summed: "you add both ways",
        _only_the_way_back: "only the way back",
        _symmetric_logits: "make the table symmetric",
        _hard_ones_lost_both_ways: "hard negatives are lost",
        _hard_ones_on_the_way_back: "are no queries",
        _transposes_all: "columns of the responses only",
    },
)


# --- 4. Hard negatives ---


def mine_hard_negatives_solution(queries, responses, k=1):
    cosines = F.normalize(queries, dim=1) @ F.normalize(responses, dim=1).T  # (N, N)
    right = (responses.unsqueeze(1) == responses.unsqueeze(0)).all(-1)  # itself and equal copies
    return cosines.masked_fill(right, -math.inf).topk(k, dim=1).indices  # (N, k)


def _itself(responses):
    return torch.eye(len(responses), dtype=torch.bool)


def _right_ones(responses):
    return (responses.unsqueeze(1) == responses.unsqueeze(0)).all(-1)


def _closest(scores, left_out, k):
    return scores.masked_fill(left_out, -math.inf).topk(k, dim=1).indices


def _takes_the_right_one(queries, responses, k=1):
    return _cosines(queries, responses).topk(k, dim=1).indices


def _takes_copies(queries, responses, k=1):
    return _closest(_cosines(queries, responses), _itself(responses), k)


def _drops_the_closest(queries, responses, k=1):
    return _cosines(queries, responses).topk(k + 1, dim=1).indices[:, 1:]


def _least_similar(queries, responses, k=1):
    return _closest(-_cosines(queries, responses), _right_ones(responses), k)


def _least_similar_of_all(queries, responses, k=1):
    return (-_cosines(queries, responses)).topk(k, dim=1).indices


def _by_dot_product(queries, responses, k=1):
    return _closest(queries @ responses.T, _right_ones(responses), k)


def _by_distance(queries, responses, k=1):
    return _closest(-torch.cdist(queries, responses), _right_ones(responses), k)


def _along_the_columns(queries, responses, k=1):
    return _closest(_cosines(queries, responses).T, _right_ones(responses), k)


def _near_the_right_response(queries, responses, k=1):
    return _closest(_cosines(responses, responses), _right_ones(responses), k)


def _of_a_similar_query(queries, responses, k=1):
    return _closest(_cosines(queries, queries), _right_ones(responses), k)


def _masked_with_zero(queries, responses, k=1):
    return _cosines(queries, responses).masked_fill(_right_ones(responses), 0.0).topk(k, dim=1).indices


def _only_below_the_right_one(queries, responses, k=1):
    cosines = _cosines(queries, responses)
    return _closest(cosines, _right_ones(responses) | (cosines > cosines.diagonal()[:, None]), k)


def _counted_without_the_right_one(queries, responses, k=1):
    N = len(queries)
    left = _cosines(queries, responses)[~_itself(responses)].view(N, N - 1)
    return left.topk(k, dim=1).indices


def _closest_last(queries, responses, k=1):
    return mine_hard_negatives_solution(queries, responses, k).flip(1)


def _always_one(queries, responses, k=1):
    return mine_hard_negatives_solution(queries, responses, 1).expand(len(queries), k)


def _the_cosines(queries, responses, k=1):
    return _cosines(queries, responses).masked_fill(_right_ones(responses), -math.inf).topk(k, dim=1).values


def _the_vectors(queries, responses, k=1):
    return responses[mine_hard_negatives_solution(queries, responses, k)]


def _one_axis(queries, responses, k=1):
    return mine_hard_negatives_solution(queries, responses, k)[:, 0]


def _in_place(queries, responses, k=1):
    responses /= responses.norm(dim=1, keepdim=True)
    return mine_hard_negatives_solution(queries, responses, k)


MINING_FAULTS = {
    _takes_the_right_one: "yours picks the right response itself. It is no negative: set its cosine to -inf "
    "first.",
    _drops_the_closest: "you drop the closest, as if it were always the right response. Where the search "
    "fails it is another one, and that is the hardest negative of all.",
    _least_similar: "you pick the least similar ones. Those are easy: the hard ones are the closest.",
    _least_similar_of_all: "you pick the least similar ones, and do not leave out the right one. The hard "
    "ones are the closest of the wrong ones.",
    _by_dot_product: "you compare dot products, which favour long vectors. Compare cosines.",
    _by_distance: "you compare distances, which depend on the lengths. Compare cosines.",
    _along_the_columns: "yours finds queries for a response: the wrong axis. Row i of the cosines belongs "
    "to query i.",
    _near_the_right_response: "yours are near the right response. They should be near the query: that is "
    "what the search compares.",
    _of_a_similar_query: "yours belong to similar queries. Compare the query with the responses.",
    _masked_with_zero: "a cosine of 0 in place of the right one's is too much: where all others are "
    "negative, it wins. Use -inf.",
    _only_below_the_right_one: "you leave out what is closer than the right response. Those are the hardest "
    "ones.",
    _counted_without_the_right_one: "your indices count in a list without the right response, so they are "
    "one too small behind it. Mask it instead of removing it.",
    _closest_last: "your closest comes last. The closest comes first.",
    _always_one: "the same one stands k times. k different ones are expected.",
}
A_ROW_EACH = "A row of k indices for each query."


def _indices(got: object, N: int, k: int) -> Tensor:
    """`got`, if it is a tensor (N, k) of indices below N."""
    if not isinstance(got, Tensor):
        raise NotYet(f"a tensor of shape {(N, k)} is expected, not {type(got).__name__}. {A_ROW_EACH}")
    if got.dim() == 3:
        raise NotYet(f"these look like vectors, shape {tuple(got.shape)}. Return their indices, {(N, k)}.")
    if tuple(got.shape) != (N, k):
        raise NotYet(f"a tensor of shape {(N, k)} is expected; yours has {tuple(got.shape)}. {A_ROW_EACH}")
    if got.is_floating_point() or got.is_complex() or got.dtype == torch.bool:
        kind = str(got.dtype).removeprefix("torch.")
        raise NotYet(
            f"indices are whole numbers; your tensor holds {kind}. `topk` returns values and indices."
        )
    if not ((got >= 0) & (got < N)).all():
        raise NotYet(f"an index is outside 0 to {N - 1}: yours go from {got.min()} to {got.max()}.")
    return got.long()


def _pairs(N: int, C: int, closeness: float) -> dict:
    queries = torch.randn(N, C)
    responses = closeness * queries + torch.randn(N, C)
    return {
        "queries": queries * (0.3 + torch.rand(N, 1)),
        "responses": responses * (0.2 + 3 * torch.rand(N, 1)),
    }


def _fan(N: int) -> dict:
    """Queries that point away from every response: all cosines are negative."""
    around = torch.randn(N, 4)
    return {
        "queries": torch.cat([torch.full((N, 1), 6.0), around], 1),
        "responses": torch.cat([torch.full((N, 1), -6.0), around + 0.5 * torch.randn(N, 4)], 1),
    }


def _check_mine_hard_negatives(answer):
    shapes = [(5, 4, 0.5, 1), (8, 3, 1.0, 2), (12, 6, 0.7, 3), (4, 9, 2.0, 1), (9, 5, 0.0, 4), (7, 3, 0.3, 2)]
    cases = [_pairs(N, C, closeness) | {"k": k} for N, C, closeness, k in shapes]
    cases.append(_fan(6) | {"k": 2})
    got = [_indices(answer(**case), len(case["queries"]), case["k"]) for case in cases]
    expected = [mine_hard_negatives_solution(**case) for case in cases]
    if not all(map(torch.equal, got, expected)):
        for fault, words in MINING_FAULTS.items():
            if all(torch.equal(mine, fault(**case)) for mine, case in zip(got, cases, strict=True)):
                raise NotYet(words)
    for case, mine, right in zip(cases, got, expected, strict=True):
        _check_mined(case, mine, right)
    if not torch.equal(answer(cases[0]["queries"], cases[0]["responses"]), got[0]):
        raise NotYet("without k, one negative for each query is expected.")
    for N, C, k in [(6, 4, 1), (9, 5, 3)]:
        case = _pairs(N, C, 3.0) | {"k": k}
        case["responses"][N - 1] = case["responses"][1]
        case["responses"][0] = case["responses"][1]
        mine, right = _indices(answer(**case), N, k), mine_hard_negatives_solution(**case)
        _check_mined(case, mine, right)
    return _mine_the_clinic(answer)


def _check_mined(case: dict, mine: Tensor, right: Tensor) -> None:
    """Raise the first thing that is wrong with these indices. Equal responses may stand in either order."""
    cosines, responses = _cosines(case["queries"], case["responses"]), case["responses"]
    for i in range(len(mine)):
        row, best = mine[i].tolist(), right[i].tolist()
        if i in row:
            raise NotYet(f"for query {i} yours picks {row}, and response {i} is the right one.")
        copies = [j for j in row if responses[j].equal(responses[i])]
        if copies:
            raise NotYet(
                f"response {copies[0]} is an equal copy of response {i}, the right one of query {i}, and "
                "yours picks it as wrong. The model would be taught to push its right answer away: leave "
                "out all rows that are equal to it."
            )
        if len(set(row)) < len(row):
            raise NotYet(f"for query {i} yours picks {row}. k different ones are expected.")
        if not same(cosines[i, row], cosines[i, best]):
            raise NotYet(
                f"query {i} has the cosines {_show(cosines[i])}, response {i} is the right one: the closest "
                f"wrong {'one is' if len(best) == 1 else 'ones are'} {best}; yours {row}."
            )


def _mine_the_clinic(answer: Callable) -> str:
    pairs, queries, responses = _clinic()
    mine = _indices(answer(queries, responses, 1), len(pairs), 1)
    ours = custom_embeddings.mine_hard_negatives(queries, responses, 1)
    if not mine.equal(ours):
        i = (mine != ours).flatten().nonzero()[0].item()
        raise NotYet(
            f"small inputs are right, but for clinic query {i} the closest is {ours[i, 0]}, not {mine[i, 0]}."
        )
    easy = in_batch_loss_solution(queries, responses)
    hard = in_batch_loss_solution(queries, responses, responses[mine[:, 0]])
    closer = (queries * responses[mine[:, 0]]).sum(1) > (queries * responses).sum(1)
    return (
        f"On {len(pairs)} clinic pairs yours are those of the course. {int(closer.sum())} of them are "
        "closer to their query than the right response; as hard negatives they raise MiniLM's loss from "
        f"{easy:.2f} to {hard:.2f}."
    )


mine_hard_negatives = Exercise(
    name="mine_hard_negatives",
    minutes=12,
    stars=2,
    check=_check_mine_hard_negatives,
    hints=[
        "The cosines of all queries with all responses make a table (N, N); the right responses are its "
        "diagonal.",
        "Set what must not be picked to -inf (`masked_fill` works on a copy), then take `topk(k, "
        "dim=1).indices`.",
        "Some responses may stand twice. Row i and row j are equal where `(responses.unsqueeze(1) == "
        "responses.unsqueeze(0)).all(-1)`: a mask (N, N) that holds the diagonal, too.",
    ],
    solution=mine_hard_negatives_solution,
    mistakes={
        _takes_the_right_one: "right response itself",
        _takes_copies: "equal copy",
        _drops_the_closest: "you drop the closest",
        _least_similar: "Those are easy",
        _least_similar_of_all: "do not leave out",
        _by_dot_product: "dot products",
        _by_distance: "compare distances",
        _along_the_columns: "wrong axis",
        _near_the_right_response: "near the right response",
        _of_a_similar_query: "similar queries",
        _masked_with_zero: "Use -inf",
        _only_below_the_right_one: "the hardest ones",
        _counted_without_the_right_one: "one too small",
        _closest_last: "closest comes last",
        _always_one: "stands k times",
        _the_cosines: "`topk` returns values and indices",
        _the_vectors: "Return their indices",
        _one_axis: "A row of k indices",
        _in_place: "changes its argument",
    },
)


# --- 5. Bootstrap ---


def bootstrap_interval_solution(values, level=0.95, resamples=10_000, seed=0):
    generator = torch.Generator().manual_seed(seed)
    Q = len(values)
    drawn = torch.randint(Q, (resamples, Q), generator=generator)  # queries, with replacement
    means = values[drawn].flatten(1).mean(1)  # (resamples,), each over all runs of the drawn queries
    rest = (1 - level) / 2
    return means.quantile(rest).item(), means.quantile(1 - rest).item()


def _draws(values, resamples, seed, size=None):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(len(values), (resamples, size or len(values)), generator=generator)


def _means(values, resamples=20_000, seed=0, size=None):
    return values[_draws(values, resamples, seed, size)].flatten(1).mean(1)


def _ends(means, level):
    rest = (1 - level) / 2
    return means.quantile(rest).item(), means.quantile(1 - rest).item()


def _z(level):
    return math.sqrt(2) * torch.erfinv(torch.tensor(level, dtype=torch.double)).item()


def _without_replacement(values, level=0.95, resamples=10_000, seed=0):
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.stack([torch.randperm(len(values), generator=generator) for _ in range(resamples)])
    return _ends(values[drawn].flatten(1).mean(1), level)


def _always_the_same(values, level=0.95, resamples=10_000, seed=0):
    means = []
    for _ in range(resamples):
        drawn = torch.randint(len(values), (len(values),), generator=torch.Generator().manual_seed(seed))
        means.append(values[drawn].mean())
    return _ends(torch.stack(means), level)


def _of_the_values(values, level=0.95, resamples=10_000, seed=0):
    return _ends(values.flatten(), level)


def _no_root_of_n(values, level=0.95, resamples=10_000, seed=0):
    mean, wide = values.mean().item(), _z(level) * values.std().item()
    return mean - wide, mean + wide


def _normal(values, level=0.95, resamples=10_000, seed=0):
    low, high = _no_root_of_n(values, level)
    mean, wide = (low + high) / 2, (high - low) / 2 / math.sqrt(len(values))
    return mean - wide, mean + wide


def _both_ends_full(values, level=0.95, resamples=10_000, seed=0):
    means = _means(values, resamples, seed)
    return means.quantile(1 - level).item(), means.quantile(level).item()


def _one_sided(values, level=0.95, resamples=10_000, seed=0):
    means = _means(values, resamples, seed)
    return means.min().item(), means.quantile(level).item()


def _lowest_to_highest(values, level=0.95, resamples=10_000, seed=0):
    means = _means(values, resamples, seed)
    return means.min().item(), means.max().item()


def _percent_mixed_up(values, level=0.95, resamples=10_000, seed=0):
    means, rest = _means(values, resamples, seed).numpy(), (1 - level) / 2
    return tuple(np.percentile(means, [rest, 1 - rest]).tolist())


def _one_deviation(values, level=0.95, resamples=10_000, seed=0):
    means = _means(values, resamples, seed)
    return (means.mean() - means.std()).item(), (means.mean() + means.std()).item()


def _never_the_last(values, level=0.95, resamples=10_000, seed=0):
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(len(values) - 1, (resamples, len(values)), generator=generator)
    return _ends(values[drawn].flatten(1).mean(1), level)


def _axes_swapped(values, level=0.95, resamples=10_000, seed=0):
    return _ends(values[_draws(values, len(values), seed, resamples)].mean(1), level)


def _mirrored(values, level=0.95, resamples=10_000, seed=0):
    low, high = _ends(_means(values, resamples, seed), level)
    return 2 * values.mean().item() - high, 2 * values.mean().item() - low


def _of_medians(values, level=0.95, resamples=10_000, seed=0):
    return _ends(values[_draws(values, resamples, seed)].flatten(1).quantile(0.5, dim=1), level)


def _of_sums(values, level=0.95, resamples=10_000, seed=0):
    return tuple(len(values) * end for end in bootstrap_interval_solution(values, level, resamples, seed))


def _half_the_queries(values, level=0.95, resamples=10_000, seed=0):
    return _ends(_means(values, resamples, seed, size=len(values) // 2), level)


def _too_many_queries(values, level=0.95, resamples=10_000, seed=0):
    return _ends(_means(values, 1000, seed, size=1000), level)


def _always_95(values, level=0.95, resamples=10_000, seed=0):
    return bootstrap_interval_solution(values, 0.95, resamples, seed)


def _level_is_the_rest(values, level=0.95, resamples=10_000, seed=0):
    return _ends(_means(values, resamples, seed), 1 - level)


def _always_ten_thousand(values, level=0.95, resamples=10_000, seed=0):
    return bootstrap_interval_solution(values, level, 10_000, seed)


def _never_the_same(values, level=0.95, resamples=10_000, seed=0):
    return _ends(values[torch.randint(len(values), (resamples, len(values)))].flatten(1).mean(1), level)


def _seed_forgotten(values, level=0.95, resamples=10_000, seed=0):
    return bootstrap_interval_solution(values, level, resamples, 42)


def _scores_not_queries(values, level=0.95, resamples=10_000, seed=0):
    return bootstrap_interval_solution(values.flatten(), level, resamples, seed)


def _runs_not_queries(values, level=0.95, resamples=10_000, seed=0):
    return bootstrap_interval_solution(values if values.dim() == 1 else values.T, level, resamples, seed)


def _runs_apart(values, level=0.95, resamples=10_000, seed=0):
    return _ends(_runs_apart_means(values, resamples, seed), level)


def _runs_apart_means(values, resamples, seed):
    return values[_draws(values, resamples, seed)].mean(1).flatten()


def _first_run_only(values, level=0.95, resamples=10_000, seed=0):
    return bootstrap_interval_solution(values if values.dim() == 1 else values[:, 0], level, resamples, seed)


def _high_first(values, level=0.95, resamples=10_000, seed=0):
    return bootstrap_interval_solution(values, level, resamples, seed)[::-1]


def _the_means(values, level=0.95, resamples=10_000, seed=0):
    return _means(values, resamples, seed)


INTERVAL_FAULTS = {
    _lowest_to_highest: "yours goes from the lowest to the highest mean. Cut off half of 1 − level at each "
    "end.",
    _of_the_values: "these are percentiles of the values themselves, where single queries lie. Resample the "
    "queries and take percentiles of the means.",
    _no_root_of_n: "that is mean ± z · standard deviation: where single queries lie. The mean of Q of them "
    "is surer by √Q.",
    _both_ends_full: "you cut off 1 − level at both ends, which leaves too little. Half of it belongs to "
    "each end.",
    _one_sided: "yours cuts off at the upper end only. Half of 1 − level belongs to each end.",
    _always_95: "your interval is always the one of 95 %. Use the argument `level`.",
    _percent_mixed_up: "both ends are at the very bottom: `percentile` wants percent, from 0 to 100, and "
    "`quantile` wants 0 to 1.",
    _one_deviation: "that is one standard deviation of the means to each side, about 68 % whatever `level` "
    "is. Take percentiles of the means.",
    _never_the_last: "one query is never drawn, the last. `torch.randint(Q, …)` already stops at Q − 1.",
    _mirrored: "that is the basic bootstrap, 2 · mean − percentile, mirrored. Return the percentiles "
    "themselves.",
    _of_medians: "these are medians of the resamples. Take their means.",
    _of_sums: "these are sums over the queries. Take the mean of each resample.",
    _half_the_queries: "your resamples are too small: draw Q of Q queries, as many as there are.",
    _too_many_queries: "your resamples are too large, and the interval too narrow: draw Q of Q queries, as "
    "many as there are. `resamples` is how often.",
    _level_is_the_rest: "yours holds 1 − level of the means. It should hold level of them.",
    _normal: "that is mean ± z standard errors, which assumes a bell curve: near 0 and 1 it even leaves the "
    "range of the values. Take percentiles of the resampled means.",
}
RUNS_FAULTS = {
    _scores_not_queries: "with M runs for each query, you resample single scores. Runs on the same query "
    "are no new queries: draw rows, each with all its runs, or the interval is much too narrow.",
    _runs_not_queries: "with M runs for each query, you resample the runs. Draw queries, the rows.",
    _runs_apart: "with M runs for each query, you take a mean for each run apart. One mean for each "
    "resample, over all its queries and runs, is expected.",
    _first_run_only: "with M runs for each query, only the first counts in yours.",
}


def _interval(got: object) -> tuple[float, float]:
    """`got` as two floats, the lower first."""
    if isinstance(got, (Tensor, np.ndarray)):
        got = got.tolist()
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        what = f"{len(got)} numbers" if isinstance(got, list) else type(got).__name__
        raise NotYet(f"two numbers are expected, (low, high), not {what}. Is there a `return`?")
    try:
        low, high = (float(end) for end in got)
    except (TypeError, ValueError):
        raise NotYet(f"two numbers are expected, (low, high); yours are {got!r:.60}.") from None
    if math.isnan(low) or math.isnan(high):
        raise NotYet("an end of your interval is nan.")
    if low > high:
        raise NotYet(f"the lower end comes first; yours is ({low:.3g}, {high:.3g}).")
    return low, high


@cache
def _samples() -> tuple[dict, ...]:
    """Values, level, and what the ends may be off by: a fifth of a standard error."""
    generator = torch.Generator().manual_seed(8)
    skewed = (0.7 * torch.randn(20, generator=generator)).exp()
    plain = 3 + torch.randn(15, generator=generator)
    seldom = torch.zeros(10).index_fill(0, torch.tensor([3]), 1.0)  # one hit in ten: no bell curve
    cases = [(skewed, 0.95), (plain, 0.8), (seldom, 0.95), (torch.cat([skewed, plain]), 0.9)]
    return tuple({"values": values, "level": level} for values, level in cases)


@cache
def _runs() -> tuple[dict, ...]:
    """Queries that are hard or easy in all runs alike."""
    generator = torch.Generator().manual_seed(9)
    cases = []
    for Q, M in [(12, 5), (9, 3)]:
        noise = 0.3 * torch.randn(Q, M, generator=generator) + 0.5 * torch.arange(M)
        cases.append({"values": torch.randn(Q, 1, generator=generator) + noise, "level": 0.9})
    return tuple(cases)


def _near(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether the ends differ by no more than chance explains, a sixteenth of the width."""
    slack = (b[1] - b[0]) / 16 + 1e-6
    return all(abs(x - y) < slack for x, y in zip(a, b, strict=True))


def _as_deep(a: tuple[float, float], b: tuple[float, float], means: Tensor) -> bool:
    """Whether both cut the means at nearly the same percentiles, which is fair to narrow intervals."""
    share = [(means < end + 1e-6).double().mean().item() for end in (*a, *b)]
    return abs(share[0] - share[2]) < 0.015 and abs(share[1] - share[3]) < 0.015


def _check_intervals(answer: Callable, cases: Sequence[dict], faults: dict[Callable, str]) -> None:
    got = [_interval(answer(**case, resamples=4000, seed=7)) for case in cases]
    means = [_means(case["values"]) for case in cases]
    expected = [_ends(values, case["level"]) for values, case in zip(means, cases, strict=True)]
    if all(map(_near, got, expected)):
        return
    for alike in (lambda a, b, _: _near(a, b), _as_deep):
        for fault, words in faults.items():
            theirs = [fault(**case) for case in cases]
            if all(map(alike, got, theirs, means)):
                raise NotYet(words)
    shares = [
        ((low <= values) & (values <= high)).double().mean().item()
        for values, (low, high) in zip(means, got, strict=True)
    ]
    i = next(i for i in range(len(cases)) if not _near(got[i], expected[i]))
    values, level = cases[i]["values"], cases[i]["level"]
    low, high = _interval(answer(**cases[i], resamples=25, seed=7))
    if high - low > 4 * (got[i][1] - got[i][0]):
        raise NotYet(
            "your interval grows narrower with more resamples: you draw `resamples` queries, a few times. "
            "Draw Q of Q queries, `resamples` times: a shape of (resamples, Q)."
        )
    raise NotYet(
        f"for values of shape {tuple(values.shape)} with the mean {values.mean():.3f}, the {level:.0%} "
        f"interval is about ({expected[i][0]:.3f}, {expected[i][1]:.3f}); yours is ({got[i][0]:.3f}, "
        f"{got[i][1]:.3f}), and {shares[i]:.0%} of the means lie in it."
    )


def _check_bootstrap_interval(answer):
    cases = _samples()
    tight = [_interval(answer(**case, resamples=50, seed=1)) for case in cases]
    if all(high - low < 1e-5 for low, high in tight):
        if all(abs(low - case["values"].mean()) < 1e-4 for (low, _), case in zip(tight, cases, strict=True)):
            raise NotYet(
                "both ends are the mean itself. Drawn without replacement, Q of Q queries are always the "
                "same ones: draw with replacement, some twice and others not at all."
            )
        raise NotYet(
            "both ends are equal: every resample is the same. Draw anew for each, from one generator."
        )
    _check_intervals(answer, cases, INTERVAL_FAULTS)
    case = cases[0]
    first, again, other = (_interval(answer(**case, resamples=300, seed=seed)) for seed in (3, 3, 4))
    if first != again:
        raise NotYet(
            "the same seed gives another interval each time. Draw with a generator made from `seed`."
        )
    if first == other:
        raise NotYet(
            "another seed gives the very same interval. Make the generator from the argument `seed`."
        )
    low, high = _interval(answer(**case, resamples=1, seed=3))
    if high - low > 1e-5:
        raise NotYet(
            "with resamples=1 there is only one mean, and both ends are equal; yours differ. Use `resamples`."
        )
    if _interval(answer(torch.ones(6), resamples=20)) != (1.0, 1.0):
        raise NotYet("if every query is found, every resample has the mean 1, and the interval is (1, 1).")
    try:
        _check_intervals(answer, _runs(), RUNS_FAULTS)
    except Raised as raised:
        raise NotYet(
            "with M runs for each query, values of shape (Q, M), your code raised "
            f"{type(raised.error).__name__}. Draw rows: `values[drawn]` is then (resamples, Q, M)."
        ) from None
    return _beside_scipy(answer)


def _beside_scipy(answer: Callable) -> str:
    from scipy.stats import bootstrap

    pairs, queries, responses = _clinic()
    found = custom_embeddings.recall_at_k(
        custom_embeddings.ranks(queries @ responses.T, torch.arange(len(pairs))), 1
    )
    mine = _interval(answer(found))
    theirs = bootstrap(
        (found.numpy(),), np.mean, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    if max(abs(a - b) for a, b in zip(mine, theirs, strict=True)) > 1.5 / len(pairs):
        raise NotYet(
            f"small inputs are right, but for MiniLM on the clinic scipy finds ({theirs[0]:.3f}, "
            f"{theirs[1]:.3f}), yours is ({mine[0]:.3f}, {mine[1]:.3f})."
        )
    return (
        f"MiniLM's Recall@1 on {len(pairs)} clinic queries is {found.mean():.2f}, and with yours somewhere "
        f"from {mine[0]:.2f} to {mine[1]:.2f} (scipy: {theirs[0]:.2f} to {theirs[1]:.2f}). Whether a gain is "
        "more than chance, the interval of the differences tells."
    )


bootstrap_interval = Exercise(
    name="bootstrap_interval",
    minutes=18,
    stars=3,
    check=_check_bootstrap_interval,
    hints=[
        "What would the mean be with other queries? Pretend: draw Q of your Q queries with replacement, and "
        "take the mean. Do it `resamples` times.",
        "`torch.randint(Q, (resamples, Q), generator=torch.Generator().manual_seed(seed))` draws all at "
        "once; `values[drawn]` looks them up.",
        "One mean for each resample: `values[drawn].flatten(1).mean(1)`. The flatten takes the runs of a "
        "drawn query along, if there are several.",
        "Cut off half of 1 − level at each end: `means.quantile((1 - level) / 2)` and `means.quantile((1 + "
        "level) / 2)`.",
    ],
    solution=bootstrap_interval_solution,
    mistakes={
        _without_replacement: "without replacement",
        _always_the_same: "every resample is the same",
        _of_the_values: "percentiles of the values",
        _no_root_of_n: "surer by √Q",
        _normal: "bell curve",
        _both_ends_full: "at both ends",
        _one_sided: "upper end only",
        _lowest_to_highest: "from the lowest to the highest",
        _percent_mixed_up: "wants percent",
        _one_deviation: "about 68 %",
        _never_the_last: "never drawn, the last",
        _axes_swapped: "narrower with more resamples",
        _mirrored: "basic bootstrap",
        _of_medians: "medians",
        _of_sums: "sums over the queries",
        _half_the_queries: "too small",
        _too_many_queries: "too large",
        _always_95: "always the one of 95 %",
        _level_is_the_rest: "1 − level of the means",
        _always_ten_thousand: "resamples=1",
        _never_the_same: "same seed gives another",
        _seed_forgotten: "another seed gives the very same",
        _scores_not_queries: "single scores",
        _runs_not_queries: "you resample the runs",
        _runs_apart: "each run apart",
        _first_run_only: "only the first counts",
        _high_first: "lower end comes first",
        _the_means: "two numbers are expected",
    },
)
