"""Formats other than plain text: what each file says, rendered in the forms that `index/structure.py` reads."""
