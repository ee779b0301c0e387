"""Imported last where bots are forked from: what is there never goes, and no fork looks through it, or copies it."""

from __future__ import annotations

import gc

gc.collect()
gc.freeze()
