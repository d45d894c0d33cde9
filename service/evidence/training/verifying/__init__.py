"""What the verifier is trained on, beside what the evidence model is."""
