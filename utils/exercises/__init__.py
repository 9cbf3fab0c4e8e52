"""The exercises: one file per notebook."""

from . import attention, tokenization

__all__ = ["attention", "tokenization"]
