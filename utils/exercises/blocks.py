"""Exercises of notebook 04: LayerNorm, sinusoids, feed-forward, a pre-norm block, counting parameters."""

from collections.abc import Callable
from itertools import combinations

import torch
import torch.nn.functional as F
from torch import Tensor

from utils import blocks, pretrained
from utils.exercise import Exercise, NotYet, expect_tensor, same


def _inside_minilm(change: Callable[[torch.nn.Module], None]) -> float:
    """How far MiniLM's output moves when `change` has put something else in the place of its parts."""
    tokenizer, model = pretrained.minilm()
    batch = tokenizer(["The baker sells warm bread.", "Rain!"], padding=True, return_tensors="pt")
    with torch.no_grad():
        before = model(**batch).last_hidden_state
        change(model)
        after = model(**batch).last_hidden_state
    moved = (after - before)[batch["attention_mask"] == 1].abs().max().item()
    if not moved < 1e-3:
        raise NotYet(f"on small inputs it is right, but inside MiniLM the output moves by {moved:.2g}.")
    return moved


# --- 1. Feed-forward ---


def feed_forward_solution(x, w_up, b_up, w_down, b_down, activation):
    inner = activation(x @ w_up.T + b_up)  # (…, F)
    return inner @ w_down.T + b_down  # (…, C)


def _activation_at_the_end(x, w_up, b_up, w_down, b_down, activation):
    return activation((x @ w_up.T + b_up) @ w_down.T + b_down)


def _activation_twice(x, w_up, b_up, w_down, b_down, activation):
    return activation(feed_forward_solution(x, w_up, b_up, w_down, b_down, activation))


def _no_activation(x, w_up, b_up, w_down, b_down, activation):
    return feed_forward_solution(x, w_up, b_up, w_down, b_down, lambda x: x)


def _activation_first(x, w_up, b_up, w_down, b_down, activation):
    return (activation(x) @ w_up.T + b_up) @ w_down.T + b_down


def _always_relu(x, w_up, b_up, w_down, b_down, activation):
    return feed_forward_solution(x, w_up, b_up, w_down, b_down, F.relu)


def _always_gelu(x, w_up, b_up, w_down, b_down, activation):
    return feed_forward_solution(x, w_up, b_up, w_down, b_down, F.gelu)


def _no_biases(x, w_up, b_up, w_down, b_down, activation):
    return feed_forward_solution(x, w_up, 0.0, w_down, 0.0, activation)


def _no_inner_bias(x, w_up, b_up, w_down, b_down, activation):
    return feed_forward_solution(x, w_up, 0.0, w_down, b_down, activation)


def _no_outer_bias(x, w_up, b_up, w_down, b_down, activation):
    return feed_forward_solution(x, w_up, b_up, w_down, 0.0, activation)


def _bias_after_activation(x, w_up, b_up, w_down, b_down, activation):
    return (activation(x @ w_up.T) + b_up) @ w_down.T + b_down


def _adds_the_residual(x, w_up, b_up, w_down, b_down, activation):
    return x + feed_forward_solution(x, w_up, b_up, w_down, b_down, activation)


FEED_FORWARD_FAULTS = {
    _activation_at_the_end: "your activation stands at the end. It belongs between the two maps: without it "
    "there, two linear maps are no more than one.",
    _activation_twice: "there is a second activation at the end. The last map stays linear, so that what is "
    "added may be negative.",
    _no_activation: "there is no activation: two linear maps in a row are one linear map.",
    _activation_first: "your activation is applied to x. It belongs between the two maps.",
    _always_relu: "you use ReLU whatever activation is given.",
    _always_gelu: "you use GELU whatever activation is given.",
    _no_biases: "neither bias is added.",
    _no_inner_bias: "b_up is not added.",
    _no_outer_bias: "b_down is not added.",
    _bias_after_activation: "b_up is added after the activation. It belongs inside.",
    _adds_the_residual: "you add x at the end. That is the block's task, not the feed-forward's.",
}


