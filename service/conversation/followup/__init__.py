"""Follow-up questions: which words lean on what was said, what they stand for, and the question that stands alone."""
