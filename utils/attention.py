"""Attention: a weighted mean of values, with weights that depend on a question.

Follows Bahdanau et al. (2015), Luong et al. (2015), Vaswani et al. (2017) and, for softmax in blocks,
Milakov & Gimelshein (2018) and Dao et al. (2022). Leaves out positions (next room), caches and speed.

Axes: B batch, T tokens (T_q of queries, T_k of keys), H heads, C width, D width of a head, C = H · D.
Masks are boolean everywhere, and True means "may attend", as in `F.scaled_dot_product_attention`.
"""

import math
import weakref
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from utils.checks import check_float, check_whole, describe

# --- Weights: scores that became positive and sum to one ------------------------------------------------


def softmax(scores: Tensor, dim: int = -1) -> Tensor:
    """exp(scores) divided by its sum along `dim`, for scores of any size.

    Subtracting the largest score changes nothing, as it cancels in the fraction, but exp never overflows.
    A row of nothing but −inf (everything masked) has no weights to give: it becomes zeros, not NaN.

    Raises:
        ValueError: `scores` is no tensor of floats, or has no entry along `dim`.
    """
    check_float("scores", scores)
    if not scores.dim() or not -scores.dim() <= dim < scores.dim():
        raise ValueError(
            f"dim: got {dim} for scores of shape {tuple(scores.shape)}; one of its axes is expected"
        )
    if scores.shape[dim] == 0:
        raise ValueError(
            f"scores: got shape {tuple(scores.shape)}; at least one entry along dim {dim} is expected"
        )
    exps = (scores - _finite(scores.detach().amax(dim, keepdim=True))).exp()
    # The largest score adds exp(0) = 1, so only a row that is masked as a whole has a sum below 1.
    return exps / exps.sum(dim, keepdim=True).clamp_min(1.0)


def _finite(peak: Tensor) -> Tensor:
    """The largest score of a row, or 0 where all are masked, so that −inf − peak is −inf and not NaN."""
    return peak.masked_fill(peak == -math.inf, 0.0)


# --- Scores of 2014 and 2015 ----------------------------------------------------------------------------
# A score says how well each key answers each query: (…, T_q, D_q) and (…, T_k, D_k) to (…, T_q, T_k).


class AdditiveScore(nn.Module):
    """v · tanh(W q + U k): a small network that is given both (Bahdanau et al. 2015, appendix A.1.2)."""

    def __init__(self, query_size: int, key_size: int, hidden_size: int) -> None:
        super().__init__()
        self.W = nn.Linear(query_size, hidden_size, bias=False)
        self.U = nn.Linear(key_size, hidden_size, bias=False)
        self.v = nn.Linear(hidden_size, 1, bias=False)

    def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
        _check_sizes(queries, keys, self.W.in_features, self.U.in_features)
        pairs = self.W(queries).unsqueeze(-2) + self.U(keys).unsqueeze(-3)  # (…, T_q, T_k, hidden)
        return self.v(torch.tanh(pairs)).squeeze(-1)  # (…, T_q, T_k)


def dot_score(queries: Tensor, keys: Tensor) -> Tensor:
    """q · k: no parameters, but queries and keys must have one width (Luong et al. 2015, section 3.1)."""
    _check_sizes(queries, keys, None, None)
    if queries.shape[-1] != keys.shape[-1]:
        raise ValueError(
            f"keys: got width {keys.shape[-1]}; the width of the queries, {queries.shape[-1]}, is expected"
        )
    return queries @ keys.transpose(-2, -1)  # (…, T_q, T_k)


class GeneralScore(nn.Module):
    """q · W k: a dot product after a learned map, so the widths may differ (Luong et al. 2015)."""

    def __init__(self, query_size: int, key_size: int) -> None:
        super().__init__()
        self.W = nn.Linear(key_size, query_size, bias=False)

    def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
        _check_sizes(queries, keys, self.W.out_features, self.W.in_features)
        return dot_score(queries, self.W(keys))


class ConcatScore(nn.Module):
    """v · tanh(W [q; k]): the additive score with W and U side by side in one matrix (Luong et al. 2015)."""

    def __init__(self, query_size: int, key_size: int, hidden_size: int) -> None:
        super().__init__()
        self.query_size, self.key_size = query_size, key_size
        self.W = nn.Linear(query_size + key_size, hidden_size, bias=False)
        self.v = nn.Linear(hidden_size, 1, bias=False)

    def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
        _check_sizes(queries, keys, self.query_size, self.key_size)
        T_q, T_k = queries.shape[-2], keys.shape[-2]
        q = queries.unsqueeze(-2).expand(*queries.shape[:-1], T_k, -1)  # (…, T_q, T_k, D_q)
        k = keys.unsqueeze(-3).expand(*keys.shape[:-2], T_q, -1, -1)  # (…, T_q, T_k, D_k)
        return self.v(torch.tanh(self.W(torch.cat([q, k], dim=-1)))).squeeze(-1)


