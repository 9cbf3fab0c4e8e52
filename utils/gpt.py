"""GPT: a stack of blocks that sees only the past and predicts the next token.

Follows Radford et al. (2019, GPT-2) and, by switches, Touvron et al. (2023, Llama): RMSNorm, rotary
positions, SwiGLU (Shazeer 2020) and grouped queries (Ainslie et al. 2023). Leaves out how it is trained
(`utils.training`) and every way of choosing a token but the likeliest (`utils.decoding`).

Axes: B batch, T new tokens, S tokens seen so far with those, H heads, G heads of keys and values, C width,
D width of a head, F width inside the feed-forward, L layers, V vocabulary.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from huggingface_hub.errors import StrictDataclassError
from torch import Tensor, nn

from utils import pretrained
from utils.attention import merge_heads, padding_mask, scaled_dot_product_attention, split_heads
from utils.blocks import FeedForward, Positions, Rotary
from utils.checks import check_ids, check_ints, check_whole, describe

# --- The plan of a model --------------------------------------------------------------------------------


@dataclass(frozen=True)
class GPTConfig:
    """Sizes and switches, under the names of transformers. The defaults are those of GPT-2.

    Args:
        vocab_size: V.
        max_position_embeddings: the context, the most tokens the model sees at once.
        hidden_size: C.
        num_hidden_layers: L.
        num_attention_heads: H, which must divide C.
        num_key_value_heads: G, which must divide H; H / G queries share a key. H if None.
        intermediate_size: F. 4 C if None, or 8/3 C with "swiglu", which has three matrices in place of two.
        dropout: the share of numbers dropped in training, as in `blocks.Block` and from the embeddings.
        layer_norm_eps: added to the variance, or to the mean square.
        tie_word_embeddings: whether the table of embeddings is the last matrix, too.
        norm: "layer" or "rms".
        positions: "learned", a table added to the tokens, or "rotary", turned into queries and keys.
        feed_forward: "gelu" or "swiglu".
        bias: whether the linear maps have one. The head never has.
        rope_theta: the base of the rotary frequencies.
        eos_token_id: the token that ends a text; 0 in the course's tokenizers.

    Raises:
        ValueError: a size below 1, heads that do not divide, an odd head with "rotary", dropout outside
            0 … 1, or a switch that does not exist.
    """

    vocab_size: int = 50257
    max_position_embeddings: int = 1024
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    num_key_value_heads: int | None = None
    intermediate_size: int | None = None
    dropout: float = 0.0
    layer_norm_eps: float = 1e-5
    tie_word_embeddings: bool = True
    norm: str = "layer"
    positions: str = "learned"
    feed_forward: str = "gelu"
    bias: bool = True
    rope_theta: float = 10000.0
    eos_token_id: int | None = 0

    def __post_init__(self) -> None:
        if self.num_key_value_heads is None:
            object.__setattr__(self, "num_key_value_heads", self.num_attention_heads)
        if self.intermediate_size is None:
            matrices = 3 if self.feed_forward == "swiglu" else 2
            object.__setattr__(self, "intermediate_size", 8 * self.hidden_size // matrices)
        _check_config(self)

    @classmethod
    def gpt2(cls, **sizes: object) -> "GPTConfig":
        """The architecture of GPT-2 with these sizes; without any, GPT-2 itself, the small one."""
        return cls(**sizes)

    @classmethod
    def llama(cls, **sizes: object) -> "GPTConfig":
        """The architecture of Llama with these sizes: every switch the other way."""
        switches = {"norm": "rms", "positions": "rotary", "feed_forward": "swiglu", "bias": False}
        return cls(**switches | {"layer_norm_eps": 1e-6, "tie_word_embeddings": False} | sizes)

    @classmethod
    def from_hf(cls, config: object) -> "GPTConfig":
        """From a `GPT2Config` or a `LlamaConfig`.

        Raises:
            ValueError: another architecture, or an option of it that this course leaves out.
        """
        kind = getattr(config, "model_type", type(config).__name__)
        if kind not in NAMES:
            raise ValueError(f"config: got {kind!r}; that of a 'gpt2' or a 'llama' is expected")
        _check_hf(config)
        values = {ours: getattr(config, theirs) for ours, theirs in NAMES[kind].items()}
        if isinstance(config.eos_token_id, list):
            values["eos_token_id"] = config.eos_token_id[0]
        if kind == "gpt2":
            return cls.gpt2(**values)
        return cls.llama(**values, rope_theta=config.rope_parameters["rope_theta"])


# --- The parts ------------------------------------------------------------------------------------------


class KVCache:
    """The keys and values of the tokens read so far, so that none is computed twice.

    They hold no gradients: a cache is for writing, not for training.

    Args:
        config: of the model that will use it.
        batch_size: B.
        max_length: room for so many tokens, at most the model's context.
        device, dtype: those of the model.

    Raises:
        ValueError: a size below 1, or more room than the context.
    """

    def __init__(
        self,
        config: GPTConfig,
        batch_size: int,
        max_length: int,
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        check_whole(batch_size=batch_size, max_length=max_length)
        if max_length > config.max_position_embeddings:
            raise ValueError(
                f"max_length: got {max_length}; at most the context, {config.max_position_embeddings}, "
                "is expected"
            )
        D = config.hidden_size // config.num_attention_heads
        shape = (config.num_hidden_layers, batch_size, config.num_key_value_heads, max_length, D)
        self.keys = torch.zeros(shape, device=device, dtype=dtype)  # (L, B, G, max_length, D)
        self.values = torch.zeros(shape, device=device, dtype=dtype)
        self.length = 0

    def append(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Put (B, G, T, D) behind the tokens seen so far; returns those and the new, (B, G, S, D)."""
        past, new = self.length, k.shape[2]
        keys, values = (x[layer].narrow(2, 0, past + new) for x in (self.keys, self.values))
        keys.narrow(2, past, new).copy_(k.detach())
        values.narrow(2, past, new).copy_(v.detach())
        return keys, values

    def reorder(self, indices: Tensor) -> None:
        """Row i becomes what row `indices[i]` was, as when beams die and others split."""
        self.keys, self.values = (x.index_select(1, indices) for x in (self.keys, self.values))

    def crop(self, length: int) -> None:
        """Forget all but the first `length` tokens.

        Raises:
            ValueError: more than there are.
        """
        if not 0 <= length <= self.length:
            raise ValueError(
                f"length: got {length}; 0 to {self.length}, the tokens in the cache, is expected"
            )
        self.length = length


