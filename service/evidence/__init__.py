"""The evidence model: rerank, read and entail with one small cross-encoder."""
