"""OpenAI's chat protocol: requests, replayed history, answers with footnotes and annotations, streaming."""
