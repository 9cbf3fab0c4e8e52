# Everything lies in utils/environment.py; `make` alone lists it.
PYTHON ?= python3
NB ?=
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: lab test setup run reset doctor bench data models clean help

lab test setup run reset doctor bench data models clean help:
	@"$(PYTHON)" utils/environment.py $@ $(NB) $(ARGS)
