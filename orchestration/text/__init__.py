"""Texts by themselves: how they are trimmed, quoted, shown and masked."""
