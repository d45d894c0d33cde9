"""Benchmarks: how fast and how good, always against something measured in the same run."""
