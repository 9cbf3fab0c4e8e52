"""GPT equals GPT-2 and Llama of transformers, over random configs; files go both ways; bad input is named."""

import json
import logging
import math
from itertools import product

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BertConfig,
    DynamicCache,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    pipeline,
)

from utils import gpt
from utils.tokenization import train_bpe

often = settings(max_examples=40, deadline=None, derandomize=True)
seeds = st.integers(0, 10_000)
kinds = pytest.mark.parametrize("kind", ["gpt2", "llama"])
SMALL = {
    "vocab_size": 40,
    "max_position_embeddings": 24,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}


def close(a, b, atol=1e-5):
    return a.shape == b.shape and torch.allclose(a, b, atol=atol, rtol=1e-5)


def randomise(model):
    """Norms start at 1 and biases at 0: with other numbers a swapped or forgotten parameter shows."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    return model.eval()


def small(kind="gpt2", seed=0, **others):
    torch.manual_seed(seed)
    return randomise(gpt.GPT(getattr(gpt.GPTConfig, kind)(**SMALL | others)))


def same_weights(a, b):
    a, b = a.state_dict(), b.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@st.composite
def theirs(draw, dropout=0.0):
    """A GPT-2 or a Llama of transformers, of any small size, with random weights."""
    torch.manual_seed(draw(seeds))
    G = draw(st.integers(1, 3))
    H = G * draw(st.integers(1, 2))
    C = H * 2 * draw(st.integers(1, 3))
    common = {
        "vocab_size": draw(st.integers(2, 30)),
        "max_position_embeddings": draw(st.integers(8, 20)),
        "hidden_size": C,
        "num_hidden_layers": draw(st.integers(1, 3)),
        "num_attention_heads": H,
        "tie_word_embeddings": draw(st.booleans()),
        "eos_token_id": draw(st.integers(0, 1)),
    }
    if draw(st.booleans()):
        inner, eps = draw(st.sampled_from([None, 1, 10])), draw(st.sampled_from([1e-5, 1e-2]))
        dropouts = dict.fromkeys(["resid_pdrop", "embd_pdrop", "attn_pdrop"], dropout)
        model = GPT2LMHeadModel(GPT2Config(**common, n_inner=inner, layer_norm_epsilon=eps, **dropouts))
    else:
        bias = draw(st.booleans())
        model = LlamaForCausalLM(
            LlamaConfig(
                **common,
                num_key_value_heads=G,
                intermediate_size=draw(st.integers(1, 20)),
                rms_norm_eps=draw(st.sampled_from([1e-6, 1e-2])),
                rope_parameters={"rope_type": "default", "rope_theta": draw(st.sampled_from([10.0, 1e4]))},
                attention_bias=bias,
                mlp_bias=bias,
            )
        )
    return randomise(model)


@st.composite
def batches(draw, config):
    """Ids, a mask with padding left or right (or none), and labels with holes."""
    torch.manual_seed(draw(seeds))
    B, T = draw(st.integers(1, 3)), draw(st.integers(1, config.max_position_embeddings))
    ids = torch.randint(config.vocab_size, (B, T))
    lengths = torch.tensor([draw(st.integers(1, T)) for _ in range(B)])[:, None]
    mask = (torch.arange(T) < lengths).long()
    if draw(st.booleans()):
        mask = mask.flip(1)
    if draw(st.booleans()):
        mask = torch.ones_like(ids)
    labels = ids.masked_fill((mask == 0) | (torch.rand(B, T) < 0.2), -100)
    return ids, mask, labels


def places(mask):
    """The positions that transformers' `generate` hands to its model."""
    return (mask.cumsum(1) - 1).clamp_min(0)


# --- The same numbers as transformers ---


