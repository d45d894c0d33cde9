"""Readers: from ranked passages to the words that answer."""
