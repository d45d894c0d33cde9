"""Conversations: follow-up questions understood, answered from the documents, and kept."""