class CausalSelfAttention(nn.Module):
    """`attention.MultiHeadAttention` that looks back only, with a cache, and with keys that may be shared."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        C, H, G = config.hidden_size, config.num_attention_heads, config.num_key_value_heads
        self.heads, self.dropout = [H, G, G], config.dropout
        self.qkv_proj = nn.Linear(C, C // H * sum(self.heads))  # three maps side by side, as in GPT-2
        self.out_proj = nn.Linear(C, C)

    def forward(
        self,
        hidden_states: Tensor,
        mask: Tensor | None = None,
        rotary: Callable[[Tensor], Tensor] | None = None,
        append: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]] | None = None,
        output_weights: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """(B, T, C) to (B, T, C), and the weights (B, H, T, S) if wanted.

        `mask`, broadcastable to (B, H, T, S), is causal if None. `append` is that of the layer's cache.
        """
        qkv = split_heads(self.qkv_proj(hidden_states), sum(self.heads))  # (B, H + 2G, T, D)
        q, k, v = qkv.split(self.heads, dim=1)  # (B, H, T, D), (B, G, T, D), (B, G, T, D)
        if rotary is not None:
            q, k = rotary(q), rotary(k)
        if append is not None:
            k, v = append(k, v)  # (B, G, S, D)
        H, G, _ = self.heads
        if G < H:
            k = k.repeat_interleave(H // G, dim=1)  # (B, H, S, D)
            v = v.repeat_interleave(H // G, dim=1)  # (B, H, S, D)
        dropout_p, weights = self.dropout if self.training else 0.0, None
        if output_weights:
            x, weights = scaled_dot_product_attention(q, k, v, mask, dropout_p)  # (B, H, T, D)
        else:  # the same, faster
            causal = mask is None and q.shape[2] > 1
            x = F.scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal=causal)  # (B, H, T, D)
        return self.out_proj(merge_heads(x)), weights  # (B, T, C)


class SwiGLU(nn.Module):
    """A feed-forward with a gate: what goes up is multiplied by SiLU(x) = x · sigmoid(x) of another map.

    Shazeer (2020), section 2.
    """

    def __init__(self, hidden_size: int, intermediate_size: int) -> None:
        super().__init__()
        self.gate = nn.Linear(hidden_size, intermediate_size)
        self.up = nn.Linear(hidden_size, intermediate_size)
        self.down = nn.Linear(intermediate_size, hidden_size)

    def forward(self, hidden_states: Tensor) -> Tensor:
        """(…, C) to (…, C)."""
        return self.down(F.silu(self.gate(hidden_states)) * self.up(hidden_states))


class GPTBlock(nn.Module):
    """`blocks.Block` with the norm in front, and the parts that the switches choose."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        sizes = config.hidden_size, config.intermediate_size
        self.attention_norm = _norm(config)
        self.attention = CausalSelfAttention(config)
        self.feed_forward_norm = _norm(config)
        if config.feed_forward == "swiglu":
            self.feed_forward = SwiGLU(*sizes)
        else:
            self.feed_forward = FeedForward(*sizes, partial(F.gelu, approximate="tanh"))
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, **how: object) -> tuple[Tensor, Tensor | None]:
        """(B, T, C) to (B, T, C), and the weights of the attention; `how` is what that takes."""
        attended, weights = self.attention(self.attention_norm(x), **how)
        x = x + self.dropout(attended)
        x = x + self.dropout(self.feed_forward(self.feed_forward_norm(x)))
        return x, weights


