"""The doctor: finds what is wrong with a data folder, and mends what is derived."""
