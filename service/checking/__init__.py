"""Checking a text: its statements, its quotations, and how a statement reads on its own."""