def _norm(config: GPTConfig) -> nn.Module:
    kind = nn.RMSNorm if config.norm == "rms" else nn.LayerNorm  # equal to those of `blocks`, and faster
    return kind(config.hidden_size, eps=config.layer_norm_eps)


# --- The model ------------------------------------------------------------------------------------------


class GPTOutput(NamedTuple):
    """What a GPT returns. `hidden_states` are the embeddings, then what each block gives, the last normed."""

    loss: Tensor | None  # (), nats a token
    logits: Tensor  # (B, T, V)
    hidden_states: tuple[Tensor, ...] | None = None  # (B, T, C) each
    attentions: tuple[Tensor, ...] | None = None  # (B, H, T, S) each


class GPT(nn.Module):
    """A causal language model, GPT-2 or Llama or what lies between, as `config` says.

    Weights start as in GPT-2: normal with standard deviation 0.02, divided by √(2L) in the 2L maps that add
    to the residual stream, so that it does not grow with depth; biases are 0.
    """

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        V, C, length = config.vocab_size, config.hidden_size, config.max_position_embeddings
        self.embedding = nn.Embedding(V, C)
        if config.positions == "rotary":
            self.rotary = Rotary(C // config.num_attention_heads, length, config.rope_theta)
        else:
            self.positions = Positions(length, C, learned=True)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(GPTBlock(config) for _ in range(config.num_hidden_layers))
        self.norm = _norm(config)
        self.head = None if config.tie_word_embeddings else nn.Linear(C, V, bias=False)
        self.apply(self._initialise)

    def _initialise(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)
            if not self.config.bias:
                module.bias = None
        if isinstance(module, GPTBlock):  # comes after its parts
            std = 0.02 / math.sqrt(2 * self.config.num_hidden_layers)
            nn.init.normal_(module.attention.out_proj.weight, std=std)
            nn.init.normal_(module.feed_forward.down.weight, std=std)

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        labels: Tensor | None = None,
        cache: KVCache | None = None,
        output_hidden_states: bool = False,
        output_attentions: bool = False,
    ) -> GPTOutput:
        """Logits for the token after each of `input_ids`.

        Args:
            input_ids: (B, T).
            attention_mask: (B, S), 1 for text and 0 for padding, on either side; with a cache it covers the
                tokens in there, too.
            position_ids: (T,) or (B, T). If None, tokens are counted from 0, without padding. (transformers'
                `forward` counts padding, too; its `generate` does not.)
            labels: (B, T), mostly `input_ids` themselves: they are shifted here. −100 does not count.
            cache: the tokens before these; these are added to it.
            output_hidden_states, output_attentions: whether to return them.

        Raises:
            ValueError: ids that are no ints, empty or outside the vocabulary; more tokens than the context or
                the cache holds; a mask, positions or labels that do not fit; or no label that counts.
        """
        config, past = self.config, 0 if cache is None else cache.length
        _check_input(input_ids, attention_mask, cache, config)
        T = input_ids.shape[1]
        if attention_mask is not None and position_ids is None:
            position_ids = (attention_mask.long().cumsum(1) - 1).clamp_min(0)[:, past:]  # (B, T)

        mask = None
        if attention_mask is not None or output_attentions or 1 < T < past + T:
            places = torch.arange(past + T, device=input_ids.device)  # (S,)
            mask = places <= places[past:, None]  # (T, S)
        if attention_mask is not None:
            mask = mask & padding_mask(attention_mask)  # (B, 1, T, S)

        try:
            x, rotary = self.embedding(input_ids), None  # (B, T, C)
        except IndexError:  # to look at every id beforehand would slow down writing
            check_ids("input_ids", input_ids, config.vocab_size)
            raise
        if config.positions == "rotary":
            rotary = partial(self.rotary, position_ids=position_ids, past=past)
        else:
            x = self.positions(x, position_ids, past)
        x = self.dropout(x)
        hidden_states, attentions = [x], []
        for layer, block in enumerate(self.blocks):
            append = None if cache is None else partial(cache.append, layer)
            x, weights = block(x, mask=mask, rotary=rotary, append=append, output_weights=output_attentions)
            hidden_states.append(x)
            attentions.append(weights)
        if cache is not None:
            cache.length += T
        hidden_states[-1] = x = self.norm(x)
        logits = F.linear(x, (self.head or self.embedding).weight)  # (B, T, V)
        return GPTOutput(
            None if labels is None else causal_lm_loss(logits, labels),
            logits,
            tuple(hidden_states) if output_hidden_states else None,
            tuple(attentions) if output_attentions else None,
        )


