"""Scans of paper: what of somebody else's bytes is taken, and the same drawn anew with nothing in it but what is seen."""

from chengxin.lib.papers.apart import read_apart
from chengxin.lib.papers.reading import LARGEST, MOST_PAGES, MOST_PIXELS, Paper, read_paper
from chengxin.lib.papers.refusals import Unreadable

__all__ = ["LARGEST", "MOST_PAGES", "MOST_PIXELS", "Paper", "Unreadable", "read_apart", "read_paper"]
