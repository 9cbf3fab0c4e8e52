"""Attention equals torch and MiniLM's own, over random shapes and masks; and bad input is named."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertSelfAttention

from utils import attention, pretrained
from utils.attention import MultiHeadAttention

often = settings(max_examples=150, deadline=None, derandomize=True)
sizes = st.integers(1, 7)
seeds = st.integers(0, 10_000)


def close(a, b, atol=1e-5):
    return a.shape == b.shape and torch.allclose(a, b, atol=atol, rtol=1e-5)


def random_mask(shape, seed, *, dead_rows: bool):
    mask = torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < 0.6
    if not dead_rows:
        mask[..., 0] = True
    return mask


@st.composite
def qkv(draw):
    """q, k, v of one set of leading axes, and a mask, mostly one that broadcasts."""
    lead = draw(st.lists(st.integers(1, 3), max_size=2))
    T_q, T_k, D, D_v, seed = draw(sizes), draw(sizes), draw(sizes), draw(sizes), draw(seeds)
    torch.manual_seed(seed)
    scale = draw(st.sampled_from([0.1, 1.0, 30.0]))
    q, k, v = (torch.randn(*lead, t, d) for t, d in [(T_q, D), (T_k, D), (T_k, D_v)])
    cut = draw(st.sampled_from([None, (T_q, T_k), (1, T_k), (*lead, T_q, T_k), (*(1 for _ in lead), T_q, 1)]))
    mask = None if cut is None else random_mask(cut, seed, dead_rows=True)
    return q * scale, k, v, mask


# --- Softmax ---


@often
@given(
    st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=12),
    st.sampled_from([0.0, 1e4, -1e4, 1e30, 3e38]),
)
def test_softmax_equals_the_library(row, shift):
    scores = torch.tensor(row) + shift
    assume(torch.isfinite(scores).all())
    assert close(attention.softmax(scores), F.softmax(scores, -1))


@often
@given(st.lists(sizes, min_size=1, max_size=4), seeds, st.data())
def test_softmax_along_any_axis(shape, seed, data):
    dim = data.draw(st.integers(-len(shape), len(shape) - 1))
    torch.manual_seed(seed)
    scores = (100 * torch.randn(shape)).double().requires_grad_()
    ours, theirs = attention.softmax(scores, dim), F.softmax(scores, dim)
    assert close(ours, theirs)
    probe = torch.randn(shape).double()
    gradients = [torch.autograd.grad((w * probe).sum(), scores)[0] for w in (ours, theirs)]
    assert close(*gradients)


def test_softmax_on_extremes():
    inf = math.inf
    scores = torch.tensor([[1e4, -1e4, 0], [3e38, 3e38, -3e38], [0, -inf, -inf]])
    assert attention.softmax(scores).tolist() == [[1, 0, 0], [0.5, 0.5, 0], [1, 0, 0]]
    assert attention.softmax(torch.full((2, 3), -inf)).tolist() == [[0] * 3] * 2
    half = torch.tensor([6e4, 6e4], dtype=torch.float16)
    assert attention.softmax(half).tolist() == [0.5, 0.5]


def test_worked_numbers():
    s1 = attention.softmax(torch.tensor([0.56, 0.72, 0.11]))
    s2 = attention.softmax(torch.tensor([3.2, 2.1, 5.8, 1.4]))
    assert close(s1, torch.tensor([0.3557, 0.4175, 0.2268]), 1e-4)
    assert close(s2, torch.tensor([0.0668, 0.0222, 0.8999, 0.0110]), 1e-4)
    q, k, v = (torch.tensor(x)[:, None] for x in ([0.5, 0.7], [0.4, 0.8], [0.6, 0.9]))  # A1
    output, weights = attention.scaled_dot_product_attention(q, k, v)
    assert close(weights, torch.tensor([[0.4502, 0.5498], [0.4305, 0.5695]]), 1e-4)
    assert close(output, torch.tensor([[0.7650], [0.7709]]), 1e-4)
    output, weights = attention.scaled_dot_product_attention(q, k, v, attention.causal_mask(2))
    assert weights[0].tolist() == [1, 0] and output[0].item() == pytest.approx(0.6)
    X = torch.tensor([[0.1, 0.2, 0.3], [0.5, 0.6, 0.7], [0.8, 0.9, 1.0]])  # A2
    _, weights = attention.scaled_dot_product_attention(X, X, X)
    expected = [[0.292, 0.336, 0.372], [0.218, 0.331, 0.451], [0.171, 0.319, 0.510]]
    assert close(weights, torch.tensor(expected), 6e-4)


# --- Scores of 2014 and 2015 ---


@often
@given(sizes, sizes, sizes, sizes, sizes, seeds)
def test_scores_equal_their_formulas(T_q, T_k, D_q, D_k, hidden, seed):
    torch.manual_seed(seed)
    q, k = torch.randn(2, T_q, D_q), torch.randn(2, T_k, D_k)
    additive = attention.AdditiveScore(D_q, D_k, hidden)
    general = attention.GeneralScore(D_q, D_k)
    concat = attention.ConcatScore(D_q, D_k, hidden)
    for b, i, j in [(0, 0, 0), (1, T_q - 1, T_k - 1)]:
        one = additive.v.weight @ torch.tanh(additive.W.weight @ q[b, i] + additive.U.weight @ k[b, j])
        assert close(additive(q, k)[b, i, j], one.squeeze())
        assert close(general(q, k)[b, i, j], q[b, i] @ general.W.weight @ k[b, j])
        one = concat.v.weight @ torch.tanh(concat.W.weight @ torch.cat([q[b, i], k[b, j]]))
        assert close(concat(q, k)[b, i, j], one.squeeze())
    # Side by side or one after the other: the additive and the concat score are one function.
    with torch.no_grad():
        concat.W.weight.copy_(torch.cat([additive.W.weight, additive.U.weight], dim=1))
        concat.v.weight.copy_(additive.v.weight)
    assert close(concat(q, k), additive(q, k))
    eye = attention.GeneralScore(D_q, D_q)
    nn.init.eye_(eye.W.weight)
    assert close(eye(q, q), attention.dot_score(q, q))
    assert additive(q, k).shape == general(q, k).shape == (2, T_q, T_k)


@often
@given(sizes, sizes, st.integers(1, 4), seeds)
def test_local_weights(T_q, T_k, window, seed):
    torch.manual_seed(seed)
    scores, centers = torch.randn(2, T_q, T_k), T_k * torch.rand(2, T_q)
    centers[0] = centers[0].round()  # whole places too: a key at a distance of exactly `window` counts
    plain = attention.local_weights(scores, centers, window)
    faded = attention.local_weights(scores, centers, window, gaussian=True)
    for b, i, j in [(b, i, j) for b in (0, 1) for i in range(T_q) for j in range(T_k)]:
        center = centers[b, i].item()
        inside = [s for s in range(T_k) if abs(s - center) <= window]
        total = sum(math.exp(scores[b, i, s]) for s in inside)
        expected = math.exp(scores[b, i, j]) / total if j in inside else 0.0
        assert plain[b, i, j].item() == pytest.approx(expected, abs=1e-5)
        fade = math.exp(-((j - center) ** 2) / (2 * (window / 2) ** 2))
        assert faded[b, i, j].item() == pytest.approx(expected * fade, abs=1e-5)


# --- Scaled dot-product attention ---


@often
@given(qkv())
def test_attention_equals_the_library(inputs):
    """Fully masked rows included: both give zeros."""
    q, k, v, mask = inputs
    output, weights = attention.scaled_dot_product_attention(q, k, v, mask)
    assert close(output, F.scaled_dot_product_attention(q, k, v, attn_mask=mask))
    alive = torch.ones_like(weights).bool() if mask is None else mask.expand(weights.shape)
    assert close(weights.sum(-1), alive.any(-1).float())
    assert not weights[~alive].any()


@often
@given(sizes, sizes, seeds)
def test_causal_equals_the_library_and_hides_the_future(T, D, seed):
    torch.manual_seed(seed)
    q, k, v = torch.randn(3, 1, 2, T, D)
    mask = attention.causal_mask(T)
    output, _ = attention.scaled_dot_product_attention(q, k, v, mask)
    assert close(output, F.scaled_dot_product_attention(q, k, v, is_causal=True))
    k[..., -1, :], v[..., -1, :] = 9.0, 9.0
    changed, _ = attention.scaled_dot_product_attention(q, k, v, mask)
    assert torch.equal(changed[..., :-1, :], output[..., :-1, :])


def test_a_fully_masked_row_gives_zeros_and_finite_gradients():
    q, k, v = (torch.randn(1, 2, 3, 4, requires_grad=True) for _ in range(3))
    mask = torch.tensor([[True, False, False], [False, False, False], [True, True, True]])
    output, weights = attention.scaled_dot_product_attention(q, k, v, mask)
    assert not output[..., 1, :].any() and not weights[..., 1, :].any()
    output.square().sum().backward()
    assert all(torch.isfinite(x.grad).all() for x in (q, k, v))


def test_axes_before_the_last_two_broadcast():
    q, k, v = torch.randn(2, 4, 3, 5), torch.randn(1, 1, 6, 5), torch.randn(1, 4, 6, 2)
    output, weights = attention.scaled_dot_product_attention(q, k, v)
    assert output.shape == (2, 4, 3, 2) and weights.shape == (2, 4, 3, 6)
    assert close(output[1, 2], F.scaled_dot_product_attention(q[1, 2], k[0, 0], v[0, 2]))
    assert close(attention.blockwise_attention(q, k, v, 4), output)


def test_masks():
    assert attention.causal_mask(3).tolist() == [[True, False, False], [True, True, False], [True] * 3]
    padding = attention.padding_mask(torch.tensor([[1, 1, 0], [1, 1, 1]]))
    assert padding.tolist() == [[[[True, True, False]]], [[[True] * 3]]]
    both = padding & attention.causal_mask(3)
    assert both.shape == (2, 1, 3, 3) and both[0, 0].sum() == 5 and both[1, 0].sum() == 6


# --- Several heads ---


@often
@given(sizes, sizes, sizes, sizes)
def test_split_and_merge_are_inverse(B, T, H, D):
    x = torch.arange(B * T * H * D).view(B, T, H * D)
    heads = attention.split_heads(x, H)
    assert heads.shape == (B, H, T, D)
    assert torch.equal(heads[:, H - 1, T - 1], x[:, T - 1, (H - 1) * D :])
    assert torch.equal(attention.merge_heads(heads), x)
    assert torch.equal(attention.split_heads(x.transpose(0, 1), H), heads.permute(2, 1, 0, 3))


def twin(C, H, bias):
    """Our module, and torch's with the same weights."""
    ours, theirs = (
        MultiHeadAttention(C, H, bias=bias),
        nn.MultiheadAttention(C, H, bias=bias, batch_first=True),
    )
    projections = [ours.q_proj, ours.k_proj, ours.v_proj]
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([p.weight for p in projections]))
        theirs.out_proj.weight.copy_(ours.out_proj.weight)
        if bias:
            theirs.in_proj_bias.copy_(torch.cat([p.bias for p in projections]))
            theirs.out_proj.bias.copy_(ours.out_proj.bias)
    return ours.eval(), theirs.eval()