def greedy(
    model: GPT,
    input_ids: Tensor,
    max_new_tokens: int,
    use_cache: bool = True,
    eos_token_id: int | None = None,
) -> Tensor:
    """The likeliest token again and again: (B, T) to (B, at most T + max_new_tokens), the prompt included.

    A text that has ended is filled up with `eos_token_id`. Call `eval()` first, or dropout is at work.

    Raises:
        ValueError: ids that do not fit the model, or more tokens than its context.
    """
    check_whole(max_new_tokens=max_new_tokens)
    check_ids("input_ids", input_ids, model.config.vocab_size)
    B, T = input_ids.shape
    if T + max_new_tokens > model.config.max_position_embeddings:
        raise ValueError(
            f"max_new_tokens: got {max_new_tokens} after {T}; at most the context, "
            f"{model.config.max_position_embeddings}, is expected in all"
        )
    like = {"device": input_ids.device, "dtype": model.embedding.weight.dtype}
    cache = KVCache(model.config, B, T + max_new_tokens, **like) if use_cache else None
    ids, new = input_ids, input_ids
    ended = torch.zeros(B, 1, dtype=torch.bool, device=ids.device)
    for _ in range(max_new_tokens):
        with torch.inference_mode():
            logits = model(new if use_cache else ids, cache=cache).logits[:, -1]  # (B, V)
        new = logits.argmax(-1, keepdim=True)  # (B, 1)
        if eos_token_id is not None:
            new = new.masked_fill(ended, eos_token_id)
        ids = torch.cat([ids, new], dim=1)
        if eos_token_id is not None and (ended := new == eos_token_id).all():
            break
    return ids


# --- What is learned, and how it is measured ------------------------------------------------------------


def shift_labels(labels: Tensor) -> Tensor:
    """(B, T): at each place the label of the next one, and −100 at the last, which has none."""
    return F.pad(labels[:, 1:], (0, 1), value=-100)


def causal_lm_loss(logits: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    """Cross-entropy in nats between the logits at t and the label at t + 1; −100 does not count.

    Args:
        logits: (B, T, V).
        labels: (B, T), not shifted.
        reduction: "mean" over the labels that count, their "sum", or "none": (B, T), 0 where none counts.

    Raises:
        ValueError: labels of another shape or type, outside the vocabulary, or none that counts.
    """
    V = logits.shape[-1]
    if not isinstance(labels, Tensor) or labels.dtype != torch.long or labels.shape != logits.shape[:-1]:
        expected = f"int64 of shape {tuple(logits.shape[:-1])}"
        raise ValueError(f"labels: got {describe(labels)}; {expected} is expected")
    targets = shift_labels(labels)  # (B, T)
    if ((targets != -100) & ((targets < 0) | (targets >= V))).any():
        raise ValueError(f"labels: got {labels.min()} to {labels.max()}; 0 to {V - 1}, or −100, is expected")
    if (targets == -100).all():
        raise ValueError(
            "labels: got none that counts; from the second place on, one besides −100 is expected"
        )
    loss = F.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), reduction=reduction)
    return loss.view_as(targets) if reduction == "none" else loss


