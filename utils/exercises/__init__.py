"""The exercises: one file per notebook."""

from . import attention, blocks, embeddings, tokenization

__all__ = ["attention", "blocks", "embeddings", "tokenization"]
