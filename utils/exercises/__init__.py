"""The exercises: one file per notebook."""

from . import attention, bert, blocks, decoding, embeddings, gpt, tokenization

__all__ = ["attention", "bert", "blocks", "decoding", "embeddings", "gpt", "tokenization"]