@often
@given(sizes, sizes, sizes, st.integers(1, 4), sizes, st.booleans(), seeds, st.sampled_from([0, 1, 2, 3]))
def test_multi_head_equals_torch(B, T_q, T_k, H, D, bias, seed, kind):
    torch.manual_seed(seed)
    ours, theirs = twin(H * D, H, bias)
    x, memory = torch.randn(B, T_q, H * D), torch.randn(B, T_k, H * D)
    if kind == 0:  # cross-attention, no mask
        got, expected = ours(x, memory), theirs(x, memory, memory, average_attn_weights=False)
    elif kind == 1:  # cross-attention, padding in the memory; torch's mask says what to leave out
        keep = random_mask((B, T_k), seed, dead_rows=False)
        got = ours(x, memory, attention.padding_mask(keep.long()))
        expected = theirs(x, memory, memory, key_padding_mask=~keep, average_attn_weights=False)
    elif kind == 2:  # self-attention, causal
        mask = attention.causal_mask(T_q)
        got, expected = ours(x, mask=mask), theirs(x, x, x, attn_mask=~mask, average_attn_weights=False)
    else:  # a mask for each head
        mask = random_mask((B, H, T_q, T_k), seed, dead_rows=False)
        got = ours(x, memory, mask)
        expected = theirs(x, memory, memory, attn_mask=~mask.flatten(0, 1), average_attn_weights=False)
    assert close(got[0], expected[0]) and close(got[1], expected[1])


