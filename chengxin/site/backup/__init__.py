"""Backup and restore of an installation (ADR 0006)."""