@often
@given(st.data())
def test_logits_loss_and_hidden_states_equal_theirs(data):
    hf = data.draw(theirs())
    ours = gpt.from_hf(hf)
    ids, mask, labels = data.draw(batches(hf.config))
    assume((labels[:, 1:] != -100).any())
    padded = not mask.all()
    expected = hf(
        ids,
        attention_mask=mask if padded else None,
        position_ids=places(mask) if padded else None,
        labels=labels,
        output_hidden_states=True,
    )
    got = ours(ids, attention_mask=mask if padded else None, labels=labels, output_hidden_states=True)
    assert close(got.loss, expected.loss)
    assert close(got.logits[mask == 1], expected.logits[mask == 1])
    assert len(got.hidden_states) == len(expected.hidden_states)
    for a, b in zip(got.hidden_states, expected.hidden_states, strict=True):
        assert close(a[mask == 1], b[mask == 1])
    assert got.attentions is None and ours(ids).loss is None and ours(ids).hidden_states is None


@often
@given(st.data())
def test_a_cache_fed_in_pieces_gives_the_same_logits(data):
    hf = data.draw(theirs())
    ours, (ids, mask, _) = gpt.from_hf(hf), data.draw(batches(hf.config))
    (B, T), cache = ids.shape, None
    expected = hf(ids, attention_mask=mask, position_ids=places(mask)).logits
    room = data.draw(st.integers(T, hf.config.max_position_embeddings))
    cache, pieces, past = gpt.KVCache(ours.config, B, room), [], 0
    theirs_cache, theirs_pieces = DynamicCache(config=hf.config), []
    while past < T:
        end = data.draw(st.integers(past + 1, T))
        seen = mask[:, :end] if not mask.all() else None
        pieces.append(ours(ids[:, past:end], attention_mask=seen, cache=cache).logits)
        theirs_pieces.append(
            hf(
                ids[:, past:end],
                attention_mask=mask[:, :end],
                position_ids=places(mask)[:, past:end],
                past_key_values=theirs_cache,
            ).logits
        )
        assert cache.length == end
        past = end
    got = torch.cat(pieces, 1)
    assert close(got[mask == 1], expected[mask == 1])
    assert close(got[mask == 1], torch.cat(theirs_pieces, 1)[mask == 1])


@often
@given(st.data())
def test_greedy_equals_generate(data):
    hf = data.draw(theirs())
    hf.generation_config.pad_token_id = hf.config.eos_token_id
    ours, (ids, _, _) = gpt.from_hf(hf), data.draw(batches(hf.config))
    new = hf.config.max_position_embeddings - ids.shape[1]
    assume(new)
    everything = torch.ones_like(ids)  # else transformers takes end tokens in the prompt for padding
    expected = hf.generate(ids, attention_mask=everything, do_sample=False, max_new_tokens=new)
    for use_cache in (True, False):
        got = gpt.greedy(ours, ids, new, use_cache=use_cache, eos_token_id=hf.config.eos_token_id)
        assert torch.equal(got, expected)
    assert gpt.greedy(ours, ids, new).shape[1] == hf.config.max_position_embeddings


@often
@given(st.data())
def test_attentions_equal_theirs(data):
    hf = data.draw(theirs())
    hf.set_attn_implementation("eager")
    ours, (ids, mask, _) = gpt.from_hf(hf), data.draw(batches(hf.config))
    expected = hf(ids, attention_mask=mask, position_ids=places(mask), output_attentions=True)
    got = ours(ids, attention_mask=mask, output_attentions=True)
    assert close(got.logits[mask == 1], expected.logits[mask == 1])
    for a, b in zip(got.attentions, expected.attentions, strict=True):
        real = mask[:, None, :].expand(a.shape[:3]) == 1  # rows of text; those of padding mean nothing
        assert close(a[real], b[real])


@often
@given(theirs(), seeds)
def test_gradients_equal_theirs(hf, seed):
    torch.manual_seed(seed)
    ours, ids = gpt.from_hf(hf), torch.randint(hf.config.vocab_size, (2, 8))
    for model in (ours, hf):
        model(input_ids=ids, labels=ids).loss.backward()
    for parameter in ours.parameters():
        parameter.data = parameter.grad
    moved = gpt.to_hf(ours)
    for (name, a), b in zip(moved.named_parameters(), hf.parameters(), strict=True):
        assert close(a.data, b.grad), name


