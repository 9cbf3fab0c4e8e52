"""Exercises of notebook 06: shifted labels, the loss, perplexity, a step with a cache, a step of AdamW."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from utils import data, gpt, pretrained
from utils.exercise import Exercise, NotYet, expect_tensor, same
from utils.tokenization import ByteLevelBPE

IGNORED = -100


def _number(got: object, what: str, hint: str = "") -> float:
    if isinstance(got, Tensor) and got.numel() != 1:
        raise NotYet(f"{what} is one number; you returned a tensor of shape {tuple(got.shape)}.")
    if isinstance(got, Tensor):
        got = got.item()
    if isinstance(got, bool) or not isinstance(got, (int, float)):
        raise NotYet(f"{what} is one number; you returned {type(got).__name__}.")
    if not math.isfinite(got):
        raise NotYet(f"you returned {got}; {what} is a finite number here. {hint}".strip())
    return float(got)


def _close(got: float, expected: float) -> bool:
    return math.isclose(got, expected, rel_tol=1e-4, abs_tol=1e-6)


def _tiny_gpt() -> tuple[gpt.GPT, Tensor]:
    """tiny-gpt, and eight validation pieces as ids (8, T), padded with the end-of-text token, 0."""
    folder = pretrained.locate("tiny-gpt")
    tokenizer = ByteLevelBPE.load(folder)
    rows = [[0, *tokenizer.encode(piece.text), 0] for piece in data.village("validation")[:8]]
    width = max(map(len, rows))
    return gpt.load(folder), torch.tensor([row + [0] * (width - len(row)) for row in rows])


# --- 1. Shifted labels ---


def shift_labels_solution(input_ids):
    labels = torch.full_like(input_ids, -100)
    labels[:, :-1] = input_ids[:, 1:]
    return labels


def _no_shift(input_ids):
    return input_ids.clone()


def _shifts_twice(input_ids):
    return shift_labels_solution(shift_labels_solution(input_ids))


def _shifts_back(input_ids):
    return F.pad(input_ids[:, :-1], (1, 0), value=IGNORED)


def _rolls(input_ids):
    return input_ids.roll(-1, dims=1)


def _last_is_zero(input_ids):
    return F.pad(input_ids[:, 1:], (0, 1), value=0)


def _repeats_the_last(input_ids):
    return torch.cat([input_ids[:, 1:], input_ids[:, -1:]], dim=1)


def _shifts_the_texts(input_ids):
    return F.pad(input_ids[1:], (0, 0, 0, 1), value=IGNORED)


SHIFT_FAULTS = {
    _no_shift: "nothing is shifted: the model would only have to repeat the token it is looking at.",
    _shifts_twice: "you shift twice: at each place stands the token after the next one.",
    _shifts_back: "you shift the wrong way: at each place stands the token before it, long seen.",
    _rolls: "the last place got the first token of the text: `roll` goes round. Nothing comes after the last "
    "token, so its label is -100.",
    _last_is_zero: "the last label is 0, and 0 is a token. A label that does not count is -100.",
    _repeats_the_last: "the last label repeats the last token. Nothing is known to come there: -100.",
    _shifts_the_texts: "you shift along the batch, so that one text has the labels of another. Tokens are "
    "axis 1.",
}


def _check_shift_labels(answer):
    for shape in [(2, 5), (1, 7), (4, 3), (3, 2)]:
        input_ids = torch.randint(1, 2048, shape)
        expected = shift_labels_solution(input_ids)
        hint = "One label for each token, the last one too: fill up with -100."
        got = expect_tensor(answer(input_ids), shape, hint, torch.long)
        if got.equal(expected):
            continue
        for fault, words in SHIFT_FAULTS.items():
            if got.equal(fault(input_ids)):
                raise NotYet(words)
        row, place = (got != expected).nonzero()[0].tolist()
        raise NotYet(
            f"for the ids {input_ids[row].tolist()}, the label at place {place} should be "
            f"{expected[row, place].item()}; yours is {got[row, place].item()}."
        )
    model, ids = _tiny_gpt()
    with torch.no_grad():
        logits = model(ids).logits
    right, copied = (
        F.cross_entropy(logits.flatten(0, 1), labels.flatten()).item() for labels in (answer(ids), ids)
    )
    return (
        f"tiny-gpt's loss on eight pieces with your labels is {right:.1f} nats a token; without the shift it "
        f"would seem to be {copied:.0f}. A model trained without the shift learns to repeat."
    )


shift_labels = Exercise(
    name="shift_labels",
    minutes=3,
    stars=1,
    check=_check_shift_labels,
    hints=[
        "At place t stands the token of place t + 1: `input_ids[:, 1:]`.",
        "That is one column short. The last place has nothing after it; its label is -100.",
        "Begin with `torch.full_like(input_ids, -100)` and fill in all columns but the last.",
    ],
    solution=shift_labels_solution,
    mistakes={
        _no_shift: "nothing is shifted",
        _shifts_twice: "shift twice",
        _shifts_back: "the wrong way",
        _rolls: "goes round",
        _last_is_zero: "0 is a token",
        _repeats_the_last: "repeats the last token",
        _shifts_the_texts: "along the batch",
    },
)


# --- 2. Perplexity ---


def perplexity_solution(losses, num_tokens):
    nats = sum(loss * n for loss, n in zip(losses, num_tokens, strict=True))
    return math.exp(nats / sum(num_tokens))


def _averages_the_batches(losses, num_tokens):
    return math.exp(sum(losses) / len(losses))


def _exp_of_the_sum(losses, num_tokens):
    return math.exp(sum(losses))


def _mean_of_perplexities(losses, num_tokens):
    return sum(n * math.exp(loss) for loss, n in zip(losses, num_tokens, strict=True)) / sum(num_tokens)


def _mean_of_batch_perplexities(losses, num_tokens):
    return sum(math.exp(loss) for loss in losses) / len(losses)


def _forgets_exp(losses, num_tokens):
    return math.log(perplexity_solution(losses, num_tokens))


def _base_two(losses, num_tokens):
    return 2 ** math.log(perplexity_solution(losses, num_tokens))


def _sum_over_tokens(losses, num_tokens):
    return math.exp(sum(losses) / sum(num_tokens))


PERPLEXITY_FAULTS = {
    _averages_the_batches: "you average the batches as if of one size. Weigh each loss by its tokens.",
    _exp_of_the_sum: "you take exp of the sum. It is exp of the mean over the tokens.",
    _mean_of_perplexities: "you average perplexities. Average the losses first, then exp once.",
    _mean_of_batch_perplexities: "you average the perplexities of the batches, and as if of one size. "
    "Sum up the nats, divide by all tokens, then exp once.",
    _forgets_exp: "this is the loss. Perplexity is its exp.",
    _base_two: "you raise 2 to the loss. The losses are in nats: e it is, `math.exp`.",
    _sum_over_tokens: "the losses are means already. Multiply each by its number of tokens before you add.",
}


def _check_perplexity(answer):
    for losses, counts in [([2.0, 0.5], [10, 90]), ([1.0, 1.5, 3.0], [7, 1, 4]), ([0.1, 0.9], [1, 30])]:
        expected = perplexity_solution(losses, counts)
        got = _number(answer(losses, counts), "perplexity")
        if _close(got, expected):
            continue
        for fault, words in PERPLEXITY_FAULTS.items():
            if _close(got, fault(losses, counts)):
                raise NotYet(words)
        raise NotYet(
            f"losses {losses} over {counts} tokens have perplexity {expected:.3f}; yours is {got:.3f}."
        )
    sure = _number(answer([0.0], [5]), "perplexity")
    if not _close(sure, 1.0):
        raise NotYet(f"a model that is always sure and right has perplexity 1; yours is {sure:.4f}.")
    model, ids = _tiny_gpt()
    losses, counts = [], []
    for row in ids:
        length = (row[1:] == 0).nonzero()[0].item() + 2  # up to the 0 that ends the text
        with torch.no_grad():
            losses.append(model(row[None, :length], labels=row[None, :length]).loss.item())
        counts.append(length - 1)
    right = answer(losses, counts)
    return (
        f"On eight pieces of the village tiny-gpt has perplexity {right:.1f}: on average it is as unsure "
        "as between so many tokens. Batches of unequal size are why the weights matter."
    )


perplexity = Exercise(
    name="perplexity",
    minutes=4,
    stars=1,
    check=_check_perplexity,
    hints=[
        "Each loss is a mean over its tokens. Loss times tokens gives the nats of the batch.",
        "Add up all nats, divide by all tokens: the mean loss.",
        "`math.exp` of that mean, once, at the end.",
    ],
    solution=perplexity_solution,
    mistakes={
        _averages_the_batches: "as if of one size. Weigh",
        _exp_of_the_sum: "exp of the sum",
        _mean_of_perplexities: "Average the losses first",
        _mean_of_batch_perplexities: "perplexities of the batches",
        _forgets_exp: "this is the loss",
        _base_two: "raise 2",
        _sum_over_tokens: "means already",
    },
)


# --- 3. The loss of a causal language model ---


def causal_lm_loss_solution(logits, labels):
    logits, targets = logits[:, :-1], labels[:, 1:]  # (B, T − 1, V), (B, T − 1)
    counts = targets != -100  # (B, T − 1)
    log_probs = logits.log_softmax(-1)[counts]  # (N, V)
    return -log_probs.gather(1, targets[counts][:, None]).mean()


def _nats(logits, labels):
    """(B, T − 1): of each label, 0 where it does not count."""
    return F.cross_entropy(logits[:, :-1].transpose(1, 2), labels[:, 1:], reduction="none")


def _loss_without_shift(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten())


def _loss_shifted_back(logits, labels):
    return F.cross_entropy(logits[:, 1:].flatten(0, 1), labels[:, :-1].flatten())


def _counts_padding(logits, labels):
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].clamp(min=0).flatten())


def _divides_by_all(logits, labels):
    return _nats(logits, labels).mean()


def _mean_of_texts(logits, labels):
    counts = (labels[:, 1:] != IGNORED).sum(1)
    return (_nats(logits, labels).sum(1) / counts).mean()


def _summed(logits, labels):
    return _nats(logits, labels).sum()


def _in_bits(logits, labels):
    return causal_lm_loss_solution(logits, labels) / math.log(2)


def _no_log(logits, labels):
    return (1 - (-_nats(logits, labels)).exp())[labels[:, 1:] != IGNORED].mean()


def _wrong_sign(logits, labels):
    return -causal_lm_loss_solution(logits, labels)


def _softmax_twice(logits, labels):
    return causal_lm_loss_solution(logits.softmax(-1), labels)


LOSS_FAULTS = {
    _loss_without_shift: "you compare the logits at t with the label at t. They tell the token at t + 1.",
    _loss_shifted_back: "you compare the logits at t with the label at t − 1. They tell the one at t + 1.",
    _counts_padding: "your loss includes padding: a label of -100 was taken for a token.",
    _divides_by_all: "padding adds nothing, but you divide by its places, too. Only labels that count do.",
    _mean_of_texts: "you take a mean a text, then a mean of these. Take one mean over all labels.",
    _summed: "you return the sum. The mean over the labels that count is expected.",
    _in_bits: "your loss is in bits. With the natural logarithm it is in nats.",
    _no_log: "you average 1 − p. The loss is −log p.",
    _wrong_sign: "your loss is negative. −log p is never below 0.",
    _softmax_twice: "softmax is applied twice: cross-entropy and log_softmax take the logits as they are.",
}


def _log_of_softmax(logits, labels):
    probabilities, targets = logits[:, :-1].softmax(-1), labels[:, 1:]
    counted = targets != IGNORED
    return -probabilities[counted].gather(1, targets[counted][:, None]).log().mean()


def _one_loss_a_place(logits, labels):
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), reduction="none")


def _check_causal_lm_loss(answer):
    for (B, T, V), scale in [((2, 5, 7), 1.0), ((3, 8, 11), 4.0), ((1, 4, 3), 0.5), ((4, 6, 50), 60.0)]:
        logits, labels = scale * torch.randn(B, T, V), torch.randint(V, (B, T))
        for row in range(1, B):
            labels[row, T - row % (T - 2) :] = IGNORED
        got = _number(
            answer(logits, labels),
            "the loss",
            "Of large logits a probability is rounded to 0, and has no logarithm: take `log_softmax`.",
        )
        if _close(got, causal_lm_loss_solution(logits, labels).item()):
            continue
        for fault, words in LOSS_FAULTS.items():
            if _close(got, fault(logits, labels).item()):
                raise NotYet(words)
        raise NotYet(
            f"for logits of shape {(B, T, V)} the loss is "
            f"{causal_lm_loss_solution(logits, labels).item():.4f}; yours is {got:.4f}."
        )
    zero = _number(answer(torch.zeros(2, 4, 2048), torch.ones(2, 4, dtype=torch.long)), "the loss")
    if not _close(zero, math.log(2048)):
        raise NotYet(f"where all logits are equal the loss is ln V = 7.62 for V = 2048; yours is {zero:.2f}.")
    model, ids = _tiny_gpt()
    with torch.no_grad():
        logits = model(ids).logits
    labels = ids.masked_fill((ids == 0).cumsum(1) > 2, IGNORED)  # the second 0 ends the text
    ours, yours = (_number(f(logits, labels), "the loss") for f in (gpt.causal_lm_loss, answer))
    if not _close(ours, yours):
        raise NotYet(
            f"it is right on small inputs, but on tiny-gpt's logits it is {yours:.4f}, not {ours:.4f}."
        )
    return (
        f"Your loss and the course's on tiny-gpt: |difference| {abs(ours - yours):.0e}. With equal logits it "
        "is ln V, which is how you know that a new model starts right."
    )


causal_lm_loss = Exercise(
    name="causal_lm_loss",
    minutes=6,
    stars=2,
    check=_check_causal_lm_loss,
    hints=[
        "Drop the last logits, for which nothing is known, and the first label, which nothing foretells.",
        "`logits.log_softmax(-1)`, and at each place take the number that belongs to the label.",
        "`F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())` does all of it; "
        "-100 is what it ignores unless told otherwise.",
    ],
    solution=causal_lm_loss_solution,
    mistakes={
        _loss_without_shift: "with the label at t. They",
        _loss_shifted_back: "label at t − 1",
        _counts_padding: "includes padding",
        _divides_by_all: "divide by its places",
        _mean_of_texts: "a mean a text",
        _summed: "the sum",
        _in_bits: "in bits",
        _no_log: "1 − p",
        _wrong_sign: "negative",
        _softmax_twice: "twice",
        _log_of_softmax: "take `log_softmax`",
        _one_loss_a_place: "one number",
    },
)


# --- 4. One step of AdamW ---


def adamw_step_solution(p, grad, m, v, t, lr, betas, eps, weight_decay):
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    p = p - lr * weight_decay * p
    p = p - lr * m_hat / (v_hat.sqrt() + eps)
    return p, m, v


def _no_correction(p, grad, m, v, t, lr, betas, eps, weight_decay):
    return adamw_step_solution(p, grad, m, v, 10**6, lr, betas, eps, weight_decay)


def _corrects_the_state(p, grad, m, v, t, lr, betas, eps, weight_decay):
    p, m, v = adamw_step_solution(p, grad, m, v, t, lr, betas, eps, weight_decay)
    return p, m / (1 - betas[0] ** t), v / (1 - betas[1] ** t)


def _decay_in_the_gradient(p, grad, m, v, t, lr, betas, eps, weight_decay):
    return adamw_step_solution(p, grad + weight_decay * p, m, v, t, lr, betas, eps, 0.0)


def _no_decay(p, grad, m, v, t, lr, betas, eps, weight_decay):
    return adamw_step_solution(p, grad, m, v, t, lr, betas, eps, 0.0)


def _decay_without_rate(p, grad, m, v, t, lr, betas, eps, weight_decay):
    return adamw_step_solution(p, grad, m, v, t, lr, betas, eps, weight_decay / lr)


def _decays_what_has_moved(p, grad, m, v, t, lr, betas, eps, weight_decay):
    p, m, v = adamw_step_solution(p, grad, m, v, t, lr, betas, eps, 0.0)
    return p - lr * weight_decay * p, m, v


def _eps_in_the_root(p, grad, m, v, t, lr, betas, eps, weight_decay):
    return _other_root(p, grad, m, v, t, lr, betas, weight_decay, lambda v_hat: (v_hat + eps).sqrt())


def _no_root(p, grad, m, v, t, lr, betas, eps, weight_decay):
    return _other_root(p, grad, m, v, t, lr, betas, weight_decay, lambda v_hat: v_hat + eps)


def _other_root(p, grad, m, v, t, lr, betas, weight_decay, root):
    _, m, v = adamw_step_solution(p, grad, m, v, t, lr, betas, 0.0, 0.0)
    move = m / (1 - betas[0] ** t) / root(v / (1 - betas[1] ** t))
    return p * (1 - lr * weight_decay) - lr * move, m, v


def _gradient_not_squared(p, grad, m, v, t, lr, betas, eps, weight_decay):
    _, m, _ = adamw_step_solution(p, grad, m, v, t, lr, betas, eps, weight_decay)
    v = betas[1] * v + (1 - betas[1]) * grad.abs()
    move = m / (1 - betas[0] ** t) / ((v / (1 - betas[1] ** t)).sqrt() + eps)
    return p * (1 - lr * weight_decay) - lr * move, m, v


def _betas_swapped(p, grad, m, v, t, lr, betas, eps, weight_decay):
    return adamw_step_solution(p, grad, m, v, t, lr, betas[::-1], eps, weight_decay)


def _plain_gradient(p, grad, m, v, t, lr, betas, eps, weight_decay):
    _, m, v = adamw_step_solution(p, grad, m, v, t, lr, betas, eps, weight_decay)
    return p * (1 - lr * weight_decay) - lr * grad / ((v / (1 - betas[1] ** t)).sqrt() + eps), m, v


def _uphill(p, grad, m, v, t, lr, betas, eps, weight_decay):
    new, m, v = adamw_step_solution(p, grad, m, v, t, lr, betas, eps, 0.0)
    return p * (1 - lr * weight_decay) + (p - new), m, v


ADAMW_FAULTS = {
    _no_correction: "there is no bias correction: divide m by 1 − β₁ᵗ and v by 1 − β₂ᵗ before you use them, "
    "or the first steps have the wrong size.",
    _corrects_the_state: "you return the corrected m and v. Keep the plain ones for the next step; the "
    "correction is for this step's move alone.",
    _decay_in_the_gradient: "your decay goes into the gradient, and so through m and v. That is Adam with "
    "L2; the W in AdamW takes lr · weight_decay · p from the weight itself.",
    _no_decay: "the weights do not decay: lr · weight_decay · p is to be taken off, too.",
    _decay_without_rate: "your decay is not multiplied by the learning rate.",
    _decays_what_has_moved: "your decay is taken of the p that has moved already. Take it of the old p.",
    _eps_in_the_root: "your eps is inside the root. AdamW adds it to the root: √v + eps.",
    _no_root: "you divide by v. Divide by its root.",
    _gradient_not_squared: "v is the mean of the squared gradient; yours is not squared.",
    _betas_swapped: "the two betas are swapped: the first is for m, the second for v.",
    _plain_gradient: "you move along this step's gradient. Move along its mean, m.",
    _uphill: "you move up the gradient. The loss falls the other way.",
}


def _check_adamw_step(answer):
    settings = dict(lr=0.02, betas=(0.9, 0.95), eps=1e-2, weight_decay=0.5)
    for shape, t, scale in [((4,), 1, 1.0), ((3, 5), 2, 0.1), ((2, 3, 4), 7, 3.0), ((6,), 40, 0.01)]:
        p, grad, m = scale * torch.randn(shape), scale * torch.randn(shape), scale * torch.randn(shape)
        v = scale**2 * torch.rand(shape)
        if t == 1:
            m, v = torch.zeros(shape), torch.zeros(shape)
        expected = adamw_step_solution(p, grad, m, v, t, **settings)
        got = _state(answer(p, grad, m, v, t, **settings), shape)
        if all(map(_equal, got, expected)):
            continue
        for fault, words in ADAMW_FAULTS.items():
            if all(map(_equal, got, fault(p, grad, m, v, t, **settings))):
                raise NotYet(words)
        for name, one, other in reversed(list(zip(("p", "m", "v"), got, expected, strict=True))):
            if not _equal(one, other):
                apart = (one - other).abs().max()
                raise NotYet(f"at step {t} your new {name} differs from AdamW's by up to {apart:.2g}.")
    return _train_tiny_gpt(answer)


def _equal(got: Tensor, expected: Tensor) -> bool:
    return torch.allclose(got, expected, rtol=1e-4, atol=1e-8)


def _state(got: object, shape: tuple[int, ...]) -> tuple[Tensor, ...]:
    if not isinstance(got, (tuple, list)) or len(got) != 3:
        raise NotYet("three tensors are expected: the new p, m and v.")
    return tuple(expect_tensor(tensor, shape, dtype=torch.float32) for tensor in got)


def _train_tiny_gpt(answer) -> str:
    """Three steps of tiny-gpt's last feed-forward net, beside torch's own AdamW."""
    settings = dict(lr=1e-3, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    (yours, ids), (theirs, _) = _tiny_gpt(), _tiny_gpt()
    parameters = [list(model.blocks[-1].feed_forward.parameters()) for model in (yours, theirs)]
    optimizer = torch.optim.AdamW(parameters[1], **settings)
    state = [(torch.zeros_like(p), torch.zeros_like(p)) for p in parameters[0]]
    for t in range(1, 4):
        for model, chosen in zip((yours, theirs), parameters, strict=True):
            gradients = torch.autograd.grad(model(ids[:2, :32], labels=ids[:2, :32]).loss, chosen)
            for p, gradient in zip(chosen, gradients, strict=True):
                p.grad = gradient
        optimizer.step()
        with torch.no_grad():
            for i, p in enumerate(parameters[0]):
                new, *moments = _state(answer(p.detach(), p.grad, *state[i], t, **settings), p.shape)
                p.copy_(new)
                state[i] = tuple(moments)
    apart = max((a - b).abs().max().item() for a, b in zip(*parameters, strict=True))
    if not apart < 1e-3:
        raise NotYet(
            f"single steps are right, but three on tiny-gpt end {apart:.2g} away from torch's AdamW."
        )
    return (
        "Three steps of your AdamW on a layer of tiny-gpt end where torch's do: max |difference| "
        f"{apart:.0e}. Every number moves by about the learning rate, however large its gradient is."
    )


adamw_step = Exercise(
    name="adamw_step",
    minutes=12,
    stars=2,
    check=_check_adamw_step,
    hints=[
        "m and v are running means, β of the old and 1 − β of the new: of the gradient, and of its square.",
        "They began at 0 and are too small: divide copies by 1 − β₁ᵗ and 1 − β₂ᵗ, and return the plain ones.",
        "Two changes of p: minus `lr * weight_decay * p`, and minus `lr * m_hat / (v_hat.sqrt() + eps)`.",
    ],
    solution=adamw_step_solution,
    mistakes={
        _no_correction: "no bias correction",
        _corrects_the_state: "Keep the plain ones",
        _decay_in_the_gradient: "goes into the gradient",
        _no_decay: "do not decay",
        _decay_without_rate: "not multiplied by the learning rate",
        _decays_what_has_moved: "the old p",
        _eps_in_the_root: "inside the root",
        _no_root: "you divide by v",
        _gradient_not_squared: "not squared",
        _betas_swapped: "swapped",
        _plain_gradient: "along this step's gradient",
        _uphill: "up the gradient",
    },
)


# --- 5. One step with a cache ---


def cache_step_solution(x, past_keys, past_values, positions, w_q, w_k, w_v):
    x = x + positions[len(past_keys)]  # (C,)
    keys = torch.cat([past_keys, (x @ w_k)[None]])  # (S + 1, D)
    values = torch.cat([past_values, (x @ w_v)[None]])  # (S + 1, D)
    scores = keys @ (x @ w_q) / keys.shape[1] ** 0.5  # (S + 1,)
    return scores.softmax(0) @ values, keys, values


def _step(x, past_keys, past_values, w_q, w_k, w_v, place, width=None, sees=slice(None)):
    """The step with its parts to be spoiled: `place` is what is added, `sees` which keys are attended to,
    and the scores are divided by the root of `width`."""
    x = x + place
    keys, values = torch.cat([past_keys, (x @ w_k)[None]]), torch.cat([past_values, (x @ w_v)[None]])
    scores = keys[sees] @ (x @ w_q) / (width or keys.shape[1]) ** 0.5
    return scores.softmax(0) @ values[sees], keys, values


def _no_offset(x, past_keys, past_values, positions, w_q, w_k, w_v):
    return _step(x, past_keys, past_values, w_q, w_k, w_v, positions[0])


def _no_position(x, past_keys, past_values, positions, w_q, w_k, w_v):
    return _step(x, past_keys, past_values, w_q, w_k, w_v, 0)


def _one_too_far(x, past_keys, past_values, positions, w_q, w_k, w_v):
    return _step(x, past_keys, past_values, w_q, w_k, w_v, positions[len(past_keys) + 1])


def _not_appended(x, past_keys, past_values, positions, w_q, w_k, w_v):
    output, keys, values = cache_step_solution(x, past_keys, past_values, positions, w_q, w_k, w_v)
    return output, keys[:-1], values[:-1]


def _replaced(x, past_keys, past_values, positions, w_q, w_k, w_v):
    output, keys, values = cache_step_solution(x, past_keys, past_values, positions, w_q, w_k, w_v)
    return output, keys[-1:], values[-1:]


def _in_front(x, past_keys, past_values, positions, w_q, w_k, w_v):
    output, keys, values = cache_step_solution(x, past_keys, past_values, positions, w_q, w_k, w_v)
    return output, keys.roll(1, 0), values.roll(1, 0)


def _sees_only_the_past(x, past_keys, past_values, positions, w_q, w_k, w_v):
    sees = slice(len(past_keys)) if len(past_keys) else slice(None)
    return _step(x, past_keys, past_values, w_q, w_k, w_v, positions[len(past_keys)], sees=sees)


def _sees_only_itself(x, past_keys, past_values, positions, w_q, w_k, w_v):
    return _step(
        x, past_keys, past_values, w_q, w_k, w_v, positions[len(past_keys)], sees=slice(len(past_keys), None)
    )


def _unscaled(x, past_keys, past_values, positions, w_q, w_k, w_v):
    return _step(x, past_keys, past_values, w_q, w_k, w_v, positions[len(past_keys)], width=1)


def _divides_by_the_width_of_x(x, past_keys, past_values, positions, w_q, w_k, w_v):
    return _step(x, past_keys, past_values, w_q, w_k, w_v, positions[len(past_keys)], width=len(x))


def _divides_by_the_tokens(x, past_keys, past_values, positions, w_q, w_k, w_v):
    S = len(past_keys)
    return _step(x, past_keys, past_values, w_q, w_k, w_v, positions[S], width=S + 1)


def _values_without_position(x, past_keys, past_values, positions, w_q, w_k, w_v):
    _, keys, _ = cache_step_solution(x, past_keys, past_values, positions, w_q, w_k, w_v)
    values = torch.cat([past_values, (x @ w_v)[None]])
    scores = keys @ ((x + positions[len(past_keys)]) @ w_q) / keys.shape[1] ** 0.5
    return scores.softmax(0) @ values, keys, values


CACHE_FAULTS = {
    _no_offset: "your token gets the position 0, as if it were the first. There are as many tokens before it "
    "as keys: its place is `len(past_keys)`.",
    _no_position: "your token gets no position. Add `positions[len(past_keys)]` to x.",
    _one_too_far: "your position is one too far: after S tokens, 0 to S − 1, the new one stands at place S.",
    _not_appended: "the cache is not appended: you return the keys and values that came in. The next token "
    "would not see this one.",
    _replaced: "you return the new key and value alone. The next token needs all those before, too.",
    _in_front: "you put the new key and value in front. They belong at the end, in the order of the text.",
    _sees_only_the_past: "your token does not see itself. Append its key and value before you attend.",
    _sees_only_itself: "your token sees only itself. Its query meets all the keys of the cache.",
    _unscaled: "the scores are not divided by √D.",
    _divides_by_the_width_of_x: "your scores are divided by √C, the width of x. It is √D, that of the keys.",
    _divides_by_the_tokens: "your scores are divided by the root of how many keys there are. It is √D, the "
    "root of how wide they are.",
    _values_without_position: "your value is made of x without its position. All three maps read one sum.",
}


def _check_cache_step(answer):
    for S, C, D in [(0, 4, 4), (3, 6, 4), (1, 5, 8), (9, 8, 2)]:
        inputs = torch.randn(C), torch.randn(S, D), torch.randn(S, D), torch.randn(12, C)
        weights = tuple(torch.randn(C, D) for _ in range(3))
        got = _triple(answer(*inputs, *weights), S, D)
        expected = cache_step_solution(*inputs, *weights)
        if all(map(same, got, expected)):
            continue
        for fault, words in CACHE_FAULTS.items():
            if all(map(same, got, fault(*inputs, *weights))):
                raise NotYet(words)
        for name, one, other in zip(("output", "keys", "values"), got, expected, strict=True):
            if not same(one, other):
                apart = (one - other).abs().max() if one.shape == other.shape else math.inf
                raise NotYet(f"after {S} tokens your {name} differ from what is expected, by {apart:.2g}.")
    return _walk_through_tiny_gpt(answer)


def _triple(got: object, S: int, D: int) -> tuple[Tensor, ...]:
    if not isinstance(got, (tuple, list)) or len(got) != 3:
        raise NotYet("three things are expected: the output, all keys, all values.")
    output, keys, values = got
    expect_tensor(output, (D,), "The output is one vector of width D.", torch.float32)
    for name, tensor in (("keys", keys), ("values", values)):
        if not isinstance(tensor, Tensor) or tensor.dim() != 2 or tensor.shape[1] != D:
            raise NotYet(f"the {name} are a tensor of shape (S + 1, D), here {(S + 1, D)}.")
        if len(tensor) not in (S, S + 1, 1):
            raise NotYet(f"after {S} tokens and a new one there are {S + 1} {name}; yours are {len(tensor)}.")
    return output, keys, values


@torch.no_grad()
def _walk_through_tiny_gpt(answer) -> str:
    """Twenty tokens one by one through a head of tiny-gpt's first layer, against all of them at once."""
    model, ids = _tiny_gpt()
    block, D = model.blocks[0], model.config.hidden_size // model.config.num_attention_heads
    x = model.embedding(ids[0, :20])  # (T, C)
    positions = model.positions.table[:20]  # (T, C)
    w_q, w_k, w_v = (weight[:D].T for weight in block.attention.qkv_proj.weight.chunk(3))  # (C, D) each
    y = x + positions
    q, k, v = y @ w_q, y @ w_k, y @ w_v  # (T, D)
    at_once = F.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True)[0]  # (T, D)
    keys = values = torch.zeros(0, D)
    rows = []
    for token in x:
        row, keys, values = _triple(answer(token, keys, values, positions, w_q, w_k, w_v), len(keys), D)
        rows.append(row)
    apart = (torch.stack(rows) - at_once).abs().max().item()
    if not apart < 1e-3:
        raise NotYet(f"single steps are right, but twenty of them are {apart:.2g} away from all at once.")
    return (
        "With the weights of tiny-gpt's first head, twenty of your steps give what causal attention gives "
        f"at once: max |difference| {apart:.0e}. And each key was computed once."
    )


cache_step = Exercise(
    name="cache_step",
    minutes=12,
    stars=3,
    check=_check_cache_step,
    hints=[
        "The new token stands behind `len(past_keys)` others: add that row of `positions` to x first.",
        "Its key is `x @ w_k`; with `[None]` it becomes a row that `torch.cat` can put behind the others.",
        "Then plain attention of one query: `keys @ (x @ w_q) / D ** 0.5`, softmax, times the values. No "
        "mask: there is nothing later to hide.",
    ],
    solution=cache_step_solution,
    mistakes={
        _no_offset: "the position 0",
        _no_position: "no position",
        _one_too_far: "one too far",
        _not_appended: "not appended",
        _replaced: "alone",
        _in_front: "in front",
        _sees_only_the_past: "does not see itself",
        _sees_only_itself: "sees only itself",
        _unscaled: "not divided by √D",
        _divides_by_the_width_of_x: "the width of x",
        _divides_by_the_tokens: "how many keys there are",
        _values_without_position: "without its position",
    },
)