def test_multi_head_has_the_gradients_of_torch():
    torch.manual_seed(0)
    ours, theirs = twin(12, 3, True)
    x = torch.randn(2, 5, 12)
    ours(x)[0].square().sum().backward()
    theirs(x, x, x)[0].square().sum().backward()
    stacked = torch.cat([ours.q_proj.weight.grad, ours.k_proj.weight.grad, ours.v_proj.weight.grad])
    assert close(stacked, theirs.in_proj_weight.grad, 1e-4)


def test_dropout_is_for_training_only():
    torch.manual_seed(0)
    layer, x = MultiHeadAttention(8, 2, dropout=0.5), torch.randn(1, 6, 8)
    a, weights = layer(x)
    b, _ = layer(x)
    assert not torch.equal(a, b) and close(weights.sum(-1), torch.ones(1, 2, 6))
    layer.eval()
    assert torch.equal(layer(x)[0], layer(x)[0])
    zeros = [
        attention.scaled_dot_product_attention(x, x, torch.eye(6)[None], None, 0.5)[0] == 0
        for _ in range(200)
    ]
    assert torch.stack(zeros).float().mean().item() == pytest.approx(0.5, abs=0.03)


@often
@given(st.integers(1, 3), st.integers(1, 7), st.sampled_from([(4, 2), (6, 3), (5, 1)]), seeds)
def test_multi_head_equals_bert_self_attention(B, T, shape, seed):
    """Random configurations of the library's layer, with padding."""
    C, H = shape
    torch.manual_seed(seed)
    config = BertConfig(
        hidden_size=C, num_attention_heads=H, intermediate_size=8, attn_implementation="eager"
    )
    theirs, ours = BertSelfAttention(config).eval(), MultiHeadAttention(C, H).eval()
    load_bert(ours, theirs)
    nn.init.eye_(ours.out_proj.weight), nn.init.zeros_(ours.out_proj.bias)
    x, mask = torch.randn(B, T, C), attention.padding_mask(random_mask((B, T), seed, dead_rows=False).long())
    bias = torch.zeros(mask.shape).masked_fill(~mask, torch.finfo(torch.float32).min)
    expected, weights = theirs(x, attention_mask=bias)
    got = ours(x, mask=mask)
    assert close(got[0], expected) and close(got[1], weights)