@often
@given(theirs(dropout=0.3), seeds)
def test_dropout_stands_at_the_same_places(hf, seed):
    assume(hf.config.model_type == "gpt2")
    ours, ids = gpt.from_hf(hf).train(), torch.randint(hf.config.vocab_size, (2, 6))
    hf.train()
    torch.manual_seed(seed)
    expected = hf(ids).logits
    torch.manual_seed(seed)
    assert close(ours(ids).logits, expected)
    assert not close(ours.eval()(ids).logits, expected)


@often
@given(theirs())
def test_there_and_back(hf):
    ours = gpt.from_hf(hf)
    again = gpt.to_hf(ours)
    assert type(again) is type(hf) and same_weights(again, hf)
    back = gpt.from_hf(again)
    assert same_weights(back, ours) and back.config == ours.config
    assert again.config.eos_token_id == hf.config.eos_token_id
    assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in hf.parameters())


def test_gelu_is_the_one_of_gpt2():
    ours = small()
    hf, x = gpt.to_hf(ours), 5 * torch.randn(2, 9, 16)  # wide enough to tell the two formulas apart
    assert close(ours.blocks[1].feed_forward(x), hf.transformer.h[1].mlp(x))


# --- What must hold of any GPT ---


@pytest.mark.parametrize(
    "norm, positions, feed_forward, bias, G",
    list(product(["layer", "rms"], ["learned", "rotary"], ["gelu", "swiglu"], [True, False], [4, 2])),
)
def test_every_switch_alone(norm, positions, feed_forward, bias, G):
    switches = {"norm": norm, "positions": positions, "feed_forward": feed_forward, "bias": bias}
    model = small(**switches, num_key_value_heads=G)
    ids = torch.randint(40, (2, 9))
    output = model(ids, labels=ids)
    output.loss.backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())
    linear = [module for module in model.modules() if isinstance(module, torch.nn.Linear)]
    assert all((module.bias is not None) is bias for module in linear)
    changed = ids.clone()
    changed[:, 5] = (changed[:, 5] + 1) % 40
    logits = model(changed).logits
    assert close(logits[:, :5], output.logits[:, :5])  # the past knows nothing of it
    assert ((logits - output.logits).abs().amax((0, 2))[5:] > 1e-6).all()


@often
@given(st.sampled_from(["gpt2", "llama"]), st.integers(0, 8), seeds)
def test_padding_changes_nothing(kind, padding, seed):
    model, ids = small(kind, seed), torch.randint(40, (1, 9))
    filler, mask = torch.randint(40, (1, padding)), torch.ones(1, 9, dtype=torch.long)
    expected, zeros = model(ids).logits, torch.zeros_like(filler)
    left = model(torch.cat([filler, ids], 1), attention_mask=torch.cat([zeros, mask], 1)).logits
    right = model(torch.cat([ids, filler], 1), attention_mask=torch.cat([mask, zeros], 1)).logits
    assert close(left[:, padding:], expected) and close(right[:, :9], expected)
    assert left.isfinite().all() and right.isfinite().all()


def test_weights_start_as_in_gpt2():
    torch.manual_seed(0)
    config = gpt.GPTConfig.gpt2(
        vocab_size=2048,
        max_position_embeddings=64,
        hidden_size=128,
        num_hidden_layers=8,
        num_attention_heads=4,
    )
    model = gpt.GPT(config)
    for name, parameter in model.named_parameters():
        if name.endswith(("out_proj.weight", "down.weight")):
            assert parameter.std().item() == pytest.approx(0.02 / math.sqrt(16), rel=0.05), name
        elif name.endswith("bias"):
            assert not parameter.any(), name
        elif "norm" in name:
            assert (parameter == 1).all(), name
        else:
            assert parameter.std().item() == pytest.approx(0.02, rel=0.05), name
    ids = torch.randint(2048, (4, 64))
    assert model(ids, labels=ids).loss.item() == pytest.approx(math.log(2048), abs=0.1)