def local_weights(scores: Tensor, centers: Tensor, window: int, gaussian: bool = False) -> Tensor:
    """Softmax over the keys within `window` places of each query's centre (Luong et al. 2015, section 3.2).

    Args:
        scores: (…, T_q, T_k).
        centers: (…, T_q), where each query looks, counted in keys. With local-m it is the query's own
            place; with local-p a network predicts it, T_k · sigmoid(…), so it may be a fraction.
        window: D in the paper, in keys, at least 1.
        gaussian: local-p: let the weights fade with a standard deviation of D / 2. They are not made to
            sum to 1 again, as in the paper.

    Raises:
        ValueError: shapes that do not fit, or a window below 1.
    """
    check_float("scores", scores)
    if scores.dim() < 2 or centers.shape != scores.shape[:-1]:
        raise ValueError(
            f"centers: got shape {tuple(centers.shape)} for scores of shape {tuple(scores.shape)}; "
            "one centre a query, the shape of the scores without its last axis, is expected"
        )
    check_whole(window=window)
    distance = torch.arange(scores.shape[-1], device=scores.device) - centers.unsqueeze(-1)  # (…, T_q, T_k)
    weights = softmax(scores.masked_fill(distance.abs() > window, -math.inf))
    return weights * torch.exp(-(distance**2) / (2 * (window / 2) ** 2)) if gaussian else weights


# --- Scaled dot-product attention -----------------------------------------------------------------------


def causal_mask(length: int) -> Tensor:
    """(T, T), True on and below the diagonal: place t may attend to places 0 … t.

    Raises:
        ValueError: `length` is no int of at least 1.
    """
    check_whole(length=length)
    return torch.ones(length, length, dtype=torch.bool).tril()


def padding_mask(attention_mask: Tensor) -> Tensor:
    """A tokenizer's (B, T) of 1 for text and 0 for padding as (B, 1, 1, T) of True and False.

    The two axes of length 1 stand for heads and queries: no query of any head may look at padding.
    Without them (B, T) would pass for (T_q, T_k) wherever B happens to equal T. Masks combine with `&`.

    Raises:
        ValueError: not of rank 2, or with other entries than 0 and 1.
    """
    if not isinstance(attention_mask, Tensor) or attention_mask.dim() != 2:
        raise ValueError(f"attention_mask: got {describe(attention_mask)}; a tensor (B, T) is expected")
    if not ((attention_mask == 0) | (attention_mask == 1)).all():
        raise ValueError("attention_mask: got other numbers than 0 (padding) and 1 (text)")
    return attention_mask.bool()[:, None, None, :]


def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, dropout_p: float = 0.0
) -> tuple[Tensor, Tensor]:
    """softmax(q kᵀ / √D) v (Vaswani et al. 2017, section 3.2.1).

    Args:
        q: queries, (…, T_q, D).
        k: keys, (…, T_k, D).
        v: values, (…, T_k, D_v). The axes "…" must be equal or broadcast.
        mask: bool, True = may attend, broadcastable to (…, T_q, T_k). A query that may attend to nothing
            gets zeros.
        dropout_p: the share of weights to drop at random, in training only.

    Returns:
        The output (…, T_q, D_v), and the weights (…, T_q, T_k) before dropout.

    Raises:
        ValueError: shapes, types or mask that do not fit.
    """
    shape = _check_qkv(q, k, v)
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (…, T_q, T_k)
    if mask is not None:
        _check_mask(mask, shape)
        scores = scores.masked_fill(~mask, -math.inf)  # exp(−inf) = 0: a weight of exactly zero
    weights = softmax(scores)
    return F.dropout(weights, dropout_p) @ v, weights  # (…, T_q, D_v), (…, T_q, T_k)


# --- Several heads --------------------------------------------------------------------------------------


def split_heads(x: Tensor, num_heads: int) -> Tensor:
    """(B, T, C) to (B, H, T, D): the width is cut into heads, and the heads move before the tokens.

    Raises:
        ValueError: `x` is not of rank 3, or `num_heads` does not divide its width.
    """
    if not isinstance(x, Tensor) or x.dim() != 3:
        raise ValueError(f"x: got {describe(x)}; a tensor (B, T, C) is expected")
    _check_heads(x.shape[-1], num_heads)
    return x.reshape(*x.shape[:2], num_heads, -1).transpose(1, 2)


