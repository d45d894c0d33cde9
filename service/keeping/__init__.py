"""A data folder kept safe: checked and mended, copied while in use, and brought back."""