def test_the_defaults_are_gpt2_small():
    with torch.device("meta"):
        model = gpt.GPT(gpt.GPTConfig.gpt2())
    assert sum(p.numel() for p in model.parameters()) == 124_439_808
    llama = gpt.GPTConfig.llama(hidden_size=96, num_attention_heads=4)
    assert llama.intermediate_size == 256 and llama.num_key_value_heads == 4


def test_a_cache_is_cropped_and_reordered():
    model, ids = small(), torch.randint(40, (3, 12))
    cache = gpt.KVCache(model.config, 3, 16)
    model(ids[:, :10], cache=cache)
    cache.crop(8)
    expected = model(ids).logits[:, 8:]
    assert close(model(ids[:, 8:], cache=cache).logits, expected)
    order = torch.tensor([2, 2, 0, 1])  # four beams from three
    cache.crop(8)
    cache.reorder(order)
    assert close(model(ids[order, 8:], cache=cache).logits, expected[order])
    assert cache.length == 12


def test_a_text_that_has_ended_stays_so():
    model, ids = small(seed=3), torch.randint(40, (4, 3))
    free = gpt.greedy(model, ids, 20)
    end = free[0, 8].item()
    got = gpt.greedy(model, ids, 20, eos_token_id=end)
    for row, expected in zip(got[:, 3:].tolist(), free[:, 3:].tolist(), strict=True):
        stop = expected.index(end) + 1 if end in expected else len(row)
        assert row == (expected[:stop] + [end] * len(row))[: len(row)]
    alone = gpt.greedy(model, ids[:1], 20, eos_token_id=end)
    assert alone[0, -1] == end and alone.shape[1] <= 9


@kinds
def test_half_precision_runs(kind):
    model, ids = small(kind).to(torch.bfloat16), torch.randint(40, (2, 6))
    assert model(ids).logits.dtype == torch.bfloat16
    assert torch.equal(gpt.greedy(model, ids, 8), gpt.greedy(model, ids, 8, use_cache=False))


# --- Loss and measures ---


def test_labels_are_shifted():
    labels = torch.tensor([[5, 6, 7], [8, -100, 9]])
    assert gpt.shift_labels(labels).tolist() == [[6, 7, -100], [-100, 9, -100]]


def test_the_loss_by_hand():
    logits = torch.randn(2, 4, 5)
    labels = torch.tensor([[0, 1, 2, 3], [4, -100, 2, -100]])
    wanted = [(0, 0, 1), (0, 1, 2), (0, 2, 3), (1, 1, 2)]
    nats = torch.stack([-logits[b, t].log_softmax(-1)[label] for b, t, label in wanted])
    assert close(gpt.causal_lm_loss(logits, labels), nats.mean())
    assert close(gpt.causal_lm_loss(logits, labels, "sum"), nats.sum())
    each = gpt.causal_lm_loss(logits, labels, "none")
    assert each.shape == (2, 4) and close(each[[0, 0, 0, 1], [0, 1, 2, 1]], nats)
    assert each.count_nonzero() == 4


def test_measures_of_a_known_loss():
    assert gpt.perplexity(math.log(7) * 30, 30) == pytest.approx(7)
    assert gpt.bits_per_byte(math.log(2) * 24, 8) == pytest.approx(3)


@pytest.mark.parametrize("period, T", [(1, 4), (3, 10), (5, 6)])
def test_induction_looks_at_what_followed_last_time(period, T):
    exact, random = torch.zeros(2, 1, T, T), torch.rand(2, 1, T, T)
    for t in range(period, T):
        exact[:, :, t, t - period + 1] = 1
    scores = gpt.induction_score([exact, random], period)
    expected = torch.stack([random[:, 0, t, t - period + 1] for t in range(period, T)]).mean()
    assert scores.shape == (2, 1) and close(scores[:, 0], torch.stack([torch.tensor(1.0), expected]))


# --- Files ---


