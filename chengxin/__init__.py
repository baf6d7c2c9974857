"""Chengxin (诚信): software of a province's personal public-credit system."""

__version__ = "0.1.0"