def _check_feed_forward(answer):
    for activation in (F.relu, torch.tanh, F.gelu):
        for *axes, C, inner in [(2, 3, 4, 8), (5, 3, 7), (1, 4, 2, 6, 6)]:
            x, w_up, w_down = torch.randn(*axes, C), torch.randn(inner, C), torch.randn(C, inner)
            arguments = (x, w_up, torch.randn(inner), w_down, torch.randn(C), activation)
            hint = "w_up is (F, C), as in nn.Linear: `x @ w_up.T`."
            got = expect_tensor(answer(*arguments), x.shape, hint)
            if same(got, feed_forward_solution(*arguments)):
                continue
            for fault, words in FEED_FORWARD_FAULTS.items():
                if same(got, fault(*arguments)):
                    raise NotYet(words)
            row = tuple(0 for _ in axes)
            wanted = [round(v, 2) for v in feed_forward_solution(*arguments)[row].tolist()]
            yours = [round(v, 2) for v in got[row].tolist()]
            raise NotYet(f"the first token should become {wanted}; yours is {yours}.")

    def change(model):
        for layer in model.encoder.layer:
            up, down, activation = (
                layer.intermediate.dense,
                layer.output.dense,
                layer.intermediate.intermediate_act_fn,
            )
            layer.intermediate.forward = lambda x: x
            down.forward = lambda x, u=up, d=down, a=activation: answer(
                x, u.weight, u.bias, d.weight, d.bias, a
            )

    return f"Your feed-forward in all six layers of MiniLM: max |difference| {_inside_minilm(change):.0e}."


feed_forward = Exercise(
    name="feed_forward",
    minutes=4,
    stars=1,
    check=_check_feed_forward,
    hints=[
        "Three steps: up to the inner width, the activation, and down again.",
        "A weight of shape (out, in) is used as `x @ weight.T + bias`, as in nn.Linear.",
        "`inner = activation(x @ w_up.T + b_up)`, then the same with w_down and b_down alone.",
    ],
    solution=feed_forward_solution,
    mistakes={
        _activation_at_the_end: "at the end. It belongs between",
        _activation_twice: "a second activation",
        _no_activation: "there is no activation",
        _activation_first: "applied to x",
        _always_relu: "ReLU whatever",
        _always_gelu: "GELU whatever",
        _no_biases: "neither bias",
        _no_inner_bias: "b_up is not added",
        _no_outer_bias: "b_down is not added",
        _bias_after_activation: "after the activation",
        _adds_the_residual: "the block's task",
    },
)


# --- 2. LayerNorm ---