def perplexity(nats: float, num_tokens: int) -> float:
    """exp(nats / num_tokens), from a summed loss: between so many equally likely tokens the model wavers."""
    check_whole(num_tokens=num_tokens)
    return math.exp(nats / num_tokens)


def bits_per_byte(nats: float, num_bytes: int) -> float:
    """A summed loss in bits, a byte of text: comparable between tokenizers, which perplexity is not."""
    check_whole(num_bytes=num_bytes)
    return nats / math.log(2) / num_bytes


def induction_score(attentions: Sequence[Tensor], period: int) -> Tensor:
    """(L, H): how much each head looks at the token that followed the last time, in a text that repeats.

    From place t that is t − period + 1. The mean weight over all t ≥ period (Olsson et al. 2022).

    Args:
        attentions: (B, H, T, T) a layer, from a text with `period` tokens again and again.

    Raises:
        ValueError: a period below 1, or no shorter than the text.
    """
    check_whole(period=period)
    T = attentions[0].shape[-1]
    if period >= T:
        raise ValueError(f"period: got {period} for {T} tokens; less is expected")
    weights = torch.stack(tuple(attentions))  # (L, B, H, T, T)
    return weights.diagonal(1 - period, dim1=-2, dim2=-1)[..., 1:].mean((1, 3))  # (L, H)


# --- To transformers and back, and to files -------------------------------------------------------------

SAME = ("vocab_size", "max_position_embeddings", "hidden_size", "num_hidden_layers", "num_attention_heads")
SAME += ("intermediate_size", "tie_word_embeddings", "eos_token_id")
# What each setting is called in the config of transformers.
NAMES = {
    "gpt2": dict(zip(SAME, SAME, strict=True))
    | {"intermediate_size": "n_inner", "dropout": "resid_pdrop", "layer_norm_eps": "layer_norm_epsilon"},
    "llama": dict(zip(SAME, SAME, strict=True))
    | {"num_key_value_heads": "num_key_value_heads", "dropout": "attention_dropout"}
    | {"layer_norm_eps": "rms_norm_eps", "bias": "attention_bias"},
}


def from_hf(model: nn.Module) -> GPT:
    """The GPT that equals a `GPT2LMHeadModel` or a `LlamaForCausalLM`, in float32.

    Raises:
        ValueError: another class, or another architecture, see `GPTConfig.from_hf`.
    """
    if type(model).__name__ not in ("GPT2LMHeadModel", "LlamaForCausalLM"):
        raise ValueError(
            f"model: got {type(model).__name__}; a GPT2LMHeadModel or a LlamaForCausalLM is expected"
        )
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        ours = GPT(GPTConfig.from_hf(model.config))
        for a, b in _pairs(ours, model):
            a.copy_(b)
    return ours.train(model.training)


def to_hf(model: GPT) -> nn.Module:
    """The `GPT2LMHeadModel` or `LlamaForCausalLM` that equals a GPT, in float32.

    Raises:
        ValueError: switches that are neither GPT-2's nor Llama's.
    """
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

    config, kind = model.config, _kind(model.config)
    values = {theirs: getattr(config, ours) for ours, theirs in NAMES[kind].items()}
    values["bos_token_id"] = config.eos_token_id
    with torch.random.fork_rng(devices=[]):
        if kind == "gpt2":
            dropouts = {"embd_pdrop": config.dropout, "attn_pdrop": config.dropout}
            theirs = GPT2LMHeadModel(GPT2Config(**values, **dropouts))
        else:
            rope = {"rope_type": "default", "rope_theta": config.rope_theta}
            theirs = LlamaForCausalLM(LlamaConfig(**values, mlp_bias=config.bias, rope_parameters=rope))
    theirs.generation_config.pad_token_id = config.eos_token_id  # else `generate` warns that it does so
    with torch.no_grad():
        for a, b in _pairs(model, theirs):
            b.copy_(a)
    return theirs.train(model.training)


