"""An optional language model that words answers from verified quotes."""