def layer_norm_solution(x, weight, bias, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    variance = centred.square().mean(-1, keepdim=True)
    return weight * centred / torch.sqrt(variance + eps) + bias


def _unbiased(x, weight, bias, eps=1e-5):
    variance = x.var(-1, keepdim=True)
    return weight * (x - x.mean(-1, keepdim=True)) / torch.sqrt(variance + eps) + bias


def _over_the_tokens(x, weight, bias, eps=1e-5):
    centred = x - x.mean(-2, keepdim=True)
    return weight * centred / torch.sqrt(centred.square().mean(-2, keepdim=True) + eps) + bias


def _over_everything(x, weight, bias, eps=1e-5):
    centred = x - x.mean()
    return weight * centred / torch.sqrt(centred.square().mean() + eps) + bias


def _eps_outside(x, weight, bias, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    return weight * centred / (centred.square().mean(-1, keepdim=True).sqrt() + eps) + bias


def _no_eps(x, weight, bias, eps=1e-5):
    return layer_norm_solution(x, weight, bias, 1e-30)


def _own_eps(x, weight, bias, eps=1e-5):
    return layer_norm_solution(x, weight, bias, 1e-5)


def _no_root(x, weight, bias, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    return weight * centred / (centred.square().mean(-1, keepdim=True) + eps) + bias


def _no_mean(x, weight, bias, eps=1e-5):
    return weight * x / torch.sqrt(x.square().mean(-1, keepdim=True) + eps) + bias


def _no_scale(x, weight, bias, eps=1e-5):
    return layer_norm_solution(x, 1.0, 0.0, eps)


def _no_shift(x, weight, bias, eps=1e-5):
    return layer_norm_solution(x, weight, 0.0, eps)


LAYER_NORM_FAULTS = {
    _unbiased: "you divide the squares by C − 1. LayerNorm divides by C: `unbiased=False`, or a plain mean.",
    _over_the_tokens: "you take mean and variance over the tokens. LayerNorm takes them over the last axis, "
    "for each token alone.",
    _over_everything: "you take one mean and one variance for the whole tensor. Each token has its own: "
    "`dim=-1, keepdim=True`.",
    _eps_outside: "your eps is added to the root. It belongs inside: √(variance + eps).",
    _no_eps: "eps is missing, or a tiny number stands in its place. A token whose numbers are all equal must "
    "not be divided by zero.",
    _own_eps: "you use 1e-5 whatever eps is given. MiniLM, for one, needs 1e-12.",
    _no_root: "you divide by the variance. Divide by its square root.",
    _no_mean: "the mean is not subtracted: this is RMSNorm with a shift.",
    _no_scale: "weight and bias are not used. They multiply and shift at the end.",
    _no_shift: "the bias is not added at the end.",
}


def _check_layer_norm(answer):
    for number, (shape, scale, eps) in enumerate(
        [((2, 3, 4), 1.0, 1e-5), ((1, 5, 8), 1e-2, 1e-3), ((4, 6), 3.0, 1e-5), ((2, 3, 3, 5), 0.3, 0.1)]
    ):
        x = scale * torch.randn(shape) + number
        weight, bias = torch.randn(shape[-1]), torch.randn(shape[-1])
        expected = layer_norm_solution(x, weight, bias, eps)
        got = expect_tensor(
            answer(x, weight, bias, eps), shape, "Did you keep the last axis (`keepdim=True`)?"
        )
        if same(got, expected):
            continue
        for fault, words in LAYER_NORM_FAULTS.items():
            if same(got, fault(x, weight, bias, eps)):
                raise NotYet(words)
        raise NotYet(_diagnose_layer_norm(got, expected, weight, bias))
    flat = expect_tensor(answer(torch.full((1, 2, 4), 7.0), torch.ones(4), torch.zeros(4)), (1, 2, 4))
    if flat.any():
        raise NotYet("a token whose numbers are all equal should become zeros.")

    def change(model):
        for module in model.modules():
            if isinstance(module, torch.nn.LayerNorm):
                module.forward = lambda x, m=module: answer(x, m.weight, m.bias, m.eps)

    return f"All 13 norms of MiniLM are now yours: max |difference| {_inside_minilm(change):.0e}."


def _diagnose_layer_norm(got: Tensor, expected: Tensor, weight: Tensor, bias: Tensor) -> str:
    plain, right = ((y - bias) / weight for y in (got, expected))
    mean, size, wanted = plain.mean(-1).abs().max().item(), plain.square().mean(-1), right.square().mean(-1)
    if mean > 1e-3:
        return f"without weight and bias each token should have mean 0; one of yours has {mean:.2f}."
    return (
        "without weight and bias the mean squares of the tokens should here lie between "
        f"{wanted.min():.2f} and {wanted.max():.2f}; yours lie between {size.min():.2f} and {size.max():.2f}."
    )


layer_norm = Exercise(
    name="layer_norm",
    minutes=5,
    stars=1,
    check=_check_layer_norm,
    hints=[
        "Everything happens along the last axis: `dim=-1`, with `keepdim=True` so that shapes still fit.",
        "Subtract the mean first. The variance is then the mean of the squares.",
        "Divide by `torch.sqrt(variance + eps)`, then `weight * … + bias`.",
    ],
    solution=layer_norm_solution,
    mistakes={
        _unbiased: "C − 1",
        _over_the_tokens: "over the tokens",
        _over_everything: "for the whole tensor",
        _eps_outside: "It belongs inside",
        _no_eps: "eps is missing",
        _own_eps: "whatever eps is given",
        _no_root: "you divide by the variance",
        _no_mean: "the mean is not subtracted",
        _no_scale: "weight and bias are not used",
        _no_shift: "the bias is not added",
    },
)


# --- 3. A pre-norm block ---


def pre_norm_block_solution(x, attention, feed_forward, norm1, norm2):
    x = x + attention(norm1(x))
    return x + feed_forward(norm2(x))


def _post_norm(x, attention, feed_forward, norm1, norm2):
    x = norm1(x + attention(x))
    return norm2(x + feed_forward(x))


def _norm_on_the_residual(x, attention, feed_forward, norm1, norm2):
    x = norm1(x)
    x = x + attention(x)
    x = norm2(x)
    return x + feed_forward(x)


def _no_residual(x, attention, feed_forward, norm1, norm2):
    return feed_forward(norm2(attention(norm1(x))))


def _no_first_residual(x, attention, feed_forward, norm1, norm2):
    x = attention(norm1(x))
    return x + feed_forward(norm2(x))


def _no_second_residual(x, attention, feed_forward, norm1, norm2):
    return feed_forward(norm2(x + attention(norm1(x))))


def _one_norm_for_both(x, attention, feed_forward, norm1, norm2):
    x = x + attention(norm1(x))
    return x + feed_forward(norm1(x))


def _side_by_side(x, attention, feed_forward, norm1, norm2):
    return x + attention(norm1(x)) + feed_forward(norm2(x))


def _adds_the_input_again(x, attention, feed_forward, norm1, norm2):
    return x + feed_forward(norm2(x + attention(norm1(x))))


def _no_norms(x, attention, feed_forward, norm1, norm2):
    x = x + attention(x)
    return x + feed_forward(x)


def _norm_behind_the_part(x, attention, feed_forward, norm1, norm2):
    x = x + norm1(attention(x))
    return x + norm2(feed_forward(x))


def _other_order(x, attention, feed_forward, norm1, norm2):
    x = x + feed_forward(norm1(x))
    return x + attention(norm2(x))


PRE_NORM_FAULTS = {
    _post_norm: "this is post-norm: you normalise the sum. Pre-norm normalises only what a part reads.",
    _norm_on_the_residual: "your norm is applied to the stream itself: x is normalised and stays so. "
    "Keep x as it is, and give norm1(x) to the attention only.",
    _no_residual: "both residuals are missing: a part is added to x, it does not take its place.",
    _no_first_residual: "the first residual is missing: x + attention(…).",
    _no_second_residual: "the second residual is missing: x + feed_forward(…).",
    _one_norm_for_both: "norm1 is used twice. The feed-forward has a norm of its own, norm2.",
    _side_by_side: "your feed-forward reads the x from before the attention. It comes after: let x "
    "be the sum first. (Some later models do run the two side by side.)",
    _adds_the_input_again: "what the attention added is lost: the second sum starts from the old x again.",
    _no_norms: "norm1 and norm2 are not used.",
    _norm_behind_the_part: "your norms stand behind the parts. They belong in front: attention(norm1(x)).",
    _other_order: "the feed-forward comes first in yours. The attention does, with norm1.",
}


def _check_pre_norm_block(answer):
    for shape in [(2, 3, 8), (1, 5, 8), (3, 1, 8)]:
        mix = torch.randn(shape[1], shape[1])
        up, down = torch.randn(8, 8), torch.randn(8, 8)
        scales = torch.randn(2, 8)

        def attention(x, mix=mix):
            return torch.tanh(mix @ x)

        def feed_forward(x, up=up, down=down):
            return F.relu(x @ up) @ down

        def norm1(x, scale=scales[0]):
            return F.layer_norm(x, (8,), scale)

        def norm2(x, scale=scales[1]):
            return F.layer_norm(x, (8,), scale, bias=0.1 * scale)

        arguments = (3 * torch.randn(shape) + 1, attention, feed_forward, norm1, norm2)
        got = expect_tensor(answer(*arguments), shape)
        if same(got, pre_norm_block_solution(*arguments)):
            continue
        for fault, words in PRE_NORM_FAULTS.items():
            if same(got, fault(*arguments)):
                raise NotYet(words)
        x, zeros = arguments[0], torch.zeros_like
        if not same(expect_tensor(answer(x, zeros, zeros, norm1, norm2), shape), x):
            raise NotYet("if both parts return zeros, x should come out unchanged. Yours comes out changed.")
        if not same(expect_tensor(answer(x, attention, zeros, norm1, norm2), shape), x + attention(norm1(x))):
            raise NotYet(
                "with a feed-forward that returns zeros, x + attention(norm1(x)) should come out. "
                "Something else does."
            )
        raise NotYet(
            "the attention's half is right. Then, with the sum as the new x, x + feed_forward(norm2(x)) "
            "is expected; yours is something else."
        )
    size = _gradient_through(answer)
    return (
        f"A gradient sent down through 24 of your blocks arrives at {size:.1f} times its size. "
        "Without the residuals it would be gone."
    )


def _gradient_through(answer: Callable) -> float:
    """The size of the gradient below 24 blocks, relative to the one above them."""
    x = torch.randn(4, 6, 32, requires_grad=True)
    y = x
    for _ in range(24):
        block = blocks.Block(32, 4, 128)
        y = answer(
            y,
            lambda x, b=block: b.attention(x)[0],
            block.feed_forward,
            block.attention_norm,
            block.feed_forward_norm,
        )
    probe = torch.randn_like(y)
    y.backward(probe)
    return (x.grad.norm() / probe.norm()).item()


pre_norm_block = Exercise(
    name="pre_norm_block",
    minutes=5,
    stars=2,
    check=_check_pre_norm_block,
    hints=[
        "Two lines, one a part. Each adds something to x.",
        "The part reads a normalised copy; the x that it is added to stays as it is.",
        "`x = x + attention(norm1(x))`. The second line has the same form.",
    ],
    solution=pre_norm_block_solution,
    mistakes={
        _post_norm: "this is post-norm",
        _norm_on_the_residual: "applied to the stream itself",
        _no_residual: "both residuals are missing",
        _no_first_residual: "the first residual is missing",
        _no_second_residual: "the second residual is missing",
        _one_norm_for_both: "norm1 is used twice",
        _side_by_side: "from before the attention",
        _adds_the_input_again: "what the attention added is lost",
        _no_norms: "are not used",
        _norm_behind_the_part: "stand behind the parts",
        _other_order: "the feed-forward comes first",
    },
)


# --- 4. Sinusoidal positions ---


def _wave(length, size, base=10000.0, first=0, exponent=lambda i, size: 2 * i / size):
    """Sines and cosines, (T, C/2) each."""
    speeds = base ** -torch.tensor([exponent(i, size) for i in range(size // 2)])
    angles = torch.outer(torch.arange(first, first + length).float(), speeds)
    return angles.sin(), angles.cos()


def _weave(sine, cosine):
    return torch.stack([sine, cosine], dim=-1).flatten(1)


def sinusoids_solution(length, hidden_size):
    positions = torch.arange(length).float()
    speeds = 10000.0 ** (-torch.arange(0, hidden_size, 2) / hidden_size)
    table = torch.zeros(length, hidden_size)
    table[:, 0::2] = torch.sin(positions[:, None] * speeds)
    table[:, 1::2] = torch.cos(positions[:, None] * speeds)
    return table


def _swapped(length, hidden_size):
    return _weave(*_wave(length, hidden_size)[::-1])


def _halves(length, hidden_size):
    return torch.cat(_wave(length, hidden_size), dim=1)


def _half_exponent(length, hidden_size):
    return _weave(*_wave(length, hidden_size, exponent=lambda i, size: i / size))


def _double_exponent(length, hidden_size):
    return _weave(*_wave(length, hidden_size, exponent=lambda i, size: 4 * i / size))


def _positive_exponent(length, hidden_size):
    return _weave(*_wave(length, hidden_size, exponent=lambda i, size: -2 * i / size))


def _no_width(length, hidden_size):
    return _weave(*_wave(length, hidden_size, exponent=lambda i, size: 2 * i))


def _from_one(length, hidden_size):
    return _weave(*_wave(length, hidden_size, first=1))


def _sines_only(length, hidden_size):
    sine, _ = _wave(length, hidden_size)
    return _weave(sine, sine)


def _speed_for_each_column(length, hidden_size):
    angles = torch.outer(torch.arange(length).float(), 10000.0 ** (-torch.arange(hidden_size) / hidden_size))
    even = torch.arange(hidden_size) % 2 == 0
    return torch.where(even, angles.sin(), angles.cos())


def _base_1000(length, hidden_size):
    return _weave(*_wave(length, hidden_size, base=1000.0))


SINUSOID_FAULTS = {
    _swapped: "sine and cosine are swapped: place 0 should be 0, 1, 0, 1, … (sin 0 = 0, cos 0 = 1).",
    _halves: "all your sines come first, then all cosines. The paper puts them in turn: sin, cos, sin, cos. "
    "(Some libraries use your order. It works as well, but weights trained with one cannot use the other.)",
    _half_exponent: "your exponent is half of what it should be. Pair i has 2i / C, from 0 to nearly 1.",
    _double_exponent: "your exponent is twice what it should be. Pair i has 2i / C; `arange(0, C, 2)` is 2i.",
    _positive_exponent: "your angles are multiplied by 10000^(2i/C). Divide: later columns turn more slowly.",
    _no_width: "the exponent is not divided by the width C.",
    _from_one: "your places start at 1. The first token stands at place 0.",
    _sines_only: "every column is a sine. The odd columns are cosines of the same angle.",
    _speed_for_each_column: "each of your columns has a speed of its own. Columns 2i and 2i + 1 share one.",
    _base_1000: "the base is 10000; yours is 1000.",
}


def _check_sinusoids(answer):
    for length, size in [(3, 4), (5, 6), (1, 8), (40, 16), (7, 10)]:
        got = expect_tensor(answer(length, size), (length, size), "(length, hidden_size), one row a place.")
        if same(got, sinusoids_solution(length, size)):
            continue
        for fault, words in SINUSOID_FAULTS.items():
            if same(got, fault(length, size)):
                raise NotYet(words)
        raise NotYet(_diagnose_sinusoids(got, sinusoids_solution(length, size), size))
    table = answer(200, 32).double()
    products = table @ table.T
    apart = max(
        (products.diagonal(distance).max() - products.diagonal(distance).min()).item()
        for distance in range(190)
    )
    return (
        "The product of two of your vectors depends on their distance only, not on where they stand: "
        f"over 200 places it differs by at most {apart:.0e}."
    )


def _diagnose_sinusoids(got: Tensor, expected: Tensor, size: int) -> str:
    row, column = (got - expected).abs().gt(1e-4).nonzero()[0].tolist()
    wave = "cos" if column % 2 else "sin"
    angle = f"{row} / 10000^({column - column % 2}/{size})"
    return (
        f"at place {row}, column {column} of {size}, {wave}({angle}) = {expected[row, column]:.4f} is "
        f"expected; yours is {got[row, column]:.4f}."
    )


sinusoids = Exercise(
    name="sinusoids",
    minutes=8,
    stars=2,
    check=_check_sinusoids,
    hints=[
        "One speed a pair of columns: `10000 ** (-torch.arange(0, hidden_size, 2) / hidden_size)`.",
        "The angles are a table of places times speeds: `torch.arange(length)[:, None] * speeds`.",
        "Fill a table of zeros: `table[:, 0::2]` takes the sines, `table[:, 1::2]` the cosines.",
    ],
    solution=sinusoids_solution,
    mistakes={
        _swapped: "swapped",
        _halves: "in turn",
        _half_exponent: "half of what it should be",
        _double_exponent: "twice what it should be",
        _positive_exponent: "Divide",
        _no_width: "not divided by the width",
        _from_one: "start at 1",
        _sines_only: "every column is a sine",
        _speed_for_each_column: "a speed of its own",
        _base_1000: "the base is 10000",
    },
)


# --- 5. Count parameters ---


def count_parameters_solution(vocab_size, hidden_size, num_layers, intermediate_size):
    C, inner = hidden_size, intermediate_size
    attention = 4 * (C * C + C)
    feed_forward = (C * inner + inner) + (inner * C + C)
    norm = 2 * C
    encoder_block = attention + feed_forward + 2 * norm
    decoder_block = 2 * attention + feed_forward + 3 * norm
    return vocab_size * C + num_layers * (encoder_block + decoder_block)


# What a wrong count has too much or too little, as a function of V, C, N, F.
COUNT_FAULTS: dict[str, Callable[[int, int, int, int], int]] = {
    "the biases of the attention's maps are missing": lambda V, C, N, F: -12 * N * C,
    "the biases of the feed-forward are missing": lambda V, C, N, F: -2 * N * (F + C),
    "the norms are missing": lambda V, C, N, F: -10 * N * C,
    "the norms' shifts are missing (a norm has a scale and a shift, 2 C numbers)": lambda V, C, N, F: (
        -5 * N * C
    ),
    "the third norm of a decoder block is missing": lambda V, C, N, F: -2 * N * C,
    "the cross-attention of the decoder blocks is missing": lambda V, C, N, F: -4 * N * (C * C + C),
    "the output map of each attention is missing (q, k, v and out are four)": lambda V, C, N, F: (
        -3 * N * (C * C + C)
    ),
    "the bias of each attention's output map is missing": lambda V, C, N, F: -3 * N * C,
    "the decoder is missing": lambda V, C, N, F: -N * blocks.block_parameters(C, F, cross_attention=True),
    "the encoder is missing": lambda V, C, N, F: -N * blocks.block_parameters(C, F),
    "the table of embeddings is missing": lambda V, C, N, F: -V * C,
    "the table is counted twice, but source, target and output share one": lambda V, C, N, F: V * C,
    "the table is counted three times, but source, target and output share one": lambda V, C, N, F: 2 * V * C,
    "the output has a bias of V numbers; ours has none": lambda V, C, N, F: V,
}


def _wrong_count(*names: str) -> Callable:
    """A count with these faults, which are beginnings of keys of COUNT_FAULTS."""

    def count(vocab_size, hidden_size, num_layers, intermediate_size):
        sizes = (vocab_size, hidden_size, num_layers, intermediate_size)
        extra = [fault(*sizes) for words, fault in COUNT_FAULTS.items() if words.startswith(names)]
        return count_parameters_solution(*sizes) + sum(extra)

    count.__name__ = "_".join(names).replace(" ", "_")
    return count


def _check_count_parameters(answer):
    cases = [(11, 8, 1, 32), (100, 12, 3, 20), (37, 20, 2, 31), (15, 64, 2, 128)]
    off = []
    for sizes in cases:
        got = answer(*sizes)
        if isinstance(got, bool) or not isinstance(got, (int, float)) or got != int(got):
            raise NotYet(f"a whole number is expected, not {got!r}.")
        off.append(int(got) - count_parameters_solution(*sizes))
    if any(off):
        for number in (1, 2, 3, 4):  # one fault, or several at once
            for found in combinations(COUNT_FAULTS, number):
                if off == [sum(COUNT_FAULTS[words](*sizes) for words in found) for sizes in cases]:
                    raise NotYet(f"{'; and '.join(found)}.")
        number = next(i for i, difference in enumerate(off) if difference)
        expected = count_parameters_solution(*cases[number])
        names = ["vocab_size", "hidden_size", "num_layers", "intermediate_size"]
        sizes = ", ".join(f"{name} {size}" for name, size in zip(names, cases[number], strict=True))
        raise NotYet(f"with {sizes} it is {expected:,}; you count {expected + off[number]:,}.")
    with torch.device("meta"):
        model = blocks.EncoderDecoder(37_000)
    true, yours = sum(p.numel() for p in model.parameters()), answer(37_000, 512, 6, 2048)
    if yours != true:
        raise NotYet(f"small models are right, but the base model has {true:,}; you count {yours:,}.")
    share = 37_000 * 512 / true
    return f"The base model of 2017 has {true:,}, {share:.0%} of them in its one table, as you count too."


count_parameters = Exercise(
    name="count_parameters",
    minutes=10,
    stars=2,
    check=_check_count_parameters,
    hints=[
        "A linear map from a to b has a · b weights and b biases. An attention has four from C to C.",
        "A norm has a scale and a shift, 2 C numbers. An encoder block has two norms, a decoder block three.",
        "A decoder block has two attentions. Sinusoids are not learned. The table of V · C counts once.",
        "vocab_size · C + num_layers · (encoder block + decoder block)",
    ],
    solution=count_parameters_solution,
    mistakes={
        _wrong_count("the biases of the attention"): "the biases of the attention's maps are missing.",
        _wrong_count("the biases of the feed"): "the biases of the feed-forward are missing.",
        _wrong_count("the biases"): "are missing; and the biases of the feed-forward",
        _wrong_count("the table is counted three"): "three times",
        _wrong_count("the table is counted twice"): "twice",
        _wrong_count("the cross-attention"): "the cross-attention",
        _wrong_count("the norms are"): "the norms are missing",
        _wrong_count("the norms' shifts"): "a scale and a shift",
        _wrong_count("the third norm"): "the third norm",
        _wrong_count("the decoder is"): "the decoder is missing",
        _wrong_count("the output map"): "q, k, v and out are four",
        _wrong_count("the bias of each"): "output map is missing",
    },
)
