"""The village: one small invented world in simple English, written by a probabilistic grammar.

Read `grammar.py` (how a piece is drawn and scored), then `world.py` (who and what there is),
then the genres. `python -m data.village` writes `data/village.txt` and `data/village.tsv`.
"""