def save(
    model: GPT, folder: str | PathLike, tokenizer: object | None = None, dtype: torch.dtype = torch.float32
) -> None:
    """Write a folder that `load` opens, and so do `AutoModelForCausalLM` and `pipeline`.

    What was in `folder` stays until the new files are complete, see `pretrained.save_folder`.

    Args:
        model: with the switches of GPT-2 or of Llama.
        folder: made if need be.
        tokenizer: of the course or of transformers; written beside the model.
        dtype: `torch.float16` or `torch.bfloat16` halve the file and round the weights.

    Raises:
        ValueError: other switches, see `to_hf`.
        OSError: the files cannot be written.
    """
    theirs = to_hf(model).to(dtype)
    weights = theirs.state_dict()
    if model.head is None:
        del weights["lm_head.weight"]  # it is the table of embeddings
    theirs.config.dtype, theirs.config.architectures = dtype, [type(theirs).__name__]
    with pretrained.save_folder(folder) as new:
        theirs.config.save_pretrained(new)
        theirs.generation_config.save_pretrained(new)
        pretrained.save_weights(weights, new)
        if tokenizer is not None:
            write = getattr(tokenizer, "save_pretrained", None) or tokenizer.save
            write(new)


def load(folder: str | PathLike) -> GPT:
    """The GPT that `save`, or transformers, wrote into `folder`, in float32 and ready to be used.

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: a file is truncated or altered, or holds another kind of model or other sizes.
    """
    from transformers import AutoConfig, AutoModelForCausalLM

    settings, _ = pretrained.load_weights(folder)
    if settings.get("model_type") not in NAMES:
        raise ValueError(f"{Path(folder) / 'config.json'} is not the config of a GPT-2 or a Llama")
    try:
        GPTConfig.from_hf(AutoConfig.from_pretrained(folder))
    except (ValueError, ZeroDivisionError, StrictDataclassError) as error:
        raise ValueError(f"{Path(folder) / 'config.json'}: {error}") from None
    with torch.random.fork_rng(devices=[]):
        theirs, info = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, output_loading_info=True, ignore_mismatched_sizes=True
        )
    wrong = {*info["missing_keys"], *info["unexpected_keys"], *(key for key, *_ in info["mismatched_keys"])}
    if wrong:
        raise ValueError(
            f"{Path(folder) / pretrained.WEIGHTS} is not of this config.json: missing, not expected or of "
            f"another shape are {len(wrong)} tensors, such as {min(wrong)}"
        )
    return from_hf(theirs.eval())


def _kind(config: GPTConfig) -> str:
    """The architecture of transformers that has these switches."""
    switches = config.norm, config.positions, config.feed_forward
    if switches == ("rms", "rotary", "swiglu"):
        return "llama"
    gpt2 = ("layer", "learned", "gelu", True, config.num_attention_heads)
    if (*switches, config.bias, config.num_key_value_heads) == gpt2:
        return "gpt2"
    raise ValueError(
        f"model: got {', '.join(switches)}, bias={config.bias}, {config.num_key_value_heads} heads of keys "
        f"for {config.num_attention_heads}; the switches of GPT-2 or of Llama are expected"
    )


def _pairs(ours: GPT, theirs: nn.Module) -> Iterator[tuple[Tensor, Tensor]]:
    """Tensors of the two models that hold the same numbers; theirs may be views, so that both can be set."""
    if _kind(ours.config) == "llama":
        body = theirs.model
        yield ours.embedding.weight, body.embed_tokens.weight
        modules = [(ours.norm, body.norm)]
        for a, b in zip(ours.blocks, body.layers, strict=True):
            theirs_qkv = b.self_attn.q_proj, b.self_attn.k_proj, b.self_attn.v_proj
            sizes = [part.out_features for part in theirs_qkv]
            for name, tensor in a.attention.qkv_proj.named_parameters():
                yield from zip(tensor.split(sizes), (getattr(part, name) for part in theirs_qkv), strict=True)
            modules += [
                (a.attention_norm, b.input_layernorm),
                (a.attention.out_proj, b.self_attn.o_proj),
                (a.feed_forward_norm, b.post_attention_layernorm),
                (a.feed_forward.gate, b.mlp.gate_proj),
                (a.feed_forward.up, b.mlp.up_proj),
                (a.feed_forward.down, b.mlp.down_proj),
            ]
    else:
        body = theirs.transformer
        yield ours.embedding.weight, body.wte.weight
        yield ours.positions.table, body.wpe.weight
        modules = [(ours.norm, body.ln_f)]
        for a, b in zip(ours.blocks, body.h, strict=True):
            modules += [(a.attention_norm, b.ln_1), (a.feed_forward_norm, b.ln_2)]
            for c, d in [  # GPT-2 keeps its matrices the other way round
                (a.attention.qkv_proj, b.attn.c_attn),
                (a.attention.out_proj, b.attn.c_proj),
                (a.feed_forward.up, b.mlp.c_fc),
                (a.feed_forward.down, b.mlp.c_proj),
            ]:
                yield c.weight, d.weight.T
                yield c.bias, d.bias
    if ours.head is not None:
        modules.append((ours.head, theirs.lm_head))
    for a, b in modules:
        yield from zip(a.parameters(), b.parameters(), strict=True)


