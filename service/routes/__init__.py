"""The HTTP routes, thin: they hand work to the pipeline and shape what comes back."""