def load_bert(ours, theirs):
    for name in ("q", "k", "v"):
        source = {"q": theirs.query, "k": theirs.key, "v": theirs.value}[name]
        getattr(ours, f"{name}_proj").load_state_dict(source.state_dict())


def test_multi_head_equals_every_layer_of_minilm():
    tokenizer, model = pretrained.minilm(attn_implementation="eager")
    batch = tokenizer(
        ["The baker who lives by the river sells warm bread.", "Rain!"], padding=True, return_tensors="pt"
    )
    with torch.no_grad():
        result = model(**batch, output_hidden_states=True, output_attentions=True)
        mask = attention.padding_mask(batch["attention_mask"])
        for layer, x, weights in zip(
            model.encoder.layer, result.hidden_states[:-1], result.attentions, strict=True
        ):
            ours = MultiHeadAttention(384, 12).eval()
            load_bert(ours, layer.attention.self)
            ours.out_proj.load_state_dict(layer.attention.output.dense.state_dict())
            bias = torch.zeros(mask.shape).masked_fill(~mask, torch.finfo(torch.float32).min)
            expected = layer.attention.output.dense(layer.attention.self(x, attention_mask=bias)[0])
            got = ours(x, mask=mask)
            assert close(got[0], expected) and close(got[1], weights)


