"""Trains the evidence model on public data; needs torch, which serving never imports."""
