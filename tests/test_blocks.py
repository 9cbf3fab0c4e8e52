"""Blocks equal torch's and Llama's, over random shapes and settings; and bad input is named."""

import math
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

from utils import attention, blocks, pretrained

often = settings(max_examples=100, deadline=None, derandomize=True)
sizes = st.integers(1, 7)
seeds = st.integers(0, 10_000)
booleans = st.booleans()


def close(a, b, atol=1e-5):
    return a.shape == b.shape and torch.allclose(a, b, atol=atol, rtol=1e-5)


def randomise(module):
    """Norms start at 1 and 0: with other numbers a swapped or forgotten parameter shows."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return module.eval()


# --- Positions ---


@often
@given(st.integers(1, 60), st.integers(1, 20))
def test_sinusoids_equal_their_formula(length, half):
    C = 2 * half
    table = blocks.sinusoidal_positions(length, C)
    assert table.shape == (length, C)
    for t, i in [(0, 0), (length - 1, half - 1), (length // 2, half // 2)]:
        angle = t / 10000 ** (2 * i / C)
        assert table[t, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-5)
        assert table[t, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-5)


def test_worked_positions():
    p1 = torch.tensor([[0, 1, 0, 1], [0.8415, 0.5403, 0.0100, 1.0000], [0.9093, -0.4161, 0.0200, 0.9998]])
    assert close(blocks.sinusoidal_positions(3, 4), p1, 6e-5)


@often
@given(sizes, sizes, sizes, booleans, seeds)
def test_positions_are_added_by_place(B, T, half, learned, seed):
    torch.manual_seed(seed)
    positions = blocks.Positions(12, 2 * half, learned)
    x = torch.randn(B, T, 2 * half)
    added = positions(x) - x
    theirs = nn.Embedding.from_pretrained(positions.table.detach())
    assert close(added, theirs(torch.arange(T)).expand_as(x))
    ids = torch.randint(0, 12, (B, T))
    assert close(positions(x, ids) - x, theirs(ids))
    assert close(positions(x, ids[0]) - x, theirs(ids[0]).expand_as(x))
    assert len(list(positions.parameters())) == learned


@often
@given(sizes, sizes, sizes, sizes, st.sampled_from([10000.0, 500000.0, 100.0]), seeds)
def test_rotary_equals_llama(B, H, T, half, base, seed):
    torch.manual_seed(seed)
    D, longest = 2 * half, 2048
    parameters = {"rope_type": "default", "rope_theta": base}
    config = LlamaConfig(hidden_size=H * D, num_attention_heads=H, rope_parameters=parameters)
    theirs = LlamaRotaryEmbedding(config)
    rotary = blocks.Rotary(D, longest, base)
    q, k = torch.randn(2, B, H, T, D)
    for ids in [torch.arange(T).expand(B, T), torch.randint(0, longest, (B, T))]:
        expected = apply_rotary_pos_emb(q, k, *theirs(q, ids))
        assert close(rotary(q, ids), expected[0]) and close(rotary(k, ids), expected[1])
    assert close(rotary(q), rotary(q, torch.arange(T)))
    assert torch.equal(rotary(q, ids[0]), rotary(q, ids[:1]))


@often
@given(sizes, st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), seeds)
def test_rotary_is_relative_and_keeps_lengths(half, m, n, shift, seed):
    torch.manual_seed(seed)
    rotary = blocks.Rotary(2 * half, 256)
    q, k = torch.randn(2, 1, 1, 1, 2 * half)

    def product(m, n):
        return (rotary(q, torch.tensor([m])) * rotary(k, torch.tensor([n]))).sum()

    assert close(product(m, n), product(m + shift, n + shift), 1e-4)
    assert close(rotary(q, torch.tensor([m])).norm(), q.norm())
    assert close(product(0, 0), (q * k).sum())


def test_rotary_reaches_queries_and_keys_but_not_values():
    torch.manual_seed(0)
    mha, rotary = attention.MultiHeadAttention(8, 2), blocks.Rotary(4, 16)
    x = torch.randn(2, 5, 8)
    q, k, v = (attention.split_heads(p(x), 2) for p in (mha.q_proj, mha.k_proj, mha.v_proj))
    expected = attention.scaled_dot_product_attention(rotary(q), rotary(k), v)
    output, weights = mha(x, rotary=rotary)
    assert close(weights, expected[1])
    assert close(output, mha.out_proj(attention.merge_heads(expected[0])))
    block = blocks.Block(8, 2, 16)
    assert not close(block(x), block(x, rotary=rotary), 1e-3)
    shifted = partial(rotary, position_ids=torch.arange(5) + 7)
    assert close(block(x, rotary=shifted), block(x, rotary=rotary), 1e-5)


# --- Norms, activations, feed-forward ---


@often
@given(st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=20))
def test_gelu_equals_the_library(values):
    x = torch.tensor(values)
    assert close(blocks.gelu(x), F.gelu(x))
    assert close(blocks.gelu_tanh(x), F.gelu(x, approximate="tanh"))
    assert (blocks.gelu(x) - blocks.gelu_tanh(x)).abs().max() < 5e-4


@often
@given(st.lists(sizes, min_size=1, max_size=3), st.sampled_from([1e-5, 1e-12, 0.1]), seeds)
def test_norms_equal_the_library(shape, eps, seed):
    torch.manual_seed(seed)
    C = shape[-1]
    x = (torch.randn(shape) + torch.randn([*shape[:-1], 1])) * 10 ** torch.empty(1).uniform_(-2, 2)
    x = x.double() if eps < 1e-6 else x  # two nearly equal numbers, and no eps: rounding is all there is
    for ours, theirs in [
        (blocks.LayerNorm(C, eps), nn.LayerNorm(C, eps)),
        (blocks.RMSNorm(C, eps), nn.RMSNorm(C, eps)),
    ]:
        randomise(ours.to(x.dtype)), theirs.to(x.dtype)
        theirs.load_state_dict(ours.state_dict())
        a, b = x.clone().requires_grad_(), x.clone().requires_grad_()
        assert close(ours(a), theirs(b))
        probe = torch.randn(shape).to(x.dtype)
        (ours(a) * probe).sum().backward(), (theirs(b) * probe).sum().backward()
        assert close(a.grad, b.grad, 1e-5 * (10 + 1 / x.abs().mean().item() ** 2))


def test_worked_norms():
    rows = torch.tensor([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9], [1.0, 1.1, 1.2]])
    row = torch.tensor([-1.2247, 0, 1.2247]).expand(4, 3)
    assert close(blocks.LayerNorm(3, eps=1e-12)(rows), row, 6e-5)
    assert close(blocks.LayerNorm(3)(rows), row * 1.2238 / 1.2247, 2e-4)
    assert blocks.LayerNorm(3)(torch.zeros(2, 3)).tolist() == [[0, 0, 0]] * 2
    assert blocks.RMSNorm(2)(torch.zeros(1, 2)).tolist() == [[0, 0]]
    x = torch.tensor([-1.0, 0, 1, 2])  # F1
    assert close(blocks.gelu(x), torch.tensor([-0.1587, 0, 0.8413, 1.9545]), 6e-5)


@often
@given(sizes, sizes, st.sampled_from([F.relu, blocks.gelu, torch.tanh]), seeds)
def test_feed_forward_is_two_matrices_for_each_token_alone(C, inner, activation, seed):
    torch.manual_seed(seed)
    feed_forward = blocks.FeedForward(C, inner, activation)
    x = torch.randn(2, 5, C)
    up, down = feed_forward.up, feed_forward.down
    one = down.weight @ activation(up.weight @ x[1, 3] + up.bias) + down.bias
    assert up.weight.shape == (inner, C) and close(feed_forward(x)[1, 3], one)
    order = torch.randperm(5)
    assert close(feed_forward(x[:, order]), feed_forward(x)[:, order])


# --- Blocks ---


def load_attention(ours, theirs):
    """The weights of an `nn.MultiheadAttention`, which keeps the three maps in one matrix."""
    projections = (ours.q_proj, ours.k_proj, ours.v_proj)
    parts = zip(theirs.in_proj_weight.chunk(3), theirs.in_proj_bias.chunk(3), strict=True)
    with torch.no_grad():
        for linear, (weight, bias) in zip(projections, parts, strict=True):
            linear.weight.copy_(weight), linear.bias.copy_(bias)
    ours.out_proj.load_state_dict(theirs.out_proj.state_dict())


def load_layer(ours, theirs):
    """The weights of an `nn.TransformerEncoderLayer` or `nn.TransformerDecoderLayer`."""
    cross = ours.cross_attention is not None
    load_attention(ours.attention, theirs.self_attn)
    ours.attention_norm.load_state_dict(theirs.norm1.state_dict())
    if cross:
        load_attention(ours.cross_attention, theirs.multihead_attn)
        ours.cross_attention_norm.load_state_dict(theirs.norm2.state_dict())
    ours.feed_forward_norm.load_state_dict((theirs.norm3 if cross else theirs.norm2).state_dict())
    ours.feed_forward.up.load_state_dict(theirs.linear1.state_dict())
    ours.feed_forward.down.load_state_dict(theirs.linear2.state_dict())


@st.composite
def settings_of_a_block(draw):
    H, D = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    activation = draw(st.sampled_from([F.relu, F.gelu]))
    return {
        "sizes": (H * D, H, draw(st.integers(1, 12))),
        "activation": (blocks.gelu if activation is F.gelu else F.relu, activation),
        "norm_first": draw(booleans),
    }


def pair_of_layers(s, library, **options):
    C, H, inner = s["sizes"]
    ours, theirs = s["activation"]
    block = blocks.Block(C, H, inner, ours, norm_first=s["norm_first"], **options)
    layer = library(C, H, inner, 0.0, theirs, batch_first=True, norm_first=s["norm_first"])
    randomise(layer)
    load_layer(block, layer)
    return block.eval(), layer


@often
@given(settings_of_a_block(), sizes, sizes, booleans, booleans, seeds)
def test_encoder_block_equals_the_library(s, B, T, causal, padded, seed):
    torch.manual_seed(seed)
    block, layer = pair_of_layers(s, nn.TransformerEncoderLayer)
    x = torch.randn(B, T, s["sizes"][0])
    mask = attention.causal_mask(T) if causal else torch.ones(T, T, dtype=torch.bool)
    text = torch.ones(B, T, dtype=torch.long)
    if padded:
        for row, length in enumerate(torch.randint(1, T + 1, (B,))):
            text[row, length:] = 0
    theirs = layer(x, src_mask=~mask, src_key_padding_mask=text == 0)
    ours = block(x, mask & attention.padding_mask(text))
    assert close(ours[text == 1], theirs[text == 1], 2e-5)


@often
@given(settings_of_a_block(), sizes, sizes, sizes, booleans, seeds)
def test_decoder_block_equals_the_library(s, B, T, S, padded, seed):
    torch.manual_seed(seed)
    block, layer = pair_of_layers(s, nn.TransformerDecoderLayer, cross_attention=True)
    C = s["sizes"][0]
    x, source = torch.randn(B, T, C), torch.randn(B, S, C)
    text = torch.ones(B, S, dtype=torch.long)
    if padded:
        text[0, torch.randint(1, S + 1, (1,)) :] = 0
    mask = attention.causal_mask(T)
    theirs = layer(x, source, tgt_mask=~mask, memory_key_padding_mask=text == 0)
    assert close(block(x, mask, source, attention.padding_mask(text)), theirs, 2e-5)


@often
@given(sizes, st.sampled_from([blocks.LayerNorm, blocks.RMSNorm]), booleans, seeds)
def test_the_switch_moves_the_norm(T, norm, norm_first, seed):
    """Both forms, written out."""
    torch.manual_seed(seed)
    block = randomise(blocks.Block(6, 2, 12, norm_first=norm_first, norm=norm))
    x = torch.randn(2, T, 6)
    n1, n2 = block.attention_norm, block.feed_forward_norm
    if norm_first:
        y = x + block.attention(n1(x))[0]
        y = y + block.feed_forward(n2(y))
    else:
        y = n1(x + block.attention(x)[0])
        y = n2(y + block.feed_forward(y))
    assert isinstance(n1, norm) and close(block(x), y)


def test_dropout_is_at_work_in_training_only():
    torch.manual_seed(0)
    block = blocks.Block(8, 2, 16, dropout=0.5)
    x = torch.randn(1, 4, 8)
    assert not torch.equal(block(x), block(x))
    assert block.attention.dropout == 0.5
    block.eval()
    assert torch.equal(block(x), block(x))


def test_minilm_is_six_of_these_blocks():
    tokenizer, minilm = pretrained.minilm()
    layer = minilm.encoder.layer[0]
    block = blocks.Block(384, 12, 1536, blocks.gelu, norm=partial(blocks.LayerNorm, eps=1e-12)).eval()
    theirs = layer.state_dict()
    block.load_state_dict({ours: theirs[name] for ours, name in minilm_names().items()})
    batch = tokenizer(["The baker sells warm bread.", "Bread!"], padding=True, return_tensors="pt")
    with torch.no_grad():
        states = minilm(**batch, output_hidden_states=True).hidden_states
        ours = block(states[0], attention.padding_mask(batch["attention_mask"]))
    text = batch["attention_mask"] == 1
    assert close(ours[text], states[1][text])


def minilm_names():
    parts = {
        "attention.q_proj": "attention.self.query",
        "attention.k_proj": "attention.self.key",
        "attention.v_proj": "attention.self.value",
        "attention.out_proj": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm",
        "feed_forward.up": "intermediate.dense",
        "feed_forward.down": "output.dense",
        "feed_forward_norm": "output.LayerNorm",
    }
    return {f"{o}.{end}": f"{t}.{end}" for o, t in parts.items() for end in ("weight", "bias")}


# --- The whole model ---


def tiny(seed=0, norm_first=False, **options):
    torch.manual_seed(seed)
    return randomise(blocks.EncoderDecoder(9, 8, 2, 2, 16, 0.0, norm_first, max_length=12, **options))


@settings(often, max_examples=50)
@given(sizes, sizes, sizes, booleans, seeds)
def test_stacks_equal_the_library(B, S, T, norm_first, seed):
    model = tiny(seed, norm_first)
    options = {"batch_first": True, "norm_first": norm_first}
    encoder, decoder = (
        nn.ModuleList(library(8, 2, 16, 0.0, **options) for _ in range(2)).eval()
        for library in (nn.TransformerEncoderLayer, nn.TransformerDecoderLayer)
    )
    for stack, theirs in [(model.encoder, encoder), (model.decoder, decoder)]:
        for block, layer in zip(stack, theirs, strict=True):
            randomise(layer)
            load_layer(block, layer)
    source, target = torch.randint(0, 9, (B, S)), torch.randint(0, 9, (B, T))
    padded = torch.zeros(B, S, dtype=torch.bool)
    padded[0, (S + 1) // 2 :] = S > 1
    table = model.embedding.weight
    x, y = (
        table[ids] * 8**0.5 + blocks.sinusoidal_positions(12, 8)[: ids.shape[1]] for ids in (source, target)
    )
    for layer in encoder:
        x = layer(x, src_key_padding_mask=padded)
    x = F.layer_norm(x, (8,), *model.encoder_norm.parameters()) if norm_first else x
    for layer in decoder:
        y = layer(y, x, tgt_mask=~attention.causal_mask(T), memory_key_padding_mask=padded)
    y = F.layer_norm(y, (8,), *model.decoder_norm.parameters()) if norm_first else y
    assert close(model(source, target, (~padded).long()), y @ table.T, 1e-4)


def test_the_future_and_the_padding_are_hidden():
    model = tiny()
    source, target = torch.randint(0, 9, (2, 5)), torch.randint(0, 9, (2, 6))
    logits = model(source, target)
    target[:, 4:] = 0
    assert close(model(source, target)[:, :4], logits[:, :4])
    longer = torch.cat([source, torch.full((2, 3), 7)], dim=1)
    mask = (torch.arange(8) < 5).long().expand(2, 8)
    assert close(model(longer, target, mask), model(source, target))
    assert not close(model(longer, target), model(source, target), 1e-3)


def test_one_table_serves_source_target_and_output():
    model = tiny()
    assert sum(p.shape == (9, 8) for p in model.parameters()) == 1
    model(torch.tensor([[1]]), torch.tensor([[2]]))[0, 0, 5].backward()
    assert (model.embedding.weight.grad.abs().sum(1) > 0).nonzero().flatten().tolist() == [1, 2, 5]


def test_generate_is_the_best_token_again_and_again():
    source, mask = torch.randint(0, 9, (4, 5)), torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]] * 2)
    lengths = set()
    for seed in range(6):
        model = tiny(seed)
        got = model.generate(source, mask, start_id=1, end_id=2, max_new_tokens=7)
        for row in range(4):
            length = int(mask[row].sum())
            ids = [1]
            while len(ids) < 8 and ids[-1] != 2:
                logits = model(source[row : row + 1, :length], torch.tensor([ids]))
                ids.append(logits[0, -1].argmax().item())
            assert got[row].tolist() == (ids[1:] + [2] * 7)[: got.shape[1]]
            lengths.add((len(ids) - 1, got.shape[1]))
    assert any(own < batch for own, batch in lengths) and any(own == 7 for own, _ in lengths)


def test_generate_stops_when_all_have_ended():
    model = tiny()
    model.embedding.weight.data.zero_()  # all logits equal: the first id, 0, wins
    source = torch.randint(0, 9, (4, 5))
    assert model.generate(source, start_id=0, end_id=0, max_new_tokens=7).tolist() == [[0]] * 4
    assert model.generate(source, start_id=1, end_id=2, max_new_tokens=7).shape == (4, 7)


def test_only_what_is_learned_is_saved():
    state = {**tiny().state_dict(), **blocks.Rotary(4, 8).state_dict()}
    assert not any(word in name for name in state for word in ("table", "cos", "sin"))
    assert list(blocks.Positions(3, 4, learned=True).state_dict()) == ["table"]


# --- Cost and training ---


@settings(often, max_examples=40)
@given(st.integers(1, 4), st.integers(1, 4), sizes, sizes, sizes, booleans)
def test_parameters_and_flops_equal_the_modules_own(H, D, inner, T, S, cross):
    C = H * D
    block = blocks.Block(C, H, inner, cross_attention=cross)
    assert blocks.block_parameters(C, inner, cross) == sum(p.numel() for p in block.parameters())
    source = torch.randn(1, S, C) if cross else None
    with FlopCounterMode(display=False) as counter:
        block(torch.randn(1, T, C), None, source)
    assert blocks.block_flops(T, C, inner, S if cross else None) == counter.get_total_flops()


def test_the_base_model_of_2017():
    with torch.device("meta"):
        model = blocks.EncoderDecoder(37000)
    count = sum(p.numel() for p in model.parameters())
    stacks = 6 * (blocks.block_parameters(512, 2048) + blocks.block_parameters(512, 2048, True))
    assert count == stacks + 37000 * 512 and 62e6 < count < 65.5e6


@often
@given(sizes, sizes, st.integers(1, 9), st.sampled_from([0.0, 0.1, 0.5]), seeds)
def test_smoothed_loss_equals_the_library(B, T, V, smoothing, seed):
    torch.manual_seed(seed)
    logits, labels = 5 * torch.randn(B, T, V), torch.randint(0, V, (B, T))
    labels[torch.rand(B, T) < 0.3] = -100
    labels[0, 0] = 0
    theirs = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), label_smoothing=smoothing)
    assert close(blocks.smoothed_cross_entropy(logits, labels, smoothing), theirs)


def test_warmup():
    rates = [blocks.warmup_rate(step, 512, 4000) for step in range(1, 20_001)]
    assert max(rates) == rates[3999] == pytest.approx((512 * 4000) ** -0.5)
    assert rates[1999] == pytest.approx(rates[3999] / 2) == rates[15999]
    assert rates[0] == pytest.approx(512**-0.5 * 4000**-1.5)


# --- Bad input ---

X = torch.zeros(2, 3, 4)
IDS = torch.zeros(2, 3, dtype=torch.long)
BLOCK, DECODER = blocks.Block(4, 2, 8), blocks.Block(4, 2, 8, cross_attention=True)
MODEL = blocks.EncoderDecoder(9, 4, 1, 2, 8, max_length=5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: blocks.frequencies(5), "size: got 5; an even"),
        (lambda: blocks.frequencies(4, base=0), "base: got 0"),
        (lambda: blocks.sinusoidal_positions(0, 4), "length: got 0"),
        (lambda: blocks.sinusoidal_positions(3, 5), "size: got 5; an even"),
        (lambda: blocks.sinusoidal_positions(3, 4.0), "size: got 4.0"),
        (lambda: blocks.Positions(3, 5), "size: got 5; an even"),
        (lambda: blocks.Positions(0, 4, learned=True), "max_length: got 0"),
        (lambda: blocks.Positions(2, 4)(X), "length: got 3 tokens; at most max_length, 2"),
        (lambda: blocks.Positions(9, 6)(X), r"hidden_states: got shape \(2, 3, 4\)"),
        (lambda: blocks.Positions(9, 4)(X[0]), r"hidden_states: got shape \(3, 4\)"),
        (lambda: blocks.Positions(9, 4)(X[:, :0]), "T of at least 1"),
        (lambda: blocks.Positions(9, 4)(X, torch.tensor([0, 1])), r"position_ids: got shape \(2,\)"),
        (lambda: blocks.Positions(9, 4)(X, torch.tensor([0, 1, 9])), "position_ids: got 0 to 9"),
        (lambda: blocks.Positions(9, 4)(X, torch.tensor([-1, 1, 2])), "position_ids: got -1 to 2"),
        (lambda: blocks.Positions(9, 4)(X, torch.tensor([0.0, 1, 2])), "of float32; ints"),
        (lambda: blocks.Positions(9, 4)(X, torch.arange(9).view(3, 3)), r"got shape \(3, 3\)"),
        (lambda: blocks.Rotary(5, 9), "size: got 5; an even"),
        (lambda: blocks.Rotary(4, 0), "max_length: got 0"),
        (lambda: blocks.Rotary(4, 9)(X), r"x: got shape \(2, 3, 4\)"),
        (lambda: blocks.Rotary(4, 9)(torch.zeros(1, 2, 3, 6)), r"\(B, H, T, 4\)"),
        (lambda: blocks.Rotary(4, 2)(X[None]), "got 3 tokens; at most max_length, 2"),
        (lambda: blocks.FeedForward(4, 0), "intermediate_size: got 0"),
        (lambda: blocks.FeedForward(4, 8)(X[..., :3]), r"hidden_states: got shape \(2, 3, 3\)"),
        (lambda: blocks.FeedForward(4, 8)(X.long()), "of int64; a tensor of floats"),
        (lambda: blocks.LayerNorm(0), "hidden_size: got 0"),
        (lambda: blocks.LayerNorm(5)(X), r"floats \(…, 5\)"),
        (lambda: blocks.RMSNorm(True), "hidden_size: got True"),
        (lambda: blocks.RMSNorm(4)([1.0] * 4), "hidden_states: got list"),
        (lambda: blocks.Block(5, 2, 8), "num_heads: got 2 for a width of 5"),
        (lambda: blocks.Block(4, 2, 8, dropout=1.5), "dropout: got 1.5"),
        (lambda: BLOCK(X[0]), r"hidden_states: got shape \(3, 4\)"),
        (lambda: BLOCK(X[:, :0]), "hidden_states: got shape"),
        (lambda: BLOCK(X, torch.ones(3, 3)), "mask: got torch.float32; a bool"),
        (lambda: BLOCK(X, torch.ones(3, 4, dtype=torch.bool)), r"mask: got shape \(3, 4\)"),
        (lambda: BLOCK(X, encoder_states=X), "encoder_states: got shape .* None, as"),
        (lambda: DECODER(X), "encoder_states: got None"),
        (lambda: DECODER(X, None, X[:1]), "key_value_states: got a batch of 1"),
        (lambda: DECODER(X, None, X, torch.ones(3, 9, dtype=torch.bool)), "mask: got shape"),
        (lambda: blocks.EncoderDecoder(0), "vocab_size: got 0"),
        (lambda: blocks.EncoderDecoder(9, 5, 1, 1, 8), "size: got 5; an even"),
        (lambda: blocks.EncoderDecoder(9, 4, 0, 1, 8), "num_layers: got 0"),
        (lambda: MODEL(IDS.float(), IDS), "input_ids: got shape .* float32"),
        (lambda: MODEL(IDS, IDS[0]), "decoder_input_ids: got shape"),
        (lambda: MODEL(IDS, IDS[:, :0]), "decoder_input_ids: got shape"),
        (lambda: MODEL(IDS[:0], IDS[:0]), "input_ids: got shape"),
        (lambda: MODEL(IDS + 9, IDS), "input_ids: got 9 to 9; 0 to 8"),
        (lambda: MODEL(IDS, torch.zeros(2, 6, dtype=torch.long)), "got 6 tokens; at most max_length, 5"),
        (lambda: MODEL(IDS, IDS, torch.ones(2, 4)), "mask: got shape"),
        (lambda: MODEL(IDS, IDS, torch.ones(3)), r"attention_mask: got shape \(3,\)"),
        (lambda: MODEL(IDS, IDS, 2 * IDS + 2), "attention_mask: got other numbers"),
        (lambda: MODEL.generate(IDS, start_id=0, end_id=1, max_new_tokens=0), "max_new_tokens: got 0"),
        (lambda: MODEL.generate(IDS, start_id=9, end_id=1, max_new_tokens=2), "decoder_input_ids: got 9"),
        (lambda: blocks.block_parameters(4, 0), "intermediate_size: got 0"),
        (lambda: blocks.block_flops(0, 4, 8), "length: got 0"),
        (lambda: blocks.block_flops(3, 4, 8, 0), "source_length: got 0"),
        (lambda: blocks.smoothed_cross_entropy(X, IDS, 1.0), "smoothing: got 1.0"),
        (lambda: blocks.smoothed_cross_entropy(X, IDS[0]), r"labels: got shape \(3,\)"),
        (lambda: blocks.smoothed_cross_entropy(X, IDS.float()), "labels: got shape .* float32"),
        (lambda: blocks.smoothed_cross_entropy(X, IDS - 100), "got only −100"),
        (lambda: blocks.smoothed_cross_entropy(X, IDS + 4), "labels: got 4 to 4; ids from 0 to 3"),
        (lambda: blocks.smoothed_cross_entropy([1.0], IDS), "logits: got list"),
        (lambda: blocks.warmup_rate(0, 512, 4000), "step: got 0"),
        (lambda: blocks.warmup_rate(1, 512, 0), "warmup_steps: got 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