@often
@given(st.integers(2, 7), seeds)
def test_permutation_equivariance(T, seed):
    torch.manual_seed(seed)
    layer, x, order = MultiHeadAttention(6, 2), torch.randn(1, T, 6), torch.randperm(T)
    assert close(layer(x[:, order])[0], layer(x)[0][:, order])


# --- Blocks ---


@often
@given(qkv(), st.integers(1, 9))
def test_blocks_equal_the_full_softmax(inputs, block_size):
    q, k, v, mask = inputs
    full, _ = attention.scaled_dot_product_attention(q, k, v, mask)
    assert close(attention.blockwise_attention(q, k, v, block_size, mask), full, 2e-5)


def test_blocks_are_stable_and_have_the_same_gradients():
    torch.manual_seed(0)
    q, k, v = (torch.randn(1, 6, 4).double().requires_grad_() for _ in range(3))
    mask = attention.causal_mask(6).clone()
    mask[3] = False
    outputs = [
        attention.scaled_dot_product_attention(100 * q, k, v, mask)[0],
        attention.blockwise_attention(100 * q, k, v, 2, mask),
    ]
    assert close(*outputs) and not outputs[1][:, 3].any()
    gradients = [torch.autograd.grad(o.square().sum(), (q, k, v)) for o in outputs]
    assert all(close(a, b, 1e-8) for a, b in zip(*gradients, strict=True))


def test_memory_of_blocks_grows_with_the_length_and_of_the_full_matrix_with_its_square():
    def measure(function, length, *rest):
        x = torch.randn(1, 1, length, 8)
        return attention.peak_memory(function, x, x, x, *rest)

    full = [measure(attention.scaled_dot_product_attention, n) for n in (512, 1024)]
    blocks = [measure(attention.blockwise_attention, n, 32) for n in (512, 1024)]
    assert full[0] >= 512 * 512 * 4
    assert full[1] / full[0] == pytest.approx(4, rel=0.05)
    assert blocks[1] / blocks[0] == pytest.approx(2, rel=0.05)
    assert blocks[1] < full[1] / 20


def test_peak_memory_counts_what_is_alive_at_once():
    x = torch.ones(1000)

    def one_after_the_other():
        for _ in range(5):
            x * 2

    def all_at_once():
        return [x * 2 for _ in range(5)]

    def much_then_little():
        y = x * 2
        del y
        return x[:1] * 2

    assert attention.peak_memory(all_at_once) == 5 * 4000
    assert attention.peak_memory(much_then_little) == 4000
    assert attention.peak_memory(one_after_the_other) == 4000
    assert attention.peak_memory(lambda y: y.view(10, 100), x) == 0  # a view is no new memory


# --- Bad input ---

