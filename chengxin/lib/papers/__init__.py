"""Scans of paper: what of somebody else's bytes is taken, and the same drawn anew with nothing in it but what is seen.

``apart`` is the way in. What reads PDFs (``reading``, ``pdfs``) is loaded in its child process alone.
"""
