"""Gold and documents in public formats: SQuAD, BEIR, claim files."""
