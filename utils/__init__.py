"""The course's small shared module: one room per notebook."""