@kinds
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("tied", [True, False])
def test_what_is_saved_opens_in_both(kind, dtype, tied, tmp_path):
    model, ids = small(kind, tie_word_embeddings=tied), torch.randint(40, (2, 7))
    before = torch.random.get_rng_state()
    gpt.save(model, tmp_path / "m", dtype=dtype)
    ours = gpt.load(tmp_path / "m")
    assert torch.equal(torch.random.get_rng_state(), before)  # saving disturbs no training
    assert ours.config == model.config and not ours.training
    assert close(ours(ids).logits, model(ids).logits, {torch.float32: 0}.get(dtype, 0.2))
    hf = AutoModelForCausalLM.from_pretrained(tmp_path / "m")
    assert hf.dtype == dtype
    assert close(hf.float()(ids).logits, ours(ids).logits)
    hf.save_pretrained(tmp_path / "theirs")
    assert same_weights(gpt.load(tmp_path / "theirs"), ours)
    if dtype == torch.float32:
        assert same_weights(ours, model)


def test_pipeline_and_tokenizer_without_a_word_of_warning(tmp_path):
    tokenizer = train_bpe(["the cat sat on the mat and the dog sat on the log"], 270)
    model = small(vocab_size=270, max_position_embeddings=64)
    gpt.save(model, tmp_path, tokenizer)
    logger, records = logging.getLogger("transformers"), []
    handler, level = logging.Handler(), logger.level
    handler.emit = records.append
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    try:
        theirs_tokenizer = AutoTokenizer.from_pretrained(tmp_path)
        hf = AutoModelForCausalLM.from_pretrained(tmp_path)
        ids = torch.tensor([tokenizer.encode("the cat")])
        assert theirs_tokenizer("the cat").input_ids == ids[0].tolist()
        assert hf.generation_config.eos_token_id == hf.generation_config.pad_token_id == 0
        out = hf.generate(ids, do_sample=False, max_new_tokens=9)
        writer = pipeline("text-generation", model=str(tmp_path))
        text = writer("the cat", do_sample=False, max_new_tokens=9)[0]["generated_text"]
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert not records, [record.getMessage() for record in records]
    assert torch.equal(gpt.greedy(model, ids, 9, eos_token_id=0), out)
    assert text == theirs_tokenizer.decode(out[0], skip_special_tokens=True)
    theirs_tokenizer.save_pretrained(tmp_path / "other")
    gpt.save(model, tmp_path / "other", theirs_tokenizer)
    assert AutoTokenizer.from_pretrained(tmp_path / "other")("the cat").input_ids == ids[0].tolist()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.floats(0, 1), st.integers(1, 255))
def test_an_altered_or_truncated_file_is_refused(tmp_path_factory, place, flip):
    folder = tmp_path_factory.getbasetemp() / "altered"
    model = small()
    if not folder.exists():
        gpt.save(model, folder)
    weights = folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    i = int(place * (len(content) - 1))
    altered = bytearray(content)
    altered[i] ^= flip
    try:
        for damaged in (altered, content[:i]):
            weights.write_bytes(damaged)
            try:
                assert same_weights(gpt.load(folder), model)  # a byte that says nothing, such as a blank
            except ValueError as error:
                assert "model.safetensors" in str(error)
    finally:
        weights.write_bytes(content)


def test_an_altered_weight_is_refused(tmp_path):
    gpt.save(small(), tmp_path)
    weights = tmp_path / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ValueError, match=r"model\.safetensors was altered"):
        gpt.load(tmp_path)


OTHER_SIZES = [
    {"vocab_size": 41},
    {"hidden_size": 32},
    {"num_hidden_layers": 1},
    {"num_hidden_layers": 3},
    {"intermediate_size": 5},
    {"tie_word_embeddings": False},
]