# --- What every function above expects ------------------------------------------------------------------


def _check_config(config: GPTConfig) -> None:
    names = "vocab_size", "max_position_embeddings", "hidden_size", "num_hidden_layers", "intermediate_size"
    names += "num_attention_heads", "num_key_value_heads"
    check_whole(**{name: getattr(config, name) for name in names})
    C, H, G = config.hidden_size, config.num_attention_heads, config.num_key_value_heads
    if C % H:
        raise ValueError(f"num_attention_heads: got {H} for a width of {C}; a divisor of it is expected")
    if H % G:
        raise ValueError(f"num_key_value_heads: got {G} for {H} heads; a divisor of that is expected")
    for name, known in [
        ("norm", ("layer", "rms")),
        ("positions", ("learned", "rotary")),
        ("feed_forward", ("gelu", "swiglu")),
    ]:
        if getattr(config, name) not in known:
            raise ValueError(
                f"{name}: got {getattr(config, name)!r}; {' or '.join(map(repr, known))} is expected"
            )
    if config.positions == "rotary" and C // H % 2:
        raise ValueError(f"hidden_size: got heads of width {C // H}; an even width is expected with 'rotary'")
    if not 0.0 <= config.dropout < 1.0:
        raise ValueError(f"dropout: got {config.dropout}; a number from 0 to below 1 is expected")


def _check_hf(config: object) -> None:
    if config.model_type == "gpt2":
        expected = {
            "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
            "embd_pdrop": (config.resid_pdrop,),
            "attn_pdrop": (config.resid_pdrop,),
            "scale_attn_weights": (True,),
            "scale_attn_by_inverse_layer_idx": (False,),
            "add_cross_attention": (False,),
        }
    else:
        expected = {
            "hidden_act": ("silu",),
            "head_dim": (config.hidden_size // config.num_attention_heads,),
            "mlp_bias": (config.attention_bias,),
            "rope_parameters": (
                {"rope_type": "default", "rope_theta": config.rope_parameters["rope_theta"]},
            ),
        }
    for name, values in expected.items():
        got = getattr(config, name)
        if got not in values:
            raise ValueError(f"config: got {name} {got!r}; {' or '.join(map(repr, values))} is expected")


def _check_input(ids: object, attention_mask: object, cache: KVCache | None, config: GPTConfig) -> None:
    check_ints("input_ids", ids)
    if ids.device.type != "cpu":  # a GPU's table takes the whole process down, or gives any row
        check_ids("input_ids", ids, config.vocab_size)
    (B, T), past = ids.shape, 0
    room, what = config.max_position_embeddings, "the context"
    if cache is not None:
        past, room, what = cache.length, cache.keys.shape[3], "the room in the cache"
        if cache.keys.shape[1] != B or len(cache.keys) != config.num_hidden_layers:
            raise ValueError(
                f"cache: got one for {len(cache.keys)} layers and a batch of {cache.keys.shape[1]}; "
                f"{config.num_hidden_layers} and {B} are expected"
            )
    if past + T > room:
        so_far = f" after {past}" if past else ""
        raise ValueError(f"input_ids: got {T} tokens{so_far}; at most {what}, {room}, is expected in all")
    if attention_mask is not None and getattr(attention_mask, "shape", None) != (B, past + T):
        so_far = f", {past} of the cache and {T} new ones," if past else ""
        raise ValueError(
            f"attention_mask: got {describe(attention_mask)}; shape ({B}, {past + T}){so_far} is expected"
        )
