"""Does it still answer right? Gold sets, metrics, runs and reports."""
