"""Faults that are injected while gvm is at work, and what they must not lead to."""