@pytest.mark.parametrize(
    "kind, change", [*product(["gpt2", "llama"], OTHER_SIZES), ("gpt2", {"max_position_embeddings": 25})]
)
def test_weights_of_another_config_are_refused(kind, change, tmp_path):
    gpt.save(small(kind, tie_word_embeddings=True), tmp_path)
    path = tmp_path / "config.json"
    config = json.loads(path.read_text())
    names = {"intermediate_size": "n_inner", "hidden_size": "n_embd", "num_hidden_layers": "n_layer"}
    names["max_position_embeddings"] = "n_positions"
    for name, value in change.items():
        name = names.get(name, name) if kind == "gpt2" else name
        assert name in config
        config[name] = value
    if kind == "llama":
        config["head_dim"] = config["hidden_size"] // config["num_attention_heads"]
    path.write_text(json.dumps(config))
    with pytest.raises(ValueError, match=r"model\.safetensors is not of this config\.json"):
        gpt.load(tmp_path)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"model_type": "bert"}, "is not the config of a GPT-2 or a Llama"),
        ({"activation_function": "relu"}, "got activation_function 'relu'; 'gelu_new'"),
        ({"attn_pdrop": 0.5}, "got attn_pdrop 0.5; 0.0"),
        ({"n_head": 3}, "num_attention_heads: got 3 for a width of 16"),
        ({"n_layer": "two"}, "n_layer"),
        ({"model_type": "llama", "num_attention_heads": 3}, "validate_architecture"),
        ({"model_type": "llama", "num_attention_heads": 0}, "zero"),
    ],
)
def test_a_config_we_do_not_know_is_refused(change, message, tmp_path):
    gpt.save(small(change.get("model_type", "gpt2").replace("bert", "gpt2")), tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match=rf"config\.json.*{message}"):
        gpt.load(tmp_path)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"config\.json"):
        gpt.load(tmp_path)


def test_a_full_disk_leaves_the_old_checkpoint(tmp_path):
    resource = pytest.importorskip("resource")
    old, folder = small(seed=1), tmp_path / "m"
    gpt.save(old, folder)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))  # no file may grow beyond 4 KiB
    try:
        with pytest.raises(OSError, match=r"m cannot be written \(.*\); what was there before is intact"):
            gpt.save(small(seed=2), folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert same_weights(gpt.load(folder), old)
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


@pytest.mark.parametrize("moment", ["save_weights", "os.rename"])
def test_an_interrupt_leaves_the_old_checkpoint(moment, tmp_path, monkeypatch):
    old, folder = small(seed=1), tmp_path / "m"
    gpt.save(old, folder)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"utils.pretrained.{moment}", interrupt)
    with pytest.raises(KeyboardInterrupt):
        gpt.save(small(seed=2), folder)
    monkeypatch.undo()
    assert same_weights(gpt.load(folder), old)
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    gpt.save(small(seed=2), folder)
    assert same_weights(gpt.load(folder), small(seed=2))


# --- Bad input is named ---

IDS = torch.zeros(2, 6, dtype=torch.long)
BAD_INPUT = {
    "too long": ({"input_ids": torch.zeros(1, 25, dtype=torch.long)}, "input_ids: got 25 tokens; .*24"),
    "beyond V": ({"input_ids": IDS + 40}, "input_ids: got 40 to 40; 0 to 39"),
    "below 0": ({"input_ids": IDS - 1}, "input_ids: got -1 to -1; 0 to 39"),
    "floats": ({"input_ids": IDS.float()}, "input_ids: got shape .* of float32"),
    "no batch": ({"input_ids": IDS[0]}, r"input_ids: got shape \(6,\) of int64"),
    "nothing": ({"input_ids": IDS[:, :0]}, r"input_ids: got shape \(2, 0\) of int64"),
    "a list": ({"input_ids": [[1]]}, "input_ids: got list"),
    "labels' shape": (
        {"labels": IDS[:, 1:]},
        r"labels: got shape \(2, 5\) of int64; int64 of shape \(2, 6\)",
    ),
    "labels' type": ({"labels": IDS.float()}, "labels: got shape .* of float32"),
    "labels beyond V": ({"labels": IDS + 40}, "labels: got 40 to 40; 0 to 39"),
    "labels below 0": ({"labels": IDS - 1}, "labels: got -1 to -1"),
    "no labels": ({"labels": IDS - 100}, "labels: got none that counts"),
    "mask's shape": ({"attention_mask": IDS[:, 1:]}, r"attention_mask: got .*shape \(2, 6\)"),
    "mask's numbers": ({"attention_mask": IDS + 2}, "attention_mask: got other numbers"),
    "positions' shape": ({"position_ids": IDS[:, 1:]}, "position_ids: got"),
    "positions beyond": ({"position_ids": IDS + 24}, "position_ids: got 24 to 24"),
    "small cache": ({"cache": (2, 5, 0, {})}, "input_ids: got 6 tokens; .*room in the cache, 5"),
    "full cache": ({"cache": (2, 10, 7, {})}, "input_ids: got 6 tokens after 7; .*room in the cache, 10"),
    "cache's batch": ({"cache": (3, 10, 0, {})}, "cache: got one for 2 layers and a batch of 3"),
    "cache's layers": ({"cache": (2, 10, 0, {"num_hidden_layers": 3})}, "cache: got one for 3 layers"),
    "mask without the past": (
        {"cache": (2, 10, 2, {}), "attention_mask": IDS + 1},
        r"attention_mask: got .*shape \(2, 8\), 2 of the cache and 6 new",
    ),
}


