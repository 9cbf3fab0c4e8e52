"""The course's small shared module: one room per notebook."""

import os

# Nothing may look for a network unless the learner asks for it. The Hugging Face libraries read
# these when they are first imported, so they are set before anything else.
if os.environ.get("COURSE_ONLINE") != "1":
    os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from utils.course import progress_bar, show_source, start
from utils.exercise import progress

__all__ = ["progress", "progress_bar", "show_source", "start"]
