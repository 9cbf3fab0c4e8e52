"""The exercises: one file per notebook."""

from . import tokenization

__all__ = ["tokenization"]
