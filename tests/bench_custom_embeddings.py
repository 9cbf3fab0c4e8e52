"""How fast our fine-tuning is, beside sentence-transformers': `python -m tests.bench_custom_embeddings`."""

from collections.abc import Callable

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from tests.bench import table
from tests.bench_gpt import in_turns
from utils import custom_embeddings, data, pretrained

BATCH_SIZE = 32


def step(model: torch.nn.Module, loss: Callable[[], torch.Tensor]) -> Callable[[], object]:
    """Texts to loss, backward and AdamW."""
    optimizer = torch.optim.AdamW(model.train().parameters(), lr=1e-5, fused=True)

    def work() -> None:
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    return work


def bench() -> list[dict[str, str]]:
    """A step of MiniLM on clinic pairs, with both on two cores, without and with a hard negative each."""
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    pairs, rows = data.clinic("train")[:BATCH_SIZE], []
    queries, responses = [pair.query for pair in pairs], [pair.response for pair in pairs]
    for what, negatives in [
        ("in-batch negatives", None),
        ("and a hard one each", torch.arange(BATCH_SIZE).roll(1).unsqueeze(1)),
    ]:
        tokenizer, encoder = pretrained.minilm()
        ours = custom_embeddings.PairModel(encoder)
        batch = custom_embeddings.pair_batches(queries, responses, tokenizer, BATCH_SIZE, negatives)
        theirs = SentenceTransformer(pretrained.locate(pretrained.MINILM), device="cpu").eval()
        loss = MultipleNegativesRankingLoss(theirs)
        columns = [queries, responses] + (
            [] if negatives is None else [[responses[i] for i in negatives[:, 0]]]
        )

        def my_loss(ours=ours, batch=batch) -> torch.Tensor:
            return ours(**batch(0)).loss

        def their_loss(theirs=theirs, loss=loss, columns=columns) -> torch.Tensor:
            return loss([theirs.preprocess(column) for column in columns], None)

        with torch.no_grad():
            assert torch.allclose(my_loss(), their_loss(), atol=1e-4), "the two losses disagree"
        a, b, ratio = in_turns(step(ours, my_loss), step(theirs, their_loss))
        rows.append(
            {
                "what": f"MiniLM, fine-tuning step of {BATCH_SIZE} pairs, {what}: pairs/s",
                "ours": f"{BATCH_SIZE / a:,.0f}",
                "library": f"{BATCH_SIZE / b:,.0f} (sentence-transformers)",
                "wanted": f"at least 0.9 x: {ratio:.2f}",
            }
        )
    torch.set_num_threads(threads)
    return rows


if __name__ == "__main__":
    print(table(bench()))
