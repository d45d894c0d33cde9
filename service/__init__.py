"""Questions and quotations to cited answers: pipeline, HTTP service, command line."""