x3, x4 = torch.randn(2, 5, 6), torch.randn(2, 3, 5, 4)
layer = MultiHeadAttention(6, 2)
FLAT = torch.tensor([1, 2])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: attention.softmax([1.0]), "scores: got list"),
        (lambda: attention.softmax(FLAT), "scores: got shape .* of int64"),
        (lambda: attention.softmax(torch.zeros(2, 0)), r"scores: got shape \(2, 0\)"),
        (lambda: attention.softmax(torch.zeros(2), 1), "dim: got 1"),
        (lambda: attention.softmax(torch.tensor(1.0)), "dim: got -1"),
        (lambda: attention.dot_score(x3, x3[..., :4]), "keys: got width 4"),
        (lambda: attention.AdditiveScore(6, 6, 3)(x3[..., :2], x3), "queries: got width 2; 6 is expected"),
        (lambda: attention.GeneralScore(6, 6)(x3, x3[..., :2]), "keys: got width 2; 6 is expected"),
        (lambda: attention.ConcatScore(6, 6, 3)(x3, FLAT.float()), r"keys: got shape \(2,\)"),
        (lambda: attention.local_weights(x3, torch.zeros(2), 1), r"centers: got shape \(2,\)"),
        (lambda: attention.local_weights(x3, torch.zeros(2, 5), 0), "window: got 0"),
        (lambda: attention.causal_mask(0), "length: got 0"),
        (lambda: attention.causal_mask(2.0), "length: got 2.0"),
        (lambda: attention.causal_mask(True), "length: got True"),
        (lambda: attention.padding_mask(FLAT), r"attention_mask: got shape \(2,\)"),
        (lambda: attention.padding_mask([[1]]), "attention_mask: got list"),
        (lambda: attention.padding_mask(torch.tensor([[1, 2]])), "attention_mask: got other numbers"),
        (lambda: attention.scaled_dot_product_attention(x4[0, 0, 0], x4, x4), r"q: got shape \(4,\)"),
        (lambda: attention.scaled_dot_product_attention(x4, x4[..., :0, :], x4), "k: got shape"),
        (lambda: attention.scaled_dot_product_attention(x4, x4.long(), x4), "k: got shape .* of int64"),
        (lambda: attention.scaled_dot_product_attention(x4, x4, x4.double()), "v: got torch.float64"),
        (lambda: attention.scaled_dot_product_attention(x4, x4[..., :3], x4), "k: got width 3"),
        (
            lambda: attention.scaled_dot_product_attention(x4, x4, x4[..., :3, :]),
            "v: got 3 values for 5 keys",
        ),
        (lambda: attention.scaled_dot_product_attention(x4, x4, x4[:, :2]), "q, k, v: got shapes"),
        (
            lambda: attention.scaled_dot_product_attention(x4, x4, x4, torch.ones(5, 5)),
            "mask: got torch.float32",
        ),
        (lambda: attention.scaled_dot_product_attention(x4, x4, x4, [[True]]), "mask: got list"),
        (
            lambda: attention.scaled_dot_product_attention(x4, x4, x4, torch.ones(5, 4).bool()),
            r"mask: got shape \(5, 4\); one that broadcasts to \(2, 3, 5, 5\)",
        ),
        (
            lambda: attention.scaled_dot_product_attention(x4, x4, x4, torch.ones(7, 2, 3, 5, 5).bool()),
            "mask: got shape",
        ),
        (lambda: attention.split_heads(x4, 2), "x: got shape"),
        (lambda: attention.split_heads(x3, 4), "num_heads: got 4 for a width of 6"),
        (lambda: attention.split_heads(x3, 0), "num_heads: got 0"),
        (lambda: attention.merge_heads(x3), "x: got shape"),
        (lambda: MultiHeadAttention(6, 4), "num_heads: got 4"),
        (lambda: MultiHeadAttention(0, 1), "hidden_size: got 0"),
        (lambda: MultiHeadAttention(6, 2, dropout=1.5), "dropout: got 1.5"),
        (lambda: layer(x3[0]), r"hidden_states: got shape \(5, 6\); \(B, T, 6\)"),
        (lambda: layer(x3[:, :0]), "hidden_states: got shape"),
        (lambda: layer(x3, x3[..., :4]), "key_value_states: got shape"),
        (lambda: layer(x3, x3[:1]), "key_value_states: got a batch of 1"),
        (lambda: layer(x3, mask=torch.ones(2, 5).bool()), "mask: got shape"),
        (lambda: attention.blockwise_attention(x4, x4, x4, 0), "block_size: got 0"),
        (lambda: attention.blockwise_attention(x4, x4, x4, 2, torch.ones(5, 4).bool()), "mask: got shape"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
