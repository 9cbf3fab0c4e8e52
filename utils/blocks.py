"""The Transformer block and what it is made of: positions, feed-forward, normalisation, residuals.

Follows Vaswani et al. (2017), with GELU (Hendrycks & Gimpel 2016), LayerNorm (Ba et al. 2016), RMSNorm
(Zhang & Sennrich 2019), rotary positions (Su et al. 2021) and the norm in front (Xiong et al. 2020) as the
changes since. Leaves out caches, gated feed-forwards and grouped queries.

Axes: B batch, T tokens (S of the source), H heads, C width, D width of a head, F width inside the
feed-forward, V vocabulary. Masks are those of `utils.attention`: bool, True = may attend.
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils.attention import MultiHeadAttention, causal_mask, padding_mask
from utils.checks import check_ids, check_whole, describe

# --- Positions: added to the tokens, or turned into queries and keys ------------------------------------


def frequencies(size: int, base: float = 10000.0) -> Tensor:
    """(size / 2,): how far each pair of columns turns from one token to the next, in radians.

    base^(−2i / size) for i = 0, 1, …: from 1 down to nearly 1 / base, a clock with many hands.

    Raises:
        ValueError: `size` is no even int of at least 2, or `base` is not above 0.
    """
    check_whole(size=size)
    if size % 2:
        raise ValueError(f"size: got {size}; an even width is expected, as columns turn in pairs")
    if not base > 0:
        raise ValueError(f"base: got {base}; a number above 0 is expected")
    return 1.0 / base ** (torch.arange(0, size, 2).float() / size)


def sinusoidal_positions(length: int, hidden_size: int) -> Tensor:
    """(T, C): place t has sin(t · f_i) in column 2i and cos(t · f_i) in column 2i + 1, f = `frequencies`.

    Vaswani et al. (2017), section 3.5.

    Raises:
        ValueError: `length` is no int of at least 1, or `hidden_size` no even one.
    """
    check_whole(length=length)
    angles = torch.outer(torch.arange(length).float(), frequencies(hidden_size))  # (T, C/2)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)  # (T, C)


class Positions(nn.Module):
    """Adds a vector to each token that says where it stands: sinusoids, or a table that is learned.

    Args:
        max_length: the longest sequence there are vectors for.
        hidden_size: the width C, even for sinusoids.
        learned: a table of parameters, as in BERT and GPT-2, in place of the fixed sinusoids.
    """

    def __init__(self, max_length: int, hidden_size: int, learned: bool = False) -> None:
        super().__init__()
        check_whole(max_length=max_length, hidden_size=hidden_size)
        if learned:
            self.table = nn.Parameter(0.02 * torch.randn(max_length, hidden_size))
        else:
            table = sinusoidal_positions(max_length, hidden_size)
            self.register_buffer("table", table, persistent=False)

    def forward(self, hidden_states: Tensor, position_ids: Tensor | None = None, past: int = 0) -> Tensor:
        """(B, T, C) to (B, T, C). `position_ids`, (T,) or (B, T), count on from `past` if None.

        Raises:
            ValueError: another width, no tokens, or a place beyond the table.
        """
        _check_states("hidden_states", hidden_states, self.table.shape[1])
        return hidden_states + _look_up(self.table, hidden_states.shape[:2], position_ids, past)


class Rotary(nn.Module):
    """Turns queries and keys by an angle that grows with their place (Su et al. 2021, section 3.2).

    Column i and column i + D/2 are one pair, a point in the plane, as in Llama; the paper pairs
    neighbours. q at place m and k at place n then have a product that depends on n − m only.

    Args:
        head_size: the width D of a head, even.
        max_length: the longest sequence there are angles for.
        base: as in `frequencies`.
    """

    def __init__(self, head_size: int, max_length: int, base: float = 10000.0) -> None:
        super().__init__()
        check_whole(max_length=max_length)
        angles = torch.outer(torch.arange(max_length).float(), frequencies(head_size, base))  # (T, D/2)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, x: Tensor, position_ids: Tensor | None = None, past: int = 0) -> Tensor:
        """(B, H, T, D) to (B, H, T, D). `position_ids`, (T,) or (B, T), count on from `past` if None.

        Raises:
            ValueError: another shape, no tokens, or a place beyond the table.
        """
        D = 2 * self.cos.shape[1]
        if not isinstance(x, Tensor) or x.dim() != 4 or x.shape[-1] != D or not x.shape[-2]:
            raise ValueError(f"x: got {describe(x)}; (B, H, T, {D}) with T of at least 1 is expected")
        B, _, T, _ = x.shape
        cos = _look_up(self.cos, (B, T), position_ids, past).to(x.dtype)
        sin = _look_up(self.sin, (B, T), position_ids, past).to(x.dtype)
        if cos.dim() == 3:  # each text of the batch has places of its own, the same for all its heads
            cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
        a, b = x.chunk(2, dim=-1)  # (B, H, T, D/2) each
        return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


# --- The parts of a block -------------------------------------------------------------------------------


def gelu(x: Tensor) -> Tensor:
    """x times the probability that a standard normal number is below x (Hendrycks & Gimpel 2016)."""
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def gelu_tanh(x: Tensor) -> Tensor:
    """`gelu` nearly, without erf: the one of GPT-2. The two differ by less than 5e-4."""
    return x * 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


class FeedForward(nn.Module):
    """Linear, activation, linear: for each token alone, with the same weights (Vaswani et al. 2017, 3.3)."""

    def __init__(
        self, hidden_size: int, intermediate_size: int, activation: Callable[[Tensor], Tensor] = F.relu
    ) -> None:
        super().__init__()
        check_whole(hidden_size=hidden_size, intermediate_size=intermediate_size)
        self.up = nn.Linear(hidden_size, intermediate_size)
        self.activation = activation
        self.down = nn.Linear(intermediate_size, hidden_size)

    def forward(self, hidden_states: Tensor) -> Tensor:
        """(…, C) to (…, C).

        Raises:
            ValueError: another width.
        """
        _check_width(hidden_states, self.up.in_features)
        return self.down(self.activation(self.up(hidden_states)))  # (…, C) → (…, F) → (…, C)


class LayerNorm(nn.Module):
    """Each token to mean 0 and variance 1 over its own C numbers, then a learned scale and shift.

    Ba et al. (2016), section 3. The variance divides by C, not C − 1, and `eps` stands inside the root.
    """

    def __init__(self, hidden_size: int, eps: float = 1e-5) -> None:
        super().__init__()
        check_whole(hidden_size=hidden_size)
        self.weight, self.bias = nn.Parameter(torch.ones(hidden_size)), nn.Parameter(torch.zeros(hidden_size))
        self.eps = eps

    def forward(self, hidden_states: Tensor) -> Tensor:
        """(…, C) to (…, C).

        Raises:
            ValueError: another width.
        """
        _check_width(hidden_states, len(self.weight))
        centred = hidden_states - hidden_states.mean(-1, keepdim=True)
        variance = centred.square().mean(-1, keepdim=True)  # (…, 1)
        return centred * torch.rsqrt(variance + self.eps) * self.weight + self.bias


class RMSNorm(nn.Module):
    """Each token divided by the root of the mean of its squares, times a learned scale: no mean, no shift.

    Zhang & Sennrich (2019), section 3.
    """

    def __init__(self, hidden_size: int, eps: float = 1e-6) -> None:
        super().__init__()
        check_whole(hidden_size=hidden_size)
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.eps = eps

    def forward(self, hidden_states: Tensor) -> Tensor:
        """(…, C) to (…, C).

        Raises:
            ValueError: another width.
        """
        _check_width(hidden_states, len(self.weight))
        mean_square = hidden_states.square().mean(-1, keepdim=True)  # (…, 1)
        return hidden_states * torch.rsqrt(mean_square + self.eps) * self.weight


class Block(nn.Module):
    """Attention and feed-forward, each added to what it read: the unit that every Transformer stacks.

    With the defaults it is the encoder layer of 2017. `norm_first` and `activation=gelu_tanh` make it
    GPT-2's, `activation=gelu` alone makes it BERT's, `cross_attention` the decoder layer of 2017.
    The parts are plain attributes, so another attention or feed-forward can take the place of one.

    Args:
        hidden_size: the width C of the tokens, in and out.
        num_heads: H, which must divide C.
        intermediate_size: F, mostly 4 · C.
        activation: between the two linear maps of the feed-forward.
        dropout: the share of attention weights, and of what each part adds, dropped in training.
        norm_first: x + part(norm(x)), "pre-norm"; else norm(x + part(x)), "post-norm".
        norm: makes a norm for a width, `LayerNorm`, `RMSNorm` or `partial(LayerNorm, eps=1e-12)`.
        cross_attention: whether there is a second attention, to the states of an encoder.

    Raises:
        ValueError: a size below 1, heads that do not divide the width, or dropout outside 0 … 1.
    """

    def __init__(
        self,
        hidden_size: int,
        num_heads: int,
        intermediate_size: int,
        activation: Callable[[Tensor], Tensor] = F.relu,
        dropout: float = 0.0,
        norm_first: bool = False,
        norm: Callable[[int], nn.Module] = LayerNorm,
        cross_attention: bool = False,
    ) -> None:
        super().__init__()
        self.attention = MultiHeadAttention(hidden_size, num_heads, dropout)
        self.attention_norm = norm(hidden_size)
        self.cross_attention = (
            MultiHeadAttention(hidden_size, num_heads, dropout) if cross_attention else None
        )
        self.cross_attention_norm = norm(hidden_size) if cross_attention else None
        self.feed_forward = FeedForward(hidden_size, intermediate_size, activation)
        self.feed_forward_norm = norm(hidden_size)
        self.dropout = nn.Dropout(dropout)
        self.norm_first = norm_first

    def forward(
        self,
        hidden_states: Tensor,
        mask: Tensor | None = None,
        encoder_states: Tensor | None = None,
        encoder_mask: Tensor | None = None,
        rotary: Callable[[Tensor], Tensor] | None = None,
    ) -> Tensor:
        """(B, T, C) to (B, T, C).

        Args:
            hidden_states: (B, T, C).
            mask: who may attend to whom, broadcastable to (B, H, T, T).
            encoder_states: (B, S, C), for a block with cross-attention and only for one.
            encoder_mask: broadcastable to (B, H, T, S).
            rotary: turns the queries and keys of the attention (not of the cross-attention), see `Rotary`.

        Raises:
            ValueError: a shape, type or mask that does not fit, or `encoder_states` missing or not wanted.
        """
        has_cross = self.cross_attention is not None
        if has_cross != (encoder_states is not None):
            wanted = "a tensor (B, S, C)" if has_cross else "None, as the block has no cross-attention,"
            raise ValueError(f"encoder_states: got {describe(encoder_states)}; {wanted} is expected")
        x = self._add(
            hidden_states, self.attention_norm, lambda x: self.attention(x, mask=mask, rotary=rotary)[0]
        )
        if has_cross:
            x = self._add(
                x,
                self.cross_attention_norm,
                lambda x: self.cross_attention(x, encoder_states, mask=encoder_mask)[0],
            )
        return self._add(x, self.feed_forward_norm, self.feed_forward)

    def _add(self, x: Tensor, norm: nn.Module, part: Callable[[Tensor], Tensor]) -> Tensor:
        if self.norm_first:
            return x + self.dropout(part(norm(x)))
        return norm(x + self.dropout(part(x)))


# --- The whole model of 2017 ----------------------------------------------------------------------------


class EncoderDecoder(nn.Module):
    """The Transformer (Vaswani et al. 2017, figure 1), from ids to logits; the defaults are its base model.

    One table of embeddings serves source, target and output (section 3.4).

    Args:
        vocab_size: V.
        num_layers: blocks in the encoder, and again in the decoder.
        norm_first: see `Block`. Each stack then ends with one more norm, as nothing else would scale it.
        max_length: the longest source and target.

    Raises:
        ValueError: a size below 1, an odd width, heads that do not divide it, or dropout outside 0 … 1.
    """

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int = 512,
        num_layers: int = 6,
        num_heads: int = 8,
        intermediate_size: int = 2048,
        dropout: float = 0.1,
        norm_first: bool = False,
        max_length: int = 512,
    ) -> None:
        super().__init__()
        check_whole(vocab_size=vocab_size, hidden_size=hidden_size, num_layers=num_layers)
        sizes, options = (hidden_size, num_heads, intermediate_size), (F.relu, dropout, norm_first)
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        nn.init.normal_(self.embedding.weight, std=hidden_size**-0.5)
        self.positions = Positions(max_length, hidden_size)
        self.dropout = nn.Dropout(dropout)
        self.encoder = nn.ModuleList(Block(*sizes, *options) for _ in range(num_layers))
        self.decoder = nn.ModuleList(Block(*sizes, *options, cross_attention=True) for _ in range(num_layers))
        self.encoder_norm = LayerNorm(hidden_size) if norm_first else nn.Identity()
        self.decoder_norm = LayerNorm(hidden_size) if norm_first else nn.Identity()

    def embed(self, input_ids: Tensor, name: str = "input_ids") -> Tensor:
        """(B, T) to (B, T, C). The table is small, N(0, 1/C), to suit the output; √C brings it to size 1."""
        check_ids(name, input_ids, self.embedding.num_embeddings)
        tokens = self.embedding(input_ids) * math.sqrt(self.embedding.embedding_dim)
        return self.dropout(self.positions(tokens))

    def encode(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """(B, S) to (B, S, C). `attention_mask`, (B, S), has 1 for text and 0 for padding."""
        mask = None if attention_mask is None else padding_mask(attention_mask)  # (B, 1, 1, S)
        x = self.embed(input_ids)
        for block in self.encoder:
            x = block(x, mask)
        return self.encoder_norm(x)

    def decode(
        self, decoder_input_ids: Tensor, encoder_states: Tensor, attention_mask: Tensor | None = None
    ) -> Tensor:
        """(B, T) and (B, S, C) to logits (B, T, V). `attention_mask`, (B, S), is that of the source.

        Padding on the right of the target needs no mask: no token looks to its right.
        """
        x = self.embed(decoder_input_ids, "decoder_input_ids")
        mask = causal_mask(x.shape[1]).to(x.device)  # (T, T)
        encoder_mask = None if attention_mask is None else padding_mask(attention_mask)  # (B, 1, 1, S)
        for block in self.decoder:
            x = block(x, mask, encoder_states, encoder_mask)
        return F.linear(self.decoder_norm(x), self.embedding.weight)

    def forward(
        self, input_ids: Tensor, decoder_input_ids: Tensor, attention_mask: Tensor | None = None
    ) -> Tensor:
        """Source (B, S) and target so far (B, T) to logits (B, T, V) for the token after each of the target.

        Raises:
            ValueError: ids that are no ints, empty, too long or outside the vocabulary; or a mask that
                does not fit.
        """
        return self.decode(decoder_input_ids, self.encode(input_ids, attention_mask), attention_mask)

    @torch.no_grad()
    def generate(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        *,
        start_id: int,
        end_id: int,
        max_new_tokens: int,
    ) -> Tensor:
        """The likeliest token again and again: (B, S) to (B, at most max_new_tokens), without `start_id`.

        A text that has ended is filled up with `end_id`. Call `eval()` first, or dropout is at work.
        """
        check_whole(max_new_tokens=max_new_tokens)
        encoder_states = self.encode(input_ids, attention_mask)
        ids = torch.full((len(input_ids), 1), start_id, device=input_ids.device)
        ended = torch.zeros_like(ids, dtype=torch.bool)  # (B, 1)
        while ids.shape[1] <= max_new_tokens and not ended.all():
            logits = self.decode(ids, encoder_states, attention_mask)[:, -1]  # (B, V)
            best = logits.argmax(-1, keepdim=True).masked_fill(ended, end_id)  # (B, 1)
            ids, ended = torch.cat([ids, best], dim=1), best == end_id
        return ids[:, 1:]


# --- What it costs, and how it was trained --------------------------------------------------------------


def block_parameters(hidden_size: int, intermediate_size: int, cross_attention: bool = False) -> int:
    """Numbers to learn in a `Block` with LayerNorm: about 12 C² for F = 4C, or 16 C² with cross-attention."""
    check_whole(hidden_size=hidden_size, intermediate_size=intermediate_size)
    C, inner, attentions = hidden_size, intermediate_size, 1 + bool(cross_attention)
    attention = 4 * (C * C + C)  # four square maps with their biases
    feed_forward = (C * inner + inner) + (inner * C + C)
    norms = (attentions + 1) * 2 * C
    return attentions * attention + feed_forward + norms


def block_flops(
    length: int, hidden_size: int, intermediate_size: int, source_length: int | None = None
) -> int:
    """Floating-point operations of a `Block` on one text, in its matrix products: two a multiplication.

    `length` is T in tokens. With `source_length`, S in tokens, the block has cross-attention.
    """
    check_whole(length=length, hidden_size=hidden_size, intermediate_size=intermediate_size)
    T, C = length, hidden_size
    flops = 4 * 2 * T * C * C + 2 * 2 * T * T * C + 2 * 2 * T * C * intermediate_size
    if source_length is not None:
        check_whole(source_length=source_length)
        S = source_length
        flops += 2 * 2 * T * C * C + 2 * 2 * S * C * C + 2 * 2 * T * S * C
    return flops


def smoothed_cross_entropy(logits: Tensor, labels: Tensor, smoothing: float = 0.1) -> Tensor:
    """Cross-entropy in nats, mean over the labels that are not −100, against softened targets.

    The label has probability 1 − ε, and ε is spread over all V tokens alike (Szegedy et al. 2016, section
    7; Vaswani et al. 2017, section 5.4 with ε = 0.1). With ε = 0 it is the plain loss.

    Args:
        logits: (…, V).
        labels: (…), ids, or −100 for "do not count".
        smoothing: ε, from 0 to below 1.

    Raises:
        ValueError: shapes that do not fit, ε outside its range, labels that are no ids, or none that counts.
    """
    if not isinstance(logits, Tensor) or not logits.is_floating_point() or not logits.dim():
        raise ValueError(f"logits: got {describe(logits)}; a tensor of floats (…, V) is expected")
    if not isinstance(labels, Tensor) or labels.dtype != torch.long or labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"labels: got {describe(labels)} for logits of {describe(logits)}; "
            "a tensor of int64 with the shape of the logits without the last axis is expected"
        )
    if not 0.0 <= smoothing < 1.0:
        raise ValueError(f"smoothing: got {smoothing}; a number from 0 to below 1 is expected")
    counted = labels != -100
    if not counted.any():
        raise ValueError("labels: got only −100; at least one label that counts is expected")
    log_probs, kept = logits[counted].log_softmax(-1), labels[counted]  # (N, V), (N,)
    if kept.min() < 0 or kept.max() >= logits.shape[-1]:
        raise ValueError(
            f"labels: got {kept.min()} to {kept.max()}; ids from 0 to {logits.shape[-1] - 1}, or −100, "
            "are expected"
        )
    on_label = log_probs.gather(-1, kept.unsqueeze(-1)).mean()
    return -(1 - smoothing) * on_label - smoothing * log_probs.mean()


def warmup_rate(step: int, hidden_size: int, warmup_steps: int) -> float:
    """Learning rate at `step` = 1, 2, …: it grows in a line, then falls with 1 / √step.

    Vaswani et al. (2017), section 5.3. The peak, at `warmup_steps`, is 1 / √(hidden_size · warmup_steps).

    Raises:
        ValueError: an argument is no int of at least 1.
    """
    check_whole(step=step, hidden_size=hidden_size, warmup_steps=warmup_steps)
    return hidden_size**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)


# --- What every function above expects ------------------------------------------------------------------


def _check_width(hidden_states: object, width: int) -> None:
    if (
        not isinstance(hidden_states, Tensor)
        or not hidden_states.is_floating_point()
        or not hidden_states.dim()
        or hidden_states.shape[-1] != width
    ):
        raise ValueError(
            f"hidden_states: got {describe(hidden_states)}; a tensor of floats (…, {width}) is expected"
        )


def _check_states(name: str, value: object, width: int) -> None:
    if not isinstance(value, Tensor) or value.dim() != 3 or value.shape[-1] != width or not value.shape[1]:
        raise ValueError(f"{name}: got {describe(value)}; (B, T, {width}) with T of at least 1 is expected")


def _look_up(table: Tensor, shape: tuple[int, int], position_ids: Tensor | None, past: int) -> Tensor:
    """The rows of `table` for T tokens: (T, …), or (B, T, …) where each text has its own places."""
    B, length = shape
    if position_ids is None:
        if past + length > len(table):
            raise ValueError(
                f"length: got {past + length} tokens; at most max_length, {len(table)}, is expected"
            )
        return table[past : past + length]
    if (
        not isinstance(position_ids, Tensor)
        or position_ids.dtype not in (torch.int32, torch.long)
        or position_ids.shape not in [(length,), (1, length), (B, length)]
    ):
        raise ValueError(
            f"position_ids: got {describe(position_ids)}; ints of shape ({length},) or ({B}, {length}) "
            "are expected"
        )
    if position_ids.min() < 0 or position_ids.max() >= len(table):
        raise ValueError(
            f"position_ids: got {position_ids.min()} to {position_ids.max()}; 0 to {len(table) - 1}, "
            "below max_length, is expected"
        )
    return table[position_ids]
