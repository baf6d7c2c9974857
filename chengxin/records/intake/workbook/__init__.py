"""Reads an XLSX workbook row by row in a process of its own, with the standard library alone.

``process`` is the side of whoever asks; everything else runs in the child, which starts without Django, Polars or site packages.
"""
