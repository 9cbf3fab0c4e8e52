"""The exercises: one file per notebook."""

from . import attention, bert, blocks, custom_embeddings, decoding, embeddings, gpt, tokenization

__all__ = [
    "attention",
    "bert",
    "blocks",
    "custom_embeddings",
    "decoding",
    "embeddings",
    "gpt",
    "tokenization",
]