@kinds
@pytest.mark.parametrize("arguments, message", BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input_is_named(kind, arguments, message):
    arguments = {"input_ids": IDS} | arguments
    if "cache" in arguments:
        B, room, length, others = arguments["cache"]
        cache = arguments["cache"] = gpt.KVCache(gpt.GPTConfig.gpt2(**SMALL | others), B, room)
        cache.length = length
    with pytest.raises(ValueError, match=message):
        small(kind)(**arguments)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"vocab_size": 0}, "vocab_size: got 0"),
        ({"num_hidden_layers": True}, "num_hidden_layers: got True"),
        ({"num_attention_heads": 3}, "num_attention_heads: got 3 for a width of 16"),
        ({"num_key_value_heads": 3}, "num_key_value_heads: got 3 for 4 heads"),
        ({"norm": "batch"}, "norm: got 'batch'; 'layer' or 'rms'"),
        ({"positions": "sinusoidal"}, "positions: got 'sinusoidal'"),
        ({"feed_forward": "relu"}, "feed_forward: got 'relu'"),
        ({"num_attention_heads": 16, "positions": "rotary"}, "hidden_size: got heads of width 1"),
        ({"dropout": 1.0}, "dropout: got 1.0"),
    ],
)
def test_a_bad_config_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        gpt.GPTConfig.gpt2(**SMALL | change)


def test_bad_calls_are_named():
    model = small()
    with pytest.raises(ValueError, match=r"max_new_tokens: got 19 after 6; .*24"):
        gpt.greedy(model, IDS, 19)
    with pytest.raises(ValueError, match="max_new_tokens: got 0"):
        gpt.greedy(model, IDS, 0)
    with pytest.raises(ValueError, match="max_length: got 25; at most the context, 24"):
        gpt.KVCache(model.config, 1, 25)
    with pytest.raises(ValueError, match="length: got 1; 0 to 0"):
        gpt.KVCache(model.config, 1, 24).crop(1)
    with pytest.raises(ValueError, match="period: got 6 for 6 tokens"):
        gpt.induction_score([torch.rand(1, 1, 6, 6)], 6)
    with pytest.raises(ValueError, match="num_tokens: got 0"):
        gpt.perplexity(1.0, 0)
    with pytest.raises(ValueError, match="num_bytes: got 0"):
        gpt.bits_per_byte(1.0, 0)
    with pytest.raises(ValueError, match="model: got rms, learned, gelu"):
        gpt.to_hf(small(norm="rms"))
    with pytest.raises(ValueError, match="model: got GPT2Model; a GPT2LMHeadModel or"):
        gpt.from_hf(gpt.to_hf(small()).transformer)
    with pytest.raises(ValueError, match="config: got 'bert'"):
        gpt.GPTConfig.from_hf(BertConfig())
    with pytest.raises(ValueError, match="config: got rope_parameters"):
        rope = {"rope_type": "linear", "rope_theta": 1e4, "factor": 2.0}
        gpt.GPTConfig.from_hf(LlamaConfig(rope_parameters=rope))