def merge_heads(x: Tensor) -> Tensor:
    """(B, H, T, D) to (B, T, C): the way back.

    Raises:
        ValueError: `x` is not of rank 4.
    """
    if not isinstance(x, Tensor) or x.dim() != 4:
        raise ValueError(f"x: got {describe(x)}; a tensor (B, H, T, D) is expected")
    return x.transpose(1, 2).flatten(2)


class MultiHeadAttention(nn.Module):
    """Several small attentions side by side, each in its own subspace (Vaswani et al. 2017, section 3.2.2).

    Args:
        hidden_size: the width C of tokens, in and out.
        num_heads: H, which must divide C; every head works at the width D = C / H.
        dropout: the share of attention weights dropped in training.
        bias: whether the four projections have one.

    Raises:
        ValueError: sizes below 1, heads that do not divide the width, or dropout outside 0 … 1.
    """

    def __init__(self, hidden_size: int, num_heads: int, dropout: float = 0.0, bias: bool = True) -> None:
        super().__init__()
        check_whole(hidden_size=hidden_size)
        _check_heads(hidden_size, num_heads)
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout: got {dropout}; a number from 0 to below 1 is expected")
        self.num_heads, self.dropout = num_heads, dropout
        self.q_proj = nn.Linear(hidden_size, hidden_size, bias=bias)
        self.k_proj = nn.Linear(hidden_size, hidden_size, bias=bias)
        self.v_proj = nn.Linear(hidden_size, hidden_size, bias=bias)
        self.out_proj = nn.Linear(hidden_size, hidden_size, bias=bias)

    def forward(
        self,
        hidden_states: Tensor,
        key_value_states: Tensor | None = None,
        mask: Tensor | None = None,
        rotary: Callable[[Tensor], Tensor] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Attend from `hidden_states` (B, T_q, C) to `key_value_states` (B, T_k, C), or to itself if None.

        `mask` is bool, True = may attend, broadcastable to (B, H, T_q, T_k). `rotary` is applied to the
        queries and to the keys, (B, H, T, D), before they meet (`blocks.Rotary`). Returns the output
        (B, T_q, C) and the weights (B, H, T_q, T_k). A query that may attend to nothing adds nothing:
        its output is the bias of `out_proj`.

        Raises:
            ValueError: a shape, type or mask that does not fit.
        """
        source = hidden_states if key_value_states is None else key_value_states
        _check_states(hidden_states, source, self.q_proj.in_features)
        q = split_heads(self.q_proj(hidden_states), self.num_heads)  # (B, H, T_q, D)
        k = split_heads(self.k_proj(source), self.num_heads)  # (B, H, T_k, D)
        v = split_heads(self.v_proj(source), self.num_heads)  # (B, H, T_k, D)
        if rotary is not None:
            q, k = rotary(q), rotary(k)
        dropout_p = self.dropout if self.training else 0.0
        output, weights = scaled_dot_product_attention(q, k, v, mask, dropout_p)  # (B, H, T_q, D)
        return self.out_proj(merge_heads(output)), weights  # (B, T_q, C), (B, H, T_q, T_k)


# --- Softmax in blocks: the same numbers without the T × T matrix ---------------------------------------


def blockwise_attention(
    q: Tensor, k: Tensor, v: Tensor, block_size: int, mask: Tensor | None = None
) -> Tensor:
    """`scaled_dot_product_attention` that looks at `block_size` keys at a time; returns the output only.

    A softmax needs the largest score and the sum of all exponentials, but both can be kept while reading:
    when a larger score turns up, what was summed so far is multiplied by exp(old − new) (Milakov &
    Gimelshein 2018, algorithm 3). Memory grows with T · block_size, not T². FlashAttention (Dao et al.
    2022) does this inside the fast memory of a GPU, with the queries in blocks too.

    Raises:
        ValueError: shapes, types or mask that do not fit, or a block size below 1.
    """
    shape = _check_qkv(q, k, v)
    check_whole(block_size=block_size)
    if mask is not None:
        _check_mask(mask, shape)
        mask = mask.expand(*mask.shape[:-1], shape[-1])
    peak = q.new_full((*shape[:-1], 1), -math.inf)  # the largest score so far, (…, T_q, 1)
    total = torch.zeros_like(peak)  # the sum of exp(score − peak) so far
    output = q.new_zeros(*shape[:-1], v.shape[-1])  # the sum of exp(score − peak) · value
    for start in range(0, shape[-1], block_size):
        block = slice(start, start + block_size)
        scores = q @ k[..., block, :].transpose(-2, -1) / math.sqrt(q.shape[-1])  # (…, T_q, block)
        if mask is not None:
            scores = scores.masked_fill(~mask[..., block], -math.inf)
        new_peak = torch.maximum(peak, scores.amax(-1, keepdim=True))
        exps = (scores - _finite(new_peak)).exp()
        shrink = (peak - _finite(new_peak)).exp()
        total = total * shrink + exps.sum(-1, keepdim=True)
        output = output * shrink + exps @ v[..., block, :]
        peak = new_peak
    return output / total.clamp_min(1.0)  # as in `softmax`: below 1 only if everything was masked


class _Alive(TorchDispatchMode):
    """Sees every tensor that an operation makes, and notes how many bytes are alive at once."""

    def __init__(self) -> None:
        super().__init__()
        self.known, self.now, self.peak = weakref.WeakSet(), 0, 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        self.known.update(_storages((args, kwargs)))  # what comes in was there before
        for storage in _storages(result):
            if storage not in self.known:
                self.known.add(storage)
                self.now += storage.nbytes()
                weakref.finalize(storage, self._gone, storage.nbytes())
        self.peak = max(self.peak, self.now)
        return result

    def _gone(self, size: int) -> None:
        self.now -= size


def _storages(values: object) -> list:
    return [value.untyped_storage() for value in tree_leaves(values) if isinstance(value, Tensor)]


def peak_memory(function: Callable, *args: object) -> int:
    """The most bytes of new tensors alive at once while `function(*args)` runs."""
    with torch.no_grad(), _Alive() as alive:
        function(*args)
    return alive.peak


# --- What every function above expects ------------------------------------------------------------------


def _check_heads(width: int, num_heads: int) -> None:
    check_whole(num_heads=num_heads)
    if width % num_heads:
        raise ValueError(f"num_heads: got {num_heads} for a width of {width}; a divisor of it is expected")


def _check_sequence(name: str, value: object, axes: str) -> None:
    """A tensor of floats with at least the two axes named, neither of them empty."""
    check_float(name, value)
    if value.dim() < 2 or 0 in value.shape[-2:]:
        raise ValueError(
            f"{name}: got shape {tuple(value.shape)}; ({axes}), none of the last two 0, is expected"
        )


def _check_sizes(queries: Tensor, keys: Tensor, query_size: int | None, key_size: int | None) -> None:
    for name, value, size in [("queries", queries, query_size), ("keys", keys, key_size)]:
        _check_sequence(name, value, "…, T, D")
        if size is not None and value.shape[-1] != size:
            raise ValueError(f"{name}: got width {value.shape[-1]}; {size} is expected")


def _check_qkv(q: Tensor, k: Tensor, v: Tensor) -> tuple[int, ...]:
    """The shape of the scores, (…, T_q, T_k)."""
    for name, value, axes in [("q", q, "…, T_q, D"), ("k", k, "…, T_k, D"), ("v", v, "…, T_k, D_v")]:
        _check_sequence(name, value, axes)
        if value.dtype != q.dtype:
            raise ValueError(f"{name}: got {value.dtype}; the type of q, {q.dtype}, is expected")
    if k.shape[-1] != q.shape[-1]:
        raise ValueError(f"k: got width {k.shape[-1]}; the width of q, {q.shape[-1]}, is expected")
    if v.shape[-2] != k.shape[-2]:
        raise ValueError(f"v: got {v.shape[-2]} values for {k.shape[-2]} keys; one each is expected")
    try:
        before = torch.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    except RuntimeError:
        shapes = ", ".join(str(tuple(x.shape)) for x in (q, k, v))
        raise ValueError(
            f"q, k, v: got shapes {shapes}; equal axes before the last two are expected"
        ) from None
    return (*before, q.shape[-2], k.shape[-2])


def _check_mask(mask: object, shape: tuple[int, ...]) -> None:
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool:
        got = mask.dtype if isinstance(mask, Tensor) else type(mask).__name__
        raise ValueError(
            f"mask: got {got}; a bool tensor is expected, True = may attend (1/0: see padding_mask)"
        )
    try:
        fits = torch.broadcast_shapes(mask.shape, shape) == torch.Size(shape)
    except RuntimeError:
        fits = False
    if not fits:
        raise ValueError(f"mask: got shape {tuple(mask.shape)}; one that broadcasts to {shape} is expected")


def _check_states(hidden_states: Tensor, source: Tensor, width: int) -> None:
    for name, value in [("hidden_states", hidden_states), ("key_value_states", source)]:
        _check_sequence(name, value, "B, T, C")
        if value.dim() != 3 or value.shape[-1] != width:
            raise ValueError(f"{name}: got shape {tuple(value.shape)}; (B, T, {width}) is expected")
    if source.shape[0] != hidden_states.shape[0]:
        raise ValueError(
            f"key_value_states: got a batch of {source.shape[0]}; that of hidden_states, "
            f"{hidden_states.shape[0]}, is expected"
        )
